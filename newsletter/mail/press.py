"""The press: the message of one recipient after the other, signed and fit for the wire, in as little time as can be.

What the recipients have in common is done once: its octets, the same with dots stuffed, and its relaxed form for the
signature, whose leading pieces are hashed once. A recipient costs the encoding of the values, one join, the hash of
what follows the first value, and one operation with the key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from newsletter.mail.dkim import AFTER_BODY_HASH, Signer, base64_of, canonical_body, canonical_fields, collapsed
from newsletter.mail.dot import Fit, fit
from newsletter.mail.mime import body_values, header_value
from newsletter.model.errors import HeaderRefused
from newsletter.model.letter import Letter, Part, Place, Slot

# Stands for a value while the pieces are looked at as one message. No message holds a NUL, and it is neither white
# space nor a dot: what is around it comes out as it does around a value.
_MARK = re.compile(rb"\0(\d+)\0")


class Press:
    """Makes the messages of one letter. Any thread may use it.

    Raises `HeaderRefused` for a letter no message of which may go over the wire.
    """

    def __init__(self, letter: Letter, signer: Signer | None = None) -> None:
        places = [piece for piece in letter.pieces if isinstance(piece, Place)]
        self._in_head = _slots(places, Part.HEADER)
        self._in_body = _slots(places, Part.TEXT, Part.HTML)
        marked = _marked(letter, self._in_head, self._in_body)
        on_the_wire = fit(marked)
        self._wire = _Template(on_the_wire.octets)
        self._dots = len(on_the_wire.octets) - on_the_wire.size
        self._signing = _Signing(marked, signer) if signer else None

    def message(self, values: Mapping[Slot, str]) -> Fit:
        """The message of one recipient: that of `splice`, signed if there is a signer. The same values, the same bytes.

        `values` are plain text, as a person would read them. Raises `HeaderRefused` for one that may not stand where
        it should.
        """
        encoded = self._encoded(values)
        parts = self._wire.filled(encoded)
        if self._signing:
            parts[0] = self._signing.field(self._relaxed(encoded)) + parts[0]
        octets = b"".join(parts)
        return Fit(octets, len(octets) - self._dots)

    def _encoded(self, values: Mapping[Slot, str]) -> list[bytes]:
        """Of each slot in the head its value there; then of each in the body its values in text and HTML."""
        encoded = [header_value(slot, values[slot]) for slot in self._in_head]
        for slot in self._in_body:
            encoded += body_values(slot, values[slot])
        return encoded

    def _relaxed(self, encoded: list[bytes]) -> list[bytes]:
        """The same in their relaxed form: only in the head may it be another, where white space is last or in a row."""
        head = encoded[: len(self._in_head)]
        if b"  " not in b" %b " % b" ".join(head):
            return encoded
        return [*(collapsed(value).strip(b" ") for value in head), *encoded[len(head) :]]


class _Template:
    """Octets with marks in them, where the values of a recipient go."""

    def __init__(self, marked: bytes) -> None:
        pieces = _MARK.split(marked)
        self._order = tuple(map(int, pieces[1::2]))
        self._parts = pieces

    def filled(self, values: list[bytes]) -> list[bytes]:
        """All pieces in order, with these values of all places; the first is the same for all recipients."""
        parts = self._parts.copy()
        parts[1::2] = [values[at] for at in self._order]
        return parts


class _Hash:
    """The SHA-256 of octets with marks in them. What is before the first mark is hashed once."""

    def __init__(self, marked: bytes) -> None:
        first = _MARK.search(marked)
        leading = marked[: first.start() if first else len(marked)]
        self._begun = hashlib.sha256(leading)
        self._rest = _Template(marked[len(leading) :])

    def of(self, values: list[bytes], *behind: bytes) -> bytes:
        """The digest with these values of all places, and more behind."""
        going = self._begun.copy()
        for piece in self._rest.filled(values):  # joined first, they would cost the processor's cache 60 KB more
            going.update(piece)
        for piece in behind:
            going.update(piece)
        return going.digest()


class _Signing:
    """The signature over a letter's messages."""

    def __init__(self, marked: bytes, signer: Signer) -> None:
        head, _, body = marked.partition(b"\r\n\r\n")
        names, signed = signer.chosen(canonical_fields(head + b"\r\n"))
        self._signer, self._blank = signer, signer.blank(names)
        self._head, self._body = _Hash(b"".join(signed)), _Hash(canonical_body(body))

    def field(self, canonical: list[bytes]) -> bytes:
        """The signature field for these values of all places, in their relaxed form."""
        body_hash = base64_of(self._body.of(canonical))
        digest = self._head.of(canonical, self._blank.canonical, body_hash, AFTER_BODY_HASH)
        return self._signer.written(self._blank, body_hash, digest)


def _slots(places: list[Place], *parts: Part) -> tuple[Slot, ...]:
    """The slots that stand in these parts, each once."""
    return tuple(dict.fromkeys(place.slot for place in places if place.part in parts))


def _marked(letter: Letter, in_head: tuple[Slot, ...], in_body: tuple[Slot, ...]) -> bytes:
    """The letter as one message, with marks that say which of the encoded values stands where."""
    places = [Place(slot, Part.HEADER) for slot in in_head]
    places += [Place(slot, part) for slot in in_body for part in (Part.TEXT, Part.HTML)]
    mark_of = {place: b"\0%d\0" % at for at, place in enumerate(places)}
    if any(isinstance(piece, bytes) and b"\0" in piece for piece in letter.pieces):
        raise HeaderRefused("message", "it holds a NUL")
    return b"".join(mark_of[piece] if isinstance(piece, Place) else piece for piece in letter.pieces)
