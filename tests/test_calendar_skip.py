"""`newsletter skip`: a date in schedule.yaml, and not another byte."""

from __future__ import annotations

import getpass
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.actions.app import App, read_publication
from newsletter.actions.read_audit import read_audit
from newsletter.actions.skip_week import plan_skip, skip_week
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication import calendar, yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.skipping import with_skip, without_skip
from newsletter.publication.write import ChangedMeanwhile
from newsletter.store.errors import StoreError
from tests.approving import at_home, sign
from tests.commands import run
from tests.conftest import SOAK

DAY = date(2027, 2, 5)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OPEN = "  open: { day: friday } # when editors may begin\n"


def at(app: App) -> App:
    return replace(app, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  skip: [2026-12-25]\n", "  skip: [2026-12-25, 2027-02-05]\n"),
        ("  skip: [2027-12-24] # Christmas\n", "  skip: [2027-02-05, 2027-12-24] # Christmas\n"),
        ("  skip: [2026-12-25, '2027-12-24']\n", "  skip: [2026-12-25, 2027-02-05, '2027-12-24']\n"),
        ("  skip: [\n    2026-12-25, # Christmas\n  ]\n", "  skip: [\n    2026-12-25, 2027-02-05, # Christmas\n  ]\n"),
        ("  skip: [] # none yet\n", "  skip: [2027-02-05] # none yet\n"),
        ("  skip: # none yet\n", "  skip: [2027-02-05] # none yet\n"),
        ("  skip: null\n", "  skip: [2027-02-05]\n"),
        ("  skip:\n    - 2026-12-25 # a\n    # b\n", "  skip:\n    - 2026-12-25 # a\n    - 2027-02-05\n    # b\n"),
        ("  skip:\n  - 2027-12-24 # a\n", "  skip:\n  - 2027-02-05\n  - 2027-12-24 # a\n"),
        ("", "  skip: [2027-02-05]\n"),
    ],
)
def test_a_date_is_written_among_the_others_and_taken_out_again(before: str, after: str) -> None:
    """In order, in the way the list is written; comments stay, and taking it out leaves the text as it was."""
    rest = "# the next key\nsections: []\n"
    text, changed = f"calendar:\n{OPEN}{before}{rest}", f"calendar:\n{OPEN}{after}{rest}"
    assert with_skip(text, DAY) == changed
    back = without_skip(changed, DAY)
    assert back is not None
    if before.count("20"):
        assert back == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("calendar: { open: x }\n", "calendar: { open: x, skip: [2027-02-05] }\n"),
        ("calendar:\n  open: x", "calendar:\n  open: x\n  skip: [2027-02-05]\n"),
        ("calendar:\r\n  skip:\r\n  - 2026-12-25\r\n", "calendar:\r\n  skip:\r\n  - 2026-12-25\r\n  - 2027-02-05\r\n"),
        ("\ufeffcalendar:\n  skip: [2026-12-25]\n", "\ufeffcalendar:\n  skip: [2026-12-25, 2027-02-05]\n"),
        (
            "calendar:\n  extra:\n    - date: 2026-12-01\n      slug: y # z\n\n# then\nname: a\n",
            "calendar:\n  extra:\n    - date: 2026-12-01\n      slug: y # z\n  skip: [2027-02-05]\n\n# then\nname: a\n",
        ),
    ],
    ids=["between braces", "no line end", "line ends of Windows", "byte order mark", "behind a block"],
)
def test_other_ways_to_write_it_are_kept(before: str, after: str) -> None:
    """Line ends, a byte order mark, a calendar in one line."""
    assert with_skip(before, DAY) == after


def test_what_cannot_be_changed_is_left_to_a_person() -> None:
    """Rather than a file that says something else."""
    assert with_skip("calendar:\n  skip:\n    -\n      2026-12-25\n", DAY) is None
    assert without_skip("calendar:\n  skip: [2026-12-25]\n", DAY) is None
    assert without_skip("calendar:\n  skip: [2026-12-25,2027-02-05 ]\n", DAY) == "calendar:\n  skip: [2026-12-25 ]\n"


@settings(max_examples=2_000 if SOAK else 25)  # each reads some twenty texts
@given(st.lists(st.dates(date(2026, 1, 1), date(2028, 1, 1)), unique=True, min_size=1, max_size=4), st.booleans())
def test_whatever_the_list_a_date_goes_in_and_out(days: list[date], block: bool) -> None:
    """Each of its dates, one after another, out of a list in any order; and in again."""
    lines = "".join(f"\n    - {day} # {day:%a}" for day in days) if block else f" [{', '.join(map(str, days))}]"
    text = f"calendar:\n  skip:{lines}\n  open: x # y\n"
    for day in days:
        out = without_skip(text, day)
        assert out is not None
        assert str(day) not in _said(out)
        again = with_skip(out, day)
        assert again is not None
        assert sorted(_said(again)) == sorted(map(str, days))
        assert "open: x # y" in again


def _said(text: str) -> list[str]:
    said = yamlfile.read(text).value
    assert isinstance(said, dict)
    found = said["calendar"]
    assert isinstance(found, dict)
    days = found["skip"]
    return [str(day) for day in days] if isinstance(days, list) else []


def test_a_skipped_week_is_out_of_the_calendar_until_it_is_taken_in_again(app: App) -> None:
    """And schedule.yaml is then what it was, byte for byte."""
    before = (app.root / "schedule.yaml").read_bytes()
    skip_week(app, plan_skip(at(app), DAY), "mei", login="ada")
    found = read_publication(app, Folder(app.root)).schedule.calendar
    assert not calendar.belongs(found, IssueId(DAY))
    assert calendar.next_weekly(found, date(2027, 1, 29)) == IssueId(date(2027, 2, 12))
    skip_week(app, plan_skip(at(app), DAY, undo=True), "mei", login="ada")
    assert (app.root / "schedule.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("day", "undo", "what"),
    [
        (date(2027, 2, 4), False, "Thu 4 Feb 2027 has no weekly issue: they go out on Fridays; the next is 2027-02-05"),
        (date(2026, 12, 25), False, "is skipped already; --undo takes it in again"),
        (date(2027, 2, 5), True, "is not skipped; `newsletter calendar` shows which weeks are"),
        (date(2026, 11, 20), False, "the issue 2026-11-20 has been sent; its date stands for ever"),
        (date(2025, 11, 14), False, "is past; only weeks to come can be skipped"),
    ],
)
def test_what_makes_no_sense_is_refused(app: App, day: date, undo: bool, what: str) -> None:
    """In words, and nothing is written."""
    before = (app.root / "schedule.yaml").read_bytes()
    with pytest.raises(ConfigError) as caught:
        plan_skip(at(app), day, undo)
    assert what in str(caught.value)
    assert (app.root / "schedule.yaml").read_bytes() == before


def test_what_was_saved_meanwhile_is_not_written_over(app: App) -> None:
    """Somebody had schedule.yaml open in an editor."""
    skip = plan_skip(at(app), DAY)
    path = app.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "# one more comment\n", "utf-8")
    with pytest.raises(ChangedMeanwhile):
        skip_week(app, skip, "mei", login="ada")


def deeds(app: App) -> list[tuple[str, str, str, str | None]]:
    entries = read_audit(app).entries
    return [(one.deed.who, one.deed.act, str(one.deed.issue), one.deed.note) for one in entries]


def test_who_leaves_a_week_out_stands_in_the_audit_log(publication: Path) -> None:
    """And who takes it in again; with a line for each issue whose approvals that voids. Refused, it leaves none."""
    with at_home(publication) as app:
        sign(app, "mei")
        skip = plan_skip(app, date(2026, 12, 4))
        skip_week(app, skip, "daniel", login=None)
        with pytest.raises(ChangedMeanwhile):
            skip_week(app, skip, "daniel", login=None)
        skip_week(app, plan_skip(app, date(2026, 12, 4), undo=True), "mei", login="ada")
        assert deeds(app)[1:] == [
            ("daniel (signed in)", "skip", "2026-12-04", "Fri 4 Dec 2026 is left out"),
            ("daniel (signed in)", "voids", "2026-11-27", "Mei Okafor: schedule.yaml was changed"),
            ("mei (login ada)", "unskip", "2026-12-04", "Fri 4 Dec 2026 has its issue again"),
        ]


def test_while_the_log_cannot_be_written_no_week_is_left_out(publication: Path) -> None:
    """The date and its line are there together, or neither is."""
    with at_home(publication) as app, closing(sqlite3.connect(app.root / "var" / "newsletter.db")) as other:
        before = (app.root / "schedule.yaml").read_bytes()
        other.executescript("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(StoreError):
            skip_week(app, plan_skip(app, DAY), "mei", login=None)
        assert (app.root / "schedule.yaml").read_bytes() == before
        assert deeds(app) == []


def test_signatures_that_a_skipped_week_voids_are_named(publication: Path) -> None:
    """The issue before it promises readers another date: whoever signed it signed other bytes."""
    with at_home(publication) as app:
        sign(app, "mei")
        assert {signature.who for _, signature in plan_skip(app, date(2026, 12, 4)).voids} == {"mei"}
        assert plan_skip(app, DAY).voids == ()
        done = run("-C", str(app.root), "skip", "2026-12-04", "--as", "daniel")
        assert [one[:3] for one in deeds(app)][1:] == [
            (f"daniel (login {getpass.getuser()})", "skip", "2026-12-04"),
            (f"daniel (login {getpass.getuser()})", "voids", "2026-11-27"),
        ]
        assert "mei approved 2026-11-27, which names readers the next issue; this voids that" in done.stderr


def test_the_command_says_what_follows(app: App) -> None:
    """The next issue, and what becomes of a folder that is there."""
    done = run("-C", str(app.root), "skip", "2999-01-04")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Fri 4 Jan 2999 is skipped. The next issue after it is 2999-01-11.\n"
    assert "2999-01-04" in (app.root / "schedule.yaml").read_text("utf-8")
    undone = run("-C", str(app.root), "skip", "2999-01-04", "--undo")
    assert undone.stdout == "Fri 4 Jan 2999 has its issue again.\n"


def test_a_folder_of_a_skipped_week_is_told_with_where_it_may_go(app: App) -> None:
    """The first weekly date without a folder."""
    skip = plan_skip(at(app), date(2026, 11, 27))
    assert (skip.folder, skip.free) == (True, IssueId(date(2026, 12, 4)))


def test_an_extra_issue_is_not_skipped_but_removed(app: App) -> None:
    """It stands in another list."""
    done = run("-C", str(app.root), "skip", "2026-12-01-summit")
    assert done.returncode == 2
    assert "remove it from calendar: extra:" in done.stderr
