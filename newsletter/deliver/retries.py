"""When something is tried again: a reader whose server has asked for patience, and the mail server itself."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(minutes=5)  # greylisting asks for about as much; RFC 5321 4.5.4.1 for 30 min where nothing is known
LONGEST = timedelta(hours=4)
GIVE_UP = timedelta(hours=24)  # an issue is stale after a day, though RFC 5321 4.5.4.1 would try for four or five

_FIRST_BACK_OFF = timedelta(seconds=5)
_LONGEST_BACK_OFF = timedelta(minutes=5)
_SPREAD = 0.25  # jitter adds up to this share, so that those deferred together do not come back together


def next_try(tries: int, now: datetime, jitter: float) -> datetime:
    """When a row that was deferred `tries` times before is due again: 5 minutes, doubling to 4 hours.

    `jitter` is 0 to 1 and makes it later by up to a quarter.
    """
    wait = min(FIRST * (1 << min(tries, 10)), LONGEST)
    return now + wait * (1 + _SPREAD * jitter)


def back_off(troubles: int) -> timedelta:
    """How long a lane waits before it connects again, after so many troubles in a row: 5 s, doubling to 5 minutes."""
    if troubles < 1:
        return timedelta(0)
    return min(_FIRST_BACK_OFF * (1 << min(troubles - 1, 10)), _LONGEST_BACK_OFF)


def is_over(since: datetime, wait: timedelta, now: datetime) -> bool:
    """Whether a wait that began at `since` is over. A clock that was set back ends it, so that none lasts an hour."""
    return not since <= now < since + wait
