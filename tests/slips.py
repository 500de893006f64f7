"""What a check says of single paragraphs, each put into one note of the sample's coming issue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from newsletter.check.inspected import Check, Inspected
from newsletter.model.evidence import Evidence, PastLink
from newsletter.model.finding import Finding
from tests.checking import inspected, issue_with
from tests.conftest import opened

TOP = "---\ntitle: What was tried\n---\n"


def looked_at(
    publication: Path,
    files: Mapping[str, str],
    *,
    evidence: Iterable[Evidence] = (),
    past: Iterable[PastLink] = (),
) -> Inspected:
    """The sample's coming issue with these files written into its folder."""
    issue_with(publication, files)
    return inspected(opened(publication), evidence=evidence, past=past)


def found(check: Check, issue: Inspected, section: str | None = None, *rules: str) -> list[Finding]:
    """What a check finds, or what it finds in one section and by some of its rules."""
    return [
        one
        for one in check.find(issue)
        if (section is None or one.section == section) and (not rules or one.rule in rules)
    ]


def by_paragraph(check: Check, publication: Path, paragraphs: Iterable[str], *rules: str) -> dict[str, list[str]]:
    """Each paragraph and the words that the check finds in it. A paragraph may have several lines."""
    told: dict[str, list[str]] = {}
    lines: dict[int, str] = {}
    text = TOP
    for paragraph in paragraphs:
        told[paragraph] = []
        for at in range(paragraph.count("\n") + 1):
            lines[text.count("\n") + 1 + at] = paragraph
        text += f"{paragraph}\n\n"
    for one in found(check, looked_at(publication, {"note.md": text.rstrip("\n") + "\n"}), "note", *rules):
        if one.spot.line in lines:
            told[lines[one.spot.line]].append(one.words)
    return told
