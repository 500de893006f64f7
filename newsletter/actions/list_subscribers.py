"""List: who the readers are, with whether they may be written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
    app: App,
    limit: int,
    *,
    state: SubscriberState | None = None,
    tag: str | None = None,
    words: str | None = None,
    after: Mark | None = None,
) -> Readership:
    """At most so many readers, of one state, with one tag and with these words in address or name where these are
    given, behind the one with the mark `after`."""
    with readers_store(app) as readers:
        store = readers.store
        found = subscribers.page(store, after, limit + 1, state=state, tag=tag, words=words)
        return Readership(tuple(_listed(store, found[:limit])), len(found) > limit, subscribers.count(store))


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
        yield _listed(store, found)
        after = found[-1].mark


def _listed(store: Store, found: Sequence[Subscriber]) -> list[Listed]:
    forbidding: dict[Mark, list[Reason]] = {}
    for one in suppressions.living(store, [reader.mark for reader in found]):
        forbidding.setdefault(one.mark, []).append(one.reason)
    return [Listed(reader, tuple(forbidding.get(reader.mark, ()))) for reader in found]
