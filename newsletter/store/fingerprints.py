"""Which runs of words each item's newest version holds, as hashes, so that copied text is found without reading every
item. Hashes of 32 bits: two runs may share one, so whoever finds an item by them reads its text before saying anything.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Set
from heapq import nsmallest
from typing import Any

from sqlalchemy import Connection, Select, or_, select, tuple_

from newsletter.model.item import Entry, ItemId
from newsletter.model.source import SourceId
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.entries import from_json
from newsletter.store.names import Name, item_id
from newsletter.store.rows import is_one_of

_AT_ONCE = 100  # items in one transaction, so that it is short
_STREAMED = 500  # rows held in memory while all are looked through
_ITEMS, _VERSIONS, _PRINTS = schema.items, schema.versions, schema.fingerprints


def bring_up_to_date(store: Store, marks_of: Callable[[Entry], Iterable[int]], at_most: int | None = None) -> int:
    """Fingerprints items that have none, or one of an older version; how many, `at_most` where that is given.

    `marks_of` gives the hashes of an entry, each under 2**32; none is fine too. What is cut off goes on where it was.
    Two processes may do it at once.
    """
    done, last = 0, (SourceId(""), 0)  # before every name
    while at_most is None or done < at_most:
        left = _AT_ONCE if at_most is None else min(_AT_ONCE, at_most - done)
        with store.reading() as connection:
            found = connection.execute(_outdated(last).limit(left)).all()
        if not found:
            break
        rows = [
            {"source": source, "number": number, "version": version, "marks": _packed(marks_of(from_json(entry)))}
            for source, number, version, entry in found
        ]
        with store.writing() as connection:
            there = _still_there(connection, rows)
            if there:
                connection.execute(store.upsert(_PRINTS, ("version", "marks")), there)
        done += len(there)
        last = (found[-1].source, found[-1].number)
    return done


def sharing(store: Store, marks: Set[int], at_most: int) -> tuple[ItemId, ...]:
    """The items whose fingerprints share one of these marks, those that share most of them first."""
    if not marks:
        return ()
    wanted = frozenset(marks)
    query = select(_PRINTS.c.source, _PRINTS.c.number, _PRINTS.c.marks).execution_options(yield_per=_STREAMED)
    found: list[tuple[int, Name]] = []
    with store.reading() as connection:
        for source, number, packed in connection.execute(query):
            if shared := len(wanted.intersection(_unpacked(packed))):
                found.append((-shared, (source, number)))
    return tuple(item_id(*name) for _, name in nsmallest(at_most, found))


def _outdated(after: Name) -> Select[Any]:
    """Name, version and entry of each item with a text that is not fingerprinted as it is now, by name."""
    return (
        select(_ITEMS.c.source, _ITEMS.c.number, _ITEMS.c.version, _VERSIONS.c.entry)
        .join_from(_ITEMS, _VERSIONS, schema.NEWEST_VERSION)
        .outerjoin(_PRINTS, (_PRINTS.c.source == _ITEMS.c.source) & (_PRINTS.c.number == _ITEMS.c.number))
        .where(or_(_PRINTS.c.version.is_(None), _PRINTS.c.version != _ITEMS.c.version))
        .where(tuple_(_ITEMS.c.source, _ITEMS.c.number) > after)
        .order_by(_ITEMS.c.source, _ITEMS.c.number)
    )


def _still_there(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose text was not purged since it was read. The next purge waits for this transaction."""
    names = is_one_of(_VERSIONS, ((row["source"], row["number"]) for row in rows))
    query = select(_VERSIONS.c.source, _VERSIONS.c.number, _VERSIONS.c.version).where(names)
    there = {tuple(version) for version in connection.execute(query)}
    return [row for row in rows if (row["source"], row["number"], row["version"]) in there]


def _packed(marks: Iterable[int]) -> bytes:
    """The marks in order, four octets each, the least significant first."""
    numbers = array("I", sorted(set(marks)))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _unpacked(data: bytes) -> array[int]:
    numbers = array("I", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
