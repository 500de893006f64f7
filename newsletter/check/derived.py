"""What one simple step makes of the figures of a source: a sum, a difference, a ratio, the time between two days."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from newsletter.check.rounding import Claimed, in_unit_of, stands_for
from newsletter.text.figures import Figure, FigureKind

FEW = 6  # with more figures in one sentence, some pair of them would make any number
SMALL = 3  # what is no more is the count of anybody and everything, and is not reckoned with
_HUNDRED = Decimal(100)
_SUM = re.compile(
    r"\b(?:in\sall|all\stold|totals?|together|altogether|combined|overall|sum)\b|共|合计|总计", re.IGNORECASE
)
_DIFFERENCE = re.compile(
    r"\b(?:more|less|fewer|apart|rose|risen|rise|rises|fell|fallen|fall|falls|grew|grown|grow|up|down|cut|cuts|gap"
    r"|difference|higher|lower|older|younger|longer|shorter|extra|additional|another|others?|rest|left|remain\w*|lost|gain\w*"
    r"|drop\w*|add\w*|increase\w*|decrease\w*|jump\w*|climb\w*|shrank|shrunk|ahead|behind|wider|narrower|restor\w+|new)\b"
    r"|增|减|多|少|升|降|涨|跌|差|余",
    re.IGNORECASE,
)


def is_derived(claim: Claimed, around: str, figures: Sequence[Figure], same_language: bool) -> bool:
    """Whether one step makes the claim of the figures of one sentence or short paragraph.

    `around` is our own sentence: a sum or a difference must be told as one there ("in all", "more", "fell by").
    """
    known = [one for one in figures if abs(one.value) > SMALL or one.kind is FigureKind.PERCENT]
    if not 2 <= len(known) <= FEW:
        return False
    return any(stands_for(claim, value) for value in _steps(claim.figure, around, known, same_language))


def _steps(claim: Figure, around: str, figures: Sequence[Figure], same_language: bool) -> Iterator[Decimal]:
    alike = [(abs(value), one.unit) for one in figures if (value := in_unit_of(claim, one, same_language)) is not None]
    sums, differences = _SUM.search(around), _DIFFERENCE.search(around)
    if sums and len(alike) > 2:
        yield sum((value for value, _ in alike), Decimal(0))
    for (one, unit), (other, another) in combinations(alike, 2):
        if unit is None or another is None or unit == another:
            if sums:
                yield one + other
            if differences:
                yield abs(one - other)
    if claim.kind is FigureKind.PERCENT or claim.unit == "times":
        for first, second in combinations(figures, 2):
            if in_unit_of(first, second, same_language) is not None:
                yield from _ratios(claim, abs(first.value), abs(second.value))


def _ratios(claim: Figure, one: Decimal, other: Decimal) -> Iterator[Decimal]:
    less, more = min(one, other), max(one, other)
    if not less:
        return
    if claim.kind is not FigureKind.PERCENT:
        yield more / less
        return
    yield less / more * _HUNDRED  # the part
    yield (more - less) / more * _HUNDRED  # the fall
    yield (more - less) / less * _HUNDRED  # the rise


_DAYS = {"days": Decimal(1), "weeks": Decimal(7), "months": Decimal("30.44"), "years": Decimal("365.25")}
_DAYS["decades"] = _DAYS["years"] * 10
_EXACT = {"days": 1, "weeks": 7, "months": 31, "years": 366, "decades": 366}  # so many days a span may leave open


def is_time_between(claim: Claimed, named: Sequence[tuple[date, date]], known: Iterable[date]) -> bool:
    """Whether the claim is the time between two days: one that a source names, and another such, or a known one.

    `named` are spans, for a source may name a month or a year only; the days of a range count both of its ends.
    """
    name = claim.figure.unit or ""
    if name not in _DAYS:
        return False
    unit, exact = _DAYS[name], _EXACT[name]
    spans = tuple(span for span in dict.fromkeys(named) if (span[1] - span[0]).days < exact)
    if unit == 1:  # "from 21 to 24 November" are four days
        ranges = [(last - first).days + 1 for first, last in named if first.month == last.month and first < last]
        if any(stands_for(claim, Decimal(days)) for days in ranges if days < 28):
            return True
    pairs = (*combinations(spans, 2), *((one, (day, day)) for one in spans for day in known))
    return any(_between(claim, one, other, unit) for one, other in pairs)


def _between(claim: Claimed, one: tuple[date, date], other: tuple[date, date], unit: Decimal) -> bool:
    (first, first_last), (second, second_last) = sorted((one, other))
    least, most = (second - first_last).days, (second_last - first).days
    if least < 0:
        return False
    value = abs(claim.figure.value) * unit
    if unit == 1:
        return least <= value <= most + 1  # the first day counts or does not
    return least - unit / 2 <= value <= most + unit / 2
