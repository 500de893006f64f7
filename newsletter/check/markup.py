"""The mail's HTML as a tree, read once, with what only Outlook on Windows sees told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SILENT = frozenset({"style", "script", "title", "head", "template", "noscript"})
_HEADING = re.compile(r"h[1-6]")


class Reach(Enum):
    """Which programs read a part of the mail. Conditional comments are read by Outlook on Windows alone."""

    ALL = "all"
    MSO = "mso"  # <!--[if mso]> ... <![endif]-->
    NOT_MSO = "not mso"  # <!--[if !mso]><!--> ... <!--<![endif]-->


@dataclass(slots=True, eq=False)
class Element:
    """A tag with what it holds. Compared by identity."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    start: int  # where its tag begins in the source, in characters
    reach: Reach
    end: int = 0  # behind its last character
    children: list[Element | Run] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Itself and every element inside, in the order of the source."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def around(self) -> Iterator[Element]:
        """Itself and what it stands in, the innermost first."""
        one: Element | None = self
        while one is not None:
            yield one
            one = one.parent

    @property
    def level(self) -> int | None:
        """1 to 6 for a heading."""
        return int(self.tag[1]) if _HEADING.fullmatch(self.tag) else None


@dataclass(slots=True, eq=False)
class Run:
    """Text between two tags, entities resolved, white space as in the source."""

    text: str
    parent: Element
    start: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One opening tag, wherever it stands."""

    name: str
    attributes: dict[str, str]
    reach: Reach
    at: int | None  # where it begins in the source; None inside of a comment


@dataclass(frozen=True, slots=True)
class Sheet:
    """One style element."""

    css: str
    media: str  # of its attribute; "": all
    reach: Reach


@dataclass(frozen=True, slots=True, eq=False)
class Markup:
    """A document as programs other than Outlook on Windows build it, and every tag and style sheet in it."""

    root: Element
    tags: tuple[Tag, ...]
    sheets: tuple[Sheet, ...]

    @property
    def elements(self) -> Iterator[Element]:
        """Every element but the root, in the order of the source."""
        return (one for one in self.root.walk() if one is not self.root)

    @property
    def runs(self) -> Iterator[Run]:
        """Every text that may be shown, in order; style, script and title are none."""
        return _runs(self.root)


def _runs(element: Element) -> Iterator[Run]:
    for child in element.children:
        if isinstance(child, Run):
            if child.text.strip():
                yield child
        elif child.tag not in _SILENT:
            yield from _runs(child)


def words_of(element: Element) -> str:
    """What is read of an element, on one line: its text, and the words of its pictures."""
    parts: list[str] = []

    def take(one: Element) -> None:
        for child in one.children:
            if isinstance(child, Run):
                parts.append(child.text)
            elif child.tag == "img":
                parts.append(f" {child.attributes.get('alt', '')} ")
            elif child.tag not in _SILENT:
                parts.append(" " if child.tag == "br" else "")
                take(child)

    take(element)
    return " ".join("".join(parts).split())


@lru_cache(maxsize=4)  # several checks read the same mail
def parse(html: str) -> Markup:
    """The tree of a document or of a fragment. A tag that closes nothing is passed over; what stays open is closed."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._length = len(html)
        self._root = Element("", {}, None, 0, Reach.ALL)
        self._open = self._root
        self._reach = Reach.ALL
        self._tags: list[Tag] = []
        self._sheets: list[Sheet] = []

    def finished(self) -> Markup:
        while self._open.parent is not None:
            self._close(self._length)
        self._root.end = self._length
        return Markup(self._root, tuple(self._tags), tuple(self._sheets))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in reversed(attrs)}  # the first of two is the one that counts
        at = self._at()
        element = Element(tag, attributes, self._open, at, self._reach, at + len(self.get_starttag_text() or ""))
        self._open.children.append(element)
        self._tags.append(Tag(tag, attributes, self._reach, at))
        if tag not in _VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # "<p />" opens a paragraph in HTML

    def handle_endtag(self, tag: str) -> None:
        if all(one.tag != tag for one in self._open.around()):
            return
        end = self._at() + len(tag) + 3
        while self._open.tag != tag:
            self._close(end)
        self._close(end)

    def handle_data(self, data: str) -> None:
        if self._open.tag == "style":
            self._sheets.append(Sheet(data, self._open.attributes.get("media", ""), self._reach))
        self._open.children.append(Run(data, self._open, self._at()))

    def handle_comment(self, data: str) -> None:
        condition, bracket, inside = data.partition("]>")
        told = condition.lstrip().lower()
        if told.startswith("<![endif"):
            self._reach = Reach.ALL
        elif bracket and told.startswith("[if"):
            if re.search(r"!\s*mso", told):
                self._reach = Reach.NOT_MSO
            elif "mso" in told:
                self._take_hidden(inside.removesuffix("<![endif]"))

    def unknown_decl(self, data: str) -> None:  # <![if !mso]> ... <![endif]>
        self._reach = Reach.NOT_MSO if re.match(r"if\s+!\s*mso", data.lower()) else Reach.ALL

    def _take_hidden(self, html: str) -> None:
        """What Outlook on Windows alone reads. Its tags need not be balanced, so they are no part of the tree."""
        inner = _Reader(html)
        inner.feed(html)
        found = inner.finished()
        self._tags += [Tag(tag.name, tag.attributes, Reach.MSO, None) for tag in found.tags]
        self._sheets += [Sheet(sheet.css, sheet.media, Reach.MSO) for sheet in found.sheets]

    def _close(self, end: int) -> None:
        self._open.end = end
        if self._open.parent is not None:
            self._open = self._open.parent

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
