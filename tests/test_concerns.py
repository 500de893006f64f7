"""What the watch finds: each kind of concern, from the state that it stands for, and not from its neighbours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.actions.app import App
from newsletter.actions.backups import backup_path
from newsletter.actions.concerns.kinds import ONCE, STALLING, Kind, concern, kind_of
from newsletter.actions.concerns.machine import of_disk
from newsletter.actions.look_out import concerns
from newsletter.model.alarm import Concern
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import MailingState, Pause
from newsletter.model.notice import Notice, NoticeKind, NoticeState
from newsletter.store import installation, mailings, notices, runs, schema, watching
from newsletter.store.engine import Store, open_store
from newsletter.store.locks import hold
from tests.alarming import accepted, clock_of, no_jobs, under_way
from tests.approving import COMING
from tests.comingback import Installation, complaint, hard, installed
from tests.conftest import ROOT
from tests.delivering import Clock
from tests.postgres import KINDS
from tests.sending import send, when_due

FRIDAY = datetime(2026, 11, 27, 13, tzinfo=UTC)  # when the coming issue is due
MONDAY = datetime(2026, 12, 7, 9, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    with installed("sqlite", tmp_path) as there:
        yield there


@pytest.fixture
def quiet(place: Installation) -> App:
    """An installation on a Monday; no issue was ever made, and no job runs by itself."""
    no_jobs(place.app)
    return at(place.app, MONDAY)


def at(app: App, moment: datetime) -> App:
    return replace(app, clock=Clock(now=moment))


def found(app: App) -> list[str]:
    """The keys of what is wrong. How full the disk of whoever runs the tests is, is none of theirs."""
    return [one.key for one in concerns(app) if kind_of(one) is not Kind.DISK]


def only(app: App) -> Concern:
    (one,) = (one for one in concerns(app) if kind_of(one) is not Kind.DISK)
    return one


def run_of(job: Job, state: RunState, due: datetime, key: str = "a key", **more: object) -> Run:
    times = {"due": due, "began": due, "ended": None if state is RunState.RUNNING else due}
    values = {"attempt": 4, "words": "host.test: no way there", "who": "clock", **times, **more}
    return Run(job=job, key=key, state=state, **values)  # type: ignore[arg-type]


def kept(app: App, *made: Run) -> None:
    with open_store(app.database) as store:
        assert all(runs.claim(store, run) for run in made)


def test_nothing_is_wrong_where_nothing_is(quiet: App) -> None:
    """A new installation gives no alarm."""
    assert found(quiet) == []


# Issues


@pytest.mark.parametrize(
    ("hours", "keys"),
    [
        (-15.5, []),  # before the approval deadline
        (-14.5, ["not-approved 2026-11-27"]),
        (0.0, ["due-not-approved 2026-11-27"]),
        (0.9, ["due-not-approved 2026-11-27"]),
        (1.1, []),  # the job says that it was missed, where it runs at all
    ],
)
def test_an_issue_that_nobody_approves(quiet: App, hours: float, keys: list[str]) -> None:
    """From the deadline on, and from its time on, until it is too late."""
    assert found(at(quiet, FRIDAY + timedelta(hours=hours))) == keys


def test_a_skipped_week_is_no_concern(quiet: App) -> None:
    """Nobody waits for an issue that the calendar leaves out."""
    christmas = datetime(2026, 12, 25, 13, tzinfo=UTC)
    assert found(at(quiet, christmas)) == []


def test_an_issue_that_was_missed_is_told_for_a_week(quiet: App) -> None:
    """As the job says, in its words."""
    kept(quiet, run_of(Job.SEND, RunState.MISSED, FRIDAY, str(COMING), words="nobody has signed it"))
    missed = only(at(quiet, FRIDAY + timedelta(hours=2)))
    assert missed.key == "missed 2026-11-27"
    assert "nobody has signed it" in missed.text
    assert f"`newsletter send {COMING} --now`" in missed.text
    assert "missed 2026-11-27" not in found(at(quiet, FRIDAY + timedelta(days=9)))


def test_an_approved_issue_that_does_not_begin(sender: App) -> None:
    """Two minutes after its time; with what the job says. Once it is sent, all is well."""
    no_jobs(sender)
    assert found(when_due(sender, minutes=1)) == []
    kept(sender, run_of(Job.SEND, RunState.WAITING, FRIDAY, str(COMING), next_try=FRIDAY + timedelta(minutes=9)))
    late = only(when_due(sender, minutes=2))
    assert late.key == "not-begun 2026-11-27"
    assert "The job `send` says: host.test: no way there." in late.text
    send(sender)
    assert found(when_due(sender, minutes=30)) == []


def test_one_that_was_planned_and_never_left_was_missed(quiet: App) -> None:
    """Whatever runs or not: after the grace it is told."""
    friday = at(quiet, FRIDAY)
    under_way(friday, MailingState.READY)
    assert found(at(quiet, FRIDAY + timedelta(minutes=61))) == ["missed 2026-11-27"]


# Mailings


@pytest.mark.parametrize("pause", Pause, ids=lambda pause: pause.value)
def test_each_pause_is_told_with_the_words_and_a_way_on(quiet: App, pause: Pause) -> None:
    """Why, in the server's words without an address, how many are left, and the commands."""
    under_way(quiet, MailingState.PAUSED, pause, "535 5.7.8 <ana@example.org> no")
    one = only(quiet)
    assert one.key == f"paused-{pause.value} {COMING}"
    assert "535 5.7.8 <(an address)> no." in one.text
    assert "3 of 3 copies have not left." in one.text
    assert f"`newsletter resume {COMING}` goes on" in one.text
    assert (kind_of(one) in STALLING) == (pause not in (Pause.PERSON, Pause.EXPIRED))


def test_a_mailing_that_stands_still_for_ten_minutes(quiet: App) -> None:
    """Not one that has just sent something, nor one that a daily limit holds back."""
    mailing = under_way(quiet)
    accepted(quiet, mailing)
    clock_of(quiet).forward(minutes=9)
    assert found(quiet) == []
    clock_of(quiet).forward(minutes=2)
    assert only(quiet).key == f"stuck {COMING}"
    accepted(quiet, mailing, seq=2)
    assert found(quiet) == []
    clock_of(quiet).forward(hours=1)
    with open_store(quiet.database) as store:
        mailings.note_pace(store, mailing.id, "1,000 a day")
    assert found(quiet) == []
    clock_of(quiet).forward(hours=26)
    assert only(quiet).key == f"stuck {COMING}"


def test_a_mailing_whose_time_is_over_and_that_nobody_goes_on_with(quiet: App) -> None:
    """The one that would write that down does not run."""
    accepted(quiet, under_way(quiet))
    clock_of(quiet).forward(hours=49)
    assert only(quiet).key == f"incomplete {COMING}"


def test_copies_that_wait_for_a_decision(quiet: App) -> None:
    """Nothing is open any more, and nobody knows of one whether it arrived."""
    mailing = under_way(quiet)
    accepted(quiet, mailing)
    with open_store(quiet.database) as store:
        with store.writing() as connection:
            rows = schema.deliveries
            connection.execute(update(rows).where(rows.c.seq > 1).values(state="unknown"))
        expect = (MailingState.SENDING,)
        mailings.move(store, mailing.id, MailingState.UNRESOLVED, expect=expect, now=quiet.clock())
        assert watching.left(store, mailing.id) == 0
    one = only(quiet)
    assert (one.key, one.subject) == (f"unresolved {COMING}", f"2 copies of {COMING} wait for a decision")
    assert f"`newsletter resolve {COMING} --unknown accept`" in one.text


@pytest.mark.parametrize(
    ("bounces", "complaints", "keys"),
    [
        (4, 1, []),
        (5, 1, ["bounces of 2026-11-27"]),
        (0, 2, ["complaints of 2026-11-27"]),
        (6, 2, ["complaints of 2026-11-27", "bounces of 2026-11-27"]),
    ],
)
def test_what_comes_back_of_the_newest_mailing(
    place: Installation, bounces: int, complaints: int, keys: list[str]
) -> None:
    """More than 2 % bounces, or 0.1 % complaints, and more than chance; for a week."""
    no_jobs(place.app)
    place.add(*(f"reader-{number}@example.org" for number in range(200)))
    mailing = place.issue()
    senders = place.senders(mailing)
    for number, (address, to) in enumerate(list(senders.items())[: bounces + complaints]):
        place.arrives(hard(to, address, number=number) if number < bounces else complaint(to, address))
    from newsletter.actions.take_returns import take_returns

    take_returns(place.app)
    assert found(at(place.app, place.app.clock() + timedelta(hours=1))) == keys
    assert found(at(place.app, place.app.clock() + timedelta(days=8))) == []


# Jobs and the clock


def test_a_job_that_failed_is_told_until_it_is_done_again(quiet: App) -> None:
    """With its words, and how to run it."""
    kept(quiet, run_of(Job.BOUNCES, RunState.FAILED, MONDAY - timedelta(hours=2)))
    one = only(quiet)
    assert one.key == "job-failed bounces"
    assert "was tried 4 times. The last time: host.test: no way there." in one.text
    assert "RETURNS_PASSWORD" in one.text
    kept(quiet, run_of(Job.BOUNCES, RunState.DONE, MONDAY - timedelta(hours=1), "another"))
    assert found(quiet) == []


def test_a_job_that_was_missed_is_told(quiet: App) -> None:
    """One that is due once, for eight days."""
    kept(quiet, run_of(Job.OPEN, RunState.MISSED, MONDAY - timedelta(hours=2)))
    assert only(quiet).key == "job-missed open"
    assert found(at(quiet, MONDAY + timedelta(days=9))) == []


def test_a_send_that_failed_and_was_sent_by_hand_is_no_concern(quiet: App) -> None:
    """The mailing says how it stands."""
    kept(quiet, run_of(Job.SEND, RunState.FAILED, FRIDAY, str(COMING)))
    assert "job-failed send" in found(at(quiet, FRIDAY + timedelta(hours=9)))
    accepted(quiet, under_way(quiet))
    assert found(quiet) == []


def test_a_clock_that_starts_nothing_is_late_after_five_minutes(place: Installation) -> None:
    """Each overdue job is named; not in the first minutes of a program that makes up for what was due."""
    here = at(place.app, MONDAY)
    for job in Job:
        kept(here, run_of(job, RunState.DONE, MONDAY - timedelta(minutes=66), "the last"))
    assert "clock-late" in found(here)
    text = next(one.text for one in concerns(here) if one.key == "clock-late")
    assert "`gather`, due Mon 7 Dec 16:54 in Hong Kong" in text
    assert "`bounces`, due Mon 7 Dec 16:09 in Hong Kong" in text
    assert "`backup`" not in text  # due at 04:40, and done
    standing(here, since=MONDAY - timedelta(minutes=4))
    assert "clock-late" not in found(here)


def test_a_long_run_is_no_late_clock_unless_its_process_is_dead(quiet: App) -> None:
    """Whoever holds the job's lock is at it."""
    (quiet.root / "schedule.yaml").write_text(
        (quiet.root / "schedule.yaml").read_text("utf-8").replace("off: [gather, ", "off: ["), "utf-8"
    )
    kept(quiet, run_of(Job.GATHER, RunState.RUNNING, MONDAY - timedelta(minutes=30)))
    with open_store(quiet.database) as store, hold(store, "job-gather", quiet.root, MONDAY):
        assert found(quiet) == []
    assert found(quiet) == ["clock-late"]


def standing(app: App, since: datetime, pid: int | None = 1, restarts: int = 0) -> None:
    """What the running system says of itself."""
    site = {"name": "site", "pid": pid, "restarts": restarts, "last_exit": -11}
    whole = {"pid": 1, "since": since.isoformat(), "beat": since.isoformat(), "children": [site]}
    (app.root / "var" / "run.json").write_text(json.dumps(whole), "utf-8")


@pytest.mark.parametrize(("pid", "restarts", "keys"), [(None, 3, ["site"]), (None, 1, []), (7, 3, [])])
def test_a_site_that_ends_again_and_again(quiet: App, pid: int | None, restarts: int, keys: list[str]) -> None:
    """Not once, and not while it is there."""
    standing(quiet, MONDAY - timedelta(days=1), pid, restarts)
    assert found(quiet) == keys


# The machine


@pytest.mark.parametrize(
    ("free", "total", "told"),
    [
        (499_000_000, 4_000_000_000, True),
        (501_000_000, 4_000_000_000, False),
        (4_000_000_000, 100_000_000_000, True),
        (5_100_000_000, 100_000_000_000, False),
        (40_000_000_000, 2_000_000_000_000, False),  # 2 % of a large disk
    ],
)
def test_little_room_on_the_disk(free: int, total: int, told: bool) -> None:
    """Under 500 MB, or under 5 % unless that is plenty."""
    assert bool(list(of_disk(free, total))) is told


def test_an_old_backup(place: Installation) -> None:
    """Older than two days; or none, two days after somebody began to send from here. Those of others that share the
    folder are no help."""
    no_jobs(place.app)
    here = at(place.app, MONDAY)
    path = here.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8").replace(", backup", ""), "utf-8")
    kept(here, run_of(Job.BACKUP, RunState.DONE, MONDAY - timedelta(minutes=1)))
    assert found(here) == []
    claimed(here, MONDAY - timedelta(days=3))
    assert only(here).key == "backup"
    old, new = (backup_path(here, datetime(2026, 12, day, 4, 40, tzinfo=UTC)) for day in (5, 7))
    old.parent.mkdir()
    old.touch()
    (old.parent / "notes.txt").touch()
    (old.parent / f"another-{new.name}").touch()
    assert "of Sat 5 Dec" in only(here).text
    new.touch()
    assert found(here) == []


def test_a_folder_of_backups_that_cannot_be_looked_at_is_told(place: Installation) -> None:
    """As one without any."""
    here = at(place.app, MONDAY)
    no_jobs(here, but=Job.BACKUP)
    kept(here, run_of(Job.BACKUP, RunState.DONE, MONDAY - timedelta(minutes=1)))
    claimed(here, MONDAY - timedelta(days=3))
    path = here.root / "schedule.yaml"
    path.write_text(f"{path.read_text('utf-8')}backup: {{folder: {'x' * 300}}}\n", "utf-8")
    assert "There is no backup in" in only(here).text


def claimed(app: App, when: datetime, identity: str | None = None) -> None:
    from newsletter.actions.installation import here

    with open_store(app.database) as store:
        installation.claim(store, identity or here(app).identity, "a machine, folder /x", "daniel", when)


def test_a_copy_that_sends_nothing(quiet: App) -> None:
    """Another installation has claimed."""
    claimed(quiet, MONDAY, "0" * 64)
    one = only(quiet)
    assert one.key == "copy"
    assert "`newsletter claim`" in one.text


def notice(store: Store, kind: NoticeKind, host: str, age: timedelta, **more: object) -> None:
    asked = MONDAY - age
    values = {"address": f"ana@{host}", "subject": "S", "text": "T\n", "asked": asked, "next_try": asked, **more}
    assert notices.keep(store, Notice(number=0, kind=kind, **values), (), 0)  # type: ignore[arg-type]


HOUR = timedelta(hours=1)
BACK_OFF = {"tries": 5, "next_try": MONDAY + timedelta(minutes=3), "said": "451 4.7.1 <ana@a.test> later (at RCPT)"}
FAILED = {"state": NoticeState.FAILED, "tries": 1, "said": "550 5.1.1 no such user (at RCPT)"}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ([(NoticeKind.CONFIRMATION, "a.test", timedelta(minutes=14), {})], False),
        ([(NoticeKind.CONFIRMATION, "a.test", HOUR, {})], True),  # nobody has tried
        ([(NoticeKind.CONFIRMATION, "a.test", HOUR, BACK_OFF)], False),  # one server asks for patience
        ([(NoticeKind.CONFIRMATION, host, HOUR, BACK_OFF) for host in ("a.test", "b.test")], True),
        ([(NoticeKind.REMINDER, "a.test", HOUR, BACK_OFF)], True),
        ([(NoticeKind.ALARM, "a.test", HOUR, {})], False),  # of which another alarm says why
        ([(NoticeKind.CONFIRMATION, "a.test", HOUR, FAILED)] * 4, False),  # slips of the pen
        ([(NoticeKind.CONFIRMATION, "a.test", HOUR, FAILED)] * 5, True),
        ([(NoticeKind.REPORT, "a.test", HOUR, FAILED)], True),
    ],
)
def test_mails_of_our_own_that_do_not_leave(
    quiet: App, made: list[tuple[NoticeKind, str, timedelta, dict[str, object]]], told: bool
) -> None:
    """Where it is our trouble, and not that of a single address."""
    with open_store(quiet.database) as store:
        for kind, host, age, more in made:
            notice(store, kind, host, age, **more)
    assert found(quiet) == (["notices"] if told else [])
    assert not any("ana@" in one.text for one in concerns(quiet))


# All of them


def test_a_part_of_the_watch_that_is_broken_keeps_no_other_from_looking(quiet: App) -> None:
    """A row that nobody can read: what is wrong elsewhere is told, and that the watch is broken."""
    under_way(quiet, MailingState.PAUSED, Pause.PROVIDER, "no")
    kept(quiet, run_of(Job.GATHER, RunState.DONE, MONDAY))
    with open_store(quiet.database) as store, store.writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET began = 'nonsense'")
    assert found(quiet) == ["watch jobs", f"paused-provider {COMING}"]


def test_every_kind_has_its_section_in_the_manual_and_no_other() -> None:
    """docs/alarms.md, with what to do: the alarm leads there."""
    text = (ROOT / "docs" / "alarms.md").read_text("utf-8")
    headings = [line.removeprefix("### ").strip() for line in text.splitlines() if line.startswith("### ")]
    assert headings == [kind.value for kind in Kind]


def test_no_address_gets_into_a_concern() -> None:
    """Whatever a mail server says; and each is on one line, with the way to more."""
    said = "550 <o'hara+news@mail.example.org>: not\r\nhere; mailto:ana@example.org"
    one = concern(Kind.STUCK, "x", said, (said,), (said,))
    assert "@" not in one.subject + one.text
    assert one.text.endswith("\nMore: docs/alarms.md, stuck\n")
    assert one.subject.startswith("550 <(an address)>: not here; ")
    assert not ONCE & STALLING


@pytest.mark.parametrize("kind", KINDS)
def test_the_watch_looks_into_either_database(kind: str, tmp_path: Path) -> None:
    """A mailing under way, as SQLite and PostgreSQL tell it."""
    with installed(kind, tmp_path) as there:
        no_jobs(there.app)
        here = at(there.app, MONDAY)
        mailing = under_way(here)
        accepted(here, mailing)
        assert found(here) == []
        with open_store(here.database) as store:
            assert watching.last_change(store, mailing.id) == MONDAY
            assert watching.left(store, mailing.id) == 2
            assert watching.sent_back(store, mailing.id) == (0, 0)
            assert watching.newest_begun(store) == mailings.get(store, mailing.id)
        clock_of(here).forward(minutes=11)
        assert found(here) == [f"stuck {COMING}"]
