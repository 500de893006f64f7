"""Tell: the whole story of one address, for `newsletter why`."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.readers import readers_store, spelt
from newsletter.model.subscriber import Subscriber
from newsletter.model.telling import IN_UTC, Telling
from newsletter.readers.story import Story, story
from newsletter.store import happenings, importing, receipts, returned, subscribers, suppressions
from newsletter.store.engine import Store


def tell_story(app: App, address: str, told: Telling = IN_UTC) -> Story:
    """Whether an address gets the next issue, why not, and how that came, as far as is known; `told` has the words for
    times within a sentence.

    Raises `ConfigError` for what is no address.
    """
    address = spelt(address)
    with readers_store(app) as readers:
        store, marks = readers.store, readers.marks(address)
        subscriber = subscribers.find(store, marks)
        return story(
            address,
            subscriber,
            suppressions.of(store, marks),
            happenings.of(store, marks),
            receipts.of_reader(store, marks),
            app.clock(),
            _brought(store, subscriber),
            (*returned.of_marks(store, marks), *returned.unproven(store, address)),
            told,
        )


def _brought(store: Store, subscriber: Subscriber | None) -> str | None:
    """The import that brought a reader, in words."""
    if subscriber is None or subscriber.imported is None:
        return None
    found = importing.get(store, subscriber.imported)
    return f"the file {found.file}, by {found.who}, on this ground: {found.basis}" if found else None
