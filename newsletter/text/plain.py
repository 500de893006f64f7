"""`Prose` to plain text, and plain text to lines that fit: for the text part of the mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from wcwidth import iter_graphemes, wcswidth

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

WIDTH = 76  # columns; RFC 3676 4.2 asks for less than 80 so that replies with "> " still fit

# No line begins with one of the first or ends with one of the second (the commonest rules of Chinese typesetting).
_NOT_FIRST = "，。、；：？！）】》〉」』〕”’…—·～％%,.;:?!)]}"
_NOT_LAST = "（【《〈「『〔“‘([{"
# A web address or a mailbox, in printable ASCII but for angle brackets: in Chinese text no space stands around one.
_ADDRESS = re.compile(r"(?:https?://|mailto:)[!-;=?-~]+|(?<![!-;=?A-~])[!-;=?A-~]++@[!-;=?A-~]+")
_PREFIX = re.compile(r"(?:> | *(?:- |\d{1,9}\. |\[\d{1,3}\] ))* *")


class Links:
    """The addresses of a letter, numbered as they come; each section lists those that are new in it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._listed = 0

    def number(self, url: str) -> int:
        """The number of an address, from 1; the same address keeps its number through the letter."""
        return self._numbers.setdefault(url, len(self._numbers) + 1)

    def take_new(self) -> tuple[tuple[int, str], ...]:
        """Number and address of each that has come since this was last asked, in order."""
        new = tuple((number, url) for url, number in self._numbers.items() if number > self._listed)
        self._listed = len(self._numbers)
        return new


def render(prose: Prose, links: Links) -> str:
    """The text of a body: paragraphs apart by an empty line, not yet wrapped; links carry a number in brackets."""
    return _blocks(prose.blocks, links)


def _blocks(blocks: Iterable[Block], links: Links) -> str:
    return "\n\n".join(_block(block, links) for block in blocks)


def _block(block: Block, links: Links) -> str:
    match block:
        case Paragraph() | Heading():
            return _inlines(block.children, links)
        case Quotation():
            return _indent(_blocks(block.blocks, links), "> ", "> ")
        case Listing():
            signs = (f"{number}. " if block.ordered else "- " for number in range(block.start, 10**9))
            return "\n".join(
                _indent(_entry(entry, links), sign, " " * len(sign))
                for sign, entry in zip(signs, block.entries, strict=False)
            )


def _entry(blocks: tuple[Block, ...], links: Links) -> str:
    """A list entry; a nested list follows its paragraph without an empty line."""
    tight = all(isinstance(block, Listing) for block in blocks[1:])
    return ("\n" if tight else "\n\n").join(_block(block, links) for block in blocks)


def _indent(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join((first if at == 0 else rest) + line for at, line in enumerate(lines)).replace("> \n", ">\n")


def _inlines(inlines: Iterable[Inline], links: Links) -> str:
    return "".join(_inline(inline, links) for inline in inlines)


def _inline(inline: Inline, links: Links) -> str:
    match inline:
        case Text() | Code():
            return re.sub(r"[ \t]*\n[ \t]*", " ", inline.text)
        case Break():
            return "\n"
        case Mark():
            return ""
        case Emphasis() | Strong():
            return _inlines(inline.children, links)
        case Link():
            words = _inlines(inline.children, links)
            if inline.url in (words, f"mailto:{words}"):  # the address itself is what is read
                return words
            return f"{words} [{links.number(inline.url)}]"


def columns(text: str) -> int:
    """Columns a text takes in a terminal or a mail reader with a fixed pitch; 2 for a Chinese character."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(max(wcswidth(grapheme), 0) for grapheme in iter_graphemes(text))


def reflow(text: str, width: int = WIDTH) -> str:
    """The text with every line at most `width` columns wide, addresses excepted, which stay whole.

    A line's quote marks, list signs and indent carry on below it. Runs of empty lines become one; no line ends in a
    space; a tab is a space; the text ends in a line feed.
    """
    lines = [part for line in text.replace("\t", " ").split("\n") for part in _wrapped(line.rstrip(), width)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


@lru_cache(maxsize=2048)  # most lines are those of the last rendering
def _wrapped(line: str, width: int) -> tuple[str, ...]:
    return tuple(_parts(line, width))


def _parts(line: str, width: int) -> Iterator[str]:
    if columns(line) <= width:
        yield line
        return
    match = _PREFIX.match(line)
    first = match[0] if match else ""
    if columns(first) > width // 2:
        first = ""
    rest = re.sub(r"[^> ]", " ", first)
    current, used, filled = first, columns(first), False
    for piece, size, space in _pieces(line[len(first) :], width - used):
        if filled and used + size > width:
            yield current.rstrip()
            current, used, filled = rest, columns(rest), False
        if piece or filled:
            current += piece + (" " if space else "")
            used, filled = used + size + space, True
    yield current.rstrip()


def _pieces(text: str, width: int) -> Iterator[tuple[str, int, bool]]:
    """What must not be divided, each with its columns and whether a space follows it."""
    words = text.split(" ")
    for at, word in enumerate(words):
        *parts, last = _breakable(word, width)
        for part, size in parts:
            yield part, size, False
        yield *last, at < len(words) - 1


def _breakable(word: str, width: int) -> Iterator[tuple[str, int]]:
    """A word in the pieces it may be divided into, each with its columns: between wide characters, and by force."""
    if word.isascii() and len(word) <= width:
        yield word, len(word)
        return
    piece, used = "", 0
    before, wide_before = "", False
    for token in _tokens(word):
        size = columns(token)
        may_break = (size == 2 or wide_before) and before[-1:] not in _NOT_LAST and token[0] not in _NOT_FIRST
        must_break = used + size > width
        if must_break and used > width and token[0] in _NOT_FIRST:
            must_break = False  # the full stop behind an address that is longer than a line stays with it
        if piece and (may_break or must_break):
            yield piece, used
            piece, used = "", 0
        piece, used = piece + token, used + size
        before, wide_before = token, size == 2
    yield piece, used


def _tokens(word: str) -> Iterator[str]:
    """The addresses in a word, each whole, and between them its characters as a reader sees them."""
    end = 0
    for address in _ADDRESS.finditer(word):
        yield from iter_graphemes(word[end : address.start()])
        yield address[0]
        end = address.end()
    yield from iter_graphemes(word[end:])
