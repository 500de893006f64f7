"""Untrusted text and HTML as plain text: what comes in from sources is cleaned here, once.

Plain text is not HTML: "1 < 2" stays as it is, and whoever shows it escapes it.
"""

from __future__ import annotations

import re
from html import unescape

import nh3

MAX_FIELD = 2_000  # characters of a title, a name, a label; what is longer is cut
MAX_TEXT = 400_000  # characters of a text; the longest report is shorter
MAX_TAGS = 4_000  # in one text: cleaning takes time with the square of how deep they are nested

# Controls, lone surrogates, noncharacters, and the marks that turn the direction of what stands beside them (Unicode
# Technical Report 36, 2.4): a headline that holds one shows other words than it says. Tab and line feed become spaces.
_PLANES = "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_UNFIT = re.compile(
    f"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff"
    f"\ufdd0-\ufdef\U000e0000-\U000e007f{_PLANES}]"
)
# fmt: off
_BLOCKS = {
    "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "br", "hr", "pre",
    "tr", "td", "table", "tbody", "section", "article", "figure", "figcaption",
}
# fmt: on
_BLOCK = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS, key=len, reverse=True))})\b[^>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"[<&]")


def line(text: str, limit: int = MAX_FIELD) -> str:
    """Plain text as one line: white space folded (the no-break space too), unfit characters gone, cut at `limit`."""
    text = text[: limit * 4]
    if not (text.isascii() and text.isprintable()):  # most are, and hold nothing unfit
        text = _UNFIT.sub("", text)
    return " ".join(text.split())[:limit]


def plain(html: str, limit: int = MAX_FIELD) -> str:
    """Untrusted HTML as one line of plain text; scripts and styles are dropped with what is in them."""
    if not _MARKUP.search(html):
        return line(html, limit)
    return line(unescape(nh3.clean(_bounded(html), tags=set())), limit)


def paragraphs(html: str) -> tuple[str, ...]:
    """Untrusted HTML as paragraphs of plain text, in order, none empty; at most `MAX_TEXT` characters are read."""
    if not _MARKUP.search(html):
        text = line(html, MAX_TEXT)
        return (text,) if text else ()
    # Cleaned first, with the blocks kept, so that a block inside a comment or a script never becomes a paragraph.
    kept = nh3.clean(_bounded(html), tags=_BLOCKS, attributes={})
    texts = (nh3.clean(piece, tags=set()) if "<" in piece else piece for piece in _BLOCK.split(kept) if piece.strip())
    pieces = (line(unescape(text), MAX_TEXT) for text in texts)
    return tuple(piece for piece in pieces if piece)


def _bounded(html: str) -> str:
    """As much of it as can be cleaned in no time."""
    at = -1
    for _ in range(MAX_TAGS):
        at = html.find("<", at + 1)
        if at < 0:
            return html[:MAX_TEXT]
    return html[: min(at, MAX_TEXT)]
