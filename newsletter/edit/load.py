"""Reads an issue's files into a `Draft`, or tells every mistake in them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.model.draft import Blurb, Draft, Greeting
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.kinds import KINDS, pictures_in, references_in
from newsletter.model.people import Person
from newsletter.model.prose import Prose
from newsletter.model.shape import nearest
from newsletter.publication import calendar, issuefiles
from newsletter.publication.calendar import ImpossibleTime
from newsletter.publication.folder import Folder
from newsletter.publication.issuefiles import BlurbFile, IssueFiles, IssueMatter
from newsletter.publication.publication import Publication
from newsletter.text import markdown


def load(publication: Publication, folder: Folder, issue: IssueId) -> Draft:
    """The draft of an issue. Raises `ContentError` with every mistake in its files."""
    files, mistakes = issuefiles.read(folder, issue)
    bodies = {blurb.name: _prose(blurb.page.body) for blurb in files.blurbs}
    known = _Known(
        items=frozenset(item.id for item in files.items),
        people={person.id: person for person in publication.people},
        items_path=f"{files.path}/items.yaml",
    )
    for blurb in files.blurbs:
        prose, troubles = bodies[blurb.name]
        offset = blurb.page.body_line - 1
        mistakes += [Mistake(blurb.page.path, one.line + offset, one.what, one.todo) for one in troubles]
        mistakes += _references(blurb, prose, known, offset)
    images, more = _images(folder, files)
    mistakes += more
    try:
        week = calendar.week(publication.schedule.calendar, issue)
    except ImpossibleTime as error:
        mistakes.append(Mistake("schedule.yaml", 0, str(error), "choose another time or date"))
    if files.matter is None:
        raise ContentError(mistakes + folder.mistakes)
    order, more = _order(publication, files, files.matter)
    mistakes += more + folder.mistakes
    if mistakes:
        raise ContentError(mistakes)
    named = [ref for blurb in files.blurbs for to, ref, _ in references_in(blurb.fields) if to == "person"]
    return Draft(
        issue=issue,
        number=IssueNumber(files.matter.number),
        language=files.matter.language or publication.schedule.language,
        subject=files.matter.subject,
        preheader=files.matter.preheader,
        greeting=_greeting(publication, files),
        week=week,
        blurbs=tuple(_blurb(blurb, bodies[blurb.name][0]) for blurb in order),
        items=files.items,
        people=tuple(known.people[ref] for ref in sorted(set(named))),
        images=images,
        files=folder.opened,
    )


@lru_cache(maxsize=256)
def _prose(body: str) -> tuple[Prose, tuple[markdown.Trouble, ...]]:
    return markdown.parse(body)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a blurb may name."""

    items: frozenset[str]
    people: dict[str, Person]
    items_path: str


def _blurb(file: BlurbFile, body: Prose) -> Blurb:
    return Blurb(
        name=file.name,
        kind=file.kind,
        path=file.page.path,
        heading=file.matter.heading,
        fields=file.fields,
        body=body,
        items=file.matter.items,
    )


def _greeting(publication: Publication, files: IssueFiles) -> Greeting:
    usual = publication.schedule.greeting
    own = next((getattr(blurb.fields, "greeting", None) for blurb in files.blurbs if blurb.kind == "opening"), None)
    return Greeting(plain=own or usual.plain, named=None if own else usual.named)


def _references(blurb: BlurbFile, prose: Prose, known: _Known, offset: int) -> Iterator[Mistake]:
    """Every id in a blurb that names nothing."""
    path, written = blurb.page.path, blurb.page.matter
    for mark in prose.marks:
        if mark.item not in known.items:
            yield _no_item(path, mark.line + offset, mark.item, known)
    for at, item in enumerate(blurb.matter.items):
        if item not in known.items:
            yield _no_item(path, written.line(("items", at)), item, known)
    for to, ref, key in references_in(blurb.fields):
        if to == "item" and ref not in known.items:
            yield _no_item(path, written.line((key,)), ref, known)
        elif to == "person" and ref not in known.people:
            near = nearest(ref, known.people)
            todo = f"did you mean '{near}'?" if near else "add a card with this id there"
            yield Mistake(path, written.line((key,)), f"no card in content/people.yaml has the id '{ref}'", todo)


def _no_item(path: str, line: int, item: str, known: _Known) -> Mistake:
    near = nearest(item, known.items)
    todo = f"did you mean '{near}'?" if near else f"add an entry with this id to {known.items_path}"
    return Mistake(path, line, f"no item of this issue has the id '{item}'", todo)


def _images(folder: Folder, files: IssueFiles) -> tuple[tuple[tuple[str, bytes], ...], list[Mistake]]:
    found: dict[str, bytes] = {}
    mistakes = []
    present = folder.names_below(f"{files.path}/images")
    for blurb in files.blurbs:
        for key, picture in pictures_in(blurb.fields):
            if picture.file in present:
                data = folder.read_bytes(f"{files.path}/images/{picture.file}")
                if data is not None:
                    found[picture.file] = data
                continue
            near = nearest(picture.file, present)
            todo = f"did you mean '{near}'?" if near else "put the file there, or remove the picture"
            line = blurb.page.matter.line((key, "file"))
            what = f"there is no picture '{picture.file}' in {files.path}/images"
            mistakes.append(Mistake(blurb.page.path, line, what, todo))
    return tuple(sorted(found.items())), mistakes


def _order(
    publication: Publication, files: IssueFiles, matter: IssueMatter
) -> tuple[tuple[BlurbFile, ...], list[Mistake]]:
    """The blurbs in the order of the mail: issue.md's, else schedule.yaml's; blurbs of one kind by file name."""
    page = next((blurb.page for blurb in files.blurbs if blurb.kind == "opening"), None)
    if matter.sections is not None and page is not None:
        by_name = {blurb.name: blurb for blurb in files.blurbs}
        mistakes = []
        for at, name in enumerate(matter.sections):
            if name not in by_name:
                near = nearest(name, by_name)
                todo = f"did you mean '{near}'?" if near else f"write {name}.md, or remove it here"
                line = page.matter.line(("sections", at))
                mistakes.append(Mistake(page.path, line, f"there is no section '{name}' in this issue", todo))
        left_out = [name for name in by_name if name not in matter.sections]
        for name in left_out:
            line = page.matter.line(("sections",))
            what = f"the order leaves out '{name}', whose file is there"
            mistakes.append(Mistake(page.path, line, what, "add it to sections, or move its file away"))
        return tuple(by_name[name] for name in matter.sections if name in by_name), mistakes
    kinds = [section.kind for section in publication.schedule.sections]
    mistakes = [
        Mistake(
            blurb.page.path, 0, f"the publication has no section '{blurb.kind}'", "add it to sections in schedule.yaml"
        )
        for blurb in files.blurbs
        if blurb.kind not in kinds and blurb.kind in KINDS
    ]
    ordered = sorted((blurb for blurb in files.blurbs if blurb.kind in kinds), key=lambda one: kinds.index(one.kind))
    return tuple(ordered), mistakes
