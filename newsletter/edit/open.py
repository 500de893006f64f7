"""The files of a new issue: every section with a comment on each field, ready to be written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.kinds import KINDS
from newsletter.publication.schedule import Schedule, Section

_ITEMS = """\
# What this issue leans on. A mark such as [^joint-readout] in a blurb names an id here.
#
# - id: joint-readout
#   outlet: Ministry press office
#   title: Joint readout of the third round
#   url: https://ministry.example.org/readouts/third-round
#   published: {date}
#   rights: free to quote
"""


def files_of(
    schedule: Schedule, issue: IssueId, number: IssueNumber, owners: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The text of each file of a new issue, by its name. `owners`: who wrote what in the issue before.

    A blurb whose fields are all left empty is not part of the issue, so the issue can be looked at from the first day.
    """
    made = {"issue.md": _issue_md(schedule, issue, number, owners or {}), "items.yaml": _ITEMS.format(date=issue.date)}
    for section in schedule.sections:
        if section.kind != "opening":
            made[f"{section.kind}.md"] = _blurb_md(section)
    return made


def blurb_of(schedule: Schedule, kind: str) -> str:
    """The text of a new blurb of this kind, its fields empty."""
    return _blurb_md(next((one for one in schedule.sections if one.kind == kind), Section(kind=kind)))


def _issue_md(schedule: Schedule, issue: IssueId, number: IssueNumber, owners: Mapping[str, str]) -> str:
    opening = next((one for one in schedule.sections if one.kind == "opening"), None)
    lines = [
        "---",
        f"number: {number} # shown to readers; a skipped week uses none",
        f"date: {issue.date} # the folder's name",
        'subject: "TODO: the subject line, 30 to 60 characters"',
        'preheader: "TODO: the hidden first line that inboxes preview, 60 to 110 characters"',
        "# optional: what the archive's index lists the issue under, such as: [trade, ports]",
        "topics:",
        *_owners(owners),
        *_fields("opening"),
        "---",
        f"TODO: the narrative of the week. {_length(opening)}".rstrip(),
    ]
    return "\n".join(lines) + "\n"


def _owners(owners: Mapping[str, str]) -> list[str]:
    if not owners:
        return [
            "# optional: who writes what, by the ids of the team, such as: {opening: mei, number: daniel}",
            "owners:",
        ]
    before = [f"  {section}: {owner}" for section, owner in owners.items()]
    return ["# who writes what, by the ids of the team; as in the issue before", "owners:", *before]


def _blurb_md(section: Section) -> str:
    must = "Every issue has it." if section.required else "Leave it empty to go without it."
    return "\n".join(["---", f"# {must} {_length(section)}".rstrip(), *_fields(section.kind), "---", ""])


def _length(section: Section | None) -> str:
    """How long schedule.yaml wants a section, in words."""
    if section is None or section.words is None:
        return ""
    least, most = section.words.min, section.words.max
    return f"{least} to {most} words." if least else f"At most {most} words."


def _fields(kind: str) -> Iterator[str]:
    shape: Any = KINDS[kind]
    hints = get_type_hints(shape)
    for field in fields(shape):
        optional = "optional: " if type(None) in get_args(hints[field.name]) else ""
        inner = next((one for one in (hints[field.name], *get_args(hints[field.name])) if is_dataclass(one)), None)
        example = "" if inner is not None else f", such as: {field.metadata['example']}"
        yield f"# {optional}{field.metadata['about']}{example}"
        yield f"{field.name}:"
        if inner is not None:
            yield from _inner(inner, several=get_origin(hints[field.name]) is tuple)


def _inner(shape: Any, several: bool) -> Iterator[str]:
    """The fields of a group below a key, each in a comment to be taken out."""
    for at, field in enumerate(fields(shape)):
        sign = ("  - " if at == 0 else "    ") if several else "  "
        yield f"#{sign}{field.name}: {json.dumps(field.metadata['example'], ensure_ascii=False)}"
