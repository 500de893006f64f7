"""How a source is doing, in words an editor understands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise
from statistics import median

from newsletter.model.source import SourceState

DAY = timedelta(days=1)
ENOUGH = 4  # arrivals from which a rhythm can be told


class Mood(Enum):
    """How much a source wants a person's eye."""

    WELL = "well"
    QUIET = "quiet"  # longer silent than it usually is
    FAILING = "failing"
    GONE = "gone"
    PAUSED = "paused"
    NEW = "not asked yet"


@dataclass(frozen=True, slots=True)
class Health:
    """One source's health."""

    mood: Mood
    rhythm: str  # "usually daily"; "" when too little came to tell
    words: str  # the state in words: "silent for 9 days"; why it fails


def health_of(
    state: SourceState | None, arrivals: tuple[datetime, ...], now: datetime, *, paused: bool = False
) -> Health:
    """What can be said of a source. `arrivals` are the times of its last items, in any order.

    One that is paused neither fails nor is silent, whatever happened before.
    """
    gap = rhythm(arrivals)
    usual = f"usually {in_words(gap)}" if gap else ""
    if paused:
        return Health(Mood.PAUSED, usual, "as sources.yaml says")
    if state is None or state.tried is None:
        return Health(Mood.NEW, usual, "not asked yet")
    if state.retired:
        return Health(Mood.GONE, usual, state.error or "gone")
    if state.failures:
        since = f" for {span(now - state.failing_since)}" if state.failing_since else ""
        return Health(Mood.FAILING, usual, f"failing{since}: {state.error}")
    silence = now - max(arrivals) if arrivals else None
    if gap and silence and silence > max(3 * gap, 3 * DAY):
        return Health(Mood.QUIET, usual, f"silent for {span(silence)}")
    return Health(Mood.WELL, usual, state.note or "")


def rhythm(arrivals: tuple[datetime, ...]) -> timedelta | None:
    """The usual time between two days on which something came; None when too little came to tell."""
    days = sorted({moment.date() for moment in arrivals})
    if len(days) < ENOUGH:
        return None
    return timedelta(days=float(median((later - day).days for day, later in pairwise(days))))


def in_words(gap: timedelta) -> str:
    """A rhythm as people say it."""
    days = gap / DAY
    for most, words in ((1.5, "daily"), (2.5, "every other day"), (4.5, "twice a week"), (9, "weekly")):
        if days <= most:
            return words
    return "every two weeks" if days <= 18 else "monthly" if days <= 45 else f"every {round(days)} days"


def span(time: timedelta) -> str:
    """A span of time in its largest unit: 9 days, 3 hours, 12 minutes."""
    for unit, length in (("day", DAY), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if time >= 2 * length or (time >= length and unit != "minute"):
            count = int(time / length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "a minute"
