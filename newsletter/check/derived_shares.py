"""What a step makes of shares: the part of a figure, what is left of a hundred, the share that one is of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from newsletter.check.reckoning import Reckoning, is_told_as_change
from newsletter.check.rounding import in_unit_of
from newsletter.text.figures import Figure, FigureKind

HUNDRED = Decimal(100)
_TERMS = 8  # of more percents what is left is a chance


def rest(figures: Sequence[Figure]) -> Iterator[Decimal]:
    """What is left of a hundred percent, and of several shares of it."""
    percents = [abs(one.value) for one in figures if one.unit == "%" and abs(one.value) < HUNDRED]
    yield from (HUNDRED - one for one in percents)
    if 1 < len(percents) <= _TERMS and (left := HUNDRED - sum(percents)) > 0:
        yield left


def parts(claim: Figure, figures: Sequence[Figure], shares: Sequence[Decimal], same: bool) -> Iterator[Decimal]:
    """ "Sixty yuan" where the source says that students pay half of 120."""
    for figure in figures:
        value = in_unit_of(claim, figure, same)
        if figure.kind is not FigureKind.PERCENT and value is not None:
            yield from (abs(value) * share / HUNDRED for share in shares)


def rates(figures: Sequence[tuple[Figure, str]]) -> Iterator[Decimal]:
    """By what part something changed, of which the source says by how much: 31 less than before, and now 212."""
    for at, (change, sentence) in enumerate(figures):
        if change.kind is FigureKind.PERCENT or not is_told_as_change(change, sentence):
            continue
        for base, other in (*figures[:at][-1:], *figures[at + 1 :][:1]):
            amount, now = abs(change.value), abs(base.value)
            if other is sentence and base.kind is not FigureKind.PERCENT and amount < now:
                yield from (part / whole * HUNDRED for part, whole in ((amount, now + amount), (amount, now - amount)))


def ratios(claim: Figure, figures: Sequence[Figure], told: Reckoning, same: bool) -> Iterator[Decimal]:
    for first, second in combinations(figures, 2):
        if _may_be_set_off(first, second, figures) and in_unit_of(first, second, same) is not None:
            yield from _ratio(claim, abs(first.value), abs(in_unit_of(first, second, same) or second.value), told)


def _may_be_set_off(one: Figure, other: Figure, figures: Sequence[Figure]) -> bool:
    """Whether a ratio of the two may be meant: of sums of money, of counts; of percents, if there are no others."""
    percents = FigureKind.PERCENT in (one.kind, other.kind)
    return (one.kind is FigureKind.MONEY) is (other.kind is FigureKind.MONEY) and (not percents or len(figures) == 2)


def _ratio(claim: Figure, one: Decimal, other: Decimal, told: Reckoning) -> Iterator[Decimal]:
    less, more = min(one, other), max(one, other)
    if not less:
        return
    if claim.kind is not FigureKind.PERCENT:
        yield more / less
        return
    if told.shares or not told.differences:
        yield less / more * HUNDRED  # the part
    if told.differences:
        yield (more - less) / more * HUNDRED  # the fall
        yield (more - less) / less * HUNDRED  # the rise
