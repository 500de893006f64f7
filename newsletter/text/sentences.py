"""Paragraphs cut into sentences, in languages that end them with a point, and in Chinese and Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 2_000  # characters; what goes on longer is a table or a list, and is compared in parts

# A point after one of these, or after a single capital, ends no sentence.
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gen|Gov|St|vs|etc|cf|No|Nos|Vol|Fig|approx|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_REACH = 10  # characters within which the longest of these stands
_FOLLOWING = re.compile(r"\s*+(.?)", re.DOTALL)
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|[。！？]+[”」』）]*")


def sentences(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph, in order, each with its end mark and what closes after it; none is empty.

    One without an end is cut at a space, so that none is longer than `LONGEST`.
    """
    found: list[str] = []
    start = 0
    for match in _END.finditer(paragraph):
        end = match.end()
        if match[0].startswith(".") and (_is_abbreviated(paragraph, start, end) or _goes_on(paragraph, end)):
            continue
        found += _cut(paragraph, start, end)
        start = end
    found += _cut(paragraph, start, len(paragraph))
    return tuple(sentence for sentence in found if sentence)


def _is_abbreviated(paragraph: str, start: int, end: int) -> bool:
    return _ABBREVIATIONS.search(paragraph, max(start, end - _REACH), end) is not None


def _goes_on(paragraph: str, at: int) -> bool:
    following = _FOLLOWING.match(paragraph, at)
    return following is not None and following[1].islower()


def _cut(paragraph: str, start: int, end: int) -> Iterator[str]:
    while end - start > LONGEST:
        at = paragraph.rfind(" ", start + 1, start + LONGEST)
        at = start + LONGEST if at < 0 else at
        yield paragraph[start:at].strip()
        start = at
    yield paragraph[start:end].strip()
