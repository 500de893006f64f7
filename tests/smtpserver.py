"""A mail server for tests: in good order until a test tells it otherwise, at any point of the conversation.

In a thread:    with SmtpServer() as server:
                    server.at("RCPT", say("451 4.2.1 mailbox busy"), to="ana@example.org", times=1)
                    ... server.host, server.port, server.messages
As a process:   python -m tests.smtpserver --log FILE   prints its port; stops when its standard input is closed.

Points of the conversation: greeting, EHLO, HELO, STARTTLS, TLS (the handshake), AUTH, MAIL, RCPT, DATA, CONTENT (before
the first octets of a message are read), DOT, RSET, NOOP, QUIT. A message is stored before the answer is 250, and not
where it is another, unless a test says so.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import re
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

LIMIT = 600.0 if os.environ.get("NEWSLETTER_SOAK") else 30.0  # seconds: no test waits longer for anything
EXTENSIONS = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")
# RFC 2920 3.1 and RFC 3207 4: nothing may follow these before they are answered.
_LAST_IN_GROUP = frozenset({"EHLO", "HELO", "STARTTLS", "AUTH", "DATA", "NOOP", "QUIT"})


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
class _Rule:
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


class SmtpServer:
    """A server on loopback. All that it notes may be read at any time; `offences` should stay empty."""

    def __init__(
        self,
        *,
        extensions: tuple[str, ...] = EXTENSIONS,
        tls: ServerTls | None = None,
        users: dict[str, str] | None = None,  # name -> password; offers AUTH, after TLS where there is any
        mechanisms: str = "PLAIN LOGIN",
        echo: bool = False,  # repeats what it was told where it refuses a login
        size: int | None = None,  # offers SIZE and keeps to it
        port: int = 0,
        window: int | None = None,  # octets that TCP takes in before they are read; the kernel's own measure otherwise
        on_message: Callable[[Received], None] | None = None,  # called before the 250, by the connection's thread
    ) -> None:
        self.host, self.port, self.window = "127.0.0.1", port, window
        self.extensions, self.tls, self.users, self.mechanisms, self.size = extensions, tls, users, mechanisms, size
        self.echo = echo
        self.told: list[str] = []  # for a login, as it was told
        self.messages: list[Received] = []
        self.commands: list[tuple[int, str]] = []  # (connection, line), passwords and content left out
        self.offences: list[str] = []  # against RFC 5321, 2920, 3207
        self.passwords: list[tuple[str, bool]] = []  # each that was told, and whether the line was encrypted
        self.resumed: list[bool] = []  # of each TLS handshake: whether it took up an earlier session
        self.connections = 0
        self._on_message = on_message
        self._rules: list[_Rule] = []
        self._gates: list[Gate] = []
        self._greylist: Callable[[str], Act | None] | None = None
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._last: _Conversation | None = None

    def at(self, point: str, act: Act, *, to: str | None = None, after: int = 0, times: int | None = None) -> None:
        """From now on, this act at this point; the order given last comes first.

        `to`: only for this recipient (at RCPT, DATA, CONTENT, DOT). `after`: the usual comes first, so many times on
        each connection. `times`: so many times in all, then the usual again.
        """
        with self._changed:
            self._rules.insert(0, _Rule(point, act, to, after, times))
            if act.gate:
                self._gates.append(act.gate)

    def greylist(self, reply: str = "451 4.7.1 greylisted, try again later") -> None:
        """The first try for each recipient is answered so, the next is taken."""
        tried: set[str] = set()

        def choose(to: str) -> Act | None:
            if to in tried:
                return None
            tried.add(to)
            return say(reply)

        self._greylist = choose

    def usual_again(self) -> None:
        """Forgets every order."""
        with self._changed:
            self._rules.clear()
            self._greylist = None

    def wait_for(self, count: int, limit: float = LIMIT) -> list[Received]:
        """The messages, as soon as there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, limit), f"only {len(self.messages)} came"
            return list(self.messages)

    def by_recipient(self) -> dict[str, list[Received]]:
        """What each recipient got, in order of arrival."""
        got: dict[str, list[Received]] = {}
        for message in list(self.messages):
            for recipient in message.recipients:
                got.setdefault(recipient, []).append(message)
        return got

    def verbs(self, connection: int = 1) -> list[str]:
        """The commands of one connection, only their first words."""
        return [line.split(" ")[0].upper() for number, line in list(self.commands) if number == connection]

    def unread(self) -> bytes:
        """What the last conversation to begin was sent and has not heeded yet, while it is held at a gate."""
        assert self._last
        return bytes(self._last.read)

    def __enter__(self) -> Self:
        self._listening = socket.create_server((self.host, self.port), backlog=256)
        self.port = self._listening.getsockname()[1]
        if self.window is not None:
            self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.window)
        self._accepting = threading.Thread(target=self._accept, name="smtpserver", daemon=True)
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends all conversations; a second time is no matter."""
        if self._closing.is_set():
            return
        self._closing.set()
        for gate in self._gates:
            gate.open()
        with suppress(OSError):  # so that `accept` returns
            socket.create_connection((self.host, self.port), timeout=LIMIT).close()
        self._accepting.join(LIMIT)
        self._listening.close()
        with self._changed:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(LIMIT)
            assert not thread.is_alive(), "a conversation does not end"

    def chosen(self, point: str, to: str | None, connection: int) -> Act:
        """What was ordered for this point; it counts as done."""
        with self._changed:
            if point == "RCPT" and to and self._greylist and (act := self._greylist(to)):
                return act
            for rule in self._rules:
                if rule.point != point or (rule.to is not None and rule.to != to) or rule.times == 0:
                    continue
                rule.seen[connection] = rule.seen.get(connection, 0) + 1
                if rule.seen[connection] <= rule.after:
                    continue
                rule.times = None if rule.times is None else rule.times - 1
                return rule.act
        return Act()

    def store(self, message: Received) -> None:
        """Takes the message; whoever was told 250 can rely on it."""
        if self._on_message:
            self._on_message(message)
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def pause(self, seconds: float) -> None:
        """Waits, unless the server is closing."""
        self._closing.wait(seconds)

    def _accept(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            if self._closing.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._converse, args=(connection, self.connections), daemon=True)
            with self._changed:
                self._open.add(connection)
                self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _converse(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        conversation = self._last = _Conversation(self, connection, number)
        try:
            conversation.run()
        except (_OverError, OSError):
            pass  # the other side has left, or we have
        finally:
            with self._changed:
                self._open.discard(connection)
            conversation.connection.close()
            connection.close()


class _OverError(Exception):
    """The conversation has ended."""


class _Conversation:
    """One connection, command by command. Answers wait until there is nothing more to read (RFC 2920 3.2)."""

    def __init__(self, server: SmtpServer, connection: socket.socket, number: int) -> None:
        self.server, self.connection, self.number = server, connection, number
        self.read, self.out = bytearray(), bytearray()
        self.encrypted, self.extended = False, False
        self.user: str | None = None
        self.mail = ""
        self.recipients: list[str] = []

    def run(self) -> None:
        """Speaks until one of the two leaves."""
        if self.server.tls and self.server.tls.implicit:
            self.encrypt()
        self.perform("greeting", "220 mx.example.test ESMTP at your service")
        while True:
            line = self.line()
            self.server.commands.append((self.number, line if not line.upper().startswith("AUTH") else "AUTH ***"))
            verb = line.split(" ")[0].upper()
            if self.read and (verb in _LAST_IN_GROUP or not self.pipelining):
                self.offence(f"more was sent before {verb} was answered")
            speak = getattr(self, f"on_{verb.lower()}", None)
            if speak is None:
                self.answer("500 5.5.1 what?")
            else:
                speak(line)

    @property
    def pipelining(self) -> bool:
        return self.extended and "PIPELINING" in self.server.extensions

    def offence(self, what: str) -> None:
        self.server.offences.append(f"connection {self.number}: {what}")

    def on_ehlo(self, line: str) -> None:
        offers = list(self.server.extensions)
        offers += [f"SIZE {self.server.size}"] if self.server.size is not None else []
        private = self.encrypted or self.server.tls is None
        offers += ["STARTTLS"] if not private else []
        offers += [f"AUTH {self.server.mechanisms}"] if private and self.server.users else []
        self.extended = self.perform("EHLO", "\n".join(("250 mx.example.test greets you", *offers))) == 250

    def on_helo(self, line: str) -> None:
        self.perform("HELO", "250 mx.example.test")

    def on_starttls(self, line: str) -> None:
        if self.server.tls is None or self.encrypted:
            self.perform("STARTTLS", "502 5.5.1 no TLS here")
            return
        if self.perform("STARTTLS", "220 2.0.0 ready for TLS") != 220:
            return
        self.flush()
        self.encrypt()
        self.extended = False  # all that was said before is forgotten (RFC 3207 4.2)

    def encrypt(self) -> None:
        assert self.server.tls
        self.perform("TLS", "")
        self.flush()
        self.connection = self.server.tls.context.wrap_socket(self.connection, server_side=True)
        self.server.resumed.append(bool(self.connection.session_reused))
        self.encrypted = True

    def on_auth(self, line: str) -> None:
        _, mechanism, *initial = line.split(" ")
        self.server.told += initial
        if mechanism.upper() == "PLAIN":
            _, name, password = base64.b64decode(initial[0] if initial else self.ask("334 ")).split(b"\0")
        elif mechanism.upper() == "LOGIN":
            name = base64.b64decode(initial[0] if initial else self.ask("334 VXNlcm5hbWU6"))
            password = base64.b64decode(self.ask("334 UGFzc3dvcmQ6"))
        else:
            self.perform("AUTH", "504 5.5.4 not this one")
            return
        self.server.passwords.append((password.decode(), self.encrypted))
        fits = (self.server.users or {}).get(name.decode()) == password.decode()
        refusal = f"535 5.7.8 wrong: {' '.join(self.server.told)}" if self.server.echo else "535 5.7.8 wrong"
        if self.perform("AUTH", "235 2.7.0 welcome" if fits else refusal) == 235:
            self.user = name.decode()

    def ask(self, question: str) -> str:
        self.answer(question)
        self.server.told.append(self.line())
        return self.server.told[-1]

    def on_mail(self, line: str) -> None:
        asked = re.search(r" SIZE=(\d+)", line)
        too_big = self.server.size is not None and asked and int(asked[1]) > self.server.size
        said = self.perform("MAIL", "552 5.3.4 too big" if too_big else "250 2.1.0 ok")
        self.mail, self.recipients = (line if said == 250 else ""), []

    def on_rcpt(self, line: str) -> None:
        to = line[line.find("<") + 1 : line.rfind(">")]
        if self.perform("RCPT", "250 2.1.5 ok" if self.mail else "503 5.5.1 MAIL first", to) == 250:
            self.recipients.append(to)

    def on_data(self, line: str) -> None:
        to = self.recipients[0] if self.recipients else None
        fit = "354 go ahead" if self.recipients else "554 5.5.1 no valid recipients"
        if self.perform("DATA", fit, to) != 354:
            return
        self.perform("CONTENT", "", to)
        message = self.message(self.content())
        act = self.server.chosen("DOT", to, self.number)
        fit = "250 2.0.0 taken" if message.recipients else "554 5.5.1 no valid recipients"
        if self.server.size is not None and len(message.content) > self.server.size:
            fit = "552 5.3.4 too big"
        reply = fit if act.reply is None else act.reply
        act = replace(act, reply=reply)
        self.hold(act)
        if act.keeps or (act.keeps is None and reply[:3] in ("250", b"250")):
            self.server.store(message)
        self.mail, self.recipients = "", []
        self.speak(act)

    def message(self, raw: bytes) -> Received:
        sender = self.mail[self.mail.find("<") + 1 : self.mail.find(">")]
        if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
            self.offence("a bare CR or LF in the content")
        if any(len(line) > 999 for line in raw.split(b"\r\n")):  # 998 and the dot that was put before it
            self.offence("a line of over 998 octets")
        return Received(self.number, sender, tuple(self.recipients), raw, self.mail, self.encrypted, self.user)

    def content(self) -> bytes:
        while not self.read.startswith(b".\r\n"):
            found = self.read.find(b"\r\n.\r\n")
            if found >= 0:
                raw = bytes(self.read[: found + 2])
                del self.read[: found + 5]
                break
            self.fill()
        else:
            raw = b""
            del self.read[:3]
        if self.read and not self.pipelining:
            self.offence("more was sent before the content was answered")
        return raw

    def on_rset(self, line: str) -> None:
        self.mail, self.recipients = "", []
        self.perform("RSET", "250 2.0.0 ok")

    def on_noop(self, line: str) -> None:
        self.perform("NOOP", "250 2.0.0 ok")

    def on_quit(self, line: str) -> None:
        self.perform("QUIT", "221 2.0.0 good bye")
        self.flush()
        raise _OverError

    def perform(self, point: str, fit: str, to: str | None = None) -> int:
        """Does what is ordered for this point, else what fits; the code that was said, or 0."""
        act = self.server.chosen(point, to, self.number)
        act = act if act.reply is not None else replace(act, reply=fit)
        while len(self.read) < act.octets:
            self.fill()
        self.hold(act)
        self.speak(act)
        return int(act.reply[:3]) if act.reply and act.reply[:3].isdigit() else 0

    def hold(self, act: Act) -> None:
        if act.gate:
            self.flush()
            act.gate.reached.set()
            act.gate.opened.wait(LIMIT)
        if act.delay:
            self.flush()
            self.server.pause(act.delay)

    def speak(self, act: Act) -> None:
        if act.reply:
            self.answer(act.reply)
        if act.then is not Then.GO_ON:
            self.flush()
            self.end(act.then)

    def end(self, then: Then) -> None:
        if then is Then.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _OverError
        if then is Then.HANG_UP:
            self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LIMIT)
        while self.connection.recv(65536):  # else what it still sends would reset the connection
            pass
        raise _OverError

    def answer(self, reply: str | bytes) -> None:
        if isinstance(reply, bytes):
            self.out += reply
            return
        code, lines = reply[:3], reply[4:].split("\n")
        for at, words in enumerate(lines):
            self.out += f"{code}{' ' if at == len(lines) - 1 else '-'}{words}\r\n".encode()

    def flush(self) -> None:
        if self.out:
            self.connection.sendall(self.out)
            self.out.clear()

    def fill(self) -> None:
        self.flush()
        data = self.connection.recv(1 << 18)
        if not data:
            raise _OverError
        self.read += data

    def line(self) -> str:
        while (end := self.read.find(b"\n")) < 0:
            self.fill()
        line = bytes(self.read[: end + 1])
        del self.read[: end + 1]
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            self.offence(f"a command that does not end in CRLF: {line!r}")
        return line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def log_line(message: Received, recipient: str) -> str:
    """Message-ID, recipient, SHA-256 of the content."""
    return f"{message.message_id} {recipient} {hashlib.sha256(message.content).hexdigest()}\n"


def main() -> None:
    """A server that outlives whoever sends to it: each message is a line of the log before it is answered."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("--log", type=Path, required=True)
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--delay", type=float, default=0.0, help="seconds before the answer to a message")
    asked.add_argument("--greylist", action="store_true", help="the first try for each recipient is deferred")
    told = asked.parse_args()
    log = os.open(told.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(message: Received) -> None:
        os.write(log, "".join(log_line(message, recipient) for recipient in message.recipients).encode())

    with SmtpServer(port=told.port, on_message=note) as server:
        if told.delay:
            server.at("DOT", usual(delay=told.delay))
        if told.greylist:
            server.greylist()
        print(server.port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
