"""Reminders: whoever has something open hears of it in time, once, on their own clock; nobody else is written to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.dead_links import NobodyAnswers
from newsletter.actions.installation import NotThisInstallation
from newsletter.actions.run_job import run_job
from newsletter.actions.send_notices import send_notices
from newsletter.actions.team_mail import TeamLetter, about, issue_day, local_times, write_to_team
from newsletter.actions.way_out import read_schedule
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, RunState
from newsletter.model.notice import NoticeKind
from newsletter.publication.schedule import City
from newsletter.store import installation, links, notices
from newsletter.store.engine import open_store
from tests.approving import at_home, edit, in_issue, rules, sign
from tests.conftest import ISSUE
from tests.reminding import DANIEL, MEI, PRIYA, at_time, done, occasion_of, parsed, received, text_of, week_of
from tests.sending import over_smtp
from tests.smtpserver import SmtpServer
from tests.webserver import WebServer, page, redirect, webserver

CITIES = (City(name="Hong Kong", zone="Asia/Hong_Kong"), City(name="New York", zone="America/New_York"))
QUESTION = "- question is not written"
TODO = "\nTODO a sentence on the river.\n"


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    """The sample publication with its database; its coming issue is written and not signed."""
    with at_home(publication) as app:
        yield app


def unwritten(app: App) -> None:
    """Mei's question is missing, and Priya's number holds a place."""
    in_issue(app.root, "question.md").unlink()
    number = in_issue(app.root, "number.md")
    number.write_text(number.read_text("utf-8") + TODO, "utf-8")


# Before the writing closes


def test_each_owner_is_told_what_is_theirs_and_nothing_else(home: App) -> None:
    """By a mail whose times are on their own clock first; who is done gets none."""
    unwritten(home)
    outcome = done(home, Job.REMIND, f"{ISSUE} cut-off-24h")
    assert (outcome.state, outcome.words) == (RunState.DONE, "wrote to Mei Okafor and Priya Lindqvist")
    mails = received(home, week_of(home).cut_off)
    assert mails.keys() == {MEI, PRIYA}
    mei, priya = (text_of(mails[one]) for one in (MEI, PRIYA))
    assert "closes in 24 hours: Wed 25 Nov 18:00 in Hong Kong (05:00 in New York)." in mei
    assert "closes in 24 hours: Wed 25 Nov 05:00 in New York (18:00 in Hong Kong)." in priya
    assert QUESTION in mei
    assert QUESTION not in priya
    assert f"- number: 1 finding blocks the approval content/issues/{ISSUE}/number.md, line " in priya
    assert "TODO" not in mei
    assert f"newsletter check {ISSUE}" in mei
    assert mails[MEI]["Subject"] == "Focus This Week, Friday 27 November: the writing closes Wed 25 Nov 18:00"


def test_nobody_hears_anything_of_an_issue_that_is_written(home: App) -> None:
    """Before the cut-off there is nothing to remind of."""
    outcome = done(home, Job.REMIND, f"{ISSUE} cut-off-4h")
    assert outcome.words == "nothing is missing, so nobody was written to"
    assert received(home, week_of(home).cut_off) == {}


def test_the_same_occasion_writes_to_nobody_twice(home: App) -> None:
    """However often it is done, whatever became of the mails meanwhile, days later as well."""
    unwritten(home)
    done(home, Job.CUT_OFF, ISSUE)
    assert len(received(home, week_of(home).cut_off)) == 3
    for days in (0, 3):
        outcome = done(home, Job.CUT_OFF, ISSUE, at=week_of(home).cut_off + timedelta(days=days, hours=1))
        assert outcome.words.endswith("had been written to before")
    assert len(received(home, week_of(home).due + timedelta(days=3))) == 3


def test_the_clock_reminds_when_it_is_time(home: App) -> None:
    """And only then: once by its own process, whoever starts it again, and what came of it is kept."""
    unwritten(home)
    due = week_of(home).cut_off - timedelta(hours=24)
    early = run_job(at_time(home, due - timedelta(minutes=1)), Job.REMIND, login="tests")
    (run,) = run_job(at_time(home, due), Job.REMIND, login="tests")
    assert (early, run_job(at_time(home, due), Job.REMIND, login="tests")) == ((), ())
    assert (run.key, run.state, run.words) == (
        f"{ISSUE} cut-off-24h",
        RunState.DONE,
        "wrote to Mei Okafor and Priya Lindqvist",
    )
    assert received(home, due).keys() == {MEI, PRIYA}


def test_one_that_was_cut_off_writes_to_the_others(home: App) -> None:
    """Killed between the first mail and the second: the first receiver gets no other."""
    unwritten(home)
    occasion = occasion_of(home, Job.REMIND, f"{ISSUE} cut-off-24h")
    mei = read_schedule(home).team[0]
    first = TeamLetter(mei, "The writing closes", "Your question is missing.\n")
    assert write_to_team(at_time(home, occasion.due), occasion, NoticeKind.REMINDER, [first]) == (mei,)
    assert done(home, Job.REMIND, occasion.key).words == "wrote to Priya Lindqvist"
    assert received(home, week_of(home).cut_off).keys() == {MEI, PRIYA}


def test_of_two_reminders_that_are_late_the_nearer_one_writes(home: App) -> None:
    """After a night without power both are done at once; one mail says it all."""
    unwritten(home)
    at = week_of(home).cut_off - timedelta(hours=2)
    assert "nobody was written to twice" in done(home, Job.REMIND, f"{ISSUE} cut-off-24h", at=at).words
    assert done(home, Job.REMIND, f"{ISSUE} cut-off-4h", at=at).words.startswith("wrote to")
    assert "closes in 2 hours" in text_of(received(home, at)[MEI])


def test_what_nobody_is_named_for_is_told_to_those_who_approve(home: App) -> None:
    """They find somebody; a writer who has nothing to do hears nothing."""
    edit(in_issue(home.root, "issue.md"), "  question: mei\n", "")
    in_issue(home.root, "question.md").unlink()
    done(home, Job.REMIND, f"{ISSUE} cut-off-24h")
    mails = received(home, week_of(home).cut_off)
    assert mails.keys() == {MEI, DANIEL}
    assert "Nobody is named for this yet." in text_of(mails[DANIEL])
    assert QUESTION in text_of(mails[DANIEL])


def test_a_file_that_cannot_be_read_is_told_to_its_owner(home: App) -> None:
    """With the line: until it is mended, nobody can see how the issue stands."""
    edit(in_issue(home.root, "quote.md"), "---\n", "---\ncolour: blue\n")
    done(home, Job.REMIND, f"{ISSUE} cut-off-24h")
    mails = received(home, week_of(home).cut_off)
    assert mails.keys() == {PRIYA}
    assert f"content/issues/{ISSUE}/quote.md, line 2: " in text_of(mails[PRIYA])


def test_an_issue_without_a_folder_is_told_with_the_command_that_makes_it(home: App) -> None:
    """To those who approve, for nobody else can be named."""
    issue = IssueId(date(2026, 12, 4))
    done(home, Job.REMIND, f"{issue} cut-off-24h")
    mails = received(home, week_of(home, issue).cut_off)
    assert mails.keys() == {MEI, DANIEL}
    assert "There is no folder for it yet. Make one with `newsletter open 2026-12-04`." in text_of(mails[MEI])


# The mail server is away


@pytest.mark.parametrize("minutes", [-3, 3])
def test_a_reminder_leaves_when_the_mail_server_is_back_but_not_after_its_deadline(home: App, minutes: int) -> None:
    """Back three minutes before the writing closes: it comes in time. Three minutes after: what comes is that it is
    closed, and no reminder."""
    with SmtpServer() as gone:
        port = gone.port
    over_smtp(home, port)
    unwritten(home)
    cut_off = week_of(home).cut_off
    done(home, Job.REMIND, f"{ISSUE} cut-off-4h")
    at = rounds(home, cut_off - timedelta(hours=4), cut_off + timedelta(minutes=min(minutes, 0)))
    if minutes > 0:
        assert at is None
        done(home, Job.CUT_OFF, ISSUE)
        at = rounds(home, cut_off, cut_off + timedelta(minutes=minutes))
    assert at
    with SmtpServer(port=port) as back:
        rounds(home, at, week_of(home).due)
    subjects = [str(parsed(one.content)["Subject"]) for one in back.messages]
    assert len(subjects) == (2 if minutes < 0 else 3)
    assert {"the writing is closed" in one for one in subjects} == {minutes > 0}


def rounds(app: App, at: datetime, before: datetime) -> datetime | None:
    """Sends notices whenever some are due before that time; when the next would be."""
    due: datetime | None = at
    while due is not None and due < before:
        due = send_notices(at_time(app, due)).next_due
    return due


# Before it has to be signed, and when it had to be


def test_those_who_may_sign_are_reminded_until_somebody_has(home: App) -> None:
    """Both approvers where one signature is needed, with what to type under their own name; then nobody."""
    done(home, Job.REMIND, f"{ISSUE} approval-24h")
    mails = received(home, week_of(home).approve_by)
    assert mails.keys() == {MEI, DANIEL}
    words = text_of(mails[DANIEL])
    assert "signatures are due by Thu 26 Nov 17:00 in New York (Fri 27 Nov 06:00 in Hong Kong)" in words
    assert "It needs one signature, of Mei Okafor or Daniel Achterberg. Nothing else stands in its way." in words
    assert f"newsletter approve {ISSUE} --as daniel" in words
    sign(home, "mei")
    outcome = done(home, Job.REMIND, f"{ISSUE} approval-4h")
    assert outcome.words == "it is approved by Mei Okafor, so nobody was written to"


def test_who_has_signed_is_not_asked_again(home: App) -> None:
    """Where two signatures are needed, the other one is."""
    rules(home.root, "{needed: 2}")
    edit(in_issue(home.root, "issue.md"), "  catchup: daniel\n", "")
    sign(home, "mei")
    done(home, Job.REMIND, f"{ISSUE} approval-24h")
    assert received(home, week_of(home).approve_by).keys() == {DANIEL}


def test_who_holds_the_signing_up_is_told_beside_those_who_sign(home: App) -> None:
    """Those who sign learn for whom they wait, and that they cannot sign before."""
    unwritten(home)
    done(home, Job.REMIND, f"{ISSUE} approval-24h")
    mails = received(home, week_of(home).approve_by)
    assert mails.keys() == {MEI, DANIEL, PRIYA}
    assert "- Priya Lindqvist: number: 1 finding blocks the approval" in text_of(mails[DANIEL])
    assert "To sign, once that is done:" in text_of(mails[DANIEL])
    assert "newsletter approve" not in text_of(mails[PRIYA])


def test_at_the_cut_off_an_issue_that_is_ready_is_offered_for_signing(home: App) -> None:
    """To those who sign; writers hear nothing."""
    done(home, Job.CUT_OFF, ISSUE)
    mails = received(home, week_of(home).approve_by)
    assert mails.keys() == {MEI, DANIEL}
    assert str(mails[MEI]["Subject"]).endswith("ready for your signature")


def test_at_the_cut_off_late_owners_and_those_who_sign_hear_how_it_stands(home: App) -> None:
    """Each with what matters to them."""
    unwritten(home)
    done(home, Job.CUT_OFF, ISSUE)
    mails = received(home, week_of(home).approve_by)
    assert str(mails[PRIYA]["Subject"]).endswith("the writing is closed, and something is open")
    assert str(mails[DANIEL]["Subject"]).endswith("the writing is closed, and others are late")


def test_at_the_approval_deadline_deputies_and_the_one_in_charge_hear_of_it(home: App) -> None:
    """From then on deputies count, and nobody has to reckon with UTC."""
    rules(home.root, "{needed: 1, deputies: [priya], in_charge: daniel}")
    done(home, Job.REMIND, f"{ISSUE} approval-4h")
    before = received(home, week_of(home).approve_by - timedelta(hours=4))
    assert before.keys() == {MEI, DANIEL}
    assert "of Priya Lindqvist from the deadline on" in text_of(before[MEI])
    for path in (home.root / "var" / "outbox" / "new").iterdir():
        path.unlink()
    done(home, Job.APPROVAL, ISSUE)
    mails = received(home, week_of(home).due)
    assert mails.keys() == {MEI, DANIEL, PRIYA}
    assert f"Your signature counts now: newsletter diff {ISSUE} --as priya" in text_of(mails[PRIYA])
    assert "--release" in text_of(mails[DANIEL])
    assert "--release" not in text_of(mails[MEI])
    assert "A signature that comes up to 60 minutes late still sends it" in text_of(mails[MEI])
    assert not [one for one in mails.values() if "UTC" in text_of(one)]


@pytest.mark.parametrize("job", [Job.CUT_OFF, Job.APPROVAL])
def test_nobody_hears_of_an_issue_that_is_approved_or_out(home: App, job: Job) -> None:
    """Not at any deadline."""
    sign(home, "mei")
    assert "it is approved by Mei Okafor" in done(home, job, ISSUE).words
    (in_issue(home.root, "sent")).mkdir()
    assert done(home, job, ISSUE).words == "it has gone out, so nobody was written to"


def test_a_copy_of_the_publication_writes_to_nobody(home: App) -> None:
    """Its mails would wait there and go out when somebody claims it."""
    unwritten(home)
    with open_store(home.database) as store:
        installation.claim(store, "f" * 64, "another machine", "mei", home.clock())
        with pytest.raises(NotThisInstallation):
            done(home, Job.REMIND, f"{ISSUE} cut-off-24h")
        assert notices.next_due(store) is None


def test_mails_fit_a_narrow_window(home: App) -> None:
    """No line has over 76 columns, whatever is missing."""
    unwritten(home)
    edit(in_issue(home.root, "issue.md"), "  question: mei\n", "")
    rules(home.root, "{needed: 1, deputies: [priya], in_charge: daniel}")
    for job, key in ((Job.CUT_OFF, ISSUE), (Job.APPROVAL, ISSUE), (Job.REMIND, f"{ISSUE} cut-off-24h")):
        done(home, job, key)
    with open_store(home.database) as store:
        waiting = notices.due(store, week_of(home).due, 100)
    assert len(waiting) > 6
    assert [line for one in waiting for line in one.text.splitlines() if len(line) > 76] == []
    assert not [one for one in waiting if "\n\n\n" in one.text or " ." in one.text]


# Links


@pytest.fixture
def web(home: App) -> Iterator[WebServer]:
    """A server that the sample's video leads to."""
    with webserver() as server:
        schedule = home.root / "schedule.yaml"
        schedule.write_text(schedule.read_text("utf-8") + "\ngather: { allow_hosts: [127.0.0.1] }\n", "utf-8")
        text = in_issue(home.root, "video.md").read_text("utf-8")
        url = next(word for word in text.split() if word.startswith("https://"))
        edit(in_issue(home.root, "video.md"), url, server.url("/film", "127.0.0.1"))
        server.answer("/film", page(b"<title>Film</title>"))
        yield server


def test_a_link_that_has_died_is_told_to_its_owner_and_those_who_sign_once(home: App, web: WebServer) -> None:
    """However lately it was there; what was told once is not told again."""
    assert done(home, Job.LINKS, f"{ISSUE} 12h").words.endswith(" links, none of them died")
    web.answer("/film", page(status=404))
    outcome = done(home, Job.LINKS, f"{ISSUE} 1h")
    assert outcome.words.endswith("1 of them died; wrote to Mei Okafor and Daniel Achterberg")
    mails = received(home, week_of(home).due)
    words = text_of(mails[DANIEL])
    assert f"/film 404 Not Found content/issues/{ISSUE}/video.md, line " in words
    assert "(Mei Okafor)" in words
    assert "It is not signed yet" in words
    assert done(home, Job.LINKS, f"{ISSUE} 1h").words.endswith("none of them died")
    assert "goes out Fri 27 Nov 08:00 in New York (21:00 in Hong Kong), which is in 1 hour." in words
    assert done(home, Job.LINKS, "2026-12-04 12h").words == "its folder is not there, so no link was asked for"


def test_a_link_that_was_dead_when_it_was_signed_is_not_told(home: App, web: WebServer) -> None:
    """Somebody has decided about it. One that leads to a front page now is as good as dead."""
    film = web.url("/film", "127.0.0.1")
    with open_store(home.database) as store:
        links.keep(store, [LinkSeen(url=film, state=LinkState.GONE, said="404 Not Found", seen=home.clock())])
    web.answer("/film", page(status=404))
    assert done(home, Job.LINKS, f"{ISSUE} 12h").words.endswith("none of them died")
    web.answer("/film", page(b"<title>Film</title>"))
    done(home, Job.LINKS, f"{ISSUE} 12h")
    web.answer("/film", redirect(301, "/"))
    web.answer("/", page(b"<title>Home</title>"))
    sign(home, "mei")
    assert "1 of them died" in done(home, Job.LINKS, f"{ISSUE} 1h").words
    mails = received(home, week_of(home).due)
    assert "It is signed. If you leave it as it is, it goes out all the same." in text_of(mails[MEI])


def test_without_a_network_nothing_is_known_of_any_link(home: App, web: WebServer) -> None:
    """So it is tried again; nobody is told that links have died, and what was known of them stays."""
    edit(in_issue(home.root, "video.md"), web.url("/film", "127.0.0.1"), "http://127.0.0.1:9/film")
    with pytest.raises(NobodyAnswers, match="look whether this machine has a network"):
        done(home, Job.LINKS, f"{ISSUE} 12h")
    assert received(home, week_of(home).due) == {}


# Words


@pytest.mark.parametrize(
    ("moment", "city", "words"),
    [
        ("2026-11-25T10:00", "Hong Kong", "Wed 25 Nov 18:00 in Hong Kong (05:00 in New York)"),
        ("2026-11-25T10:00", "New York", "Wed 25 Nov 05:00 in New York (18:00 in Hong Kong)"),
        ("2026-11-26T22:00", "New York", "Thu 26 Nov 17:00 in New York (Fri 27 Nov 06:00 in Hong Kong)"),
        ("2026-11-01T05:30", "New York", "Sun 1 Nov 01:30 in New York (13:30 in Hong Kong)"),
    ],
)
def test_a_moment_is_told_on_the_receivers_clock_first(moment: str, city: str, words: str) -> None:
    """The date stands beside another city's time only where it is another date there."""
    assert local_times(datetime.fromisoformat(moment).replace(tzinfo=UTC), city, CITIES) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "1 minute"), (30, "30 minutes"), (56, "1 hour"), (235, "4 hours"), (48 * 60, "48 hours"), (96 * 60, "4 days")],
)
def test_a_span_is_told_as_a_person_would(minutes: int, words: str) -> None:
    """A reminder that comes five minutes late still says 4 hours."""
    assert about(timedelta(minutes=minutes)) == words


def test_an_extra_issue_is_named_by_its_slug(home: App) -> None:
    """Beside its day, since the weekly one may have the same."""
    assert issue_day(IssueId(date(2026, 11, 25), "vote")) == "Wednesday 25 November (vote)"
