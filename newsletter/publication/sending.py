"""`sending` and `publish` of schedule.yaml: how issues leave, what comes back, and where the archive is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from newsletter.model.rates import Rates
from newsletter.model.shape import EmailAddress, Slug, Url, Words, file_shape, shown
from newsletter.model.source import Mailbox
from newsletter.model.tls import Tls
from newsletter.publication.yamlfile import Written


class TransportName(Enum):
    """Where messages go."""

    FILES = "files"  # var/outbox, a Maildir: nobody mails anybody by mistake
    SMTP = "smtp"


class LeftOut(Enum):
    """A header field that some providers write anew: their signature would not survive it."""

    MESSAGE_ID = "message-id"
    DATE = "date"


@file_shape
class Dkim:
    """The signature under each message (RFC 6376). `newsletter dkim new SELECTOR` makes its key."""

    selector: Slug  # names the key's DNS record, SELECTOR._domainkey.DOMAIN
    domain: Words | None = None  # whose record that is: the sender's domain, or one above it
    leave_out: tuple[LeftOut, ...] = ()  # what the provider replaces


@file_shape
class Returns:
    """Where bounces and complaints come back to. The password of the mailbox is RETURNS_PASSWORD in the environment."""

    mailbox: Mailbox | None = None
    maildir: Words | None = None  # below the publication's folder, or a whole path
    soft_issues: int = 3  # so many issues in a row that soft bounces send back end the writing to an address
    keep_days: int = 180  # how long the mails themselves are kept


@file_shape
class Sending:
    """How issues leave. The password stands in the environment, as SMTP_PASSWORD."""

    transport: TransportName = TransportName.FILES
    host: Words | None = None  # of the mail server, for smtp
    port: int | None = None  # else 587, 465 for implicit TLS, 25 without TLS
    tls: Tls = Tls.STARTTLS
    user: Words | None = None  # logs in with it where it is given
    bounces: EmailAddress | None = None  # the envelope sender; else the sender's address
    verp: bool = True  # bounces+...@: the envelope sender names the delivery; asks for `bounces`
    connections: int = 4  # at a time, to the mail server
    grace_minutes: int = 60  # an issue that has not begun this long after it was due waits for a person
    resume_hours: int = 48  # after it was due: until then a mailing that had begun goes on by itself
    team_first: bool = False  # the team's own copies go first, the others ten minutes later
    rates: Rates = Rates()
    dkim: Dkim | None = None  # None: messages are not signed
    returns: Returns = Returns()


@file_shape
class Publish:
    """How the archive in public/ reaches its readers."""

    live: Url | None = None  # where subscribing, leaving and answering are served; None: at `site`, like the archive
    command: tuple[Words, ...] = ()  # a program and its arguments: takes public/ to a static host; no shell runs it
    command_minutes: int = 5  # so long it may take
    wait_minutes: int = 15  # so long an issue's page and pictures may take to be there, before its first mail


def sending_mistakes(sending: Sending, written: Written) -> Iterator[tuple[int, str, str]]:
    """What each key of `sending` allows and the whole does not."""

    def line(key: str) -> int:
        return written.line(("sending", key))

    if sending.transport is TransportName.SMTP and sending.host is None:
        yield line("transport"), "mail is to go by smtp, and no server is named", "add host: mail.example.org"
    if sending.host is not None and not re.fullmatch(r"[A-Za-z0-9_.:-]+", sending.host):
        what = f"'{shown(sending.host)}' is not the name of a host"
        yield line("host"), what, "write it as mail.example.org, without port; that goes into `port`"
    if sending.user is not None and sending.tls is Tls.NONE:
        yield line("user"), "a password would travel in the clear", "use tls: starttls or implicit, or drop the user"
    least = {"port": 1, "connections": 1, "grace_minutes": 1, "resume_hours": 1}
    most = {"port": 65_535, "connections": 50, "grace_minutes": 1_440, "resume_hours": 168}
    for key, low in least.items():
        value = getattr(sending, key)
        if value is not None and not low <= value <= most[key]:
            yield line(key), f"`{key}` is {value}", f"write {low} to {most[key]:,}"
