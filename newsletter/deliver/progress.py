"""How far a mailing has come, for whoever looks on."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.model.mailing import OPEN, DeliveryState, MailingState, Pause

_WINDOW = timedelta(seconds=20)  # over which the rate is taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A mailing at one moment."""

    state: MailingState
    counts: tuple[tuple[DeliveryState, int], ...]  # every state, in the order of the enum; their sum is the whole
    rate: float  # messages answered per second, lately
    left: timedelta | None  # until nothing is planned any more, at this rate; None: nobody knows
    under_way: int  # connections that carry something now
    waits_until: datetime | None  # UTC: nothing can be sent before then; None: something can, or nothing is left
    trouble: str | None  # the last, in words; None once something was accepted after it
    pace: str | None = None  # what holds it back, in words; None: nothing but the server
    paced: bool = False  # `waits_until` is a turn that the pace gives, not another try
    pause: Pause | None = None  # DISK while the database cannot grow: it goes on by itself

    def of(self, *states: DeliveryState) -> int:
        """How many rows are in these states."""
        return sum(count for state, count in self.counts if state in states)

    @property
    def open(self) -> int:
        """Rows that may still be sent."""
        return self.of(*OPEN)


class Tally:
    """Counts rows by state as commits change them, and how fast they are answered."""

    def __init__(self, counts: Iterable[tuple[DeliveryState, int]]) -> None:
        self._counts = Counter(dict(counts))
        self._samples: deque[tuple[datetime, int]] = deque()
        self._answered = 0

    def moved(self, before: DeliveryState, after: DeliveryState) -> None:
        """A row went from one state to another."""
        self._counts[before] -= 1
        self._counts[after] += 1

    def answered(self, before: DeliveryState, after: DeliveryState) -> None:
        """An answer has moved a row."""
        self.moved(before, after)
        self._answered += 1

    @property
    def counts(self) -> tuple[tuple[DeliveryState, int], ...]:
        """Every state, in the order of the enum."""
        return tuple((state, self._counts[state]) for state in DeliveryState)

    def rate(self, now: datetime) -> float:
        """Answers per second since about 20 seconds ago, or since the first."""
        if self._samples and now < self._samples[-1][0]:
            self._samples.clear()  # the clock was set back
        self._samples.append((now, self._answered))
        while len(self._samples) > 2 and self._samples[1][0] <= now - _WINDOW:
            self._samples.popleft()
        since, count = self._samples[0]
        seconds = (now - since).total_seconds()
        return (self._answered - count) / seconds if seconds > 0 else 0.0

    def left(self, rate: float) -> timedelta | None:
        """How long what is planned takes at this rate."""
        planned = self._counts[DeliveryState.PLANNED] + self._counts[DeliveryState.HANDING_OVER]
        return timedelta(seconds=round(planned / rate)) if rate > 0 else None
