"""Opens a session with a mail server: connection, greeting, TLS, EHLO, login. Source: RFC 5321 3.1 and 3.2."""

from __future__ import annotations

import errno
import os
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any

from newsletter.mail.smtp_auth import log_in
from newsletter.mail.smtp_line import Line, Resumption, Wait, wait_alone
from newsletter.mail.smtp_opening import Limits, Opening, Server
from newsletter.mail.smtp_replies import Reply, unanswered
from newsletter.mail.smtp_session import SmtpSession
from newsletter.mail.smtp_tls import encrypt, start_tls, verifying
from newsletter.model.answer import ConnectionLost, Phase
from newsletter.model.tls import Tls

__all__ = ["Limits", "Resumption", "Server", "SmtpSession", "connect", "verifying"]

_WRONG_SERVER = "check host and port of `sending` in schedule.yaml, then ask whoever runs the server"


def connect(
    server: Server,
    *,
    context: ssl.SSLContext | None = None,
    limits: Limits | None = None,
    resumption: Resumption | None = None,
    clock: Callable[[], float] = time.monotonic,
    wait: Wait = wait_alone,
) -> SmtpSession:
    """A session that is private as `server` says and logged in, or an error: never anything less.

    `context` is what `verifying` makes; making one costs tens of milliseconds, so let many connections share it.
    `resumption` is for one server and one context, and lets each connection take up the TLS session of one before it.
    `wait` is where the connection waits for the server.

    Raises `SendingRefused` for what a person has to mend: 5yz, a certificate, a login, a server that is none; and
    `ConnectionLost` for what may pass: no way there, a connection that ends or falls silent, 4yz.
    """
    limits = limits or Limits()
    opening = Opening(server, Line(_connected(server, limits, wait), clock, wait), limits)
    try:
        if server.privacy is Tls.IMPLICIT:
            encrypt(opening, Phase.CONNECT, context or verifying(), resumption)
        _greeted(opening)
        offers = _hello(opening)
        if server.privacy is Tls.STARTTLS:
            start_tls(opening, offers, context or verifying(), resumption)
            offers = _hello(opening)
        log_in(opening, offers)
    except BaseException:
        opening.line.close()
        raise
    return SmtpSession(opening.line, offers, limits)


def _connected(server: Server, limits: Limits, wait: Wait) -> socket.socket:
    """A connection to the first of the host's addresses that takes one; the look-up of the name is waited for."""
    trouble: OSError | UnicodeError = TimeoutError("timed out")
    try:
        found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: no label of a name is so long, or empty
        found, trouble = [], error
    for family, kind, protocol, _, address in found:
        way = socket.socket(family, kind, protocol)
        try:
            _reach(way, address, limits.connect, wait)
            return way
        except OSError as error:
            way.close()
            trouble = error
    words = getattr(trouble, "strerror", None) or str(trouble)
    raise ConnectionLost(str(server), unanswered(Phase.CONNECT, f"it cannot be reached ({words})")) from trouble


def _reach(way: socket.socket, address: tuple[Any, ...], limit: float, wait: Wait) -> None:
    way.setblocking(False)
    problem = way.connect_ex(address)
    if problem == errno.EINPROGRESS:
        if not wait(way, select.POLLOUT, limit):
            raise TimeoutError("timed out")
        problem = way.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if problem and problem != errno.ECONNRESET:  # reset: it was there, and has hung up already, which is read next
        raise OSError(problem, os.strerror(problem))


def _greeted(opening: Opening) -> None:
    reply = opening.ask(Phase.GREETING, None, opening.limits.greeting)
    if reply.code != 220:
        _no(opening, Phase.GREETING, reply)


def _hello(opening: Opening) -> Mapping[str, str]:
    """What the server offers, keyword to parameters; nothing where it knows only HELO (RFC 5321 3.2)."""
    reply = opening.ask(Phase.EHLO, f"EHLO {opening.server.name}", opening.limits.command)
    if reply.code == 250:
        offers = (line.upper().partition(" ") for line in reply.lines[1:])
        return {keyword: parameters for keyword, _, parameters in offers}
    if reply.code >= 500:
        reply = opening.ask(Phase.EHLO, f"HELO {opening.server.name}", opening.limits.command)
    if reply.code != 250:
        _no(opening, Phase.EHLO, reply)
    return {}


def _no(opening: Opening, phase: Phase, reply: Reply) -> None:
    opening.no(phase, reply, _WRONG_SERVER)
