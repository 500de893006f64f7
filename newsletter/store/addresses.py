"""Which items stand at a site: for whoever knows an address and not the item's name."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from newsletter.model.item import ItemId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.names import item_id


def items_naming(store: Store, hosts: Collection[str]) -> tuple[tuple[ItemId, str], ...]:
    """Name and link of each item whose link holds one of these host names, by name; purged ones are among them."""
    if not hosts:
        return ()
    table = schema.items
    held = or_(*(table.c.link.icontains(host, autoescape=True) for host in sorted(hosts)))
    query = select(table.c.source, table.c.number, table.c.link).where(held).order_by(table.c.source, table.c.number)
    with store.reading() as connection:
        return tuple((item_id(source, number), link) for source, number, link in connection.execute(query))
