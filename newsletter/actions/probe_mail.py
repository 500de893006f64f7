"""Probes of the mail servers: the one that issues are handed to, and the mailbox that bounces are read from."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.probing import Extent, is_sample, of_certificate, ok, sample, told
from newsletter.actions.take_returns import returns_place
from newsletter.actions.way_out import way_out
from newsletter.deliver.work import Files
from newsletter.fetch.knock import certificate_end
from newsletter.mail.smtp import Limits, connect, verifying
from newsletter.mail.smtp_line import wait_alone
from newsletter.mail.smtp_opening import Server
from newsletter.model.answer import ConnectionLost, SendingRefused
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.model.tls import Tls
from newsletter.publication.schedule import Schedule
from newsletter.publication.sending import TransportName
from newsletter.store import cursors

SMALL = 1_000_000  # octets of a message: an issue has a tenth, and encodings make it grow
LIMITS = Limits(connect=10.0, greeting=30.0, command=15.0, data=30.0, block=30.0, dot=60.0)


class _Witness:
    """Waits for the server as usual, and remembers the connection: its certificate is of interest here alone."""

    def __init__(self) -> None:
        self._way: socket.socket | None = None

    def wait(self, on: socket.socket, events: int, seconds: float) -> bool:
        self._way = on
        return wait_alone(on, events, seconds)

    @property
    def trusted_until(self) -> datetime | None:
        """The end of the server's certificate, UTC, while the session is open; None without TLS."""
        return None if self._way is None else certificate_end(self._way)


def look_at_server(app: App, schedule: Schedule, extent: Extent) -> Iterator[Symptom]:
    """A whole opening as a mailing does it, up to the login; no message is begun."""
    transport = way_out(app, schedule, LIMITS)
    if isinstance(transport, Files):
        what = "issues go into files in var/outbox, and reach nobody"
        yield told(Check.SERVER, Level.NOTE, what, "write `sending: transport: smtp` with a host when you are ready")
        return
    server = transport.server
    if is_sample(server.host):
        yield sample(Check.SERVER, server.host)
        return
    witness = _Witness()
    context = None if server.privacy is Tls.NONE else extent.trust or verifying()
    try:
        session = connect(server, context=context, limits=LIMITS, wait=witness.wait)
    except (SendingRefused, ConnectionLost) as error:
        what = f"{server}: {error.answer}"
        todo = f"check host, port, tls and user of `sending`; {_reason(error)}"
        yield told(Check.SERVER, Level.FAIL, what, todo)
        return
    most, until = session.most, witness.trusted_until
    session.quit()
    login = f", lets {server.user} log in" if server.user else ""
    takes = f", takes messages of {most / 1_000_000:,.0f} MB" if most else ""
    yield ok(Check.SERVER, f"{server} answers{login}{takes}")
    if most is not None and most < SMALL:
        what = f"{server} takes messages of {most:,} octets at most"
        yield told(Check.SERVER, Level.WARN, what, "ask whoever runs it for more: an issue may have 200,000")
    if until is not None:
        yield of_certificate(Check.SERVER, server.host, until, app.clock())
    yield from _privacy(server)


def _reason(error: SendingRefused | ConnectionLost) -> str:
    lost = isinstance(error, ConnectionLost)
    return "if they are right, wait, or ask whoever runs it" if lost else "then ask whoever runs the server"


def _privacy(server: Server) -> Iterator[Symptom]:
    if server.privacy is Tls.NONE and not _is_here(server.host):
        what = f"{server} is spoken to without TLS: everybody on the way reads the issues and who gets them"
        yield told(Check.SERVER, Level.WARN, what, "write `tls: starttls`, or `implicit`")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def look_at_returns(app: App, schedule: Schedule, extent: Extent) -> Iterator[Symptom]:
    """Opens the mailbox where bounces come back to, as the reading of it does; nothing in it changes."""
    returns = schedule.sending.returns
    if returns.mailbox is None and returns.maildir is None:
        level = Level.WARN if schedule.sending.transport is TransportName.SMTP else Level.NOTE
        what = "nobody reads what comes back: `sending: returns:` names no mailbox"
        todo = "name one, or have your mail server hand bounces to `newsletter bounce`: docs/readers.md"
        yield told(Check.RETURNS, level, what, todo)
        return
    if returns.mailbox is not None and is_sample(returns.mailbox.host):
        yield sample(Check.RETURNS, returns.mailbox.host)
        return
    if returns.mailbox is not None and extent.offline:
        yield Symptom(check=Check.RETURNS, level=Level.UNCHECKED, what="the mailbox lies on a server")
        return
    name, read = returns_place(app, returns)
    arrived = read(kept_cursor(app, name))
    waits = f"{len(arrived.mails)} new mail{'' if len(arrived.mails) == 1 else 's'} in it"
    yield ok(Check.RETURNS, f"{name} can be read; {waits}")


def kept_cursor(app: App, name: str) -> str | None:
    """How far the mailbox of this name was read; None where nobody has, or the database is elsewhere."""
    if not app.is_home:
        return None
    with home_store(app, "what comes back is kept") as store:
        return cursors.read(store, name)
