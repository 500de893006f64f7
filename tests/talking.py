"""Talking SMTP for the tests: a session with the server of the tests, a message, an envelope, and a look at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from newsletter.deliver.transport import Session
from newsletter.mail.dot import fit
from newsletter.mail.smtp import Limits, Server, SmtpSession, connect
from newsletter.model.answer import Answer, Envelope, Phase
from newsletter.model.tls import Tls
from tests.smtpserver import EXTENSIONS, SmtpServer

# Ten minutes, as a test waits for them.
SHORT = Limits(connect=5, greeting=0.2, command=0.2, data=0.2, block=0.2, dot=0.2, quit=0.2)
AMPLE = Limits(connect=5, greeting=5, command=5, data=5, block=5, dot=5, quit=5)

PLAIN = ("8BITMIME", "ENHANCEDSTATUSCODES")  # what a server offers that knows no PIPELINING
BOTH = pytest.mark.parametrize("extensions", [EXTENSIONS, PLAIN], ids=["pipelining", "in turn"])


def message(name: str = "1", body: bytes = b"Good morning.\r\n") -> bytes:
    """A message with this Message-ID."""
    return b"Message-ID: <%b@news.example.org>\r\nSubject: Morning\r\n\r\n%b" % (name.encode(), body)


def envelope(to: str = "ana@example.org", size: int = 80) -> Envelope:
    """An envelope to one reader; `size` in octets."""
    return Envelope("bounces@news.example.org", to, size)


def at(server: SmtpServer) -> Server:
    """Where the server is."""
    return Server(host=server.host, port=server.port, privacy=Tls.NONE, name="news.example.org")


@contextmanager
def opened(server: SmtpServer, limits: Limits = AMPLE) -> Iterator[SmtpSession]:
    """A session with the server."""
    session = connect(at(server), limits=limits)
    yield session
    session.abandon()


def brief(answer: Answer | None) -> tuple[Phase, int] | None:
    """The phase and the code of an answer."""
    return (answer.phase, answer.code) if answer else None


def all_is_well_after(session: Session, server: SmtpServer) -> None:
    """The session carries another message, and the server got it as it was and found no fault."""
    assert session.usable
    assert brief(session.begin(envelope("last@example.org"))) == (Phase.DATA, 354)
    assert brief(session.hand_over(fit(message("last")), None).answer) == (Phase.DOT, 250)
    assert [(one.recipients, one.content) for one in server.messages[-1:]] == [(("last@example.org",), message("last"))]
    assert server.offences == []
