"""How likely it is that one of several reckoned values makes a claimed figure by chance.

Many figures give many sums and differences, and some of them would make any number. So a value only vouches for a claim
where few values lie near it, held against how exact the claim is: among three differences the right one is a proof for
"1,340 pupils", and none for "about four".
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from newsletter.check.rounding import ABOUT, BARELY, FARTHEST, Claimed, Hedge, stands_for

_NEAR = Decimal(2)  # values from a half to twice the claim might have been meant for it


def is_met(claim: Claimed, values: Iterable[Decimal], most: float) -> bool:
    """Whether the claim may stand for one of the values, and that by chance in no more cases than `most` of one."""
    written = abs(claim.figure.value)
    if not written:
        return False
    near = {value for value in map(abs, values) if written / _NEAR <= value <= written * _NEAR}
    if not near or len(near) * float(_width(claim) / (written * (_NEAR - 1 / _NEAR))) > most:
        return False
    return any(stands_for(claim, value) for value in near)


def _width(claim: Claimed) -> Decimal:
    """How wide the values lie apart for which it may stand."""
    written = abs(claim.figure.value)
    match claim.hedge:
        case Hedge.NONE:
            return min(claim.last, max(2 * BARELY * written, Decimal(1)))
        case Hedge.ABOUT:
            return min(claim.significant, 2 * ABOUT * written)
        case Hedge.NEARLY:
            return min(claim.significant / 2, ABOUT * written)
        case Hedge.ABOVE | Hedge.BELOW:
            return max(BARELY * written, min(FARTHEST * written, 2 * claim.significant))
