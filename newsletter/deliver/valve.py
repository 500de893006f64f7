"""One limit of messages a second: it lets them through one by one, is halved by trouble and opens again slowly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# So much earlier than its turn a message may go, that a busy ledger keeps up its rate: no second sees more than 1.05
# times the rate, and one.
SLACK = timedelta(milliseconds=50)

_MINUTE = timedelta(minutes=1)
_MORE = 1.1  # what a minute without trouble makes of a limit that was halved
_LEAST = 0.2  # messages a second, below which nothing is halved
_SETTLED = 3  # messages at a new rate, before trouble counts again: until then it may be about the old rate
_SECOND = timedelta(seconds=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slowed:
    """What trouble has made of a limit."""

    since: datetime  # UTC: the last halving
    to: float  # messages a second, at that moment
    sent: float  # messages a second before the first trouble, really
    why: str  # for people


class Valve:
    """Lets so many messages a second through, evenly; none are made up for after a time without any."""

    __slots__ = ("_due", "_raised", "_settles", "_step", "_taken", "configured", "limit", "slowed")

    def __init__(self, configured: float | None = None) -> None:
        self.configured = configured  # messages a second; None: no limit
        self.limit: float | None = None  # at present
        self.slowed: Slowed | None = None  # None: it is as configured
        self._due: datetime | None = None  # the turn of the next message
        self._taken: datetime | None = None  # when the last one went
        self._raised = self._settles = _LONG_AGO  # what `slowed` waits for
        self._set(configured)

    def opens(self, now: datetime) -> datetime | None:
        """When the next message may go; None: now."""
        self.recover(now)
        if self._due is None:
            return None
        if self._taken is not None and now < self._taken:  # the clock was set back: nobody waits for it to catch up
            self._taken, self._due = now, now + self._step
        opens = self._due - SLACK
        return opens if opens > now else None

    def take(self, now: datetime) -> None:
        """A message goes."""
        if self.limit is not None:
            due = self._due
            self._due = (now if due is None or due < now else due) + self._step
            self._taken = now

    def trouble(self, now: datetime, sent: float | None, why: str) -> None:
        """Halves the limit, or where there is none what was `sent` a second lately.

        Where nothing was sent (None) there is nothing to halve. More trouble within a second, or before three messages
        went at the new rate, only puts recovery off.
        """
        before = self.limit if self.limit is not None else sent
        if before is None:
            return
        self._raised = now + _MINUTE
        if self.slowed and self.slowed.since <= now < self._settles:
            return
        self._set(max(before / 2, min(before, _LEAST)))
        self._settles = now + max(_SECOND, _SETTLED * self._step)
        known = self.slowed.sent if self.slowed else 0.0
        self.slowed = Slowed(now, self.limit or before, max(known, sent or before), why)

    def recover(self, now: datetime) -> None:
        """A tenth more after each minute without trouble, up to what is configured; without such a limit there is none
        any more once twice of what was sent before the trouble is reached."""
        while self.slowed and self.limit is not None:
            self._raised = min(self._raised, now + _MINUTE)  # the clock may have been set back
            if now < self._raised:
                return
            self._raised += _MINUTE
            limit = self.limit * _MORE
            if limit >= (self.configured or 2 * self.slowed.sent):
                self.slowed = None
            self._set(limit if self.slowed else self.configured)

    def _set(self, limit: float | None) -> None:
        self.limit = limit
        self._step = timedelta(seconds=1 / limit) if limit else timedelta(0)
        if limit is None:
            self._due = None
