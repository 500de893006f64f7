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
import hashlib
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.smtpacts import LIMIT as LIMIT
from tests.smtpacts import Act as Act
from tests.smtpacts import Gate as Gate
from tests.smtpacts import Received as Received
from tests.smtpacts import Rule
from tests.smtpacts import ServerTls as ServerTls
from tests.smtpacts import Then as Then
from tests.smtpacts import hang_up as hang_up
from tests.smtpacts import midway as midway
from tests.smtpacts import reset as reset
from tests.smtpacts import say as say
from tests.smtpacts import silence as silence
from tests.smtpacts import usual as usual
from tests.smtptalk import Conversation, OverError

EXTENSIONS = ("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES")


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
        self._rules: list[Rule] = []
        self._gates: list[Gate] = []
        self._greylist: Callable[[str], Act | None] | None = None
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self._last: Conversation | None = None

    def at(self, point: str, act: Act, *, to: str | None = None, after: int = 0, times: int | None = None) -> None:
        """From now on, this act at this point; the order given last comes first.

        `to`: only for this recipient (at RCPT, DATA, CONTENT, DOT). `after`: the usual comes first, so many times on
        each connection. `times`: so many times in all, then the usual again.
        """
        with self._changed:
            self._rules.insert(0, Rule(point, act, to, after, times))
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
        conversation = self._last = Conversation(self, connection, number)
        try:
            conversation.run()
        except (OverError, OSError):
            pass  # the other side has left, or we have
        finally:
            with self._changed:
                self._open.discard(connection)
            conversation.connection.close()
            connection.close()


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
