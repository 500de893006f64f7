"""The job that sends: on the second, once, by itself where it may, and left to a person where it must be."""

from __future__ import annotations

import shutil
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from email import policy
from email.parser import BytesParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.actions.app import App
from newsletter.actions.approve_issue import approve_issue, withdraw_approval
from newsletter.actions.approved_edition import proposal
from newsletter.actions.cancel_mailing import cancel_mailing
from newsletter.actions.claim import claim
from newsletter.actions.pause_mailing import pause_mailing
from newsletter.actions.resolve_unknown import resolve_unknown
from newsletter.actions.send_issue import send_issue
from newsletter.actions.show_receipt import show_receipt
from newsletter.actions.way_out import read_schedule
from newsletter.cli.receipts import state_words
from newsletter.deliver.progress import Progress
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, RunState
from newsletter.model.mailing import DeliveryState, Mailing, MailingState, Pause
from newsletter.publication import calendar
from newsletter.publication.folder import issue_folder
from newsletter.publication.timetable import issues_between
from newsletter.store import installation
from newsletter.store.engine import open_store
from tests.approving import COMING, edit, in_issue, no_findings, sign
from tests.conftest import SOAK
from tests.jobs import Timed, states, timed
from tests.sending import COUNT, due_of, over_smtp, resume, sums, when_due
from tests.smtpserver import Gate, SmtpServer, hang_up, say, usual

A_MINUTE = timedelta(minutes=1)
CHANGES = ("2027-03-12", "2027-03-19", "2027-11-05", "2027-11-12")  # New York's clocks change between two of them
DONE, WAITING, MISSED, FAILED = RunState.DONE, RunState.WAITING, RunState.MISSED, RunState.FAILED


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def desk(sender: App) -> Timed:
    """An approved issue with its readers, ten minutes before it is due."""
    return timed(sender)


def mailing_of(desk: Timed) -> Mailing:
    return show_receipt(desk.app, COMING).receipt.mailing


def nobody_listens() -> int:
    """A port of this machine that no server has."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


# In time


def test_the_first_mail_leaves_on_the_second_it_is_due(desk: Timed) -> None:
    """Begun three minutes ahead, planned, waited for; the run says what became of every copy."""
    due = due_of(desk.app)
    assert desk.next(Job.SEND) == due - timedelta(minutes=3)
    assert desk.run(Job.SEND) == ()
    desk.clock.now = due - timedelta(minutes=3)
    (done,) = desk.run(Job.SEND)
    assert (done.state, done.key, done.attempt) == (DONE, str(COMING), 1)
    assert f"{COUNT} in all = {COUNT} accepted" in done.words
    assert mailing_of(desk).began == due
    assert sum(desk.clock.waits) == 180
    assert desk.kept(Job.SEND) == (done,)


def test_an_issue_that_has_gone_out_is_never_begun_again(desk: Timed) -> None:
    """The next thing to do is the next issue's."""
    due = due_of(desk.app)
    desk.follow(Job.SEND, due)
    before = desk.kept(Job.SEND)
    desk.clock.now = due + timedelta(minutes=30)
    assert desk.run(Job.SEND) == ()
    assert desk.run(Job.SEND, by_hand=True) == ()
    assert desk.kept(Job.SEND) == before
    assert desk.next(Job.SEND) == due + timedelta(days=7, minutes=-3)


def test_a_person_may_send_before_the_clock_does(desk: Timed) -> None:
    """The run of the clock finds it sent, and says so."""
    send_issue(when_due(desk.app), COMING, "mei", login="tests", at_once=True)
    done = desk.follow(Job.SEND, due_of(desk.app) + A_MINUTE)
    assert states(done) == [DONE]
    assert "sent already" in done[0].words
    assert sums(show_receipt(desk.app, COMING).receipt) == {DeliveryState.ACCEPTED: COUNT}


# Late


@pytest.fixture
def unsigned(sender: App) -> Timed:
    """The same, but nobody has approved it, and it may begin five minutes late at most."""
    withdraw_approval(sender, COMING, "mei", login="tests")
    path = sender.root / "schedule.yaml"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\nsending:\n  grace_minutes: 5\n", "utf-8")
    return timed(sender)


def test_an_approval_that_comes_late_within_the_grace_still_sends(unsigned: Timed) -> None:
    """Looked for on the second it is due, then every minute; the words say what it waits for."""
    due = due_of(unsigned.app)
    waited = unsigned.follow(Job.SEND, due + timedelta(minutes=3))
    assert set(states(waited)) == {WAITING}
    assert "approve" in waited[-1].words
    assert due in [run.next_try for run in waited]
    assert all(run.next_try - run.ended <= A_MINUTE for run in waited if run.next_try and run.ended)
    sign(unsigned.app, "mei")
    (done,) = unsigned.follow(Job.SEND, due + timedelta(minutes=4))
    assert done.state is DONE
    assert mailing_of(unsigned).began == due + timedelta(minutes=4)


def test_an_issue_that_nobody_approved_is_missed_and_never_sent_by_itself(unsigned: Timed) -> None:
    """Also not once it is approved afterwards: a person sends it, or nobody."""
    due = due_of(unsigned.app)
    last = unsigned.follow(Job.SEND, due + timedelta(minutes=6))[-1]
    assert last.state is MISSED
    assert f"newsletter send {COMING} --now" in last.words
    sign(unsigned.app, "mei")
    assert unsigned.follow(Job.SEND, due + timedelta(hours=5)) == []
    sent = send_issue(when_due(unsigned.app, hours=5), COMING, "mei", login="tests", at_once=True)
    assert sums(sent.receipt) == {DeliveryState.ACCEPTED: COUNT}


def test_a_machine_that_was_off_misses_the_issue_and_says_so(desk: Timed) -> None:
    """Approved, and due an hour and a minute ago: a person decides."""
    due = due_of(desk.app)
    desk.follow(Job.SEND, due - timedelta(hours=1))
    desk.run(Job.GATHER, by_hand=True)  # the program has been here before
    desk.clock.now = due + timedelta(minutes=61)
    (run,) = desk.run(Job.SEND)
    assert run.state is MISSED
    assert "nothing had left" in run.words
    assert mailing_of(desk).state is MailingState.MISSED


def test_what_was_due_before_the_program_first_ran_is_none_of_its_own(sender: App) -> None:
    """An issue of last week is not told as missed by a program that is an hour old."""
    desk = timed(sender, due_of(sender) + timedelta(hours=3))
    assert desk.run(Job.SEND) == ()
    assert desk.kept(Job.SEND) == ()


def test_a_first_start_within_the_grace_sends(sender: App) -> None:
    """Whatever was or was not run before."""
    desk = timed(sender, due_of(sender) + timedelta(minutes=59))
    assert states(desk.run(Job.SEND)) == [DONE]


def test_a_signature_taken_back_while_it_waits_stops_it(desk: Timed) -> None:
    """Planned at 07:57; what counts is the moment at which it would leave."""
    due = due_of(desk.app)

    def take_back(now: object) -> None:
        desk.clock.then = lambda _now: None
        withdraw_approval(desk.app, COMING, "mei", login="tests", note="a wrong name")

    desk.clock.then = take_back
    done = desk.follow(Job.SEND, due + A_MINUTE)
    assert set(states(done)) == {WAITING}
    assert mailing_of(desk).began is None


def test_an_issue_due_between_a_backup_and_its_claim_is_not_sent_by_itself(desk: Timed) -> None:
    """It may have gone out from the machine that the backup was made of. Unclaimed, nothing is sent anyway."""
    due = due_of(desk.app)
    with open_store(desk.app.database) as store, store.writing_alone() as connection:
        installation.take_away(connection, due - timedelta(hours=9), due - timedelta(hours=1), "tests")
    waited = desk.follow(Job.SEND, due + timedelta(minutes=2))
    assert set(states(waited)) == {WAITING}
    assert "newsletter claim" in waited[-1].words
    claim(desk.app, "mei", login="tests")
    (run,) = desk.follow(Job.SEND, due + timedelta(minutes=3))
    assert run.state is MISSED
    assert "backup" in run.words
    assert not (desk.app.root / "var" / "outbox").exists()


# Who may go on


def test_a_mailing_that_a_person_paused_waits_for_a_person(desk: Timed, server: SmtpServer) -> None:
    """Quietly, and it goes on when it is resumed; the run ends with it."""
    over_smtp(desk.app, server.port)
    due = due_of(desk.app)
    desk.clock.now = due - timedelta(minutes=3)
    stop = threading.Event()
    desk.clock.then = lambda _now: stop.set()
    assert states(desk.run(Job.SEND, stop=stop)) == [WAITING]
    pause_mailing(desk.app, COMING, "mei", login="tests", words="a wrong link")
    waited = desk.follow(Job.SEND, due + timedelta(minutes=10))
    assert set(states(waited)) == {WAITING}
    assert "a wrong link" in waited[-1].words
    assert server.messages == []
    resume(when_due(desk.app, minutes=11))
    assert states(desk.follow(Job.SEND, due + timedelta(minutes=12))) == [DONE]
    assert len(server.messages) == COUNT


def test_a_server_that_is_away_at_the_time_is_tried_every_five_minutes(desk: Timed, server: SmtpServer) -> None:
    """It was dead at 08:00 and is back at 10:30, long after the grace: everyone gets it once, by itself."""
    over_smtp(desk.app, nobody_listens())
    desk.clock.step = timedelta(seconds=4)
    due = due_of(desk.app)
    waited = desk.follow(Job.SEND, due + timedelta(minutes=8))
    assert set(states(waited)) == {WAITING}
    assert mailing_of(desk).pause is Pause.UNREACHABLE
    assert "every 5 minutes" in waited[-1].words
    assert "every 5 minutes where `newsletter run` is running" in state_words(mailing_of(desk))
    desk.clock.now = due + timedelta(minutes=150)
    over_smtp(desk.app, server.port)
    assert states(desk.follow(Job.SEND, due + timedelta(minutes=156))) == [DONE]
    assert len(server.messages) == len(server.by_recipient()) == COUNT


def test_a_server_that_never_comes_back_leaves_it_to_a_person(desk: Timed) -> None:
    """After `resume_hours` nothing is tried any more, and the run has failed."""
    over_smtp(desk.app, nobody_listens())
    desk.clock.step = timedelta(seconds=4)
    due = due_of(desk.app)
    desk.follow(Job.SEND, due)
    desk.clock.now = due + timedelta(hours=48)
    (run,) = desk.run(Job.SEND)
    assert run.state is FAILED
    assert f"newsletter resume {COMING}" in run.words
    assert desk.follow(Job.SEND, due + timedelta(hours=60)) == []


def test_a_server_that_refuses_us_waits_for_a_person(desk: Timed, server: SmtpServer) -> None:
    """Nothing is tried again before somebody has looked."""
    over_smtp(desk.app, server.port)
    server.at("MAIL", say("550 5.7.1 sender not allowed"))
    due = due_of(desk.app)
    waited = desk.follow(Job.SEND, due + timedelta(minutes=20))
    assert set(states(waited)) == {WAITING}
    assert "sender not allowed" in waited[-1].words
    assert mailing_of(desk).pause is Pause.PROVIDER
    assert server.messages == []
    server.usual_again()
    resume(when_due(desk.app, minutes=21))
    assert states(desk.follow(Job.SEND, due + timedelta(minutes=22))) == [DONE]


def test_a_cancelled_issue_is_over(desk: Timed) -> None:
    """Its run is done, and nothing leaves."""
    due = due_of(desk.app)
    desk.clock.now = due - timedelta(minutes=3)
    stop = threading.Event()
    desk.clock.then = lambda _now: stop.set()
    desk.run(Job.SEND, stop=stop)
    cancel_mailing(desk.app, COMING, "mei", login="tests", words="the wrong week")
    (run,) = desk.follow(Job.SEND, due + A_MINUTE)
    assert run.state is DONE
    assert "the wrong week" in run.words


# Cut off


def test_deferred_copies_are_tried_when_their_time_has_come_and_nobody_waits_for_them(
    desk: Timed, server: SmtpServer
) -> None:
    """The run leaves the right to send to others meanwhile, and comes back by itself."""
    over_smtp(desk.app, server.port)
    server.at("RCPT", say("451 4.2.1 mailbox busy"), to="ana@example.org", times=2)
    due = due_of(desk.app)
    first = desk.follow(Job.SEND, due)
    assert states(first) == [WAITING]
    assert first[0].next_try is not None
    assert timedelta(minutes=4) < first[0].next_try - due < timedelta(minutes=7)
    assert len(server.messages) == COUNT - 1
    last = desk.follow(Job.SEND, due + timedelta(minutes=40))
    assert states(last) == [WAITING, DONE]
    assert len(server.by_recipient()) == len(server.messages) == COUNT


def test_a_run_that_is_stopped_goes_on_at_the_next_start(desk: Timed, server: SmtpServer) -> None:
    """SIGTERM in the middle: what was on its way is finished, the others come with the next start."""
    over_smtp(desk.app, server.port)
    gate, stop = Gate(), threading.Event()
    server.at("DOT", usual(gate=gate), after=3, times=1)
    desk.clock.now = due_of(desk.app)
    with ThreadPoolExecutor(1) as beside:
        running = beside.submit(desk.run, Job.SEND, stop=stop)
        gate.wait()
        stop.set()
        gate.open()
        assert states(running.result()) == [WAITING]
    assert 4 <= len(server.messages) < COUNT
    (run,) = desk.run(Job.SEND)
    assert (run.state, run.attempt) == (DONE, 2)
    assert len(server.messages) == len(server.by_recipient()) == COUNT


def test_unknown_copies_wait_for_a_person_and_a_second_copy_leaves_by_itself(desk: Timed, server: SmtpServer) -> None:
    """The run says how many; once somebody has decided to send them again, the clock does."""
    over_smtp(desk.app, server.port)
    server.at("DOT", hang_up(keeps=True), to="ana@example.org", times=1)
    desk.clock.step = timedelta(seconds=1)
    due = due_of(desk.app)
    last = desk.follow(Job.SEND, due)[-1]
    assert last.state is WAITING
    assert "nobody knows" in last.words
    resolve_unknown(desk.app, COMING, "mei", login="tests", accept=False, note="not in the server's log")
    assert desk.follow(Job.SEND, desk.clock.now + timedelta(minutes=6))[-1].state is DONE
    assert [len(messages) for messages in server.by_recipient().values()].count(2) == 1


def test_a_mailing_that_a_person_began_is_gone_on_with(desk: Timed, server: SmtpServer) -> None:
    """They sent it a day early, and their process ended in the middle: the clock takes it up, whatever is due."""
    over_smtp(desk.app, server.port)
    server.at("RCPT", say("451 4.2.1 mailbox busy"), to="ana@example.org", times=1)
    desk.clock.now = due_of(desk.app) - timedelta(days=1)
    stop = threading.Event()

    def leave(progress: Progress) -> None:
        if progress.waits_until is not None:
            stop.set()

    send_issue(desk.app, COMING, "mei", login="tests", at_once=True, watch=leave, stop=stop)
    assert mailing_of(desk).state is MailingState.SENDING
    done = desk.follow(Job.SEND, desk.clock.now + timedelta(minutes=10))
    assert states(done)[-1] is DONE
    assert len(server.messages) == len(server.by_recipient()) == COUNT
    assert desk.follow(Job.SEND, due_of(desk.app) + A_MINUTE) == []


# Over the changes of the clocks


@pytest.mark.soak
def test_issues_around_the_changes_of_the_clocks_leave_at_their_wall_time(sender: App) -> None:
    """With everything real: approved bytes, rows, files in an outbox. Each reader has each issue once, dated 08:00."""
    first, dues = COMING, [due_of(sender)]
    schedule = read_schedule(sender)
    issues = [IssueId(date.fromisoformat(day)) for day in CHANGES]
    if SOAK:
        issues = list(issues_between(schedule.calendar, first.date + timedelta(days=1), date(2028, 11, 24)))
    for number, issue in enumerate(issues, 129):
        folder = Path(shutil.copytree(in_issue(sender.root, ""), issue_folder(sender.root, issue)))
        edit(folder / "issue.md", "number: 128\ndate: 2026-11-27", f"number: {number}\ndate: {issue.date}")
    desk = timed(sender)
    desk.follow(Job.SEND, dues[0] + A_MINUTE)
    for issue in issues:
        dues.append(due := calendar.week(schedule.calendar, issue).due)
        desk.clock.now = due - timedelta(hours=3)
        digest = proposal(desk.app, issue).edition.digest
        approve_issue(desk.app, issue, "mei", login="tests", expected=digest, refuse=no_findings)
        desk.follow(Job.SEND, due + A_MINUTE)
    outbox = (sender.root / "var" / "outbox" / "new").iterdir()
    mails = [BytesParser(policy=policy.default).parsebytes(path.read_bytes()) for path in outbox]
    assert Counter(mail["Date"].datetime for mail in mails) == dict.fromkeys(dues, COUNT)
    assert set(Counter((mail["To"], mail["Date"]) for mail in mails).values()) == {1}
    zone = ZoneInfo("America/New_York")
    assert {f"{due.astimezone(zone):%a %H:%M}" for due in dues} == {"Fri 08:00"}
    assert len({due.astimezone(zone).utcoffset() for due in dues}) == 2
    assert [run.began for run in desk.kept(Job.SEND) if run.state is DONE] == [
        due - timedelta(minutes=3) for due in dues
    ]
