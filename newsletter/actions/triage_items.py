"""Triage: keep, hold or reject what was gathered."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.model.errors import ConfigError
from newsletter.model.item import Decision, Item, ItemId, Triage
from newsletter.store import items
from newsletter.store.engine import open_store


def decide(app: App, names: tuple[ItemId, ...], state: Triage, who: str, why: str | None = None) -> tuple[Item, ...]:
    """Notes a decision on each item, all or none. Raises `UnknownItem` for one that is not there."""
    if state is Triage.REJECTED and not (why and why.strip()):
        raise ConfigError("why", "a rejection wants its reason, for those who meet the item again: --why promotional")
    decision = Decision(state=state, who=who, when=app.clock(), why=why)
    with open_store(app.database) as store:
        return items.decide_all(store, names, decision)
