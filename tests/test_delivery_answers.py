"""What servers say to a mailing: it decides what becomes of each row, and where it is about us, the mailing waits."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.model.mailing import DeliveryState, Mailing, MailingState, Pause
from newsletter.model.subscriber import Reason
from newsletter.store import mailings, suppressions
from newsletter.store.engine import Store
from newsletter.store.owning import Owned
from tests.delivering import (
    ANA,
    LIMITS,
    MANY,
    Clock,
    everyone_once,
    got,
    mailing_to,
    one_pass,
    resumed,
    run,
    smtp,
    sums,
)
from tests.mailing import DUE, at, mark, opened, owned, rows
from tests.smtpserver import Act, SmtpServer, Then, hang_up, reset, say, silence

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


def row_of(store: Store, mailing: Mailing, address: str = ANA) -> tuple[DeliveryState, int]:
    """The state of a reader's row, and how often it was deferred."""
    (found,) = (row for row in rows(store, mailing).values() if row.address == address)
    return found.state, found.tries


# What the server says


@pytest.mark.parametrize(
    "said", ["451 4.2.1 busy", "450 4.7.1 greylisted", "552 5.2.2 full", "550 5.7.1 policy", "554 no"]
)
@pytest.mark.parametrize("point", ["RCPT", "DATA", "DOT"])
def test_an_answer_about_a_reader_is_that_reader_s_alone(
    held: Owned, server: SmtpServer, point: str, said: str
) -> None:
    """4yz defers and counts, 5yz refuses and suppresses nobody; all others have their message."""
    mailing = mailing_to(held, 6)
    server.at(point, say(said), to=ANA)
    state = one_pass(held, mailing, smtp(server.port))
    refused = said.startswith("5")
    assert row_of(held.store, mailing) == ((S.REFUSED, 0) if refused else (S.DEFERRED, 1))
    assert state is (MailingState.SENT if refused else MailingState.SENDING)
    assert sums(held.store, mailing)[S.ACCEPTED] == 5
    assert suppressions.of(held.store, (mark(1),)) == ()


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.2.1"])
def test_an_address_that_does_not_exist_is_never_written_to_again(held: Owned, server: SmtpServer, status: str) -> None:
    """By the reasons of faults.md alone, and with the server's words."""
    mailing = mailing_to(held, 3)
    server.at("RCPT", say(f"550 {status} no such person"), to=ANA)
    assert run(held, mailing, smtp(server.port)) is MailingState.SENT
    (suppression,) = suppressions.of(held.store, (mark(1),))
    assert suppression.reason is Reason.HARD_BOUNCE
    assert "no such person" in (suppression.note or "")


def test_a_thousand_policy_refusals_suppress_nobody(held: Owned, server: SmtpServer) -> None:
    """5.7.x speaks of us. The mailing pauses itself, and somebody resumes it again and again."""
    mailing = mailing_to(held, 1_000)
    server.at("RCPT", say("550 5.7.515 access denied"))
    states = [run(held, mailing, smtp(server.port), lanes=8)]
    while states[-1] is MailingState.PAUSED:
        states.append(run(held, resumed(held.store, mailing), smtp(server.port), lanes=8))
    assert states == [MailingState.PAUSED] * 3 + [MailingState.SENT]
    assert sums(held.store, mailing) == {S.REFUSED: 1_000}
    assert all(suppressions.of(held.store, (mark(number),)) == () for number in range(1, 1_001, 50))


@pytest.mark.parametrize(
    ("point", "act", "state"),
    [
        *(("MAIL", act, S.ACCEPTED) for act in (hang_up(), reset(), say("421 4.3.2 closing", then=Then.HANG_UP))),
        *(("RCPT", act, S.ACCEPTED) for act in (hang_up(), reset(), silence())),
        ("RCPT", say("421 4.7.0 slower", then=Then.HANG_UP), S.DEFERRED),
        *(("DATA", act, S.ACCEPTED) for act in (hang_up(), reset(), silence())),
        ("DATA", say("421 4.7.0 slower", then=Then.HANG_UP), S.DEFERRED),
        *(("DOT", act, S.UNKNOWN) for act in (hang_up(), hang_up(keeps=True), reset(keeps=True), silence(keeps=True))),
        ("DOT", say("421 4.7.0 slower", then=Then.HANG_UP), S.DEFERRED),
        ("DOT", say("no words of this kind"), S.UNKNOWN),
    ],
)
def test_a_connection_that_is_lost_costs_at_most_the_row_behind_the_last_dot(
    held: Owned, server: SmtpServer, point: str, act: Act, state: DeliveryState
) -> None:
    """Before it, the row is carried by another connection at once, or after 421 later, and nothing counts against the
    reader; after it nobody knows, and nobody tries by themselves."""
    mailing = mailing_to(held, 6)
    server.at(point, act, times=1, to=None if point == "MAIL" else ANA)
    limits = replace(LIMITS, command=0.3, data=0.3, dot=0.3)
    ended = one_pass(held, mailing, smtp(server.port, limits))
    if point != "MAIL":
        assert row_of(held.store, mailing) == (state, 0)
    assert sums(held.store, mailing).get(S.ACCEPTED, 0) == (6 if state is S.ACCEPTED else 5)
    ends = {S.ACCEPTED: MailingState.SENT, S.UNKNOWN: MailingState.UNRESOLVED, S.DEFERRED: MailingState.SENDING}
    assert ended is ends[state]
    assert max(got(server).values()) == 1


def test_an_envelope_that_breaks_every_connection_waits_like_the_others(held: Owned, server: SmtpServer) -> None:
    """After three connections it is deferred, and the mailing goes on around it."""
    mailing = mailing_to(held, 6)
    server.at("RCPT", hang_up(), to=ANA)
    assert one_pass(held, mailing, smtp(server.port)) is MailingState.SENDING
    assert row_of(held.store, mailing) == (S.DEFERRED, 0)
    assert sums(held.store, mailing)[S.ACCEPTED] == 5


def test_greylisting_needs_two_passes(held: Owned, server: SmtpServer) -> None:
    """Everyone is asked for patience once, and has their message at the second try."""
    mailing = mailing_to(held, MANY)
    server.greylist()
    clock = Clock()
    assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
    assert everyone_once(server, MANY)
    assert Counter(line for _, line in server.commands if line.startswith("RCPT")).most_common(1)[0][1] == 2
    assert clock.now == DUE + timedelta(minutes=5)


def test_a_server_that_takes_three_messages_a_connection_gets_another_connection(
    held: Owned, server: SmtpServer
) -> None:
    """421 at MAIL after three: no row is deferred, nobody waits."""
    mailing = mailing_to(held, MANY)
    server.at("MAIL", say("421 4.7.0 enough for now", then=Then.HANG_UP), after=3)
    clock = Clock()
    assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
    assert everyone_once(server, MANY)
    assert clock.now == DUE
    assert server.connections >= MANY / 3


def test_a_reader_whose_server_never_has_time_expires_after_a_day(held: Owned, server: SmtpServer) -> None:
    """Tried after 5, 15, 35, 75, 155, 315 minutes and then every four hours; the others have had theirs at once."""
    mailing = mailing_to(held, 3)
    mailings.extend(held.store, mailing.id, at(60 * 48))
    server.at("RCPT", say("451 4.2.1 busy"), to=ANA)
    clock = Clock()
    assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
    assert sums(held.store, mailing) == {S.ACCEPTED: 2, S.EXPIRED: 1}
    assert clock.now == DUE + timedelta(hours=24)
    assert sum(ANA in line for _, line in server.commands) == 11


# When nobody gets anything


@pytest.mark.parametrize(
    ("point", "said", "words"),
    [
        ("greeting", "554 5.7.1 not you", "not you"),
        ("EHLO", "550 5.7.1 go away", "go away"),
        ("MAIL", "550 5.7.1 this sender is not known", "this sender is not known"),
        ("MAIL", "552 5.3.4 message too big", "message too big"),
    ],
)
def test_a_refusal_of_us_pauses_the_mailing_with_the_server_s_words(
    held: Owned, server: SmtpServer, point: str, said: str, words: str
) -> None:
    """No reader is refused, no try counts; once it is mended, resuming sends everything."""
    mailing = mailing_to(held, MANY)
    server.at(point, say(said))
    if point == "EHLO":
        server.at("HELO", say(said))
    assert run(held, mailing, smtp(server.port)) is MailingState.PAUSED
    paused = mailings.get(held.store, mailing.id)
    assert paused.pause is Pause.PROVIDER
    assert words in (paused.words or "")
    assert set(sums(held.store, mailing)) <= {S.PLANNED, S.DEFERRED}
    assert all(row.tries == 0 for row in rows(held.store, mailing).values())
    server.usual_again()
    assert run(held, resumed(held.store, mailing), smtp(server.port)) is MailingState.SENT
    assert everyone_once(server, MANY)


def test_a_message_larger_than_the_server_takes_pauses_the_mailing(held: Owned) -> None:
    """It said so in SIZE (RFC 1870): it is the same for all readers, so it is ours."""
    with SmtpServer(size=100) as server:
        mailing = mailing_to(held, 3)
        assert run(held, mailing, smtp(server.port)) is MailingState.PAUSED
        assert server.messages == []


def test_a_server_that_is_not_there_pauses_the_mailing_after_three_tries_of_each_lane(held: Owned) -> None:
    """Five and ten seconds apart; then it is told that nobody answers, and nothing has happened to any row."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    mailing = mailing_to(held, 5)
    clock = Clock(tick=timedelta(seconds=1))
    assert run(held, mailing, smtp(port), clock) is MailingState.PAUSED
    assert sums(held.store, mailing) == {S.PLANNED: 5}
    assert mailings.get(held.store, mailing.id).pause is Pause.UNREACHABLE
    assert clock.now >= DUE + timedelta(seconds=15)
    assert any("cannot be reached" in (progress.trouble or "") for progress in clock.seen)


def test_a_server_that_comes_back_is_sent_to_without_anybody(held: Owned, server: SmtpServer) -> None:
    """Two failures of each lane are no reason to stop."""
    mailing = mailing_to(held, 5)
    server.at("greeting", say("421 4.3.2 not now", then=Then.HANG_UP), times=4)
    assert run(held, mailing, smtp(server.port), Clock(tick=timedelta(seconds=1))) is MailingState.SENT
    assert everyone_once(server, 5)


def test_a_mailing_past_its_time_begins_nothing_more(held: Owned, server: SmtpServer) -> None:
    """It is paused as expired, and a person decides."""
    mailing = mailing_to(held, 5)
    server.at("RCPT", say("451 4.2.1 busy"), to=ANA)
    mailings.extend(held.store, mailing.id, at(30))
    assert run(held, mailing, smtp(server.port)) is MailingState.PAUSED
    assert mailings.get(held.store, mailing.id).pause is Pause.EXPIRED
    assert sums(held.store, mailing) == {S.ACCEPTED: 4, S.DEFERRED: 1}
