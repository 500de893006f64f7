"""Numbers that may be reckoned with, what is asked for, and what a reckoning gives."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

HUNDRED = Decimal(100)
NEAR = Decimal(2)  # results from a half to twice the number might have been meant for it
_SPREAD = NEAR - 1 / NEAR


class Scope(Enum):
    """How near the numbers stand to each other; each is so much farther fetched."""

    NAMED = -0.5  # by the words beside what is asked for
    SENTENCE = 0
    PARAGRAPH = 1
    ITEM = 2
    ALL = 3


MOST = {
    Scope.NAMED: 14,
    Scope.SENTENCE: 16,
    Scope.PARAGRAPH: 30,
    Scope.ITEM: 60,
    Scope.ALL: 80,
}  # numbers that are reckoned with


@dataclass(frozen=True, slots=True)
class Operand:
    """One number that may be reckoned with."""

    value: Decimal  # above zero
    words: str  # as it is shown
    origin: tuple[int, ...] | None = None  # where it stands; None: nobody gave it, as the days of a week
    like: str = ""  # what it counts or measures: only numbers of the same make a share
    unit: str = ""  # in which it stands there, if that is a measure: hours are not multiplied by hours


@dataclass(frozen=True, slots=True)
class Pool:
    """The numbers that stand together, by what they may be used for; each sorted by value."""

    scope: Scope
    alike: tuple[Operand, ...]  # of what is asked for, in its unit
    factors: tuple[Operand, ...]  # by which others may be multiplied and divided
    shares: tuple[Operand, ...]  # percents of something
    wholes: tuple[Operand, ...]  # what may be set off against each other, each in the unit of its measure


@dataclass(frozen=True, slots=True)
class Target:
    """The number that is asked for, and from where to where a result may lie to be told as that number."""

    value: Decimal
    least: Decimal
    most: Decimal
    exact: tuple[Decimal, Decimal]  # the same for sums and differences, which nobody rounds
    is_share: bool  # percent
    unit: str  # "" where none is named
    is_count: bool  # no money and no measure: what one number is of another may be it

    @property
    def near(self) -> tuple[Decimal, Decimal]:
        """From where to where a result might have been meant for it."""
        return self.value / NEAR, self.value * NEAR

    def bounds(self, exact: bool) -> tuple[Decimal, Decimal]:
        """From where to where a result lies that may be told as the number."""
        return self.exact if exact else (self.least, self.most)

    def chance(self, near: int, exact: bool) -> float:
        """How often so many results that are near meet it by chance."""
        least, most = self.bounds(exact)
        return near * float((most - least) / (self.value * _SPREAD))


@dataclass(frozen=True, slots=True)
class Result:
    """What a reckoning gives, and how to say it."""

    value: Decimal
    words: str  # "86,400 less 9,300 gives"; the result is to follow
    operands: tuple[Operand, ...]
