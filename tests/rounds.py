"""Rounds of gathering in tests: real store, real fetcher, real parsers; the web is a server in the test's process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

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
from tests.webserver import WebServer

QUICK = Limits(bytes=2_000_000, seconds=1, connect=1)


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
