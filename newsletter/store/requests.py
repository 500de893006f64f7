"""What visitors have asked for on live pages and nobody has seen to yet. One row each, whoever asks, for whatever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from newsletter.model.request import Request, RequestKind
from newsletter.store import schema
from newsletter.store.engine import Store

_TABLE = schema.requests
_AT_ONCE = 200


def keep(store: Store, request: Request, most: int) -> Request | None:
    """The request with its number, once it is on disk; None where `most` wait already, and nothing was written.

    Looks at no reader, so that it takes as long for one as for a stranger.
    """
    with store.writing_alone() as connection:
        last, waiting = connection.execute(select(func.max(_TABLE.c.number), func.count()).select_from(_TABLE)).one()
        if waiting >= most:
            return None
        kept = replace(request, number=(last or 0) + 1)
        connection.execute(insert(_TABLE), _values(kept))
    return kept


def waiting(store: Store) -> Iterator[Request]:
    """All that wait when it comes to them, the oldest first; those taken are dropped meanwhile by whoever sees to
    them."""
    after = 0
    while True:
        query = select(_TABLE).where(_TABLE.c.number > after).order_by(_TABLE.c.number).limit(_AT_ONCE)
        with store.reading() as connection:
            found = tuple(map(_request, connection.execute(query)))
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1].number


def count(store: Store) -> int:
    """How many wait."""
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(_TABLE)) or 0


def drop(store: Store, request: Request) -> None:
    """Forgets a request that was seen to, and none that has its number now."""
    this = (_TABLE.c.number == request.number, _TABLE.c.asked == request.asked, _TABLE.c.address == request.address)
    with store.writing() as connection:
        connection.execute(delete(_TABLE).where(*this))


def _values(request: Request) -> dict[str, Any]:
    return {
        "number": request.number,
        "kind": request.kind.value,
        "address": request.address,
        "language": request.language,
        "page": request.page,
        "words": request.words,
        "asked": request.asked,
    }


def _request(row: Row[Any]) -> Request:
    return Request(
        number=row.number,
        kind=RequestKind(row.kind),
        address=row.address,
        language=row.language,
        page=row.page,
        words=row.words,
        asked=row.asked,
    )
