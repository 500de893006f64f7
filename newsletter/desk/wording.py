"""How pages about an approval and a delivery say moments on every clock, spans, and words of strangers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from newsletter.publication.calendar import in_cities
from newsletter.publication.schedule import City

LONGEST = 240  # characters of what a stranger said that a page shows
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))  # seconds
_COARSE = 2  # of these, an hour or longer: told with the next smaller one


def cut(words: str, longest: int = LONGEST) -> str:
    """What somebody else said, in one line that a page has room for, with nothing in it that is not printed."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def clocks(moment: datetime, cities: Iterable[City]) -> list[dict[str, str]]:
    """A moment on the clock of each city."""
    return [{"city": name, "at": f"{at:%a} {at.day} {at:%b %H:%M}"} for name, at in in_cities(moment, cities)]


def clock_words(moment: datetime, cities: Iterable[City]) -> str:
    """The same in one line: "Fri 27 Nov 21:00 Hong Kong · Fri 27 Nov 08:00 New York"."""
    return " · ".join(f"{one['at']} {one['city']}" for one in clocks(moment, cities))


def span_words(time: timedelta) -> str:
    """A span of time: "12 minutes"; from an hour on in its two largest units, "1 day 19 hours"."""
    seconds = max(0, round(time.total_seconds()))
    at = next((at for at, (_, length) in enumerate(_UNITS) if seconds >= length), len(_UNITS) - 1)
    parts: list[str] = []
    for unit, length in _UNITS[at : at + (2 if at < _COARSE else 1)]:
        count, seconds = divmod(seconds, length)
        parts += [f"{count} {unit}{'' if count == 1 else 's'}"] if count or not parts else []
    return " ".join(parts)


def countdown(moment: datetime, now: datetime) -> str:
    """What is left to a moment, or how long it is past: "in 1 day 19 hours", "now", "12 minutes ago"."""
    time = moment - now
    if abs(time) < timedelta(seconds=1):
        return "now"
    return f"in {span_words(time)}" if time > timedelta(0) else f"{span_words(-time)} ago"
