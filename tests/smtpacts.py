"""What a test may order of `SmtpServer` at a point of the conversation, and a message as it was taken."""

from __future__ import annotations

import os
import re
import ssl
import threading
from dataclasses import dataclass, field, replace
from enum import Enum

LIMIT = 600.0 if os.environ.get("NEWSLETTER_SOAK") else 30.0  # seconds: no test waits longer for anything


class Then(Enum):
    """What follows an answer."""

    GO_ON = "go on"
    HANG_UP = "hang up"  # as TCP does in good order: what was said before still arrives
    RESET = "reset"  # at once, with RST: what was said may be lost
    SILENCE = "silence"  # nothing more is said or heeded until the client leaves


class Gate:
    """Holds a conversation at one point until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def wait(self) -> None:
        """For the test: until a conversation stands at the gate."""
        assert self.reached.wait(LIMIT), "nobody came to the gate"

    def open(self) -> None:
        """For the test: lets all pass, now and later."""
        self.opened.set()


@dataclass(frozen=True, slots=True)
class Act:
    """What the server does at one point, instead of the usual."""

    reply: str | bytes | None = None  # None: the usual; "" says nothing; "\n" parts lines; bytes go out as they are
    delay: float = 0.0  # seconds before it
    gate: Gate | None = None  # before it
    then: Then = Then.GO_ON
    keeps: bool | None = None  # after the dot: whether the message is stored; None: only where the answer is 250
    octets: int = 0  # at CONTENT: so many octets are read first


def say(reply: str | bytes, *, delay: float = 0.0, then: Then = Then.GO_ON, keeps: bool | None = None) -> Act:
    """This answer."""
    return Act(reply, delay=delay, then=then, keeps=keeps)


def usual(*, delay: float = 0.0, then: Then = Then.GO_ON, gate: Gate | None = None) -> Act:
    """The usual answer, but later, or as the last."""
    return Act(delay=delay, then=then, gate=gate)


def hang_up(*, keeps: bool = False, delay: float = 0.0, gate: Gate | None = None) -> Act:
    """No answer; the connection ends. `keeps` the message where this is after the dot."""
    return Act("", delay=delay, gate=gate, then=Then.HANG_UP, keeps=keeps)


def reset(*, keeps: bool = False) -> Act:
    """No answer; the connection is reset."""
    return Act("", then=Then.RESET, keeps=keeps)


def silence(*, keeps: bool = False) -> Act:
    """No answer; the connection stays."""
    return Act("", then=Then.SILENCE, keeps=keeps)


def midway(act: Act, octets: int = 65_536) -> Act:
    """The act, at CONTENT, in the middle of a message."""
    return replace(act, octets=octets)


@dataclass(frozen=True, slots=True)
class Received:
    """One message, as the server took it."""

    connection: int  # from 1
    sender: str
    recipients: tuple[str, ...]
    raw: bytes  # as it was on the wire, without the last dot
    mail: str  # the whole MAIL command
    encrypted: bool
    user: str | None  # who had logged in

    @property
    def content(self) -> bytes:
        """With the dots taken out again (RFC 5321 4.5.2)."""
        return (b"\r\n" + self.raw).replace(b"\r\n.", b"\r\n")[2:]

    @property
    def message_id(self) -> str:
        found = re.search(rb"(?im)^Message-ID:[ \t]*(\S+)", self.content)
        return found[1].decode("ascii") if found else "-"


@dataclass(slots=True)
class Rule:
    """An act that was ordered, and for whom."""

    point: str
    act: Act
    to: str | None
    after: int  # so many times on each connection the usual comes first
    times: int | None  # then so many times in all
    seen: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServerTls:
    """How a server keeps a connection private."""

    context: ssl.SSLContext
    implicit: bool = False  # from the first octet, else by STARTTLS
