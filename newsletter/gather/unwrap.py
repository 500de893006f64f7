"""Plain text as blocks: hard-wrapped lines are joined, lists are told apart, a line that holds one space is blank."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from newsletter.gather.blocks import Block, Kind
from newsletter.gather.hyphens import HYPHENS, Lines
from newsletter.text import sanitise

_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
BULLETS = "•●▪‣◦"
_BULLET = re.compile(rf"\s*[{BULLETS}]\s*")
_MARK = re.compile(r"\s*(?:[-*–·]|\d{1,2}[.)]|[(（]?[一二三四五六七八九十]{1,3}[)）、])\s+")
_END = re.compile(r"[.!?…:;。！？：；][\"'”’」』)）]*$")
# Lines are hard-wrapped within these widths; a wider one is a whole paragraph, in a narrower one nothing is wrapped.
NARROWEST, WIDEST = 40, 160
_SLACK = 0.88  # people who wrap by hand leave up to an eighth of the line empty


def blocks(text: str, known: Collection[str] = ()) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The text's blocks and warnings about its hyphens. `known`: words that settle a hyphen at the end of a line."""
    lines = [line.rstrip() for line in _BREAK.split(text)]
    joiner = Lines(lines, known)
    width = max((_columns(line.strip()) for line in lines), default=0)
    found = [block for run in _runs(lines) for block in _blocks_of(run, width, joiner)]
    return tuple(found), joiner.warnings()


def _runs(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines that no blank line parts."""
    run: list[str] = []
    for line in lines:
        if line.strip():
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _blocks_of(run: Sequence[str], width: int, joiner: Lines) -> Iterator[Block]:
    start = 0
    for at in range(1, len(run) + 1):
        if at == len(run) or not _continues(run[at - 1], run[at], width):
            yield from _block(joiner.join(run[start:at]))
            start = at


def _block(joined: str) -> Iterator[Block]:
    bullet, mark = _BULLET.match(joined), _MARK.match(joined)
    if bullet:  # several bullets may stand on one line
        pieces = re.split(rf"(?:^|\s)[{BULLETS}]\s*", joined)
        yield from (Block(text, Kind.ITEM) for piece in pieces if (text := sanitise.line(piece, sanitise.MAX_TEXT)))
    elif mark:
        kept = joined if joined.lstrip()[0] not in "-*–·" else joined[mark.end() :]
        yield from (Block(text, Kind.ITEM) for text in [sanitise.line(kept, sanitise.MAX_TEXT)] if text)
    elif text := sanitise.line(joined, sanitise.MAX_TEXT):
        yield Block(text)


def _continues(line: str, following: str, width: int) -> bool:
    """Whether a line goes on in the next one: it had no room for the next word, or its sentence is not over."""
    if _BULLET.match(following):
        return False
    first = following.split()[0]
    if width > WIDEST:  # one paragraph a line; a line that breaks off in the middle of a word is mended all the same
        return following.lstrip()[:1].islower() and not _END.search(line)
    room = _columns(first if first.isascii() else first[:2])
    full = width >= NARROWEST and _columns(line) + 1 + room > width * _SLACK
    if full:
        return not (_MARK.match(following) and _END.search(line))
    if _MARK.match(following) or (line[-1:] not in HYPHENS and _END.search(line)):
        return False
    return following.lstrip()[:1].islower() or bool(_MARK.match(line) and following.startswith("  "))


def _columns(text: str) -> int:
    """The width of a line; a Chinese character takes two columns."""
    return len(text) + (0 if text.isascii() else sum(1 for character in text if character >= "\u2e80"))
