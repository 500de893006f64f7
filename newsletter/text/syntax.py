"""What a blurb's Markdown has beyond the usual, and what it does not have, as an extension of Python-Markdown."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Callable
from functools import partial
from html import unescape

from markdown import Markdown
from markdown.blockprocessors import ReferenceProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor, SubstituteTagInlineProcessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import ETX, INLINE_PLACEHOLDER_RE, STX, AtomicString

ITEM = r"[a-z0-9]+(?:-[a-z0-9]+)*"  # an id of items.yaml
LINE = "line"  # the attribute that carries a block's line through the inline phase
RULE = re.compile(r"[ >]*([-_*])[ ]{0,2}(?:\1[ ]{0,2}){2,}")  # a line that draws a rule

_ADDRESS = r"<(?:mailto:)?([^\s<>@]+@[^\s<>@]+)>"
# Chinese text has no space before or behind an address; its punctuation and every curly quote end one.
_BARE_LINK = (
    r"(?<![A-Za-z0-9])https?://(?:(?!&(?:lt|gt|quot);)[^\s<>\"\\“”‘’„‚«»「」『』（）《》〈〉【】，。、；：？！])+"
)
_RAW_HTML = r"<(?:/?[a-zA-Z][^<>]*|!--[^<]*?--|![A-Za-z][^<>]*|\?[^<>]*)>"
_ENTITY = r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"


class BlurbSyntax(Extension):
    """Marks such as [^id]; bare addresses as links; a backslash at a line's end as a break; raw HTML found out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = Lines()

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (the name is Python-Markdown's)
        md.preprocessors.deregister("html_block")
        md.parser.blockprocessors.register(_Definitions(md.parser), "reference", 15)
        md.treeprocessors.deregister("prettify")
        md.treeprocessors.register(self.lines, "lines", 30)
        md.treeprocessors.register(_Addresses(), "addresses", 10)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "<", ">", "&", "'", '"']
        patterns = md.inlinePatterns
        for name in ("html", "entity", "automail"):
            patterns.deregister(name)
        patterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash_break", 185)
        patterns.register(_Pattern(rf"\[\^({ITEM})\]", lambda item: _element("mark", "", item=item), md), "mark", 175)
        patterns.register(_Pattern(_ADDRESS, lambda to: _element("a", to, href=f"mailto:{to}"), md), "address", 112)
        patterns.register(_BareLink(_BARE_LINK, lambda url: _element("a", url, href=url), md), "bare", 111)
        patterns.register(_Pattern(_RAW_HTML, lambda tag: _element("raw", tag), md), "raw_html", 90)
        patterns.register(_Pattern(_ENTITY, lambda name: _element("span", unescape(name)), md), "entity", 80)


class Lines(Treeprocessor):
    """Before inlines are parsed, writes on each block the line its text begins in, by walking on in the source."""

    source: list[str]  # set when the source has been through the preprocessors

    def run(self, root: etree.Element) -> None:
        at = 0
        for element in root.iter():
            written = (element.text or "").strip("\n").split("\n")
            first = written[0].strip()
            if first:
                found = self._find(at, partial(_begins, first))
            elif element.tag == "hr":
                found = self._find(at, RULE.fullmatch)
            else:
                continue
            if found is not None:
                element.set(LINE, str(found + 1))
                underlined = element.tag in ("h1", "h2") and not self.source[found].lstrip(" >").startswith("#")
                at = found + len(written) + underlined

    def _find(self, at: int, fits: Callable[[str], object]) -> int | None:
        return next((i for i in range(at, len(self.source)) if fits(self.source[i])), None)


def _begins(text: str, line: str) -> bool:
    """Whether a block's text begins in this line: behind its quote marks, list sign or hashes, up to closing hashes."""
    words = text.rstrip(" #")
    return line.rstrip(" #").endswith(words) if words else text in line


class _Addresses(Treeprocessor):
    """After inlines are parsed, resolves the entities in addresses (CommonMark 0.31, 6.3); an escaped & begins none."""

    def run(self, root: etree.Element) -> None:
        for link in root.iter("a"):
            link.set("href", re.sub(_ENTITY, lambda entity: unescape(entity[0]), link.get("href", "")))


class _Definitions(ReferenceProcessor):
    """`[name]: https://...` on a line of its own; with anything but an address behind the colon it is text."""

    RE = re.compile(
        r"^[ ]{0,3}\[([^\[\]]*)\]:[ ]*(?:\n[ ]*)?(<?(?:https?://|mailto:)[^\s]+)[ ]*"
        r"(?:\n[ ]*)?(([\"'])(.*)\4[ ]*|\((.*)\)[ ]*)?$",
        re.MULTILINE,
    )


class _Pattern(InlineProcessor):
    """An inline that becomes one element, made of the pattern's group or of all that it matched."""

    def __init__(self, pattern: str, make: Callable[[str], etree.Element], md: Markdown) -> None:
        super().__init__(pattern, md)
        self._make = make

    def handleMatch(  # type: ignore[override]  # noqa: N802  (Python-Markdown's own subclasses differ from the base too)
        self,
        m: re.Match[str],
        data: str,
    ) -> tuple[etree.Element | None, int, int]:
        return self._make(self.unescape(m[m.lastindex or 0])), m.start(0), m.end(0)


class _BareLink(_Pattern):
    """An address in running text, without the punctuation of the sentence it stands in."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[etree.Element | None, int, int]:
        written = m[0]
        for held in INLINE_PLACEHOLDER_RE.finditer(written):  # an escaped character, or a mark or code that ends it
            if not re.fullmatch(rf"{STX}\d+{ETX}", self.unescape(held[0])):
                written = written[: held.start()]
                break
        written = _without_stop(written)
        if written.endswith("//"):
            return None, m.start(0), m.end(0)
        return self._make(self.unescape(written)), m.start(0), m.start(0) + len(written)


def _without_stop(address: str) -> str:
    """The address without what ends its sentence; a closing bracket stays when the address opens it."""
    unopened = address.count(")") - address.count("(")
    end = len(address)
    while address[end - 1] in ".,;:!?'*_])":
        if address[end - 1] == ")":
            if unopened <= 0:
                break
            unopened -= 1
        end -= 1
    return address[:end]


def _element(tag: str, text: str, **attributes: str) -> etree.Element:
    element = etree.Element(tag, attributes)
    element.text = AtomicString(text)
    return element
