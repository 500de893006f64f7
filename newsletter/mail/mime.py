"""The message: compiled once for an edition, spliced for each recipient.

multipart/alternative, text first (RFC 2046 5.1.4), both parts UTF-8 in quoted-printable (RFC 2045 6.7). A soft line
break stands before and behind each place, so a value never moves the lines around it and splicing is a join of bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter.mail import headers
from newsletter.model.errors import HeaderRefused
from newsletter.model.letter import Letter, Part, Place, Slot, Slotted

_SOFT = b"=\r\n"
_LINE = 76  # of quoted-printable, its "=" at the end counted
_WIDTH = _LINE - 1  # without it; 25 octets in hex

_FIELD_OF = {
    Slot.TO: "To",
    Slot.DATE: "Date",
    Slot.MESSAGE_ID: "Message-ID",
    Slot.LIST_UNSUBSCRIBE: "List-Unsubscribe",
}
_PLAIN = bytes(octet for octet in range(32, 127) if octet not in b"=&<>\"'")  # each is written as itself anywhere
_SUBJECT = re.compile(rb"^Subject:.*?\r\n(?![ \t])", re.MULTILINE | re.DOTALL)  # with the lines it was folded into
_HEADER, _HTML = Part.HEADER, Part.HTML  # reading a member off its enum costs more than comparing it
_LIMIT_OF = {Slot.LIST_UNSUBSCRIBE: len("List-Unsubscribe: ") + 900}


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the headers of a letter say that is the same for all."""

    sender_name: str
    sender_address: str
    reply_to: str
    subject: str
    list_name: str
    list_id: str  # RFC 2919
    feedback_id: str  # the same for all recipients of an issue


def compile_letter(heading: Heading, text: Slotted, html_body: Slotted) -> Letter:
    """The letter, final but for its slots. Raises `HeaderRefused` for a value that may not stand in a header."""
    boundary = _boundary(heading.subject, text, html_body)
    pieces: list[bytes | Place] = [
        headers.mailbox("From", heading.sender_name, heading.sender_address),
        *_place_field(Slot.TO),
        headers.mailbox("Reply-To", "", heading.reply_to),
        headers.unstructured("Subject", heading.subject),
        *_place_field(Slot.DATE),
        *_place_field(Slot.MESSAGE_ID),
        headers.mailbox("List-Id", heading.list_name, heading.list_id),
        *_place_field(Slot.LIST_UNSUBSCRIBE),
        headers.one_line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        headers.one_line("Feedback-ID", heading.feedback_id),
        headers.one_line("MIME-Version", "1.0"),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'.encode("ascii"),
        *_part(boundary, "plain", Part.TEXT, text),
        *_part(boundary, "html", Part.HTML, html_body),
        f"--{boundary}--\r\n".encode("ascii"),
    ]
    return Letter(tuple(_joined(pieces)))


def with_subject(letter: Letter, subject: str) -> Letter:
    """The same letter under another subject; no other octet is changed. Raises `HeaderRefused`.

    The subject is a field of its own among the headers, which come first: the first line that begins with its name is
    it, whatever the bodies hold.
    """
    field = headers.unstructured("Subject", subject)
    for at, piece in enumerate(letter.pieces):
        if isinstance(piece, bytes) and _SUBJECT.search(piece):
            mended = _SUBJECT.sub(lambda _: field, piece, count=1)
            return Letter((*letter.pieces[:at], mended, *letter.pieces[at + 1 :]))
    raise HeaderRefused("Subject", "the letter has none; build it anew")


def splice(letter: Letter, values: Mapping[Slot, str]) -> bytes:
    """The whole message for one recipient, CRLF line ends, ASCII.

    `values` are plain text, as a person would read them; here they are escaped and encoded for where they stand.
    Raises `HeaderRefused` for a value that may not stand where it should.
    """
    return b"".join([_place_value(piece, values) if isinstance(piece, Place) else piece for piece in letter.pieces])


def _place_value(place: Place, values: Mapping[Slot, str]) -> bytes:
    slot, value = place.slot, values[place.slot]
    if place.part is _HEADER:
        return header_value(slot, value)
    in_text, in_html = body_values(slot, value)
    return in_html if place.part is _HTML else in_text


def header_value(slot: Slot, value: str) -> bytes:
    """A value as it stands in the header field of its slot. Raises `HeaderRefused`."""
    return headers.one_line_value(_FIELD_OF[slot], value, _LIMIT_OF.get(slot, headers.LINE_LIMIT)).encode("ascii")


def body_values(slot: Slot, value: str) -> tuple[bytes, bytes]:
    """A value as it stands in the text and, escaped, in the HTML, between two soft line breaks: quoted-printable.

    No line of it begins with a dot, and no white space in it stands in a row or is a tab: it stays as it is when dots
    are stuffed (RFC 5321 4.5.2) and in the relaxed form that is signed (RFC 6376 3.4.4). Raises `HeaderRefused`.
    """
    encoded = value.encode("utf-8")
    if not encoded.translate(None, _PLAIN):
        if len(encoded) >= _LINE:
            encoded = _SOFT.join([encoded[at : at + _WIDTH] for at in range(0, len(encoded), _WIDTH)])
        if not _is_moved(encoded):
            return encoded, encoded
    if "\n" in value or "\r" in value or "\0" in value:
        raise HeaderRefused(slot.value, "the value holds a line break or a NUL")
    return _body_value(value), _body_value(html.escape(value))


def _body_value(value: str) -> bytes:
    encoded = _quoted_printable(value)
    return _all_in_hex(value) if _is_moved(encoded) else encoded


def _is_moved(encoded: bytes) -> bool:
    """Whether other forms of the message would change it."""
    return encoded.startswith(b".") or b"\n." in encoded or b"  " in encoded or b"\t" in encoded


def _all_in_hex(value: str) -> bytes:
    digits = b"=" + value.encode("utf-8").hex("=").upper().encode("ascii")
    return _SOFT.join([digits[at : at + _WIDTH] for at in range(0, len(digits), _WIDTH)])


def _place_field(slot: Slot) -> tuple[bytes, Place, bytes]:
    return f"{_FIELD_OF[slot]}: ".encode("ascii"), Place(slot, Part.HEADER), b"\r\n"


def _boundary(subject: str, text: Slotted, html_body: Slotted) -> str:
    """The same for the same content; "=_" never comes up in quoted-printable (RFC 2045 6.7, note 1)."""
    digest = hashlib.sha256()
    for data in (subject.encode(), text.canonical(), html_body.canonical()):
        digest.update(hashlib.sha256(data).digest())
    return f"=_{digest.hexdigest()[:40]}"


def _part(boundary: str, subtype: str, part: Part, body: Slotted) -> Iterator[bytes | Place]:
    yield (
        f"--{boundary}\r\n"
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")
    for piece in body.pieces:
        if isinstance(piece, Slot):
            yield from (_SOFT, Place(piece, part), _SOFT)
        else:
            yield _quoted_printable(piece)
    yield b"\r\n"


def _quoted_printable(text: str) -> bytes:
    encoded = binascii.b2a_qp(text.encode("utf-8"), istext=True).replace(b"\n", b"\r\n")
    last = len(encoded) - encoded.rfind(b"\n") - 1
    return encoded + _SOFT if last >= _LINE else encoded


def _joined(pieces: list[bytes | Place]) -> Iterator[bytes | Place]:
    """The pieces with neighbouring bytes made one, so that a splice joins as few as can be."""
    run = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            run += piece
            continue
        if run:
            yield run
        run = b""
        yield piece
    if run:
        yield run
