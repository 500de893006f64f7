"""Many lanes in one thread: each runs until it has to wait for its server or the ledger, and then another one does.

Threads would do the same and hand the interpreter's lock around a dozen times a message: half of a worker's time.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from socket import socket

from greenlet import getcurrent, greenlet

_LOOKS = 0.1  # seconds between two looks whether somebody has waited for long enough; their limits are seconds


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Who waits for a socket, and until when by the clock."""

    who: greenlet
    deadline: float | None


class Hub:
    """Runs jobs side by side in this thread. What they wait for goes through `wait`, or it holds up all of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds and never goes back."""
        self._clock = clock
        self._poll = select.poll()
        self._waiting: dict[int, _Waiting] = {}
        self._main = getcurrent()
        self._looked = 0.0

    def run(self, jobs: Iterable[Callable[[], object]]) -> None:
        """Returns when the last of them has ended. One that fails is told to `sys.excepthook`."""
        self._main = getcurrent()
        for job in jobs:
            greenlet(_guarded(job)).switch()
        while self._waiting:
            self._turn()

    def wait(self, on: socket, events: int, seconds: float | None) -> bool:
        """Whether one of the events of poll(2) came to a socket within about so many seconds; None: however long.

        For a job alone, which is left here while others go on.
        """
        number = on.fileno()
        deadline = None if seconds is None else self._clock() + seconds
        self._waiting[number] = _Waiting(getcurrent(), deadline)
        self._poll.register(number, events)
        return bool(self._main.switch())

    def _turn(self) -> None:
        """Lets go on whose wait is over."""
        limited = any(one.deadline is not None for one in self._waiting.values())
        for number, _ in self._poll.poll(_LOOKS * 1000 if limited else None):
            self._go_on(number, True)
        if not self._looked <= (now := self._clock()) < self._looked + _LOOKS:
            self._looked = now
            for number, one in list(self._waiting.items()):
                if one.deadline is not None and one.deadline <= now:
                    self._go_on(number, False)

    def _go_on(self, number: int, came: bool) -> None:
        self._poll.unregister(number)
        self._waiting.pop(number).who.switch(came)


def _guarded(job: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            job()
        except Exception:
            sys.excepthook(*sys.exc_info())

    return run
