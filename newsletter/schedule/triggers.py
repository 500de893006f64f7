"""When APScheduler is to look at a job: at the moment it is due, and every half minute by the clock on the wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

LOOK_EVERY = timedelta(seconds=30)  # what was changed by others is noticed by then: an approval, a mailing resumed


class WhenDue(BaseTrigger):  # type: ignore[misc]  # of a library without types
    """Fires when a job has something to do, as `wake` says it, and at the latest half a minute from now.

    What is due already does not fire in a row without end: whoever was called for it has seen to it, or will be called
    again with the next look. `wake` answers from memory; it is asked with the scheduler's lock held.
    """

    def __init__(self, wake: Callable[[], datetime | None], every: timedelta = LOOK_EVERY) -> None:
        self._wake, self._every = wake, every

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """The next time to look, always after `now`, whatever was missed before it."""
        wake, latest = self._wake(), now + self._every
        return wake if wake is not None and now < wake < latest else latest
