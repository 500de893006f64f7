"""One message after the other over SMTP: whatever a server says, does or leaves out becomes one `Answer`."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliver.transport import Session
from newsletter.mail.dot import fit
from newsletter.mail.smtp import Limits, Server, SmtpSession, connect
from newsletter.mail.smtp_line import Line, LineLost
from newsletter.mail.smtp_replies import Garbled, Reply, answered, take
from newsletter.model.answer import Answer, ConnectionLost, Envelope, Phase, SendingRefused
from newsletter.model.tls import Tls
from tests.smtpserver import EXTENSIONS, Act, Gate, SmtpServer, Then, hang_up, midway, reset, say, silence, usual

# Ten minutes, as a test waits for them.
SHORT = Limits(connect=5, greeting=0.2, command=0.2, data=0.2, block=0.2, dot=0.2, quit=0.2)
AMPLE = Limits(connect=5, greeting=5, command=5, data=5, block=5, dot=5, quit=5)

PLAIN = ("8BITMIME", "ENHANCEDSTATUSCODES")  # what a server offers that knows no PIPELINING
BOTH = pytest.mark.parametrize("extensions", [EXTENSIONS, PLAIN], ids=["pipelining", "in turn"])


def message(name: str = "1", body: bytes = b"Good morning.\r\n") -> bytes:
    return b"Message-ID: <%b@news.example.org>\r\nSubject: Morning\r\n\r\n%b" % (name.encode(), body)


def envelope(to: str = "ana@example.org", size: int = 80) -> Envelope:
    return Envelope("bounces@news.example.org", to, size)


def at(server: SmtpServer) -> Server:
    return Server(host=server.host, port=server.port, privacy=Tls.NONE, name="news.example.org")


@contextmanager
def opened(server: SmtpServer, limits: Limits = AMPLE) -> Iterator[SmtpSession]:
    session = connect(at(server), limits=limits)
    yield session
    session.abandon()


def brief(answer: Answer | None) -> tuple[Phase, int] | None:
    return (answer.phase, answer.code) if answer else None


def all_is_well_after(session: Session, server: SmtpServer) -> None:
    """The session carries another message, and the server got it as it was and found no fault."""
    assert session.usable
    assert brief(session.begin(envelope("last@example.org"))) == (Phase.DATA, 354)
    assert brief(session.hand_over(fit(message("last")), None).answer) == (Phase.DOT, 250)
    assert [(one.recipients, one.content) for one in server.messages[-1:]] == [(("last@example.org",), message("last"))]
    assert server.offences == []


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


OPENINGS: dict[str, tuple[str, Act, type[Exception], Phase, int]] = {
    "busy": ("greeting", say("421 4.3.2 busy", then=Then.HANG_UP), ConnectionLost, Phase.GREETING, 421),
    "later": ("greeting", say("450 4.3.2 later"), ConnectionLost, Phase.GREETING, 450),
    "no service": ("greeting", say("554 5.7.1 not you"), SendingRefused, Phase.GREETING, 554),
    "an odd welcome": ("greeting", say("250 hello"), SendingRefused, Phase.GREETING, 250),
    "another protocol": ("greeting", say(b"SSH-2.0-OpenSSH_9.2\r\n"), SendingRefused, Phase.GREETING, 0),
    "half a word of another": ("greeting", say(b"* OK IMAP"), SendingRefused, Phase.GREETING, 0),
    "an endless line": ("greeting", say(b"220 " + b"a" * 5000), SendingRefused, Phase.GREETING, 0),
    "endless lines": ("greeting", say(b"220-a\r\n" * 200), SendingRefused, Phase.GREETING, 0),
    "hung up at once": ("greeting", hang_up(), ConnectionLost, Phase.GREETING, 0),
    "reset at once": ("greeting", reset(), ConnectionLost, Phase.GREETING, 0),
    "silent at once": ("greeting", silence(), ConnectionLost, Phase.GREETING, 0),
    "half a greeting": ("greeting", say(b"220 mx.exa", then=Then.SILENCE), ConnectionLost, Phase.GREETING, 0),
    "hung up after the greeting": ("greeting", usual(then=Then.HANG_UP), ConnectionLost, Phase.EHLO, 0),
    "silent after the greeting": ("greeting", usual(then=Then.SILENCE), ConnectionLost, Phase.EHLO, 0),
    "EHLO: busy": ("EHLO", say("421 4.3.2 busy", then=Then.HANG_UP), ConnectionLost, Phase.EHLO, 421),
    "EHLO: later": ("EHLO", say("451 4.3.0 later"), ConnectionLost, Phase.EHLO, 451),
    "EHLO: hung up": ("EHLO", hang_up(), ConnectionLost, Phase.EHLO, 0),
    "EHLO: silent": ("EHLO", silence(), ConnectionLost, Phase.EHLO, 0),
    "EHLO: a wrong kind of answer": ("EHLO", say("354 go ahead"), SendingRefused, Phase.EHLO, 354),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_what_goes_wrong_before_any_message_is_ours_to_mend_or_may_pass(name: str) -> None:
    """Greeting and EHLO: 5yz and nonsense raise SendingRefused, 4yz and lost connections ConnectionLost."""
    point, act, error, phase, code = OPENINGS[name]
    with SmtpServer() as server:
        server.at(point, act)
        with pytest.raises(error) as raised:
            connect(at(server), limits=SHORT)
        assert isinstance(raised.value, SendingRefused | ConnectionLost)
        assert brief(raised.value.answer) == (phase, code)
        assert str(raised.value).startswith(f"127.0.0.1:{server.port}: ")
        assert server.messages == []


def test_a_port_where_nobody_listens_may_be_served_later() -> None:
    """A refused connection raises ConnectionLost at CONNECT, with the system's words."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectionLost, match="refused") as raised:
        connect(Server(host="127.0.0.1", port=port, privacy=Tls.NONE, name="news.example.org"), limits=SHORT)
    assert raised.value.answer.phase is Phase.CONNECT


def test_a_name_that_no_host_can_have_is_told_in_words() -> None:
    """Neither a traceback nor a wait."""
    with pytest.raises(ConnectionLost, match="cannot be reached"):
        connect(Server(host="a" * 70 + ".test", port=25, privacy=Tls.NONE, name="news.example.org"), limits=SHORT)


def test_a_server_that_knows_only_helo_gets_one_thing_at_a_time() -> None:
    """EHLO refused: HELO, and no extension is used (RFC 5321 3.2)."""
    with SmtpServer() as server:
        server.at("EHLO", say("502 5.5.1 what is that?"))
        with opened(server) as session:
            assert brief(session.begin(envelope())) == (Phase.DATA, 354)
            assert brief(session.hand_over(fit(message()), envelope("next@example.org")).ahead) == (Phase.DATA, 354)
            assert server.messages[0].mail == "MAIL FROM:<bounces@news.example.org>"
            assert server.verbs()[:3] == ["EHLO", "HELO", "MAIL"]
            assert server.offences == []


def test_a_server_that_refuses_helo_too_is_given_up() -> None:
    """The answer to HELO is the one that counts."""
    with SmtpServer() as server:
        server.at("EHLO", say("502 5.5.1 what is that?"))
        server.at("HELO", say("550 5.7.1 not you"))
        with pytest.raises(SendingRefused) as raised:
            connect(at(server), limits=SHORT)
        assert brief(raised.value.answer) == (Phase.EHLO, 550)


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


def test_an_answer_that_drips_in_has_to_be_complete_in_time() -> None:
    """A server that says a letter now and then does not hold a connection for ever."""
    now = iter(tick / 1000 for tick in range(1000))
    with _pair() as (ours, theirs):
        line = Line(ours, lambda: next(now))
        theirs.sendall(b"250-a\r\n250-")
        with pytest.raises(LineLost, match=r"no answer within 0.003 s"):
            line.reply(0.003)


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


def test_a_message_is_refused_by_its_size_before_it_is_sent() -> None:
    """RFC 1870: the size is told at MAIL; where the server's limit is known, nothing is asked."""
    with SmtpServer(size=1_000) as server, opened(server) as session:
        answer = session.begin(envelope(size=1_001))
        assert (brief(answer), answer.status) == ((Phase.MAIL, 552), "5.3.4")
        assert "1001 octets, the server takes at most 1000" in answer.said
        assert brief(session.begin(envelope(size=80))) == (Phase.DATA, 354)
        assert brief(session.hand_over(fit(message()), envelope(size=1_001)).ahead) == (Phase.MAIL, 552)
        assert server.messages[0].mail == "MAIL FROM:<bounces@news.example.org> SIZE=80"
        all_is_well_after(session, server)


@BOTH
@pytest.mark.parametrize(("point", "phase"), [("MAIL", Phase.MAIL), ("DOT", Phase.DOT)])
def test_a_message_that_is_too_big_for_the_server_after_all(
    point: str, phase: Phase, extensions: tuple[str, ...]
) -> None:
    """552 at MAIL, or after the data was looked at."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        server.at(point, say("552 5.3.4 too big"), times=1)
        answer = session.begin(envelope())
        answer = session.hand_over(fit(message()), None).answer if answer.positive else answer
        assert answer == Answer(phase, 552, "5.3.4", "5.3.4 too big")
        assert server.messages == []
        all_is_well_after(session, server)


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


NAUGHTY = [
    "a@example.org>\r\nDATA\r\n",
    "a b@example.org",
    "a>@example.org",
    "<a@example.org",
    "a\0@example.org",
    "a\n",
]


@pytest.mark.parametrize("address", [*NAUGHTY, "a" * 255])
def test_an_address_that_would_say_more_than_an_address_is_never_sent(address: str) -> None:
    """As recipient it is refused at RCPT, as sender at MAIL, by us; the next envelope may follow."""
    with SmtpServer() as server, opened(server) as session:
        assert brief(session.begin(Envelope("", address, 80))) == (Phase.RCPT, 553)
        assert brief(session.begin(Envelope(address, "ana@example.org", 80))) == (Phase.MAIL, 553)
        session.begin(envelope())
        assert brief(session.hand_over(fit(message()), envelope(address)).ahead) == (Phase.RCPT, 553)
        assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]
        all_is_well_after(session, server)


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it() -> None:
    """5.6.7 (RFC 6531): the reader's row says why; nothing is asked."""
    with SmtpServer() as server, opened(server) as session:
        answer = session.begin(envelope("zoë@example.org"))
        assert (brief(answer), answer.status) == ((Phase.RCPT, 553), "5.6.7")
        all_is_well_after(session, server)


def test_an_address_beyond_ascii_is_named_where_the_server_can_take_it() -> None:
    """SMTPUTF8 is said at MAIL, for this message only (RFC 6531 3.4)."""
    with SmtpServer(extensions=(*EXTENSIONS, "SMTPUTF8")) as server, opened(server) as session:
        session.begin(envelope("zoë@example.org"))
        assert brief(session.hand_over(fit(message()), envelope()).ahead) == (Phase.DATA, 354)
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)
        first, second = server.messages
        assert (first.recipients, second.recipients) == (("zoë@example.org",), ("ana@example.org",))
        assert first.mail == "MAIL FROM:<bounces@news.example.org> SMTPUTF8"
        assert second.mail == "MAIL FROM:<bounces@news.example.org>"


def test_bounces_are_asked_to_name_the_copy() -> None:
    """ENVID and ORCPT, in xtext, where the server knows them: only a failure is told, with the headers (RFC 3461)."""
    with SmtpServer(extensions=(*EXTENSIONS, "DSN")) as server, opened(server) as session:
        session.begin(Envelope("bounces@news.example.org", "ana+news=1@example.org", 80, "7-42-k7=+a"))
        session.hand_over(fit(message()), None)
    told = [line for _, line in server.commands]
    assert "MAIL FROM:<bounces@news.example.org> RET=HDRS ENVID=7-42-k7+3D+2Ba" in told
    assert "RCPT TO:<ana+news=1@example.org> NOTIFY=FAILURE ORCPT=rfc822;ana+2Bnews+3D1@example.org" in told


def test_a_notice_asks_for_no_bounce() -> None:
    """It has nobody to come back to."""
    with SmtpServer(extensions=(*EXTENSIONS, "DSN")) as server, opened(server) as session:
        session.begin(Envelope("", "ana@example.org", 80))
        session.hand_over(fit(message()), None)
    told = [line for _, line in server.commands]
    assert "MAIL FROM:<>" in told
    assert "RCPT TO:<ana@example.org>" in told


def test_a_notice_has_the_null_path_for_sender() -> None:
    """MAIL FROM:<>, so that nothing ever bounces back to it (RFC 5321 4.5.5)."""
    with SmtpServer() as server, opened(server) as session:
        session.begin(Envelope("", "ana@example.org", 80))
        session.hand_over(fit(message()), None)
        assert (server.messages[0].sender, server.messages[0].mail) == ("", "MAIL FROM:<>")


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
