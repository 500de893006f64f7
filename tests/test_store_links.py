"""Links as they were found, kept and found again; on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.store import links, schema
from newsletter.store.engine import Store, open_store
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def link(name: str = "a", **changes: object) -> LinkSeen:
    usual = {"state": LinkState.ANSWERS, "said": "200 OK", "title": "A page", "seen": NOW}
    return LinkSeen(url=f"https://{name}.example.org/", **{**usual, **changes})  # type: ignore[arg-type]


def tries(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.scalars(select(schema.links.c.tries).order_by(schema.links.c.url)))


def test_a_link_is_found_as_it_was_kept(store: Store) -> None:
    """Every field of it, by address; also texts that no database takes as they are."""
    moved = link("b", state=LinkState.MOVED, said="moved for good", final="https://c.example.org/", title=None)
    odd = link("a", title="a\x00b\ud800 两个首都")
    links.keep(store, [moved, odd])
    assert links.seen(store, [moved.url, odd.url, "https://never.example.org/"], NOW) == (odd, moved)


def test_only_what_was_asked_for_is_found(store: Store) -> None:
    """And nothing of nothing."""
    links.keep(store, [link("a"), link("b")])
    assert links.seen(store, [link("b").url, link("b").url], NOW) == (link("b"),)
    assert links.seen(store, [], NOW) == ()
    links.keep(store, [])


def test_what_is_older_is_not_found(store: Store) -> None:
    """From the moment itself on."""
    links.keep(store, [link()])
    assert links.seen(store, [link().url], NOW) == (link(),)
    assert links.seen(store, [link().url], NOW + timedelta(microseconds=1)) == ()


def test_a_later_look_takes_the_place_of_the_earlier(store: Store) -> None:
    """With all it says; and how often in a row it was the same is counted."""
    links.keep(store, [link()])
    gone = link(state=LinkState.GONE, said="404 Not Found", title=None, seen=NOW + HOUR)
    links.keep(store, [gone])
    assert links.seen(store, [gone.url], NOW) == (gone,)
    assert tries(store) == [1]
    links.keep(store, [replace(gone, seen=NOW + 2 * HOUR)])
    assert tries(store) == [2]


def test_more_links_than_one_query_takes_are_all_found(store: Store) -> None:
    """In the order of their addresses."""
    many = [link(f"n{number:04}") for number in range(1_203)]
    links.keep(store, reversed(many))
    assert links.seen(store, (one.url for one in many), NOW) == tuple(many)
