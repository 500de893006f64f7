"""Moments and spans as the desk says them: short, on the clock of whoever looks. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.model.telling import Telling
from newsletter.publication.schedule import City, Schedule

_NEAR = timedelta(days=6)  # a weekday names one day alone
_JUST = timedelta(seconds=90)


def cities_for(schedule: Schedule, who: str | None) -> tuple[City, ...]:
    """The cities of the team, that of this member in front."""
    own = next((one.city for one in schedule.team if one.id == who), None)
    return tuple(sorted(schedule.cities, key=lambda city: city.name != own))


def in_city(moment: datetime, city: City, now: datetime) -> str:
    """Thu 18:00 Hong Kong; with the date where the weekday alone would not tell it."""
    return f"{wall(moment, city, now)} {city.name}"


def wall(moment: datetime, city: City, now: datetime) -> str:
    """The same without the city."""
    local = moment.astimezone(ZoneInfo(city.zone))
    day = f"{local:%a}" if abs(moment - now) < _NEAR else f"{local:%a} {local.day} {local:%b}"
    return f"{day} {local:%H:%M}"


def in_cities(moment: datetime, cities: Iterable[City], now: datetime) -> str:
    """Thu 12:00 Hong Kong · Wed 23:00 New York."""
    return " · ".join(in_city(moment, city, now) for city in cities)


def dated(moment: datetime, city: City) -> str:
    """Thu 26 Nov 2026, 18:00."""
    local = moment.astimezone(ZoneInfo(city.zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def telling(city: City) -> Telling:
    """26 Nov 2026; Thu 26 Nov 2026, 18:00: for words that are made elsewhere."""

    def day(at: datetime) -> str:
        local = at.astimezone(ZoneInfo(city.zone))
        return f"{local.day} {local:%b %Y}"

    return Telling(day=day, minute=lambda at: dated(at, city))


def left(time: timedelta) -> str:
    """What is left, in its two largest units: 1 d 4 h, 3 h 20 min, 12 min."""
    minutes = max(0, time // timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{rest} min" if rest else "less than a minute"


def ago(time: timedelta) -> str:
    """How long something is past, in one unit: just now, 9 minutes ago, 3 hours ago, 2 days ago."""
    if time < _JUST:
        return "just now"
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if time >= 2 * length:
            return f"{time // length} {unit}s ago"
    return "just now"


def sentence(clause: str) -> str:
    """A clause with a capital and a full stop."""
    return f"{clause[:1].upper()}{clause[1:]}{'' if clause.endswith(('.', '?', '!')) else '.'}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """1 finding, 2 findings, 20,000 readers."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
