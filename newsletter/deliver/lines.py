"""The ledger's ends of all lanes: it hears them all at once and waits for none of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from selectors import EVENT_READ, DefaultSelector
from socket import socket
from types import TracebackType
from typing import Any, Self

from newsletter.deliver.crew import Crew
from newsletter.deliver.messages import Frames, Order, frame
from newsletter.deliver.retries import back_off, is_over
from newsletter.deliver.rows import Row

_READ = 65_536  # octets


@dataclass(slots=True, eq=False)
class Line:
    """One lane as the ledger knows it."""

    seat: int  # of its worker
    socket: socket
    frames: Frames = field(default_factory=Frames)
    free: bool = False  # it has reported, and waits for orders
    resting: bool = False  # and has been told that there is nothing
    waiting: datetime | None = None  # since when it is held for its turn, without being told anything
    reserved: Row | None = None  # its envelope goes ahead
    digest: str = ""  # of the edition that `reserved` is made from
    ready: bool = False  # that envelope is accepted, and waits for its intent
    granted: bool = False  # that intent is on disk
    carried: Row | None = None  # its content may have left
    fruitful: bool = False  # something was accepted since the last trouble
    troubles: int = 0  # in a row
    since: datetime | None = None  # the last of them

    def troubled(self, now: datetime) -> None:
        """Its connection came to nothing. After one that carried something, another is tried at once."""
        if not self.fruitful:
            self.troubles += 1
        self.fruitful, self.since = False, now

    def rests_until(self, now: datetime) -> datetime | None:
        """Until when it is too early to try another connection; None: it is not."""
        if self.since is None or is_over(self.since, back_off(self.troubles), now):
            return None
        return self.since + back_off(self.troubles)


class Lines:
    """All lanes of a crew. Leaving the block closes them and waits for the workers."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._selector = DefaultSelector()
        self.all: list[Line] = []

    def __enter__(self) -> Self:
        try:
            for seat in self._crew.seats:
                self.open(seat)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def open(self, seat: int) -> None:
        """Starts a worker for this seat, if that is worth trying."""
        for ours in self._crew.hire(seat):
            line = Line(seat, ours)
            self._selector.register(ours, EVENT_READ, line)
            self.all.append(line)

    def hear(self, patience: float) -> list[tuple[Line, list[Any] | None]]:
        """What has been reported; waits `patience` seconds for the first. None: that lane has ended."""
        heard: list[tuple[Line, list[Any] | None]] = []
        for key, _ in self._selector.select(patience):
            line: Line = key.data
            octets = _received(line.socket)
            if octets:
                heard.append((line, line.frames.feed(octets)))
            elif octets is not None:
                self._forget(line)
                heard.append((line, None))
        return heard

    def tell(self, line: Line, orders: tuple[Order, ...]) -> None:
        """Gives orders. A lane that is gone is heard of later; the buffer of one that is there has room."""
        line.free = line.reserved is None and line.carried is None
        with suppress(OSError):
            line.socket.sendall(frame(orders))

    def bears_fruit(self, line: Line) -> None:
        """A message was accepted: all troubles before it are forgotten."""
        self._crew.bears_fruit(line.seat)
        line.fruitful = True
        for one in self.all:
            one.troubles = 0

    @property
    def carrying(self) -> bool:
        """Whether content may be under way."""
        return any(line.carried for line in self.all)

    @property
    def busy(self) -> bool:
        """Whether anything is under way: content or an envelope."""
        return any(line.carried or line.reserved for line in self.all)

    def _forget(self, line: Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()
        self.all.remove(line)

    def is_empty(self, seat: int) -> bool:
        """Whether a seat has no lane left."""
        return all(line.seat != seat for line in self.all)

    def _close(self) -> None:
        carrying = self.carrying
        for line in tuple(self.all):
            self._forget(line)
        self._selector.close()
        self._crew.dismiss(carrying)


def _received(ours: socket) -> bytes | None:
    """What there is to read; b"" at the end, None where there is nothing yet."""
    try:
        return ours.recv(_READ)
    except BlockingIOError:
        return None
    except OSError:  # reset: the worker died with something unread
        return b""
