"""What the ledger and its lanes say to each other, and how it travels: small frames over a pair of sockets.

They speak in turn. A lane reports what came of its last order and waits; the ledger commits and gives the next order.
So there is never more than one frame under way in each direction, and no buffer can fill.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from select import POLLIN
from socket import socket
from typing import Any

from newsletter.model.answer import Answer, Phase

_LENGTH = struct.Struct("!I")
_READ = 65_536  # octets


# From a lane to the ledger


@dataclass(frozen=True, slots=True)
class Want:
    """It is free to take another recipient."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The envelope is accepted, 354 is there: content would follow. It waits for Go or Drop."""

    seq: int


@dataclass(frozen=True, slots=True)
class Done:
    """What came of content whose Go was given."""

    seq: int
    attempt: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to an envelope ahead of its intent: not an octet of content has left."""

    seq: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Returned:
    """The connection was lost before the envelope was answered: the row is as it was."""

    seq: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Trouble:
    """No connection came about for this row: refused, which is ours to mend, or lost. The row is as it was."""

    seq: int
    answer: Answer
    refused: bool
    words: str


# From the ledger to a lane


@dataclass(frozen=True, slots=True)
class Next:
    """A recipient whose envelope goes ahead. Reserved in the ledger's memory; nothing on disk has changed."""

    seq: int
    subscriber: str
    address: str
    name: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Go:
    """The intent is on disk: the content of the envelope that is Ready may leave."""

    seq: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Drop:
    """No intent was granted: hang up inside DATA, an unfinished message is not delivered (RFC 5321 4.1.1.4)."""

    seq: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing to send at present: take leave of the server and wait."""


@dataclass(frozen=True, slots=True)
class Stop:
    """It is over: take leave and end."""


Report = Want | Ready | Done | Refused | Returned | Trouble
Order = Next | Go | Drop | Rest | Stop

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (Want, Ready, Done, Refused, Returned, Trouble, Next, Go, Drop, Rest, Stop)
}


def frame(messages: tuple[Report, ...] | tuple[Order, ...]) -> bytes:
    """The messages as they travel: four octets of length, then JSON."""
    data = json.dumps([[type(message).__name__, *_fields(message)] for message in messages]).encode("ascii")
    return _LENGTH.pack(len(data)) + data


class Frames:
    """Octets as they come in, turned into messages as soon as a frame is whole."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def feed(self, octets: bytes) -> list[Any]:
        """The messages of the frames that are whole now, in order."""
        self._octets += octets
        found: list[Any] = []
        while len(self._octets) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._octets)[0]
            if len(self._octets) < end:
                break
            found += [_message(*written) for written in json.loads(self._octets[_LENGTH.size : end])]
            del self._octets[:end]
        return found


class Channel:
    """A lane's end of the pair. `wait` is where it waits for orders; None: the thread waits in the socket."""

    def __init__(self, ours: socket, wait: Callable[[socket, int, float | None], bool] | None = None) -> None:
        ours.setblocking(wait is None)
        self._socket, self._wait = ours, wait
        self._frames = Frames()

    def report(self, *reports: Report) -> bool:
        """Says all of it at once; False when the ledger is gone."""
        try:
            self._socket.sendall(frame(reports))
        except OSError:
            return False
        return True

    def orders(self) -> tuple[Order, ...]:
        """Waits for the next orders; none at all when the ledger is gone."""
        while True:
            if self._wait:
                self._wait(self._socket, POLLIN, None)
            try:
                octets = self._socket.recv(_READ)
            except OSError:
                return ()
            if not octets:
                return ()
            if found := self._frames.feed(octets):
                return tuple(found)

    def close(self) -> None:
        """Lets the ledger see the end."""
        self._socket.close()


def _fields(message: Any) -> list[object]:
    return [_answer_fields(value) if isinstance(value, Answer) else value for value in _values(message)]


def _values(message: Any) -> list[object]:
    return [getattr(message, name) for name in message.__slots__]


def _answer_fields(answer: Answer) -> dict[str, object]:
    return {"phase": answer.phase.value, "code": answer.code, "status": answer.status, "said": answer.said}


def _message(kind: str, *fields: Any) -> Any:
    return _KINDS[kind](*(_as_answer(field) if isinstance(field, dict) else field for field in fields))


def _as_answer(written: dict[str, Any]) -> Answer:
    return Answer(Phase(written["phase"]), written["code"], written["status"], written["said"])
