"""A blurb's body as a tree: what the Markdown said, with nothing in it that a mail or a page could execute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    text: str  # shown exactly as written


@dataclass(frozen=True, slots=True)
class Break:
    """A line break the editor asked for (two spaces or a backslash at the end of a line)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`[^id]`: what stands before it leans on this item."""

    item: str
    line: int  # of the file it stands in


@dataclass(frozen=True, slots=True)
class Emphasis:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    children: tuple[Inline, ...]
    url: str  # http(s) or mailto, ASCII
    line: int


Inline: TypeAlias = Text | Code | Break | Mark | Emphasis | Strong | Link


@dataclass(frozen=True, slots=True)
class Paragraph:
    children: tuple[Inline, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Heading:
    children: tuple[Inline, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Quotation:
    blocks: tuple[Block, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; each entry is its blocks."""

    ordered: bool
    entries: tuple[tuple[Block, ...], ...]
    line: int
    start: int = 1  # of an ordered list


Block: TypeAlias = Paragraph | Heading | Quotation | Listing


@dataclass(frozen=True, slots=True)
class Prose:
    """The blocks of one body, in order; empty when nothing was written."""

    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.blocks)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark, in reading order, repetitions kept."""
        return tuple(mark for block in self.blocks for mark in _marks(block))


def _marks(node: Block | Inline) -> Iterator[Mark]:
    match node:
        case Mark():
            yield node
        case Paragraph() | Heading() | Emphasis() | Strong() | Link():
            for child in node.children:
                yield from _marks(child)
        case Quotation():
            for block in node.blocks:
                yield from _marks(block)
        case Listing():
            for entry in node.entries:
                for block in entry:
                    yield from _marks(block)
