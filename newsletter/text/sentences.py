"""Paragraphs cut into sentences, in languages that end them with a point, and in Chinese and Japanese."""

from __future__ import annotations

import re

# A point after one of these, or after a single capital, ends no sentence.
_ABBREVIATIONS = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gen|Gov|St|vs|etc|cf|No|Nos|Vol|Fig|approx|Inc|Ltd|Co|Corp|Jan|Feb|Mar|Apr|Jun|Jul"
    r"|Aug|Sept?|Oct|Nov|Dec|e\.g|i\.e|a\.m|p\.m)|\b[A-Z])\.$"
)
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[”」』）]*")


def sentences(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph, in order, each with its end mark and what closes after it; none is empty."""
    found, start = [], 0
    for match in _END.finditer(paragraph):
        upto = paragraph[start : match.end()]
        following = paragraph[match.end() :].lstrip()
        if match[0].startswith(".") and (_ABBREVIATIONS.search(upto) or following[:1].islower()):
            continue
        found.append(upto.strip())
        start = match.end()
    found.append(paragraph[start:].strip())
    return tuple(sentence for sentence in found if sentence)
