"""Witnesses: what was gathered that an issue is held against. Nothing is gathered, and no database made, by asking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.actions.app import App
from newsletter.check.runs import marks_in, marks_of
from newsletter.check.wording import Wording
from newsletter.model import links
from newsletter.model.draft import Draft
from newsletter.model.evidence import Evidence, Witness
from newsletter.model.item import CitedItem, Item, ItemId
from newsletter.model.source import Source
from newsletter.publication.publication import Publication
from newsletter.store import items
from newsletter.store.addresses import items_naming
from newsletter.store.engine import Store, open_store
from newsletter.store.fingerprints import bring_up_to_date, sharing

_MOST = 60  # witnesses: those that have most words of the issue; stock phrases bring in others


@contextmanager
def opened_store(app: App) -> Iterator[Store | None]:
    """The store while the block runs; None in a clone, which has none."""
    if not app.is_home:
        yield None
        return
    with open_store(app.database) as store:
        yield store


def witnesses(store: Store | None, wordings: Iterable[Wording], publication: Publication) -> tuple[Witness, ...] | None:
    """The items that have a run of words in common with the issue, cited or not, at most 60, those with most of it
    first; None without a store. What was gathered since it was last asked for is fingerprinted first.
    """
    if store is None:
        return None
    bring_up_to_date(store, marks_of)
    outlets = {source.id: source.name for source in publication.sources}
    found = items.find_many(store, sharing(store, marks_in(wordings), _MOST))
    return tuple(
        Witness(item=one.id, outlet=outlets.get(one.entry.source, str(one.entry.source)), entry=one.entry)
        for one in found
    )


def evidence_of(store: Store | None, draft: Draft, publication: Publication) -> tuple[Evidence, ...]:
    """What is here of each item that the issue cites, in the order of items.yaml.

    An item is known by its id, else by the digest of its words, else by its address.
    """
    found = {} if store is None else _found(store, draft.items, publication)
    return tuple(_evidence(cited, found.get(cited.id), publication) for cited in draft.items)


@dataclass(frozen=True, slots=True)
class _Known:
    """A cited item as the store knows it."""

    id: ItemId
    item: Item | None  # None: its text was purged


def _evidence(cited: CitedItem, known: _Known | None, publication: Publication) -> Evidence:
    item = known.item if known else None
    source = _source(cited, item, publication.sources)
    return Evidence(
        cited=cited,
        item=known.id if known else None,
        entry=item.entry if item else None,
        quote_limit=source.quote_limit if source else 0,
        forgotten=known is not None and item is None,
    )


def _source(cited: CitedItem, item: Item | None, sources: Sequence[Source]) -> Source | None:
    """The source of an item: by its entry where that is here, else the one of the outlet's name."""
    if item is not None:
        return next((source for source in sources if source.id == item.entry.source), None)
    return next((source for source in sources if source.name == cited.outlet), None)


def _found(store: Store, cited: Sequence[CitedItem], publication: Publication) -> dict[str, _Known]:
    """The items of the store that are cited, by the id that items.yaml gives each."""
    by_name = {str(item.id): item for item in items.find_many(store, (ItemId(one.id) for one in cited))}
    digests = {one.text_digest for one in cited if one.text_digest and one.id not in by_name}
    same_words = items.with_digests(store, digests) if digests else frozenset()
    by_digest = {item.entry.digest: item for item in items.find_many(store, sorted(same_words))}
    rest = [one for one in cited if one.id not in by_name and one.text_digest not in by_digest]
    at = _at_addresses(store, rest)
    there = {item.id: item for item in items.find_many(store, {name for names in at.values() for name in names})}
    found: dict[str, _Known] = {}
    for one in cited:
        if item := by_name.get(one.id) or by_digest.get(one.text_digest):
            found[one.id] = _Known(item.id, item)
        elif names := at.get(one.id):
            outlets = {source.id for source in publication.sources if source.name == one.outlet}
            kept = [there[name] for name in names if name in there]
            # Two feeds may carry one page: the cited outlet's own comes first, then what came last.
            best = max(kept, key=lambda item: (item.entry.source in outlets, item.changed, item.id), default=None)
            found[one.id] = _Known(best.id if best else names[-1], best)
    return found


def _at_addresses(store: Store, cited: Sequence[CitedItem]) -> dict[str, list[ItemId]]:
    """The items that stand at each one's address, purged ones too."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for one in cited:
        address = links.canonical(one.url)
        if not links.is_front_page(address):  # which every item of a site may carry
            wanted[address].append(one.id)
    hosts = {host for address in wanted if (host := urlsplit(address).hostname)}
    found: defaultdict[str, list[ItemId]] = defaultdict(list)
    for name, link in items_naming(store, hosts):
        for cited_as in wanted.get(links.canonical(link), ()):
            found[cited_as].append(name)
    return found
