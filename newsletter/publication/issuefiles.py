"""One issue's folder: issue.md, a blurb a file, items.yaml, images/. Read and validated; not yet joined to a draft."""

from __future__ import annotations

from dataclasses import dataclass, fields

from newsletter.model.errors import Mistake
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem
from newsletter.model.kinds import KINDS
from newsletter.model.shape import Day, Language, Line, Slug, Words, file_shape, nearest
from newsletter.publication import frontmatter, yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.frontmatter import Page
from newsletter.publication.yamlfile import Value, Written

ISSUES = "content/issues"


@file_shape
class IssueMatter:
    """The front matter of issue.md, but for the opening's own fields."""

    number: int
    date: Day  # the folder's date; written at `open`, never derived again
    subject: Line
    preheader: Line  # the hidden first line that inboxes preview
    language: Language | None = None  # else the publication's
    owners: dict[str, Slug] | None = None  # section name -> id of the team
    sections: tuple[Slug, ...] | None = None  # names of sections in order, instead of schedule.yaml's


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
    blurbs: tuple[BlurbFile, ...]  # the opening first, then by file name
    items: tuple[CitedItem, ...]
    items_written: Written


def read(folder: Folder, issue: IssueId) -> tuple[IssueFiles, list[Mistake]]:
    """The issue's files and every mistake in their form."""
    path = f"{ISSUES}/{issue}"
    matter, opening, mistakes = _issue_md(folder, issue, path)
    blurbs = [opening] if opening else []
    for name in folder.names(path, ".md"):
        if name != "issue.md":
            blurb, misfits = _blurb(folder, f"{path}/{name}", name.removesuffix(".md"))
            mistakes += misfits
            blurbs += [blurb] if blurb else []
    items, written, misfits = _items(folder, f"{path}/items.yaml")
    return IssueFiles(issue, path, matter, tuple(blurbs), items, written), mistakes + misfits


def _page(folder: Folder, path: str) -> tuple[Page | None, list[Mistake]]:
    text = folder.read_text(path)
    return (None, []) if text is None else frontmatter.split(text, path)


def _issue_md(folder: Folder, issue: IssueId, path: str) -> tuple[IssueMatter | None, BlurbFile | None, list[Mistake]]:
    page, mistakes = _page(folder, f"{path}/issue.md")
    if page is None or mistakes:
        return None, None, mistakes
    (opening, own, misfits) = _kind_fields("opening", page, IssueMatter)
    matter, more = yamlfile.build(IssueMatter, own, page.matter, page.path)
    mistakes = misfits + more
    if matter is not None and matter.date != issue.date:
        what = f"the date {matter.date} is not the folder's, {issue.date}"
        mistakes.append(Mistake(page.path, page.matter.line(("date",)), what, f"write {issue.date}, or move the issue"))
    if matter is not None and matter.number < 1:
        line = page.matter.line(("number",))
        mistakes.append(Mistake(page.path, line, f"the number {matter.number} is below 1", "write the issue's number"))
    blurb = BlurbFile("opening", "opening", BlurbMatter(), opening, page) if opening is not None else None
    return matter, blurb, mistakes


def _blurb(folder: Folder, path: str, name: str) -> tuple[BlurbFile | None, list[Mistake]]:
    page, mistakes = _page(folder, path)
    if page is None or mistakes:
        return None, mistakes
    value = page.matter.value
    told = value.get("kind") if isinstance(value, dict) else None
    kind = told if isinstance(told, str) else kind_of(name)
    if kind == "opening" or kind not in KINDS:
        line = page.matter.line(("kind",)) if told else 0
        near = nearest(kind or name, set(KINDS) - {"opening"})
        todo = f"did you mean '{near}'?" if near else "name the file after its kind, or add a line `kind: ...`"
        return None, [Mistake(path, line, f"'{kind or name}' is no kind of blurb", todo)]
    found, own, mistakes = _kind_fields(kind, page, BlurbMatter)
    matter, more = yamlfile.build(BlurbMatter, own, page.matter, path)
    mistakes += more
    if found is None or matter is None:
        return None, mistakes
    return BlurbFile(name, kind, matter, found, page), mistakes


def kind_of(name: str) -> str | None:
    """The kind a file's name says: "read-more-ports" is a read-more. None when it says none."""
    parts = name.split("-")
    candidates = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((candidate for candidate in candidates if candidate in KINDS), None)


def _kind_fields(kind: str, page: Page, matter: type[object]) -> tuple[object | None, Value, list[Mistake]]:
    """The kind's own fields out of the front matter, and the keys that are left for `matter`."""
    if not isinstance(page.matter.value, dict):
        return None, None, [Mistake(page.path, 1, "the front matter holds no keys", "write key: value lines in it")]
    shape = KINDS[kind]
    named = {one.name for one in fields(shape)}  # type: ignore[arg-type]  # KINDS holds dataclasses only
    shared = {one.name for one in fields(matter)}  # type: ignore[arg-type]  # so is every matter
    value = page.matter.value
    own = {key: inner for key, inner in value.items() if key in shared and key not in named}
    rest = {key: inner for key, inner in value.items() if key not in own}
    strays = [key for key in rest if key not in named]
    mistakes = []
    for key in strays:
        near = nearest(key, named | shared)
        todo = f"did you mean `{near}`?" if near else f"remove it; known here: {', '.join(sorted(named | shared))}"
        line = page.matter.line((key,))
        mistakes.append(Mistake(page.path, line, f"`{key}` is not a key that is known here", todo))
        del rest[key]
    found, misfits = yamlfile.build(shape, rest, page.matter, page.path)
    return found, own, mistakes + misfits


def _items(folder: Folder, path: str) -> tuple[tuple[CitedItem, ...], Written, list[Mistake]]:
    if not folder.exists(path):
        return (), Written(None), []
    return yamlfile.read_list(folder.read_text(path), CitedItem, path)
