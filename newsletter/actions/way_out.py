"""The way out: how messages leave here, as schedule.yaml and the environment say."""

from __future__ import annotations

import socket

from newsletter.actions.app import App
from newsletter.deliver.work import Files, Smtp
from newsletter.mail.smtp_opening import Limits, Server
from newsletter.model import secrets
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.tls import Tls
from newsletter.publication import schedule as schedules
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Schedule
from newsletter.publication.sending import TransportName

PASSWORD = secrets.SMTP_PASSWORD
_PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}  # RFC 6409 3.1, RFC 8314 7.3, RFC 5321 4.5.4.2


def way_out(app: App, schedule: Schedule, limits: Limits | None = None) -> Files | Smtp:
    """Where messages go. `limits`: how long to wait for a mail server; None: as long as RFC 5321 4.5.3.2 asks for.

    Raises `ConfigError` where a user is to log in and there is no password.
    """
    sending = schedule.sending
    if sending.transport is TransportName.FILES or sending.host is None:
        return Files(str(app.root / "var" / "outbox"))
    password = app.secrets.get(PASSWORD) if sending.user is not None else None
    if sending.user is not None and not password:
        what = f"{sending.host} is to be logged in to as {sending.user}, and there is no password"
        raise ConfigError(PASSWORD, f"{what}; set {PASSWORD} in the environment or in .env")
    server = Server(
        host=sending.host,
        port=sending.port or _PORTS[sending.tls],
        privacy=sending.tls,
        name=_our_name(domain_of(schedule)),
        user=sending.user,
        password=password,
    )
    return Smtp(server, limits or Limits())


def way_words(schedule: Schedule) -> str:
    """Where messages go, in words."""
    sending = schedule.sending
    if sending.transport is TransportName.FILES or sending.host is None:
        return "files in var/outbox"
    return f"the mail server {sending.host}"


def domain_of(schedule: Schedule) -> str:
    """The domain of the sender, which Message-IDs end in."""
    return schedule.sender.address.rpartition("@")[2]


def read_schedule(app: App) -> Schedule:
    """schedule.yaml alone: a slip in any other file keeps no notice back. Raises `ContentError`."""
    found, _, mistakes = schedules.read(Folder(app.root))
    if found is None:
        raise ContentError(mistakes)
    return found


def _our_name(domain: str) -> str:
    """What EHLO says: this machine's name where it is a whole one, else the sender's domain (RFC 5321 4.1.4)."""
    name = socket.gethostname()
    return name if "." in name.strip(".") and name.isascii() else domain
