"""A letter: the message that all readers of an issue get, with slots for what is one reader's own.

This is all that a process that only makes and carries messages has to know of an edition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from newsletter.model.shape import Line


class Slot(Enum):
    """The per-recipient pieces of a letter; there are no others."""

    GREETING = "greeting"
    UNSUBSCRIBE_URL = "unsubscribe_url"
    PREFERENCES_URL = "preferences_url"
    TO = "to"
    DATE = "date"
    MESSAGE_ID = "message_id"
    LIST_UNSUBSCRIBE = "list_unsubscribe"

    __hash__ = object.__hash__  # by identity: Enum's own runs in Python at every look-up, ten times a message


BODY_SLOTS = frozenset({Slot.GREETING, Slot.UNSUBSCRIBE_URL, Slot.PREFERENCES_URL})


class Part(Enum):
    """Where in the message a slot stands, which says how its value is written."""

    HEADER = "header"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Place:
    """One use of a slot in a letter."""

    slot: Slot
    part: Part


@dataclass(frozen=True, slots=True)
class Slotted:
    """Text with slots in it, as pieces: no text, however it reads, can be taken for a slot."""

    pieces: tuple[str | Slot, ...]

    def fill(self, values: Mapping[Slot, str]) -> str:
        """The text with every slot replaced by its value, which the caller has made safe for where it stands."""
        return "".join(values[piece] if isinstance(piece, Slot) else piece for piece in self.pieces)

    def canonical(self) -> bytes:
        """Bytes from which the pieces can be told apart again; what a digest is taken over."""
        return b"".join(_framed(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Letter:
    """The MIME message compiled once: ASCII pieces and places, final but for the slots.

    Line ends are CRLF; every body is quoted-printable, with a soft line break before and behind each place.
    """

    pieces: tuple[bytes | Place, ...]

    def canonical(self) -> bytes:
        """Bytes from which the pieces can be told apart again; what a digest is taken over."""
        return b"".join(_framed(piece) for piece in self.pieces)


def _framed(piece: str | bytes | Slot | Place) -> bytes:
    match piece:
        case bytes():
            kind, data = b"b", piece
        case str():
            kind, data = b"s", piece.encode()
        case Slot():
            kind, data = b"S", piece.value.encode()
        case Place():
            kind, data = b"P", f"{piece.part.value}.{piece.slot.value}".encode()
    return b"%s%d:%s" % (kind, len(data), data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """The first line of the letter, with and without the reader's name."""

    plain: Line  # "Dear Focus reader,"
    named: Line | None  # "Dear {name},"; None: never by name

    def to(self, name: str | None) -> str:
        """The line for one reader. A name that is missing, or longer than a line holds, is left out."""
        known = " ".join((name or "").split())
        if self.named is None or not known or len(known) > 60:
            return self.plain
        return self.named.replace("{name}", known)
