"""What a paste is made of while it is read: frames that hold blocks, and how each gives them to the one around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby

from newsletter.model.prose import (
    Block,
    Break,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Quotation,
    Strong,
    Text,
)

MAX_LISTS = 4  # lists in lists; deeper entries stand on the fourth level, for a blurb's reader takes six levels in all
_LONG_CELL = 200  # characters; with a longer cell a table only places texts beside each other
_NUMBER = re.compile(r"\(?(?:\d{1,9}\.)*(?:(\d{1,9})|[A-Za-z]{1,5}|[一二三四五六七八九十]{1,3})[.)、）]?")


@dataclass(frozen=True, slots=True)
class WordEntry:
    """A paragraph that Word sets as an entry of a list."""

    level: int  # from 1
    ordered: bool
    start: int
    children: tuple[Inline, ...]


Found = Block | WordEntry


class Kind(Enum):
    ROOT = "root"
    QUOTE = "quote"
    LIST = "list"
    ENTRY = "entry"
    TABLE = "table"
    CELL = "cell"


@dataclass(slots=True)
class Frame:
    """An element that is open and holds blocks."""

    kind: Kind
    ordered: bool = False
    start: int = 1
    nested: bool = False  # a quotation within one; a table that holds another
    found: list[Found] = field(default_factory=list)
    entries: list[list[Block]] = field(default_factory=list)
    rows: list[list[tuple[Block, ...]]] = field(default_factory=list)

    def take(self, blocks: Sequence[Found]) -> None:
        """Blocks that stand directly in it; in a list they are an entry, or go on with the last one."""
        if not blocks:
            return
        if self.kind is Kind.LIST:
            entry = _entry(folded(blocks))
            if isinstance(entry[0], Listing) and self.entries:
                self.entries[-1].extend(entry)
            elif isinstance(entry[0], Listing):
                self.entries.extend(list(one) for one in entry[0].entries)
                self.entries[-1].extend(entry[1:])
            else:
                self.entries.append(list(entry))
        elif self.kind is Kind.TABLE:
            self.rows.append([folded(blocks)])
        else:
            self.found.extend(blocks)

    def give(self, outer: Frame) -> None:
        """Its blocks to the frame around it, when its element ends."""
        match self.kind:
            case Kind.QUOTE if not self.nested:
                if blocks := folded(self.found):
                    outer.take((Quotation(blocks, 1),))
            case Kind.LIST:
                if self.entries:
                    entries = tuple(folded(entry) for entry in self.entries)
                    outer.take((Listing(self.ordered, entries, 1, self.start),))
            case Kind.CELL if outer.kind is Kind.TABLE:
                outer.rows = outer.rows or [[]]
                outer.rows[-1].append(folded(self.found))
            case Kind.TABLE:
                outer.take(tuple(_table(self)))
            case _:
                outer.take(self.found)


def folded(found: Iterable[Found]) -> tuple[Block, ...]:
    """The blocks with Word's entries made lists of, and neighbours joined that Markdown could not tell apart."""
    blocks: list[Block] = []
    for _, group in groupby(found, key=lambda one: isinstance(one, WordEntry)):
        members = list(group)
        blocks += [one for one in members if not isinstance(one, WordEntry)]
        blocks += _lists([one for one in members if isinstance(one, WordEntry)])
    return tuple(_joined(group) for _, group in groupby(blocks, key=_Likeness()))


class _Likeness:
    """What blocks in a row share that Markdown would join; each other block has a number of its own."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, block: Block) -> str | int:
        self._number += 1
        match block:
            case Quotation():
                return "quotation"
            case Listing():
                return "ordered" if block.ordered else "unordered"
        return self._number


def _joined(group: Iterable[Block]) -> Block:
    first, *others = group
    if others and isinstance(first, Quotation):
        return Quotation(tuple(_inner(first, *others)), first.line)
    if others and isinstance(first, Listing):
        entries = (entry for one in (first, *others) if isinstance(one, Listing) for entry in one.entries)
        return replace(first, entries=tuple(entries))
    return first


def _inner(*quotations: Block) -> Iterator[Block]:
    return (block for one in quotations if isinstance(one, Quotation) for block in one.blocks)


def numbered(sign: str) -> tuple[bool, int]:
    """Whether the sign that Word writes before an entry counts, and from which number on."""
    sign = sign.strip()
    found = _NUMBER.fullmatch(sign)
    if not found or not (found[1] or sign[-1:] in ".)、）"):  # a small o is a bullet
        return False, 1
    return True, int(found[1] or 1)


def _lists(entries: Sequence[WordEntry], level: int = 1) -> Iterator[Block]:
    """Word's entries, which know only their level, as lists in lists."""
    start = 0
    made: list[list[Block]] = []
    ordered, number = False, 1
    while start < len(entries):
        one = entries[start]
        end = start + 1
        if one.level > level and made:
            while end < len(entries) and entries[end].level > level:
                end += 1
            made[-1].extend(_lists(entries[start:end], level + 1))
        else:
            if made and one.ordered != ordered:
                yield Listing(ordered, tuple(tuple(entry) for entry in made), 1, number)
                made = []
            if not made:
                ordered, number = one.ordered, one.start
            made.append([Paragraph(one.children, 1)])
        start = end
    if made:
        yield Listing(ordered, tuple(tuple(entry) for entry in made), 1, number)


def _entry(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks of an entry: a quotation or a heading in it is a paragraph of it."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Quotation):
            found.extend(_entry(block.blocks))
        else:
            found.append(Paragraph(block.children, block.line) if isinstance(block, Heading) else block)
    return tuple(found)


def _table(table: Frame) -> Iterator[Block]:
    """A table of data as one paragraph with a line for each row; any other table as the blocks that it places."""
    rows = [row for row in table.rows if any(row)]
    cells = [cell for row in rows for cell in row]
    if table.nested or max(map(len, rows), default=0) < 2 or not all(_is_short(cell) for cell in cells):
        for cell in cells:
            yield from cell
        return
    children: list[Inline] = []
    for row in rows:
        children += [Break()] if children else []
        children += _row(row)
    yield Paragraph(tuple(children), 1)


def _is_short(cell: Sequence[Block]) -> bool:
    return not cell or (len(cell) == 1 and isinstance(cell[0], Paragraph | Heading) and _size(cell[0]) <= _LONG_CELL)


def _size(node: Block | Inline) -> int:
    match node:
        case Text() | Code():
            return len(node.text)
        case Paragraph() | Heading() | Emphasis() | Strong() | Link():
            return sum(_size(child) for child in node.children)
    return 0


def _row(row: Sequence[tuple[Block, ...]]) -> Iterator[Inline]:
    """The cells with a bar between two, without the empty ones at the end."""
    for at in range(max(at for at, cell in enumerate(row) if cell) + 1):
        if at:
            yield Text(" | " if row[at - 1] else "| ")
        for block in row[at]:
            if isinstance(block, Paragraph | Heading):
                yield from (Text(" ") if isinstance(child, Break) else child for child in block.children)
