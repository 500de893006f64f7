"""Whole mailings against a real server on loopback: what it says decides what becomes of each row, and nothing else."""

from __future__ import annotations

import email
import email.policy
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from newsletter.deliver.progress import Progress, Tally
from newsletter.deliver.verp import read_verp
from newsletter.deliver.work import Files
from newsletter.model.mailing import DeliveryState, Mailing, MailingState, Pause
from newsletter.model.subscriber import Reason
from newsletter.store import mailings, planning, receipts, suppressions
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import StoreFull
from newsletter.store.owning import Owned
from newsletter.tokens import KeyRing
from tests.conftest import SOAK
from tests.delivering import BOUNCES, KEYS, LIMITS, Clock, one_pass, resumed, run, smtp, sums
from tests.killing import workers_of
from tests.mailing import DIGEST, DUE, MENDED, add_readers, at, leave, made, mark, opened, owned, rows, sending
from tests.postgres import KINDS
from tests.smtpserver import Act, Received, SmtpServer, Then, hang_up, reset, say, silence, usual

S = DeliveryState
MANY = 40
ANA = "reader1@example.org"


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


def mailing_to(held: Owned, count: int, team: int = 0) -> Mailing:
    """A mailing to so many readers, that may go out; the first of them are the team."""
    add_readers(held.store, *range(1, count + 1))
    return sending(held, tuple(mark(number) for number in range(1, team + 1)))


def got(server: SmtpServer) -> Counter[str]:
    """How many messages each reader has got."""
    return Counter({reader: len(messages) for reader, messages in server.by_recipient().items()})


def everyone_once(server: SmtpServer, count: int) -> bool:
    return got(server) == Counter(f"reader{number}@example.org" for number in range(1, count + 1))


def row_of(store: Store, mailing: Mailing, address: str = ANA) -> tuple[DeliveryState, int]:
    """The state of a reader's row, and how often it was deferred."""
    (found,) = (row for row in rows(store, mailing).values() if row.address == address)
    return found.state, found.tries


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
        assert server.connections == 2
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


# What people do meanwhile


class After:
    """Does something once, when the server is given its nth message and has not answered it."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        self._left, self._act, self._lock = number, act, threading.Lock()

    def __call__(self, message: Received) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                self._act()


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


# What the machine does meanwhile


@contextmanager
def short_of_room() -> Iterator[None]:
    """No file of this process may grow: a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_stops_the_next_go_and_the_mailing_goes_on_by_itself(held: Owned) -> None:
    """It is shown as paused by the disk; what servers said meanwhile is kept, nothing is lost, doubled or unknown."""
    room = short_of_room()
    mailing = mailing_to(held, MANY)
    clock = Clock(tick=timedelta(seconds=1))
    at_full: list[int] = []

    def look(progress: Progress) -> None:
        if progress.pause is Pause.DISK and len(clock.seen) > 30 and not at_full:
            at_full.append(len(server.messages))
            room.__exit__(None, None, None)

    clock.then = look
    with SmtpServer(on_message=After(10, lambda: room.__enter__())) as server:
        assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
        assert everyone_once(server, MANY)
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY}
    assert 10 <= at_full[0] <= 12
    assert any("cannot grow: the disk is full" in (progress.trouble or "") for progress in clock.seen)


def test_a_run_told_to_stop_while_the_disk_is_full_says_so(held: Owned) -> None:
    """It waits for nobody; what could not be written down is for the next owner to call unknown."""
    room = short_of_room()
    mailing = mailing_to(held, MANY)
    stop = threading.Event()
    clock = Clock(then=lambda progress: stop.set() if progress.pause is Pause.DISK else None)
    with SmtpServer(on_message=After(10, lambda: room.__enter__())) as server:
        with pytest.raises(StoreFull):
            run(held, mailing, smtp(server.port), clock, stop=stop)
        room.__exit__(None, None, None)
        assert run(held, mailing, smtp(server.port)) is MailingState.UNRESOLVED
        assert everyone_once(server, MANY)
    assert sums(held.store, mailing)[S.UNKNOWN] <= 2


def test_a_database_held_by_another_for_long_is_waited_for(tmp_path: Path, held: Owned) -> None:
    """No Go is given meanwhile, and nobody's message is lost or doubled."""
    address = f"sqlite:///{tmp_path / 'var' / 'newsletter.db'}"
    mailing = mailing_to(held, MANY)
    clock = Clock(tick=timedelta(seconds=1))
    with (
        closing(
            sqlite3.connect(tmp_path / "var" / "newsletter.db", isolation_level=None, check_same_thread=False)
        ) as db,
        open_store(address, busy_timeout=0.05) as impatient,
    ):
        released: list[int] = []

        def look(progress: Progress) -> None:
            if "held by another process" in (progress.trouble or "") and len(clock.seen) > 30 and not released:
                released.append(len(server.messages))
                db.execute("ROLLBACK")

        clock.then = look
        with SmtpServer(on_message=After(10, lambda: db.execute("BEGIN IMMEDIATE"))) as server:
            right = Owned(impatient, held.fileno)
            assert run(right, mailing, smtp(server.port), clock) is MailingState.SENT
            assert everyone_once(server, MANY)
    assert 10 <= released[0] <= 12
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY}


def kill_workers(*_: object) -> None:
    """Ends all worker processes of this process, as the machine would when it has no memory left."""
    for worker in workers_of(os.getpid()):
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def test_workers_that_are_killed_are_replaced_and_what_they_carried_is_unknown(held: Owned) -> None:
    """At most one row a connection, at once and with the reason in words; all others are sent."""
    mailing = mailing_to(held, MANY)
    with SmtpServer(on_message=After(10, kill_workers)) as server:
        assert run(held, mailing, smtp(server.port), processes=2) is MailingState.UNRESOLVED
        assert max(got(server).values()) == 1
    unknown = [row.answer for row in rows(held.store, mailing).values() if row.state is S.UNKNOWN]
    assert 1 <= len(unknown) <= 2
    assert all(answer and "the worker was killed" in answer.said for answer in unknown)
    assert sums(held.store, mailing) == {S.ACCEPTED: MANY - len(unknown), S.UNKNOWN: len(unknown)}


def test_workers_that_never_live_long_pause_the_mailing(held: Owned) -> None:
    """They are tried three times each; then a person is asked."""
    mailing = mailing_to(held, MANY)

    with SmtpServer() as server:
        server.at("MAIL", usual(delay=5))
        assert run(held, mailing, smtp(server.port), Clock(then=kill_workers), processes=2) is MailingState.PAUSED
    assert "end as soon as they start" in (mailings.get(held.store, mailing.id).words or "")
    assert sums(held.store, mailing) == {S.PLANNED: MANY}


def test_a_clock_set_back_an_hour_changes_nothing(held: Owned) -> None:
    """Nobody is lost or written to twice, and nobody waits for the hour to pass again."""
    mailing = mailing_to(held, MANY)
    clock = Clock()
    with SmtpServer(on_message=After(10, lambda: clock.forward(hours=-1))) as server:
        server.at("RCPT", say("451 4.2.1 busy"), to=ANA, times=1)
        server.at("MAIL", hang_up(), times=3)
        assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
        assert everyone_once(server, MANY)


def test_a_lost_connection_to_postgresql_is_taken_up_again(tmp_path: Path) -> None:
    """Every session is ended while messages are under way, again and again: the right to send is taken anew, and not
    one row is lost, doubled or unknown."""
    clock, cuts, lock = Clock(tick=timedelta(seconds=1)), [False], threading.Lock()
    end_all = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with opened("postgresql", tmp_path) as store, owned(store, tmp_path) as held, opened_again(store) as other:

        def cut(message: Received) -> None:
            with lock:
                cuts.append(len(server.messages) % 9 == 5)
                if cuts[-1]:
                    with other.session() as connection:
                        connection.execute(end_all)

        mailing = mailing_to(held, MANY)
        with SmtpServer(on_message=cut) as server:
            assert run(held, mailing, smtp(server.port), clock) is MailingState.SENT
            assert everyone_once(server, MANY)
        assert sums(store, mailing) == {S.ACCEPTED: MANY}
        assert sum(cuts) >= 3


@contextmanager
def opened_again(store: Store) -> Iterator[Store]:
    with store.reading() as connection:
        url = connection.engine.url.render_as_string(hide_password=False)
    with open_store(url) as other:
        yield other


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
