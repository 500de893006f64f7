"""A round that is killed at any moment has lost and doubled nothing, and the next one heals."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from newsletter.gather.parsing import Parsers
from newsletter.model.source import Source
from tests.gathering import rss, rss_item, source
from tests.rounds import newsroom
from tests.webserver import WebServer, late, page, webserver

FEEDS, ENTRIES, KILLS = 12, 10, 6


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with webserver() as running:
        for number in range(FEEDS):
            items = (rss_item(f"F{number} E{at}", f"https://f{number}.test/{at}", f"{at}") for at in range(ENTRIES))
            running.answer("/feed", late(page(rss(*items), etag=f'"{number}"'), 0.02 * number), host=f"f{number}.test")
        yield running


def sources(server: WebServer) -> tuple[Source, ...]:
    return tuple(source(id=f"f{number}", url=server.url("/feed", f"f{number}.test")) for number in range(FEEDS))


def one_round(root: Path, port: int) -> None:
    """What the process does that is killed."""
    named = WebServer()  # only its addresses and its name server are used
    named.port = port
    with Parsers(1) as parsers, newsroom(root, parsers) as room:
        room.hosts.update(f"f{number}.test" for number in range(FEEDS))
        room.gather(named, *sources(named))


def test_a_round_that_is_killed_loses_and_doubles_nothing(tmp_path: Path, server: WebServer) -> None:
    """Killed at six moments, then run to its end: each entry is one item, and a further round brings nothing."""
    random = Random(4)
    context = multiprocessing.get_context("spawn")
    for _ in range(KILLS):
        process = context.Process(target=one_round, args=(tmp_path, server.port))
        process.start()
        process.join(random.uniform(0.3, 2.0))  # a moment of the round, another each time
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    with Parsers(1) as parsers, newsroom(tmp_path, parsers) as room:
        room.hosts.update(f"f{number}.test" for number in range(FEEDS))
        room.gather(server, *sources(server))
        stored = [item.entry.title for item in room.items()]
        assert sorted(stored) == sorted(f"F{number} E{at}" for number in range(FEEDS) for at in range(ENTRIES))
        assert all(one.new == 0 for one in room.gather(server, *sources(server)).values())
