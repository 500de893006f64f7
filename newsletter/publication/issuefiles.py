"""One issue's folder: issue.md, a blurb a file, items.yaml, images/. Read and validated; not yet joined to a draft."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any

from pydantic import BeforeValidator

from newsletter.model.errors import Mistake
from newsletter.model.finding import Waiver
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem
from newsletter.model.kinds import KINDS
from newsletter.model.shape import Day, Language, Line, Slug, Words, file_shape, nearest, shown
from newsletter.publication import frontmatter, yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.frontmatter import Page
from newsletter.publication.schedule import WordLimits
from newsletter.publication.yamlfile import T, Value

ISSUES = "content/issues"


@file_shape
class SectionHere:
    """One section of this issue, where it asks for something else than schedule.yaml."""

    name: Slug  # of the blurb's file
    required: bool | None = None
    words: WordLimits | None = None


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Place = Annotated[SectionHere, BeforeValidator(_named)]  # a name alone, or a group


@file_shape
class IssueMatter:
    """The front matter of issue.md, but for the opening's own fields."""

    number: int
    date: Day  # the folder's date; written at `open`, never derived again
    subject: Line
    preheader: Line  # the hidden first line that inboxes preview
    language: Language | None = None  # else the publication's
    owners: dict[str, Slug] | None = None  # section name -> id of the team
    topics: tuple[Line, ...] = ()  # what the archive's index lists the issue under
    sections: tuple[Place, ...] | None = None  # in order, instead of schedule.yaml's


@file_shape
class BlurbMatter:
    """What every blurb's front matter may hold beside its kind's fields."""

    kind: Words | None = None  # else the file's name says it
    heading: Line | None = None  # instead of the kind's usual one
    items: tuple[Slug, ...] = ()  # ids of items.yaml it leans on without a mark


@dataclass(frozen=True, slots=True)
class BlurbFile:
    """One blurb as its file says it."""

    name: str
    kind: str
    matter: BlurbMatter
    fields: object  # an instance of KINDS[kind]
    page: Page


@dataclass(frozen=True, slots=True)
class IssueFiles:
    """Everything in an issue's folder that could be read."""

    issue: IssueId
    path: str
    matter: IssueMatter | None
    pages: tuple[Page, ...]  # every Markdown file that could be read, those with a mistake too: issue.md, then by name
    waiting: frozenset[str]  # names of blurbs whose file is there and not yet begun
    blurbs: tuple[BlurbFile, ...]  # the opening first, then by file name
    items: tuple[CitedItem, ...]
    item_ids: frozenset[str] | None  # those of entries with a mistake too; None when items.yaml could not be read
    waivers: tuple[Waiver, ...]


def read(folder: Folder, issue: IssueId) -> tuple[IssueFiles, list[Mistake]]:
    """The issue's files and every mistake in their form."""
    path = f"{ISSUES}/{issue}"
    found, mistakes = _pages(folder, path)
    pages = [page for page in found if _begun(page)]
    waiting = frozenset(page.name for page in found if not _begun(page))
    whole = [page for page in pages if page.path not in {mistake.path for mistake in mistakes}]
    matter, blurbs = None, []
    for page in whole:
        if page.path == f"{path}/issue.md":
            matter, blurb, misfits = _issue_md(page, issue)
        else:
            blurb, misfits = _blurb(page)
        mistakes += misfits
        blurbs += [blurb] if blurb else []
    items, ids, misfits = _items(folder, f"{path}/items.yaml")
    waivers, more = _waivers(folder, f"{path}/waivers.yaml")
    read = IssueFiles(issue, path, matter, tuple(pages), waiting, tuple(blurbs), items, ids, waivers)
    return read, mistakes + misfits + more


def _pages(folder: Folder, path: str) -> tuple[list[Page], list[Mistake]]:
    """The Markdown files of an issue, each divided, and what is wrong with their form."""
    pages, mistakes = [], []
    for name in ("issue.md", *(name for name in folder.names(path, ".md") if name != "issue.md")):
        text = folder.read_text(f"{path}/{name}")
        if text is not None:
            page, misfits = frontmatter.split(text, f"{path}/{name}")
            pages.append(page)
            mistakes += misfits
    return pages, mistakes


def _begun(page: Page) -> bool:
    """Whether anything is written: `open` makes files whose keys are all empty, and they are no part of the issue."""
    value = page.matter.value
    return bool(page.body.strip()) or not isinstance(value, dict) or any(one is not None for one in value.values())


def _issue_md(page: Page, issue: IssueId) -> tuple[IssueMatter | None, BlurbFile | None, list[Mistake]]:
    opening, matter, mistakes = _built("opening", page, IssueMatter)
    if matter is not None and matter.date != issue.date:
        what = f"the date {matter.date} is not the folder's, {issue.date}"
        mistakes.append(Mistake(page.path, page.matter.line(("date",)), what, f"write {issue.date}, or move the issue"))
    if matter is not None and matter.number < 1:
        line = page.matter.line(("number",))
        mistakes.append(Mistake(page.path, line, f"the number {matter.number} is below 1", "write the issue's number"))
    blurb = BlurbFile("opening", "opening", BlurbMatter(), opening, page) if opening is not None else None
    return matter, blurb, mistakes


def _blurb(page: Page) -> tuple[BlurbFile | None, list[Mistake]]:
    path, name, value = page.path, page.name, page.matter.value
    told = value.get("kind") if isinstance(value, dict) else None
    kind = told if isinstance(told, str) else kind_of(name)
    if kind == "opening" or kind not in KINDS:
        line = page.matter.line(("kind",)) if told else 0
        near = nearest(kind or name, set(KINDS) - {"opening"})
        todo = f"did you mean '{near}'?" if near else "name the file after its kind, or add a line `kind: ...`"
        if kind == "opening":
            return None, [Mistake(path, line, "the opening stands in issue.md", "move its text there, and remove this")]
        return None, [Mistake(path, line, f"'{shown(kind or name)}' is no kind of blurb", todo)]
    found, matter, mistakes = _built(kind, page, BlurbMatter)
    if found is None or matter is None:
        return None, mistakes
    return BlurbFile(name, kind, matter, found, page), mistakes


def kind_of(name: str) -> str | None:
    """The kind a file's name says: "read-more-ports" is a read-more. None when it says none."""
    parts = name.split("-")
    candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((candidate for candidate in candidates if candidate in KINDS), None)


def _built(kind: str, page: Page, shape: type[T]) -> tuple[object | None, T | None, list[Mistake]]:
    """The front matter divided into the kind's own fields and the rest, which is a `shape`; each None when it has a
    mistake.
    """
    value = page.matter.value
    if not isinstance(value, dict):
        return None, None, [Mistake(page.path, 1, "the front matter holds no keys", "write key: value lines in it")]
    of_kind: Any = KINDS[kind]
    rest: Any = shape
    named = {one.name for one in fields(of_kind)}
    shared = {one.name for one in fields(rest)} - named
    strays = [key for key in value if key not in named | shared]
    mistakes = [
        Mistake(page.path, page.matter.line((key,)), *yamlfile.unknown_key(key, named | shared)) for key in strays
    ]
    meant = {near for key in strays if (near := nearest(key, named | shared))}
    own: Value = {key: inner for key, inner in value.items() if key in named}
    left: Value = {key: inner for key, inner in value.items() if key in shared}
    found, misfits = yamlfile.build(KINDS[kind], own, page.matter, page.path, meant=meant)
    matter, more = yamlfile.build(shape, left, page.matter, page.path, meant=meant)
    return (None if strays else found), matter, mistakes + misfits + more


def _items(folder: Folder, path: str) -> tuple[tuple[CitedItem, ...], frozenset[str] | None, list[Mistake]]:
    """The items, their ids and every mistake in the file, which an issue need not have."""
    if not folder.exists(path):
        return (), frozenset(), []
    text = folder.read_text(path)
    items, written, mistakes = yamlfile.read_list(text, CitedItem, path)
    if text is None or (mistakes and not isinstance(written.value, list)):
        return (), None, mistakes
    entries = written.value if isinstance(written.value, list) else []
    return items, frozenset(str(entry.get("id")) for entry in entries if isinstance(entry, dict)), mistakes


def _waivers(folder: Folder, path: str) -> tuple[tuple[Waiver, ...], list[Mistake]]:
    """What the team has decided to let pass; an issue need not have the file."""
    if not folder.exists(path):
        return (), []
    waivers, _, mistakes = yamlfile.read_list(folder.read_text(path), Waiver, path)
    return waivers, mistakes
