"""A lane: it does what the ledger orders and nothing else, above all no content before Go."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket, socketpair
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliver.lane import Parcels, attend
from newsletter.deliver.messages import (
    Channel,
    Done,
    Drop,
    Frames,
    Go,
    Next,
    Order,
    Ready,
    Refused,
    Rest,
    Returned,
    Stop,
    Trouble,
    Want,
    frame,
)
from newsletter.deliver.work import Files, Smtp, Work
from newsletter.mail.dot import Fit
from newsletter.mail.smtp_opening import Limits, Server
from newsletter.model.answer import Answer, ConnectionLost, Envelope, Handed, Phase, SendingRefused
from newsletter.model.mailing import MailingId
from newsletter.model.tls import Tls
from newsletter.tokens import KeyRing, Purpose
from tests.delivering import KEYS, smtp, work_of
from tests.mailing import DIGEST, MENDED

GO_AHEAD = Answer(Phase.DATA, 354)
TAKEN = Answer(Phase.DOT, 250, "2.0.0", "taken")
LIMIT = 20  # seconds that nothing here takes


@dataclasses.dataclass
class Outlet:
    """Stands for a mail server: takes what it is given, answers as told, and writes down what happened in order."""

    story: list[str] = dataclasses.field(default_factory=list)
    messages: list[Fit] = dataclasses.field(default_factory=list)
    envelopes: list[Envelope] = dataclasses.field(default_factory=list)
    answers: dict[str, Answer] = dataclasses.field(default_factory=dict)  # to an envelope, by recipient
    last_words: Answer = TAKEN  # to content; one without a code ends the session
    troubles: list[Exception] = dataclasses.field(default_factory=list)  # instead of a session
    gate: threading.Event | None = None  # content is answered when it opens
    usable: bool = False

    def connect(self) -> Outlet:
        if self.troubles:
            raise self.troubles.pop(0)
        self.story.append("connect")
        self.usable = True
        return self

    def begin(self, envelope: Envelope) -> Answer:
        self.story.append(f"envelope {envelope.recipient}")
        self.envelopes.append(envelope)
        answer = self.answers.get(envelope.recipient, GO_AHEAD)
        self.usable = answer.code not in (0, 421)
        return answer

    def hand_over(self, message: Fit, ahead: Envelope | None) -> Handed:
        self.story.append("content")
        if self.gate:
            assert self.gate.wait(LIMIT)
        self.messages.append(message)
        self.usable = self.last_words.code != 0
        return Handed(self.last_words, self.begin(ahead) if ahead and self.usable else None)

    def abandon(self) -> None:
        self.story.append("hang up")
        self.usable = False

    def quit(self) -> None:
        self.story.append("quit")
        self.usable = False


class Ledger:
    """The other end of the lane's sockets."""

    def __init__(self, ours: socket) -> None:
        self._socket, self._frames = ours, Frames()
        ours.settimeout(LIMIT)

    def says(self, *orders: Order) -> None:
        self._socket.sendall(frame(orders))

    def hears(self) -> list[Any]:
        """One frame: a lane says all it has to say at once."""
        while not (found := self._frames.feed(self._socket.recv(1 << 16))):
            pass
        return found

    def asks(self, *orders: Order) -> list[Any]:
        self.says(*orders)
        return self.hears()

    def dies(self) -> None:
        self._socket.close()


@contextmanager
def lane(outlet: Outlet, work: Work | None = None) -> Iterator[tuple[Ledger, threading.Thread]]:
    ours, theirs = socketpair()
    parcels = Parcels(work or work_of(MailingId(1), Files("unused")))
    thread = threading.Thread(target=attend, args=(Channel(theirs), parcels, outlet.connect))
    thread.start()
    ledger = Ledger(ours)
    try:
        assert ledger.hears() == [Want()]
        yield ledger, thread
    finally:
        ledger.dies()
        thread.join(LIMIT)
        assert not thread.is_alive()


def to(seq: int, address: str | None = None, digest: str = DIGEST) -> Next:
    return Next(seq, "mark", address or f"r{seq}@example.org", "Ana", digest)


def test_content_leaves_after_go_and_the_next_envelope_with_it() -> None:
    """An envelope goes ahead of its intent, content never does; then one report a message."""
    outlet = Outlet()
    with lane(outlet) as (ledger, _):
        assert ledger.asks(to(1)) == [Ready(1), Want()]
        assert outlet.story == ["connect", "envelope r1@example.org"]
        assert ledger.asks(Go(1, 1), to(2)) == [Done(1, 1, TAKEN), Ready(2), Want()]
        assert outlet.story[2:] == ["content", "envelope r2@example.org"]
        assert ledger.asks(Go(2, 4)) == [Done(2, 4, TAKEN), Want()]
        assert len(outlet.messages) == 2


def test_a_row_that_is_dropped_gets_no_content() -> None:
    """The connection is hung up inside DATA; the next row gets a new one."""
    outlet = Outlet()
    with lane(outlet) as (ledger, _):
        ledger.asks(to(1))
        assert ledger.asks(Drop(1), to(2)) == [Ready(2), Want()]
        assert outlet.story == ["connect", "envelope r1@example.org", "hang up", "connect", "envelope r2@example.org"]
        assert outlet.messages == []


@pytest.mark.parametrize(
    ("answer", "report"),
    [
        (Answer(Phase.RCPT, 550, "5.1.1", "nobody"), Refused),
        (Answer(Phase.RCPT, 451, "4.2.1", "busy"), Refused),
        (Answer(Phase.MAIL, 552, "5.3.4", "too big"), Refused),
        (Answer(Phase.RCPT, 421, "4.7.0", "slow down"), Refused),
        (Answer(Phase.MAIL, 421, "4.3.2", "shutting down"), Returned),
        (Answer(Phase.RCPT, 0, None, "lost"), Returned),
    ],
)
def test_an_envelope_that_is_not_taken_is_told_as_what_it_is(
    answer: Answer, report: Callable[[int, Answer], object]
) -> None:
    """Refused by the server, or the connection was lost under it: on its own, and behind another's content."""
    outlet = Outlet(answers={"r2@example.org": answer})
    with lane(outlet) as (ledger, _):
        assert ledger.asks(to(2)) == [report(2, answer), Want()]
        ledger.asks(to(1))
        assert ledger.asks(Go(1, 1), to(2)) == [Done(1, 1, TAKEN), report(2, answer), Want()]
        assert ledger.asks(to(3)) == [Ready(3), Want()]
    assert len(outlet.messages) == 1


def test_a_connection_lost_under_content_returns_the_row_behind_it() -> None:
    """The first is what the answer says it is; of the second nothing has happened."""
    lost = Answer(Phase.DOT, 0, None, "lost")
    outlet = Outlet(last_words=lost)
    with lane(outlet) as (ledger, _):
        ledger.asks(to(1))
        done, returned, _ = ledger.asks(Go(1, 1), to(2))
        assert done == Done(1, 1, lost)
        assert (returned.seq, returned.answer.code) == (2, 0)
        assert ledger.asks(to(2)) == [Ready(2), Want()]
    assert outlet.story.count("connect") == 2


def test_trouble_with_connecting_is_told_with_whose_it_is() -> None:
    """Refused is ours to mend, lost may pass; the lane goes on either way."""
    refused = SendingRefused("mx.test", Answer(Phase.AUTH, 535, "5.7.8", "wrong password"), "mend it")
    lost = ConnectionLost("mx.test", Answer(Phase.CONNECT, 0, None, "nobody there"))
    outlet = Outlet(troubles=[refused, lost])
    with lane(outlet) as (ledger, _):
        assert ledger.asks(to(1)) == [Trouble(1, refused.answer, True, str(refused)), Want()]
        assert ledger.asks(to(1)) == [Trouble(1, lost.answer, False, str(lost)), Want()]
        assert ledger.asks(to(1)) == [Ready(1), Want()]


def test_a_reader_whose_address_cannot_stand_in_a_header_stops_nobody_else() -> None:
    """That row is refused before anything is said to the server; no header is broken."""
    outlet = Outlet()
    with lane(outlet) as (ledger, _):
        ledger.asks(to(1))
        _, refused, _ = ledger.asks(Go(1, 1), to(2, "x@example.org\r\nBcc: y@example.org"))
        assert isinstance(refused, Refused)
        assert (refused.answer.phase, refused.answer.code) == (Phase.CONTENT, 554)
        assert ledger.asks(to(3)) == [Ready(3), Want()]
    assert len(outlet.envelopes) == 2


@pytest.mark.parametrize("order", [Rest(), Stop()])
def test_a_lane_that_is_sent_away_takes_leave_of_the_server(order: Order) -> None:
    """Rest comes back on the next order, with a new connection; Stop ends."""
    outlet = Outlet()
    with lane(outlet) as (ledger, thread):
        ledger.asks(to(1))
        ledger.asks(Go(1, 1))
        ledger.says(order)
        if isinstance(order, Stop):
            thread.join(LIMIT)
            assert not thread.is_alive()
        else:
            assert ledger.asks(to(2)) == [Ready(2), Want()]
            assert outlet.story[-2:] == ["connect", "envelope r2@example.org"]
    assert "quit" in outlet.story


def test_a_lane_whose_ledger_dies_begins_nothing_more() -> None:
    """What was only Ready is hung up inside DATA."""
    outlet = Outlet()
    with lane(outlet) as (ledger, thread):
        ledger.asks(to(1))
        ledger.dies()
        thread.join(LIMIT)
    assert outlet.messages == []
    assert outlet.story[-1] == "hang up"


def test_a_lane_whose_ledger_dies_after_go_carries_that_content_to_its_end() -> None:
    """And nothing behind it, though its envelope went ahead."""
    outlet = Outlet(gate=threading.Event())
    with lane(outlet) as (ledger, thread):
        ledger.asks(to(1))
        ledger.says(Go(1, 1), to(2))
        ledger.dies()
        assert outlet.gate
        outlet.gate.set()
        thread.join(LIMIT)
    assert len(outlet.messages) == 1
    assert outlet.story[-1] == "hang up"


def test_a_go_for_a_connection_that_is_gone_was_not_begun() -> None:
    """It is told as lost before the content, so the row is tried again."""
    with lane(Outlet()) as (ledger, _):
        done, want = ledger.asks(Go(9, 2))
        assert (done.seq, done.attempt, done.answer.phase, done.answer.code) == (9, 2, Phase.CONTENT, 0)
        assert want == Want()


# What is carried


def test_the_same_row_and_edition_give_the_same_message() -> None:
    """Whoever is sent it again gets the same Message-ID and the same octets; another edition differs in its words."""
    parcels = Parcels(work_of(MailingId(1), Files("unused")))
    first, again, mended = parcels.of(to(1)), parcels.of(to(1)), parcels.of(to(1, digest=MENDED))
    assert first == again
    ids = {
        email.message_from_bytes(one.message.message, policy=email.policy.default)["Message-ID"]
        for one in (first, mended)
    }
    assert len(ids) == 1
    assert first.message != mended.message


def test_the_envelope_names_the_delivery_or_one_address_for_all() -> None:
    """And the size of the very message (RFC 1870)."""
    work = work_of(MailingId(7), Files("unused"))
    parcel = Parcels(work).of(to(3))
    assert parcel.envelope.sender.startswith("bounces+7-3-")
    assert parcel.envelope.size == len(parcel.message.message)
    plain = Parcels(dataclasses.replace(work, verp=False)).of(to(3))
    assert plain.envelope.sender == work.bounces


def test_a_test_mail_s_links_are_signed_for_showing_only() -> None:
    """The purposes are the work's, so no link of a sample or a test unsubscribes anybody."""
    work = dataclasses.replace(
        work_of(MailingId(7), Files("unused")), unsubscribe=Purpose.TEST, preferences=Purpose.TEST
    )
    told = email.message_from_bytes(Parcels(work).of(to(3)).message.message, policy=email.policy.default)
    token = told["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    assert KeyRing(KEYS).verify(Purpose.TEST, token) == "mark"


# What travels


WORDS = st.text(max_size=20)
ANSWERS = st.builds(Answer, st.sampled_from(list(Phase)), st.integers(0, 599), st.none() | WORDS, WORDS)
MESSAGES = st.one_of(
    st.just(Want()),
    st.builds(Ready, st.integers(1)),
    st.builds(Done, st.integers(1), st.integers(1), ANSWERS),
    st.builds(Refused, st.integers(1), ANSWERS),
    st.builds(Returned, st.integers(1), ANSWERS),
    st.builds(Trouble, st.integers(1), ANSWERS, st.booleans(), WORDS),
    st.builds(Next, st.integers(1), WORDS, WORDS, st.none() | WORDS, WORDS),
    st.builds(Go, st.integers(1), st.integers(1)),
    st.builds(Drop, st.integers(1)),
    st.just(Rest()),
    st.just(Stop()),
)


@given(st.lists(st.lists(MESSAGES, min_size=1, max_size=3).map(tuple), max_size=3), st.integers(1, 50))
def test_messages_arrive_as_they_were_said(said: list[tuple[Any, ...]], step: int) -> None:
    """In order, however the octets are cut up on the way."""
    octets, frames, heard = b"".join(map(frame, said)), Frames(), []
    for at in range(0, len(octets), step):
        heard += frames.feed(octets[at : at + step])
    assert heard == [message for messages in said for message in messages]


@pytest.mark.parametrize("transport", [Files("/var/outbox"), smtp(25)])
def test_work_is_read_back_as_it_was_written(transport: Files | Smtp) -> None:
    """Editions, keys, purposes, the way out: a worker makes the very same messages."""
    work = dataclasses.replace(work_of(MailingId(3), transport), verp=False, message_id=Purpose.TEST)
    assert Work.from_bytes(work.to_bytes()) == work


def test_work_shows_no_secret() -> None:
    """Neither keys nor the password, wherever it is printed."""
    server = Server(host="mx.test", port=587, privacy=Tls.STARTTLS, name="c.test", user="u", password="hush hush")
    work = work_of(MailingId(3), Smtp(server, Limits()))
    assert "hush hush" not in repr(work)
    assert KEYS[0].secret.decode() not in repr(work)
