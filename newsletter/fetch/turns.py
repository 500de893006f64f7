"""Whose turn it is: requests wait for their host, so that no server is asked for too much at once."""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """First come, first served, but never more than `per_host` at a time for one host.

    Who waits for a host stands in nobody else's way. Pure bookkeeping: it knows neither time nor connections.
    """

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._busy: dict[str, int] = {}  # turns given to a host and not ended, those in `_ready` included
        self._queues: dict[str, deque[T]] = {}
        self._ready: deque[T] = deque()

    def add(self, host: str, one: T) -> None:
        """Joins the queue of a host."""
        if self._busy.get(host, 0) < self._per_host:
            self._busy[host] = self._busy.get(host, 0) + 1
            self._ready.append(one)
        else:
            self._queues.setdefault(host, deque()).append(one)

    def next(self) -> T | None:
        """The one that may go now; None when all wait for their hosts, or nobody is left."""
        return self._ready.popleft() if self._ready else None

    def end(self, host: str) -> None:
        """One turn of this host is over; whoever waits for it longest comes next."""
        queue = self._queues.get(host)
        if queue:
            self._ready.append(queue.popleft())
            if not queue:
                del self._queues[host]
        elif self._busy[host] > 1:
            self._busy[host] -= 1
        else:
            del self._busy[host]

    def is_wanted(self, host: str) -> bool:
        """Whether somebody waits for this host, so that keeping a connection open pays."""
        return host in self._queues
