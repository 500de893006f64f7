"""What is counted otherwise than by a figure of the source: the others of a group, some of them, what a list names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain

from newsletter.check.rounding import Claimed, in_unit_of, stands_for
from newsletter.text.figures import Figure, FigureKind

SMALL = 3  # what is no more is the count of anybody and everything
_DOZEN = 12
_SCORE = 20
_COUNTS = (FigureKind.COUNT, FigureKind.BARE)

_EACH = re.compile(r"\b(?:each|both|apiece|either)\b|各", re.IGNORECASE)


def is_multiple(claim: Claimed, ours: Iterable[Figure], figures: Iterable[Figure], sentence: str, same: bool) -> bool:
    """Whether a source's sentence says so much of each, and our own says of how many: "two countries share 280"."""
    if not _EACH.search(sentence):
        return False
    counts = [abs(one.value) for one in ours if 1 < abs(one.value) <= _DOZEN and one.kind is not FigureKind.PERCENT]
    values = [abs(value) for one in figures if (value := in_unit_of(claim.figure, one, same)) is not None]
    return any(stands_for(claim, value * many) for value in values for many in counts if value > SMALL)


_OTHERS = re.compile(
    r"(?:\s[\w-]+)?\s(?:others?|rivals?|competitors?|neighbours?|neighbors?|peers|colleagues|companions|siblings|brothers"
    r"|sisters|fellows|team-?mates|partners|successors|predecessors|remaining)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:other|remaining|further|more|another)\s$", re.IGNORECASE)


def is_all_but_one(claim: Claimed, text: str, figures: Iterable[Figure], places: Iterable[int]) -> bool:
    """Whether it counts the others of a group that the source counts whole: "its five rivals" of the largest of six.

    So does a place in an order: of the ninth there are eight others.
    """
    figure = claim.figure
    if not SMALL < figure.value <= _SCORE or figure.kind not in _COUNTS:
        return False
    if not (_OTHERS.match(text, figure.end) or _OTHER.search(text, 0, figure.start)):
        return False
    counts = {one.value for one in figures if one.kind in _COUNTS} | {Decimal(place) for place in places}
    return figure.value + 1 in counts


_OF_THE = re.compile(r"\sof\s(?:the\s|its\s|their\s|these\s|those\s|all\s)?", re.IGNORECASE)
_FINGERS = 10


def is_part_of(figure: Figure, text: str, ours: Iterable[Figure], sentences: Iterable[Sequence[Figure]]) -> bool:
    """Whether it counts some of what the item counts whole, as anybody may: "five of the eleven words".

    Not where the item, in the same sentence, says another number of them.
    """
    is_digits = any(sign.isdigit() for sign in figure.shown)
    if is_digits or figure.value > _FINGERS or figure.kind is not FigureKind.BARE:
        return False
    of = _OF_THE.match(text, figure.end)
    whole = next((one for one in ours if of and one.start == of.end()), None)
    if whole is None or whole.value <= figure.value:
        return False
    counted = [figures for figures in sentences if any(one.value == whole.value for one in figures)]
    return bool(counted) and not any(1 < one.value < whole.value for figures in counted for one in figures)


_WORD = r"[^\s,;:.，、。]++"
_MEMBER = rf"(?:(?:the|a|an|in|from|of|by)\s)?{_WORD}(?:\s{_WORD}){{0,3}}"
_PARTED = rf"(?>{_MEMBER}(?=,))"  # a member that a comma follows: there is one way to read it, so none other is tried
# What looks like a list and has no end is passed over whole, not looked at again from each of its members.
_LIST = re.compile(
    rf"(?<![^\s,;:.，、。]){_PARTED}"
    rf"(?:(?P<rest>,\s{_PARTED}(?:(?:,\s{_PARTED})+(?:,\s{_MEMBER}|,)|,\s{_MEMBER})\s(?:and|or)\s[^\s,;:.]+)"
    rf"|(?:,\s{_PARTED})*+)"
)
_HAN_LIST = re.compile(r"[^，。；：、！？\s]{1,12}(?:、[^，。；：、！？\s]{1,12}){3,}")
_AND = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s|、|[和及与]")


def listed(sentence: str) -> Iterator[int]:
    """How many members the lists of a sentence have, from four: "pears, plums, figs and quinces"."""
    lists = (match for match in _LIST.finditer(sentence) if match["rest"])
    for match in chain(lists, _HAN_LIST.finditer(sentence)):
        yield len([part for part in _AND.split(match[0]) if part.strip()])


def is_listed(claim: Claimed, sentences: Iterable[str]) -> bool:
    """Whether a source names so many of something in a row: our "four fruits" are the ones of its list."""
    figure = claim.figure
    if not SMALL < figure.value <= _DOZEN or figure.kind not in _COUNTS or any(sign.isdigit() for sign in figure.shown):
        return False
    if figure.unit in _TIMES:
        return False
    return any(many == figure.value for sentence in sentences for many in listed(sentence))


_TIMES = frozenset(("minutes", "hours", "days", "weeks", "months", "years", "decades", "times"))
