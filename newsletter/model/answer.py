"""What a mail server said to one message, and when: a value, not an error. Source: RFC 5321 4.2, RFC 3463."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from newsletter.model.errors import NewsletterError


class Phase(Enum):
    """How far the conversation had come."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    CONTENT = "content"  # the message itself, before any byte of the last dot was written
    DOT = "dot"  # a byte of the last dot was written: the server may have the message

    __hash__ = object.__hash__


_WHEN = {Phase.CONTENT: "within the message", Phase.DOT: "after the message"}


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's words, or that there were none."""

    phase: Phase
    code: int  # 0: none; the connection was lost or silent too long
    status: str | None = None  # the enhanced status, "5.1.1" (RFC 3463)
    said: str = ""  # printable, at most 500 characters: the server's words, or ours for what happened

    @property
    def positive(self) -> bool:
        """2yz, or 354 to DATA."""
        return 200 <= self.code < 400

    @property
    def transient(self) -> bool:
        """4yz: try again later."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """5yz: do not try again as it is."""
        return self.code >= 500

    def __str__(self) -> str:
        """For people: "550 5.1.1 no such user (at RCPT)"."""
        words = " ".join(filter(None, (str(self.code) if self.code else "", self.said)))
        return f"{words or 'no answer'} ({_WHEN.get(self.phase, f'at {self.phase.value}')})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What MAIL and RCPT say (RFC 5321 3.3)."""

    sender: str  # the path bounces go to; "" for the null path of notices
    recipient: str
    size: int  # octets of the message, for SIZE (RFC 1870)
    id: str | None = None  # ASCII: comes back in bounces as Original-Envelope-Id (RFC 3461 4.4)


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of one message, and of the envelope that went ahead for the next."""

    answer: Answer  # at CONTENT or DOT
    ahead: Answer | None  # 354 at DATA, or the refusal; None: there was none, or the connection was gone before it


class SendingRefused(NewsletterError):
    """The mail server refuses us, or keeps no TLS promise: ours to mend, nothing about a reader."""

    def __init__(self, server: str, answer: Answer, todo: str) -> None:
        self.answer = answer
        super().__init__(f"{server}: {answer}; {todo}")


class ConnectionLost(NewsletterError):
    """The mail server cannot be reached, hung up or asks for patience, before any message; later it may do."""

    def __init__(self, server: str, answer: Answer) -> None:
        self.answer = answer
        super().__init__(f"{server}: {answer}; it is tried again")
