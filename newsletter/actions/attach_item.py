"""Attach: an item goes into an issue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.item_page import source_of
from newsletter.actions.noting import noted, void_by, voiding
from newsletter.edit import attach
from newsletter.edit import open as opening
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem, Decision, Item, ItemId, Triage
from newsletter.model.kinds import KINDS
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.issuefiles import IssueFiles
from newsletter.publication.publication import Publication
from newsletter.publication.write import alone, change
from newsletter.store import items
from newsletter.store.engine import open_store
from newsletter.store.errors import UnknownItem


@dataclass(frozen=True, slots=True)
class Attached:
    """What attaching an item changed."""

    item: Item
    cited: CitedItem  # its entry in items.yaml
    files: tuple[Path, ...]  # what was written
    mark: str  # what points to it from a text: "[^gazette-17]"


def attach_item(
    app: App, name: ItemId, section: str, issue: IssueId, who: str, day: date | None = None, *, login: str | None = None
) -> Attached:
    """Writes the item into items.yaml and its credit line into the section's blurb; what is written there stays.

    `day` dates an item that has no date of its own. The item's decisions keep who did it and where; the audit log has
    an entry where signatures hold no longer. `login`: None, where they have signed in at the desk.

    Raises `UnknownItem`; `ConfigError` for an unknown section or issue, an item without an address, and one whose
    source is marked "do not use"; `ContentError` when the issue's files hold mistakes that stand in the way.
    """
    known_issue(app, issue)
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; attach the item to one in preparation")
    publication = read_publication(app, Folder(app.root))
    with alone(issue_folder(app.root, issue)), open_store(app.database) as store:
        files, mistakes = issuefiles.read(Folder(app.root), issue)
        if mistakes:
            raise ContentError(mistakes)
        item = items.find(store, name)
        if item is None:
            raise UnknownItem(name)
        cited = _cited(item, publication, files, day)
        written = _written(app, publication, files, issue, section, item, cited)
        decision = Decision(state=Triage.KEPT, who=who, when=app.clock(), why=f"attached to {section} of {issue}")
        void = void_by(app, (issue,), {one.path.relative_to(app.root).as_posix(): one.after for one in written})
        with noted(app, voiding(app, claimed(who, login), void, f"{name} was attached to {section}")):
            for one in written:
                change(one.path, one.before, one.after)
        kept = items.decide(store, name, decision)
    return Attached(kept, cited, tuple(one.path for one in written), f"[^{cited.id}]")


@dataclass(frozen=True, slots=True)
class _Change:
    """A file as it is and as it will be."""

    path: Path
    before: bytes | None  # None: it is not there
    after: bytes


def _written(
    app: App,
    publication: Publication,
    files: IssueFiles,
    issue: IssueId,
    section: str,
    item: Item,
    cited: CitedItem,
) -> list[_Change]:
    """The files as they will be, before the first is written."""
    folder = issue_folder(app.root, issue)
    made: list[_Change] = []
    if cited.id not in {one.id for one in files.items}:
        made.append(_changed(folder / "items.yaml", "", lambda text: attach.items_with(text, cited)))
    kind = issuefiles.kind_of(section)
    if section in ("opening", "issue"):
        return made
    if kind is None:
        kinds = ", ".join(sorted(KINDS))
        raise ConfigError("section", f"'{section}' names no kind of section; they are {kinds}, also as beyond-2")
    said = attach.says(kind, item, cited, publication.people)
    new = opening.blurb_of(publication.schedule, kind)
    made.append(_changed(folder / f"{section}.md", new, lambda text: attach.blurb_with(text, said, cited.id)))
    return made


def _changed(path: Path, new: str, how: Callable[[str], str]) -> _Change:
    """One file changed; it begins as `new` where it is not there. Its line ends stay."""
    before = path.read_bytes() if path.exists() else None
    text = new if before is None else before.decode("utf-8")
    return _Change(path, before, attach.with_line_ends(text, how).encode())


def _cited(item: Item, publication: Publication, files: IssueFiles, day: date | None) -> CitedItem:
    """The item as items.yaml keeps it; an entry that is there already stays as it is."""
    source = source_of(item, publication)
    if reason := attach.unusable(item, source):
        raise ConfigError("item", reason)
    there = next((one for one in files.items if one.id == item.id or one.url == item.entry.link), None)
    if there is not None:
        return there
    return attach.citation(item, source.name if source else item.entry.source, day)
