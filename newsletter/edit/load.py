"""Reads an issue's files into a `Draft`, or tells every mistake in them at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.edit.order import arranged, section_of
from newsletter.model.draft import Blurb, Draft, image_path
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.kinds import KINDS, pictures_in, references_in
from newsletter.model.letter import Greeting
from newsletter.model.people import Person
from newsletter.model.prose import Prose
from newsletter.model.shape import nearest, shown
from newsletter.model.theme import Theme
from newsletter.publication import calendar, issuefiles
from newsletter.publication.folder import Folder
from newsletter.publication.frontmatter import Page
from newsletter.publication.issuefiles import BlurbFile, IssueFiles, IssueMatter, kind_of
from newsletter.publication.publication import Publication
from newsletter.text import markdown
from newsletter.text.syntax import ITEM


def load(publication: Publication, folder: Folder, issue: IssueId) -> Draft:
    """The draft of an issue. Raises `ContentError` with every mistake in its files."""
    files, mistakes = issuefiles.read(folder, issue)
    bodies = {page.path: _prose(page.body) for page in files.pages}
    known = _Known(
        items=files.item_ids,
        people={person.id: person for person in publication.people},
        items_path=f"{files.path}/items.yaml",
    )
    for page in files.pages:
        prose, troubles = bodies[page.path]
        offset = page.body_line - 1
        mistakes += [Mistake(page.path, one.line + offset, one.what, one.todo) for one in troubles]
        mistakes += _marks(page, prose, known)
    for blurb in files.blurbs:
        mistakes += _references(blurb, known)
    images, more = _images(folder, files, publication.schedule.theme)
    mistakes += more
    try:
        week = calendar.week(publication.schedule.calendar, issue)
    except OverflowError:
        mistakes.append(Mistake(files.path, 0, "the folder's date lies beyond the calendar", "rename the folder"))
    if files.matter is None:
        raise ContentError(mistakes + folder.mistakes)
    order, plan, more = arranged(publication.schedule, files, files.matter)
    mistakes += [*more, *_owners(publication, files, files.matter), *folder.mistakes]
    if mistakes:
        raise ContentError(mistakes)
    named = [ref for blurb in files.blurbs for to, ref, _ in references_in(blurb.fields) if to == "person"]
    return Draft(
        issue=issue,
        number=IssueNumber(files.matter.number),
        language=files.matter.language or publication.schedule.language,
        subject=files.matter.subject,
        preheader=files.matter.preheader,
        topics=files.matter.topics,
        greeting=_greeting(publication, files),
        week=week,
        blurbs=tuple(_blurb(blurb, bodies[blurb.page.path][0]) for blurb in order),
        plan=plan,
        items=files.items,
        people=tuple(known.people[ref] for ref in sorted(set(named))),
        waivers=files.waivers,
        images=images,
        texts=(*((page.path, page.text) for page in files.pages), *_lists(folder, files)),
        files=folder.opened,
    )


def _lists(folder: Folder, files: IssueFiles) -> Iterator[tuple[str, str]]:
    """The YAML files beside the blurbs, where findings may point to."""
    for name in ("items.yaml", "waivers.yaml"):
        path = f"{files.path}/{name}"
        if folder.exists(path) and (text := folder.read_text(path)) is not None:
            yield path, text


@lru_cache(maxsize=256)
def _prose(body: str) -> tuple[Prose, tuple[markdown.Trouble, ...]]:
    return markdown.parse(body)


@dataclass(frozen=True, slots=True)
class _Known:
    """What a blurb may name."""

    items: frozenset[str] | None  # None: nobody knows, items.yaml could not be read
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
        body_line=file.page.body_line,
        lines=tuple(sorted((".".join(map(str, key)), line) for key, line in file.page.matter.lines.items())),
    )


def _greeting(publication: Publication, files: IssueFiles) -> Greeting:
    usual = publication.schedule.greeting
    own = next((getattr(blurb.fields, "greeting", None) for blurb in files.blurbs if blurb.kind == "opening"), None)
    return Greeting(plain=own or usual.plain, named=None if own else usual.named)


def _marks(page: Page, prose: Prose, known: _Known) -> Iterator[Mistake]:
    """Every mark in a body that names nothing, or that is none because its id is not written as one."""
    for mark in prose.marks:
        yield from _item(page.path, mark.line + page.body_line - 1, mark.item, known)
    for number, line in enumerate(page.body.split("\n"), page.body_line):
        for match in re.finditer(r"(?<!\\)\[\^([^\]]{0,200})\](?!:)", re.sub(r"`[^`]*`", "", line)):
            if not re.fullmatch(ITEM, match[1]):
                what = f"the mark [^{shown(match[1])}] does not name an id"
                near = nearest(match[1].lower(), known.items or ())
                todo = (
                    f"did you mean [^{near}]?" if near else "write small letters, digits and hyphens, as [^reuters-3]"
                )
                yield Mistake(page.path, number, what, todo)


def _references(blurb: BlurbFile, known: _Known) -> Iterator[Mistake]:
    """Every id in a front matter that names nothing."""
    path, written = blurb.page.path, blurb.page.matter
    for at, item in enumerate(blurb.matter.items):
        yield from _item(path, written.line(("items", at)), item, known)
    for to, ref, key in references_in(blurb.fields):
        if to == "item":
            yield from _item(path, written.line((key,)), ref, known)
        elif to == "person" and ref not in known.people:
            near = nearest(ref, known.people)
            todo = f"did you mean '{near}'?" if near else "add a card with this id there"
            yield Mistake(path, written.line((key,)), f"no card in content/people.yaml has the id '{ref}'", todo)


def _item(path: str, line: int, item: str, known: _Known) -> Iterator[Mistake]:
    if known.items is not None and item not in known.items:
        near = nearest(item, known.items)
        todo = f"did you mean '{near}'?" if near else f"add an entry with this id to {known.items_path}"
        yield Mistake(path, line, f"no item of this issue has the id '{shown(item)}'", todo)


def _owners(publication: Publication, files: IssueFiles, matter: IssueMatter) -> Iterator[Mistake]:
    """Owners who are not of the team, and owned sections that could never be there."""
    page = next(page for page in files.pages if page.name == "issue")
    team = [member.id for member in publication.schedule.team]
    sections = {section_of(one) for one in files.pages} | set(KINDS)
    for section, owner in (matter.owners or {}).items():
        line = page.matter.line(("owners", section))
        if owner not in team:
            near = nearest(owner, team)
            todo = f"did you mean '{near}'?" if near else "write the id of one of the team in schedule.yaml"
            yield Mistake(page.path, line, f"no one of the team has the id '{shown(owner)}'", todo)
        if section not in sections and kind_of(section) is None:
            near = nearest(section, sections)
            todo = f"did you mean '{near}'?" if near else f"write {section}.md, or remove it here"
            yield Mistake(page.path, line, f"there is no section '{shown(section)}'", todo)


def _images(folder: Folder, files: IssueFiles, theme: Theme) -> tuple[tuple[tuple[str, bytes], ...], list[Mistake]]:
    found: dict[str, bytes] = {}
    mistakes = []
    present = folder.names_below(f"{files.path}/images")
    for blurb in files.blurbs:
        for key, picture, _ in pictures_in(blurb.fields):
            if picture.file in present:
                path = image_path(blurb.page.path, picture.file)
                found[path] = folder.read_bytes(path) or b""
                continue
            near = nearest(picture.file, [name for name in present if name.isprintable()])
            todo = f"did you mean '{near}'?" if near else "put the file there, or remove the picture"
            line = blurb.page.matter.line((key, "file"))
            what = f"there is no picture '{shown(picture.file)}' in {files.path}/images"
            mistakes.append(Mistake(blurb.page.path, line, what, todo))
    if logo := theme.logo:
        for path in filter(None, (logo.light, logo.dark)):
            found[path] = folder.read_bytes(path) or b""
    return tuple(sorted(found.items())), mistakes
