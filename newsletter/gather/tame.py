"""HTML of any origin as HTML that every parser reads in a moment: no scripts, few attributes, no abyss.

Parsers need a time that grows with the square of the depth of nesting and of the attributes of one tag; 2 MB of "<div>"
hold one up for minutes. Here one pass over the text, which never looks back, leaves out what no reader sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from newsletter.gather.vocabulary import words

MAX_HTML = 2_000_000  # characters that are read of a page
MAX_TAGS = 20_000  # of a page; the longest live pages have half of it
MAX_DEPTH = 150

_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_QUOTED = re.compile(r"[^>\"']*(?:\"[^\"]*\"|'[^']*')?")
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:.-]{0,40})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_KEPT = words(
    "alt aria-hidden aria-label class content data-author datetime hidden href id itemprop itemtype lang name property "
    "pubdate rel role style type"
)
_RAW = words("script style template textarea svg math iframe noscript object select xmp")
_VOID = words("area base br col embed hr img input link meta source track wbr")
_CLOSED_BY_OTHERS = words("p li td th tr dt dd option tbody thead html head body")
_WEIGHT = {"table": 4, "ul": 2, "ol": 2, "dl": 2}  # what may stand between it and what it holds


def tamed(html: str) -> tuple[str, tuple[str, ...]]:
    """The page without scripts, styles and comments, and the texts of its JSON-LD scripts. At most `MAX_HTML` is read.

    Tags beyond `MAX_TAGS`, or nested deeper than `MAX_DEPTH`, are left out; their text stays.
    """
    data: list[str] = []
    pieces = "".join(_pieces(html[:MAX_HTML].replace("\0", ""), data)).lstrip()
    return pieces if pieces.startswith("<html") else f"<html>{pieces}", tuple(data)


def _pieces(html: str, data: list[str]) -> Iterator[str]:
    """The pieces that stay, in order; JSON-LD goes into `data`."""
    at, tags, depth, dropped = 0, 0, 0, 0
    while (begin := html.find("<", at)) >= 0:
        yield html[at:begin]
        match = _TAG.match(html, begin)
        if match is None:
            at = _after_markup(html, begin)
            if at == begin + 1:
                yield "&lt;"
            continue
        name, closing, end = match[1].lower(), html[begin + 1] == "/", _end_of_tag(html, match.end())
        written, at = html[match.end() : end - 1], end
        if name in _RAW:
            if not closing:
                at, inside = _after_raw(html, name, end)
                if name == "script" and "ld+json" in written[:200].lower() and len(data) < 20:
                    data.append(inside)
            continue
        if name in ("html", "doctype") and not written.strip():
            continue
        nests = name not in _VOID and name not in _CLOSED_BY_OTHERS
        weight = _WEIGHT.get(name, 1)
        tags += 1
        if closing:
            if nests and dropped:
                dropped -= 1
            elif tags <= 2 * MAX_TAGS:
                depth -= weight if nests else 0
                yield f"</{name}>"
        elif tags > MAX_TAGS:
            yield " "
        elif nests and depth > MAX_DEPTH:
            dropped += 1
        else:
            depth = max(depth, 0) + (weight if nests else 0)
            yield f"<{name}{_attributes(written)}>"
    yield html[at:]


def _after_markup(html: str, begin: int) -> int:
    """Where a comment, a declaration or an instruction ends; one further when "<" is a mere character."""
    if html.startswith("<!--", begin):
        end = html.find("-->", begin + 4)
    elif html.startswith(("<!", "<?", "</"), begin):
        return html.find(">", begin) + 1 or len(html)
    else:
        return begin + 1
    return end + 3 if end >= 0 else len(html)


def _end_of_tag(html: str, at: int) -> int:
    """Behind the ">" that ends a tag; one inside quotes does not. The end of the page when there is none."""
    while at < len(html):
        at = _QUOTED.match(html, at).end()  # type: ignore[union-attr]  # it matches the empty text as well
        if html[at : at + 1] == ">":
            return at + 1
        if html[at : at + 1] in ("'", '"'):  # a quote that nothing closes
            return html.find(">", at) + 1 or len(html) + 1
    return len(html) + 1


def _after_raw(html: str, name: str, at: int) -> tuple[int, str]:
    """Behind the end of an element that is left out with what it holds, and what it holds."""
    end = re.compile(rf"</{name}\b[^>]*>?", re.IGNORECASE).search(html, at)
    return (end.end(), html[at : end.start()]) if end else (len(html), html[at:])


def _attributes(written: str) -> str:
    """The attributes that say something about the text, each once, none longer than 2,000 characters."""
    if not written.strip(" /"):
        return ""
    kept: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written[:20_000]):
        name = match[1].lower()
        if name in _KEPT and name not in kept:
            kept[name] = unescape((match[2] or match[3] or match[4] or "")[:2_000])
    return "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
