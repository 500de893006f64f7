"""What one simple step makes of the figures of a source: a sum, a difference, a ratio, a part, the days between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from newsletter.check.rounding import Claimed, Hedge, in_unit_of, stands_for
from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind

FEW = 6  # with more figures in one sentence, some pair of them would make any number
SMALL = 3  # what is no more is the count of anybody and everything, and is not reckoned with
_HUNDRED = Decimal(100)
_SUM = re.compile(
    r"\b(?:in\sall|all\stold|totals?|together|altogether|combined|overall|sum)\b|共|合计|总计", re.IGNORECASE
)
_DIFFERENCE = re.compile(
    r"\b(?:more|less|fewer|apart|rose|risen|rise|rises|fell|fallen|fall|falls|grew|grown|grow|up|down|cut|cuts|gap"
    r"|difference|higher|lower|older|younger|longer|shorter|extra|additional|another|others?|rest|left|remain\w*|lost|loses?|gone|gain\w*"
    r"|drop\w*|add\w*|increase\w*|decrease\w*|jump\w*|climb\w*|shrank|shrunk|ahead|behind|wider|narrower|restor\w+|new)\b"
    r"|增|减|減|多|少|升|降|涨|漲|跌|差|余|餘|添|加|剩|另",
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
    told = _without(around, claim)
    sums, differences = _SUM.search(told), _DIFFERENCE.search(told)
    if sums and len(alike) > 2:
        yield sum((value for value, _ in alike), Decimal(0))
    for (one, unit), (other, another) in combinations(alike, 2):
        itself = abs(claim.value) in (one, other)  # a million less 120 is not how one comes to "fewer than a million"
        if not itself and _may_be_one(claim.unit, unit, another):
            if sums:
                yield one + other
            if differences:
                yield abs(one - other)
    if claim.kind is FigureKind.PERCENT or claim.unit == "times":
        for first, second in combinations(figures, 2):
            if _may_be_set_off(first, second, figures) and in_unit_of(first, second, same_language) is not None:
                yield from _ratios(claim, abs(first.value), abs(second.value), bool(differences))
    elif len(figures) <= _FEWEST:
        yield from _parts(claim, figures, same_language)


_FEWEST = 3  # figures among which a part of one is taken: more give a part of anything


def _may_be_set_off(one: Figure, other: Figure, figures: Sequence[Figure]) -> bool:
    """Whether a ratio of the two may be meant: of sums of money, of counts; of percents, if there are no others."""
    percents = FigureKind.PERCENT in (one.kind, other.kind)
    return (one.kind is FigureKind.MONEY) is (other.kind is FigureKind.MONEY) and (not percents or len(figures) == 2)


def _without(around: str, claim: Figure) -> str:
    """Our sentence without the figure and the words of its exactness: "fewer than a million" tells no difference."""
    hedge = r"(?:(?:more|greater|higher|less|fewer|lower)\s+than\s+(?:the\s+)?|up\s+to\s+)?"
    return re.sub(rf"{hedge}{re.escape(claim.shown)}", " ", around, flags=re.IGNORECASE)


def _may_be_one(ours: str | None, one: str | None, other: str | None) -> bool:
    """Whether two figures measure the same; one without a unit may be kilograms where our own figure is."""
    if one is None or other is None:
        named = one or other
        return named is None or named == ours or not units.is_measure(named)
    return one == other


def _parts(claim: Figure, figures: Sequence[Figure], same_language: bool) -> Iterator[Decimal]:
    """ "Sixty yuan" where the source says that students pay half of 120."""
    shares = [one.value for one in figures if one.kind is FigureKind.PERCENT and 0 < one.value < _HUNDRED]
    for figure in figures:
        value = in_unit_of(claim, figure, same_language)
        if figure.kind is not FigureKind.PERCENT and value is not None:
            yield from (abs(value) * share / _HUNDRED for share in shares)


def _ratios(claim: Figure, one: Decimal, other: Decimal, changed: bool) -> Iterator[Decimal]:
    less, more = min(one, other), max(one, other)
    if not less:
        return
    if claim.kind is not FigureKind.PERCENT:
        yield more / less
        return
    yield less / more * _HUNDRED  # the part
    if changed:
        yield (more - less) / more * _HUNDRED  # the fall
        yield (more - less) / less * _HUNDRED  # the rise


_EACH = re.compile(r"\b(?:each|both|apiece|either)\b|各", re.IGNORECASE)
_DOZEN = 12


def is_multiple(claim: Claimed, ours: Iterable[Figure], figures: Iterable[Figure], sentence: str, same: bool) -> bool:
    """Whether a source's sentence says so much of each, and our own says of how many: "two countries share 280"."""
    if not _EACH.search(sentence):
        return False
    counts = [abs(one.value) for one in ours if 1 < abs(one.value) <= _DOZEN and one.kind is not FigureKind.PERCENT]
    values = [abs(value) for one in figures if (value := in_unit_of(claim.figure, one, same)) is not None]
    return any(stands_for(claim, value * many) for value in values for many in counts if value > SMALL)


_OTHERS = re.compile(
    r"(?:\s[\w-]+)?\s(?:others?|rivals?|competitors?|neighbours?|neighbors?|peers|colleagues|companions|siblings|brothers|sisters)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:other|remaining)\s$", re.IGNORECASE)


def is_all_but_one(claim: Claimed, text: str, figures: Iterable[Figure]) -> bool:
    """Whether it counts the others of a group that the source counts whole: "its five rivals" of the largest of six."""
    figure = claim.figure
    if not SMALL < figure.value <= _DOZEN or figure.kind not in (FigureKind.COUNT, FigureKind.BARE):
        return False
    told = _OTHERS.match(text, figure.end) or _OTHER.search(text, 0, figure.start)
    counts = (FigureKind.COUNT, FigureKind.BARE)
    return bool(told) and any(one.value == figure.value + 1 for one in figures if one.kind in counts)


def is_laid_open(claim: Claimed, around: str, ours: Sequence[Figure], figures: Sequence[Figure], same: bool) -> bool:
    """Whether a reader could reckon it: the sum or difference of two figures of the source that our text gives itself.

    Of one that it gives, and another of the source, only the difference, where our sentence tells one: "A sold
    150,000 tonnes, B the other 110,000".
    """
    value = abs(claim.figure.value)
    if value <= _ONCE or claim.figure.kind is FigureKind.PERCENT:
        return False
    given = {abs(one.value) for one in ours if one != claim.figure}
    known = {abs(other) for one in figures if (other := in_unit_of(claim.figure, one, same)) is not None}
    known = {one for one in known if one > SMALL}
    if any(one + value in known & given for one in known & given) or any(
        value - one in known & given for one in known & given
    ):
        return True
    near = {abs(one.value) for one in ours if one != claim.figure and around.find(one.shown) >= 0} & known
    return bool(_DIFFERENCE.search(_without(around, claim.figure))) and any(one + value in known for one in near)


_ONCE = 20  # two figures of a whole text that differ by no more do so by chance


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
    if claim.hedge in (Hedge.ABOVE, Hedge.BELOW, Hedge.NEARLY):
        return any(stands_for(claim, days / unit) for days in (least, most))
    value = abs(claim.figure.value) * unit
    if unit == 1:
        return least <= value <= most + 1  # the first day counts or does not
    return least - unit / 2 <= value <= most + unit / 2
