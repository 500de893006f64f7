"""Rows that wait for the turn of their domain, in memory, while others go."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from heapq import heapify, heappop, heappush

from newsletter.deliver.rows import Row

ROOM = 5_000  # rows; with so many, nothing more is read


class Aside:
    """A queue for each domain that waits, and the moment at which its first row may go."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Row]] = {}
        self._moments: list[tuple[datetime, str]] = []  # a heap; one for each queue
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, domain: str) -> bool:
        """Whether rows of this domain wait."""
        return domain in self._queues

    @property
    def full(self) -> bool:
        """Whether no more rows should be read."""
        return self._count >= ROOM

    @property
    def opens(self) -> datetime | None:
        """When the first row may go, as far as it was known when it was put here; None: nothing waits."""
        return self._moments[0][0] if self._moments else None

    def put(self, row: Row, opens: datetime) -> None:
        """A row waits, behind those of its domain that wait already; `opens` is when the first of these may go."""
        domain = row.domain
        if domain not in self._queues:
            self._queues[domain] = deque()
            heappush(self._moments, (opens, domain))
        self._queues[domain].append(row)
        self._count += 1

    def due(self, now: datetime) -> str | None:
        """A domain whose moment has come; `later` or `take` follow. None: none has."""
        return self._moments[0][1] if self._moments and self._moments[0][0] <= now else None

    def later(self, domain: str, opens: datetime) -> None:
        """That domain has to wait longer."""
        self._drop(domain)
        heappush(self._moments, (opens, domain))

    def take(self, domain: str) -> Row:
        """The first row of that domain. The next one is due at once, or has to be put off then."""
        queue = self._queues[domain]
        row = queue.popleft()
        self._count -= 1
        if not queue:
            del self._queues[domain]
            self._drop(domain)
        return row

    def _drop(self, domain: str) -> None:
        _, first = heappop(self._moments)
        assert first == domain, "only the domain that is due is spoken of"

    def look_again(self, now: datetime) -> None:
        """All are due: the clock was set back, and what they wait for may be hours away."""
        self._moments = [(now, domain) for _, domain in self._moments]
        heapify(self._moments)
