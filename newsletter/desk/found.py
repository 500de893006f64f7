"""What the checks have found in a section, as a page shows it: each with its words in their line, and its ways out.
Pure; everything in it may be the words of strangers, and templates escape it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.actions.mark_quotation import quotation
from newsletter.actions.waive_finding import unwaivable
from newsletter.check.run import Waived
from newsletter.desk.board import told
from newsletter.desk.looks import Checked
from newsletter.model.finding import Beside, Finding, Fix, Severity, Spot
from newsletter.publication import frontmatter

_SEVERITIES = {
    Severity.BLOCK: ("bad", "Blocks"),
    Severity.WARN: ("warn", "Warning"),
    Severity.NOTE: ("none", "Note"),
    Severity.UNCHECKED: ("none", "Could not check"),
}
# Of these rules, another item behind the same words may be the way out.
_CITED = frozenset(
    {
        "paragraph-without-source",
        "sentences-without-source",
        "undated-item",
        "second-hand",
        "claims-no-links",
        "figure-not-found",
        "date-not-found",
        "name-not-found",
        "phrase-not-found",
        "old-item",
        "do-not-use",
    }
)
_AROUND = 70  # characters of a line on either side of the words
_LONGEST = 400  # characters of what is marked


@dataclass(frozen=True, slots=True)
class Place:
    """A section of an issue, and its file."""

    name: str
    path: str

    def holds(self, finding: Finding) -> bool:
        """Whether a finding is told at this section: what is about its file, and what names it."""
        return finding.section == self.name or (finding.section is None and finding.spot.path == self.path)


def key_of(finding: Finding) -> str:
    """What a form names a finding by: the same while rule, words and place are."""
    spot = finding.spot
    said = (finding.rule, finding.section or "", spot.path, str(spot.line), str(spot.column), finding.words)
    return hashlib.sha256("\0".join((*said, finding.what)).encode(errors="surrogatepass")).hexdigest()[:16]


def found_in(checked: Checked, place: Place) -> dict[str, Any]:
    """What is to be told at a section, and how much elsewhere."""
    here = [one for one in checked.report.findings if place.holds(one)]
    whole = [one for one in checked.report.findings if one.section is None and not place.holds(one)]
    findings = [one for one in here if one.severity is not Severity.UNCHECKED]
    unchecked = [one for one in (*here, *whole) if one.severity is Severity.UNCHECKED]
    return {
        "mistakes": [told(one) for one in checked.mistakes],
        "found": [finding_values(one, checked) for one in findings],
        "whole": [finding_values(one, checked) for one in whole if one.severity is not Severity.UNCHECKED],
        "unchecked": [_sentence(one.what) for one in unchecked],
        "waived": [_waived(one) for one in checked.report.waived if place.holds(one.finding)],
        "counted": _counted(findings),
        "state": _state(findings, checked),
    }


def finding_values(finding: Finding, checked: Checked) -> dict[str, Any]:
    """One finding, with all its ways out."""
    state, word = _SEVERITIES[finding.severity]
    text = checked.texts.get(finding.spot.path, "")
    refused, marked = unwaivable(finding), quotation(finding, text)
    return {
        "key": key_of(finding),
        "rule": finding.rule,
        "state": state,
        "word": word,
        "what": _sentence(finding.what),
        "todo": _sentence(finding.todo),
        "where": _where(finding.spot),
        "line": excerpt(finding.spot, text),
        "beside": [_beside(one) for one in finding.beside],
        "sources": any(one.item for one in finding.beside),
        "waive": refused is None,
        "not_waived": "" if refused is None else f"This cannot be waived: {refused}.",
        "fix": None if finding.fix is None else {**_fix(finding.fix, text), "typed": _typed(finding.fix, text)},
        "cite": finding.rule in _CITED and finding.section is not None,
        "quote": None if marked is None else {"typed": _typed(marked, text)},
    }


def excerpt(spot: Spot, text: str) -> dict[str, str] | None:
    """The line that a place is in, with its words apart: before, marked, after. None where no words are known."""
    lines = text.split("\n")
    if not spot.column or not spot.end_column or not 1 <= spot.line <= spot.end_line <= len(lines):
        return None
    first, last = lines[spot.line - 1], lines[spot.end_line - 1]
    if spot.line == spot.end_line:
        marked = first[spot.column - 1 : spot.end_column - 1]
    else:
        between = lines[spot.line : spot.end_line - 1]
        marked = " ".join([first[spot.column - 1 :], *between, last[: spot.end_column - 1]])
    before, after = first[: spot.column - 1], last[spot.end_column - 1 :]
    return {
        "before": f"…{before[-_AROUND:]}" if len(before) > _AROUND else before,
        "marked": marked if len(marked) <= _LONGEST else f"{marked[:_LONGEST]}…",
        "after": f"{after[:_AROUND]}…" if len(after) > _AROUND else after,
    }


def _beside(beside: Beside) -> dict[str, str]:
    start, end = sorted((max(0, beside.start), min(len(beside.text), beside.end)))
    return {
        "outlet": beside.outlet or "",
        "item": beside.item or "",
        "before": beside.text[:start],
        "marked": beside.text[start:end],
        "after": beside.text[end:],
    }


def _fix(fix: Fix, text: str) -> dict[str, str]:
    """What a fix would change, in its line; a space is shown as one."""
    line = next(iter(text.split("\n")[fix.line - 1 : fix.line]), "")
    before, after = line[: fix.column - 1], line[fix.column - 1 + len(fix.old.split("\n")[0]) :]
    return {"before": before[-30:], "old": _visible(fix.old), "new": _visible(fix.new), "after": after[:30]}


def _typed(fix: Fix, text: str) -> dict[str, Any] | None:
    """The same change for the text of the form, which begins behind the front matter; None above it."""
    begins = frontmatter.split(text, fix.path)[0].body_line
    if fix.line < begins:
        return None
    return {"line": fix.line - begins + 1, "column": fix.column, "old": fix.old, "new": fix.new}


def _visible(text: str) -> str:
    return text.replace("\n", "↵").replace("\t", "⇥").replace(" ", "␣") if not text.strip() else text


def _waived(one: Waived) -> dict[str, str]:
    return {
        "what": _sentence(one.finding.what),
        "words": one.waiver.words,
        "who": one.waiver.who,
        "why": one.waiver.why,
    }


def _counted(findings: Iterable[Finding]) -> str:
    """ "1 blocks, 2 warnings, 1 note"; "" for nothing."""
    words = {
        Severity.BLOCK: ("blocks", "block"),
        Severity.WARN: ("warning", "warnings"),
        Severity.NOTE: ("note", "notes"),
    }
    severities = [one.severity for one in findings]
    counts = [(severities.count(severity), said) for severity, said in words.items()]
    return ", ".join(f"{count} {said[count != 1]}" for count, said in counts if count)


def _state(findings: Iterable[Finding], checked: Checked) -> str:
    severities = {one.severity for one in findings}
    if Severity.BLOCK in severities or checked.mistakes:
        return "bad"
    return "warn" if Severity.WARN in severities else "ok"


def _where(spot: Spot) -> str:
    """ "issue.md, line 12": the folder is that of the issue."""
    name = spot.path.rpartition("/")[2]
    return f"{name}, line {spot.line}" if spot.line else name


def _sentence(clause: str) -> str:
    text = clause.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!', '…')) else '.'}"


def compared(
    ours: Mapping[str, str] | None, beside: Beside, before: str, after: str, title: str, url: str
) -> dict[str, Any]:
    """A finding's words, and the passage of the source with what stands around it."""
    theirs = _beside(beside)
    return {
        "ours": dict(ours) if ours else None,
        **theirs,
        "before": before + theirs["before"],
        "after": theirs["after"] + after,
        "title": title,
        "url": url,
    }
