"""What a blurb's Markdown has beyond the usual, and what it does not have, as an extension of Python-Markdown."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from html import unescape

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SubstituteTagInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

ITEM = r"[a-z0-9]+(?:-[a-z0-9]+)*"  # an id of items.yaml
LINE = "line"  # the attribute that carries a block's line through the inline phase

_ADDRESS = r"<([^\s<>@]+@[^\s<>@]+)>"
_BARE_LINK = r"\bhttps?://[^\s<>\"]*[^\s<>\".,;:!?)\]'*_]"
_RAW_HTML = r"<(?:/?[a-zA-Z][^<>]*|!--[^<]*?--|![A-Za-z][^<>]*|\?[^<>]*)>"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"


class BlurbSyntax(Extension):
    """Marks such as [^id]; bare addresses as links; a backslash at a line's end as a break; raw HTML found out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (the name is Python-Markdown's)
        md.preprocessors.deregister("html_block")
        md.treeprocessors.deregister("prettify")
        md.treeprocessors.register(self.lines, "lines", 30)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "<", ">", "&", "'", '"']
        patterns = md.inlinePatterns
        for name in ("html", "entity", "automail"):
            patterns.deregister(name)
        patterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash_break", 185)
        patterns.register(_Pattern(rf"\[\^({ITEM})\]", lambda m: _element("mark", "", item=m[1])), "mark", 175)
        patterns.register(_Pattern(_ADDRESS, lambda m: _element("a", m[1], href=f"mailto:{m[1]}")), "address", 112)
        patterns.register(_NotInLinks(_BARE_LINK, lambda m: _element("a", m[0], href=m[0])), "bare", 111)
        patterns.register(_Pattern(_RAW_HTML, lambda m: _element("raw", m[0])), "raw_html", 90)
        patterns.register(_Pattern(_ENTITY, lambda m: _element("span", unescape(m[0]))), "entity", 80)


class Lines(Treeprocessor):
    """Before inlines are parsed, writes on each block the line its text begins in, by walking on in the source."""

    source: list[str]  # set when the source has been through the preprocessors

    def run(self, root: etree.Element) -> None:
        at = 0
        for element in root.iter():
            if not (element.text and element.text.strip()):
                continue
            written = element.text.strip("\n").split("\n")
            first = written[0].strip()
            found = next((i for i in range(at, len(self.source)) if first in self.source[i]), None)
            if found is not None:
                element.set(LINE, str(found + 1))
                at = found + len(written)


class _Pattern(InlineProcessor):
    """An inline that becomes one element."""

    def __init__(self, pattern: str, make: Callable[[re.Match[str]], etree.Element]) -> None:
        super().__init__(pattern)
        self._make = make

    def handleMatch(  # type: ignore[override]  # noqa: N802  (Python-Markdown's own subclasses differ from the base too)
        self,
        m: re.Match[str],
        data: str,
    ) -> tuple[etree.Element, int, int]:
        return self._make(m), m.start(0), m.end(0)


class _NotInLinks(_Pattern):
    ANCESTOR_EXCLUDES = ("a",)


def _element(tag: str, text: str, **attributes: str) -> etree.Element:
    element = etree.Element(tag, attributes)
    element.text = AtomicString(text)
    return element
