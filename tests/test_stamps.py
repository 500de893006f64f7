"""Times as sources write them, and dates that texts speak of: what is known is read, nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather import stamps
from newsletter.text.dates import find_dates, relative_phrases

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
EVENING, MORNING = datetime(2026, 11, 24, 21, 40), datetime(2026, 11, 19, 9, 5)


@pytest.mark.parametrize(
    ("written", "zone", "wall", "ahead"),
    [
        ("Tue, 24 Nov 2026 21:40:00 +0800", "+0800", EVENING, 8),
        ("Tue, 24 Nov 2026 21:40:00 GMT", "GMT", EVENING, 0),
        ("Tue, 24 Nov 2026 21:40:00 EST", "EST", EVENING, -5),
        ("Tue, 24 Nov 2026 21:40:00 -0000", "-0000", EVENING, 0),
        ("Tue, 24 Nov 26 21:40:00 GMT", "GMT", EVENING, 0),
        ("2026-11-24T21:40:00+08:00", "+08:00", EVENING, 8),
        ("2026-11-24 21:40:00 +0800", "+0800", EVENING, 8),
        ("2026-11-24T21:40:00Z", "Z", EVENING, 0),
        ("24 Nov 2026, 21:40 GMT+8", "GMT+8", EVENING, 8),
        ("Nov 24, 2026 9:40 PM", None, EVENING, None),
        ("2026-11-24", None, datetime(2026, 11, 24), None),
    ],
)
def test_a_stamp_says_what_is_known(written: str, zone: str | None, wall: datetime, ahead: int | None) -> None:
    """Wall time and zone as written; an instant only when the zone's offset is sure."""
    stamp = stamps.parse(written)
    assert (stamp.written, stamp.zone, stamp.wall) == (written, zone, wall)
    assert stamp.instant == (None if ahead is None else (wall - timedelta(hours=ahead)).replace(tzinfo=UTC))


@pytest.mark.parametrize("zone", ["CST", "IST", "BST", "CEST", "Europe/Paris", "+9999"])
def test_a_zone_that_is_not_sure_gives_no_instant(zone: str) -> None:
    """A name that means several offsets, or an offset that no clock has, is kept as written."""
    stamp = stamps.parse(f"Tue, 24 Nov 2026 21:40:00 {zone}")
    assert (stamp.wall, stamp.zone, stamp.instant) == (EVENING, zone, None)


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 30 Feb 2026 18:30:00 GMT",
        "2026-02-30",
        "Tue, 24 Nov 2026 25:00:00 GMT",
        "2026-11-24T25:00",
        "November 24, 2026, 13:05 pm",
        "24 Nov 26 10:00:00 GMT",  # no weekday vouches for the century
        "Mon, 24 Nov 26 10:00:00 GMT",  # 24 November 2026 is a Tuesday
        "yesterday",
        "1704103200",
        "01/02/2024",
        "",
    ],
)
def test_a_wrong_date_is_no_date(written: str) -> None:
    """What no calendar has, or what can be read in two ways, gives no time at all."""
    stamp = stamps.parse(written)
    assert (stamp.written, stamp.wall, stamp.zone, stamp.instant) == (written, None, None, None)


@pytest.mark.parametrize(
    "written",
    [
        "Thursday, 19 November, 2026, 9:05am",
        "Thursday, 19 November, 2026,  9:05am ",
        "Thursday , 19  November,\u00a02026 , 09:05 am",
        "November 19, 2026 at 9:05 a.m.",
        "19th of November 2026 | 09.05",
        "2026年11月19日 09:05",
        "2026年11月19日 星期四 上午9时05分",
    ],
)
def test_a_printed_stamp_is_read(written: str) -> None:
    """Day first or month first, with odd spaces, in English and Chinese; no zone is made up."""
    stamp = stamps.parse_printed(written)
    assert stamp is not None
    assert (stamp.wall, stamp.zone, stamp.instant) == (MORNING, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "The round closed on November 11, 2026, after two days",
        "19 November",
        "from 19 November 2026 to 20 November 2026",
        "By November 19, 2026",
    ],
)
def test_a_sentence_is_no_printed_stamp(text: str) -> None:
    """Only a line that is a time and nothing else is one."""
    assert stamps.parse_printed(text) is None


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-11-26T13:00:01Z", "future"),
        ("2026-11-26T13:00:00Z", None),
        ("2026-11-27", None),  # somewhere on earth that day begins 23 hours from now
        ("2026-11-28", "future"),
        ("Thu, 24 Nov 1704 10:00:00 GMT", "before 1990"),
        ("1990-01-01", None),
        ("yesterday", None),
    ],
)
def test_an_impossible_date_is_told(written: str, told: str | None) -> None:
    """More than one day ahead of our clock, or before 1990; a time without a zone has the benefit of the doubt."""
    warning = stamps.plausible(stamps.parse(written), NOW)
    assert (warning is None) if told is None else (told in str(warning))


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{1,4}[-/. ]([0-9]{1,2}|Nov)[-/. ,][0-9]{1,4}[T ][0-9:+Zamp]{0,12}")))
def test_any_text_makes_a_stamp(written: str) -> None:
    """Nothing that a source writes raises, and an instant is always one of UTC."""
    stamp = stamps.parse(written)
    assert stamp.instant is None or (stamp.instant.tzinfo is UTC and stamp.wall is not None)
    stamps.plausible(stamp, NOW)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("which closed on November 11, 2026, gave", date(2026, 11, 11)),
        ("on the 11th of November 2026.", date(2026, 11, 11)),
        ("11 Nov. 2026", date(2026, 11, 11)),
        ("November 19, 2026No Comments", date(2026, 11, 19)),
        ("会谈于2026年11月11日结束", date(2026, 11, 11)),
        ("二〇二六年十一月二十三日", date(2026, 11, 23)),
        ("as of 2026-11-11", date(2026, 11, 11)),
    ],
)
def test_a_date_in_a_text_is_found(text: str, day: date) -> None:
    """With the words that name it and the place where they stand."""
    (found,) = find_dates(text)
    assert found.date == day
    assert text[found.at :].startswith(found.written)


@pytest.mark.parametrize("text", ["11/12/2026", "November 2026", "11 November", "30 February 2026", "in 2026", "三月"])
def test_half_a_date_is_none(text: str) -> None:
    """Two readings, no day, no year, or a day that no calendar has."""
    assert find_dates(text) == ()


@pytest.mark.parametrize(
    ("phrase", "first", "last"),
    [
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("next month", date(2026, 12, 1), date(2026, 12, 31)),
        ("this past week", date(2026, 11, 9), date(2026, 11, 15)),
        ("two weeks ago", date(2026, 11, 2), date(2026, 11, 8)),
        ("last year", date(2025, 1, 1), date(2025, 12, 31)),
        ("yesterday", date(2026, 11, 18), date(2026, 11, 18)),
        ("on Wednesday", date(2026, 11, 18), date(2026, 11, 18)),
        ("next Thursday", date(2026, 11, 26), date(2026, 11, 26)),
        ("in three days", date(2026, 11, 22), date(2026, 11, 22)),
        ("上周", date(2026, 11, 9), date(2026, 11, 15)),
        ("下个月", date(2026, 12, 1), date(2026, 12, 31)),
        ("昨天", date(2026, 11, 18), date(2026, 11, 18)),
    ],
)
def test_a_relative_date_is_marked_and_counted_from_the_texts_own(phrase: str, first: date, last: date) -> None:
    """The phrase stays as written; which days it means is told only when the day of writing is given."""
    text = f"Ships waited {phrase}, said the board."
    (found,) = relative_phrases(text)
    assert text[found.at :].startswith(found.written)
    assert found.written == phrase
    assert found.days(date(2026, 11, 19)) == (first, last)  # a Thursday


@given(st.text())
def test_dates_are_looked_for_in_any_text(text: str) -> None:
    """Each that is found stands where it is said to stand."""
    places = [(found.at, found.written) for found in find_dates(text)]
    places += [(found.at, found.written) for found in relative_phrases(text)]
    assert all(text[at:].startswith(written) for at, written in places)
