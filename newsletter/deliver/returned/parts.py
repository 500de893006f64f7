"""A returned mail as its parts. Source: RFC 5322 2.2, RFC 2045, RFC 2046 5.1, RFC 2047.

Anybody may write to the address that bounces come to, so any octets at all are read, in a time and a memory that grow
with their number alone. The standard library's parser gives no such promise: it compares each line with every boundary
that is open, and takes a long Content-Type apart in a time that grows with the square of its length.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from newsletter.deliver.returned.charsets import decoded

# What a server says stands in front, what it encloses behind it: no bounce needs more of it to be understood.
MAX_READ = 1_000_000  # octets
MAX_FIELDS = 500  # of one header or block
MAX_FIELD = 5_000  # octets of one field; the rest is dropped
MAX_PARTS = 100
MAX_DEPTH = 8  # of multiparts in each other

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*+(?:\n[ \t].*+)*+)(?:\n|\Z)")
_FOLD = re.compile(rb"\n[ \t]+")
_PARAMETER = re.compile(r";\s*([\w-]+)\*?\s*=\s*(?:\"((?:[^\"\\]|\\.)*+)\"|([^\s;\"]+))")
_NO_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields in order, with their names in small letters and their values unfolded."""

    pairs: tuple[tuple[str, str], ...]

    def first(self, *names: str) -> str:
        """The value of the first field of one of these names, in their order; empty where there is none."""
        return next((value for name in names for value in self.all(name)), "")

    def all(self, *names: str) -> tuple[str, ...]:
        """The values of all fields of these names, in the order they stand."""
        return tuple(value for name, value in self.pairs if name in names)

    def __contains__(self, name: str) -> bool:
        return any(name == one for one, _ in self.pairs)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a mail, or the whole. What a part of type message encloses is not taken apart: it is not the mail's.

    `body` has its transfer encoding undone; a multipart has none, and `parts` instead.
    """

    fields: Fields
    kind: str  # "text/plain", in small letters
    charset: str | None
    body: bytes
    parts: tuple[Part, ...] = ()

    def leaves(self) -> Iterator[Part]:
        """The parts that hold no parts, in order; the mail itself where it has none."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    @property
    def text(self) -> str:
        """The body as text, whatever charset it claims."""
        return decoded(self.body, self.charset)

    @property
    def attached(self) -> bool:
        """Whether it is meant to be saved, not shown."""
        return self.fields.first("content-disposition").lower().startswith("attachment")


def part_of(mail: bytes) -> Part:
    """A mail as its parts; never raises. Of a mail that is longer than `MAX_READ` the rest is not looked at."""
    data = mail[:MAX_READ].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    if data.startswith((b"From ", b">From ")):  # the line before a mail in an mbox file
        data = data.partition(b"\n")[2]
    return _part(data, 0, [MAX_PARTS])


def enclosed(part: Part) -> Fields:
    """The header of the message that a part encloses, whole or only its header. Source: RFC 2046 5.2.1, RFC 6522 3."""
    return fields_of(part.body.lstrip(b"\n"))[0]


def fields_of(data: bytes) -> tuple[Fields, bytes]:
    """The fields that a text begins with, and what follows behind the empty line, or from the first line that is none.

    Line ends are plain line feeds.
    """
    pairs: list[tuple[str, str]] = []
    at = 0
    while match := _FIELD.match(data, at):
        at = match.end()
        if len(pairs) < MAX_FIELDS:
            value = _FOLD.sub(b" ", match[2][:MAX_FIELD]).strip()
            pairs.append((match[1].decode("ascii").lower(), decoded(value, None)))
    return Fields(tuple(pairs)), data[at + 1 :] if data[at : at + 1] == b"\n" else data[at:]


def blocks_of(data: bytes) -> tuple[Fields, ...]:
    """The blocks of fields that empty lines part from each other; lines that are no fields are left out.

    Source: RFC 3464 2.1. As servers write them: where the empty line between two recipients is missing, the second one
    begins a block all the same.
    """
    found: list[Fields] = []
    rest = data
    for _ in range(MAX_FIELDS):
        rest = rest.lstrip(b"\n")
        if not rest:
            break
        fields, after = fields_of(rest)
        if not fields.pairs:
            after = rest.partition(b"\n")[2]
        found += _by_recipient(fields)
        rest = after
    return tuple(found)


def _by_recipient(fields: Fields) -> Iterator[Fields]:
    """A block parted where the next recipient begins: some servers begin with the action, some with the address."""
    block: list[tuple[str, str]] = []
    for name, value in fields.pairs:
        names = {one for one, _ in block}
        again = name in names and name in ("final-recipient", "original-recipient", "action")
        if again or (name == "original-recipient" and {"final-recipient", "action"} <= names):
            yield Fields(tuple(block))
            block = []
        block.append((name, value))
    if block:
        yield Fields(tuple(block))


def shown_field(value: str) -> str:
    """A field's words as they are meant to be read (RFC 2047); as they are written where they are written wrong."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)


def _part(data: bytes, depth: int, left: list[int]) -> Part:
    """A part and what is in it. `left` counts down the parts that are still taken."""
    left[0] -= 1
    fields, body = fields_of(data)
    kind, boundary, charset = _content_type(fields)
    if boundary and kind.startswith("multipart/") and depth < MAX_DEPTH:
        pieces = _pieces(body, boundary, left[0])
        if parts := tuple(_part(piece, depth + 1, left) for piece in pieces if left[0] > 0):
            return Part(fields, kind, None, b"", parts)
    if kind.startswith("multipart/"):  # it only says so
        kind = "text/plain"
    return Part(fields, kind, charset, _unpacked(body, fields.first("content-transfer-encoding")))


def _content_type(fields: Fields) -> tuple[str, str | None, str | None]:
    """Type, boundary and charset."""
    written = fields.first("content-type")
    kind = re.split(r"[;\s]", written.strip().lower(), maxsplit=1)[0]
    said = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(written)}
    return kind if "/" in kind else "text/plain", said.get("boundary"), said.get("charset")


def _pieces(body: bytes, boundary: str, most: int) -> list[bytes]:
    """What stands between the delimiters. A mail that was cut short has no last one."""
    line = re.compile(rb"(?m)^--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*$")
    found: list[bytes] = []
    begin: int | None = None
    for match in line.finditer(body):
        if begin is not None:
            found.append(body[begin : max(match.start() - 1, begin)])
        begin = None if match[1] else match.end() + 1
        if begin is None or len(found) >= most:
            return found
    return found if begin is None else [*found, body[begin:]]


def _unpacked(body: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case "base64":
            letters = body.translate(None, _NO_BASE64)
            letters = letters[: len(letters) - (len(letters) % 4 == 1)]
            return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)).replace(b"\r\n", b"\n")
        case "quoted-printable":
            return binascii.a2b_qp(body)
        case _:
            return body
