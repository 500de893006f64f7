"""Reckonings of one number and something known to all, of three and more numbers, and of two steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, permutations

from newsletter.check.operands import HUNDRED, Operand, Pool, Result, Target

_FEW = 8  # numbers of which two steps are made
_KNOWN = tuple(
    Operand(Decimal(value), words)
    for value, words in (
        ("2", "2"),
        ("3", "3"),
        ("4", "4"),
        ("7", "7 (the days of a week)"),
        ("10", "10"),
        ("12", "12 (the months of a year)"),
        ("24", "24 (the hours of a day)"),
        ("30", "30 (the days of a month)"),
        ("52", "52 (the weeks of a year)"),
        ("60", "60 (the minutes of an hour)"),
        ("100", "100"),
        ("365", "365 (the days of a year)"),
    )
)


def _terms(pool: Pool, target: Target) -> tuple[Operand, ...]:
    """What may be added up, in the order of the text."""
    return tuple(sorted(pool.shares if target.is_share else pool.alike, key=lambda one: one.origin or ()))


def lists(pool: Pool, target: Target) -> Iterator[Result]:
    """The sum of all, of all but one, and of three or more in a row."""
    terms = _terms(pool, target)
    total = sum((one.value for one in terms), Decimal(0))
    if len(terms) > 3:
        for one in terms:
            rest = tuple(each for each in terms if each is not one)
            yield Result(total - one.value, f"{_listed(rest)} together give", rest)
    for count in range(3, len(terms) + 1):
        for at in range(len(terms) - count + 1):
            row = terms[at : at + count]
            yield Result(sum((one.value for one in row), Decimal(0)), f"{_listed(row)} together give", row)


def averages(pool: Pool, target: Target) -> Iterator[Result]:
    terms = _terms(pool, target)
    for count in range(2, len(terms) + 1):
        for at in range(len(terms) - count + 1):
            row = terms[at : at + count]
            mean = sum((one.value for one in row), Decimal(0)) / count
            yield Result(mean, f"the average of {_listed(row)} is", row)


def by_known(pool: Pool, target: Target) -> Iterator[Result]:
    """What everybody knows: so many days a week; and what is left of a hundred percent."""
    if target.is_share:
        for one in pool.shares:
            yield Result(HUNDRED - one.value, f"all but {one.words} is", (one,))
        return
    for one in pool.alike:
        for known in _KNOWN:
            yield Result(one.value * known.value, f"{one.words} times {known.words} gives", (one,))
            yield Result(one.value / known.value, f"{one.words} divided by {known.words} gives", (one,))


def threes(pool: Pool, target: Target) -> Iterator[Result]:
    terms = _terms(pool, target)
    if len(terms) > 12:
        return
    for row in combinations(terms, 3):
        total = sum((one.value for one in row), Decimal(0))
        yield Result(total, f"{_listed(row)} together give", row)
        for one in row:
            others = tuple(each for each in row if each is not one)
            left = 2 * one.value - total
            yield Result(left, f"{one.words} less {_listed(others)} gives", (one, *others))
            yield Result(-left, f"{_listed(others)} together, less {one.words}, give", (*others, one))


def sums_of_shares(pool: Pool, target: Target) -> Iterator[Result]:
    """What two are of a third, what all shares leave of the whole, and of a figure what they come to."""
    if target.is_share:
        left = HUNDRED - sum((one.value for one in pool.shares), Decimal(0))
        if len(pool.shares) > 1 and left > 0:
            yield Result(left, f"all but {_listed(pool.shares)} is", pool.shares)
        if len(pool.wholes) <= 12:
            for whole in pool.wholes:
                for first, second in combinations(pool.wholes, 2):
                    if whole not in (first, second) and whole.like == first.like == second.like:
                        part = HUNDRED * (first.value + second.value) / whole.value
                        words = f"{first.words} and {second.words} of {whole.words} is"
                        yield Result(part, words, (first, second, whole))
        return
    for whole in pool.alike:
        for first, second in combinations(pool.shares, 2):
            share = first.value + second.value
            if share < HUNDRED and whole.origin not in (first.origin, second.origin):
                value, both = whole.value * share / 100, f"{first.words} and {second.words}"
                yield Result(value, f"{both} of {whole.words} is", (whole, first, second))
                value = whole.value - value
                yield Result(value, f"what {both} leave of {whole.words} is", (whole, first, second))


def two_steps(pool: Pool, target: Target) -> Iterator[Result]:
    """Two numbers put together, and a third one with what comes out."""
    alike = tuple(one for one in pool.alike if one.like == target.unit)[:_FEW]
    if len(alike) < 2:
        alike = tuple(one for one in pool.alike if one.like in ("", target.unit))[:_FEW]
    for first, second in combinations(alike, 2):
        words = f"{first.words} and {second.words} together"
        yield from _second_steps(first.value + second.value, words, (first, second), pool)
        more, less = (first, second) if first.value >= second.value else (second, first)
        words = f"{more.words} less {less.words}"
        yield from _second_steps(more.value - less.value, words, (more, less), pool)
    for one, other in permutations(alike, 2):
        for known in _KNOWN:
            words = f"{one.words} times {known.words}"
            yield Result(one.value * known.value + other.value, f"{words}, and {other.words} more, give", (one, other))
            yield Result(one.value * known.value - other.value, f"{words}, less {other.words}, gives", (one, other))
    for one in alike:
        for other in pool.factors[:_FEW]:
            if one.origin is not other.origin:
                words = f"{one.words} times {other.words}"
                yield from _second_steps(one.value * other.value, words, (one, other), pool)


def _second_steps(value: Decimal, words: str, used: tuple[Operand, ...], pool: Pool) -> Iterator[Result]:
    for third in (*pool.factors[:_FEW], *_KNOWN):
        if all(third.origin is None or third.origin is not one.origin for one in used):
            yield Result(value * third.value, f"{words}, times {third.words}, gives", (*used, third))
            yield Result(value / third.value, f"{words}, divided by {third.words}, gives", (*used, third))
    for third in pool.alike[:_FEW]:
        if all(third.origin is not one.origin for one in used):
            yield Result(value + third.value, f"{words}, and {third.words} more, gives", (*used, third))
            yield Result(value - third.value, f"{words}, less {third.words}, gives", (*used, third))


def _listed(operands: Sequence[Operand]) -> str:
    words = [one.words for one in operands]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
