"""Rounds of gathering in tests: real store, real fetcher, real parsers; the web is a server in the test's process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event

from newsletter.fetch.answer import Limits
from newsletter.fetch.client import Fetcher
from newsletter.fetch.guard import Guard
from newsletter.gather.outcome import SourceOutcome
from newsletter.gather.parsing import Parsers
from newsletter.gather.round import Round, due_of
from newsletter.model.item import Item
from newsletter.model.source import Source, SourceId, SourceState
from newsletter.publication.folder import Folder
from newsletter.store import items, sources
from newsletter.store.engine import Store, file_url, open_store
from tests.gathering import NOW
from tests.webserver import Asked, Reply, WebServer, Wire

QUICK = Limits(bytes=2_000_000, seconds=1, connect=1)
LONG = 60  # seconds that nothing here takes
ROOT = Path(__file__).parents[1]  # not of `conftest`, whose browser a process that is to be quick need not import


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A folder, a database and the parsers, for as many rounds as a test wants."""

    root: Path
    store: Store
    parsers: Parsers
    hosts: set[str] = field(default_factory=lambda: {"wire.test"})

    def gather(
        self,
        server: WebServer,
        *asked: Source,
        now: datetime = NOW,
        limits: Limits = QUICK,
        passwords: Mapping[SourceId, str] | None = None,
        regardless: bool = True,
    ) -> dict[str, SourceOutcome]:
        """One round; the outcome of each source that was asked."""
        due = tuple(due_of(asked, self.store, now, regardless=regardless))
        with Fetcher(Guard(frozenset(self.hosts)), limits, "test", now, lookup=server.lookup) as fetcher:
            done = Round(self.store, Folder(self.root), fetcher, self.parsers, passwords or {}, now).gather(due)
        return {outcome.source: outcome for outcome in done}

    def items(self) -> tuple[Item, ...]:
        """All that is stored, the earliest first."""
        return items.items(self.store)

    def state(self, source: str = "wire") -> SourceState:
        """How asking a source has gone."""
        return sources.states(self.store)[SourceId(source)]


@contextmanager
def newsroom(root: Path, parsers: Parsers) -> Iterator[Newsroom]:
    """A new database in a folder."""
    (root / "var").mkdir(parents=True, exist_ok=True)
    with open_store(file_url(root / "var" / "newsletter.db")) as store:
        yield Newsroom(root, store, parsers)


# A round in a process of its own is what a person types, with three things of this machine led elsewhere: the name
# server, for which every name is this machine; how long the database is waited for; how large a file may grow, which
# stands for a disk that is full.
_STARTED = """
import resource, sys
from newsletter.fetch import wire
from newsletter.store import engine
patience, room, *sys.argv = sys.argv[1:]
async def here(host, port, family):
    return ("127.0.0.1",)
wire.system_lookup = here
engine.open_store.__defaults__ = (float(patience),)
if int(room):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), int(room)))
from newsletter.cli import main
main()
"""


class Typed:
    """`newsletter` with these words, running; killed when the block is left, unless it has ended before."""

    def __init__(self, root: Path, *words: str, patience: float = 60, room: int = 0) -> None:
        """`patience` in seconds; `room` in octets, 0: as much as there is."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        if room:  # in which coverage would write a file of its own
            environment = {name: value for name, value in environment.items() if not name.startswith("COVERAGE")}
        command = [sys.executable, "-c", _STARTED, f"{patience}", f"{room}", "newsletter", "-C", str(root), *words]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Typed:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ended(self) -> tuple[int, str, str]:
        """Its exit status, what it said, and what it said of mistakes, once it has ended."""
        said, mistakes = self.process.communicate(timeout=LONG)
        return self.process.returncode, said, mistakes


class Held:
    """An answer that the server holds back until the test says `go`."""

    def __init__(self, reply: Reply) -> None:
        self.arrived = Event()  # set when somebody waits for it
        self._reply = reply
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def __call__(self, asked: Asked, wire: Wire) -> None:
        going = asyncio.Event()
        self._waiting.append((asyncio.get_running_loop(), going))
        self.arrived.set()
        await going.wait()
        await self._reply(asked, wire)

    def go(self) -> None:
        """Gives the answer to all who wait for it."""
        for loop, going in self._waiting:
            loop.call_soon_threadsafe(going.set)
