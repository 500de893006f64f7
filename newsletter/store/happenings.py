"""The stories of readers. Lines are added, never changed; erasing a reader empties their notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from newsletter.model.subscriber import Act, Happening, Mark
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.glance import glance

_TABLE = schema.happenings
# Made once: SQLAlchemy takes longer to build it than the database to do it.
_NEXT = select(func.coalesce(func.max(_TABLE.c.number), 0) + 1).where(_TABLE.c.mark == bindparam("mark"))
_ADD = insert(_TABLE).values({**{one.name: bindparam(one.name) for one in _TABLE.c}, "number": _NEXT.scalar_subquery()})


def write(connection: Connection, mark: Mark, act: Act, who: str, now: datetime, note: str | None = None) -> None:
    """Adds a line to a reader's story. `who` is "reader", "import 3", or one of the team as the audit log names them.

    Within a transaction of `Store.writing_alone`, or of the ledger: two at once would take the same number.
    """
    connection.execute(_ADD, {"mark": mark, "at": now, "act": act.value, "who": who, "note": note})


def of(place: Store | Connection, marks: Sequence[Mark]) -> tuple[Happening, ...]:
    """The story of one address, mark by mark, and of each the oldest line first."""
    query = select(_TABLE).where(_TABLE.c.mark.in_(marks)).order_by(_TABLE.c.mark, _TABLE.c.number)
    with glance(place) as connection:
        return tuple(
            Happening(mark=Mark(row.mark), number=row.number, at=row.at, act=Act(row.act), who=row.who, note=row.note)
            for row in connection.execute(query)
        )


def last(connection: Connection, mark: Mark, act: Act) -> datetime | None:
    """When this last happened to a reader; None: never."""
    query = select(_TABLE.c.at).where(_TABLE.c.mark == mark, _TABLE.c.act == act.value)
    return connection.scalar(query.order_by(_TABLE.c.number.desc()).limit(1))


def empty(connection: Connection, marks: Sequence[Mark]) -> None:
    """Takes the notes out of the stories of these marks: what may hold words of theirs."""
    connection.execute(update(_TABLE).where(_TABLE.c.mark.in_(marks)).values(note=None))
