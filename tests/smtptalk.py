"""One conversation of `SmtpServer`: the commands, what fits each of them, and what is an offence against the RFCs."""

from __future__ import annotations

import base64
import re
import socket
import struct
from dataclasses import replace
from typing import Protocol

from tests.smtpacts import LIMIT, Act, Received, ServerTls, Then

# RFC 2920 3.1 and RFC 3207 4: nothing may follow these before they are answered.
_LAST_IN_GROUP = frozenset({"EHLO", "HELO", "STARTTLS", "AUTH", "DATA", "NOOP", "QUIT"})


class Host(Protocol):
    """What a conversation asks of its server, and notes there."""

    extensions: tuple[str, ...]
    tls: ServerTls | None
    users: dict[str, str] | None
    mechanisms: str
    echo: bool
    size: int | None
    told: list[str]
    commands: list[tuple[int, str]]
    offences: list[str]
    passwords: list[tuple[str, bool]]
    resumed: list[bool]

    def chosen(self, point: str, to: str | None, connection: int) -> Act: ...
    def store(self, message: Received) -> None: ...
    def pause(self, seconds: float) -> None: ...


class OverError(Exception):
    """The conversation has ended."""


class Conversation:
    """One connection, command by command. Answers wait until there is nothing more to read (RFC 2920 3.2)."""

    def __init__(self, server: Host, connection: socket.socket, number: int) -> None:
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
        raise OverError

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
            raise OverError
        if then is Then.HANG_UP:
            self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LIMIT)
        while self.connection.recv(65536):  # else what it still sends would reset the connection
            pass
        raise OverError

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
            raise OverError
        self.read += data

    def line(self) -> str:
        while (end := self.read.find(b"\n")) < 0:
            self.fill()
        line = bytes(self.read[: end + 1])
        del self.read[: end + 1]
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            self.offence(f"a command that does not end in CRLF: {line!r}")
        return line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
