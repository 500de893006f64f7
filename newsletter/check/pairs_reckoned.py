"""Reckonings of two numbers: sums, differences, products, quotients, shares of a whole and changes in percent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from newsletter.check.operands import Operand, Pool, Result, Target

_Step = Callable[[Decimal, Decimal], Decimal]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A reckoning of two numbers: the result of both, and which second number gives a result with a first one."""

    name: str
    first: str  # the pools that the numbers come from
    second: str
    result: _Step
    wanted: _Step  # of the first number and the result
    words: str
    weight: float  # how far fetched it is
    exact: bool = False
    both_ways: bool = False  # whether the order of the two changes nothing
    same_measure: bool = False


def _whole(part: Decimal) -> Decimal:
    return part or Decimal("1e-12")


_QUANTITIES = (
    *(
        Pairing(name, "alike", "alike", result, wanted, words, weight, True, name == "sum", weight == 0)
        for weight in (0, 0.8)  # of one unit, and of any
        for name, result, wanted, words in (
            ("sum", lambda a, b: a + b, lambda a, t: t - a, "{a} and {b} together give"),
            ("difference", lambda a, b: a - b, lambda a, t: a - t, "{a} less {b} gives"),
        )
    ),
    Pairing("product", "alike", "factors", lambda a, b: a * b, lambda a, t: t / a, "{a} times {b} gives", 0.2),
    Pairing("quotient", "alike", "factors", lambda a, b: a / b, lambda a, t: a / t, "{a} divided by {b} gives", 0.2),
    Pairing("part", "alike", "shares", lambda a, b: a * b / 100, lambda a, t: 100 * t / a, "{b} of {a} gives", 0),
    Pairing(
        "rest",
        "alike",
        "shares",
        lambda a, b: a * (100 - b) / 100,
        lambda a, t: 100 - 100 * t / a,
        "what {b} leaves of {a} is",
        0.3,
    ),
    Pairing(
        "grown",
        "alike",
        "shares",
        lambda a, b: a * (100 + b) / 100,
        lambda a, t: 100 * t / a - 100,
        "{a} and {b} more gives",
        0.5,
    ),
    Pairing(
        "before a rise",
        "alike",
        "shares",
        lambda a, b: 100 * a / (100 + b),
        lambda a, t: 100 * a / t - 100,
        "{a} before a rise of {b} was",
        0.5,
    ),
    Pairing(
        "before a fall",
        "alike",
        "shares",
        lambda a, b: 100 * a / _whole(100 - b),
        lambda a, t: 100 - 100 * a / t,
        "{a} before a fall of {b} was",
        0.6,
    ),
)
_COUNTS = (
    Pairing(
        "times",
        "wholes",
        "wholes",
        lambda a, b: a / b,
        lambda a, t: a / t,
        "{a} divided by {b} gives",
        0.3,
        same_measure=True,
    ),
)
_SHARES = (
    Pairing(
        "sum", "shares", "shares", lambda a, b: a + b, lambda a, t: t - a, "{a} and {b} together give", 0, True, True
    ),
    Pairing("difference", "shares", "shares", lambda a, b: a - b, lambda a, t: a - t, "{a} less {b} gives", 0, True),
    Pairing(
        "share",
        "wholes",
        "wholes",
        lambda a, b: 100 * a / b,
        lambda a, t: 100 * a / t,
        "{a} of {b} is",
        0,
        same_measure=True,
    ),
    Pairing(
        "left",
        "wholes",
        "wholes",
        lambda a, b: 100 - 100 * a / b,
        lambda a, t: 100 * a / _whole(100 - t),
        "what {a} leaves of {b} is",
        0.3,
        same_measure=True,
    ),
    Pairing(
        "rise",
        "wholes",
        "wholes",
        lambda a, b: 100 * b / a - 100,
        lambda a, t: a * (100 + t) / 100,
        "from {a} to {b} is",
        0.3,
        same_measure=True,
    ),
    Pairing(
        "of both",
        "wholes",
        "wholes",
        lambda a, b: 100 * a / (a + b),
        lambda a, t: 100 * a / t - a,
        "{a} of {a} and {b} together is",
        0.6,
        same_measure=True,
    ),
    Pairing(
        "rise by",
        "wholes",
        "wholes",
        lambda a, b: 100 * a / _whole(b - a),
        lambda a, t: a + 100 * a / t,
        "{a} more to make {b} is",
        0.8,
        same_measure=True,
    ),
    Pairing("part", "shares", "shares", lambda a, b: a * b / 100, lambda a, t: 100 * t / a, "{a} of {b} is", 0.7),
)


def pairings(target: Target) -> Iterator[Pairing]:
    """The reckonings that may give such a number."""
    if target.is_share:
        yield from _SHARES
    else:
        yield from _QUANTITIES
        if target.is_count:
            yield from _COUNTS


def of_pairs(pairing: Pairing, pools: Sequence[Pool], target: Target) -> tuple[float, Result | None]:
    """How likely a chance is, and what two numbers of a pool give; the second is found by bisection."""
    near, found, bounds = 0, None, target.bounds(pairing.exact)
    for pool in pools:
        seconds: tuple[Operand, ...] = getattr(pool, pairing.second)
        values = [one.value for one in seconds]
        for first in getattr(pool, pairing.first):
            near += _count(_places(values, pairing, first, target.near))
            if found is None:
                hits = _hits(pairing, first, seconds[_places(values, pairing, first, bounds)], bounds)
                found = next(hits, None)
    return target.chance(near // (2 if pairing.both_ways else 1), pairing.exact), found


def _places(values: Sequence[Decimal], pairing: Pairing, first: Operand, bounds: tuple[Decimal, Decimal]) -> slice:
    """Which of the sorted values give a result within bounds."""
    least, most = sorted(pairing.wanted(first.value, bound) for bound in bounds)
    return slice(bisect_left(values, least), bisect_right(values, most)) if most > 0 else slice(0, 0)


def _count(places: slice) -> int:
    return int(places.stop - places.start)


def _hits(
    pairing: Pairing, first: Operand, seconds: Iterable[Operand], bounds: tuple[Decimal, Decimal]
) -> Iterator[Result]:
    for second in seconds:
        if second.origin is first.origin or (pairing.same_measure and not _comparable(first, second)):
            continue
        if pairing.second == "factors" and first.unit and first.unit == second.unit:
            continue
        value = pairing.result(first.value, second.value)
        if bounds[0] <= value <= bounds[1]:
            yield Result(value, pairing.words.format(a=first.words, b=second.words), (first, second))


def _comparable(one: Operand, other: Operand) -> bool:
    return one.like == other.like or not (one.like and other.like)
