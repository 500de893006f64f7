"""What a step makes of the figures of a source: sums, differences, products, shares, and what a change comes from.

A step counts where our sentence tells it ("in all", "faster", "a day"), or the source does ("four fewer than"), and
where so few figures lie near each other that it is no chance: see chance.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import combinations

from newsletter.check.chance import is_met
from newsletter.check.derived_shares import HUNDRED, parts, rates, ratios, rest
from newsletter.check.reckoning import NEAR, Reckoning, is_of_two, is_rate, is_told_as_change, multiples_told, periods
from newsletter.check.rounding import Claimed, in_unit_of
from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind

SMALL = 3  # what is no more is the count of anybody and everything, and is not reckoned with
_TERMS = 8  # up to so many figures of a passage, three of them make a sum
_MANY = 40  # figures beyond which a passage would make any number
_MOST = 200  # the same with those so small that they make none by themselves


class Reach(Enum):
    """How far apart the figures of a passage stand: the farther, the less a step may be a chance."""

    SENTENCE = 0.5
    PARAGRAPH = 0.25
    ITEM = 0.2  # figures of one unit


@dataclass(frozen=True)
class Passage:
    """Figures that a source gives together, each with the sentence it stands in."""

    figures: tuple[tuple[Figure, str], ...]
    reach: Reach

    @property
    def bare(self) -> tuple[Figure, ...]:
        """The figures alone."""
        return tuple(figure for figure, _ in self.figures)

    @cached_property
    def changes(self) -> tuple[tuple[Figure, Figure], ...]:
        """Each figure that the source says to change, and by how much.

        It stands in the sentence that says so; in the one before only where there is none.
        """
        return tuple(_changes_in(self.figures))

    @cached_property
    def multiplied(self) -> tuple[tuple[Figure, tuple[int, ...]], ...]:
        """The figures in whose sentence the source says how many times something was or will be as much."""
        told = ((one, multiples_told(sentence)) for one, sentence in self.figures)
        return tuple((one, times) for one, times in told if times)


_POINTS = 0.2
_RARELY = 0.08
_UNTOLD = 0.4  # what counts where our sentence says nothing of a step, of what counts where it does


def is_derived(claim: Claimed, told: Reckoning, passage: Passage, same_language: bool) -> bool:
    """Whether one step makes the claim of the figures of a passage; `told` is what our own sentence says of it."""
    rounded = replace(claim, last=max(claim.last, claim.significant))
    for name, weight, values in steps(claim.figure, told, passage, same_language):
        if weight > 0 and (made := tuple(values)):
            most = passage.reach.value * weight
            if is_met(claim, made, most) or (name in _DIVIDED and is_met(rounded, made, most)):
                return True
    return False


_DIVIDED = ("quotient", "part", "remainder", "change")  # what comes out uneven, and is rounded without a word for it


Step = tuple[str, float, Iterator[Decimal]]


def steps(claim: Figure, told: Reckoning, passage: Passage, same: bool) -> Iterator[Step]:
    """The steps that may make a figure: the name of each, how well it is told, and the values it makes."""
    known = [one for one in passage.bare if abs(one.value) > SMALL or one.kind is FigureKind.PERCENT]
    if not passage.figures or len(known) > _MANY:
        return
    yield "sum", told.sums, _sums(claim, known, same)
    points = _POINTS if claim.unit == "%" else 1  # percents differ by points
    some = told.shares * _UNTOLD if passage.reach is Reach.SENTENCE else 0  # "39 of the concerts" are not abroad
    yield "difference", max(told.differences, told.rest, some) * points, _differences(claim, known, same)
    if claim.kind is FigureKind.PERCENT and not ("%" in claim.shown or "cent" in claim.shown.lower()):
        told = replace(told, shares=NEAR)  # "a third" tells itself that it is a part
    if claim.kind is FigureKind.PERCENT or claim.unit == "times":
        yield "ratio", min(NEAR, max(told.shares, told.differences, _UNTOLD)), ratios(claim, known, told, same)
    if passage.reach is not Reach.ITEM and len(passage.figures) <= _MOST:
        yield "change", _UNTOLD, _changes(claim, passage, same)
        yield "product", max(told.each, told.sums, _UNTOLD), _products(claim, told, passage, same)
        yield "quotient", told.each, _quotients(claim, passage, same)
        if claim.kind is FigureKind.PERCENT:
            yield "rest", max(told.rest, _RARELY), rest(known)
            yield "rate", max(told.differences, _UNTOLD), rates(passage.figures)
        elif told.shares or passage.reach is Reach.SENTENCE:
            shares = [one.value for one in known if one.kind is FigureKind.PERCENT and 0 < one.value < HUNDRED]
            if told.sums:
                shares += [one + other for one, other in combinations(shares, 2) if one + other < HUNDRED]
            yield "part", NEAR if passage.reach is Reach.SENTENCE else told.shares, parts(claim, known, shares, same)
            left = [HUNDRED - share for share in shares]
            yield "remainder", max(told.rest, _UNTOLD), parts(claim, known, left, same)


def _alike(claim: Figure, figures: Iterable[Figure], same: bool) -> list[tuple[Decimal, str | None]]:
    """The figures that measure what the claim measures, in its unit."""
    return [(abs(value), one.unit) for one in figures if (value := _value(claim, one, same)) is not None]


def _value(claim: Figure, other: Figure, same: bool) -> Decimal | None:
    """Points are what percents differ by: "eight points less" of 37 and 29 percent."""
    if claim.unit in ("points", "percentage points") and other.kind is FigureKind.PERCENT:
        return other.value
    return in_unit_of(claim, other, same)


def _sums(claim: Figure, figures: Sequence[Figure], same: bool) -> Iterator[Decimal]:
    alike = _alike(claim, figures, same)
    for (one, unit), (other, another) in combinations(alike, 2):
        if not _is_itself(claim, one, other) and _may_be_added(claim.unit, unit, another):
            yield one + other
    if 2 < len(alike) <= _TERMS:
        for terms in combinations(alike, 3):
            if all(_may_be_added(claim.unit, one, other) for (_, one), (_, other) in combinations(terms, 2)):
                yield sum((value for value, _ in terms), Decimal(0))
    if len(alike) > 3:
        for upto in range(4, len(alike) + 1):
            yield sum((value for value, _ in alike[:upto]), Decimal(0))
            yield sum((value for value, _ in alike[-upto:]), Decimal(0))


def _differences(claim: Figure, figures: Sequence[Figure], same: bool) -> Iterator[Decimal]:
    alike = _alike(claim, figures, same)
    for (one, unit), (other, another) in combinations(alike, 2):
        if not _is_itself(claim, one, other) and _may_be_one(claim.unit, unit, another):
            yield abs(one - other)


def _is_itself(claim: Figure, one: Decimal, other: Decimal) -> bool:
    """A million less 120 is not how one comes to "fewer than a million"."""
    return abs(claim.value) in (one, other)


def _may_be_one(ours: str | None, one: str | None, other: str | None) -> bool:
    """Whether two figures measure the same; one without a unit may be kilograms where our own figure is."""
    if one is None or other is None:
        named = one or other
        return named is None or named == ours or not units.is_measure(named)
    return one == other or (units.is_measure(one) and units.is_measure(other))


def _may_be_added(ours: str | None, one: str | None, other: str | None) -> bool:
    """So may what is counted by different words: 12 cranes and 9 lifts are 21 machines."""
    if one is not None and other is not None and not units.is_measure(one) and not units.is_measure(other):
        return True
    return _may_be_one(ours, one, other)


def _changes(claim: Figure, passage: Passage, same: bool) -> Iterator[Decimal]:
    """What a figure was, or is to be, where the source says by how much it changes or differs, or how many times."""
    for base, change in passage.changes:
        yield from _changed(claim, base, change, same)
    for base, factors in passage.multiplied:
        value = _value(claim, base, same)
        if value is not None and base.kind is not FigureKind.PERCENT and abs(value) > SMALL:
            for factor in factors:
                yield from (abs(value) * factor, abs(value) / factor)


def _changes_in(figures: Sequence[tuple[Figure, str]]) -> Iterator[tuple[Figure, Figure]]:
    for at, (change, sentence) in enumerate(figures):
        if is_told_as_change(change, sentence):
            before, after = figures[max(0, at - 1) : at], figures[at + 1 : at + 2]
            beside = [one for one, other in (*before, *after) if other is sentence] or [one for one, _ in before]
            yield from ((base, change) for base in beside)


def _changed(claim: Figure, base: Figure, change: Figure, same: bool) -> Iterator[Decimal]:
    value = _value(claim, base, same)
    if value is None:
        return
    value = abs(value)
    if change.kind is FigureKind.PERCENT and base.kind is not FigureKind.PERCENT:
        part = abs(change.value) / HUNDRED
        yield from (value * (1 + part), value / (1 + part))
        if part < 1:
            yield from (value * (1 - part), value / (1 - part))
    elif (amount := _amount(claim, base, change, same)) is not None:
        yield from (value + amount, abs(value - amount))


def _amount(claim: Figure, base: Figure, change: Figure, same: bool) -> Decimal | None:
    """A change in the claim's unit; without a unit of its own it has that of what it changes."""
    if change.unit is None or change.unit == "points":
        value = in_unit_of(base, change, same)
        return None if value is None else abs(value)
    if base.kind is FigureKind.PERCENT or change.kind is FigureKind.PERCENT:
        return abs(change.value) if base.kind is change.kind else None
    if base.unit is not None and base.unit != change.unit and in_unit_of(base, change, same) is None:
        return None
    value = in_unit_of(claim, change, same)
    return None if value is None else abs(value)


def _products(claim: Figure, told: Reckoning, passage: Passage, same: bool) -> Iterator[Decimal]:
    """Of so much each and so many; what falls to each; what two of them come to, and a year of what is a day's."""
    for one, sentence in passage.figures:
        value = in_unit_of(claim, one, same)
        if value is None or one.kind is FigureKind.PERCENT or claim.kind is FigureKind.PERCENT:
            continue
        value = abs(value)
        rate = is_rate(sentence, one)
        if told.twofold or is_of_two(sentence, one):
            yield from (value * 2, value / 2)
        if rate and told.periods:
            yield from (value * ours / theirs for ours in told.periods for theirs in periods(sentence, one))
        for other in passage.bare:
            many = abs(other.value)
            if other is one or other.kind not in (FigureKind.COUNT, FigureKind.BARE) or many <= 1:
                continue
            if rate and not (_is_firm(one) and one.unit == other.unit):
                yield value * many


def _quotients(claim: Figure, passage: Passage, same: bool) -> Iterator[Decimal]:
    """What falls to each."""
    for one in passage.bare:
        value = in_unit_of(claim, one, same)
        if value is None or FigureKind.PERCENT in (one.kind, claim.kind):
            continue
        for other in passage.bare:
            many = abs(other.value)
            if other is not one and other.kind in (FigureKind.COUNT, FigureKind.BARE) and 1 < many < abs(value):
                yield abs(value) / many


def _is_firm(figure: Figure) -> bool:
    return figure.unit is not None and units.is_measure(figure.unit)
