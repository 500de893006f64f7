"""Which simple reckoning over given numbers makes a number: pure arithmetic, with words for what was done.

Many numbers give many results, and among enough results any number is found. So the reckonings are tried from the
likeliest to the farthest fetched, those whose results lie so close together that they would meet any number are passed
over, and all that are tried together meet a number by chance in no more than `_CHANCE` of all cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from newsletter.check.operands import Pool, Result, Scope, Target
from newsletter.check.pairs_reckoned import of_pairs, pairings
from newsletter.check.several_reckoned import averages, by_known, lists, sums_of_shares, threes, two_steps

_CHANCE = 0.4  # of one: the others, and most slips of a digit, are still found out

NEVER = -10.0  # for a kind of reckoning that the words beside the number rule out

Given = Sequence[tuple[float, tuple[Result, ...]]]
_Values = Callable[[Pool, Target], Iterator[Result]]


@dataclass(frozen=True, slots=True)
class _Trial:
    """One kind of reckoning, for numbers that stand so close together."""

    rank: float  # how far fetched it is
    told: float  # how much the words beside the number speak for it: so much more may it be a chance
    attempt: Callable[[Target], tuple[float, Result | None]]  # how likely a chance is, and what it gives


def reckoned(
    target: Target, pools: Sequence[Pool], named: Pool, likely: Mapping[str, float], given: Given = ()
) -> Result | None:
    """The simplest reckoning of the pools' numbers that makes the target; None where there is none to speak of.

    `named` are the numbers that stand beside the target, of which two steps may be made; `likely` says by name how much
    the words beside it speak for a kind of reckoning (0 to 2, or NEVER). `given` are results that were found otherwise,
    each lot with how far fetched it is, as the sum of any three numbers of a sentence is with 1.4.
    """
    if target.value <= 0:
        return None
    spent = 0.0
    for trial in sorted(_trials(target, pools, named, likely, given), key=lambda each: each.rank):
        chance, result = trial.attempt(target)
        if spent + chance <= _CHANCE * (1 + trial.told):
            spent += chance
            if result is not None:
                return result
    return None


def _trials(
    target: Target, pools: Sequence[Pool], named: Pool, likely: Mapping[str, float], given: Given
) -> Iterator[_Trial]:
    for scope in Scope:
        here = [pool for pool in pools if pool.scope is scope]
        for pairing in pairings(target):
            if likely.get(pairing.name, 0) == NEVER:
                continue
            told = likely.get(pairing.name, 0)
            yield _Trial(pairing.weight + scope.value - told, min(told, 1), partial(of_pairs, pairing, here))
        if scope is not Scope.ALL:
            for weight, name, values, exact in _SEVERAL:
                told = likely.get(name, 0)
                yield _Trial(weight + scope.value - told, min(max(told, 0), 1), _of_values(here, values, exact))
    yield _Trial(1.6, 0, _of_values([named], two_steps, False))
    for rank, results in given:
        yield _Trial(rank, 0, _of_results(results))


# How far fetched each is, which word speaks for it, and whether it comes out even.
_SEVERAL: tuple[tuple[float, str, _Values, bool], ...] = (
    (0.4, "sum", lists, True),
    (0.5, "product", by_known, False),
    (0.7, "quotient", averages, False),
    (1.2, "share", sums_of_shares, False),
    (1.4, "sum", threes, True),
)


def _of_values(pools: Sequence[Pool], values: _Values, exact: bool) -> Callable[[Target], tuple[float, Result | None]]:
    def attempt(target: Target) -> tuple[float, Result | None]:
        return _met(target, (one for pool in pools for one in values(pool, target)), exact)

    return attempt


def _of_results(results: Sequence[Result]) -> Callable[[Target], tuple[float, Result | None]]:
    return lambda target: _met(target, iter(results), True)


def _met(target: Target, results: Iterator[Result], exact: bool) -> tuple[float, Result | None]:
    """How likely a chance is among results that are tried one by one, and the nearest of them."""
    (least, most), (low, high) = target.bounds(exact), target.near
    near = [one for one in results if low <= one.value <= high]
    hits = (one for one in near if least <= one.value <= most)
    found = min(hits, key=lambda one: abs(one.value - target.value), default=None)
    return target.chance(len({one.value for one in near}), exact), found
