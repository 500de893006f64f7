"""Source passages: what stands around the words that a finding is held against, where the source's text is here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.witnesses import opened_store
from newsletter.model.finding import Beside
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem, Entry, ItemId
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder
from newsletter.store import items


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePassage:
    """A sentence of a source with what stands around it; all of it is the source's words, plain text."""

    beside: Beside
    title: str  # of the item
    url: str  # of the item, as items.yaml names it; "" where it does not
    before: str  # of the same paragraph
    after: str


def source_passages(app: App, issue: IssueId, beside: Iterable[Beside]) -> tuple[SourcePassage, ...]:
    """Each with the rest of its paragraph; nothing around it where the item's text is not here."""
    wanted = tuple(beside)
    cited = {one.id: one for one in issuefiles.read(Folder(app.root), issue)[0].items}
    with opened_store(app) as store:
        names = [ItemId(one.item) for one in wanted if one.item]
        there = {} if store is None else {str(one.id): one.entry for one in items.find_many(store, names)}
    return tuple(_passage(one, there.get(one.item or ""), cited) for one in wanted)


def _passage(beside: Beside, entry: Entry | None, cited: dict[str, CitedItem]) -> SourcePassage:
    known = cited.get(beside.item or "")
    before, after = _around(beside.text, entry)
    title = entry.title if entry is not None else known.title if known else ""
    return SourcePassage(beside=beside, title=title, url=known.url if known else "", before=before, after=after)


def _around(text: str, entry: Entry | None) -> tuple[str, str]:
    """What stands in the same paragraph before a sentence, and behind it."""
    for paragraph in entry.paragraphs if entry is not None else ():
        before, found, after = paragraph.partition(text)
        if found:
            return before, after
    return "", ""
