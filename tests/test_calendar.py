"""The week in words becomes instants, across clock changes, in both cities."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.issue import IssueId
from newsletter.publication import calendar
from newsletter.publication.calendar import ImpossibleTime
from newsletter.publication.schedule import Calendar, City, ExtraIssue, Moment

FRIDAY, THURSDAY, WEDNESDAY, SUNDAY = 4, 3, 2, 6
NEW_YORK, HONG_KONG = "America/New_York", "Asia/Hong_Kong"
WEEKLY = Calendar(
    open=Moment(day=FRIDAY, at=time(10), zone=NEW_YORK),
    cut_off=Moment(day=WEDNESDAY, at=time(18), zone=HONG_KONG),
    approve_by=Moment(day=THURSDAY, at=time(17), zone=NEW_YORK),
    send=Moment(day=FRIDAY, at=time(8), zone=NEW_YORK),
    skip=(date(2026, 12, 25),),
    extra=(ExtraIssue(date=date(2026, 12, 1), slug="summit", at=time(9)),),
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_the_week_of_an_issue() -> None:
    """Each deadline is the last such moment before the next one."""
    week = calendar.week(WEEKLY, IssueId(date(2026, 11, 27)))
    assert week.open == utc(2026, 11, 20, 15)
    assert week.cut_off == utc(2026, 11, 25, 10)
    assert week.approve_by == utc(2026, 11, 26, 22)
    assert week.due == utc(2026, 11, 27, 13)
    assert week.next_issue == date(2026, 12, 4)
    assert week.answers_by == date(2026, 12, 2)


def test_the_gap_between_the_cities_changes_with_the_clocks() -> None:
    """New York changes its clocks on 1 November 2026, Hong Kong never: 20:00 there becomes 21:00."""
    cities = [City(name="Hong Kong", zone=HONG_KONG), City(name="New York", zone=NEW_YORK)]
    before = calendar.week(WEEKLY, IssueId(date(2026, 10, 30))).due
    after = calendar.week(WEEKLY, IssueId(date(2026, 11, 6))).due
    assert [f"{local:%H:%M}" for _, local in calendar.in_cities(before, cities)] == ["20:00", "08:00"]
    assert [f"{local:%H:%M}" for _, local in calendar.in_cities(after, cities)] == ["21:00", "08:00"]
    assert after - before == timedelta(days=7, hours=1)


def test_a_skipped_week_is_promised_to_nobody() -> None:
    """The issue before it promises the one after it."""
    assert calendar.week(WEEKLY, IssueId(date(2026, 12, 18))).next_issue == date(2027, 1, 1)
    assert not calendar.belongs(WEEKLY, IssueId(date(2026, 12, 25)))


def test_an_extra_issue_has_its_own_time_and_promises_the_next_weekly() -> None:
    """It belongs to the calendar under its slug only."""
    extra = IssueId(date(2026, 12, 1), "summit")
    week = calendar.week(WEEKLY, extra)
    assert week.due == utc(2026, 12, 1, 14)
    assert week.next_issue == date(2026, 12, 4)
    assert calendar.belongs(WEEKLY, extra)
    assert not calendar.belongs(WEEKLY, IssueId(date(2026, 12, 1)))


@pytest.mark.parametrize(
    ("day", "at", "twice"),
    [(date(2027, 3, 14), time(2, 30), False), (date(2026, 11, 1), time(1, 30), True)],
    ids=["skipped by the clocks", "comes twice"],
)
def test_a_time_that_cannot_be_named_is_refused_with_its_date(day: date, at: time, twice: bool) -> None:
    """Spring forward, fall back."""
    with pytest.raises(ImpossibleTime, match=str(day)) as caught:
        calendar.instant(day, at, NEW_YORK)
    assert caught.value.twice is twice


def test_impossible_times_of_the_next_two_years_are_told_beforehand() -> None:
    """A send at 02:30 on Sundays fails twice a year; each date is named, with the key it belongs to."""
    nightly = replace(
        WEEKLY,
        open=Moment(day=0, at=time(10), zone=NEW_YORK),
        send=Moment(day=SUNDAY, at=time(2, 30), zone=NEW_YORK),
        approve_by=Moment(day=FRIDAY, at=time(17), zone=NEW_YORK),
        skip=(),
    )
    found = calendar.troubles(nightly, date(2026, 11, 22))
    assert {trouble.key for trouble in found} == {"send"}
    text = " ".join(trouble.what for trouble in found)
    assert "2027-03-14" in text
    assert "2028-03-12" in text


def test_the_sample_calendar_can_be_kept() -> None:
    """No trouble in 104 weeks, whichever day it is asked."""
    for month in range(1, 13):
        assert calendar.troubles(WEEKLY, date(2026, month, 1)) == ()


def test_deadlines_that_do_not_fit_in_a_week_are_told() -> None:
    """A cut-off after the approval deadline would fall into the week before."""
    crowded = replace(WEEKLY, cut_off=Moment(day=FRIDAY, at=time(7), zone=NEW_YORK))
    assert [trouble.key for trouble in calendar.troubles(crowded, date(2026, 11, 22))] == ["open"]


def test_a_skip_on_another_weekday_is_told() -> None:
    """It would skip nothing."""
    wrong = replace(WEEKLY, skip=(date(2026, 12, 24),))
    (trouble,) = calendar.troubles(wrong, date(2026, 11, 22))
    assert (trouble.key, trouble.what) == ("skip", "2026-12-24 is a Thursday, and issues go out on Fridays")


@given(
    weeks=st.integers(0, 400),
    zones=st.tuples(*[st.sampled_from([NEW_YORK, HONG_KONG, "Europe/Prague", "Australia/Sydney"])] * 4),
    days=st.tuples(*[st.integers(0, 6)] * 4),
)
def test_deadlines_come_in_order_whatever_the_zones(
    weeks: int, zones: tuple[str, str, str, str], days: tuple[int, int, int, int]
) -> None:
    """open < cut_off <= approve_by < due, each within seven days and an hour of the next, noon everywhere."""
    opens, cut_off, approve_by, send = (
        Moment(day=day, at=time(12), zone=zone) for day, zone in zip(days, zones, strict=True)
    )
    odd = Calendar(open=opens, cut_off=cut_off, approve_by=approve_by, send=send)
    issue = calendar.next_weekly(odd, date(2026, 1, 1) + timedelta(weeks=weeks))
    week = calendar.week(odd, issue)
    assert week.open < week.cut_off <= week.approve_by < week.due
    limit = timedelta(days=7, hours=1)
    assert max(week.cut_off - week.open, week.approve_by - week.cut_off, week.due - week.approve_by) <= limit
