"""Findings: what a check has to say about an issue, where, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter.model.shape import Slug, Words, file_shape


class Severity(Enum):
    """What a finding does, the gravest first."""

    BLOCK = "block"  # no approval while it stands
    WARN = "warn"  # somebody should look
    NOTE = "note"  # as one likes
    UNCHECKED = "could not check"  # nothing is known to be wrong; it could not be looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing a check looks for. Its words are what `check --explain` and docs/checks.md say of it."""

    name: str  # "copied-run": what a waiver and schedule.yaml name it by; unique among all checks
    severity: Severity  # unless schedule.yaml says otherwise
    looks: str  # what it looks for, one sentence
    why: str  # why that matters, one sentence
    out: str  # what to do about it, a sentence or two
    fixed: bool = False  # neither a waiver nor schedule.yaml changes it


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """A place in a file of the publication, where an editor would put the cursor."""

    path: str  # below the publication's folder, with slashes
    line: int  # from 1; 0: the file as a whole
    column: int = 0  # from 1, in characters; 0: the line as a whole
    end_line: int = 0  # of the last character; 0: not known
    end_column: int = 0  # the column behind it


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown beside a finding for comparison: what a source says, or the nearest to what was written."""

    text: str  # a sentence of the source, or whatever helps; plain text
    item: str | None  # the id of the item it stands in, as items.yaml or the inbox names it
    outlet: str | None  # whose it is
    start: int = 0  # the part of `text` that matters, in characters
    end: int = 0


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of one place that changes no meaning: `check --fix` makes it."""

    path: str
    line: int  # from 1
    column: int  # from 1, in characters
    old: str  # what stands there; nothing is changed where something else does
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that somebody should know before the issue goes out, in words for who does not program."""

    rule: str  # the name of its `Rule`
    severity: Severity
    section: str | None  # the blurb's name; None: the issue as a whole
    spot: Spot
    words: str  # the exact words it is about, on one line: what a waiver names; "": it cannot be waived
    what: str  # what is the matter, one clause, no full stop
    todo: str  # what to do next, an imperative clause, no full stop
    beside: tuple[Beside, ...] = ()
    fix: Fix | None = None


@file_shape
class Waiver:
    """A finding that the team lets pass. It holds for these exact words and dies when they change."""

    check: Slug  # the name of the rule
    words: Words  # the finding's words
    who: Slug  # an id of the team
    why: Words
