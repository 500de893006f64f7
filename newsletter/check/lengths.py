"""Whether sections, subject and preheader are as long as they are meant to be."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.check.inspected import Check, Inspected
from newsletter.check.wording import Wording
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.text.length import words_in
from newsletter.text.plain import columns

# What inboxes show of them: on a phone about 30 to 40 characters of the subject, on a screen 60 and more.
_SUBJECT = (30, 60)
_PREHEADER = (60, 110)

_LENGTH = Rule(
    name="length",
    severity=Severity.WARN,
    looks="A section with more or fewer words than schedule.yaml, or the issue's own order, asks for.",
    why="Readers know how long each part is, and a part that runs over crowds out the next.",
    out="Cut it or add to it, or set other limits for this issue under `sections` in issue.md.",
)
_LINES = Rule(
    name="subject-length",
    severity=Severity.NOTE,
    looks="A subject outside of 30 to 60 characters, a preheader outside of 60 to 110 or one that says the subject"
    " again.",
    why="Inboxes show about that much: what is longer is cut off, and what is shorter leaves room unused.",
    out="Put the words that matter first, and let the preheader say what the subject does not.",
)


def _find(inspected: Inspected) -> Iterator[Finding]:
    yield from _sections(inspected)
    lines = {one.field: one for one in inspected.wordings if one.section == "issue"}
    for key, limits in (("subject", _SUBJECT), ("preheader", _PREHEADER)):
        if key in lines:
            yield from _line(lines[key], *limits)
    if "subject" in lines and "preheader" in lines:
        yield from _repeated(lines["subject"], lines["preheader"])


def _sections(inspected: Inspected) -> Iterator[Finding]:
    blurbs = {blurb.name: blurb for blurb in inspected.draft.blurbs}
    for planned in inspected.draft.plan:
        blurb = blurbs.get(planned.name)
        if blurb is None:
            continue
        words = words_in(blurb)
        if planned.most is not None and words > planned.most:
            asked, todo = f"at most {planned.most}", f"cut {words - planned.most}"
        elif words < planned.least:
            asked, todo = f"at least {planned.least}", f"write {planned.least - words} more"
        else:
            continue
        yield Finding(
            rule=_LENGTH.name,
            severity=_LENGTH.severity,
            section=planned.name,
            spot=Spot(blurb.path, blurb.body_line if blurb.body else 0),
            words=f"{words} words",
            what=f"the section '{planned.name}' has {words} words; {asked} are asked for",
            todo=f"{todo}, or set another limit for this issue in issue.md",
        )


def _line(line: Wording, least: int, most: int) -> Iterator[Finding]:
    length = columns(line.text)  # a Chinese character takes the room of two letters
    if least <= length <= most:
        return
    wide = ", a Chinese one counted as two" if length != len(line.text) else ""
    ending, verb = ("may be cut off", "shorten") if length > most else ("leaves room unused", "lengthen")
    yield Finding(
        rule=_LINES.name,
        severity=_LINES.severity,
        section=None,
        spot=line.spot(),
        words=line.text,
        what=f"the {line.field} has {length} characters{wide}, and {ending} in an inbox",
        todo=f"{verb} it to between {least} and {most} characters, if it loses nothing by that",
    )


def _repeated(subject: Wording, preheader: Wording) -> Iterator[Finding]:
    said = _letters(subject.text)
    if len(said) >= 8 and said in _letters(preheader.text):
        yield Finding(
            rule=_LINES.name,
            severity=_LINES.severity,
            section=None,
            spot=preheader.spot(),
            words=preheader.text,
            what="the preheader says the subject again, right below it",
            todo="let it say what else is in the issue",
        )


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


CHECK = Check(
    name="lengths",
    about="Whether the parts of the issue are as long as they are meant to be.",
    rules=(_LENGTH, _LINES),
    find=_find,
)
