"""What follows for an address from what came back."""

from __future__ import annotations

from newsletter.model.returned import Nature, Report
from newsletter.model.subscriber import Reason


def consequence(report: Report, named: bool, soft_in_a_row: int, soft_issues: int) -> Reason | None:
    """What the address of the copy is suppressed for, or None where nothing follows.

    A hard bounce and a complaint at once; a soft bounce when it is the one that makes `soft_issues` issues in a row
    (`soft_in_a_row` counts this one). Refusals of us, delays and machines' answers never. Nothing follows where no
    proof of ours names the copy (`named`): anybody can write a bounce about anybody.
    """
    if not named:
        return None
    match report.nature:
        case Nature.HARD:
            return Reason.HARD_BOUNCE
        case Nature.COMPLAINT:
            return Reason.COMPLAINT
        case Nature.SOFT if soft_in_a_row >= max(soft_issues, 1):
            return Reason.HARD_BOUNCE
        case _:
            return None
