"""An edition: the finished letter and page, the same for every reader but for the slots."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from newsletter.model.draft import Greeting, InputFile
from newsletter.model.issue import IssueId, IssueNumber


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
class Asset:
    """A picture as readers get it."""

    name: str  # the SHA-256 of data, 20 hex digits, and the suffix
    data: bytes
    width: int  # pixels of the file
    height: int
    alt: str
    credit: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTerms:
    """What the archive's indexes list an issue under, fixed with it."""

    topics: tuple[str, ...]  # as issue.md names them
    people: tuple[tuple[str, str], ...]  # id and name, by id, of the authors whom the issue names
    numbers: tuple[tuple[str, str], ...]  # figure and caption, in the order of the issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an edition was made from and what came of it."""

    inputs: tuple[InputFile, ...]  # by path, templates included
    outputs: tuple[InputFile, ...]  # by name: subject, html, text, letter, page, images/...
    tools: tuple[tuple[str, str], ...]  # name, version; outside every digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The finished issue: what is approved, sent and published."""

    issue: IssueId
    number: IssueNumber
    language: str
    subject: str
    preheader: str
    greeting: Greeting  # GREETING's value for each reader comes from here
    html: Slotted
    text: Slotted
    letter: Letter
    page: str  # the <article> of the archive; no slot
    terms: IndexTerms
    assets: tuple[Asset, ...]
    manifest: Manifest
    digest: str  # SHA-256 over all outputs, hex


def outputs_of(parts: Mapping[str, bytes]) -> tuple[InputFile, ...]:
    """The digest of each output, by name."""
    return tuple(InputFile(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(parts.items()))


def digest_of(outputs: tuple[InputFile, ...]) -> str:
    """The digest of an edition: SHA-256 over the names and digests of its outputs."""

    def lines() -> Iterator[bytes]:
        for output in outputs:
            yield f"{output.path}\0{output.digest}\n".encode()

    return hashlib.sha256(b"".join(lines())).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentIssue:
    """An issue as it went out: what its sent/ holds, for ever the same."""

    edition: Edition
    html: str  # with a sample reader's values, never a token of a real one
    text: str
    due: datetime  # aware, UTC
