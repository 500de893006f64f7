"""Octets to text when nobody is sure of the charset: what is said, what is so, and what pages mean by it."""

from __future__ import annotations

import re
from codecs import lookup

_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*+[\"']?\s*+([\w:.-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w:.-]{1,40})")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Pages mean the wider charset of a family by the name of the narrower one (WHATWG Encoding, 4.2).
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "big5": "big5hkscs"}
# Codecs of Python that no document is written in; some take a time that grows with the square of the length.
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"))


def decoded(data: bytes, said: str | None) -> str:
    """A text by its byte order mark, as UTF-8 where it is, by the charset that was said, by the one it names itself.

    What is UTF-8 was meant so, whatever is said: no other charset looks like it by accident. When nothing fits, wrong
    octets are replaced: a page with one wrong character is still a page. The last resort is Windows-1252.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    own = _META.search(data[:4096]) or _XML.match(data[:200])
    named = [_charset(said), _charset(own[1].decode("ascii", "replace")) if own else None]
    for name in filter(None, [None if data.isascii() else "utf-8", *named]):
        try:
            return data.decode(name)
        except UnicodeError:
            continue
    text = data.decode(next(filter(None, named), "utf-8"), "replace")
    # Cut short, or with one wrong octet, UTF-8 is still UTF-8; else it is what western pages mean without a word.
    return text if text.count("\ufffd") * 100 < len(text) else data.decode("cp1252", "replace")


def _charset(said: str | None) -> str | None:
    """The codec for a charset's name; None for a name that means none."""
    try:
        codec = lookup((said or "").strip().lower())
        "".encode(codec.name)
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if codec.name in _NO_CHARSETS else _WIDER.get(codec.name, codec.name)
