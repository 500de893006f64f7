"""What happened lately: how many messages went to whom, and how many of the last answers were bad ones. Bounded."""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, datetime, timedelta

_SPAN = timedelta(seconds=10)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PARTS = 5  # more than one of so many is too many


class Lately:
    """Counts messages by domain over the last 10 to 20 seconds."""

    __slots__ = ("_before", "_counts", "_since", "_since_before", "_until")

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._before: dict[str, int] = {}  # of the 10 seconds before
        self._since = self._since_before = self._until = _LONG_AGO

    def count(self, domain: str, now: datetime) -> None:
        """A message goes to a reader at this domain."""
        if not self._since <= now < self._until:
            self._turn(now)
        self._counts[domain] = self._counts.get(domain, 0) + 1

    def rate(self, now: datetime, domain: str | None = None) -> float | None:
        """Messages a second, to one domain or to all; None where none went. Over less than a second it is how many."""
        if not self._since <= now < self._until:
            self._turn(now)
        parts = (self._before, self._counts)
        went = sum(sum(part.values()) if domain is None else part.get(domain, 0) for part in parts)
        seconds = (now - (self._since_before if self._before else self._since)).total_seconds()
        return went / max(1.0, seconds) if went else None

    def _turn(self, now: datetime) -> None:
        follows = self._until <= now < self._until + _SPAN
        self._before = self._counts if follows else {}
        self._since_before, self._since, self._until = self._since, now, now + _SPAN
        self._counts = {}


class Share:
    """Of the last answers, which were bad, and for whom."""

    __slots__ = ("_bad", "_last", "_least", "_most")

    def __init__(self, least: int, most: int) -> None:
        """It judges from so many answers on, and remembers at most so many."""
        self._last: deque[str | None] = deque(maxlen=most)
        self._least, self._most, self._bad = least, most, 0

    def good(self, count: int = 1) -> None:
        """So many answers that were not bad."""
        for _ in range(min(count, self._most)):
            self._add(None)

    def bad(self, domain: str) -> bool:
        """A bad answer for a reader at this domain; whether more than a fifth are bad now."""
        self._add(domain)
        self._bad += 1
        return len(self._last) >= self._least and self._bad * _PARTS > len(self._last)

    def _add(self, domain: str | None) -> None:
        if len(self._last) == self._most and self._last[0] is not None:
            self._bad -= 1
        self._last.append(domain)

    @property
    def words(self) -> str:
        """ "12 of the last 50"."""
        return f"{self._bad} of the last {len(self._last)}"

    @property
    def culprit(self) -> str | None:
        """The domain that more than half of the bad answers are about."""
        (domain, count), *_ = Counter(filter(None, self._last)).most_common(1) or [("", 0)]
        return domain if 2 * count > self._bad else None

    def clear(self) -> None:
        """Begins anew."""
        self._last.clear()
        self._bad = 0

    def forget(self, domain: str) -> None:
        """Leaves out what was bad for this domain: that is seen to."""
        kept = [one for one in self._last if one != domain]
        self.clear()
        self._last += kept
        self._bad = sum(one is not None for one in kept)
