"""One message after the other over SMTP: whatever a server says to it becomes one `Answer`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.mail.dot import fit
from newsletter.model.answer import Answer, Phase
from tests.smtpserver import EXTENSIONS, Gate, SmtpServer, Then, say, usual
from tests.talking import BOTH, PLAIN, SHORT, all_is_well_after, brief, envelope, message, opened


@BOTH
def test_messages_arrive_octet_by_octet_as_they_were(extensions: tuple[str, ...]) -> None:
    """Dots at the start of lines, lines of 998 octets, empty lines: what is received is what was handed over."""
    bodies = [b".\r\n..\r\n.a\r\n", b"." * 998 + b"\r\n", b"\r\n\r\n", b"x\r\n" * 30_000, b""]
    mails = [message(str(number), body) for number, body in enumerate(bodies)]
    envelopes = [envelope(f"reader{number}@example.org") for number in range(len(mails))]
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        assert brief(session.begin(envelopes[0])) == (Phase.DATA, 354)
        for mail, ahead in zip(mails, [*envelopes[1:], None], strict=True):
            handed = session.hand_over(fit(mail), ahead)
            assert brief(handed.answer) == (Phase.DOT, 250)
            assert brief(handed.ahead) == ((Phase.DATA, 354) if ahead else None)
        session.quit()
        assert [one.content for one in server.messages] == mails
        assert [one.recipients for one in server.messages] == [(one.recipient,) for one in envelopes]
        assert {one.sender for one in server.messages} == {"bounces@news.example.org"}
        assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 5, "QUIT"]
        assert server.offences == []


@pytest.mark.parametrize(("extensions", "waiting"), [(EXTENSIONS, 3), (PLAIN, 0)], ids=["pipelining", "in turn"])
def test_the_next_envelope_goes_ahead_of_the_answer(extensions: tuple[str, ...], waiting: int) -> None:
    """With PIPELINING all three commands are there before the server has said a word to the dot; else none is."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        gate = Gate()
        server.at("DOT", usual(gate=gate))
        session.begin(envelope())
        with ThreadPoolExecutor(1) as hand:
            handing = hand.submit(session.hand_over, fit(message()), envelope("next@example.org"))
            gate.wait()
            ahead = server.unread()
            gate.open()
            assert brief(handing.result(5).ahead) == (Phase.DATA, 354)
        assert ahead.count(b"\r\n") == waiting
        assert server.offences == []


@BOTH
@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA], ids=lambda phase: phase.value)
def test_every_refusal_of_an_envelope_is_told_at_its_phase(phase: Phase, extensions: tuple[str, ...]) -> None:
    """All codes from 400 to 599: the same connection then takes the next envelope; only 421 ends it."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        for code in (code for code in range(400, 600) if code != 421):
            server.at(phase.value, say(f"{code} said so"), times=1)
            assert session.begin(envelope()) == Answer(phase, code, None, "said so")
            assert session.usable
        all_is_well_after(session, server)
        server.at(phase.value, say("421 4.7.0 enough", then=Then.HANG_UP))
        assert session.begin(envelope()) == Answer(phase, 421, "4.7.0", "4.7.0 enough")
        assert not session.usable
        assert len(server.messages) == 1


@BOTH
@pytest.mark.parametrize("phase", [Phase.MAIL, Phase.RCPT, Phase.DATA], ids=lambda phase: phase.value)
def test_every_refusal_of_the_next_envelope_leaves_the_message_before_it_alone(
    phase: Phase, extensions: tuple[str, ...]
) -> None:
    """All codes from 400 to 599, in the same write as a message that is accepted."""
    codes = [code for code in range(400, 600) if code != 421]
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        for code in codes:
            session.begin(envelope())
            server.at(phase.value, say(f"{code} said so"), times=1)
            handed = session.hand_over(fit(message()), envelope("next@example.org"))
            assert brief(handed.answer) == (Phase.DOT, 250)
            assert handed.ahead == Answer(phase, code, None, "said so")
        assert len(server.messages) == len(codes)
        all_is_well_after(session, server)


@BOTH
def test_every_answer_after_the_dot_is_told_there_and_the_next_envelope_stands(extensions: tuple[str, ...]) -> None:
    """All codes from 400 to 599: the message is not stored, the envelope that went ahead is as good as ever."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        session.begin(envelope())
        for code in (code for code in range(400, 600) if code != 421):
            server.at("DOT", say(f"{code} said so"), times=1)
            handed = session.hand_over(fit(message()), envelope("next@example.org"))
            assert handed.answer == Answer(Phase.DOT, code, None, "said so")
            assert brief(handed.ahead) == (Phase.DATA, 354)
        assert server.messages == []
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)
        server.at("DOT", say("421 4.7.0 enough", then=Then.HANG_UP))
        all_is_there = session.begin(envelope())
        assert brief(all_is_there) == (Phase.DATA, 354)
        handed = session.hand_over(fit(message()), envelope("next@example.org"))
        assert handed.answer == Answer(Phase.DOT, 421, "4.7.0", "4.7.0 enough")
        assert handed.ahead is None
        assert not session.usable


@BOTH
def test_354_to_a_refused_recipient_is_answered_by_a_lone_dot(extensions: tuple[str, ...]) -> None:
    """RFC 2920 3.1: no content follows, RSET comes before the next envelope, and the refusal is what is told."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        server.at("RCPT", say("550 5.1.1 nobody here"), times=2)
        server.at("DATA", say("354 go ahead"), times=2)
        assert brief(session.begin(envelope())) == (Phase.RCPT, 550)
        assert brief(session.begin(envelope())) == (Phase.RCPT, 550)
        server.usual_again()
        all_is_well_after(session, server)
        pipelined = ["MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA", "RSET", "MAIL", "RCPT", "DATA"]
        in_turn = ["MAIL", "RCPT", "RSET", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA"]
        assert server.verbs()[1:] == (pipelined if extensions == EXTENSIONS else in_turn)


def test_354_to_a_refused_recipient_ahead_leaves_the_message_before_it_alone() -> None:
    """The same, when the refused envelope went ahead."""
    with SmtpServer() as server, opened(server) as session:
        session.begin(envelope())
        server.at("RCPT", say("550 5.1.1 nobody here"), times=1)
        server.at("DATA", say("354 go ahead"), times=1)
        handed = session.hand_over(fit(message()), envelope("next@example.org"))
        assert (brief(handed.answer), brief(handed.ahead)) == ((Phase.DOT, 250), (Phase.RCPT, 550))
        all_is_well_after(session, server)


@pytest.mark.parametrize("reply", ["500 5.5.1 what?", "451 4.3.0 later", "354 go ahead"])
def test_a_server_that_does_not_begin_anew_is_left(reply: str) -> None:
    """RSET refused: the refused envelope could still be open, so nothing more is said on this connection."""
    with SmtpServer() as server, opened(server) as session:
        server.at("RCPT", say("550 5.1.1 nobody here"), times=1)
        server.at("RSET", say(reply))
        session.begin(envelope())
        assert brief(session.begin(envelope("next@example.org"))) == (Phase.MAIL, 0)
        assert not session.usable
        assert server.messages == []


@BOTH
@pytest.mark.parametrize(
    ("point", "reply", "phase"),
    [
        ("MAIL", "354 go ahead", Phase.MAIL),
        ("RCPT", "334 more", Phase.RCPT),
        ("DATA", "250 2.0.0 ok", Phase.DATA),
        ("MAIL", b"yes, please\r\n", Phase.MAIL),
        ("DATA", b"199 early\r\n", Phase.DATA),
    ],
)
def test_an_answer_of_the_wrong_kind_to_an_envelope_is_none(
    point: str, reply: str | bytes, phase: Phase, extensions: tuple[str, ...]
) -> None:
    """The connection is given up before any content; what was said is told."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        server.at(point, say(reply))
        answer = session.begin(envelope())
        assert brief(answer) == (phase, 0)
        assert (reply if isinstance(reply, str) else reply.decode().strip()) in answer.said
        assert not session.usable


@pytest.mark.parametrize("reply", ["354 go ahead", b"yes\r\n", b"25"], ids=["354", "words", "half a line"])
def test_an_answer_of_the_wrong_kind_to_the_dot_is_none(reply: str | bytes) -> None:
    """Whether the server has the message stays open."""
    with SmtpServer() as server, opened(server, SHORT) as session:
        server.at("DOT", say(reply, then=Then.SILENCE))
        session.begin(envelope())
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 0)
        assert not session.usable


@BOTH
def test_answers_of_many_lines_are_one_answer(extensions: tuple[str, ...]) -> None:
    """At each phase; the status that stands on every line is told once."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        for point, reply in (("MAIL", "250 2.1.0 a\n2.1.0 b"), ("RCPT", "250 a\nb\nc"), ("DATA", "354 a\nb")):
            server.at(point, say(reply))
        server.at("DOT", say("554 5.7.1 Not this\n5.7.1 nor that"), times=1)
        assert brief(session.begin(envelope())) == (Phase.DATA, 354)
        handed = session.hand_over(fit(message()), envelope())
        assert handed.answer == Answer(Phase.DOT, 554, "5.7.1", "5.7.1 Not this nor that")
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)


def test_slow_answers_are_waited_for() -> None:
    """As long as each comes within its time."""
    with SmtpServer() as server:
        for point in ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "DOT"):
            server.at(point, usual(delay=0.05))
        with opened(server) as session:
            all_is_well_after(session, server)


def test_greylisting_takes_two_tries() -> None:
    """The first is deferred at RCPT with the server's words, the second is accepted on the same connection."""
    with SmtpServer() as server, opened(server) as session:
        server.greylist()
        first = session.begin(envelope())
        assert (first.transient, brief(first), first.status) == (True, (Phase.RCPT, 451), "4.7.1")
        assert brief(session.begin(envelope())) == (Phase.DATA, 354)
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)


def test_a_server_that_ends_each_connection_after_three_messages() -> None:
    """421 to the fourth MAIL, which went ahead: the third is accepted, the fourth goes on a new connection."""
    with SmtpServer() as server:
        server.at("MAIL", say("421 4.7.0 three at a time", then=Then.HANG_UP), after=3)
        for _ in range(2):
            with opened(server) as session:
                session.begin(envelope())
                for _ in range(2):
                    assert brief(session.hand_over(fit(message()), envelope()).ahead) == (Phase.DATA, 354)
                handed = session.hand_over(fit(message()), envelope())
                assert (brief(handed.answer), brief(handed.ahead)) == ((Phase.DOT, 250), (Phase.MAIL, 421))
                assert not session.usable
        assert len(server.messages) == 6
