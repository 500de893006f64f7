"""Whether a reader could reckon a figure: from others that our text gives itself, as the source does."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.check.chance import is_met
from newsletter.check.derived import SMALL
from newsletter.check.reckoning import Reckoning
from newsletter.check.rounding import Claimed, in_unit_of, stands_for
from newsletter.text.figures import Figure, FigureKind

_CLOSE = 25  # characters between a share and what it comes to
_LIKELY = 0.2  # how likely a chance may be that a share of ours makes the figure
_ONCE = 20  # two figures of a whole text that differ by no more do so by chance


def is_laid_open(
    claim: Claimed,
    told: Reckoning,
    ours: Sequence[Figure],
    beside: Sequence[Figure],
    theirs: Sequence[Figure],
    same: bool,
) -> bool:
    """Whether it is the sum or difference of two figures of the source that our text gives itself.

    Of one that it gives in the same sentence, and another of the source, only the difference, where our sentence tells
    one: "A sold 150,000 tonnes, B the other 110,000", "by 800 places to 2,000".
    """
    value = abs(claim.figure.value)
    if value <= _ONCE or claim.figure.kind is FigureKind.PERCENT:
        return False
    known = {abs(other) for one in theirs if (other := in_unit_of(claim.figure, one, same)) is not None}
    known = {one for one in known if one > SMALL}
    given = {abs(one.value) for one in ours} & known
    if any(stands_for(claim, one + other) for one in given for other in given if one < other):
        return True
    if any(stands_for(claim, other - one) for one in given for other in given if one < other):
        return True
    close = [one for one in beside if one.start - claim.figure.end < _CLOSE and claim.figure.start - one.end < _CLOSE]
    shares = [one.value for one in close if one.kind is FigureKind.PERCENT and 0 < one.value < 100]
    if is_met(claim, (one * share / 100 for one in known for share in shares), _LIKELY):
        return True  # "a quarter, or almost two million"
    near = {abs(one.value) for one in beside} & known
    return told.differences > 0 and any(one + value in known or one - value in known for one in near)
