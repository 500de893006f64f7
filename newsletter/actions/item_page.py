"""One item with all that is known of it: its versions, its original, what was decided, which issues cite it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from newsletter.actions.app import App
from newsletter.gather.telling import with_unit
from newsletter.model.issue import IssueId
from newsletter.model.item import Decision, Entry, Item, ItemId, Original
from newsletter.model.source import RightsPolicy, Source
from newsletter.publication.folder import MAX_BYTES, issue_folder, issue_ids
from newsletter.publication.publication import Publication
from newsletter.store import items
from newsletter.store.engine import open_store
from newsletter.store.errors import UnknownItem
from newsletter.text.changes import Run, word_changes
from newsletter.text.figures import find_figures

FIGURES = 12  # different ones that are shown
READ = 6_000  # characters of a text that figures are looked for in
COMPARED = 8_000  # characters of a text, or of a title, that two versions are compared in
VERSIONS = 10  # the newest, that are held against each other


@dataclass(frozen=True, slots=True)
class Sent:
    """What the source sent, as far as a page says it."""

    media_type: str
    octets: int


@dataclass(frozen=True, slots=True)
class Revision:
    """What one version of an item changed in the one before."""

    seen: datetime  # when we first saw it
    number: int  # of the version, from 2
    title: tuple[tuple[Run, ...], ...]  # each paragraph that differs; empty where none does
    deck: tuple[tuple[Run, ...], ...]
    text: tuple[tuple[Run, ...], ...]
    besides: tuple[str, ...]  # what else is another, in a word: "authors", "rights notice"
    is_cut: bool  # whether the texts are too long to be held against each other whole


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Everything a page says of an item."""

    now: datetime
    item: Item
    source: Source | None  # None: sources.yaml no longer names it
    policy: RightsPolicy  # the stricter of what the item says and of what sources.yaml says now
    sent: Sent | None  # None: it was too large to keep
    revisions: tuple[Revision, ...]  # the newest first
    decisions: tuple[Decision, ...]  # the newest first
    cited_in: tuple[IssueId, ...]  # the newest first
    figures: tuple[str, ...]  # "90 days", in the order of the text
    original_of: Item | None  # the rejected item that it repeats


def read_item(app: App, publication: Publication, name: ItemId) -> ItemPage:
    """The item with its history. Changes nothing. Raises `UnknownItem`."""
    with open_store(app.database) as store:
        item = items.find(store, name)
        if item is None:
            raise UnknownItem(name)
        sent = items.original(store, name)
        source = source_of(item, publication)
        return ItemPage(
            now=app.clock(),
            item=item,
            source=source,
            policy=policy_of(item, source),
            sent=Sent(sent.media_type, len(sent.data)) if sent else None,
            revisions=revisions(items.versions(store, name)) if item.versions > 1 else (),
            decisions=items.decisions(store, name)[::-1],
            cited_in=tuple(_citing(app.root, item)),
            figures=figures_of(item.entry),
            original_of=items.find(store, item.copy_of) if item.copy_of else None,
        )


def read_original(app: App, name: ItemId) -> Original:
    """What the newest version of an item was read from, untouched. Raises `UnknownItem` where nothing is kept."""
    with open_store(app.database) as store:
        original = items.original(store, name)
    if original is None:
        raise UnknownItem(name)
    return original


def source_of(item: Item, publication: Publication) -> Source | None:
    """The source of an item, as sources.yaml declares it now; None where it names it no longer."""
    return next((source for source in publication.sources if source.id == item.entry.source), None)


def policy_of(item: Item, source: Source | None) -> RightsPolicy:
    """What may be done with an item: the stricter of what was found when it came and of what its source says now."""
    policy = item.entry.rights.policy
    return policy.stricter(source.rights) if source else policy


def figures_of(entry: Entry) -> tuple[str, ...]:
    """The figures an item gives, as it writes them with their units; each once, in the order of its text."""
    text = "\n".join((entry.title, entry.deck or "", *entry.paragraphs))[:READ]
    return tuple(dict.fromkeys(map(with_unit, find_figures(text, entry.language))))[:FIGURES]


def revisions(versions: tuple[tuple[datetime, Entry], ...]) -> tuple[Revision, ...]:
    """What each version changed, the newest first; of many versions the last ones. The oldest version comes first."""
    first = max(0, len(versions) - VERSIONS)
    pairs = enumerate(pairwise(versions[first:]), first + 2)
    return tuple(_revision(number, before, seen, after) for number, ((_, before), (seen, after)) in pairs)[::-1]


def _revision(number: int, before: Entry, seen: datetime, after: Entry) -> Revision:
    old, new = _text(before), _text(after)
    return Revision(
        seen=seen,
        number=number,
        title=word_changes(before.title[:COMPARED], after.title[:COMPARED]),
        deck=word_changes((before.deck or "")[:COMPARED], (after.deck or "")[:COMPARED]),
        text=word_changes(old[:COMPARED], new[:COMPARED]),
        besides=tuple(_besides(before, after)),
        is_cut=max(len(old), len(new)) > COMPARED,
    )


def _text(entry: Entry) -> str:
    return "\n\n".join(entry.paragraphs)


def _besides(before: Entry, after: Entry) -> Iterator[str]:
    """What else of an item is another than before."""
    for words, field in (
        ("kicker", "kicker"),
        ("authors", "authors"),
        ("address", "link"),
        ("date of publication", "published"),
        ("date of the update", "updated"),
        ("kind of text", "label"),
        ("language", "language"),
    ):
        if getattr(before, field) != getattr(after, field):
            yield words
    if before.rights.policy is not after.rights.policy:
        yield f"rights, now {after.rights.policy.value}"
    if before.rights.notice != after.rights.notice:
        yield "rights notice"


def _citing(root: Path, item: Item) -> Iterator[IssueId]:
    """The issues whose items.yaml names the item or its address, the newest first.

    Hundreds of lists are only searched, not parsed: a name is found where a line says `id: gazette-17`.
    """
    wanted = [f"id: {item.id}".encode(), *([item.entry.link.encode()] if item.entry.link else [])]
    for issue in reversed(issue_ids(root)):
        path = issue_folder(root, issue) / "items.yaml"
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            continue
        data = path.read_bytes()
        if any(_names(data, one) for one in wanted):
            yield issue


def _names(data: bytes, wanted: bytes) -> bool:
    """Whether a line ends with it: "gazette-1" is not found in "gazette-17", nor an address in a longer one."""
    at = data.find(wanted)
    while at >= 0:
        if not data[at + len(wanted) : at + len(wanted) + 1].strip(b"\r\n\t \"'"):
            return True
        at = data.find(wanted, at + 1)
    return False
