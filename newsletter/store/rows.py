"""How an item is read from its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, false, or_, select

from newsletter.model.item import Decision, Item, ItemId, Triage
from newsletter.store import schema
from newsletter.store.entries import from_json
from newsletter.store.names import Name, item_id, name_of

_AT_ONCE = 500  # names in one query; SQLite takes 32,766 values, older libraries 999

_ITEMS, _VERSIONS, _DECISIONS = schema.items, schema.versions, schema.decisions


def item_query() -> Select[Any]:
    """Every item that has a text, for `item_of`; a caller adds what it asks for, and the order."""
    columns = ("source", "number", "first_seen", "changed", "version", "copy_of", "likeness")
    decision = ("state", "who", "decided", "why")
    return (
        select(*(_ITEMS.c[name] for name in columns), _VERSIONS.c.entry, *(_DECISIONS.c[name] for name in decision))
        .join_from(_ITEMS, _VERSIONS, schema.NEWEST_VERSION)
        .outerjoin(_DECISIONS, schema.NEWEST_DECISION)
    )


def item_of(row: Row[Any]) -> Item:
    """The item of one row that `item_query` finds."""
    return Item(
        id=item_id(row.source, row.number),
        entry=from_json(row.entry),
        first_seen=row.first_seen,
        changed=row.changed,
        versions=row.version,
        decision=None if row.state is None else decision_of(row),
        copy_of=row.copy_of,
        likeness=row.likeness,
    )


def decision_of(row: Row[Any]) -> Decision:
    """The decision of one row."""
    return Decision(state=Triage(row.state), who=row.who, when=row.decided, why=row.why)


def items_named(connection: Connection, names: Iterable[Name]) -> Iterator[Item]:
    """The items of these names that are there, in no order."""
    wanted = sorted(set(names))
    for at in range(0, len(wanted), _AT_ONCE):
        these = is_one_of(_ITEMS, wanted[at : at + _AT_ONCE])
        yield from map(item_of, connection.execute(item_query().where(these)))


def is_one_of(table: Table, names: Iterable[Name]) -> ColumnElement[bool]:
    """The condition that a row belongs to an item of these names, at most some hundred; of none, for no row."""
    # QUIRK: asked for pairs, `(source, number) IN ((a, 1), (b, 2))`, SQLite reads every row there is.
    these = (
        and_(table.c.source == source, table.c.number.in_([number for _, number in some]))
        for source, some in groupby(sorted(names), key=itemgetter(0))
    )
    return or_(false(), *these)


def is_item(table: Table, item: ItemId) -> ColumnElement[bool] | None:
    """The condition that a row belongs to this item; None where the text is no name of an item."""
    name = name_of(item)
    return None if name is None else and_(table.c.source == name[0], table.c.number == name[1])
