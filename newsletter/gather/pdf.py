"""PDF files as entries. A child process takes the lines out; paragraphs and headings are told by where lines stand."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from newsletter.gather import prose
from newsletter.gather.blocks import Block, Claims, Kind
from newsletter.gather.headlines import is_short
from newsletter.gather.hyphens import Lines
from newsletter.gather.unwrap import BULLETS
from newsletter.model.errors import SourceError
from newsletter.model.item import Original, Reading
from newsletter.model.source import Source
from newsletter.text import sanitise

WALL = 15  # seconds of our clock; the child has fewer of the processor
CHILD = Path(__file__).with_name("pdfchild.py")

_NUMBER = re.compile(
    r"(?i)(?:page |seite |第 ?)?[-–— ]*(?:\d{1,4}|[ivxl]{1,7})(?: ?(?:of|/|von) ?\d{1,4})?[-–— ]*(?: ?页| ?頁)?"
)
_END = re.compile(r"[.!?…:;。！？：；][\"'”’」』)）\]]*$")
_BULLET = re.compile(rf"[{BULLETS}]\s*|[-–]\s+")
_MARGIN = 2  # lines at the top and at the bottom of a page that can be a running header or footer


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, in points from the page's lower left corner."""

    text: str
    left: float
    right: float
    baseline: float
    size: float


def read(data: bytes, guid: str, link: str | None, source: Source) -> Reading:
    """The entry of a PDF, and the untouched file.

    Raises `SourceError` for one that is broken, locked with a password, made of pictures, or beyond the child's limits.
    """
    answer = answer_of([sys.executable, "-I", str(CHILD)], data, WALL)
    if error := answer.get("error"):
        raise SourceError(source.id, _ERRORS[str(error)])
    pages = [
        [Line(text, *place) for written, *place in page if (text := sanitise.line(written, sanitise.MAX_TEXT))]
        for page in answer["pages"]
    ]
    if not any(pages):
        raise SourceError(source.id, "the PDF holds no text, only pictures; ask for the text, or type what is wanted")
    blocks, warnings = blocks_of(pages)
    if answer["more"]:
        warnings = (*warnings, "the PDF is very long; only its beginning was read")
    if answer["locked"]:
        warnings = (*warnings, "its author has locked the PDF against copying; ask before quoting from it")
    entry = prose.entry(blocks, Claims(guid=guid, link=link), source, "PDF", warnings)
    return Reading(entry, Original(media_type="application/pdf", data=data))


_ERRORS = {
    "password": "the PDF is locked with a password; ask for an open copy",
    "broken": "the PDF is broken and cannot be opened; ask for it again",
    "limits": "the PDF could not be read within 600 MB and 10 seconds; ask for its text, or for a simpler copy",
}


def answer_of(command: Sequence[str], data: bytes, wall: float) -> dict[str, Any]:
    """What a child says of a PDF on its standard input; {"error": "limits"} when it dies, or takes `wall` seconds.

    It inherits neither our environment nor our working folder.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answered:
        given.write(data)
        given.seek(0)
        try:
            done = subprocess.run(  # noqa: S603  (our own file, and nothing of the PDF's on the command line)
                command,
                stdin=given,
                stdout=answered,
                stderr=subprocess.DEVNULL,
                env={},
                cwd="/",
                timeout=wall,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"error": "limits"}
        if done.returncode != 0:
            return {"error": "limits"}
        answered.seek(0)
        answer: dict[str, Any] = json.load(answered)
        return answer


def blocks_of(pages: Sequence[Sequence[Line]]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The blocks of a document's pages and warnings about its hyphens; page numbers and running headers are dropped.

    A paragraph may go on over the foot of a column or of a page. Lines in larger type are headings.
    """
    lines = [line for page in _without_margins(pages) for line in page]
    joiner = Lines(line.text for line in lines)
    usual = _usual_size(lines)
    groups = list(_groups(lines))
    largest = max((group[0].size for group in groups[:6]), default=0.0)
    blocks = tuple(_block(group, joiner, usual, largest, at < 6) for at, group in enumerate(groups))
    return blocks, joiner.warnings()


def _block(group: Sequence[Line], joiner: Lines, usual: float, largest: float, early: bool) -> Block:
    text = joiner.join([line.text for line in group])
    bullet = _BULLET.match(text)
    if bullet and text[bullet.end() :]:
        return Block(text[bullet.end() :], Kind.ITEM)
    if group[0].size > 1.1 * usual and is_short(text):
        return Block(text, Kind.HEADING, level=1 if early and group[0].size == largest else 2)
    return Block(text)


def _without_margins(pages: Sequence[Sequence[Line]]) -> Iterator[list[Line]]:
    """The pages without page numbers, and without lines that stand at the margin of half of the pages."""
    margins = [_margin(page) for page in pages]
    counts = Counter(text for margin in margins for text in {_numberless(line.text) for line in margin})
    for page, margin in zip(pages, margins, strict=True):
        dropped = {
            id(line)
            for line in margin
            if _NUMBER.fullmatch(line.text)
            or (counts[_numberless(line.text)] >= 2 and _is_running(line, counts, pages))
        }
        yield [line for line in page if id(line) not in dropped]


def _is_running(line: Line, counts: Counter[str], pages: Sequence[Sequence[Line]]) -> bool:
    return 2 * counts[_numberless(line.text)] >= len(pages)


def _margin(page: Sequence[Line]) -> list[Line]:
    """The lines that stand highest and lowest on a page."""
    heights = sorted({line.baseline for line in page})
    if len(heights) < 3:
        return [line for line in page if _NUMBER.fullmatch(line.text)]
    reach = _MARGIN if len(heights) > 3 * _MARGIN else 1  # of a page with a few lines only the outermost
    ends = {*heights[:reach], *heights[-reach:]}
    return [line for line in page if line.baseline in ends]


def _numberless(text: str) -> str:
    return re.sub(r"\d+", "#", text.casefold())


def _usual_size(lines: Sequence[Line]) -> float:
    """The size most of the text is set in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _groups(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that make one paragraph or heading."""
    usual = _usual_step(lines)
    group: list[Line] = []
    column: list[Line] = []
    for line in lines:
        above = group[-1] if group else None
        jumps = above is not None and (line.baseline >= above.baseline or line.left > above.right)
        if jumps:
            edges, column = _edges(column), []
        else:
            edges = _edges([*column[-30:], line])
        if above is not None and _breaks(above, line, usual, edges, jumps=jumps):
            yield group
            group = []
        group.append(line)
        column.append(line)
    if group:
        yield group


def _usual_step(lines: Sequence[Line]) -> float:
    """From one line of a paragraph to the next; where most paragraphs are short, most steps are wider."""
    steps = sorted(
        above.baseline - line.baseline
        for above, line in pairwise(lines)
        if 0 < above.baseline - line.baseline < 3 * max(line.size, 1)
    )
    return steps[len(steps) // 4] if steps else 0.0


def _edges(column: Sequence[Line]) -> tuple[float, float]:
    """The left and the right edge of what has been read of a column."""
    return min(line.left for line in column), max(line.right for line in column)


def _breaks(above: Line, line: Line, usual: float, edges: tuple[float, float], *, jumps: bool) -> bool:
    """Whether a paragraph ends between two lines."""
    ended = bool(_END.search(above.text))
    left, right = edges
    short = above.right < right - 0.12 * (right - left)
    if abs(above.size - line.size) > 0.08 * max(above.size, line.size) or _BULLET.match(line.text):
        return True
    if jumps:  # into the next column or page
        return ended and (short or not line.text[:1].islower())
    if usual and above.baseline - line.baseline > 1.35 * usual:
        return True
    indented = line.left > left + 0.8 * line.size and abs(above.left - left) < 0.5 * line.size
    return ended and (short or indented)
