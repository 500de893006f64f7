"""The bytes of an XML feed before and beside the parser: no declarations in, and each entry's own piece kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be"}  # XML 1.0, F.1
_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")
# What may stand before the root element: white space, comments, processing instructions. XML 1.0 section 2.8.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf|\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
# A document type declaration ends at its own ">", which no quoted text, comment or internal subset hides.
_IN_DOCTYPE = re.compile(rb"\"[^\"]*\"|'[^']*'|<!--(?:.*?-->|.*)|<\?(?:.*?\?>|.*)|[\[\]>]", re.DOTALL)
_ENTRY = re.compile(rb"<(?P<name>(?:[A-Za-z]+:)?(?:item|entry))(?=[\s>])")
_NEVER_CLOSED = 10  # names of entries that end nowhere; a feed that has so many is not one to be cut into its entries
_MAX_PIECE = 200_000  # octets of one entry


def without_doctype(data: bytes) -> bytes:
    """The feed without its document type declaration. UTF-16 becomes UTF-8.

    Entities are declared there and nowhere else, so no bomb of them can go off and none can name a file. A declaration
    that never ends takes the whole feed with it.
    """
    if encoding := _WIDE.get(data[:2]):
        data = _ENCODING.sub("", data.decode(encoding, "replace"), count=1).encode("utf-8", "replace")
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    if data[start : start + 9].upper() != b"<!DOCTYPE":
        return data
    return data[:start] + data[_end_of_doctype(data, start + 9) :]


def _end_of_doctype(data: bytes, start: int) -> int:
    depth = 0
    for sign in _IN_DOCTYPE.finditer(data, start):
        if sign[0] == b"[":
            depth += 1
        elif sign[0] == b"]":
            depth -= 1
        elif sign[0] == b">" and depth <= 0:
            return sign.end()
    return len(data)


def entry_slices(data: bytes, count: int) -> tuple[bytes | None, ...]:
    """The untouched bytes of each of `count` entries, in order; all None when they cannot be told apart for sure."""
    pieces = list(_entries(data)) if count else []
    if len(pieces) != count:  # markup inside CDATA, an entry that never ends
        return (None,) * count
    return tuple(piece if len(piece) <= _MAX_PIECE else None for piece in pieces)


def _entries(data: bytes) -> Iterator[bytes]:
    at, never = 0, set[bytes]()
    for opened in _ENTRY.finditer(data):
        name = opened["name"]
        if opened.start() < at or name in never:
            continue
        if closed := re.compile(rb"</" + name + rb"\s*>").search(data, opened.end()):
            at = closed.end()
            yield data[opened.start() : at]
        else:
            never.add(name)
            if len(never) == _NEVER_CLOSED:
                return
