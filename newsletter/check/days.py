"""Days as messages name them."""

from __future__ import annotations

from datetime import date, timedelta

from newsletter.text.dates import WEEKDAYS
from newsletter.text.datings import Span

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def told_day(day: date) -> str:
    """A day as a message names it: "Tuesday 24 November 2026"."""
    return f"{WEEKDAYS[day.weekday()].title()} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def told_span(span: Span) -> str:
    """A span as a message names it: a day, a month, a year, or its first and last day."""
    first, last = span
    if first == last:
        return told_day(first)
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return str(first.year)
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month:
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return f"{first.day} {_MONTHS[first.month - 1]} to {last.day} {_MONTHS[last.month - 1]} {last.year}"
