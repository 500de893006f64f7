"""Numbers that items give without a figure: the time between their moments, and how many a sentence names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations

from newsletter.check.counted import listed
from newsletter.check.days import told_day
from newsletter.check.figures_said import Facts, Moment
from newsletter.check.operands import Operand, Result
from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind
from newsletter.text.names import find_names

_DOZEN = 12
_MANY = 14  # moments of all items, beyond which some of them lie any time apart
_DAYS = {"days": Decimal(1), "nights": Decimal(1), "weeks": Decimal(7), "months": Decimal("30.44")}
_YEARS = {"years": 1, "decades": 10, "centuries": 100}


def times_between(claim: Figure, here: Sequence[Facts], today: date) -> Iterator[Result]:
    """How far the moments of the items lie apart, and from our own day, in the claim's unit or in years."""
    moments = {(one.span, one.words): (at, one) for at, facts in enumerate(here) for one in facts.moments}
    if len(moments) > _MANY or claim.kind in (FigureKind.PERCENT, FigureKind.MONEY):
        return
    known = [*moments.values(), (-1, Moment((today, today), "the day of this issue", "", 0, 0, (-1, -1)))]
    for (first_item, first), (second_item, second) in combinations(known, 2):
        early, late = sorted((first, second), key=lambda one: one.span)
        used = tuple(
            Operand(Decimal(1), one.words, (at, *one.place, -1))
            for at, one in ((first_item, first), (second_item, second))
            if at >= 0
        )
        words = f"from {_told(early)} to {_told(late)} are"
        for value in _apart(claim, early, late):
            yield Result(value, words, used)


def _told(moment: Moment) -> str:
    is_day = moment.span[0] == moment.span[1] and moment.sentence
    return told_day(moment.span[0]) if is_day else moment.words


def _apart(claim: Figure, early: Moment, late: Moment) -> Iterator[Decimal]:
    unit = claim.unit
    if unit in _DAYS:
        if early.span[0] == early.span[1] and late.span[0] == late.span[1]:
            yield (late.span[0] - early.span[0]).days / _DAYS[unit]
        return
    if unit is None or unit in _YEARS or not units.is_known(unit):
        years = late.span[1].year - early.span[0].year
        if years:
            yield Decimal(years) / _YEARS.get(unit or "", 1)


def counts(claim: Figure, here: Sequence[Facts]) -> Iterator[Result]:
    """How many a sentence names: members of a list, names, figures of one unit, days and years; lines of a text."""
    in_words = not any(sign.isdigit() for sign in claim.shown)
    is_time = claim.unit in _DAYS or claim.unit in _YEARS
    if claim.kind not in (FigureKind.COUNT, FigureKind.BARE) or is_time or not (in_words and 1 < claim.value <= _DOZEN):
        return
    for at, facts in enumerate(here):
        for number, paragraph in enumerate(facts.paragraphs):
            for line, (sentence, figures) in enumerate(paragraph):
                used = (Operand(Decimal(1), "", (at, number, line, -1)),)
                for many in listed(sentence):
                    yield Result(Decimal(many), "the members of a list are", used)
                alike = [one.unit for one in figures]
                for unit in dict.fromkeys(alike):
                    yield Result(Decimal(alike.count(unit)), "the figures of a sentence are", used)
                names = len(set(find_names(sentence, facts.said.entry.language)))
                yield Result(Decimal(names), "the names of a sentence are", used)
                days = sum(one.place == (number, line) for one in facts.moments)
                yield Result(Decimal(days), "the times of a sentence are", used)
