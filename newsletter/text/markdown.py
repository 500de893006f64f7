"""Markdown to `Prose`. Python-Markdown parses; what its tree holds is taken over piece by piece, and anything that a
blurb may not hold (raw HTML, pictures, code blocks, other schemes) is told with its line.

No shared parser: a `Markdown` object is not safe between threads, and a new one costs under a millisecond.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension

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
from newsletter.model.shape import unfit_character
from newsletter.model.urls import NotAnAddress, parse_email, parse_url
from newsletter.text.limits import MAX_DEPTH, excesses
from newsletter.text.syntax import ITEM, LINE, BlurbSyntax


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a body that the editor has to mend."""

    line: int  # from 1, within the body
    what: str
    todo: str


def parse(source: str) -> tuple[Prose, tuple[Trouble, ...]]:
    """The prose of a body and everything in it that has to be mended, in the order of the lines.

    Lines count from 1 within `source`. The prose is complete only when there is no trouble.
    """
    if troubles := sorted(_refusals(source), key=lambda trouble: trouble.line):
        return Prose(), tuple(troubles)
    try:
        reader = _Reader()
        prose = Prose(tuple(reader.blocks(_tree(source), depth=0)))
    except RecursionError:
        return Prose(), (Trouble(1, "is nested too deeply to be read", "use fewer lists, quotes and brackets"),)
    return prose, tuple(sorted(reader.troubles, key=lambda trouble: trouble.line))


def _tree(source: str) -> etree.Element:
    """Python-Markdown's tree, before it would be written as HTML."""
    syntax = BlurbSyntax()
    document = Markdown(extensions=[SaneListExtension(), syntax])
    lines = source.split("\n")
    for preprocessor in document.preprocessors:
        lines = preprocessor.run(lines)
    syntax.lines.source = lines
    root: etree.Element = document.parser.parseDocument(lines).getroot()  # type: ignore[assignment]  # never None
    for treeprocessor in document.treeprocessors:
        changed = treeprocessor.run(root)
        root = root if changed is None else changed
    return root


def _refusals(source: str) -> Iterator[Trouble]:
    """What is told before the parser starts: size, nesting, characters, notes written out."""
    for excess in excesses(source):
        yield Trouble(*excess)
    for number, line in enumerate(source.split("\n"), 1):
        if bad := unfit_character(line):
            yield Trouble(number, f"holds the control character {bad}", "delete it")
        if re.match(rf"\s*\[\^{ITEM}\]:", line):
            yield Trouble(number, "writes a note out", "keep only the mark; the item stands in items.yaml")


class _Reader:
    """Takes Python-Markdown's tree over into `Prose`, counting lines as it goes."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []
        self.line = 1

    def _trouble(self, what: str, todo: str) -> None:
        self.troubles.append(Trouble(self.line, what, todo))

    def blocks(self, parent: etree.Element, depth: int) -> Iterator[Block]:
        """The blocks of an element; loose text and inlines between them become paragraphs."""
        run: list[Inline] = []
        start = self._enter(parent)
        if depth > MAX_DEPTH:
            self._trouble(f"is nested more than {MAX_DEPTH} deep", "use fewer levels")
            return
        run.extend(self._text(parent.text if parent.text and parent.text.strip() else None))
        for child in parent:
            if child.tag in _INLINE:
                run.extend(self._inline(child))
            else:
                if run:
                    yield Paragraph(_trimmed(run), start)
                run = []
                yield from self._block(child, depth)
            run.extend(self._text(child.tail if child.tail and (run or child.tail.strip()) else None))
        if run:
            yield Paragraph(_trimmed(run), start)

    def _enter(self, element: etree.Element) -> int:
        self.line = int(element.get(LINE, self.line))
        return self.line

    def _block(self, element: etree.Element, depth: int) -> Iterator[Block]:
        line = self._enter(element)
        match element.tag:
            case "p":
                yield Paragraph(_trimmed(self._inlines(element)), line)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                yield Heading(_trimmed(self._inlines(element)), line)
            case "blockquote":
                blocks = tuple(self.blocks(element, depth + 1))
                yield Quotation(blocks, blocks[0].line if blocks else line)
            case "ul" | "ol":
                entries = tuple(tuple(self.blocks(entry, depth + 1)) for entry in element)
                first = entries[0][0].line if entries and entries[0] else line
                yield Listing(element.tag == "ol", entries, first, int(element.get("start", "1")))
            case "hr":
                self._trouble("draws a rule", "remove it; sections are divided by the template")
            case "pre":
                code = next(iter(element), None)
                if code is not None:
                    self._enter(code)
                self._trouble("is set as code by its indent", "remove the spaces before the text")
            case other:
                self._trouble(f"holds <{other}>", "write it in plain Markdown")

    def _inlines(self, element: etree.Element) -> list[Inline]:
        found = list(self._text(element.text))
        for child in element:
            found.extend(self._inline(child))
            found.extend(self._text(child.tail))
        return found

    def _text(self, text: str | None) -> Iterator[Inline]:
        if text:
            if bad := unfit_character(text):
                self._trouble(f"holds the control character {bad}", "delete it")
            self.line += text.count("\n")
            yield Text(text)

    def _inline(self, element: etree.Element) -> Iterator[Inline]:
        match element.tag:
            case "em":
                yield Emphasis(tuple(self._inlines(element)))
            case "strong":
                yield Strong(tuple(self._inlines(element)))
            case "code":
                yield Code(unescape(element.text or ""))  # Python-Markdown has escaped it for HTML
                self.line += (element.text or "").count("\n")
            case "br":
                self.line += 1
                yield Break()
            case "mark":
                yield Mark(element.get("item", ""), self.line)
            case "span":
                yield from self._text(element.text)
            case "a":
                line = self.line
                url = self._url(element.get("href", ""))
                children = _trimmed(self._inlines(element))
                if Prose((Paragraph(children, line),)).marks:
                    self._trouble("has a mark among the words of a link", "write the mark behind the link")
                elif not children:
                    self._trouble("has a link without any words", "write the words between the brackets")
                elif url:
                    yield Link(children, url, line)
            case "img":
                self._trouble(
                    "holds a picture", "name it in the front matter under image:, with alt, credit and licence"
                )
            case "raw":
                tag = (element.text or "")[:40].split("\n")[0]
                self._trouble(f"holds raw HTML, {tag}", "write it in Markdown, or \\< where a bracket is meant")
                self.line += (element.text or "").count("\n")

    def _url(self, href: str) -> str:
        try:
            if href.lower().startswith("mailto:"):
                address, _, query = href[7:].partition("?")
                if query:
                    raise NotAnAddress("a mail address here takes no '?'")
                return f"mailto:{parse_email(address)}"
            return parse_url(href)
        except NotAnAddress as error:
            no_address = f"links to '{href[:60]}', which is no address: {error}"
            self._trouble(
                no_address if href else "has a link without an address", "write it in full, as https://example.org/page"
            )
            return ""


_INLINE = frozenset({"em", "strong", "code", "br", "mark", "span", "a", "img", "raw"})


def _trimmed(run: list[Inline]) -> tuple[Inline, ...]:
    """The inlines without white space at either end."""
    found = list(run)
    while found and isinstance(found[0], Text) and not found[0].text.strip():
        del found[0]
    while found and isinstance(found[-1], Text) and not found[-1].text.strip():
        del found[-1]
    if found and isinstance(first := found[0], Text):
        found[0] = Text(first.text.lstrip(" \n"))
    if found and isinstance(last := found[-1], Text):
        found[-1] = Text(last.text.rstrip(" \n"))
    return tuple(found)
