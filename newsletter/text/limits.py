"""How much a body may hold, so that it is read in no time.

A body of 20,000 characters is forty times a long blurb. Python-Markdown's time grows with the square of the depth of
brackets and lists, and of runs of headings, emphasis marks and backticks; all are capped before it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.text.syntax import RULE

MAX_CHARACTERS = 20_000
MAX_LINES = 1_000
MAX_DEPTH = 6  # quotes in quotes, lists in lists
MAX_LINKS = 300  # "[" in one body
MAX_BRACKETS = 8  # "[" or "](" that are open at once
MAX_MARKS = 400  # "*" and "_" in one paragraph
MAX_TICKS = 100  # "`" in one paragraph

_SIGNS = re.compile(r"(?: *(?:>|[-+*] |\d{1,9}\. ))+")  # what begins quotes and entries of lists


def excesses(source: str) -> Iterator[tuple[int, str, str]]:
    """Line (from 1), what and todo of everything that is too much in a body."""
    if len(source) > MAX_CHARACTERS:
        yield 1, f"the body has {len(source):,} characters", f"keep it under {MAX_CHARACTERS:,}"
    if source.count("\n") >= MAX_LINES:
        yield 1, f"the body has more than {MAX_LINES:,} lines", "divide it into several sections"
    if source.count("[") > MAX_LINKS:
        yield 1, f"the body has more than {MAX_LINKS} brackets", "divide it into several sections"
    paragraph = _Paragraph()
    for number, line in enumerate(source.split("\n"), 1):
        if not line.strip():
            paragraph = _Paragraph()
        if _depth(line) > MAX_DEPTH:
            yield number, f"is nested more than {MAX_DEPTH} deep", "use fewer levels"
            return
        if excess := paragraph.take(line):
            yield number, *excess
            return


def _depth(line: str) -> int:
    """How many quotes and lists a line opens or goes on with."""
    signs = _SIGNS.match(line)
    return len(re.findall(r"[-+*>]|\d+", signs[0])) if signs and not RULE.fullmatch(line) else 0


class _Paragraph:
    """Counts, line by line, what a paragraph has open."""

    def __init__(self) -> None:
        self._marks = self._ticks = 0
        self._words = self._addresses = 0  # of links

    def take(self, line: str) -> tuple[str, str] | None:
        """What and todo when this line makes it too much."""
        self._marks += line.count("*") + line.count("_")
        self._ticks += line.count("`")
        if self._open(line) > MAX_BRACKETS:
            return f"has more than {MAX_BRACKETS} brackets open at once", "close or remove some"
        if self._ticks > MAX_TICKS:
            return f"has more than {MAX_TICKS} backticks", "set less of it as code"
        if self._marks > MAX_MARKS:
            return f"has more than {MAX_MARKS} marks of emphasis", "remove some, or write \\* for a star"
        return None

    def _open(self, line: str) -> int:
        """The most brackets that are open at once in this line."""
        most = 0
        for sign in re.findall(r"[\[\])]|(?<=\])\(", line):
            self._words = max(0, self._words + (sign == "[") - (sign == "]"))
            self._addresses = max(0, self._addresses + (sign == "(") - (sign == ")"))
            most = max(most, self._words, self._addresses)
        return most
