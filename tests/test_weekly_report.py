"""The weekly report: the figures of a week and of no other, as a mail that reads like a colleague wrote it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.report_words import report_text
from newsletter.actions.take_returns import take_returns
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.actions.weekly_report import Outgoing, last_report, weekly_report
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import DeliveryState, MailingKind, MailingState
from newsletter.model.reader_answer import ReaderAnswer
from newsletter.model.returned import Nature
from newsletter.model.subscriber import Act
from newsletter.store import happenings, mailings, notices, reader_answers, runs
from newsletter.store.engine import open_store
from newsletter.store.weekly import ReaderFigures
from tests.comingback import FIRST, NOW, Installation, bounce, installed
from tests.commands import run
from tests.conftest import opened
from tests.mailing import DIGEST, NOBODY
from tests.postgres import KINDS
from tests.reminding import DANIEL, MEI, at_time, done, received, text_of
from tests.sending import due_of, send, when_due

WEEK = timedelta(days=7)
MONDAY = datetime(2026, 11, 30, 14, tzinfo=UTC)  # 09:00 in New York, three days after the sample's issue
FAR = datetime(2999, 1, 1, tzinfo=UTC)
REPORT = "2026-11-30 09:00 America/New_York"


@pytest.fixture(params=KINDS)
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation without content, with five readers."""
    with installed(request.param, tmp_path) as installation:
        installation.add(*(f"{name}@example.org" for name in ("ana", "ben", "cem", "dora", "eve")))
        yield installation


def run_of(job: Job, due: datetime, state: RunState, words: str = "") -> Run:
    return Run(job=job, key=due.isoformat(), due=due, state=state, attempt=1, began=due, words=words, who="clock")


def answer(here: Installation, name: str, at: datetime) -> None:
    kept = ReaderAnswer(
        number=0,
        issue=IssueId(FIRST),
        question="Where do you read us?",
        at=at,
        name=name,
        place=None,
        text="On the tram.",
        words="You may print this.",
    )
    reader_answers.keep(here.store, kept)


def test_a_report_counts_what_happened_in_its_week(here: Installation) -> None:
    """Copies, what came back, who came and who went, answers and failed jobs."""
    mailing = here.issue(answers={"dora@example.org": NOBODY})
    here.arrives(bounce(here.sender(mailing, "ben@example.org"), ("ben@example.org", "5.1.1", "no such user")))
    take_returns(here.app)
    unsubscribe_reader(here.app, here.mark("cem@example.org"))
    with here.store.writing_alone() as connection:
        for name in ("ana", "eve", "eve"):
            happenings.write(connection, here.mark(f"{name}@example.org"), Act.CONFIRMED, "reader", NOW)
    answer(here, "Ana", NOW)
    answer(here, "Eve", NOW)
    runs.claim(here.store, run_of(Job.BACKUP, NOW, RunState.FAILED, "the disk is full"))
    runs.claim(here.store, run_of(Job.GATHER, NOW, RunState.DONE))
    report = weekly_report(here.at(1).app, NOW - timedelta(days=1))
    (sent,) = report.sent
    accepted = sent.receipt.of(DeliveryState.ACCEPTED)
    assert (sent.receipt.total, accepted, sent.receipt.of(DeliveryState.REFUSED)) == (5, 4, 1)
    assert sent.receipt.returned == ((Nature.HARD.value, 1),)
    assert report.back == ((Nature.HARD, 1),)
    assert report.readers == ReaderFigures(joined=2, imported=0, left=1, bounced=1, complained=0, erased=0)
    assert report.audience.writable == 3
    assert report.answers == ((IssueId(FIRST), "Where do you read us?", 2),)
    assert [(one.job, one.words) for one in report.troubles] == [(Job.BACKUP, "the disk is full")]


def test_a_report_counts_nothing_of_another_week(here: Installation) -> None:
    """Not what was before it; what it counts is counted by no other that ends where it begins."""
    here.issue()
    answer(here, "Ana", NOW)
    unsubscribe_reader(here.app, here.mark("cem@example.org"))
    runs.claim(here.store, run_of(Job.BACKUP, NOW, RunState.FAILED))
    later = weekly_report(here.at(8).app, NOW + timedelta(days=1))
    assert (later.sent, later.answers, later.troubles, later.back) == ((), (), (), ())
    assert later.readers.left == 0
    assert later.audience.writable == 4
    at_once = weekly_report(here.app, NOW - WEEK)  # ends at the very moment
    after = weekly_report(here.at(7).app, NOW)
    assert (at_once.readers.left, after.readers.left) == (0, 1)
    assert (len(at_once.answers), len(after.answers)) == (0, 1)


def test_an_issue_that_never_left_is_told(here: Installation) -> None:
    """With why, and what can be typed."""
    made = mailings.create(here.store, IssueId(FIRST), MailingKind.ISSUE, DIGEST, NOW, NOW, key=here.ring.ids[0])
    planning = (MailingState.PLANNING,)
    mailings.move(here.store, made.id, MailingState.MISSED, expect=planning, now=NOW, words="nobody had signed")
    report = weekly_report(here.at(1).app, NOW - WEEK)
    words = report_text(report, "Hong Kong")
    assert [one.receipt.mailing.id for one in report.sent] == [made.id]
    assert f"It did not go out: nobody had signed. Send it with `newsletter send {FIRST} --now`." in words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MailingState.SENT, "5 copies: 5 accepted.\n"),
        (MailingState.PAUSED, "It is paused: 535 bad password. Go on with `newsletter resume 2026-11-27`.\n"),
        (MailingState.CANCELLED, "It was cancelled: 535 bad password.\n"),
        (MailingState.UNRESOLVED, "decide about the unknown: `newsletter receipt 2026-11-27 --show unknown`.\n"),
    ],
    ids=lambda one: one.name.lower() if isinstance(one, MailingState) else "",
)
def test_an_issue_that_wants_a_person_is_told_with_what_to_type(
    tmp_path: Path, state: MailingState, words: str
) -> None:
    """Behind what became of its copies; with complaints, the rate that providers measure us by."""
    with installed("sqlite", tmp_path) as here:
        here.add(*(f"reader{number}@example.org" for number in range(5)))
        here.issue()
        report = weekly_report(here.at(1).app, NOW - WEEK)
    receipt = report.sent[0].receipt
    mailing = replace(receipt.mailing, state=state, words="535 bad password")
    told = replace(receipt, mailing=mailing, returned=((Nature.COMPLAINT.value, 1), (Nature.REPLY.value, 2)))
    written = report_text(replace(report, sent=(Outgoing(told, "Two capitals"),)), "New York")
    assert words in written
    assert "“Two capitals”, from Tue 1 Dec 03:00 in New York (16:00 in Hong Kong) on." in written
    assert "Of these came back: 1 report as spam. Reported as spam: 20.00 percent; providers ask for less" in written


def test_a_quiet_week_says_so(here: Installation) -> None:
    """In words, without a column of noughts; files that cannot be read keep nothing else back."""
    (here.app.root / "seeds").mkdir()
    (here.app.root / "seeds" / "sources.yaml").write_text("- id: 7\n", "utf-8")
    words = report_text(weekly_report(here.app, NOW - WEEK), "Hong Kong")
    assert "WHAT WENT OUT\n\nNo issue.\n" in words
    assert "5 get the next issue. Nobody came and nobody went.\n" in words
    assert "Nothing is known of them: the publication's files hold mistakes" in words
    assert "WENT WRONG" not in words
    assert " 0 " not in words


def test_a_returned_mail_about_an_earlier_issue_is_told(here: Installation) -> None:
    """A complaint may take weeks; then no issue of the week has it in its receipt."""
    mailing = here.issue()
    late = here.at(20)
    late.arrives(bounce(here.sender(mailing, "ben@example.org"), ("ben@example.org", "5.1.1", "no such user")))
    take_returns(late.app)
    words = report_text(weekly_report(here.at(21).app, here.at(14).app.clock()), "Hong Kong")
    assert "1 mailbox that is gone, of whatever issue." in words


def test_reports_leave_no_gap_and_do_not_overlap(here: Installation) -> None:
    """One begins where the last that was made began its work; the first, and one after a long silence, tells a week."""
    assert last_report(here.app) == NOW - WEEK
    runs.claim(here.store, run_of(Job.REPORT, NOW - timedelta(days=6), RunState.DONE))
    runs.claim(here.store, run_of(Job.REPORT, NOW - timedelta(days=1), RunState.FAILED))
    assert last_report(here.app) == NOW - timedelta(days=6)
    assert last_report(here.at(60).app) == here.at(60).app.clock() - WEEK


# The mail


@pytest.fixture(scope="module")
def monday(pristine_sender: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The sample publication on the Monday after its issue went out, without the copies in its outbox."""
    sender = when_due(opened(Path(shutil.copytree(pristine_sender, tmp_path_factory.mktemp("monday") / "publication"))))
    send(sender)
    for path in (sender.root / "var" / "outbox" / "new").iterdir():
        path.unlink()
    return at_time(sender, due_of(sender) + timedelta(days=3, hours=1))


def test_the_report_goes_to_those_who_are_responsible_once(monday: App) -> None:
    """Approvers and operators, each by their own clock; what comes next stands at its end."""
    assert monday.clock() == MONDAY
    assert done(monday, Job.REPORT, REPORT).words == "wrote to Mei Okafor and Daniel Achterberg"
    assert done(monday, Job.REPORT, REPORT).words.endswith("had been written to before")
    mails = received(monday, MONDAY)
    assert mails.keys() == {MEI, DANIEL}
    mei, daniel = text_of(mails[MEI]), text_of(mails[DANIEL])
    assert mails[DANIEL]["Subject"] == "Focus This Week: the week to Monday 30 November"
    assert "From Mon 23 Nov 22:00 to Mon 30 Nov 22:00, Hong Kong time." in mei
    assert "From Mon 23 Nov 09:00 to Mon 30 Nov 09:00, New York time." in daniel
    assert "“Two capitals, one table”, from Fri 27 Nov 08:00 in New York (21:00 in Hong Kong) on." in daniel
    assert "12 copies: 12 accepted." in daniel
    assert "In this time: 12 came by an import." in daniel
    assert "- Friday 4 December: in the making. Still open: " in daniel
    assert "send Fri 4 Dec 08:00 in New York (21:00 in Hong Kong)" in daniel
    assert "- Friday 11 December: not begun. opens Fri 4 Dec 10:00 in New York (23:00 in Hong Kong)" in daniel
    assert [line for line in str(mails[MEI].get_content()).splitlines() if len(line) > 76] == []


def test_skipped_weeks_and_what_is_signed_are_told(monday: App) -> None:
    """So that nobody wonders about a Friday without an issue."""
    report = weekly_report(at_time(monday, datetime(2026, 12, 14, 14, tzinfo=UTC)), MONDAY)
    words = report_text(report, "New York")
    assert [one.issue.date for one in report.coming] == [date(2026, 12, 18), date(2027, 1, 8)]
    assert "No issue on Friday 25 December and Friday 1 January." in words


def test_the_command_prints_the_report_and_writes_to_nobody(monday: App) -> None:
    """From a day on; a day to come is refused."""
    with open_store(monday.database) as store:
        before = notices.due(store, FAR, 100)
    printed = run("-C", str(monday.root), "report", "--since", "2020-01-01")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout.startswith("From Wed 1 Jan 13:00 to ")
    assert "WHAT COMES NEXT\n\n- Friday " in printed.stdout
    refused = run("-C", str(monday.root), "report", "--since", "2999-01-01")
    assert refused.returncode == 2
    assert "2999-01-01 has not begun yet" in refused.stderr
    with open_store(monday.database) as store:
        assert notices.due(store, FAR, 100) == before
