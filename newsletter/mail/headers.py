"""Header fields on the wire: ASCII, folded, never broken by a value. Source: RFC 5322 2.2.3, RFC 2047, RFC 2369."""

from __future__ import annotations

import base64
import re

from newsletter.model.errors import HeaderRefused

FOLD = 76  # columns of a header line; RFC 5322 2.1.1 asks for 78, RFC 2047 2 for 76 where a word is encoded
LINE_LIMIT = 998  # octets of any line, RFC 5322 2.1.1
_WORD_OCTETS = 39  # of UTF-8 in one encoded word: 52 base64 characters and 12 around them fit behind "Subject: "
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def unstructured(name: str, value: str) -> bytes:
    """A field such as Subject, with its line end. Anything but plain ASCII goes into encoded words (RFC 2047)."""
    _refuse_breaks(name, value)
    return _field(name, _folded(value) if _is_plain(value) else _encoded(value))


def mailbox(name: str, display: str, address: str) -> bytes:
    """A field such as From with one mailbox. Raises `HeaderRefused` when the address is not ASCII."""
    _refuse_breaks(name, display)
    angle = f"<{one_line_value(name, address)}>"
    if not display:
        return _field(name, [angle])
    if _is_plain(display) and _ATOM.fullmatch(display):
        return _field(name, [*_folded(display), angle])
    if _is_plain(display) and len(display) < 60:
        quoted = display.replace("\\", "\\\\").replace('"', '\\"')
        return _field(name, [f'"{quoted}"', angle])
    return _field(name, [*_encoded(display), angle])


def one_line(name: str, value: str) -> bytes:
    """A field on one line, never folded or encoded: the List-* fields (RFC 2369 2; receivers read no encoded words)."""
    return f"{name}: {one_line_value(name, value)}\r\n".encode("ascii")


def one_line_value(name: str, value: str, limit: int = LINE_LIMIT) -> str:
    """The value, when it may stand in a field as it is: printable ASCII, no break, `limit` octets with the name."""
    if not (value.isascii() and value.isprintable()):
        _refuse_breaks(name, value)
        raise HeaderRefused(name, "the value holds a character that is not printable ASCII")
    if len(name) + 2 + len(value) > limit:
        raise HeaderRefused(name, f"the value is {len(value)} octets long; a line holds {limit}")
    return value


def _refuse_breaks(name: str, value: str) -> None:
    if re.search(r"[\r\n\0]", value):
        raise HeaderRefused(name, "the value holds a line break or a NUL, which would begin a header of its own")


def _is_plain(value: str) -> bool:
    """Whether the value reads the same when it is sent as it is and folded at its spaces."""
    words = value.split(" ")
    return (
        value.isascii()
        and value.isprintable()
        and "=?" not in value
        and all(0 < len(word) <= FOLD - 2 for word in words)
        and value == value.strip()
    )


def _folded(value: str) -> list[str]:
    return value.split(" ")


def _encoded(value: str) -> list[str]:
    """The value as encoded words, each of whole characters (RFC 2047 5): base64, because most of ours is not Latin."""
    words, chunk = [], b""
    for character in value:
        octets = character.encode("utf-8", "replace")
        if len(chunk) + len(octets) > _WORD_OCTETS:
            words.append(chunk)
            chunk = b""
        chunk += octets
    words.append(chunk)
    return [f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words]


def _field(name: str, words: list[str]) -> bytes:
    """The field with its words, folded before a word that would pass the column limit."""
    lines, line = [], f"{name}:"
    for at, word in enumerate(words):
        if at and len(line) + 1 + len(word) > FOLD:
            lines.append(line)
            line = ""
        line += f" {word}"
    lines.append(line)
    return ("\r\n".join(lines) + "\r\n").encode("ascii")
