"""A knock at an address of our own: what answers, by whose certificate and clock. Source: RFC 9110, RFC 5280.

For addresses that an operator wrote down as theirs; no redirect is followed and nothing of the answer is kept. What
strangers link to is asked for by `newsletter.fetch.client`, behind the guard.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from newsletter.model.errors import NewsletterError

SECONDS = 10.0  # for the connection, and for each part of the answer
_MOST = 1_000_000  # octets of a body


class NoAnswer(NewsletterError):
    """Nothing that speaks HTTP answers at an address, or nobody who can prove to be it."""

    def __init__(self, url: str, why: str) -> None:
        self.url = url
        self.why = why  # a clause
        super().__init__(f"{url}: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What answered."""

    url: str
    status: int
    body: bytes  # its first million octets
    leads_to: str | None  # Location, of a redirect
    date: datetime | None  # by the server's clock, UTC, to the second (RFC 9110 6.6.1); None: it says none
    trusted_until: datetime | None  # the end of its certificate, UTC; None: it was asked without TLS
    is_here: bool  # it is this very machine


def knock(
    url: str, agent: str, *, form: bytes | None = None, context: ssl.SSLContext | None = None, seconds: float = SECONDS
) -> Knock:
    """Asks for an address once; with a `form`, posts it there. Raises `NoAnswer`.

    `agent` is the User-Agent; `context` is what a certificate is verified with, None: as this machine trusts.
    """
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path or "/"
    if parts.scheme == "https":
        trust = context or ssl.create_default_context()
        connection: HTTPConnection = HTTPSConnection(host, parts.port, timeout=seconds, context=trust)
    else:
        connection = HTTPConnection(host, parts.port, timeout=seconds)
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.connect()
        way = connection.sock  # looked at now: it is closed before an answer without a length has been read
        until, is_here = certificate_end(way), way.getsockname()[0] == way.getpeername()[0]
        connection.request("GET" if form is None else "POST", path, form, headers)
        with connection.getresponse() as answer:
            return Knock(
                url=url,
                status=answer.status,
                body=answer.read(_MOST),
                leads_to=answer.headers.get("Location"),
                date=_date(answer.headers.get("Date")),
                trusted_until=until,
                is_here=is_here,
            )
    except (OSError, HTTPException, UnicodeError) as error:
        raise NoAnswer(url, _why(error, seconds)) from error
    finally:
        connection.close()


def certificate_end(way: socket.socket) -> datetime | None:
    """Until when the other side's certificate is good, UTC; None for a connection without TLS."""
    shown = way.getpeercert() if isinstance(way, ssl.SSLSocket) else None
    if not shown:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)


def _date(written: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(written or "").astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _why(error: Exception, seconds: float) -> str:
    match error:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not to be trusted ({error.verify_message.rstrip('.')})"
        case ssl.SSLError():
            return f"it does not speak TLS ({error.reason or 'no reason given'})"
        case TimeoutError():
            return f"no answer came within {seconds:g} seconds"
        case socket.gaierror() | UnicodeError():
            return "there is no host of this name"
        case ConnectionRefusedError():
            return "nothing listens there"
        case HTTPException():
            return "what answers there does not speak HTTP"
        case _:
            return f"the connection was lost ({getattr(error, 'strerror', None) or type(error).__name__})"
