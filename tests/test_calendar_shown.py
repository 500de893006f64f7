"""`newsletter calendar`: six weeks in every city, how far each issue is, and what to look out for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from newsletter.actions.app import App
from newsletter.actions.open_issue import open_issue
from newsletter.actions.show_calendar import Shown, Stand, show_calendar
from newsletter.actions.way_out import read_schedule
from newsletter.cli.calendar import rendered
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState
from newsletter.publication import calendar, lookahead
from newsletter.publication import schedule as schedules
from newsletter.publication.folder import Folder, issue_folder
from newsletter.publication.holidays import Holiday
from newsletter.publication.running import Daily, Jobs
from newsletter.publication.schedule import City, Deadline, ExtraIssue, Schedule
from newsletter.publication.timetable import issues_between
from tests.approving import COMING, at_home, sign
from tests.commands import run
from tests.conftest import ROOT
from tests.sending import send

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)  # Monday, 16:00 in Hong Kong and 03:00 in New York


def printed(shown: Shown, width: int = 100) -> str:
    """The calendar as a terminal of so many columns shows it, without colours."""
    out = StringIO()
    Console(file=out, width=width, markup=False, highlight=False, emoji=False).print(rendered(shown))
    return out.getvalue()


def coming(app: App, weeks: int = 6) -> Shown:
    """The next weeks by the schedule as it is written now."""
    return show_calendar(app, read_schedule(app), weeks)


def at(app: App, now: datetime = NOW) -> App:
    return replace(app, clock=lambda: now)


def rewritten(app: App, old: str, new: str) -> None:
    path = app.root / "schedule.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_six_weeks_with_every_deadline_in_both_cities(app: App) -> None:
    """Opened, cut off, approved, sent; on the clock of each city, with what is left; nothing wider than 100 columns."""
    shown = coming(at(app))
    assert [str(one.issue) for one in shown.planned] == [
        "2026-11-27",
        "2026-12-04",
        "2026-12-11",
        "2026-12-18",
        "2026-12-25",
        "2027-01-01",
    ]
    text = printed(shown)
    assert max(map(len, text.splitlines())) <= 100
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "2026-11-27 open Fri 20 Nov 23:00 Fri 20 Nov 10:00 2 days ago" in rows
    assert "in preparation cut-off Wed 25 Nov 18:00 Wed 25 Nov 05:00 in 2 days" in rows
    assert "approve by Fri 27 Nov 06:00 Thu 26 Nov 17:00 in 3 days" in rows
    assert "send Fri 27 Nov 21:00 Fri 27 Nov 08:00 in 4 days" in rows


def test_the_next_deadline_is_counted_down_to(app: App) -> None:
    """To the minute, in both cities."""
    text = printed(coming(at(app, NOW + timedelta(minutes=12))))
    assert "Next        cut-off of 2026-11-27 in 2 days 1 hour\n" in text
    assert "\n            Wed 25 Nov 18:00 Hong Kong = Wed 25 Nov 05:00 New York\n" in text
    hour = printed(coming(at(app, datetime(2026, 11, 25, 9, 14, 30, tzinfo=UTC))))
    assert "cut-off of 2026-11-27 in 45 minutes" in hour


@pytest.mark.parametrize("weeks", [1, 10])
def test_so_many_weeks_are_shown_as_are_asked_for(app: App, weeks: int) -> None:
    """Today's issue included."""
    shown = coming(at(app), weeks)
    assert len(shown.planned) == weeks
    assert all(one.issue.date <= NOW.date() + timedelta(weeks=weeks) for one in shown.planned)


def stands(app: App) -> dict[str, Stand]:
    return {str(one.issue): one.stand for one in coming(app).planned}


def test_how_far_each_issue_is(app: App) -> None:
    """In preparation once its folder is there, not opened before, skipped where the calendar says so."""
    told = stands(at(app))
    assert told["2026-11-27"] is Stand.OPEN
    assert told["2026-12-04"] is Stand.NOT_OPENED
    assert told["2026-12-25"] is Stand.SKIPPED
    open_issue(at(app))
    assert stands(at(app))["2026-12-04"] is Stand.OPEN


def test_an_approved_issue_is_told_until_it_is_changed(publication: Path) -> None:
    """A signature that holds no longer is none."""
    with at_home(publication) as app:
        assert stands(app)[str(COMING)] is Stand.OPEN
        sign(app, "mei")
        sign(app, "daniel")
        assert stands(app)[str(COMING)] is Stand.APPROVED
        quote = issue_folder(app.root, COMING) / "quote.md"
        quote.write_text(quote.read_text("utf-8") + "\nOne more sentence.\n", "utf-8")
        assert stands(app)[str(COMING)] is Stand.OPEN


def test_an_issue_that_was_sent_is_told(sender: App) -> None:
    """On the day it went out; the next deadline is one of the issue after it."""
    send(sender)
    shown = coming(sender)
    (first, *_) = shown.planned
    assert (first.issue, first.stand) == (COMING, Stand.SENT)
    assert first.mailing is not None
    assert first.mailing.state is MailingState.SENT
    assert shown.next is not None
    assert shown.next.issue == IssueId(date(2026, 12, 4))


def test_an_issue_that_was_due_and_is_not_sent_stands_out(app: App) -> None:
    """Two hours after it was due."""
    text = printed(coming(at(app, datetime(2026, 11, 27, 15, tzinfo=UTC))))
    assert "not sent" in text


def test_the_command_shows_it(app: App) -> None:
    """Through a pipe: plain lines, whatever day it is."""
    done = run("-C", str(app.root), "calendar", "--weeks", "3")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "Hong Kong" in done.stdout
    assert "approve by" in done.stdout


# What to look out for


def sample() -> Schedule:
    found, _, mistakes = schedules.read(Folder(ROOT))
    assert found is not None, mistakes
    return found


def told(schedule: Schedule, now: datetime, *holidays: Holiday, weeks: int = 6) -> list[str]:
    """The notices of the coming weeks."""
    last = now.date() + timedelta(weeks=weeks)
    coming = tuple(calendar.week(schedule.calendar, one) for one in issues_between(schedule.calendar, now.date(), last))
    return [one.words for one in lookahead.notices(schedule, holidays, coming, now)]


def with_calendar(**changes: Any) -> Schedule:
    return replace(sample(), calendar=replace(sample().calendar, **changes))


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (
            datetime(2027, 3, 8, tzinfo=UTC),
            "The clocks change in New York on Sun 14 Mar 2027: Hong Kong and New York are 12 hours apart from then on, "
            "no longer 13 hours. 2027-03-19 goes out at 20:00 in Hong Kong.",
        ),
        (
            datetime(2026, 10, 20, tzinfo=UTC),
            "The clocks change in New York on Sun 1 Nov 2026: Hong Kong and New York are 13 hours apart from then on, "
            "no longer 12 hours. 2026-11-06 goes out at 21:00 in Hong Kong.",
        ),
    ],
    ids=["spring", "autumn"],
)
def test_a_change_of_the_gap_between_the_cities_is_told(now: datetime, words: str) -> None:
    """With its date, the hours before and after, and what the first issue after it means for the other city."""
    assert told(sample(), now) == [words]


def test_cities_that_change_their_clocks_together_are_as_far_apart_as_before() -> None:
    """Nothing to look out for."""
    twins = (City(name="Prague", zone="Europe/Prague"), City(name="Vienna", zone="Europe/Vienna"))
    assert told(replace(sample(), cities=twins), datetime(2026, 10, 19, tzinfo=UTC), weeks=3) == []


def test_weeks_in_which_a_second_city_follows_the_first_are_told_twice() -> None:
    """New York changes on 14 March, London on the 28th: for two weeks they are an hour nearer."""
    cities = (City(name="London", zone="Europe/London"), City(name="New York", zone="America/New_York"))
    first, second = told(replace(sample(), cities=cities), datetime(2027, 3, 8, tzinfo=UTC))
    assert "change in New York on Sun 14 Mar 2027: London and New York are 4 hours apart" in first
    assert "change in London on Sun 28 Mar 2027: London and New York are 5 hours apart" in second


def test_a_holiday_on_a_deadline_or_the_day_before_it_is_told() -> None:
    """Where it is one: in Hong Kong, where it is a Friday by then, the approval is due on a day like others."""
    thanksgiving = Holiday(date=date(2026, 11, 26), name="Thanksgiving Day", cities=("New York",))
    (words,) = told(sample(), NOW, thanksgiving, weeks=1)
    assert words == (
        "Thu 26 Nov 2026 is Thanksgiving Day in New York: the approval deadline of 2026-11-27 falls on it, and sending "
        "comes the day after."
    )


def test_a_holiday_in_both_cities_is_told_once_where_it_means_the_same() -> None:
    """Wednesday's cut-off falls on it in both; Tuesday's would be near it in both."""
    found = told(sample(), NOW, Holiday(date=date(2026, 11, 25), name="A", cities=("Hong Kong", "New York")), weeks=1)
    assert any(
        "in New York: the cut-off of 2026-11-27 falls on it, and the approval deadline comes" in one for one in found
    )
    assert any("in Hong Kong: the cut-off of 2026-11-27 falls on it." in one for one in found)
    (one,) = told(sample(), NOW, Holiday(date=date(2026, 11, 24), name="A", cities=("Hong Kong", "New York")), weeks=1)
    assert "in Hong Kong and New York: the cut-off of 2026-11-27 comes the day after." in one


def test_a_holiday_far_from_every_deadline_is_no_news() -> None:
    """Monday: two days before the cut-off."""
    assert told(sample(), NOW, Holiday(date=date(2026, 11, 23), name="A", cities=("Hong Kong",)), weeks=1) == []


def test_a_year_without_holidays_is_told_before_it_begins() -> None:
    """Somebody has to write them in."""
    christmas = Holiday(date=date(2026, 12, 20), name="A", cities=("Hong Kong",))
    assert told(sample(), NOW, christmas, weeks=8) == ["content/holidays.yaml holds none of 2027 yet; write them in."]
    assert told(sample(), NOW, christmas, weeks=2) == []


def test_times_at_which_clocks_are_changed_are_told() -> None:
    """Of deadlines, extra issues and jobs, where the zone changes its clocks at all."""
    night = Deadline(day=3, at=time(2, 30), zone="America/New_York")
    hong_kong = Deadline(day=2, at=time(2, 30), zone="Asia/Hong_Kong")
    extra = ExtraIssue(date=date(2027, 5, 4), slug="summit", at=time(3, 59))
    schedule = replace(
        with_calendar(approve_by=night, cut_off=hong_kong, extra=(extra,)),
        jobs=Jobs(tidy=Daily(at=time(1)), backup=Daily(at=time(4))),
    )
    begins = [words.split(",")[0] for words in told(schedule, NOW)]
    assert begins == [
        "calendar: approve_by is at 02:30 in America/New_York",
        "jobs: tidy is at 01:00 in America/New_York",
        "the extra issue 2027-05-04-summit is at 03:59 in America/New_York",
    ]


def test_an_extra_issue_is_told() -> None:
    """It is not every week."""
    schedule = with_calendar(extra=(ExtraIssue(date=date(2026, 12, 1), slug="summit", at=time(9)),))
    words = "2026-12-01-summit is an extra issue: it goes out on Tue 1 Dec 2026 at 09:00."
    assert told(schedule, NOW) == [words]


def test_a_folder_that_the_calendar_does_not_know_is_told_with_the_way_out(app: App) -> None:
    """One that is skipped, and one of another weekday; neither goes out by itself."""
    open_issue(app, IssueId(date(2026, 12, 4)))
    rewritten(app, "skip: [", "skip: [2026-12-04, ")
    (app.root / "content" / "issues" / "2026-12-02").mkdir()
    words = [one.words for one in coming(at(app)).notices if "by itself" in one.words]
    assert words == [
        "2026-12-02 is not in the calendar, and content/issues/2026-12-02 is there: it does not go out by itself. "
        "`newsletter move 2026-12-02 2026-12-11` gives it a date that is free.",
        "2026-12-04 is skipped, and content/issues/2026-12-04 is there: it does not go out by itself. "
        "`newsletter move 2026-12-04 2026-12-11` gives it a date that is free.",
    ]


def test_mistakes_in_the_holidays_hide_no_week(app: App) -> None:
    """They are told beside it, with their line."""
    (app.root / "content" / "holidays.yaml").write_text("- { date: 2026-12-25 }\n", "utf-8")
    shown = coming(at(app))
    assert len(shown.planned) == 6
    assert any(one.words.startswith("content/holidays.yaml:1: `name` is missing") for one in shown.notices)


def test_a_calendar_of_skipped_weeks_only_has_no_next_deadline(app: App) -> None:
    """It is shown all the same."""
    rewritten(app, "skip: [2026-12-25", "skip: [2026-11-27, 2026-12-25")
    shown = coming(at(app), 1)
    assert shown.next is None
    assert "skipped" in printed(shown)


def test_three_cities_are_shown_beside_each_other(app: App) -> None:
    """Each in a column of its own, and the line still fits."""
    rewritten(app, "\nteam:", "  - name: Prague\n    zone: Europe/Prague\n\nteam:")
    text = printed(coming(at(app), 1))
    (row,) = [" ".join(line.split()) for line in text.splitlines() if " send " in line]
    assert row == "send Fri 27 Nov 21:00 Fri 27 Nov 08:00 Fri 27 Nov 14:00 in 4 days"
    assert max(len(line.rstrip()) for line in text.splitlines() if " = " not in line) <= 100
