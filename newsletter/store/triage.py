"""What was decided about items. Decisions are added, never changed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select, update

from newsletter.model.item import Decision, Item, ItemId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.errors import UnknownItem
from newsletter.store.names import name_of
from newsletter.store.rows import decision_of, is_item, items_named


def decide(store: Store, item: ItemId, decision: Decision) -> Item:
    """The item, as this decision leaves it. Raises `UnknownItem`."""
    return decide_all(store, (item,), decision)[0]


def decide_all(store: Store, wanted: Sequence[ItemId], decision: Decision) -> tuple[Item, ...]:
    """The items, as one decision leaves all of them. Raises `UnknownItem` for the first that is not there; then none
    is decided.
    """
    with store.writing() as connection:
        return tuple(_decided(connection, item, decision) for item in wanted)


def _decided(connection: Connection, item: ItemId, decision: Decision) -> Item:
    items, decisions, of_this, name = schema.items, schema.decisions, is_item(schema.items, item), name_of(item)
    if of_this is None or name is None:
        raise UnknownItem(item)
    last = connection.scalar(select(items.c.decision).where(of_this).with_for_update())
    if last is None:
        raise UnknownItem(item)
    added = {"source": name[0], "number": name[1], "decision": last + 1, "state": decision.state.value}
    added |= {"who": decision.who, "decided": decision.when, "why": decision.why}
    connection.execute(insert(decisions), added)
    connection.execute(update(items).where(of_this).values(decision=last + 1, triage=decision.state.value))
    for decided in items_named(connection, [name]):
        return decided
    raise UnknownItem(item)  # purged; nothing is written


def decisions(store: Store, item: ItemId) -> tuple[Decision, ...]:
    """Everything that was ever decided about an item, the oldest first. Empty for an unknown item."""
    table = schema.decisions
    of_this = is_item(table, item)
    if of_this is None:
        return ()
    with store.reading() as connection:
        rows = connection.execute(select(table).where(of_this).order_by(table.c.decision))
        return tuple(map(decision_of, rows))
