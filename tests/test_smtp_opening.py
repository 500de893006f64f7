"""How a conversation over SMTP opens: the greeting, EHLO or HELO, and what goes wrong before any message."""

from __future__ import annotations

import socket

import pytest

from newsletter.mail.dot import fit
from newsletter.mail.smtp import Server, connect
from newsletter.model.answer import ConnectionLost, Phase, SendingRefused
from newsletter.model.tls import Tls
from tests.smtpserver import Act, SmtpServer, Then, hang_up, reset, say, silence, usual
from tests.talking import SHORT, at, brief, envelope, message, opened

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
