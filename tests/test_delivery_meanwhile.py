"""What people do while a mailing runs: they pause, cancel, leave, mend; from then on it is as they have said."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from newsletter.model.mailing import DeliveryState, MailingState, Pause
from newsletter.store import mailings, receipts
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.conftest import SOAK
from tests.delivering import ANA, MANY, After, Clock, everyone_once, got, mailing_to, resumed, run, smtp, sums
from tests.mailing import DIGEST, DUE, MENDED, at, leave, opened, owned, rows
from tests.smtpserver import Received, SmtpServer, say

S = DeliveryState


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened("sqlite", tmp_path) as made_store:
        yield made_store


@pytest.fixture
def held(store: Store, tmp_path: Path) -> Iterator[Owned]:
    with owned(store, tmp_path) as right:
        yield right


@pytest.fixture(name="server")
def fresh_server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running
        assert running.offences == []


_MOVE = """
import sys
from datetime import UTC, datetime
from newsletter.model.mailing import MailingId, MailingState, Pause
from newsletter.store import mailings
from newsletter.store.engine import open_store
with open_store(sys.argv[1]) as store:
    to = MailingState(sys.argv[2])
    why = Pause.PERSON if to is MailingState.PAUSED else None
    now = datetime(2026, 11, 27, 6, tzinfo=UTC)
    assert mailings.move(store, MailingId(1), to, expect=(MailingState.SENDING,), now=now, pause=why, who="ana")
"""


@pytest.mark.parametrize("to", [MailingState.PAUSED, MailingState.CANCELLED])
def test_another_process_pauses_or_cancels_in_the_middle(held: Owned, tmp_path: Path, to: MailingState) -> None:
    """From its commit on only what had its intent is carried to its end: at most one message a connection."""
    address = f"sqlite:///{tmp_path / 'var' / 'newsletter.db'}"
    after = 0

    def move() -> None:
        nonlocal after
        subprocess.run([sys.executable, "-c", _MOVE, address, to.value], check=True)
        after = len(server.messages)

    mailing = mailing_to(held, 400)
    with SmtpServer(on_message=After(10, move)) as server:
        assert run(held, mailing, smtp(server.port), lanes=3) is to
        counts = sums(held.store, mailing)
        assert S.HANDING_OVER not in counts
        assert counts[S.ACCEPTED] == len(server.messages) <= after + 3
        assert counts[S.PLANNED] == 400 - counts[S.ACCEPTED] > 0


def test_a_run_that_is_told_to_stop_finishes_what_it_carries(held: Owned, server: SmtpServer) -> None:
    """Nothing is unknown afterwards; the mailing is still sending, and the next run sends the rest."""
    mailing = mailing_to(held, MANY)
    stop = threading.Event()
    with SmtpServer(on_message=After(10, stop.set)) as first:
        assert run(held, mailing, smtp(first.port), stop=stop) is MailingState.SENDING
    counts = sums(held.store, mailing)
    assert set(counts) == {S.ACCEPTED, S.PLANNED}
    assert run(held, mailing, smtp(server.port)) is MailingState.SENT
    assert not got(first).keys() & got(server).keys()
    assert got(first).total() + got(server).total() == MANY


@pytest.mark.soak
def test_who_unsubscribes_in_the_middle_gets_nothing_that_was_begun_afterwards(tmp_path: Path, held: Owned) -> None:
    """Readers leave while the mailing runs. The database itself writes down in which order that and the intents were
    committed: no intent stands behind its reader's leaving."""
    many, leavers = (10_000, 1_000) if SOAK else (400, 200)
    mailing = mailing_to(held, many)
    path = tmp_path / "var" / "newsletter.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("""
            CREATE TABLE story (number INTEGER PRIMARY KEY AUTOINCREMENT, mark BLOB, what TEXT);
            CREATE TRIGGER began AFTER UPDATE ON deliveries WHEN NEW.state = 'handing_over'
                BEGIN INSERT INTO story (mark, what) VALUES (NEW.mark, 'began'); END;
            CREATE TRIGGER gone AFTER UPDATE ON subscribers WHEN NEW.state = 'unsubscribed'
                BEGIN INSERT INTO story (mark, what) VALUES (NEW.mark, 'left'); END;
        """)
    leaving = Random(6).sample(range(1, many + 1), leavers)
    lock = threading.Lock()

    def somebody_leaves(message: Received) -> None:
        with lock:
            for number in [leaving.pop() for _ in range(2) if leaving]:
                leave(held.store, number)

    with SmtpServer(on_message=somebody_leaves) as server:
        assert run(held, mailing, smtp(server.port), lanes=4) is MailingState.SENT
    with closing(sqlite3.connect(path)) as database:
        story = database.execute("SELECT mark, what FROM story ORDER BY number").fetchall()
    left: set[bytes] = set()
    for who, what in story:
        if what == "left":
            left.add(who)
        assert what == "left" or who not in left
    counts = sums(held.store, mailing)
    assert len(left) == leavers - len(leaving)
    assert counts[S.ACCEPTED] + counts[S.SUPPRESSED] == many
    assert counts[S.SUPPRESSED] > leavers // 4


def test_a_mended_edition_goes_to_the_rest_only(held: Owned, server: SmtpServer) -> None:
    """A wrong link is found after some: they keep what they got, the others get the mended one, both sums close."""
    mailing = mailing_to(held, MANY)

    def pause() -> None:
        expect = (MailingState.SENDING,)
        mailings.move(held.store, mailing.id, MailingState.PAUSED, expect=expect, now=at(1), pause=Pause.PERSON)

    with SmtpServer(on_message=After(12, pause)) as first:
        assert run(held, mailing, smtp(first.port)) is MailingState.PAUSED
    assert mailings.point(held.store, mailing.id, MENDED, at(2), "ana")
    assert run(held, resumed(held.store, mailing), smtp(server.port)) is MailingState.SENT
    assert all(b"The mended news" not in message.content for message in first.messages)
    assert all(b"The mended news" in message.content for message in server.messages)
    receipt = receipts.receipt(held.store, mailing.id)
    assert dict(receipt.editions) == {DIGEST: len(first.messages), MENDED: len(server.messages)}
    assert len(first.messages) + len(server.messages) == MANY


def test_an_edition_mended_under_way_reaches_everyone_whose_turn_comes_afterwards(held: Owned) -> None:
    """Even without a pause: an envelope that went ahead with the old one is dropped, and nobody gets both."""
    mailing = mailing_to(held, MANY)

    def mend() -> None:
        assert mailings.point(held.store, mailing.id, MENDED, at(1), "ana")

    with SmtpServer(on_message=After(12, mend)) as server:
        assert run(held, mailing, smtp(server.port)) is MailingState.SENT
        assert everyone_once(server, MANY)
    by_address = {row.address: row for row in rows(held.store, mailing).values()}
    for message in server.messages:
        mended = b"The mended news" in message.content
        assert by_address[message.recipients[0]].digest == (MENDED if mended else DIGEST)
    old = dict(receipts.receipt(held.store, mailing.id).editions)[DIGEST]
    assert 12 <= old <= 13


def test_the_team_s_own_go_first_and_the_others_ten_minutes_later(held: Owned, server: SmtpServer) -> None:
    """So that somebody may cry stop; a team's server that asks for patience holds nobody up."""
    mailing = mailing_to(held, 20, team=3)
    server.at("RCPT", say("451 4.2.1 busy"), to=ANA, times=1)
    clock, before = Clock(), []
    clock.then = lambda progress: before.append((clock.now, len(server.messages))) if progress.waits_until else None
    assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
    assert everyone_once(server, 20)
    assert {message.recipients[0] for message in server.messages[:3]} == {
        f"reader{number}@example.org" for number in (1, 2, 3)
    }
    assert clock.now == DUE + timedelta(minutes=10)


def test_a_sender_that_is_started_again_while_the_others_wait_leaves_their_server_alone(
    held: Owned, server: SmtpServer
) -> None:
    """Not one envelope goes before their time: it could not be followed by its content, again and again."""
    mailing = mailing_to(held, 20, team=3)
    clock, stop = Clock(), threading.Event()
    clock.then = lambda progress: stop.set() if progress.waits_until else None
    assert run(held, mailing, smtp(server.port), clock, stop=stop) is MailingState.SENDING
    assert len(server.messages) == 3
    clock = Clock()
    began: list[datetime] = []
    with SmtpServer(on_message=lambda _: began.append(clock.now)) as other:
        assert run(held, mailing, smtp(other.port), clock) is MailingState.SENT
        assert len(other.messages) == 17
        assert min(began) >= DUE + timedelta(minutes=10)
        assert {number for number, _ in other.commands} == {1, 2}
