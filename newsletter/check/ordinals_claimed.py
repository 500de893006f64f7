"""Whether "for the sixth time" is what an item says: places in an order, held against those of like things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.check.cited import Said
from newsletter.text.figures import find_figures
from newsletter.text.numberwords import ordinals

# What follows one another and is counted alike: a "fourth meeting" is the "fourth time" that they met.
_LIKE = (
    "time|times|meeting|meetings|round|rounds|session|sessions|visit|visits|edition|editions|summit|summits|occasion"
    "|occasions|attempt|attempts|次|轮|輪|届|屆|回|场|場",
    "year|years|season|seasons|spring|summer|autumn|winter|年",
    "place|rank",
    "term|terms",
    "extension|extensions",
)
_QUALITY = r"consecutive|straight|successive|such|annual|yearly|joint|plenary|formal|official|bilateral|regular|full"
_NOUN = re.compile(rf"\s?(?:(?:{_QUALITY})\s)?(?P<noun>{'|'.join(_LIKE)})(?![a-z])", re.IGNORECASE)
_GROUPS = {noun: at for at, nouns in enumerate(_LIKE) for noun in nouns.split("|")}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an order of such things: "the fourth meeting"."""

    value: int
    like: int  # which of the groups of like things
    start: int
    end: int  # of the ordinal
    until: int  # of what it orders


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A place of ours that no item names, with one of like things that an item does."""

    place: Place
    said: Said
    sentence: str
    other: Place


def places(text: str) -> tuple[Place, ...]:
    """The places in an order that a text names, of things that follow one another."""
    return tuple(
        Place(one.value, _GROUPS[noun["noun"].lower()], one.start, one.end, noun.end())
        for one in ordinals(text)
        if (noun := _NOUN.match(text, one.end))
    )


def misplaced(text: str, against: Iterable[Said]) -> Iterator[Misplaced]:
    """The places of a text that no item names, though one names another place of the like.

    The first claims little ("for the first time in years") and contradicts nothing. What was done four times before is
    done for the fifth time.
    """
    ours = [place for place in places(text) if place.value > 1]
    if not ours:
        return
    against = tuple(against)
    named = {one.value for said in against for line in said.paragraphs for one in ordinals(line)}
    for place in ours:
        if place.value in named or any(_counts(said, place) for said in against):
            continue
        others = (found for said in against for found in _others(said, place))
        if nearest := min(others, key=lambda one: abs(one.other.value - place.value), default=None):
            yield nearest


def _others(said: Said, place: Place) -> Iterator[Misplaced]:
    for paragraph in said.sentences:
        for sentence in paragraph:
            for other in places(sentence):
                if other.like == place.like and other.value > 1:
                    yield Misplaced(place, said, sentence, other)


def _counts(said: Said, place: Place) -> bool:
    """Whether the item counts so many of the like, or one fewer before it."""
    return any(
        value in (place.value, place.value - 1)
        for line in said.paragraphs
        for value in _counted(line, said.entry.language, place.like)
    )


def _counted(line: str, language: str, like: int) -> Iterator[int]:
    for figure in find_figures(line, language):
        noun = _NOUN.match(line, figure.end)
        if noun and _GROUPS[noun["noun"].lower()] == like and figure.value == int(figure.value):
            yield int(figure.value)
