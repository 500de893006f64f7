"""Times as sources write them. Unknown stays unknown; nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_tz
from typing import Any

from newsletter.model.item import Entry, Stamp
from newsletter.text import sanitise
from newsletter.text.dates import WEEKDAYS, find_dates

# RFC 5322 4.3: the zone names that mean one offset. Others ("CEST", "IST") are kept as a name and give no instant.
# QUIRK: "CST" is left out although the RFC gives it an offset: sources on the other shore mean China Standard Time by
# it, and a wrong guess would be fourteen hours off.
_OFFSETS = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6}
_OFFSETS |= {"PST": -8, "PDT": -7}
_RFC_ZONE = re.compile(r"\s([+-]\d{4}|[A-Za-z]{1,5}|[A-Za-z]+/[A-Za-z_]+)\s*$", re.ASCII)
_ISO_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.ASCII | re.IGNORECASE)
_SHORT_YEAR = re.compile(r"(?:([A-Za-z]{3}),\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d\d\s", re.ASCII)

_CLOCK = re.compile(
    r"(?P<half>上午|下午|晚上|早上)?\s*(?<!\d)(?P<hour>\d{1,2})[:：.时時点點](?P<minute>\d\d)分?(?:[:：](?P<second>\d\d))?"
    r"(?!\d)\s*(?P<ampm>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE | re.ASCII,
)
_PRINTED_ZONE = re.compile(r"\(?(?<!\w)((?:GMT|UTC)\s?[+-]\d{1,2}(?::?\d\d)?|[+-]\d\d:?\d\d|[A-Z]{2,5})\)?", re.ASCII)
_RFC_SHAPE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Z]{2,5})", re.ASCII)
_FILLING = re.compile(
    rf"(?i)\b(?:{'|'.join(WEEKDAYS)}|mon|tues?|wed|thurs?|fri|sat|sun|at|on)\b\.?|(?:星期|周|週)[一二三四五六日天]"
)


def parse(written: str) -> Stamp:
    """The stamp of an RFC 5322 date (RSS, mail), an ISO 8601 one (Atom), or one as pages print it.

    What is no date, or none of the calendar (30 February, 25:00), has no wall time. A year of two digits is read as RFC
    5322 4.3 reads it only when a weekday stands beside it and agrees.
    """
    text = sanitise.line(written)
    if _RFC_SHAPE.fullmatch(text) and (stamp := _rfc(text)):  # most of all dates, and read the quickest
        return stamp
    return _iso(text) or parse_printed(text) or _rfc(text) or Stamp(written=text, wall=None, zone=None, instant=None)


def parse_printed(written: str) -> Stamp | None:
    """The stamp of a date as pages print it, "Thursday, 19 November, 2026, 9:05am" or 2026年11月19日 09:05.

    Day and year must be there, the time need not be; odd spaces do no harm. None when the text is anything besides.
    """
    text = sanitise.line(written)
    days = find_dates(text)
    if len(days) != 1:
        return None
    (day,) = days
    around = f"{text[: day.at]} {text[day.at + len(day.written) :].removeprefix('T')}"
    clock = _CLOCK.search(around)
    if clock:
        around = f"{around[: clock.start()]} {around[clock.end() :]}"
    zone = _PRINTED_ZONE.search(around := _FILLING.sub(" ", around))
    if zone:
        around = f"{around[: zone.start()]} {around[zone.end() :]}"
    if around.strip(" ,;|·•-–()"):
        return None
    try:
        wall = datetime.combine(day.date, _time_of(clock))
    except ValueError:  # 25:00, 13:05 pm
        return Stamp(written=text, wall=None, zone=None, instant=None)
    return _stamp(text, wall, zone[1] if zone else None)


def _time_of(clock: re.Match[str] | None) -> time:
    if clock is None:
        return time()
    hour, minute, second = int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0)
    ampm = (clock["ampm"] or "").lower()[:1]
    if ampm and not 1 <= hour <= 12:
        raise ValueError(hour)
    if ampm:
        hour = hour % 12 + (12 if ampm == "p" else 0)
    elif clock["half"] in ("下午", "晚上") and hour < 12:
        hour += 12
    return time(hour, minute, second)


def plausible(stamp: Stamp, now: datetime) -> str | None:
    """What is wrong with a stamp, in words: more than a day ahead of `now` (aware), or before 1990; else None.

    Whoever gets words treats the item as undated. A stamp that could not be read gets none: it says so by itself.
    """
    if stamp.wall is None:
        return None
    if stamp.wall.year < 1990:
        return f"the date '{stamp.written}' lies before 1990; it is not taken for the item's date"
    # Without a zone the earliest moment that can be meant counts: the first to have a new day are 14 hours ahead.
    moment = stamp.instant or stamp.wall.replace(tzinfo=UTC) - timedelta(hours=14)
    if moment > now + timedelta(days=1):
        return f"the date '{stamp.written}' lies in the future; it is not taken for the item's date"
    return None


def settled(entry: Entry, now: datetime) -> Entry:
    """The entry, a date that cannot be meant taken back to what was written, with a warning that says so."""
    wrong = {
        name: (stamp, words)
        for name, stamp in (("published", entry.published), ("updated", entry.updated))
        if stamp is not None and (words := plausible(stamp, now))
    }
    if not wrong:
        return entry
    unread: dict[str, Any] = {name: replace(stamp, wall=None, instant=None) for name, (stamp, _) in wrong.items()}
    return replace(entry, warnings=entry.warnings + tuple(words for _, words in wrong.values()), **unread)


def _iso(text: str) -> Stamp | None:
    if text.isdigit() and len(text) != 8:  # seconds since 1970, which fromisoformat would take for a date and an hour
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    zone = _ISO_ZONE.search(text) if found.tzinfo is not None else None
    return _stamp(text, found.replace(tzinfo=None), zone[1] if zone else None)


def _rfc(text: str) -> Stamp | None:
    parts = parsedate_tz(text)
    zone = _RFC_ZONE.search(re.sub(r"\s*\([^()]*\)$", "", text))  # "+0530 (IST)": the rest is a comment
    if parts is None or (zone and zone[1].upper() in ("AM", "PM")):
        return None
    try:
        wall = datetime(*parts[:6])  # noqa: DTZ001  (a wall time; its zone is kept beside it)
    except ValueError:  # 30 February
        return None
    short = _SHORT_YEAR.match(text)
    if short and (short[1] or "").lower() != WEEKDAYS[wall.weekday()][:3]:
        return None
    return _stamp(text, wall, zone[1] if zone else None)


def _stamp(written: str, wall: datetime, zone: str | None) -> Stamp:
    offset = _offset(zone)
    try:
        instant = None if offset is None else (wall - offset).replace(tzinfo=UTC)
    except OverflowError:  # the first or the last day that a calendar can count
        instant = None
    return Stamp(written=written, wall=wall, zone=zone, instant=instant)


def _offset(zone: str | None) -> timedelta | None:
    """How far the zone's clocks are ahead of UTC; None for a name that means several offsets, or no offset at all."""
    if zone is None:
        return None
    numbers = re.fullmatch(r"(?:GMT|UTC)?\s?([+-])(\d{1,2}):?(\d\d)?", zone, re.ASCII | re.IGNORECASE)
    if numbers is None:
        hours = _OFFSETS.get(zone.upper())
        return None if hours is None else timedelta(hours=hours)
    ahead = timedelta(hours=int(numbers[2]), minutes=int(numbers[3] or 0))
    if ahead > timedelta(hours=14) or int(numbers[3] or 0) > 59:
        return None
    return -ahead if numbers[1] == "-" else ahead
