"""How the system is told to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """Is set by Ctrl-C or SIGTERM while the block runs; a second Ctrl-C is a `KeyboardInterrupt`, wherever we are.

    Nobody may wait for it in the main thread, where the signal comes in: it could find that thread holding its lock.
    """
    asked = Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
