"""The week in words becomes instants, across clock changes, in both cities."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import App, read_issue, read_publication
from newsletter.actions.move_issue import move_issue
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.publication import calendar
from newsletter.publication.calendar import ImpossibleTime
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Calendar, City, Deadline, ExtraIssue, Moment

FRIDAY, THURSDAY, WEDNESDAY, SUNDAY = 4, 3, 2, 6
NEW_YORK, HONG_KONG = "America/New_York", "Asia/Hong_Kong"
WEEKLY = Calendar(
    open=Deadline(day=FRIDAY, at=time(10), zone=NEW_YORK),
    cut_off=Deadline(day=WEDNESDAY, at=time(18), zone=HONG_KONG),
    approve_by=Deadline(day=THURSDAY, at=time(17), zone=NEW_YORK),
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
        open=Deadline(day=0, at=time(10), zone=NEW_YORK),
        send=Moment(day=SUNDAY, at=time(2, 30), zone=NEW_YORK),
        approve_by=Deadline(day=FRIDAY, at=time(17), zone=NEW_YORK),
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
    crowded = replace(WEEKLY, cut_off=Deadline(day=FRIDAY, at=time(7), zone=NEW_YORK))
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
    opens, cut_off, approve_by = (
        Deadline(day=day, at=time(12), zone=zone) for day, zone in zip(days[:3], zones[:3], strict=True)
    )
    send = Moment(day=days[3], at=time(12), zone=zones[3])
    odd = Calendar(open=opens, cut_off=cut_off, approve_by=approve_by, send=send)
    issue = calendar.next_weekly(odd, date(2026, 1, 1) + timedelta(weeks=weeks))
    week = calendar.week(odd, issue)
    assert week.open < week.cut_off <= week.approve_by < week.due
    limit = timedelta(days=7, hours=1)
    assert max(week.cut_off - week.open, week.approve_by - week.cut_off, week.due - week.approve_by) <= limit


# Deadlines that are so many days before the next


def days_before(send: Moment, *before: tuple[int, time, str]) -> Calendar:
    """A calendar whose deadlines are open, cut_off and approve_by, so many days before what follows."""
    opens, cut_off, approve_by = (Deadline(days_before=days, at=at, zone=zone) for days, at, zone in before)
    return Calendar(send=send, approve_by=approve_by, cut_off=cut_off, open=opens)


RELATIVE = days_before(WEEKLY.send, (5, time(10), NEW_YORK), (1, time(18), HONG_KONG), (1, time(17), NEW_YORK))


def test_a_deadline_may_be_so_many_days_before_the_next() -> None:
    """Counted by the dates of its own zone: 17:00 on Thursday in New York is Friday in Hong Kong already."""
    week = calendar.week(RELATIVE, IssueId(date(2026, 11, 27)))
    assert week.approve_by == utc(2026, 11, 26, 22)
    assert week.cut_off == utc(2026, 11, 26, 10)
    assert week.open == utc(2026, 11, 21, 15)
    assert calendar.troubles(RELATIVE, date(2026, 11, 22)) == ()


def test_an_extra_issue_keeps_the_distances() -> None:
    """Whatever weekday it goes out on; with weekdays its deadlines would be those of the week around it."""
    tuesday = replace(RELATIVE, extra=(ExtraIssue(date=date(2026, 12, 1), slug="summit"),))
    week = calendar.week(tuesday, IssueId(date(2026, 12, 1), "summit"))
    assert week.due - week.approve_by == timedelta(hours=15)
    assert week.due - week.cut_off == timedelta(hours=27)
    assert calendar.troubles(tuesday, date(2026, 11, 22)) == ()


def test_a_deadline_that_does_not_come_before_the_next_is_told_once_by_its_key() -> None:
    """0 days before, at a later hour."""
    late = replace(RELATIVE, approve_by=Deadline(days_before=0, at=time(9), zone=NEW_YORK))
    (trouble,) = calendar.troubles(late, date(2026, 11, 22))
    assert trouble.key == "approve_by"
    assert "2026-11-27 does not come before the deadline that follows it" in trouble.what


def test_an_extra_issue_too_early_for_its_approval_is_told_at_its_own_entry() -> None:
    """Its time is its own, so its entry is to be mended."""
    morning = replace(
        RELATIVE,
        approve_by=Deadline(days_before=0, at=time(7), zone=NEW_YORK),
        extra=(ExtraIssue(date=date(2026, 12, 1), slug="summit", at=time(6)),),
    )
    (trouble,) = calendar.troubles(morning, date(2026, 11, 22))
    assert (trouble.key, trouble.entry) == ("extra", 0)


def test_impossible_deadlines_are_told_under_their_own_keys() -> None:
    """The cut-off at 02:30 in Prague on Sundays, for an issue of Monday in New York; each date, twice a year."""
    monday = days_before(
        Moment(day=0, at=time(8), zone=NEW_YORK),
        (3, time(10), NEW_YORK),
        (0, time(2, 30), "Europe/Prague"),
        (1, time(12), "Europe/Prague"),
    )
    found = calendar.troubles(monday, date(2026, 11, 22))
    assert {one.key for one in found} == {"cut_off"}
    dates = ("2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29")
    assert [one.what.split(" on ")[1][:10] for one in found] == list(dates)


def test_the_deadlines_of_an_extra_issue_are_looked_at_too() -> None:
    """Its approval would be due in the hour that New York skips in March."""
    night = replace(
        RELATIVE,
        approve_by=Deadline(days_before=1, at=time(2, 30), zone=NEW_YORK),
        cut_off=Deadline(days_before=1, at=time(12), zone=NEW_YORK),
        extra=(ExtraIssue(date=date(2027, 3, 15), slug="spring"), ExtraIssue(date=date(2026, 3, 9), slug="past")),
    )
    (trouble,) = calendar.troubles(night, date(2026, 11, 22))
    assert (trouble.key, trouble.entry) == ("approve_by", None)
    assert "02:30 on 2027-03-14 does not exist in America/New_York" in trouble.what


# What happens should a time be impossible all the same


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        (date(2027, 3, 14), time(2), NEW_YORK, utc(2027, 3, 14, 7)),
        (date(2027, 3, 14), time(2, 59), NEW_YORK, utc(2027, 3, 14, 7)),
        (date(2027, 3, 14), time(3), NEW_YORK, utc(2027, 3, 14, 7)),
        (date(2026, 11, 1), time(1, 30), NEW_YORK, utc(2026, 11, 1, 5, 30)),
        (date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", utc(2026, 10, 3, 15, 30)),
        (date(2011, 12, 30), time(8), "Pacific/Apia", utc(2011, 12, 30, 10)),
    ],
    ids=["gap begins", "gap ends", "after it", "twice", "half an hour", "a day that was left out"],
)
def test_an_impossible_time_is_kept_once_at_the_first_instant(
    day: date, at: time, zone: str, instant: datetime
) -> None:
    """The first valid one after a gap, the first of two."""
    assert calendar.kept(day, at, zone) == instant


# What readers are promised


def test_readers_of_an_extra_issue_are_promised_one_that_still_takes_their_answers() -> None:
    """On Thursday the cut-off of Friday's issue has passed: answers go into the one after it."""
    late = replace(WEEKLY, extra=(ExtraIssue(date=date(2026, 12, 3), slug="late"),))
    week = calendar.week(late, IssueId(date(2026, 12, 3), "late"))
    assert (week.next_issue, week.answers_by) == (date(2026, 12, 11), date(2026, 12, 9))


def test_answers_are_due_at_the_cut_off_of_the_issue_that_is_promised() -> None:
    """Also where weeks are skipped: the 18th promises 1 January, whose cut-off is on 30 December."""
    week = calendar.week(WEEKLY, IssueId(date(2026, 12, 18)))
    assert (week.next_issue, week.answers_by) == (date(2027, 1, 1), date(2026, 12, 30))
    both = replace(WEEKLY, skip=(date(2026, 12, 25), date(2027, 1, 1)))
    week = calendar.week(both, IssueId(date(2026, 12, 18)))
    assert (week.next_issue, week.answers_by) == (date(2027, 1, 8), date(2027, 1, 6))


@given(st.integers(0, 300), st.sampled_from(range(7)), st.sampled_from([RELATIVE, WEEKLY]))
def test_no_reader_is_asked_for_answers_by_a_day_that_is_over(weeks: int, weekday: int, plan: Calendar) -> None:
    """Whatever day an extra issue goes out on; and the issue that is promised comes after that day."""
    day = date(2026, 11, 23) + timedelta(weeks=weeks, days=weekday)
    issue = IssueId(day, "extra")
    week = calendar.week(replace(plan, extra=(ExtraIssue(date=day, slug="extra"),)), issue)
    assert day < week.answers_by <= week.next_issue


def test_a_moved_issue_promises_what_its_new_date_does(app: App) -> None:
    """Its page names the cut-off and the issue that follow the date it has got."""
    moved = IssueId(date(2026, 12, 18))
    move_issue(app, IssueId(date(2026, 11, 27)), moved, by="mei")
    week = read_issue(app, moved).draft.week
    assert (week.due, week.next_issue, week.answers_by) == (utc(2026, 12, 18, 13), date(2027, 1, 8), date(2027, 1, 6))


# As schedule.yaml says it


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ('{ days_before: 1, day: thursday, at: "17:00", zone: America/New_York }', "`approve_by` says both"),
        ('{ at: "17:00", zone: America/New_York }', "`approve_by` says no day"),
        ('{ days_before: 7, at: "17:00", zone: America/New_York }', "`days_before` is 7; write 0 to 6"),
        ('{ days_before: -1, at: "17:00", zone: America/New_York }', "`days_before` is -1"),
        ('{ days_before: 0, at: "09:00", zone: America/New_York }', "does not come before the deadline that follows"),
    ],
)
def test_a_deadline_written_wrong_is_told_with_its_line(app: App, written: str, what: str) -> None:
    """Either a weekday, or a number of days."""
    told = rewritten(app, "  approve_by:", f"  approve_by: {written}")
    (line,) = [number for number, text in enumerate(_lines(app), 1) if text.startswith("  approve_by:")]
    assert f"schedule.yaml:{line}: " in told
    assert what in told


def test_days_before_are_written_as_the_weekdays_are(app: App) -> None:
    """The sample with its approval one day before: the same instants as on Thursdays."""
    assert (
        rewritten(app, "  approve_by:", '  approve_by: { days_before: 1, at: "17:00", zone: America/New_York }') == ""
    )
    assert read_issue(app, IssueId(date(2026, 11, 27))).draft.week.approve_by == utc(2026, 11, 26, 22)


def test_the_sending_has_a_weekday(app: App) -> None:
    """There is nothing that it could be before."""
    told = rewritten(app, "  send:", '  send: { days_before: 1, at: "08:00", zone: America/New_York }')
    assert "`day` is missing" in told
    assert "`days_before` is not a key that is known here" in told


def _lines(app: App) -> list[str]:
    return (app.root / "schedule.yaml").read_text("utf-8").splitlines()


def rewritten(app: App, begins: str, line: str) -> str:
    """What is told of schedule.yaml once the line that begins so is another."""
    lines = [line if text.startswith(begins) else text for text in _lines(app)]
    (app.root / "schedule.yaml").write_text("\n".join(lines) + "\n", "utf-8")
    try:
        read_publication(app, Folder(app.root))
    except ContentError as error:
        return str(error)
    return ""
