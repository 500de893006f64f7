"""What comes over the line and what goes: replies are read whole or not at all, octets handed over are counted."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.smtp_line import Line, LineLost
from newsletter.mail.smtp_replies import Garbled, Reply, answered, take
from newsletter.model.answer import Answer, Phase


def test_an_answer_that_drips_in_has_to_be_complete_in_time() -> None:
    """A server that says a letter now and then does not hold a connection for ever."""
    now = iter(tick / 1000 for tick in range(1000))
    with _pair() as (ours, theirs):
        line = Line(ours, lambda: next(now))
        theirs.sendall(b"250-a\r\n250-")
        with pytest.raises(LineLost, match=r"no answer within 0.003 s"):
            line.reply(0.003)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"550 5.1.1 nobody here\r\n", Answer(Phase.RCPT, 550, "5.1.1", "5.1.1 nobody here")),
        (b"550 4.1.1 which?\r\n", Answer(Phase.RCPT, 550, None, "4.1.1 which?")),
        (b"550 5.1.1234 which?\r\n", Answer(Phase.RCPT, 550, None, "5.1.1234 which?")),
        (
            b"450-4.2.1 busy\r\n450 4.2.1 see example.test\r\n",
            Answer(Phase.RCPT, 450, "4.2.1", "4.2.1 busy see example.test"),
        ),
        (b"250\r\n", Answer(Phase.RCPT, 250, None, "")),
        (b"250\n", Answer(Phase.RCPT, 250, None, "")),
        (b"550 \x1b[31m red\x07\t<b>\xff\r\n", Answer(Phase.RCPT, 550, None, "[31m red <b>\ufffd")),
        (b"550 " + b"long " * 300 + b"\r\n", Answer(Phase.RCPT, 550, None, ("long " * 100).strip())),
    ],
    ids=lambda value: "" if isinstance(value, Answer) else None,
)
def test_what_a_server_says_is_one_printable_line(said: bytes, answer: Answer) -> None:
    """The status is believed where it has the class of the code (RFC 2034); nothing that a terminal heeds remains."""
    reply = take(bytearray(said))
    assert reply is not None
    assert answered(Phase.RCPT, reply) == answer


@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_octets_are_more_than_replies_or_nonsense(said: bytes, cut: int) -> None:
    """Whatever comes, in whatever pieces: a reply, `Garbled`, or a wait for more."""

    def read(*pieces: bytes) -> list[Reply | str]:
        found: list[Reply | str] = []
        buffer = bytearray()
        for piece in pieces:
            buffer += piece
            try:
                while reply := take(buffer):
                    found.append(reply)
            except Garbled:
                return [*found, "garbled"]
        return found

    assert read(said[:cut], said[cut:]) == read(said)


REPLIES = st.builds(
    Reply, st.integers(200, 599), st.lists(st.sampled_from(["", "ok", "2.1.5 ok", "- x"]), min_size=1).map(tuple)
)


@given(st.lists(REPLIES, max_size=5))
def test_replies_are_read_one_by_one(replies: list[Reply]) -> None:
    """However many lines each has, and all at once."""
    wire = bytearray()
    for reply in replies:
        for line in reply.lines[:-1]:
            wire += f"{reply.code}-{line}\r\n".encode()
        wire += f"{reply.code} {reply.lines[-1]}\r\n".encode()
    assert [take(wire) for _ in replies] == replies
    assert wire == b""


@contextmanager
def _pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection that takes little at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with socket.create_connection(listening.getsockname()) as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            theirs, _ = listening.accept()
            with theirs:
                yield ours, theirs


def test_what_was_handed_over_is_counted_to_the_octet() -> None:
    """A write that is stopped half way: as many octets arrive as were counted."""
    with _pair() as (ours, theirs):
        line = Line(ours, time.monotonic)
        handed = line.send(b"x" * 1_000_000, 0.1)
        assert 0 < handed < 1_000_000
        line.close()
        arrived = 0
        while data := theirs.recv(65_536):
            arrived += len(data)
        assert arrived == handed


def test_a_word_from_the_server_stops_a_write_before_its_mark_only() -> None:
    """What comes while the content is written ends it; what comes after the dot is the answer that was asked for."""
    with _pair() as (ours, theirs):
        line = Line(ours, time.monotonic)
        theirs.sendall(b"421 4.3.2 closing\r\n")
        handed = line.send(b"x" * 1_000_000, 5, mark=900_000)
        assert handed < 900_000
        assert line.reply(5).code == 421
        theirs.sendall(b"250 ok\r\n")
        assert line.send(b"x" * 1_000_000, 0.1, mark=10) > 10
        assert line.reply(5).code == 250
