"""From a text as it is read to the place in the file where it was written."""

from __future__ import annotations

import re
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
    first = _offset(source, line)
    if (key := _KEY.match(source, first)) and not text.startswith(key[0].strip()):
        first = key.end()
    written = _TARGETS.sub(lambda match: " " * len(match[0]), source[first : first + 4 * len(text) + 2_000])
    inner = [at for at in range(start, end) if not text[at].isspace()]
    if not inner:
        return Spot(path, line)
    places = _places(text[:end], written)
    if places is not None:
        begins, ends = places[inner[0]], places[inner[-1]] + 1
    else:  # one of a list written on one line
        begins = written.find(text[start:end])
        ends = begins + end - start
    if begins < 0:
        return Spot(path, line)
    return Spot(path, *_position(source, first + begins), *_position(source, first + ends - 1, 1))


def _places(text: str, written: str) -> dict[int, int] | None:
    """For each character of the text that is not space, where it stands; None where the two do not go together."""
    places: dict[int, int] = {}
    at = 0
    for index, character in enumerate(text):
        if character.isspace():
            continue
        while (length := _standing(written, at, character)) == 0:
            if at >= len(written) or (written[at].isalnum() and not _is_list_number(written, at)):
                return None
            at += 1
        places[index] = at
        at += length
    return places


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
