"""Where an item can go: the sections of an issue that it fits, and what a blurb will say of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date

from newsletter.actions.app import App
from newsletter.actions.item_page import source_of
from newsletter.edit import attach
from newsletter.model.issue import IssueId
from newsletter.model.item import Item
from newsletter.model.kinds import KINDS
from newsletter.model.source import RightsPolicy
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder
from newsletter.publication.issuefiles import IssueFiles
from newsletter.publication.publication import Publication

OPENING = "opening"  # the narrative: what it leans on stands in items.yaml alone
_OURS = ("insight", "read-more")  # where a piece of our own goes
_THEIRS = ("beyond", "number", "quote", "read-more")  # and one from elsewhere


@dataclass(frozen=True, slots=True)
class Choice:
    """A section that an item can be put into."""

    section: str  # the blurb's name: "beyond-2"; "opening" for the narrative
    kind: str
    is_there: bool  # False: its file is made
    title: str  # what stands in it; "" where nothing does yet
    fits: bool  # whether items like this one usually go there
    credit: tuple[tuple[str, str], ...]  # what will be filled in: the field and its words


@dataclass(frozen=True, slots=True)
class Choices:
    """Where an item can go in one issue."""

    issue: IssueId
    choices: tuple[Choice, ...]  # those that fit first, empty ones before those that are written
    refused: str | None  # why it cannot be cited, and what to do instead; None where it can
    day: date | None  # the date that its credit will carry
    days: tuple[date, ...]  # offered for an item without a date: those its text names


def read_choices(app: App, publication: Publication, issue: IssueId, item: Item, day: date | None = None) -> Choices:
    """Where the item can go in this issue. `day` dates an item that has no date. Changes nothing."""
    files, _ = issuefiles.read(Folder(app.root), issue)
    source = source_of(item, publication)
    refused = attach.unusable(item, source)
    cited = attach.citation(item, source.name if source else str(item.entry.source), day)
    usual = _OURS if item.entry.rights.policy is RightsPolicy.OURS else _THEIRS
    found = []
    for section, kind, is_there in _sections(publication, files):
        said = {} if kind == OPENING else attach.says(kind, item, cited, publication.people)
        title = _title(files, section)
        credit = () if title else tuple((key, value) for key, value in said.items() if key in _credits(kind))
        found.append(Choice(section, kind, is_there, title, kind in usual, credit))
    order = {kind: at for at, kind in enumerate(usual)}
    found.sort(key=lambda one: (order.get(one.kind, len(order)), bool(one.title)))
    return Choices(issue, tuple(found), refused, cited.published, item.entry.dates_in_text)


def _sections(publication: Publication, files: IssueFiles) -> Iterator[tuple[str, str, bool]]:
    """The sections there are, and one more of each kind that can be credited: name, kind, whether its file is there."""
    names = [name for name in (*(one.name for one in files.blurbs), *sorted(files.waiting)) if name != "issue"]
    yield from ((name, kind, True) for name in names if (kind := issuefiles.kind_of(name)) is not None)
    planned = [section.kind for section in publication.schedule.sections]
    kinds = sorted(KINDS, key=lambda kind: planned.index(kind) if kind in planned else len(planned))
    for kind in kinds:
        if kind != OPENING and {"title", "url"} <= _credits(kind):
            yield _next_name(kind, names), kind, False
    if OPENING not in names:
        yield OPENING, OPENING, True


def _credits(kind: str) -> set[str]:
    """The fields of a kind."""
    shape: type = KINDS[kind]
    return {one.name for one in fields(shape)}


def _next_name(kind: str, names: list[str]) -> str:
    """The first name of this kind that is free: "beyond", then "beyond-2"."""
    at = 1
    while (name := kind if at == 1 else f"{kind}-{at}") in names:
        at += 1
    return name


def _title(files: IssueFiles, section: str) -> str:
    """What a written section is about; "" for one that is not begun."""
    blurb = next((one for one in files.blurbs if one.name == section), None)
    if blurb is None:
        return ""
    said = (getattr(blurb.fields, name, None) for name in ("title", "value", "quote"))
    return str(next(filter(None, said), "written"))
