"""Tidy: what has its time of keeping goes when that is over; what anybody may still need stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from newsletter.actions.app import App
from newsletter.actions.leftovers import ABANDONED, remove_leftovers
from newsletter.actions.sign_up import sign_up
from newsletter.actions.take_returns import take_returns
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import MailingKind
from newsletter.model.notice import Notice, NoticeKind, NoticeState
from newsletter.model.subscriber import SubscriberState
from newsletter.store import mailings, notices, runs, schema, subscribers, tidying
from newsletter.store.engine import Store
from tests.comingback import FIRST, NOW, bounce, installed
from tests.mailing import DIGEST, MENDED
from tests.postgres import KINDS
from tests.reminding import body_of

OLD = NOW - timedelta(days=401)


@dataclass(frozen=True)
class House:
    """An installation and its database."""

    app: App
    store: Store

    def rows(self, table: Any) -> int:
        with self.store.reading() as connection:
            return len(connection.execute(select(table)).all())


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with installed(request.param, tmp_path) as here:
        yield House(here.app, here.store)


def run_at(due: datetime, job: Job = Job.GATHER, state: RunState = RunState.DONE) -> Run:
    return Run(job=job, key=due.isoformat(), due=due, state=state, attempt=1, began=due, words="", who="clock")


def edition(store: Store, digest: str, stored: datetime) -> None:
    """An edition's row; of its bytes nobody asks here."""
    row = {"digest": digest, "issue": str(FIRST), "stored": stored, "data": b"the bytes"}
    with store.writing() as connection:
        connection.execute(insert(schema.editions), row)


def test_every_kind_is_forgotten_when_its_time_is_over(tmp_path: Path) -> None:
    """All of them in one go, told in a line; a second time there is nothing left to do."""
    with installed("sqlite", tmp_path) as here:
        here.add("ana@example.org")
        mailing = here.issue()
        here.arrives(bounce(here.sender(mailing, "ana@example.org"), ("ana@example.org", "4.2.2", "full")))
        take_returns(here.app)
        sign_up(here.app, "ben@example.org", page="/subscribe", words="Send it to me.")
        sent = Notice(
            number=0,
            kind=NoticeKind.REMINDER,
            address="mei@focus.example.org",
            subject="The writing closes",
            text="Soon.\n",
            asked=NOW,
            state=NoticeState.SENT,
            next_try=NOW,
        )
        notices.keep(here.store, sent, (), 1)
        for due in (NOW, NOW + timedelta(hours=1)):
            runs.claim(here.store, run_at(due))
        half = here.app.root / "var" / ".archive.json.ab3d_f9h"
        half.write_text("{", "utf-8")
        os.utime(half, (NOW.timestamp(), NOW.timestamp()))
        later = here.at(402)
        told = body_of(Job.TIDY, later.app)
        assert (told.state, told.words) == (
            RunState.DONE,
            "forgot 1 sign-up that was never confirmed, 1 mail of ours, 1 returned mail, 1 run of a job, "
            "1 edition that nobody wanted and 1 half-written file",
        )
        assert body_of(Job.TIDY, later.app).words == "there was nothing to forget"
        assert here.facts("ana@example.org") != ()  # what the mail said is kept


def test_nothing_goes_before_its_time(house: House) -> None:
    """A day earlier each kind is there still."""
    for due in (NOW - timedelta(days=370), NOW):
        runs.claim(house.store, run_at(due))
    sign_up(house.app, "ben@example.org", page="/subscribe", words="Send it to me.")
    edition(house.store, "c" * 64, NOW)
    later = replace(house.app, clock=lambda: NOW + timedelta(days=29))
    with house.store.writing() as connection:
        connection.execute(delete(schema.editions).where(schema.editions.c.digest != "c" * 64))
    assert body_of(Job.TIDY, later).words == "there was nothing to forget"
    assert subscribers.count(house.store)[SubscriberState.UNCONFIRMED] == 1
    assert house.rows(schema.runs) == 2


def test_the_newest_run_of_each_job_is_remembered_for_ever(house: House) -> None:
    """By it the clock knows what was done last, however long the machine was off; what is not over stays too."""
    for due in (OLD - timedelta(days=1), OLD):
        runs.claim(house.store, run_at(due))
    runs.claim(house.store, run_at(OLD, Job.SEND))
    runs.claim(house.store, run_at(OLD - timedelta(days=9), Job.SEND, RunState.WAITING))
    body_of(Job.TIDY, house.app)
    assert house.rows(schema.runs) == 3
    assert runs.newest(house.store, Job.GATHER) == run_at(OLD)


def test_alarms_that_last_are_remembered_however_old(house: House) -> None:
    """Those that ended long ago are not."""
    row = {
        "key": "disk",
        "subject": "The disk is full",
        "text": "Free some.\n",
        "since": OLD,
        "told": "{}",
        "end_told": 1,
    }
    ends = (None, OLD, NOW)
    with house.store.writing() as connection:
        connection.execute(
            insert(schema.alarms), [{**row, "number": at, "ended": end} for at, end in enumerate(ends, 1)]
        )
    assert tidying.purge_alarms(house.store, NOW - timedelta(days=400)) == 1
    with house.store.reading() as connection:
        assert list(connection.scalars(select(schema.alarms.c.number).order_by(schema.alarms.c.number))) == [1, 3]


def test_an_edition_that_anything_refers_to_is_kept(house: House) -> None:
    """A signature, a last look, a mailing, one reader's copy: each of them alone keeps the bytes."""
    signed, looked, idle, handed, young = ("c" * 64, "d" * 64, "e" * 64, "f" * 64, "1" * 64)
    for digest in (signed, looked, idle, handed):
        edition(house.store, digest, OLD)
    edition(house.store, young, NOW)
    made = mailings.create(house.store, IssueId(FIRST), MailingKind.ISSUE, DIGEST, NOW, NOW, key="k1")
    copy = {"mailing": made.id, "seq": 1, "mark": b"m" * 16, "state": "accepted", "attempt": 1, "tries": 0}
    signature = {"issue": str(FIRST), "number": 1, "digest": signed, "act": "sign", "who": "mei", "signed": OLD}
    with house.store.writing() as connection:
        connection.execute(insert(schema.approvals), {**signature, "mac": "k1:x"})
        look = {"issue": str(FIRST), "who": "mei", "digest": looked, "looked": OLD}
        connection.execute(insert(schema.looks), look)
        connection.execute(insert(schema.deliveries), {**copy, "digest": handed})
    tidying.purge_editions(house.store, NOW)
    with house.store.reading() as connection:
        kept = set(connection.scalars(select(schema.editions.c.digest)))
    assert kept == {signed, looked, handed, young, DIGEST}
    assert MENDED not in kept  # nothing refers to it


def test_an_edition_goes_once_nothing_refers_to_it(house: House) -> None:
    """The look that kept it was followed by another."""
    edition(house.store, "d" * 64, OLD)
    with house.store.writing() as connection:
        look = {"issue": str(FIRST), "who": "mei", "digest": "d" * 64, "looked": OLD}
        connection.execute(insert(schema.looks), look)
    before = tidying.purge_editions(house.store, NOW)
    with house.store.writing() as connection:
        connection.execute(delete(schema.looks))
    assert (before, tidying.purge_editions(house.store, NOW)) == (2, 1)  # the two that `installed` has stored


# Files


@dataclass(frozen=True)
class Files:
    """A publication's folder, and what lies in it for how long."""

    root: Path

    def lies(self, path: str, *, days: float = 3, folder: bool = False) -> Path:
        made = self.root / path
        (made if folder else made.parent).mkdir(parents=True, exist_ok=True)
        if not folder:
            made.write_text("half", "utf-8")
        then = (NOW - timedelta(days=days)).timestamp()
        os.utime(made, (then, then))
        return made

    def removed(self) -> int:
        return remove_leftovers(App(self.root, lambda: NOW))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_what_a_killed_process_was_writing_is_removed(files: Files) -> None:
    """In var/ at any depth, in the outbox's tmp/, beside the files that people write, and the folders that `open` and
    sending make among the issues."""
    (files.root / "var" / "outbox" / "new").mkdir(parents=True)
    gone = [
        files.lies("var/.keys.ab3d_f9h"),
        files.lies("var/dkim/.key.abcdefgh"),
        files.lies("var/outbox/tmp/one@focus.example.org.eml"),
        files.lies("var/cards/.2026-11-27.png.ab3d_f9h.saving"),
        files.lies(".schedule.yaml.ab3d_f9h.saving"),
        files.lies("content/.people.yaml.ab3d_f9h.saving"),
        files.lies("content/issues/2026-11-27/.issue.md.ab3d_f9h.saving"),
        files.lies("content/issues/2026-11-27/images/.quay.png.ab3d_f9h.saving"),
        files.lies("content/issues/2026-11-27/.sent.0a1b2c3d/sent/meta.json").parents[1],
        files.lies("content/issues/.open.zzzzzzz9/2026-12-04/issue.md").parents[1],
    ]
    then = (NOW - ABANDONED - timedelta(hours=1)).timestamp()
    for one in gone[-2:]:
        os.utime(one, (then, then))
    assert files.removed() == len(gone)
    assert not [one for one in gone if one.exists()]
    assert files.removed() == 0


def test_what_may_be_being_written_or_is_somebodys_own_stays(files: Files) -> None:
    """What is young, what is not named as ours, files of editors' programs beside the issues, and links."""
    (files.root / "var" / "outbox" / "new").mkdir(parents=True)
    kept = [
        files.lies("var/.keys.ab3d_f9h", days=1.9),
        files.lies("var/outbox/tmp/one@focus.example.org.eml", days=1),
        files.lies("var/outbox/new/one@focus.example.org.eml"),
        files.lies("var/leavers.log"),
        files.lies("var/clock.lock"),
        files.lies("var/archive.writing"),
        files.lies("var/notes/tmp/mine.txt"),
        files.lies("content/issues/2026-11-27/.issue.md.original"),
        files.lies("content/issues/2026-11-27/.issue.md.ab3d_f9h.saving", days=1.9),
        files.lies("content/issues/2026-11-27/.issue.md.saving"),
        files.lies("notes/.mine.txt.ab3d_f9h.saving"),
        files.lies("content/issues/2026-11-27/sent/meta.json"),
        files.lies("content/issues/.git/HEAD"),
        files.lies(".env.template"),
        files.lies("public/.index.html.abcdefgh"),
    ]
    outside = files.lies("elsewhere/precious.txt")
    links = [files.root / "var" / f".{name}.abcdefgh" for name in ("folder", "file")]
    for link, target in zip(links, (outside.parent, outside), strict=True):
        link.symlink_to(target)
        os.utime(link, (0, 0), follow_symlinks=False)
    assert files.removed() == 0
    assert [one for one in (*kept, outside, *links) if not one.exists()] == []


def test_a_publication_without_these_folders_is_tidy(files: Files) -> None:
    """As a new one is."""
    assert files.removed() == 0
