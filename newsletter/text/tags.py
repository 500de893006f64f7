"""HTML as a row of tags and texts, read from left to right once, whatever it holds.

The standard library's parser takes time with the square of some malformed pages; a tree of HTML5 does with others. For
what somebody pastes, the row is enough. Source: HTML Living Standard 13.2.5, without its rarest states.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape


@dataclass(frozen=True, slots=True)
class Start:
    name: str  # in small letters
    attributes: Mapping[str, str]  # names in small letters, entities resolved; the first of two counts
    closed: bool  # whether it ends itself: "<br/>"


@dataclass(frozen=True, slots=True)
class End:
    name: str


_TAG = re.compile(r"</?([A-Za-z][^\s/>]*+)")
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s/>][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?""")
_TAIL = re.compile(r"[\s/]*+")
# What is text to its own end tag and never shown. HTML Living Standard 13.2.5.1
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}


def tags(html: str) -> Iterator[Start | End | str]:
    """Every tag and text, entities resolved; comments, declarations, scripts and styles are passed over.

    A tag or a comment that the end cuts off is dropped. Takes time in proportion to the length.
    """
    at = 0
    while at < len(html):
        sign = html.find("<", at)
        if sign < 0:
            sign = len(html)
        if sign > at:
            yield unescape(html[at:sign])
        if sign == len(html):
            return
        if html.startswith(("<!", "<?"), sign):
            at = _behind_declaration(html, sign)
        elif found := _TAG.match(html, sign):
            tag, at = _tag(html, sign, found)
            if tag is not None:
                yield tag
                if isinstance(tag, Start) and tag.name in _RAW and not tag.closed:
                    raw = _RAW[tag.name].search(html, at)
                    at = raw.start() if raw else len(html)
        else:
            yield "<"
            at = sign + 1


def _behind_declaration(html: str, at: int) -> int:
    if html.startswith("<!--", at):
        # From the second character on, because "<!-->" is a whole comment.
        end = html.find("-->", at + 2)
        return end + 3 if end >= 0 else len(html)
    end = html.find(">", at)
    return end + 1 if end >= 0 else len(html)


def _tag(html: str, start: int, found: re.Match[str]) -> tuple[Start | End | None, int]:
    """The tag and where the text behind it begins; no tag when the end cuts it off."""
    attributes: dict[str, str] = {}
    at = found.end()
    while attribute := _ATTRIBUTE.match(html, at):
        value = attribute[2] or ""
        quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
        attributes.setdefault(attribute[1].lower(), unescape(value[1:-1] if quoted else value))
        at = attribute.end()
    tail = _TAIL.match(html, at)
    end = tail.end() if tail else at
    if end >= len(html):
        return None, len(html)
    name = found[1].lower()
    if html[start + 1] == "/":
        return End(name), end + 1
    return Start(name, attributes, "/" in html[at:end]), end + 1
