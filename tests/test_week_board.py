"""The week, kept in memory: what its line says at each moment, what blocks whom, and that no page waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from newsletter.actions.all_issues import all_issues, matching
from newsletter.actions.app import App
from newsletter.actions.page_audit import page_audit, verify_audit
from newsletter.actions.triage_items import decide
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.actions.way_out import read_schedule
from newsletter.actions.week_board import WeekBoard, glance, week_boards
from newsletter.actions.week_progress import week_progress
from newsletter.desk.moments import ago, left
from newsletter.desk.standing import Standing
from newsletter.desk.todayview import today
from newsletter.desk.weekline import Cell, WeekLine, week_line
from newsletter.model.audit import Deed
from newsletter.model.item import Triage
from newsletter.model.mailing import DeliveryState, Mailing, MailingKind, MailingState, Pause, Receipt
from newsletter.model.subscriber import Reason
from newsletter.store import audit, mailings
from newsletter.store.engine import open_store
from newsletter.store.pulse import mailing_states, pulse
from tests.approving import COMING, at_home, edit, in_issue, sign
from tests.living import Clock
from tests.postgres import KINDS, fresh_database
from tests.sending import bring_in, due_of, send

WEDNESDAY = datetime(2026, 11, 25, 13, tzinfo=UTC)  # three hours after the cut-off
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMIT = 30.0  # seconds that nothing here takes
T = TypeVar("T")


@pytest.fixture
def clock() -> Clock:
    return Clock(WEDNESDAY)


@pytest.fixture
def desk(app: App, clock: Clock) -> Iterator[App]:
    """The sample publication with an empty database, its clock for the test to move."""
    with at_home(app.root):
        yield replace(app, clock=clock)


def board_of(app: App, before: WeekBoard | None = None) -> WeekBoard:
    """The whole board."""
    return tuple(week_boards(app, before))[-1]


def line_of(app: App) -> WeekLine:
    return week_line(board_of(app), app.clock(), "mei")


def cell(line: WeekLine, name: str) -> Cell:
    return next(one for one in line.cells if one.name == name)


def here(line: WeekLine) -> list[str]:
    return [one.name for one in line.cells if one.is_here]


def until(look: Callable[[], T | None]) -> T:
    end = time.monotonic() + LIMIT
    while not (found := look()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def fresh(standing: Standing, now: datetime) -> WeekBoard:
    """The board once it is as things are."""

    def look() -> WeekBoard | None:
        board, is_old = standing.board(now)
        return None if is_old else board

    return until(look)


def mailed(
    board: WeekBoard, state: MailingState, counts: dict[DeliveryState, int], words: str | None = None
) -> WeekBoard:
    """The board with a mailing that stands so."""
    assert board.current
    mailing = Mailing(
        id=1,  # type: ignore[arg-type]  # a plain number does
        issue=COMING,
        kind=MailingKind.ISSUE,
        digest="d",
        state=state,
        due=board.current.week.due,
        expires=board.current.week.due + timedelta(days=1),
        total=sum(counts.values()),
        key="k",
        began=board.current.week.due,
        pause=Pause.PERSON if state is MailingState.PAUSED else None,
        words=words,
    )
    every = tuple((one, counts.get(one, 0)) for one in DeliveryState)
    receipt = Receipt(mailing=mailing, counts=every, editions=())
    return replace(board, receipt=receipt, current=replace(board.current, mailing=mailing, is_sent=True))


def test_before_the_cut_off_it_is_what_we_stand_at(desk: App, clock: Clock) -> None:
    """The next deadline is tinted and counted down, on the clock of every city, that of whoever looks in front."""
    clock.now = MONDAY
    line = line_of(desk)
    assert here(line) == ["Cut-off"]
    assert cell(line, "Cut-off").words == "in 2 d 1 h"
    assert cell(line, "Cut-off").lines == ("Wed 18:00 Hong Kong", "Wed 05:00 New York")
    assert week_line(board_of(desk), MONDAY, "daniel").cells[1].lines[0] == "Wed 05:00 New York"
    assert line.title == "No. 128 · Friday 27 November"
    assert line.now == "No. 128 · Cut-off in 2 d 1 h · nothing blocks"


def test_a_narrow_screen_is_not_told_that_nothing_blocks_before_it_is_known(desk: App) -> None:
    """The sentence says that it is not known, as the line does."""
    line = week_line(replace(board_of(desk), progress=None), WEDNESDAY)
    assert line.now == "No. 128 · Approve in 1 d 9 h · what blocks is not known"


def test_countdowns_are_of_the_moment_of_the_request(desk: App) -> None:
    """A board that was looked up earlier still says what is left now."""
    board = board_of(desk)
    assert cell(week_line(board, WEDNESDAY), "Approve by").words == "in 1 d 9 h"
    assert cell(week_line(board, WEDNESDAY + timedelta(hours=9)), "Approve by").words == "in 1 d"
    assert cell(week_line(board, WEDNESDAY + timedelta(hours=34)), "Approve by").words == "Not approved"
    assert cell(week_line(board, WEDNESDAY + timedelta(hours=34)), "Approve by").state == "bad"


def test_signatures_are_counted_and_named(desk: App) -> None:
    """How many of how many; once it is complete, by whom, and the line stands at sending."""
    assert "0 of 1 signature" in cell(line_of(desk), "Approve by").lines
    sign(desk, "mei")
    line = line_of(desk)
    assert (cell(line, "Approve by").words, cell(line, "Approve by").lines) == ("Approved", ("Mei Okafor",))
    assert here(line) == ["Send"]


def test_readers_are_counted(desk: App) -> None:
    """The line says how many would get the issue now."""
    bring_in(desk)
    assert cell(line_of(desk), "Send").lines[-1] == "12 readers"


def test_what_blocks_is_told_with_whose_it_is(desk: App) -> None:
    """Findings and empty sections, and the first names of those who own them."""
    in_issue(desk.root, "number.md").unlink()
    edit(in_issue(desk.root, "issue.md"), "  number: priya\n", "")
    line = line_of(desk)
    assert (cell(line, "Blocks").words, cell(line, "Blocks").state) == ("1 empty section", "bad")
    assert cell(line, "Blocks").lines == ("Number of the week: nobody",)
    assert line.now.endswith("1 empty section")


def test_files_that_cannot_be_read_block(desk: App) -> None:
    """A mistake in a file is told as one, with whoever writes that section."""
    edit(in_issue(desk.root, "question.md"), "---\n", "---\n: {\n")
    board = board_of(desk)
    assert board.progress
    assert not board.progress.is_readable
    assert [(one.section, one.what, one.who and one.who.id) for one in board.progress.blockers] == [
        ("question", "cannot be read", "mei")
    ]
    assert cell(week_line(board, WEDNESDAY), "Blocks").words == "1 mistake in the files"


def test_findings_stand_with_their_section(desk: App) -> None:
    """A blocker names its section, its owner, and each place with what to do."""
    path = in_issue(desk.root, "insight.md")
    path.write_text(path.read_text("utf-8") + "\nTODO and more.\n", "utf-8")
    found = week_progress(desk, COMING, read_schedule(desk))
    assert [(one.section, one.who and one.who.id) for one in found.blockers] == [("insight", "daniel")]
    assert all(place.path.endswith("insight.md") and place.line for place in found.blockers[0].places)
    assert found.findings == len(found.blockers[0].places) > 0


def test_a_mailing_is_told_in_words(desk: App) -> None:
    """Whatever became of it, with figures; and the line stands there."""
    board, planned = board_of(desk), DeliveryState.PLANNED
    for state, counts, words, name, figures, how in (
        (MailingState.SENDING, {DeliveryState.ACCEPTED: 4, planned: 8}, None, "Sending", "4 of 12", ""),
        (MailingState.SENT, {DeliveryState.ACCEPTED: 11, DeliveryState.REFUSED: 1}, None, "Sent", "11 of 12", "ok"),
        (MailingState.PAUSED, {planned: 12}, "mei: a typo", "Paused", "0 of 12 have left", "bad"),
        (MailingState.UNRESOLVED, {DeliveryState.UNKNOWN: 2}, None, "Sent in part", "2 unknown", "warn"),
        (MailingState.MISSED, {planned: 12}, "nobody signed", "Send", "Missed", "bad"),
        (MailingState.CANCELLED, {DeliveryState.CANCELLED: 12}, "mei: not today", "Send", "Cancelled", "bad"),
    ):
        line = week_line(mailed(board, state, counts, words), WEDNESDAY + timedelta(days=2))
        assert here(line) == [name]
        assert cell(line, name).words.startswith(figures)
        assert cell(line, name).state == how
        assert words is None or cell(line, name).lines == (words,)
        assert cell(line, name).path == f"/issues/{COMING}/delivery"


def test_the_issue_that_went_out_stays_until_the_next_opens(sender: App) -> None:
    """After the send the line has the figures; from when the next one opens it is about that."""
    send(sender)
    board = board_of(replace(sender, clock=lambda: due_of(sender) + timedelta(hours=1)))
    assert board.current
    assert board.current.issue == COMING
    assert cell(week_line(board, board.at), "Sent").words == "12 of 12 accepted"
    later = replace(sender, clock=lambda: board.at + timedelta(hours=2))
    following = board_of(later, board).current
    assert following
    assert (str(following.issue), following.number) == ("2026-12-04", 129)


def test_a_week_without_an_open_issue_says_when_it_opens(desk: App, clock: Clock) -> None:
    """No. 129 opens at its time, and from then on anybody may open it."""
    in_issue(desk.root, "sent").mkdir()
    clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    line = line_of(desk)
    assert (line.opens, here(line)) == ("2026-12-04", ["Gathered"])
    assert cell(line, "Blocks").words == "No. 129 is not open yet"
    assert "No. 129" in line.now


def test_each_of_the_team_sees_their_own_first(desk: App, clock: Clock) -> None:
    """What lies with one person stands on top for them, and among the others for the rest."""
    clock.now = MONDAY
    in_issue(desk.root, "number.md").unlink()
    board = board_of(desk)
    mei, daniel, priya = board.schedule.team
    assert [(one.what, one.path) for one in today(board, MONDAY, priya).mine] == [
        ("Number of the week: not written yet", f"/issues/{COMING}/sections/number")
    ]
    assert today(board, MONDAY, daniel).mine == ()
    assert [one.name for one in today(board, MONDAY, mei).people] == ["Priya Lindqvist"]
    assert today(board, MONDAY, mei).calm == ""


def test_who_may_sign_is_asked_to_once_nothing_blocks(desk: App) -> None:
    """Approvers have it to do; a writer who is none has nothing, and the page is calm."""
    board = board_of(desk)
    mei, _, priya = board.schedule.team
    assert [one.path for one in today(board, WEDNESDAY, mei).mine] == [f"/issues/{COMING}/approve"]
    assert today(board, WEDNESDAY, priya).mine == ()
    assert today(board, WEDNESDAY, mei).calm.startswith("Nothing blocks No. 128.")


def test_a_glance_sees_what_counts_and_nothing_else(home: App) -> None:
    """A saved file, a decision and a signature make a board old; the same again does not."""
    board = board_of(home)

    def is_old() -> bool:
        with open_store(home.database) as store:
            return board.is_old(glance(home, store, board), home.clock())

    assert not is_old()
    assert board.gathered
    before = board.gathered.to_triage
    decide(home, (board.gathered.stories[-1]), Triage.KEPT, "mei")
    assert is_old()
    board = board_of(home, board)
    assert not is_old()
    assert board.gathered
    assert board.gathered.to_triage == before - 1
    sign(home, "mei")
    assert is_old()
    board = board_of(home, board)
    assert not is_old()
    in_issue(home.root, "quote.md").touch()
    assert is_old()


def test_what_has_not_changed_is_not_looked_up_again(home: App) -> None:
    """After a decision about a story the issue is not checked anew, nor is anything else."""
    board = board_of(home)
    assert board.gathered
    decide(home, board.gathered.stories[0], Triage.KEPT, "mei")
    after = board_of(home, board)
    assert after.progress is board.progress
    assert after.rota is board.rota
    assert after.log is board.log


@pytest.mark.parametrize("kind", KINDS)
def test_a_pulse_is_taken_from_either_database(kind: str, tmp_path: Path) -> None:
    """The numbers of an empty database are zeros, and a mailing changes them."""
    with fresh_database(kind, tmp_path) as address, open_store(address) as store:
        before = pulse(store, COMING, MONDAY)
        assert (before.items, before.untouched, before.mailing) == (0, 0, "")
        audit.append(
            store, Deed(happened=MONDAY, who="mei (login x)", act="waive", issue=COMING, digest=None, note=None)
        )
        assert pulse(store, COMING, MONDAY) == before
        assert dict(mailing_states(store)) == {}
        assert mailings.living(store) == ()


def test_the_first_page_has_the_week_and_later_ones_do_not_wait(desk: App) -> None:
    """The first request waits for the board; a saved file leaves the known values, marked as old, then brings new."""
    standing = Standing(desk, first_wait=LIMIT)
    try:
        found = standing.values(WEDNESDAY, "mei")
        assert found["nav"] == {"triage": 0, "issue": str(COMING), "issue_words": "No. 128", "answers": 0}
        fresh(standing, WEDNESDAY)
        in_issue(desk.root, "number.md").unlink()
        at_once = standing.values(WEDNESDAY, "mei")["week"]
        assert at_once.is_old
        assert cell(at_once, "Blocks").words == "Nothing"
        board = fresh(standing, WEDNESDAY)
        assert cell(week_line(board, WEDNESDAY), "Blocks").words == "1 empty section"
    finally:
        standing.close()


def test_a_page_never_waits_longer_than_it_may(desk: App) -> None:
    """With nothing known yet and no time to wait, a page is told so at once."""
    standing = Standing(desk, first_wait=0.0)
    try:
        line = standing.values(WEDNESDAY, "mei")["week"]
        assert line.is_old
        assert line.cells == () or line.cells
    finally:
        standing.close()
    standing.close()


def test_many_ask_at_once_and_one_looks(desk: App) -> None:
    """Pages of many threads get the same board, whatever happens beside them."""
    standing = Standing(desk, first_wait=LIMIT)
    came: list[str] = []
    threads = [
        threading.Thread(target=lambda: came.append(standing.values(WEDNESDAY, "mei")["week"].title)) for _ in range(8)
    ]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        assert came == ["No. 128 · Friday 27 November"] * 8
    finally:
        standing.close()


def test_a_broken_schedule_leaves_the_last_week_and_says_why(desk: App) -> None:
    """schedule.yaml half-way saved: the line stays as it was, with the trouble beside it."""
    standing = Standing(desk, first_wait=LIMIT)
    try:
        fresh(standing, WEDNESDAY)
        edit(desk.root / "schedule.yaml", "name: Focus This Week", "name: [")
        line = until(lambda: (found := standing.values(WEDNESDAY, "mei")["week"]).trouble and found)
        assert line.title == "No. 128 · Friday 27 November"
        assert "schedule.yaml" in line.trouble
    finally:
        standing.close()


def test_the_audit_log_is_turned_by_pages(desk: App) -> None:
    """The newest first, so many at a time, of one issue or one person; a changed entry shows."""
    with open_store(desk.database) as store:
        for at in range(7):
            who = ("mei (signed in)", "mei-lin (login mei)")[at % 2]
            deed = Deed(
                happened=MONDAY, who=who, act="waive", issue=COMING if at < 2 else None, digest=None, note=str(at)
            )
            audit.append(store, deed)
    first = page_audit(desk, 3)
    assert ([one.number for one in first.entries], first.before) == ([7, 6, 5], 5)
    assert [one.number for one in page_audit(desk, 3, before=2).entries] == [1]
    assert [one.number for one in page_audit(desk, 9, who="mei").entries] == [7, 5, 3, 1]
    assert [one.number for one in page_audit(desk, 9, issue=COMING).entries] == [2, 1]
    assert (verify_audit(desk).deeds, verify_audit(desk).broken) == (7, None)


def test_all_issues_are_listed_and_found_by_words(desk: App) -> None:
    """The newest first; every word has to stand in subject, number or date, whatever its case."""
    rows = all_issues(desk)
    assert [row.number for row in rows] == [128, 127, 126, 125, 124]
    assert [row.is_sent for row in rows] == [False, True, True, True, True]
    assert [row.number for row in matching(rows, "LABORATORIES who")] == [126]
    assert [row.number for row in matching(rows, "No. 125")] == [125]
    assert [row.number for row in matching(rows, "october")] == [124]
    assert matching(rows, "laboratories october") == ()


def test_an_issue_is_read_again_once_its_file_is_another(desk: App) -> None:
    """The list shows a subject as it is saved, and an issue of which nothing can be read as well."""
    assert all_issues(desk)[0].subject == "Two capitals, one table"
    edit(in_issue(desk.root, "issue.md"), "Two capitals, one table", "Three capitals and two tables")
    assert all_issues(desk)[0].subject == "Three capitals and two tables"
    in_issue(desk.root, "issue.md").write_text("no front matter\n", "utf-8")
    assert (all_issues(desk)[0].number, all_issues(desk)[0].subject) == (None, "")


@pytest.mark.parametrize(
    ("time_left", "said"),
    [
        (timedelta(days=1, hours=4, minutes=3), "1 d 4 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(hours=3, minutes=20), "3 h 20 min"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(seconds=5), "less than a minute"),
        (timedelta(seconds=-5), "less than a minute"),
    ],
)
def test_what_is_left_is_said_in_two_units(time_left: timedelta, said: str) -> None:
    """A countdown is short, and never less than nothing."""
    assert left(time_left) == said


def test_what_is_past_is_said_in_one_unit() -> None:
    """Minutes, hours, days; what has just happened is just now."""
    spans = (timedelta(seconds=20), timedelta(minutes=9), timedelta(hours=3), timedelta(days=2))
    assert [ago(one) for one in spans] == ["just now", "9 minutes ago", "3 hours ago", "2 days ago"]
    assert ago(timedelta(hours=1, minutes=30)) == "90 minutes ago"


def test_readers_are_counted_again_after_an_import_and_after_a_minute(desk: App, clock: Clock) -> None:
    """Whom an issue would reach is told at once after a list came in, and else as it was a minute ago at most."""
    before = board_of(desk)
    assert before.audience is not None
    bring_in(desk)
    added = board_of(desk, before)
    assert added.audience is not None
    assert added.audience.writable > before.audience.writable
    suppress_reader(desk, "ana@example.org", Reason.OPT_OUT, who="daniel", note="by letter")
    clock.forward(seconds=59)
    assert board_of(desk, added).audience == added.audience == added.lately_counted(clock())
    clock.forward(seconds=1)
    assert added.lately_counted(clock()) is None
    later = board_of(desk, added).audience
    assert later is not None
    assert later.writable == added.audience.writable - 1
