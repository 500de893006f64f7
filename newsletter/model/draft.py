"""A draft: what the files of an issue say now."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.finding import Waiver
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId, IssueNumber, Week
from newsletter.model.item import CitedItem
from newsletter.model.letter import Greeting
from newsletter.model.people import Person
from newsletter.model.prose import Prose
from newsletter.model.shape import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Blurb:
    """One section of an issue, as its file says it."""

    name: str  # the file's stem, "opening" for issue.md; unique within the issue
    kind: str  # a key of KINDS
    path: str  # of its file, below the publication's folder
    heading: Line | None  # instead of the kind's usual one
    fields: object  # an instance of KINDS[kind]
    body: Prose  # its lines count from `body_line` on, which is 1 there
    items: tuple[str, ...]  # ids of items.yaml it leans on without a mark
    body_line: int  # of the file, where the body begins
    lines: tuple[tuple[str, int], ...]  # each key of the front matter, "replies.0.text", and its line in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One place in the order of an issue, with what is asked of it."""

    name: str  # of the section; its kind where nothing is written yet
    kind: str
    required: bool
    least: int  # words; 0: none is asked for
    most: int | None  # words; None: no limit
    written: bool  # whether the issue has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An issue before it is assembled. Nothing of it has been checked beyond its form."""

    issue: IssueId
    number: IssueNumber
    language: str  # BCP 47
    subject: Line
    preheader: Line
    topics: tuple[Line, ...]  # what the archive's index lists the issue under
    greeting: Greeting
    week: Week
    blurbs: tuple[Blurb, ...]  # in the order of the mail
    plan: tuple[Planned, ...]  # in the same order, with what is still missing
    items: tuple[CitedItem, ...]  # in the order of items.yaml
    people: tuple[Person, ...]  # whom the blurbs name
    waivers: tuple[Waiver, ...]  # findings that the team lets pass
    images: tuple[tuple[str, bytes], ...]  # path of each picture, as `files` names it; original bytes
    texts: tuple[tuple[str, str], ...]  # path and text of each Markdown and YAML file of the issue, as it was written
    files: tuple[InputFile, ...]  # every file opened, by path


def image_path(blurb_path: str, file: str) -> str:
    """Where a picture that a blurb names lies: in images/ beside the blurb."""
    return f"{blurb_path.rpartition('/')[0]}/images/{file}"
