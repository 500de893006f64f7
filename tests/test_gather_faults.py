"""`newsletter gather` as it is typed, on a machine where much goes wrong: nothing lost or doubled, all in words."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from subprocess import TimeoutExpired

import pytest

from newsletter.actions.app import open_app, read_publication
from newsletter.gather.parsing import Parsers
from newsletter.publication.folder import Folder
from newsletter.store import items
from newsletter.store.engine import file_url, open_store
from tests.gathering import rss, rss_item
from tests.rounds import Held, Typed, newsroom
from tests.webserver import WebServer, page, webserver

HOST = "wire.test"
MANY = 200  # entries of a feed for which a full disk has no room


@pytest.fixture
def server() -> Iterator[WebServer]:
    with webserver() as running:
        yield running


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers(1) as running:
        yield running


def database(root: Path) -> Path:
    return root / "var" / "newsletter.db"


def with_feeds(root: Path, server: WebServer, *hosts: str) -> None:
    """Makes one feed of each host all that the publication gathers."""
    schedule = root / "schedule.yaml"
    schedule.write_text(f"{schedule.read_text('utf-8')}\ngather:\n  allow_hosts: [{', '.join(hosts)}]\n", "utf-8")
    feeds = (
        f"- id: {host.removesuffix('.test')}\n  name: {host}\n  kind: feed\n  url: {server.url('/feed', host)}\n"
        "  rights: free to quote\n"
        for host in hosts
    )
    (root / "seeds" / "sources.yaml").write_text("\n".join(feeds), "utf-8")


def feed(name: str, first: int, count: int, octets: int = 0) -> bytes:
    """A feed of so many entries, numbered on from the first; each with so much text that nothing makes smaller."""
    texts = (Random(number).randbytes(octets // 2).hex() for number in range(first, first + count))
    return rss(
        *(
            rss_item(f"{name} {number}", f"https://{name}.test/{number}", f"{number}", text=text)
            for number, text in enumerate(texts, first)
        )
    )


def stored(root: Path) -> Counter[str]:
    """How many items there are of each title."""
    with open_store(file_url(database(root))) as store:
        return Counter(item.entry.title for item in items.items(store))


def once(*titles: str) -> Counter[str]:
    return Counter(titles)


def one_more(root: Path, server: WebServer, parsers: Parsers) -> tuple[int, int]:
    """How many new and how many changed items a round in this process brings, which nothing disturbs."""
    sources = read_publication(open_app(root), Folder(root)).sources
    with newsroom(root, parsers) as room:
        room.hosts.update(f"{source.id}.test" for source in sources)
        outcomes = room.gather(server, *sources).values()
    assert [one.failure for one in outcomes if one.failure] == []
    return sum(one.new for one in outcomes), sum(one.changed for one in outcomes)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes into the database all the while."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE sources SET last_number = last_number")
        yield
        other.execute("ROLLBACK")


def test_a_second_round_says_that_one_is_running_and_leaves(
    publication: Path, server: WebServer, parsers: Parsers
) -> None:
    """At once, with status 0 and the other's number; the first goes on to its end, and each entry is one item."""
    with_feeds(publication, server, HOST)
    held = Held(page(feed("wire", 1, 3)))
    server.answer("/feed", held, page(feed("wire", 1, 3)))
    with Typed(publication, "gather") as first:
        assert held.arrived.wait(20)
        with Typed(publication, "gather") as second:
            status, said, mistakes = second.ended()
        assert (status, mistakes) == (0, "")
        assert f"gather is running already, by process {first.process.pid} since " in said
        assert said.endswith("Nothing to do here.\n")
        assert first.process.poll() is None
        assert len(server.log) == 1, "the second round asked as well"
        held.go()
        status, said, mistakes = first.ended()
    assert (status, mistakes) == (0, "")
    assert "3 new items" in said
    assert stored(publication) == once("wire 1", "wire 2", "wire 3")
    assert one_more(publication, server, parsers) == (0, 0)


def test_a_round_beside_a_locked_database_is_told_and_made_up_for(
    publication: Path, server: WebServer, parsers: Parsers
) -> None:
    """Whoever holds it outlasts our patience: one sentence, status 1, nothing written; the next round has it all."""
    with_feeds(publication, server, HOST, "harbour.test")
    server.answer("/feed", page(feed("wire", 1, 3)), page(feed("wire", 1, 5)), host=HOST)
    server.answer("/feed", page(feed("harbour", 1, 2)), page(feed("harbour", 2, 3)), host="harbour.test")
    assert one_more(publication, server, parsers) == (5, 0)
    before = stored(publication)
    with locked(database(publication)), Typed(publication, "gather", "--all", patience=0.2) as typed:
        status, said, mistakes = typed.ended()
    assert (status, said) == (1, "")
    assert mistakes == (
        f"the database {database(publication)} is held by another process; wait until that is done and try again, "
        "or look for a process that hangs\n"
    )
    assert stored(publication) == before
    assert one_more(publication, server, parsers) == (4, 0)
    assert stored(publication) == before + once("wire 4", "wire 5", "harbour 3", "harbour 4")
    assert one_more(publication, server, parsers) == (0, 0)


@pytest.mark.parametrize("room", [0, 300_000])
def test_a_round_on_a_full_disk_is_told_and_made_up_for(
    publication: Path, server: WebServer, parsers: Parsers, room: int
) -> None:
    """So much room is left beside what is there: one sentence, status 1, and each item written before is whole.

    With the disk freed the next round heals: what it had read is there once, and what was there before has stayed.
    """
    names = ("wire", "harbour", "quay")
    with_feeds(publication, server, *(f"{name}.test" for name in names))
    for name in names:
        short, long = feed(name, 1, 2), feed(name, 1, MANY, octets=800)
        server.answer("/feed", page(short), page(long), host=f"{name}.test")
    assert one_more(publication, server, parsers) == (6, 0)
    before = stored(publication)
    left = max(file.stat().st_size for file in (publication / "var").iterdir()) + room
    with Typed(publication, "gather", "--all", room=left) as typed:
        status, said, mistakes = typed.ended()
    assert (status, said) == (1, "")
    assert mistakes == (
        f"the database {database(publication)} cannot grow: the disk is full or a quota is used up; free some space "
        "and try again, what was recorded before is safe\n"
    )
    there = stored(publication)
    assert before <= there
    assert set(there.values()) == {1}
    one_more(publication, server, parsers)
    assert stored(publication) == once(*(f"{name} {number}" for name in names for number in range(1, MANY + 1)))
    assert one_more(publication, server, parsers) == (0, 0)
    with closing(sqlite3.connect(database(publication))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_feeds_that_hang_keep_no_other_from_being_stored(publication: Path, server: WebServer) -> None:
    """Ten are silent until the twenty others stand in the database; then they answer, and the round has all thirty."""
    hanging, good = [f"hang{number}" for number in range(10)], [f"good{number}" for number in range(20)]
    with_feeds(publication, server, *(f"{name}.test" for name in hanging + good))
    for name in good:
        server.answer("/feed", page(feed(name, 1, 2)), host=f"{name}.test")
    held = [Held(page(feed(name, 1, 2))) for name in hanging]
    for name, answer in zip(hanging, held, strict=True):
        server.answer("/feed", answer, host=f"{name}.test")
    with Typed(publication, "gather") as typed:
        assert all(answer.arrived.wait(20) for answer in held)
        expected = once(*(f"{name} {number}" for name in good for number in (1, 2)))
        assert _comes_to_hold(publication, len(good) * 2, typed), "what good feeds brought waits for those that hang"
        assert stored(publication) == expected
        for answer in held:
            answer.go()
        status, said, mistakes = typed.ended()
    assert (status, mistakes) == (0, "")
    assert "60 new items, 0 changed, from 30 sources; 0 failed." in said
    assert stored(publication) == expected + once(*(f"{name} {number}" for name in hanging for number in (1, 2)))


def _comes_to_hold(root: Path, count: int, typed: Typed) -> bool:
    """Whether the database holds so many items while the round is still under way, within some seconds."""
    for _ in range(80):
        try:
            typed.process.wait(0.1)
        except TimeoutExpired:
            with closing(sqlite3.connect(database(root))) as connection:
                if connection.execute("SELECT count(*) FROM items").fetchone() == (count,):
                    return True
    return False
