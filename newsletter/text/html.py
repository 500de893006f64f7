"""`Prose` to HTML. Every value is escaped where it is put in; nh3 cleans the result once more as the last step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import nh3
from markupsafe import Markup, escape

from newsletter.model.prose import (
    Block,
    Break,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Mark,
    Paragraph,
    Prose,
    Quotation,
    Strong,
    Text,
)

_TAGS = {"p", "h2", "h3", "blockquote", "ul", "ol", "li", "em", "strong", "a", "code", "br", "sup", "bdi"}
_ATTRIBUTES = {"*": {"style", "class"}, "a": {"href"}, "ol": {"start"}, "sup": {"id"}}
_SCHEMES = {"http", "https", "mailto"}


def no_mark(_: Mark) -> Markup:
    """A mark that leaves no trace: in the mail the sources stand in a line of their own."""
    return Markup()


def render(
    prose: Prose, styles: Mapping[str, str], mark: Callable[[Mark], Markup] = no_mark, heading: str = "h3"
) -> Markup:
    """The HTML of a body.

    `styles` gives the style attribute per tag, "p-last" that of a last paragraph; a tag it lacks gets none. `mark`
    writes a mark; `heading` is the tag of a heading, one below that of the section. The
    styles are ours, never the editor's.
    """
    writer = _Writer(styles, mark, heading)
    return Markup(clean(str(writer.blocks(prose.blocks))))  # noqa: S704  (nh3 has just cleaned it)


@lru_cache(maxsize=512)
def clean(html: str) -> str:
    """The HTML with everything outside our own allow-list taken away, until nothing is left to take.

    What one pass leaves, the next may read otherwise: `<li><table><li>` needs two.
    """
    cleaned = nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)
    return cleaned if cleaned == html else clean(cleaned)


class _Writer:
    def __init__(self, styles: Mapping[str, str], mark: Callable[[Mark], Markup], heading: str) -> None:
        self._styles = styles
        self._mark = mark
        self._heading = heading

    def _open(self, tag: str, style: str | None = None, **attributes: str) -> Markup:
        given = self._styles.get(style or tag)
        if given is None and style is not None:
            given = self._styles.get(tag)
        if given:
            attributes["style"] = given
        written = Markup().join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
        return Markup("<{}{}>").format(tag, written)

    def _element(self, tag: str, inside: Markup, style: str | None = None, **attributes: str) -> Markup:
        return self._open(tag, style, **attributes) + inside + Markup("</{}>").format(tag)

    def blocks(self, blocks: tuple[Block, ...]) -> Markup:
        last = len(blocks) - 1
        return Markup("\n").join(self._block(block, at == last) for at, block in enumerate(blocks))

    def _block(self, block: Block, last: bool) -> Markup:
        match block:
            case Paragraph():
                return self._element("p", self.inlines(block.children), "p-last" if last else None)
            case Heading():
                return self._element(self._heading, self.inlines(block.children), "heading")
            case Quotation():
                return self._element("blockquote", self.blocks(block.blocks))
            case Listing():
                tag = "ol" if block.ordered else "ul"
                start = {"start": str(block.start)} if block.ordered and block.start != 1 else {}
                entries = Markup("\n").join(self._element("li", self._entry(entry)) for entry in block.entries)
                return self._element(tag, entries, **start)

    def _entry(self, blocks: tuple[Block, ...]) -> Markup:
        """A list entry; one paragraph alone stands without <p>, and so does a paragraph before a nested list."""
        first, *rest = blocks or (Paragraph((), 0),)
        if isinstance(first, Paragraph) and all(isinstance(block, Listing) for block in rest):
            return Markup("\n").join([self.inlines(first.children), *(self._block(block, False) for block in rest)])
        return self.blocks(blocks)

    def inlines(self, inlines: Iterable[Inline]) -> Markup:
        return Markup().join(self._inline(inline) for inline in inlines)

    def _inline(self, inline: Inline) -> Markup:
        match inline:
            case Text():
                return escape(inline.text)
            case Code():
                return self._element("code", escape(inline.text))
            case Break():
                return Markup("<br>")
            case Mark():
                return self._mark(inline)
            case Emphasis():
                return self._element("em", self.inlines(inline.children))
            case Strong():
                return self._element("strong", self.inlines(inline.children))
            case Link():
                return self._element("a", self.inlines(inline.children), href=inline.url)
