"""Octets of a mail to text, whatever charset it claims."""

from __future__ import annotations

from codecs import lookup

# Codecs of Python that no mail is written in; some take a time that grows with the square of the length.
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"))
# Mails mean the wider charset of a family by the name of the narrower one.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252"}
_SHIFTING = ("iso2022", "hz")  # written in ASCII, with escapes between: they look like UTF-8


def decoded(data: bytes, said: str | None) -> str:
    """A text by UTF-8 where it is, else by the charset that is said; wrong octets are replaced. Never raises."""
    name = _codec(said)
    if name and name.startswith(_SHIFTING):
        return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode(name or "cp1252", "replace")


def _codec(said: str | None) -> str | None:
    try:
        name = lookup((said or "")[:40].strip().lower()).name
        b"".decode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _NO_CHARSETS else _WIDER.get(name, name)
