"""Soft bounces in a row: when an address that is always full or out of reach is given up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from enum import Enum
from itertools import takewhile

from newsletter.model.answer import Answer
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, MailingId

_GIVEN_UP = (DeliveryState.REFUSED, DeliveryState.EXPIRED)
_ENDED = (DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, *_GIVEN_UP)


class _Fate(Enum):
    """What became of an issue on its way to a reader."""

    SOFT = "soft"
    OTHER = "other"  # it arrived, as far as anybody knows, or was refused for another reason
    NOT_SENT = "not sent"  # it says nothing of the mailbox


def soft_in_a_row(
    copies: Sequence[tuple[IssueId, Delivery]],
    soft: Collection[tuple[MailingId, int]],
    mailing: MailingId,
    since: datetime | None,
    is_soft: Callable[[Answer], bool],
) -> int:
    """In how many issues in a row, that of `mailing` among them, a reader's mailbox would not take a copy for now.

    `copies` are all the reader's, in the order of the mailings or against it; `soft` says of which a soft bounce came
    back (mailing and seq), and that of `mailing` counts as one of them. A copy that was refused or given up counts
    where `is_soft` says so of the answer. What had its end at `since` or before counts no more: somebody has lifted
    a suppression then. Issues that were not sent to the reader are passed over. 0 where `mailing` has no copy here.
    """
    fates: dict[IssueId, set[_Fate]] = {}
    here: IssueId | None = None
    for issue, copy in copies:
        this = copy.mailing == mailing
        here = issue if this else here
        fate = _Fate.SOFT if this else _fate(copy, (copy.mailing, copy.seq) in soft, since, is_soft)
        fates.setdefault(issue, set()).add(fate)
    if here is None:
        return 0
    issues = list(fates)
    at = issues.index(here)
    before, after = reversed(issues[:at]), iter(issues[at + 1 :])
    return 1 + sum(_run(fates[issue] for issue in side) for side in (before, after))


def _run(fates: Iterable[set[_Fate]]) -> int:
    """How many issues are soft before the first that is not."""
    told = (found for found in fates if found != {_Fate.NOT_SENT})
    return sum(1 for _ in takewhile(lambda found: _Fate.SOFT in found, told))


def _fate(copy: Delivery, bounced: bool, since: datetime | None, is_soft: Callable[[Answer], bool]) -> _Fate:
    if copy.state not in _ENDED and not bounced:
        return _Fate.NOT_SENT
    if since is not None and copy.changed is not None and copy.changed <= since:
        return _Fate.OTHER
    given_up = copy.state in _GIVEN_UP and copy.answer is not None and is_soft(copy.answer)
    return _Fate.SOFT if bounced or given_up else _Fate.OTHER
