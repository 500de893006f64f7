"""List: who the readers are, with whether they may be written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from newsletter.actions.app import App
from newsletter.actions.readers import readers_store, spelt
from newsletter.model.subscriber import Mark, Reason, Subscriber, SubscriberState, Suppression
from newsletter.store import importing, subscribers, suppressions
from newsletter.store.engine import Store
from newsletter.store.importing import Import

_PAGE = 500  # readers read at a time


@dataclass(frozen=True, slots=True)
class Listed:
    """One reader, and why they must not be written to; mostly nothing."""

    subscriber: Subscriber
    forbidding: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Readership:
    """The readers, or the first of them."""

    listed: tuple[Listed, ...]  # in the order of their marks
    more: bool  # there are others like them
    counts: Mapping[SubscriberState, int]  # of all readers


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept about one address, but for its story."""

    subscriber: Subscriber | None
    suppressions: tuple[Suppression, ...]  # lifted ones too
    brought: Import | None  # the import they came with


def list_subscribers(
    app: App, limit: int, *, state: SubscriberState | None = None, tag: str | None = None
) -> Readership:
    """At most so many readers, of one state and with one tag where these are given."""
    with readers_store(app) as readers:
        found = list(islice(chain.from_iterable(pages(readers.store, state=state, tag=tag)), limit + 1))
        return Readership(tuple(found[:limit]), len(found) > limit, subscribers.count(readers.store))


def show_subscriber(app: App, address: str) -> Known:
    """What is kept about an address. Raises `ConfigError` for what is none."""
    with readers_store(app) as readers:
        store, marks = readers.store, readers.marks(spelt(address))
        found = subscribers.find(store, marks)
        brought = importing.get(store, found.imported) if found and found.imported is not None else None
        return Known(found, suppressions.of(store, marks), brought)


def pages(store: Store, *, state: SubscriberState | None = None, tag: str | None = None) -> Iterator[list[Listed]]:
    """The readers, a page at a time."""
    after: Mark | None = None
    while found := subscribers.page(store, after, _PAGE, state=state, tag=tag):
        forbidding: dict[Mark, list[Reason]] = {}
        for one in suppressions.living(store, [reader.mark for reader in found]):
            forbidding.setdefault(one.mark, []).append(one.reason)
        yield [Listed(reader, tuple(forbidding.get(reader.mark, ()))) for reader in found]
        after = found[-1].mark
