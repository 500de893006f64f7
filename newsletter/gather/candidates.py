"""Figures of the week: which numbers in the items could be the number of the week, and why, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from newsletter.gather.stories import story_of
from newsletter.gather.telling import date_of
from newsletter.model.item import Item, ItemId, Triage
from newsletter.model.source import RightsPolicy
from newsletter.model.story import FigureCandidate, Story
from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind, find_figures
from newsletter.text.numberwords import display
from newsletter.text.sentences import sentences
from newsletter.text.shingles import words

RECENT = timedelta(days=7)  # before the newest of the items
LIST = 4  # more figures than this in one sentence make a list of prices or results, and no sentence
SMALL = 12  # a lesser count is seldom a number of the week
FEW_WORDS = 5  # a sentence of fewer says nothing about its number


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure in a sentence of an item."""

    item: Item
    figure: Figure
    sentence: str
    in_headline: bool


def figures_of(items: tuple[Item, ...], stories: tuple[Story, ...]) -> tuple[FigureCandidate, ...]:
    """The candidates for the number of the week, the best first; each value once for each story.

    Items that are rejected or may not be used give none. What counts: that outlets of one story agree, that the figure
    stands in a headline, that a unit says what it measures, that the item is of the last seven days before the newest.
    Years, dates, rounds and numbers of lists are no figures; a sentence with many figures is a list and gives none.
    """
    usable = [item for item in items if item.state is not Triage.REJECTED and _may_be_used(item)]
    newest = max((when for item in usable if (when := date_of(item.entry))), default=None)
    ranked = [_ranked(group, newest) for group in _groups(usable, story_of(stories))]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].items, pair[1].value))
    return tuple(candidate for _, candidate in ranked)


def _may_be_used(item: Item) -> bool:
    return item.entry.rights.policy is not RightsPolicy.DO_NOT_USE


def _groups(items: list[Item], story: Mapping[ItemId, Story]) -> Iterable[list[_Found]]:
    """What the items of one story say with one value and one unit, the earliest item first, its headline before all."""
    groups: dict[tuple[object, Decimal], list[list[_Found]]] = defaultdict(list)
    for item in sorted(items, key=lambda one: ((date_of(one.entry) or one.first_seen).timestamp(), one.id)):
        told = story.get(item.id)
        for found in _figures(item):
            alike = groups[told.items if told else item.id, found.figure.value]
            group = next((each for each in alike if _is_one(each[0], found)), None)
            if group is None:
                alike.append([found])
            else:
                group.append(found)
    return (group for alike in groups.values() for group in alike)


def _is_one(one: _Found, other: _Found) -> bool:
    if abs(one.figure.value) <= SMALL:  # "two colleagues" and "two meanings" agree on nothing
        return one.figure.unit == other.figure.unit
    languages = {found.item.entry.language.lower().split("-")[0] for found in (one, other)}
    return units.compatible(one.figure.unit, other.figure.unit, len(languages) == 1)


def _figures(item: Item) -> Iterator[_Found]:
    entry = item.entry
    for figure in find_figures(entry.title, entry.language):
        yield _Found(item, figure, entry.title, True)
    for sentence in (sentence for paragraph in entry.paragraphs for sentence in sentences(paragraph)):
        figures = find_figures(sentence, entry.language)
        if len(figures) <= LIST:
            yield from (_Found(item, figure, sentence, False) for figure in figures)


def _ranked(group: list[_Found], newest: datetime | None) -> tuple[float, FigureCandidate]:
    """How good a candidate is, and the candidate."""
    figure = next((one.figure for one in group if one.figure.unit is not None), group[0].figure)
    reasons = list(_reasons(group, figure, newest))
    score = sum(weight for weight, _ in reasons)
    if figure.kind in (FigureKind.COUNT, FigureKind.BARE) and abs(figure.value) <= SMALL:
        score -= 4.0
    if all(date_of(one.item.entry) is None for one in group):
        score -= 1.0
    whole = [one.sentence for one in group if not one.in_headline and len(words(one.sentence)) >= FEW_WORDS]
    candidate = FigureCandidate(
        value=_shown(figure),
        unit=None if figure.unit in _IN_VALUE or figure.kind is FigureKind.MONEY else figure.unit,
        sentence=whole[0] if whole else group[0].sentence,
        items=tuple(dict.fromkeys(one.item.id for one in group)),
        why="; ".join(reason for _, reason in reasons) or "a number without a unit, in the text of one outlet",
    )
    return score, candidate


def _reasons(group: list[_Found], figure: Figure, newest: datetime | None) -> Iterator[tuple[float, str]]:
    outlets = len({one.item.entry.source for one in group})
    if outlets > 1:
        yield 2.0 + min(outlets, 5), f"{_COUNTS.get(outlets, outlets)} outlets agree"
    if any(one.in_headline for one in group):
        yield 3.0, "it stands in a headline"
    if figure.unit is not None:
        yield 2.0 if figure.kind is not FigureKind.COUNT or units.is_known(figure.unit) else 1.5, "its unit is named"
    dates = [when for one in group if (when := date_of(one.item.entry))]
    if newest is not None and dates and newest - max(dates) <= RECENT:
        yield 2.5, "it is of the last seven days"


_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_IN_VALUE = ("%", "‰")


def _shown(figure: Figure) -> str:
    """The value as a reader would see it: "1.2 billion", "37 %", "US$3 million", "3 million yuan"."""
    value = display(figure.value)
    if figure.unit in _IN_VALUE:
        return f"{value} {figure.unit}"
    if figure.kind is FigureKind.MONEY and figure.unit:
        return f"{value} {figure.unit}" if figure.unit[-1].isalpha() else f"{figure.unit}{value}"
    return value
