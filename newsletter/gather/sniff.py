"""Whether bytes are a feed, by how they begin. Source: XML 1.0 section 2.8 and appendix F.1, JSON Feed 1.1."""

from __future__ import annotations

import re

_LOOKED_AT = 65_536  # octets; what stands before the root element of a feed is shorter
_MARKS = (  # the longest first: the mark of UTF-32 begins with that of UTF-16
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"), (b"{\0", "utf-16-le"), (b"\0{", "utf-16-be"))
_SPACE = re.compile(r"\s*")
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?P<name>rss|feed|rdf)(?=[\s/>])", re.IGNORECASE)
# The slashes may be escaped, and other keys stand before this one, however long.
_JSON_FEED = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')
_RSS_IN_RDF = re.compile(r"purl\.org/rss|my\.netscape\.com/rdf|purl\.org/net/rss")


def is_feed(data: bytes) -> str | None:
    """ "RSS", "Atom", "RDF" or "JSON Feed", or None for what is none. Says nothing about whether it is well-formed."""
    text = _beginning(data)
    if text.startswith("{"):
        return "JSON Feed" if _JSON_FEED.search(_decoded(data)) else None
    root = _ROOT.match(text, _after_prolog(text))
    if root is None:
        return None
    match root["name"].lower():
        case "rss":
            return "RSS"
        case "feed":
            return "Atom"
        case _:
            return "RDF" if _RSS_IN_RDF.search(text) else None


def _beginning(data: bytes) -> str:
    return _decoded(data[:_LOOKED_AT]).lstrip("\ufeff\0 \t\r\n\f")


def _decoded(data: bytes) -> str:
    """As text in which ASCII can be found, whatever the encoding."""
    for mark, encoding in (*_MARKS, *_UNMARKED):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("latin-1")


def _after_prolog(text: str) -> int:
    """Where the root element begins: behind the declaration, comments, instructions and the document type."""
    at = 0
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
        if text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<?", at):
            end = text.find("?>", at)
        elif text[at : at + 9].upper() == "<!DOCTYPE":
            subset = text.find("[", at, text.find(">", at))
            end = text.find("]>", at) if subset >= 0 else text.find(">", at)
        else:
            return at
        if end < 0:
            return len(text)
        at = text.index(">", end) + 1
