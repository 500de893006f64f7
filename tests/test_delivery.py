"""Whole mailings against a real server on loopback: everyone gets one message, the sum closes, and it is shown."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.deliver.progress import Tally
from newsletter.deliver.verp import read_verp
from newsletter.deliver.work import Files
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.store import mailings, planning
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from newsletter.tokens import KeyRing
from tests.delivering import BOUNCES, KEYS, MANY, Clock, everyone_once, mailing_to, run, smtp, sums
from tests.mailing import add_readers, at, leave, made, opened, owned, rows, sending
from tests.postgres import KINDS
from tests.smtpserver import SmtpServer

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


# Everyone once


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_everyone_gets_one_message_and_the_sum_closes(kind: str, processes: int, tmp_path: Path) -> None:
    """On both databases, from threads and from worker processes: only then it is called sent."""
    with opened(kind, tmp_path) as store, owned(store, tmp_path) as held, SmtpServer() as server:
        mailing = mailing_to(held, MANY)
        assert run(held, mailing, smtp(server.port), processes=processes) is MailingState.SENT
        assert everyone_once(server, MANY)
        assert sums(store, mailing) == {S.ACCEPTED: MANY}
        assert server.offences == []
        # As many as it may open; a process that comes late may find that nothing is left to send.
        assert server.connections in ((1, 2) if processes else (2,))
        told = [email.message_from_bytes(message.content, policy=email.policy.default) for message in server.messages]
        assert len({message["Message-ID"] for message in told}) == MANY
        assert all(message["To"] == one.recipients[0] for message, one in zip(told, server.messages, strict=True))
        by_seq = rows(store, mailing)
        for message in server.messages:
            named = read_verp(message.sender, BOUNCES, [KeyRing(KEYS)])
            assert named
            assert by_seq[named[1]].address == message.recipients[0]


def test_a_mailing_into_files_leaves_one_file_for_each_reader(held: Owned, tmp_path: Path) -> None:
    """The default: nobody mails anybody by mistake."""
    mailing = mailing_to(held, MANY)
    assert run(held, mailing, Files(str(tmp_path / "outbox"))) is MailingState.SENT
    files = [email.message_from_bytes(path.read_bytes()) for path in (tmp_path / "outbox" / "new").iterdir()]
    assert {one["To"] for one in files} == {f"reader{number}@example.org" for number in range(1, MANY + 1)}


def test_a_mailing_to_nobody_is_sent(held: Owned, server: SmtpServer) -> None:
    """It ends by itself, and no server is troubled."""
    add_readers(held.store, 1)
    mailing = sending(held)
    leave(held.store, 1)
    assert run(held, mailing, smtp(server.port)) is MailingState.SENT
    assert sums(held.store, mailing) == {S.SUPPRESSED: 1}
    assert server.messages == []


def test_a_message_a_round_trip(held: Owned, server: SmtpServer) -> None:
    """The next envelope goes ahead with the content before it: one connection a lane, nothing reset or said twice."""
    mailing = mailing_to(held, 10)
    run(held, mailing, smtp(server.port), lanes=1)
    assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 10, "QUIT"]


# What is shown


def test_progress_tells_how_many_how_fast_and_for_how_long() -> None:
    """The rate of the last seconds, and the time that what is planned takes at it."""
    tally = Tally([(S.PLANNED, 100)])
    assert tally.rate(at()) == 0.0
    assert tally.left(0.0) is None
    for _ in range(20):
        tally.moved(S.PLANNED, S.HANDING_OVER)
        tally.answered(S.HANDING_OVER, S.ACCEPTED)
    rate = tally.rate(at() + timedelta(seconds=4))
    assert rate == 5.0
    assert tally.left(rate) == timedelta(seconds=16)
    assert dict(tally.counts)[S.PLANNED] == 80
    assert sum(count for _, count in tally.counts) == 100
    assert tally.rate(at() + timedelta(minutes=5)) == 0.0  # nothing lately
    assert tally.rate(at() - timedelta(hours=1)) == 0.0  # the clock was set back


def test_progress_is_told_to_the_end(held: Owned, server: SmtpServer) -> None:
    """Each report accounts for every row; the last is the end."""
    mailing = mailing_to(held, MANY)
    clock = Clock()
    run(held, mailing, smtp(server.port), clock)
    assert {sum(count for _, count in progress.counts) for progress in clock.seen} == {MANY}
    last = clock.seen[-1]
    assert (last.state, last.of(S.ACCEPTED), last.open, last.under_way) == (MailingState.SENT, MANY, 0, 0)


def test_a_plan_of_nobody_at_all_is_sent(held: Owned, server: SmtpServer) -> None:
    """An empty audience is no error."""
    mailing = planning.plan(held, made(held.store).id, at(-60))
    moved = mailings.move(held.store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=at())
    assert moved
    assert run(held, moved, smtp(server.port)) is MailingState.SENT
