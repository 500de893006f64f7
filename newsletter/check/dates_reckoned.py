"""A time that no item names and that follows from what they name: told as a note, with the reckoning in words."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.check.cited import Said
from newsletter.check.dates_agree import Claim, Named, Times
from newsletter.check.days import told_span
from newsletter.check.figures_said import figures_in
from newsletter.model.finding import Beside
from newsletter.text.datings import Span
from newsletter.text.figures import Figure
from newsletter.text.loose_times import loose_times
from newsletter.text.numberwords import display

_CHANCE = 0.5  # of all cases: beyond, so many times follow from an item that any time would
_IN_DAYS = {"days": 1, "nights": 1, "weeks": 7, "fortnights": 14}
_IN_MONTHS = {
    "summers": 12,
    "winters": 12,
    "springs": 12,
    "autumns": 12,
    "seasons": 12,
    "months": 1,
    "quarters": 3,
    "years": 12,
    "decades": 120,
    "centuries": 1200,
}
_MANY = 40  # times and lengths of time of one item, together


@dataclass(frozen=True, slots=True)
class Follows:
    """A time that follows from an item, and how."""

    span: Span
    words: str  # "18 months after February 2027 is August 2028"
    beside: tuple[Beside, ...]
    is_loose: bool = False  # so that ours may lie in it
    is_counted: bool = False  # by days, of which the first may count or not


@dataclass(frozen=True, slots=True)
class _Length:
    figure: Figure
    sentence: str
    months: int
    days: int

    @property
    def words(self) -> str:
        value, unit = abs(self.figure.value), self.figure.unit or ""
        return f"{display(value)} {unit.removesuffix('s') if value == 1 else unit}"


class Ways:
    """The ways in which times follow from items: gone once, since every claim asks for all of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[Follows, ...]] = {}

    def of(self, item: Times) -> Iterator[tuple[Follows, ...]]:
        """The times that follow from an item, the nearest way first."""
        for number, following in enumerate((_meant_otherwise, _in_the_sentence, _from_its_day, _in_the_item)):
            key = item.said.id, number
            if key not in self._known:
                self._known[key] = tuple(following(item.said, item.named))
            yield self._known[key]


def how_dated(claim: Claim, items: Sequence[Times], ways: Ways) -> Follows | None:
    """How the claimed time follows from the items: the nearest way that is no chance; None where none is."""
    spent = 0.0
    for following in zip(*map(ways.of, items), strict=True):
        times: list[Follows] = [time for one in following for time in one]
        chance = _chance(claim, times)
        if spent + chance > _CHANCE:
            continue
        spent += chance
        for time in times:
            if any(_is_it(time, our) for our in claim.spans):
                return time
    return None


def _is_it(time: Follows, ours: Span) -> bool:
    """Whether it is the same time, or lies in it; where days were counted it may be the day beside."""
    theirs = time.span
    if time.is_counted and ours[0] == ours[1] and theirs[0] == theirs[1]:
        return abs((theirs[0] - ours[0]).days) <= 1
    if time.is_loose and theirs[0] <= ours[0] and ours[1] <= theirs[1]:
        return True
    if (theirs[1] - theirs[0]).days > (ours[1] - ours[0]).days:
        return False
    return ours[0] <= theirs[0] and theirs[1] <= ours[1]


def _chance(claim: Claim, times: Sequence[Follows]) -> float:
    """How often a time as exact as this one would follow from the items by chance."""
    if not claim.spans:
        return 0.0
    first, last = claim.spans[0]
    length = (last - first).days + 1
    around = min(max(length * 10, 120), 20 * 366)
    near = {time.span for time in times if any(abs((time.span[0] - our[0]).days) <= around for our in claim.spans)}
    return len(near) * (length + (2 if length == 1 else 0)) / (2 * around)


_WEEK = timedelta(weeks=1)
_NEXT = re.compile(r"\b(?:next|following|week\s(?:from|after)|coming)\s(?:\w+\s)?$|下$", re.IGNORECASE)
_LAST = re.compile(r"\b(?:last|previous|past|week\sbefore)\s$|上$", re.IGNORECASE)


def _meant_otherwise(said: Said, named: Sequence[Named]) -> Iterator[Follows]:
    """Another day that a weekday, or a date without its year, may mean; the first and last month of a quarter; and
    what is told loosely: "early next year"."""
    for one in named:
        if one.is_implied or one.dating.counted is not None:
            continue
        words, before = one.sentence[one.dating.start : one.dating.end], one.sentence[: one.dating.start]
        beside = (one.said.beside(one.sentence, one.dating.start, one.dating.end),)
        spans = [span for span in one.dating.spans(said.evidence.cited.published) if span not in one.spans]
        if one.dating.is_weekday:
            spans += [(first + _WEEK, last + _WEEK) for first, last in one.spans if _NEXT.search(before)]
            spans += [(first - _WEEK, last - _WEEK) for first, last in one.spans if _LAST.search(before)]
        if one.dating.part or one.dating.last_month:
            spans += [edge for span in one.spans for edge in _edges(span)]
        for span in spans:
            yield Follows(span, f"“{words}” there may be {told_span(span)}", beside)
    for sentence in (sentence for paragraph in said.sentences for sentence in paragraph):
        for start, end, span in loose_times(sentence, said.evidence.cited.published):
            words = f"“{sentence[start:end]}” there may be {told_span(span)}"
            yield Follows(span, words, (said.beside(sentence, start, end),), is_loose=True)


def _edges(span: Span) -> Iterator[Span]:
    """The first and the last month of a part of the year."""
    first, last = span
    if first.month != last.month:
        yield first, first.replace(day=monthrange(first.year, first.month)[1])
        yield last.replace(day=1), last


def _in_the_sentence(said: Said, named: Sequence[Named]) -> Iterator[Follows]:
    """So long after or before a time of the same sentence; once where the item repeats the sentence."""
    beside: dict[str, dict[Span, None]] = {}
    for one in named:
        beside.setdefault(one.sentence, {}).update(dict.fromkeys(one.spans))
    for length in {(one.sentence, one.figure.start, one.months, one.days): one for one in _lengths(said)}.values():
        for span in beside.get(length.sentence, ()):
            yield from _shifted(said, span, None, length)


_AHEAD = re.compile(
    r"\b(?:in|within|after|next|coming)\s(?:the\s|about\s|some\s|next\s)*$"
    r"|(?:再|未来|今后)$",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:for|past|last|in|within|over)\s(?:the\s|about\s|some\s|past\s|last\s)*$", re.IGNORECASE)
_SINCE = re.compile(r"\s?\w*\s?(?:ago|earlier|before|old|running)\b|前", re.IGNORECASE)


def _from_its_day(said: Said, _: Sequence[Named]) -> Iterator[Follows]:
    """So long after the day on which it was published, or before it, as the words beside the length of time say."""
    if day := said.evidence.cited.published:
        for length in _lengths(said):
            figure, sentence = length.figure, length.sentence
            before = sentence[: figure.start]
            sides = [1] if _AHEAD.search(before) else []
            if _SINCE.match(sentence, figure.end) or _PAST.search(before):
                sides.append(-1)
            yield from _shifted(said, (day, day), None, length, sides)


def _in_the_item(said: Said, named: Sequence[Named]) -> Iterator[Follows]:
    """So long after or before any time of the item."""
    lengths = [*_lengths(said)]
    if len(lengths) + len(named) > _MANY:
        return
    for length in lengths:
        for one in named:
            if one.sentence != length.sentence and one.meant is not None:
                yield from _shifted(said, one.meant, one, length)


def _lengths(said: Said) -> Iterator[_Length]:
    for sentence in (sentence for paragraph in said.sentences for sentence in paragraph):
        for figure in figures_in(sentence, said.entry.language):
            months, days = _IN_MONTHS.get(figure.unit or ""), _IN_DAYS.get(figure.unit or "")
            if months and figure.value and (figure.value * months) % 1 == 0:
                yield _Length(figure, sentence, int(abs(figure.value) * months), 0)
            elif days and figure.value and (figure.value * days) % 1 == 0:
                yield _Length(figure, sentence, 0, int(abs(figure.value) * days))


def _shifted(
    said: Said, base: Span, one: Named | None, length: _Length, sides: Sequence[int] = (1, -1)
) -> Iterator[Follows]:
    for sign in sides:
        side = "after" if sign > 0 else "before"
        try:
            first = _moved(base[0], sign * length.months, sign * length.days)
            last = _moved(base[1], sign * length.months, sign * length.days)
        except (ValueError, OverflowError):  # beyond the calendar
            continue
        if length.months and (base[1] - base[0]).days > 26:  # whole months stay whole
            last = last.replace(day=monthrange(last.year, last.month)[1])
        words = f"{length.words} {side} {told_span(base)} is {told_span((first, last))}"
        beside = [said.beside(length.sentence, length.figure.start, length.figure.end)]
        if one is not None and one.sentence != length.sentence:
            beside.insert(0, said.beside(one.sentence, one.dating.start, one.dating.end))
        yield Follows((first, last), words, tuple(beside), is_counted=length.days > 0)


def _moved(day: date, months: int, days: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1])) + timedelta(days=days)
