"""How a conversation over SMTP ends: lost at any point, or with leave taken; and what of a message is then known."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from newsletter.mail.dot import fit
from newsletter.model.answer import Answer, Phase
from tests.smtpserver import Act, SmtpServer, Then, hang_up, midway, reset, say, silence, usual
from tests.talking import BOTH, SHORT, brief, envelope, message, opened

ENDS: dict[str, Callable[[], Act]] = {"hangs up": hang_up, "resets": reset, "falls silent": silence}
# (where, before or after the answer there) -> the phase at which `begin` tells of it
ENVELOPES = {
    ("MAIL", "before"): Phase.MAIL,
    ("MAIL", "after"): Phase.RCPT,
    ("RCPT", "before"): Phase.RCPT,
    ("RCPT", "after"): Phase.DATA,
    ("DATA", "before"): Phase.DATA,
}


def ending(how: str, when: str) -> Act:
    then = {"hangs up": Then.HANG_UP, "resets": Then.RESET, "falls silent": Then.SILENCE}[how]
    return ENDS[how]() if when == "before" else usual(then=then)


@BOTH
@pytest.mark.parametrize("how", ["hangs up", "falls silent"])
@pytest.mark.parametrize(("point", "when"), ENVELOPES)
def test_a_connection_that_ends_inside_an_envelope(
    point: str, when: str, how: str, extensions: tuple[str, ...]
) -> None:
    """Partial answers to a group of commands included: no answer at the first phase that has none."""
    with SmtpServer(extensions=extensions) as server, opened(server, SHORT) as session:
        server.at(point, ending(how, when))
        assert brief(session.begin(envelope())) == (ENVELOPES[point, when], 0)
        assert not session.usable
        assert brief(session.begin(envelope())) == (Phase.MAIL, 0)


@BOTH
@pytest.mark.parametrize("how", ["hangs up", "falls silent"])
@pytest.mark.parametrize(("point", "when"), ENVELOPES)
def test_a_connection_that_ends_inside_the_next_envelope(
    point: str, when: str, how: str, extensions: tuple[str, ...]
) -> None:
    """The message before it has its answer; the envelope counts as never given."""
    with SmtpServer(extensions=extensions) as server, opened(server, replace(SHORT, dot=5)) as session:
        session.begin(envelope())
        server.at(point, ending(how, when))
        handed = session.hand_over(fit(message()), envelope("next@example.org"))
        assert brief(handed.answer) == (Phase.DOT, 250)
        assert handed.ahead is None
        assert not session.usable
        assert len(server.messages) == 1


def test_a_refusal_stays_one_when_the_connection_ends_after_it() -> None:
    """RCPT refused, then silence instead of an answer to DATA: the reader's row learns of the refusal."""
    with SmtpServer() as server, opened(server, SHORT) as session:
        server.at("RCPT", say("550 5.1.1 nobody here", then=Then.SILENCE))
        assert session.begin(envelope()) == Answer(Phase.RCPT, 550, "5.1.1", "5.1.1 nobody here")
        assert not session.usable


@pytest.mark.parametrize("keeps", [True, False], ids=["stored", "not stored"])
@pytest.mark.parametrize("how", ENDS)
def test_a_connection_that_ends_after_the_dot_leaves_it_open_whether_the_message_arrived(how: str, keeps: bool) -> None:
    """No answer, at DOT: nobody but a person may say what it means."""
    act = {"hangs up": hang_up, "resets": reset, "falls silent": silence}[how](keeps=keeps)
    with SmtpServer() as server, opened(server, SHORT) as session:
        server.at("DOT", act)
        session.begin(envelope())
        handed = session.hand_over(fit(message()), envelope("next@example.org"))
        assert brief(handed.answer) == (Phase.DOT, 0)
        assert handed.ahead is None
        assert not session.usable
        assert len(server.messages) == keeps


LARGE = message(body=b"All the news of a very long week.\r\n" * 500_000)  # more than TCP holds without a reader


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (say("421 4.3.2 shutting down", then=Then.RESET), 421),
        (say("552 5.3.4 too long", then=Then.RESET), 552),
        (reset(), 0),
    ],
    ids=["421", "552", "reset"],
)
def test_a_server_that_stops_taking_a_message_before_its_dot_has_not_got_it(act: Act, code: int) -> None:
    """Said or not said: the phase is CONTENT, and no octet of the last dot was written."""
    with SmtpServer(window=4096) as server, opened(server) as session:
        server.at("CONTENT", midway(act))
        session.begin(envelope())
        handed = session.hand_over(fit(LARGE), envelope("next@example.org"))
        assert brief(handed.answer) == (Phase.CONTENT, code)
        assert handed.ahead is None
        assert not session.usable
        assert server.messages == []


def test_a_server_that_takes_nothing_more_is_given_up_before_the_dot() -> None:
    """The time limit for a block (RFC 5321 4.5.3.2.5) ends a write that goes nowhere."""
    with SmtpServer(window=4096) as server:
        server.at("CONTENT", usual(delay=30))
        with opened(server, SHORT) as session:
            session.begin(envelope())
            handed = session.hand_over(fit(LARGE), None)
            assert handed.answer == Answer(Phase.CONTENT, 0, None, "nothing was taken for 0.2 s")
            assert not session.usable


def test_a_421_that_nobody_asked_for_is_read_before_the_content_is_written() -> None:
    """The server closes while the ledger commits: the message is still ours, and no octet of it was written."""
    with SmtpServer() as server, opened(server) as session:
        server.at("CONTENT", say("421 4.4.2 idle for too long", then=Then.HANG_UP))
        session.begin(envelope())
        handed = session.hand_over(fit(message()), envelope("next@example.org"))
        assert handed.answer == Answer(Phase.CONTENT, 421, "4.4.2", "4.4.2 idle for too long")
        assert not session.usable
        assert server.messages == []


def test_an_abandoned_message_is_not_delivered() -> None:
    """An envelope was taken, the intent was not granted: the connection ends inside DATA, and nothing is stored."""
    with SmtpServer() as server, opened(server) as session:
        session.begin(envelope())
        session.hand_over(fit(message("first")), envelope("next@example.org"))
        session.abandon()
        assert not session.usable
        session.quit()
    assert [one.message_id for one in server.messages] == ["<first@news.example.org>"]
    assert server.verbs()[-1] == "DATA"


@pytest.mark.parametrize("act", [usual(), hang_up(), silence(), say("500 what?"), say(b"bye\r\n")])
def test_leave_is_taken_whatever_the_server_makes_of_it(act: Act) -> None:
    """QUIT is said; then the connection is closed."""
    with SmtpServer() as server, opened(server, SHORT) as session:
        server.at("QUIT", act)
        session.quit()
        assert not session.usable
    assert server.verbs() == ["EHLO", "QUIT"]


def test_leave_inside_a_message_is_not_content() -> None:
    """Between 354 and the dot QUIT would be a line of the message: the connection is just closed."""
    with SmtpServer() as server, opened(server) as session:
        session.begin(envelope())
        session.quit()
    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]
    assert server.messages == []


def test_a_connection_that_was_closed_while_idle_is_noticed_before_an_envelope() -> None:
    """`usable` turns False once the server has hung up, without a word being sent."""
    with SmtpServer() as server, opened(server) as session:
        server.at("DOT", usual(then=Then.HANG_UP))
        session.begin(envelope())
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)
        deadline = time.monotonic() + 5
        while session.usable:
            assert time.monotonic() < deadline
    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize(
    ("said", "code"), [(b"421 4.4.2 idle\r\n", 421), (b"554 5.7.1 go\r\n", 0), (b"250 ok\r\n", 0), (b"eh?\r\n", 0)]
)
def test_what_is_said_unasked_before_an_envelope_concerns_no_reader(said: bytes, code: int) -> None:
    """421 is told as it is; nothing else counts as a refusal. Nothing more is sent."""
    with SmtpServer() as server, opened(server) as session:
        server.at("DOT", say(b"250 2.0.0 taken\r\n" + said, keeps=True))
        session.begin(envelope())
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)
        assert brief(session.begin(envelope("next@example.org"))) == (Phase.MAIL, code)
        assert not session.usable
    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]
