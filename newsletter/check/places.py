"""From a text as it is read to the place in the file where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from newsletter.model.finding import Spot

# What Markdown and YAML put between the characters that are read: link targets, marks, notes to the parser.
_TARGETS = re.compile(r"(?<=\])\((?:[^()\n]|\([^()\n]*\))*\)|\[\^[^\]\n]{0,200}\]")
_KEY = re.compile(r"[ \t]*(?:- )?[a-z_]+:(?=[ \t])")
_ENTITIES = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")


def spot_of(path: str, source: str, line: int, text: str, start: int, end: int) -> Spot:
    """The place of `text[start:end]` in `source`, a file in which `text` begins on `line`, perhaps behind a key.

    Markup may stand between its characters. Where the two cannot be matched, the line as a whole is told.
    """
    inner = [at for at in range(start, end) if not text[at].isspace()]
    if not inner:
        return Spot(path, line)
    first, written, places = _matched(source, line, text)
    if inner[-1] < len(places):
        begins, ends = places[inner[0]], places[inner[-1]] + 1
    else:  # one of a list written on one line
        begins = written.find(text[start:end])
        ends = begins + end - start
    if begins < 0:
        return Spot(path, line)
    return Spot(path, *_position(source, first + begins), *_position(source, first + ends - 1, 1))


@lru_cache(maxsize=8)  # one text may have thousands of findings
def _matched(source: str, line: int, text: str) -> tuple[int, str, list[int]]:
    """Where in the file a text begins, what stands there, and where in that each character of the text stands."""
    first = _offset(source, line)
    if (key := _KEY.match(source, first)) and not text.startswith(key[0].strip()):
        first = key.end()
    written = _TARGETS.sub(lambda match: " " * len(match[0]), source[first : first + 4 * len(text) + 2_000])
    return first, written, list(_places(text, written))


def _places(text: str, written: str) -> Iterator[int]:
    """For each character of the text where it stands, -1 for white space; up to where the two do not go together."""
    at = 0
    for character in text:
        if character.isspace():
            yield -1
            continue
        while (length := _standing(written, at, character)) == 0:
            if at >= len(written) or (written[at].isalnum() and not _is_list_number(written, at)):
                return
            at += 1
        yield at
        at += length


def _standing(written: str, at: int, character: str) -> int:
    """How many characters stand for this one here: 1 for itself, more for an entity; 0 where something else stands."""
    if (entity := _ENTITIES.match(written, at)) and unescape(entity[0]) == character:
        return len(entity[0])
    return int(written[at : at + 1] == character)


def _is_list_number(written: str, at: int) -> bool:
    """Whether a digit here belongs to the number of a list's entry, which the text does not hold."""
    begins = written.rfind("\n", 0, at) + 1
    return re.match(r"[ \t>]*\d{1,9}\.[ \t]", written[begins : begins + 24]) is not None


def _offset(source: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = source.find("\n", at) + 1
        if at == 0:
            return 0
    return at


def _position(source: str, at: int, behind: int = 0) -> tuple[int, int]:
    """Line and column of a character, or of what stands so many characters behind it."""
    return source.count("\n", 0, at) + 1, at - source.rfind("\n", 0, at) + behind
