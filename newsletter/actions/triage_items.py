"""Triage: keep, hold or reject what was gathered."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.model.errors import ConfigError
from newsletter.model.item import Decision, Item, ItemId, Triage
from newsletter.store import items
from newsletter.store.engine import open_store


def decide(app: App, names: tuple[ItemId, ...], state: Triage, who: str, why: str | None = None) -> tuple[Item, ...]:
    """Notes a decision on each item, all or none. Raises `ConfigError` for an item that is not there."""
    if state is Triage.REJECTED and not (why and why.strip()):
        raise ConfigError("why", "a rejection wants its reason, for those who meet the item again: --why promotional")
    decision = Decision(state=state, who=who, when=app.clock(), why=why)
    with open_store(app.database) as store:
        for name in names:
            if items.find(store, name) is None:
                raise ConfigError("item", f"there is no item '{name}'; `newsletter inbox` shows those there are")
        return tuple(items.decide(store, name, decision) for name in names)
