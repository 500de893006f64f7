"""Nothing leaves in the clear that was to be private: TLS refused, stripped, broken or false, and logging in."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from newsletter.mail.dot import fit
from newsletter.mail.smtp import Limits, Resumption, Server, SmtpSession, connect
from newsletter.mail.smtp_line import Wait, wait_alone
from newsletter.model.answer import ConnectionLost, Envelope, Phase, SendingRefused
from newsletter.model.tls import Tls
from tests.certificates import Certificate, Certificates, certificates
from tests.smtpserver import Act, ServerTls, SmtpServer, Then, hang_up, midway, reset, say, silence, usual

AMPLE = Limits(connect=5, greeting=5, command=5, data=5, block=5, dot=5, quit=5)
PASSWORD = "correct-horse-battery"
PRIVATE = (Tls.STARTTLS, Tls.IMPLICIT)
MAIL = b"Message-ID: <1@news.example.org>\r\n\r\n" + b"Good morning.\r\n.\r\n" * 3_000  # more than one TLS record
ENVELOPE = Envelope("bounces@news.example.org", "ana@example.org", len(MAIL))


@pytest.fixture(scope="module")
def made() -> Certificates:
    """The certificates of this process."""
    return certificates()


def tls(certificate: Certificate, privacy: Tls) -> ServerTls | None:
    if privacy is Tls.NONE:
        return None
    return ServerTls(certificate.server_context(), implicit=privacy is Tls.IMPLICIT)


def at(server: SmtpServer, privacy: Tls = Tls.STARTTLS, user: str | None = "editor") -> Server:
    return Server(
        host="localhost", port=server.port, privacy=privacy, name="news.example.org", user=user, password=PASSWORD
    )


@contextmanager
def served(certificate: Certificate, privacy: Tls, **options: object) -> Iterator[SmtpServer]:
    """A server on which the editor has a login."""
    with SmtpServer(tls=tls(certificate, privacy), users={"editor": PASSWORD}, **options) as server:  # type: ignore[arg-type]
        yield server


def opened(server: SmtpServer, made: Certificates, privacy: Tls, user: str | None = "editor") -> SmtpSession:
    return connect(at(server, privacy, user), context=made.trusting(), limits=AMPLE)


@pytest.mark.parametrize("privacy", PRIVATE)
def test_messages_go_out_over_tls_after_a_login(privacy: Tls, made: Certificates) -> None:
    """Octet by octet as they were, the password told once and encrypted, and nothing said out of turn."""
    with served(made.good, privacy) as server:
        session = opened(server, made, privacy)
        assert session.begin(ENVELOPE).code == 354
        assert [session.hand_over(fit(MAIL), ahead).answer.code for ahead in (ENVELOPE, None)] == [250, 250]
        session.quit()
        assert [(one.content, one.encrypted, one.user) for one in server.messages] == [(MAIL, True, "editor")] * 2
        assert server.passwords == [(PASSWORD, True)]
        assert server.offences == []


@pytest.mark.parametrize("privacy", PRIVATE)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong_host", "not valid for 'localhost'"),
        ("expired", "certificate has expired"),
        ("self_signed", "self-signed certificate"),
    ],
)
def test_a_server_that_does_not_prove_who_it_is_gets_nothing(
    privacy: Tls, name: str, words: str, made: Certificates
) -> None:
    """SendingRefused says why, and what to look at; neither password nor envelope is told."""
    with served(getattr(made, name), privacy) as server:
        with pytest.raises(SendingRefused, match=words) as raised:
            opened(server, made, privacy)
        assert raised.value.answer.phase is (Phase.STARTTLS if privacy is Tls.STARTTLS else Phase.CONNECT)
        assert "check host, port and tls of `sending` in schedule.yaml" in str(raised.value)
        assert server.passwords == []
        assert set(server.verbs()) <= {"EHLO", "STARTTLS"}


def test_an_authority_that_the_machine_does_not_know_is_no_authority(made: Certificates) -> None:
    """Without a context of its own a connection trusts whom the machine trusts."""
    with served(made.good, Tls.IMPLICIT) as server:
        with pytest.raises(SendingRefused, match="certificate is not to be trusted"):
            connect(at(server, Tls.IMPLICIT), limits=AMPLE)
        assert server.passwords == []


@pytest.mark.parametrize("lax", ["name", "certificate"])
def test_a_context_that_verifies_less_is_not_used(lax: str, made: Certificates) -> None:
    """It would be a mistake of ours, so it is not told to an editor."""
    context = made.trusting()
    context.check_hostname = False
    if lax == "certificate":
        context.verify_mode = ssl.CERT_NONE
    with served(made.good, Tls.IMPLICIT) as server, pytest.raises(AssertionError):
        connect(at(server, Tls.IMPLICIT), context=context, limits=AMPLE)


def test_a_server_whose_offer_of_tls_was_taken_out_gets_nothing(made: Certificates) -> None:
    """STARTTLS stripped on the way, or never there: nothing is said in the clear instead (RFC 3207 6)."""
    with served(made.good, Tls.STARTTLS) as server:
        server.at("EHLO", say("250 mx.example.test\nPIPELINING\nXXXXXXXX\nAUTH PLAIN"))
        with pytest.raises(SendingRefused, match="does not offer STARTTLS"):
            opened(server, made, Tls.STARTTLS)
        assert server.verbs() == ["EHLO"]
        assert server.passwords == []


@pytest.mark.parametrize(
    ("act", "error", "code"),
    [
        (say("454 4.7.0 TLS not available now"), ConnectionLost, 454),
        (say("502 5.5.1 no"), SendingRefused, 502),
        (say("501 5.5.4 no"), SendingRefused, 501),
        (say("250 2.0.0 ok"), SendingRefused, 250),
        (say(b"220 ready\r\nnow what?\r\n"), SendingRefused, 0),
        (say(b"220 ready\r\n250-mx.example.test\r\n250 AUTH PLAIN\r\n"), SendingRefused, 0),
        (say("220 ready", then=Then.HANG_UP), ConnectionLost, 0),
        (say("220 ready", then=Then.RESET), ConnectionLost, 0),
        (say("220 ready", then=Then.SILENCE), ConnectionLost, 0),
        (hang_up(), ConnectionLost, 0),
        (silence(), ConnectionLost, 0),
    ],
    ids=["454", "502", "501", "250", "babble", "injected", "hung up", "reset", "mute", "hung up before", "mute before"],
)
def test_tls_that_does_not_come_about_is_not_done_without(
    act: Act, error: type[Exception], code: int, made: Certificates
) -> None:
    """Every way to fail at STARTTLS; replies slipped in before TLS are not believed (CVE-2011-0411)."""
    with served(made.good, Tls.STARTTLS) as server:
        server.at("STARTTLS", act)
        with pytest.raises(error) as raised:
            connect(at(server), context=made.trusting(), limits=replace(AMPLE, command=0.3))
        assert isinstance(raised.value, SendingRefused | ConnectionLost)
        assert (raised.value.answer.phase, raised.value.answer.code) == (Phase.STARTTLS, code)
        assert server.verbs() == ["EHLO", "STARTTLS"]
        assert server.passwords == []
        assert server.offences == []


def test_what_was_offered_before_tls_does_not_count(made: Certificates) -> None:
    """PIPELINING in the clear, none under TLS: nothing is sent ahead (RFC 3207 4.2)."""
    with served(made.good, Tls.STARTTLS, extensions=()) as server:
        server.at("EHLO", say("250 mx.example.test\nPIPELINING\nSIZE 5\nSTARTTLS"), times=1)
        session = opened(server, made, Tls.STARTTLS)
        assert session.begin(ENVELOPE).code == 354
        assert session.hand_over(fit(MAIL), ENVELOPE).answer.code == 250
        session.abandon()
        assert server.offences == []


def greeted_before_anything(on: socket.socket, events: int, seconds: float) -> bool:
    """Lets the server's greeting come in before we say a word."""
    return wait_alone(on, events, seconds) and wait_alone(on, select.POLLIN, seconds)


@pytest.mark.parametrize("wait", [greeted_before_anything, wait_alone])
def test_a_server_in_the_clear_on_a_port_for_tls_is_refused(wait: Wait, made: Certificates) -> None:
    """Its greeting is no handshake, whether it comes before ours or after."""
    with SmtpServer() as server, pytest.raises(SendingRefused, match="does not speak the TLS we ask for"):
        connect(at(server, Tls.IMPLICIT), context=made.trusting(), limits=AMPLE, wait=wait)


def test_a_server_with_tls_on_a_port_for_the_clear_stays_silent(made: Certificates) -> None:
    """It waits for our handshake, we for its greeting: until the time is up."""
    with served(made.good, Tls.IMPLICIT) as server, pytest.raises(ConnectionLost, match="no answer within"):
        connect(at(server), context=made.trusting(), limits=replace(AMPLE, greeting=0.2))


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN PLAIN", "LOGIN", "CRAM-MD5 PLAIN"])
def test_a_login_takes_the_mechanism_that_is_there(mechanisms: str, made: Certificates) -> None:
    """PLAIN where it is offered, else LOGIN."""
    with served(made.good, Tls.STARTTLS, mechanisms=mechanisms) as server:
        opened(server, made, Tls.STARTTLS).quit()
        assert server.passwords == [(PASSWORD, True)]


def test_a_server_without_a_mechanism_we_know_is_refused(made: Certificates) -> None:
    """The mechanisms it has are named."""
    with (
        served(made.good, Tls.STARTTLS, mechanisms="CRAM-MD5 SCRAM-SHA-256") as server,
        pytest.raises(SendingRefused, match=r"offers CRAM-MD5 SCRAM-SHA-256"),
    ):
        opened(server, made, Tls.STARTTLS)


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("code", [*range(500, 600, 7), 535, 538])
def test_a_login_that_is_refused_is_ours_to_mend(code: int, mechanisms: str, made: Certificates) -> None:
    """The message names the two places to look, and holds neither password nor what was sent for it."""
    with served(made.good, Tls.IMPLICIT, mechanisms=mechanisms) as server:
        server.at("AUTH", say(f"{code} 5.7.8 no"))
        with pytest.raises(SendingRefused, match="SMTP_PASSWORD") as raised:
            opened(server, made, Tls.IMPLICIT)
        assert (raised.value.answer.phase, raised.value.answer.code) == (Phase.AUTH, code)
        assert "MAIL" not in server.verbs()


@pytest.mark.parametrize(
    "act",
    [say("454 4.7.0 later"), say("421 4.3.2 closing"), hang_up(), reset(), silence()],
    ids=["454", "421", "hung up", "reset", "mute"],
)
def test_a_login_that_fails_for_now_is_tried_again(act: Act, made: Certificates) -> None:
    """4yz and lost connections raise ConnectionLost at AUTH."""
    with served(made.good, Tls.IMPLICIT) as server:
        server.at("AUTH", act)
        with pytest.raises(ConnectionLost) as raised:
            connect(at(server, Tls.IMPLICIT), context=made.trusting(), limits=replace(AMPLE, command=0.3))
        assert raised.value.answer.phase is Phase.AUTH


@pytest.mark.parametrize("reply", ["250 ok", "334 ", "354 go ahead"])
def test_an_answer_of_the_wrong_kind_to_a_login_is_no_login(reply: str, made: Certificates) -> None:
    """Only 235 is."""
    with served(made.good, Tls.IMPLICIT) as server:
        server.at("AUTH", say(reply))
        with pytest.raises(SendingRefused, match="where 235 was due"):
            opened(server, made, Tls.IMPLICIT)


@pytest.mark.parametrize("password", ["wrong-horse-battery", "x" * 900, "short"])
@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN"])
def test_a_server_that_repeats_what_it_was_told_does_not_make_us_repeat_it(
    password: str, mechanisms: str, made: Certificates
) -> None:
    """Neither the password nor its base64 stands in the error, in whole or in part, nor in what `Server` shows."""
    with served(made.good, Tls.IMPLICIT, mechanisms=mechanisms, echo=True) as server:
        asked = replace(at(server, Tls.IMPLICIT), password=password)
        with pytest.raises(SendingRefused) as raised:
            connect(asked, context=made.trusting(), limits=AMPLE)
        assert "***" in str(raised.value)
        parts = str(raised.value).split()
        for secret in server.told:
            assert not [part for part in parts if len(part) > 8 and secret.startswith(part)]
        assert password not in str(raised.value) + repr(asked)


def test_a_password_is_not_told_without_tls() -> None:
    """Even where nobody asked for TLS."""
    with SmtpServer(users={"editor": PASSWORD}) as server:
        with pytest.raises(SendingRefused, match="a password is not told without TLS"):
            connect(at(server, Tls.NONE), limits=AMPLE)
        assert server.passwords == []


@pytest.mark.parametrize(
    ("act", "code"), [(say("421 4.3.2 closing", then=Then.RESET), 421), (reset(), 0)], ids=["421", "reset"]
)
def test_under_tls_too_a_message_cut_before_its_dot_is_known_as_such(act: Act, code: int, made: Certificates) -> None:
    """The dot never shares a record with the content: as long as content is left, no octet of the dot was written."""
    large = b"All the news of a very long week.\r\n" * 500_000
    with served(made.good, Tls.STARTTLS, window=4096) as server:
        session = opened(server, made, Tls.STARTTLS)
        server.at("CONTENT", midway(act))
        assert session.begin(ENVELOPE).code == 354
        answer = session.hand_over(fit(large), None).answer
        assert (answer.phase, answer.code) == (Phase.CONTENT, code)
        assert server.messages == []


@pytest.mark.parametrize("act", [hang_up(keeps=True), reset(keeps=True), usual(then=Then.RESET)])
def test_under_tls_too_a_connection_lost_after_the_dot_stays_open(act: Act, made: Certificates) -> None:
    """No answer at DOT; an answer that arrived before the end counts."""
    with served(made.good, Tls.STARTTLS) as server:
        session = opened(server, made, Tls.STARTTLS)
        server.at("DOT", act)
        session.begin(ENVELOPE)
        handed = session.hand_over(fit(MAIL), None)
        assert handed.answer.phase is Phase.DOT
        assert handed.answer.code in (0, 250)
        session.abandon()
        assert len(server.messages) == 1


@pytest.mark.parametrize("privacy", PRIVATE)
def test_a_second_connection_takes_up_the_tls_session_of_the_first(privacy: Tls, made: Certificates) -> None:
    """Half a handshake for all but the first, and a server that has forgotten it begins anew."""
    with served(made.good, privacy) as server:
        context, resumption = made.trusting(), Resumption()
        for _ in range(3):
            session = connect(at(server, privacy), context=context, limits=AMPLE, resumption=resumption)
            assert session.begin(ENVELOPE).code == 354
            assert session.hand_over(fit(MAIL), None).answer.code == 250
            session.quit()
        assert server.resumed == [False, True, True]
    with served(made.good, privacy) as forgetful:
        session = connect(at(forgetful, privacy), context=context, limits=AMPLE, resumption=resumption)
        session.quit()
        assert forgetful.resumed == [False]
