"""Clocks that jump: the one on the wall is put forward or back, or stands still for us while the machine sleeps."""

from __future__ import annotations

from datetime import datetime, timedelta

_NOTICED = timedelta(seconds=5)  # a clock that is slewed loses or gains far less between two looks


class Jumps:
    """Holds the clock on the wall against one that counts seconds."""

    def __init__(self, wall: datetime, seconds: float) -> None:
        self._wall, self._seconds = wall, seconds

    def look(self, wall: datetime, seconds: float) -> timedelta | None:
        """How far the clock on the wall has gone beyond the seconds since the last look; less than nothing where it was
        put back. None where the two agree to a few seconds."""
        jump = (wall - self._wall) - timedelta(seconds=seconds - self._seconds)
        self._wall, self._seconds = wall, seconds
        return jump if abs(jump) > _NOTICED else None


def in_words(jump: timedelta) -> str:
    """A jump as the log tells it: "forward by 1:00:00, or the machine slept"."""
    whole = timedelta(seconds=round(abs(jump).total_seconds()))
    return f"back by {whole}" if jump < timedelta(0) else f"forward by {whole}, or the machine slept"
