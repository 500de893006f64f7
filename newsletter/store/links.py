"""How links were found when they were last asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.store import schema
from newsletter.store.engine import Store

_AT_ONCE = 500  # addresses in one query; older libraries of SQLite take 999 values
_CHANGING = ("seen", "state", "said", "final", "title", "tries")

_LINKS = schema.links


def seen(store: Store, urls: Iterable[str], since: datetime) -> tuple[LinkSeen, ...]:
    """What is known of these links from `since` on, by address. Those never asked for since then are not among them."""
    with store.reading() as connection:
        rows = [row for row in _rows(connection, urls) if row.seen >= since]
    return tuple(
        LinkSeen(
            url=row.url,
            state=LinkState(row.state),
            said=row.said,
            final=row.final,
            title=row.title,
            seen=row.seen,
        )
        for row in sorted(rows, key=lambda row: row.url)
    )


def keep(store: Store, found: Iterable[LinkSeen]) -> None:
    """Keeps how these links were found, in the place of what was known of them; all of them or none."""
    links = {one.url: one for one in found}
    if not links:
        return
    with store.writing() as connection:
        before = {row.url: row for row in _rows(connection, links)}
        # In the order of the addresses, so that two who keep the same ones never wait for each other.
        rows = [_row(links[url], before.get(url)) for url in sorted(links)]
        connection.execute(store.upsert(_LINKS, _CHANGING), rows)


def _rows(connection: Connection, urls: Iterable[str]) -> Iterator[Row[Any]]:
    wanted: Sequence[str] = sorted(set(urls))
    for at in range(0, len(wanted), _AT_ONCE):
        these = _LINKS.c.url.in_(wanted[at : at + _AT_ONCE])
        yield from connection.execute(select(_LINKS).where(these).order_by(_LINKS.c.url))


def _row(one: LinkSeen, before: Row[Any] | None) -> dict[str, Any]:
    in_a_row = before.tries if before is not None and before.state == one.state.value else 0
    return {
        "url": one.url,
        "seen": one.seen,
        "state": one.state.value,
        "said": one.said,
        "final": one.final,
        "title": one.title,
        "tries": in_a_row + 1,
    }
