"""Elements of a page or a mail as blocks: HTML, and the simpler tree that trafilatura makes of a page."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from newsletter.gather.addresses import link_of
from newsletter.gather.blocks import Block, Kind
from newsletter.gather.headlines import is_short
from newsletter.gather.vocabulary import words
from newsletter.text import sanitise

# An element is lxml's; lxml publishes no types.
Element = Any

_BLOCKS = words(
    "address article aside blockquote body caption center code dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 head header hr html item li list main ol p pre quote row section summary table tbody td "
    "tfoot th thead tr ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_KINDS = {"li": Kind.ITEM, "item": Kind.ITEM, "blockquote": Kind.QUOTE, "quote": Kind.QUOTE}
_UNREAD = words("button form graphic img input label nav option select svg")
_BOLD = frozenset(("b", "strong"))
_HIDDEN = re.compile(r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![\d.])")


def blocks_of(root: Element, base: str | None, *, simplified: bool = False) -> tuple[Block, ...]:
    """The blocks below an element, in order. `simplified`: it is trafilatura's tree, where `head` is a heading.

    A block that is one link from end to end carries its address, made absolute by `base`; a short block that is bold
    from end to end is a heading.
    """
    walk = _Walk(base, simplified)
    walk.below(root, Kind.PARAGRAPH)
    walk.close()
    return tuple(walk.blocks)


def is_hidden(element: Element) -> bool:
    """Whether a page hides an element from every reader."""
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style") or ""))
    )


def text_of(element: Element, limit: int = sanitise.MAX_FIELD) -> str:
    """The text of an element on one line, cut at `limit`; what is longer is not read to its end."""
    pieces: list[str] = []
    room = 2 * limit
    for piece in element.itertext():
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            break
    return sanitise.line(" ".join(pieces), limit)


def _holds_data(table: Element) -> bool:
    """Whether a table has headed rows or columns and no other table in it; the rest only place things on a page."""
    return next(table.iter("th"), None) is not None and sum(1 for _ in islice(table.iter("table"), 2)) == 1


class _Walk:
    """Walks down a tree and closes a block where an element begins or ends one."""

    def __init__(self, base: str | None, simplified: bool) -> None:
        self.blocks: list[Block] = []
        self._base, self._simplified = base, simplified
        self._texts: list[tuple[str, str | None, bool]] = []  # text, the link around it, whether it is bold
        self._kind, self._level = Kind.PARAGRAPH, 0
        self._link: str | None = None
        self._bold = False
        self._cells = False  # within a table of data, whose rows are blocks

    def below(self, element: Element, kind: Kind) -> None:
        """Reads an element's texts and children. Depth is bounded by `tame`."""
        self._text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, kind)
            self._text(child.tail)

    def close(self) -> None:
        """Ends the block that is being read."""
        texts, self._texts = self._texts, []
        text = sanitise.line("".join(text for text, _, _ in texts), sanitise.MAX_TEXT)
        if not text:
            return
        said = [piece for piece in texts if piece[0].strip()]
        urls = {url for _, url, _ in said}
        url = urls.pop() if len(urls) == 1 else None
        kind, level = self._kind, self._level
        if kind is Kind.PARAGRAPH and all(bold for _, _, bold in said) and is_short(text):
            kind, level = Kind.HEADING, 3
        self.blocks.append(Block(text, kind, url, level))

    def _child(self, child: Element, kind: Kind) -> None:
        tag = child.tag.lower()
        if tag in _UNREAD or is_hidden(child):
            return
        if tag in ("br", "lb"):
            self._break()
        elif tag in ("a", "ref"):
            outer, self._link = self._link, self._address(child)
            if self._texts and self._texts[-1][1] not in (None, self._link):
                self._text(" ")  # two links side by side are two words
            self.below(child, kind)
            self._link = outer
        elif tag in _BOLD or (tag == "hi" and child.get("rend") == "#b"):
            outer, self._bold = self._bold, True  # type: ignore[assignment]
            self.below(child, kind)
            self._bold = bool(outer)
        elif tag == "cell" or (self._cells and tag in ("td", "th")):
            self._text(" | " if self._texts else "")
            self.below(child, kind)
        elif tag in _BLOCKS:
            self._block(child, tag, kind)
        else:
            self.below(child, kind)

    def _block(self, child: Element, tag: str, kind: Kind) -> None:
        self.close()
        heading = _HEADINGS.get(tag, 0)
        if self._simplified and tag == "head":
            heading = _HEADINGS.get(child.get("rend") or "", 2)
        outer = self._kind, self._level, self._cells
        kind = Kind.HEADING if heading else _KINDS.get(tag, kind)
        self._kind, self._level = kind, heading
        if tag == "table":
            self._cells = _holds_data(child)
        self.below(child, kind)
        self.close()
        self._kind, self._level, self._cells = outer

    def _text(self, text: str | None) -> None:
        if text:
            self._texts.append((text, self._link, self._bold))

    def _break(self) -> None:
        """A line break is a space; a second one behind it ends the paragraph."""
        if self._texts and self._texts[-1][0] == "\n":
            self.close()
        else:
            self._texts.append(("\n", self._link, self._bold))

    def _address(self, element: Element) -> str | None:
        written = (element.get("href") or element.get("target") or "").strip()
        if not written or written.startswith("#"):
            return None
        url = link_of(written, self._base)
        return None if url and self._base and url.split("#")[0] == self._base.split("#")[0] else url
