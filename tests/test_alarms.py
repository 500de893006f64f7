"""Alarms: the team hears of what is wrong by ways that do not hang on it, once, and when it is over."""

from __future__ import annotations

import re
import resource
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.alarm_notes import read_notes
from newsletter.actions.alarm_ways import tell, ways_of
from newsletter.actions.app import App
from newsletter.actions.backups import backup_path
from newsletter.actions.concerns.house import patience
from newsletter.actions.keep_watch import beat, keep_watch
from newsletter.actions.send_notices import send_notices
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.alarms import Item, News, message
from newsletter.model.alarm import Alarm, Concern, Way
from newsletter.model.job import Job
from newsletter.model.mailing import MailingState, Pause
from newsletter.store.errors import StoreBusy, StoreFull, StoreUnreachable
from tests.alarming import (
    Hook,
    accepted,
    again,
    alarmed_by,
    clock_of,
    count_of_alarms,
    hooking,
    keys,
    mails,
    no_jobs,
    secret,
    under_way,
    watch,
)
from tests.approving import COMING
from tests.comingback import Installation, installed
from tests.commands import run
from tests.delivering import Clock
from tests.jobs import timed
from tests.sending import COUNT, over_smtp
from tests.smtpserver import SmtpServer, say

PAUSED = f"paused-unreachable {COMING}"
CONCERN = Concern(key="stuck 2026-11-27", subject="The mailing stands still", text="It does.\n")


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooking() as running:
        yield running


@pytest.fixture
def second() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[App]:
    """An installation where nothing is wrong: no issue was ever made, and no job runs by itself."""
    with installed("sqlite", tmp_path) as there:
        yield calm(there)


def calm(there: Installation) -> App:
    """The installation with its jobs off, on a Monday, with a clock that a test moves."""
    no_jobs(there.app)
    return replace(there.app, clock=Clock(now=there.app.clock().replace(day=7)))


def told_by_all(app: App, hook: Hook, second: SmtpServer) -> None:
    """Both ways that need no database, and the first minute over."""
    alarmed_by(app, mail=second.port, webhook="json")
    secret(app, "ALARM_WEBHOOK", hook.url)
    assert keep_watch(app).told == ()


def broken(app: App) -> Path:
    """Something is wrong from here on: a mistake in schedule.yaml. Where it was before, for it to be mended."""
    path = app.root / "schedule.yaml"
    kept = path.with_name("kept.yaml")
    kept.write_text(path.read_text("utf-8"), "utf-8")
    path.write_text(path.read_text("utf-8").replace("language: en", "langauge: en"), "utf-8")
    return kept


def mended(app: App) -> None:
    (app.root / "kept.yaml").replace(app.root / "schedule.yaml")


# The story


def test_provider_down_on_friday_morning(sender: App, hook: Hook, second: SmtpServer) -> None:
    """The mail server is gone at 08:00: within two minutes the team knows by the second server and the webhook, with
    what can be done. The job tries again all the while, which is no news. At 10:30 the server is there again: everyone
    gets the issue once, and the team hears that it is over."""
    with SmtpServer() as gone:
        port = gone.port
    over_smtp(sender, port)
    no_jobs(sender, but=Job.SEND)
    alarmed_by(sender, mail=second.port, webhook="json")
    secret(sender, "ALARM_WEBHOOK", hook.url)
    friday = timed(sender)
    due = friday.clock.now + timedelta(minutes=10)
    friday.clock.step = timedelta(seconds=2)  # which pass while a connection rests
    friday.follow(Job.SEND, due)
    assert keys(keep_watch(friday.app)) == [PAUSED]
    assert friday.clock.now - due < timedelta(minutes=2)
    who, subject, text = mails(second)[0]
    assert who == "daniel@focus.example.org"  # the operator
    assert subject == f"[Focus This Week] The mailing of {COMING} is paused: the mail server cannot be reached"
    assert re.search(r"Fri 27 Nov 21:0[01] in Hong Kong \(Fri 27 Nov 08:0[01] in New York\)", text)
    assert f"12 of {COUNT} copies have not left" in text
    assert f"`newsletter resume {COMING}` goes on; nobody gets it twice" in text
    assert [one["key"] for one in hook.posts[0].json["alarms"]] == [PAUSED]

    friday.clock.step = timedelta(seconds=10)
    for minutes in (6, 149):  # tried at 08:05, and at 10:25 after the machine was asleep
        friday.clock.now = due + timedelta(minutes=minutes - 1)
        friday.follow(Job.SEND, due + timedelta(minutes=minutes))
        assert keys(keep_watch(friday.app)) == [PAUSED]
    assert len(mails(second)) == len(hook.subjects) == 1
    with SmtpServer(port=port) as back:
        friday.follow(Job.SEND, due + timedelta(minutes=170))
        assert keys(keep_watch(friday.app)) == []
        friday.clock.now += timedelta(minutes=4)
        keep_watch(friday.app)
        friday.clock.now += timedelta(hours=1)
        send_notices(friday.app)
        issue = [one.recipients[0] for one in back.messages if b"\nList-Id:" in one.content]
        assert len(issue) == len(set(issue)) == COUNT
        by_notice = [subject for _, subject, _ in mails(back) if "is paused" in subject]
    over = f"[Focus This Week] Over: The mailing of {COMING} is paused: the mail server cannot be reached"
    assert hook.subjects == [subject for _, subject, _ in mails(second)] == by_notice == [subject, over]
    assert second.offences == []


def test_a_mailing_that_is_being_tried_again_is_not_over(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """While a try hangs, minute after minute, nobody is told that all is well again; with the first mail, it is."""
    told_by_all(quiet, hook, second)
    mailing = under_way(quiet, MailingState.PAUSED, Pause.UNREACHABLE, "mail.example.org: it cannot be reached")
    watch(quiet)
    again(quiet, mailing)
    assert [keys(one) for one in watch(quiet, 6)] == [[PAUSED]] * 6
    assert len(hook.subjects) == 1
    accepted(quiet, mailing)
    assert [keys(one) for one in watch(quiet, 4)] == [[]] * 4
    assert hook.subjects[1:] == [hook.subjects[0].replace("] ", "] Over: ")]


# Ways


def test_a_way_that_hangs_holds_no_other_back(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """The webhook takes the message and says nothing: the mail is there, and the webhook has failed."""
    hook.hangs = threading.Event()
    alarmed_by(quiet, mail=second.port, webhook="json")
    secret(quiet, "ALARM_WEBHOOK", hook.url)
    ways = ways_of(read_schedule(quiet))
    alarm = Alarm(number=1, concern=CONCERN, since=quiet.clock())
    words = message("The Week", (Item(News.NEW, alarm),), ways.times, "here")
    outcomes = tell(quiet, ways, {Way.WEBHOOK: words, Way.MAIL: words}, patience=0.5)
    assert outcomes == {Way.WEBHOOK: "not done within 0.5 seconds", Way.MAIL: None}
    assert len(second.messages) == 1


def test_a_way_that_failed_is_tried_again_and_the_others_are_not(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """The webhook is down for two minutes: it is told in the third, and nobody gets a second mail."""
    told_by_all(quiet, hook, second)
    broken(quiet)
    hook.status = 503
    first, *_ = watch(quiet, 2)
    assert first.trouble == ("no alarm went out by webhook: 127.0.0.1 answered 503 Service Unavailable",)
    assert "secret" not in str(first)
    assert first.open[0].trouble == "webhook: 127.0.0.1 answered 503 Service Unavailable"
    hook.status = 200
    last = watch(quiet)[0]
    assert last.trouble == ()
    assert last.open[0].trouble is None
    assert len(hook.posts) == 3
    assert len(second.messages) == 1


def test_a_second_server_that_takes_nobody_is_told(quiet: App, second: SmtpServer) -> None:
    """The address of a person does not stand in the words."""
    alarmed_by(quiet, mail=second.port)
    keep_watch(quiet)
    second.at("RCPT", say("550 5.1.1 <daniel@focus.example.org> nobody here"))
    broken(quiet)
    assert watch(quiet)[0].trouble == (
        "no alarm went out by mail: 127.0.0.1 took none of 1: 550 5.1.1 <(an address)> nobody here (at RCPT)",
    )


def test_a_redirect_of_a_webhook_is_not_followed(quiet: App, hook: Hook) -> None:
    """An address that leads elsewhere is a failure with what to do."""
    alarmed_by(quiet, webhook="slack")
    secret(quiet, "ALARM_WEBHOOK", hook.url)
    keep_watch(quiet)
    hook.status, hook.location = 302, f"http://127.0.0.1:{hook.port}/elsewhere"
    broken(quiet)
    assert "redirects are not followed" in watch(quiet)[0].trouble[0]
    assert [post.path for post in hook.posts] == ["/hook/secret-part"]


def test_a_webhook_without_its_address_is_told(quiet: App) -> None:
    """schedule.yaml names a webhook, and the environment has no address for it."""
    alarmed_by(quiet, webhook="teams")
    keep_watch(quiet)
    broken(quiet)
    assert "ALARM_WEBHOOK is not set" in watch(quiet)[0].trouble[0]


def test_whoever_is_named_is_told_and_nobody_else(quiet: App, second: SmtpServer) -> None:
    """`alarms: to:` comes before the operators."""
    alarmed_by(quiet, mail=second.port, to=["mei", "priya"])
    keep_watch(quiet)
    broken(quiet)
    watch(quiet)
    assert [who for who, _, _ in mails(second)] == ["mei@focus.example.org", "priya@focus.example.org"]


# How often


def test_what_lasts_is_told_again_after_four_hours_and_its_end_once(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """New, still so, over: three messages, whoever watches."""
    told_by_all(quiet, hook, second)
    broken(quiet)
    watch(quiet, 2)
    clock_of(quiet).forward(hours=3, minutes=57)
    watch(quiet, 3)
    mended(quiet)
    watch(quiet, 10)
    name = "schedule.yaml cannot be read"
    subjects = [f"[Focus This Week] {words}{name}" for words in ("", "Still so: ", "Over: ")]
    assert hook.subjects == [subject for _, subject, _ in mails(second)] == subjects
    assert count_of_alarms(quiet) == 1


def test_what_comes_back_at_once_was_never_over(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """Something that flickers is told once."""
    told_by_all(quiet, hook, second)
    for _ in range(3):
        broken(quiet)
        watch(quiet)
        mended(quiet)
        watch(quiet)
    assert len(hook.subjects) == 1
    assert count_of_alarms(quiet) == 1


def test_a_clock_that_is_set_back_does_not_silence_an_alarm(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """What was told "tomorrow" is told again today."""
    told_by_all(quiet, hook, second)
    broken(quiet)
    watch(quiet)
    clock_of(quiet).forward(days=-1)
    watch(quiet)
    assert [subject.partition("] ")[2] for subject in hook.subjects] == [
        "schedule.yaml cannot be read",
        "Still so: schedule.yaml cannot be read",
    ]


def test_a_person_who_pauses_is_told_of_once(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """A fact: neither again after hours, nor when it is over; and nobody's address is in it."""
    told_by_all(quiet, hook, second)
    mailing = under_way(quiet, MailingState.PAUSED, Pause.PERSON, "mei: ana@example.org asked for it")
    watch(quiet)
    clock_of(quiet).forward(hours=5)
    watch(quiet)
    again(quiet, mailing)
    accepted(quiet, mailing)
    watch(quiet, 5)
    assert hook.subjects == [f"[Focus This Week] The mailing of {COMING} was paused by one of us"]
    assert "Why, and who said so: mei: (an address) asked for it." in hook.posts[0].json["text"]
    assert b"ana@" not in b"".join(post.body for post in hook.posts)


# Without the database, and without a schedule


def test_a_database_that_is_gone_is_told_without_it(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """Once, by both ways that need none; when it is back, its end is told, and `alarms` knows of it."""
    told_by_all(quiet, hook, second)
    secret(quiet, "DATABASE_URL", f"sqlite:///{quiet.root}/nothing/here/newsletter.db")
    (quiet.root / "nothing").write_text("a file where a folder should be")
    for one in watch(quiet, 3):
        assert keys(one) == ["database"]
    assert hook.subjects == ["[Focus This Week] The database cannot be used"]
    assert len(second.messages) == 1
    env = quiet.root / ".env"
    env.write_text("".join(env.read_text().splitlines(True)[:-1]))
    assert keys(watch(quiet)[0]) == []
    assert read_notes(quiet).alarms == ()
    watch(quiet, 4)
    assert hook.subjects[1:] == ["[Focus This Week] Over: The database cannot be used"]
    assert count_of(quiet) == ["The database cannot be used"]


def count_of(app: App) -> list[str]:
    from newsletter.actions.list_alarms import list_alarms

    return [one.concern.subject for one in list_alarms(app, 10).ended]


def test_a_full_disk_is_told_once_although_nothing_can_be_written(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """Files may not grow past what they are: the database says so, and what was told is noted all the same."""
    told_by_all(quiet, hook, second)
    secret(quiet, "SMTP_PASSWORD", "changed")  # of no matter
    fill(quiet)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        came = watch(quiet, 3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [keys(one) for one in came] == [["database"]] * 3
    assert hook.subjects == ["[Focus This Week] The database cannot grow"]
    assert "free space on its disk" in hook.posts[0].json["text"]


def fill(app: App) -> None:
    """Something new is wrong, which the database has to write down."""
    backup = backup_path(app, datetime(2026, 11, 1, 4, 40, tzinfo=UTC))
    backup.parent.mkdir(parents=True)
    backup.touch()


def test_a_server_that_is_started_anew_needs_nobody() -> None:
    """Unreachable for a minute, busy for three: only then people are told; a full disk, at once."""
    assert patience(StoreUnreachable("gone")) == timedelta(minutes=1)
    assert patience(StoreBusy("busy")) == timedelta(minutes=3)
    assert patience(StoreFull("full")) == timedelta(0)


def test_a_database_server_that_stays_away_is_told_in_the_second_minute(
    quiet: App, hook: Hook, second: SmtpServer
) -> None:
    """In words, without its password."""
    told_by_all(quiet, hook, second)
    secret(quiet, "DATABASE_URL", "postgresql://weekly:hidden@127.0.0.1:1/weekly")
    assert [one.told == () for one in watch(quiet, 3)] == [True, False, True]
    assert hook.subjects == ["[Focus This Week] The database cannot be used"]
    assert "does not answer" in hook.posts[0].json["text"]
    assert b"hidden" not in hook.posts[0].body


def test_without_a_schedule_the_last_ways_are_taken_and_nothing_is_over(
    quiet: App, hook: Hook, second: SmtpServer
) -> None:
    """schedule.yaml says whom to tell and cannot be read: those it named are told, and what was wrong still is."""
    told_by_all(quiet, hook, second)
    under_way(quiet, MailingState.PAUSED, Pause.UNREACHABLE, "mail.example.org: it cannot be reached")
    watch(quiet)
    broken(quiet)
    assert set(keys(watch(quiet, 6)[-1])) == {PAUSED, "schedule"}
    assert [subject.partition("] ")[2] for subject in hook.subjects[1:]] == ["schedule.yaml cannot be read"]
    assert "langauge" in mails(second)[-1][2]


def test_what_is_noted_is_for_the_owner_alone_and_holds_no_secret(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """var/alarms.json has the addresses of the team, and no address of the webhook."""
    told_by_all(quiet, hook, second)
    path = quiet.root / "var" / "alarms.json"
    assert path.stat().st_mode & 0o077 == 0
    assert "daniel@focus.example.org" in path.read_text()
    assert "secret-part" not in path.read_text()


def test_two_who_watch_at_once_tell_once(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """The other one says that somebody does it already."""
    told_by_all(quiet, hook, second)
    broken(quiet)
    hook.hangs = threading.Event()
    other = threading.Thread(target=keep_watch, args=(quiet,))
    other.start()
    try:
        while not hook.posts:
            other.join(0.01)
        assert "watch is running already" in keep_watch(quiet).trouble[0]
    finally:
        hook.hangs.set()
        other.join(30)
    assert len(hook.posts) == 1


# The heartbeat


@pytest.mark.parametrize("pause", [Pause.PROVIDER, Pause.UNREACHABLE, Pause.DISK])
def test_the_heartbeat_goes_on_while_all_is_well_and_stays_away_while_sending_is_stuck(
    quiet: App, hook: Hook, pause: Pause
) -> None:
    """Every five minutes; not while a mailing is paused by what is no person."""
    secret(quiet, "HEARTBEAT_URL", hook.url)
    came = []
    for _ in range(11):
        came.append(beat(quiet).asked)
        clock_of(quiet).forward(minutes=1)
    assert came == [True, *[False] * 4] * 2 + [True]
    assert {post.method for post in hook.posts} == {"GET"}
    under_way(quiet, MailingState.PAUSED, pause, "it is so")
    clock_of(quiet).forward(minutes=5)
    watch(quiet)
    beaten = beat(quiet)
    assert not beaten.asked
    assert str(beaten.trouble).startswith(f"the heartbeat stays away: The mailing of {COMING} is paused: ")


def test_the_heartbeat_goes_on_while_a_person_has_paused(quiet: App, hook: Hook) -> None:
    """They know."""
    secret(quiet, "HEARTBEAT_URL", hook.url)
    under_way(quiet, MailingState.PAUSED, Pause.PERSON, "mei says so")
    watch(quiet)
    assert beat(quiet).asked


def test_the_heartbeat_stays_away_where_nobody_can_be_told(quiet: App, hook: Hook) -> None:
    """An alarm that no way has carried for five minutes: whoever waits for the beat is the last to notice."""
    alarmed_by(quiet, webhook="json")
    secret(quiet, "ALARM_WEBHOOK", hook.url)
    secret(quiet, "HEARTBEAT_URL", hook.url.replace("/hook/", "/beat/"))
    secret(quiet, "DATABASE_URL", f"sqlite:///{quiet.root}/var/newsletter.db/none")
    keep_watch(quiet)
    assert beat(quiet).trouble == "the heartbeat stays away: The database cannot be used"


def test_a_heartbeat_that_fails_is_tried_at_the_next_beat(quiet: App, hook: Hook) -> None:
    """Its trouble holds no part of its address but the host."""
    secret(quiet, "HEARTBEAT_URL", hook.url)
    hook.status = 500
    assert beat(quiet).trouble == "the heartbeat: 127.0.0.1 answered 500 Internal Server Error"
    hook.status = 200
    assert beat(quiet).asked


# The command


def test_the_command_shows_what_lasts_what_is_over_and_by_which_ways(
    quiet: App, hook: Hook, second: SmtpServer
) -> None:
    """Exit status 1 while something is wrong."""
    told_by_all(quiet, hook, second)
    assert run("-C", str(quiet.root), "alarms", "--last", "0").stdout.startswith("Nothing is wrong.")
    fill(quiet)
    done = run("-C", str(quiet.root), "alarms")
    assert done.returncode == 1
    assert "There is no backup of the last two days\n  nobody was told yet" in done.stdout
    watch(quiet)
    done = run("-C", str(quiet.root), "alarms")
    assert "told by notice 2026-12-07 09:00, mail 2026-12-07 09:00, webhook 2026-12-07 09:00 UTC" in done.stdout
    assert "`newsletter backup` makes one now" in done.stdout
    assert "webhook (json)" in done.stdout
    assert hook.url not in done.stdout


def test_a_trial_goes_by_every_way_and_tells_what_came_of_each(quiet: App, hook: Hook, second: SmtpServer) -> None:
    """The first server, the second, the webhook, the heartbeat; one of them does not work."""
    told_by_all(quiet, hook, second)
    secret(quiet, "HEARTBEAT_URL", hook.url)
    second.at("MAIL", say("550 5.7.1 not from you"))
    done = run("-C", str(quiet.root), "alarms", "--try")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "a mail by files in var/outbox: it was taken for 1 person",
        "a mail by the second server 127.0.0.1: FAILED, 127.0.0.1 took none of 1: 550 5.7.1 not from you (at MAIL)",
        "a message to the webhook (json): it was taken",
        "the heartbeat's address: it answered",
    ]
    assert "nothing is wrong" in hook.subjects[0]
    assert count_of_alarms(quiet) == 0
