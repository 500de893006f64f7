"""What opening a connection to a mail server needs: whom to ask, for how long to wait, and what trouble is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from newsletter.mail.smtp_line import Line, LineLost
from newsletter.mail.smtp_replies import Garbled, Reply, answered, unanswered
from newsletter.model.answer import Answer, ConnectionLost, Phase, SendingRefused
from newsletter.model.tls import Tls


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server that takes our messages, and how we meet it."""

    host: str
    port: int
    privacy: Tls
    name: str  # what we call ourselves: a domain, or an address literal such as [192.0.2.1] (RFC 5321 4.1.4)
    user: str | None = None  # None: we do not log in
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait for each answer, in seconds. Source: RFC 5321 4.5.3.2, which gives the least."""

    connect: float = 300.0
    greeting: float = 300.0
    command: float = 300.0  # EHLO, STARTTLS and the handshake, AUTH, MAIL, RCPT, RSET
    data: float = 120.0
    block: float = 180.0  # for any part of what is written to be taken
    dot: float = 600.0
    quit: float = 5.0  # ours: nothing hangs on the answer


@dataclass(frozen=True, slots=True)
class Opening:
    """A connection on its way to a session. Whatever goes wrong here concerns no reader."""

    server: Server
    line: Line
    limits: Limits

    def ask(self, phase: Phase, command: str | None, limit: float) -> Reply:
        """The reply to a command, or to nothing (the greeting). Raises `ConnectionLost`, `SendingRefused`."""
        try:
            if command is not None:
                self.line.send(f"{command}\r\n".encode("ascii"), self.limits.block)
            return self.line.reply(limit)
        except LineLost as lost:
            self.lost(unanswered(phase, str(lost)), lost)
        except Garbled as garbled:
            what = f"what it says is not SMTP: '{garbled}'"
            self.refused(unanswered(phase, what), "check host, port and tls of `sending` in schedule.yaml", garbled)

    def no(self, phase: Phase, reply: Reply, todo: str) -> NoReturn:
        """The reply is not the one that lets us go on: for now (4yz), or until somebody mends it."""
        answer = answered(phase, reply)
        if answer.transient:
            self.lost(answer)
        self.refused(answer, todo)

    def lost(self, answer: Answer, cause: Exception | None = None) -> NoReturn:
        raise ConnectionLost(str(self.server), answer) from cause

    def refused(self, answer: Answer, todo: str, cause: Exception | None = None) -> NoReturn:
        raise SendingRefused(str(self.server), answer, todo) from cause
