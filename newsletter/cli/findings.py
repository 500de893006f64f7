"""How findings are shown: to a person in a terminal, as JSON, and as notes of a GitHub Action."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from newsletter.model.finding import Beside, Finding, Severity, Spot

STYLES = {
    Severity.BLOCK: "bold red",
    Severity.WARN: "yellow",
    Severity.NOTE: "cyan",
    Severity.UNCHECKED: "dim",
}
_COUNTED = {
    Severity.BLOCK: ("block", "blocks"),
    Severity.WARN: ("warning", "warnings"),
    Severity.NOTE: ("note", "notes"),
    Severity.UNCHECKED: ("thing not checked", "things not checked"),
}
_AROUND = 60  # characters of a line shown on either side of the words


def shown(findings: Iterable[Finding], texts: dict[str, str]) -> Group:
    """Findings under their sections, each with its line, the words marked, what stands beside it, and the way out.

    What could not be checked stands below, a line each.
    """
    parts: list[Text | Padding] = []
    told = tuple(findings)
    found = (finding for finding in told if finding.severity is not Severity.UNCHECKED)
    for section, of_section in groupby(found, key=lambda finding: finding.section):
        parts.append(Text(section or "the issue as a whole", style="bold"))
        for finding in of_section:
            head, *below = _finding(finding, texts)
            parts += [Padding(head, (0, 0, 0, 2)), *(Padding(one, (0, 0, 0, 4)) for one in below)]
        parts.append(Text())
    unchecked = [finding for finding in told if finding.severity is Severity.UNCHECKED]
    if unchecked:
        parts.append(Text("could not check", style="bold"))
        parts += [Text(f"  {finding.what}", style=STYLES[Severity.UNCHECKED]) for finding in unchecked]
        ways = dict.fromkeys(finding.todo for finding in unchecked)
        parts += [Text.assemble(("  -> ", "green"), way) for way in ways]
        parts.append(Text())
    return Group(*parts)


def counted(findings: Iterable[Finding]) -> str:
    """ "1 block, 3 warnings, 2 notes"; "nothing found" where there is nothing."""
    severities = [finding.severity for finding in findings]
    counts = [(severity, severities.count(severity)) for severity in Severity]
    told = [f"{count} {_COUNTED[severity][count != 1]}" for severity, count in counts if count]
    return ", ".join(told) or "nothing found"


def _finding(finding: Finding, texts: dict[str, str]) -> Iterable[Text]:
    head = Text.assemble(
        (f"{finding.severity.value}", STYLES[finding.severity]),
        f"  {finding.what}",
        (f"  [{finding.rule}]", "dim"),
    )
    yield head
    yield from _line(finding.spot, texts)
    for beside in finding.beside:
        yield _beside(beside)
    yield Text.assemble(("-> ", "green"), finding.todo)


def _line(spot: Spot, texts: dict[str, str]) -> Iterable[Text]:
    """Where it stands, as an editor's jump takes it, and the line with the words marked."""
    place = ":".join(str(one) for one in (spot.path, spot.line, spot.column) if one)
    yield Text(place, style="dim")
    lines = texts.get(spot.path, "").split("\n")
    if not spot.column or spot.line > len(lines):
        return
    line = lines[spot.line - 1]
    start = spot.column - 1
    end = spot.end_column - 1 if spot.end_line == spot.line else len(line)
    left = max(0, start - _AROUND)
    right = min(len(line), end + _AROUND)
    more = "…" if spot.end_line > spot.line else ""
    yield Text.assemble(
        "…" if left else "",
        line[left:start],
        (line[start:end], "underline bold"),
        line[end:right],
        "…" if right < len(line) else more,
    )


def _beside(beside: Beside) -> Text:
    whose = " ".join(filter(None, (beside.outlet, f"({beside.item})" if beside.item else None)))
    return Text.assemble(
        (f"{whose}: " if whose else "", "dim"),
        beside.text[: beside.start],
        (beside.text[beside.start : beside.end], "bold"),
        beside.text[beside.end :],
    )


def as_json(finding: Finding) -> dict[str, object]:
    """A finding for other programs. Lines and columns count from 1; 0 where they are not known."""
    spot = finding.spot
    return {
        "rule": finding.rule,
        "severity": finding.severity.name.lower(),
        "section": finding.section,
        "path": spot.path,
        "line": spot.line,
        "column": spot.column,
        "end_line": spot.end_line,
        "end_column": spot.end_column,
        "words": finding.words,
        "what": finding.what,
        "todo": finding.todo,
        "beside": [
            {"text": one.text, "item": one.item, "outlet": one.outlet, "start": one.start, "end": one.end}
            for one in finding.beside
        ],
        "fixable": finding.fix is not None,
    }


_ANNOTATIONS = {
    Severity.BLOCK: "error",
    Severity.WARN: "warning",
    Severity.NOTE: "notice",
    Severity.UNCHECKED: "notice",
}


def annotation(finding: Finding) -> str:
    """A finding as GitHub shows it beside the line. Source: GitHub Actions, workflow commands."""
    spot = finding.spot
    places = (("file", spot.path), ("line", spot.line), ("col", spot.column))
    ends = (("endLine", spot.end_line), ("endColumn", spot.end_column)) if spot.column else ()
    fields = [f"{name}={_property(str(value))}" for name, value in (*places, *ends) if value]
    fields.append(f"title={_property(finding.rule)}")
    message = f"{finding.what}; {finding.todo}"
    return f"::{_ANNOTATIONS[finding.severity]} {','.join(fields)}::{_message(message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
