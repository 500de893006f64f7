"""Something handed to a web server that an operator has named: within limits of size and time, and without redirects.

The addresses come from the operator's own environment and may lie in a private network; they are secrets, so that no
word from here holds more of one than its host.
"""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from yarl import URL

from newsletter.fetch.answer import Limits
from newsletter.model.errors import NewsletterError
from newsletter.model.urls import NotAnAddress, parse_url

_READ = 64 * 1024  # octets of an answer that are taken; nothing in it matters but its status


class NotTaken(NewsletterError):
    """A server that could not be asked, or did not say yes."""

    def __init__(self, host: str, what: str) -> None:
        self.host = host
        super().__init__(f"{host} {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is handed over. Without a body it is a GET."""

    url: str = field(repr=False)  # a secret: whoever knows it may call there
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()  # ASCII


def hand_over(call: Call, limits: Limits, agent: str) -> None:
    """Asks once; returns when the server has said yes (2xx). Raises `NotTaken` for everything else, in words.

    Never longer than `limits.seconds`: a look-up of the name that hangs is left behind.
    """
    try:
        url = URL(parse_url(call.url), encoded=True)
    except NotAnAddress as error:
        raise NotTaken("the address", f"is not one of the web: {error}") from error
    host, came = url.raw_host or "", []

    def run() -> None:
        came.append(_outcome(url, call, limits, agent))

    # In a thread, for who calls may have a loop of their own; a daemon, so that nothing waits for a name server.
    thread = threading.Thread(target=run, name="hand over", daemon=True)
    thread.start()
    thread.join(limits.seconds + limits.connect)
    if not came:
        raise NotTaken(host, f"was not done within {limits.seconds:g} seconds")
    if came[0] is not None:
        raise NotTaken(host, came[0])


def _outcome(url: URL, call: Call, limits: Limits, agent: str) -> str | None:
    """What is wrong, as a clause behind the host's name; None where it was taken."""
    loop = asyncio.new_event_loop()
    try:
        status = loop.run_until_complete(_exchange(url, call, limits, agent))
    except TimeoutError:
        return f"was not done within {limits.seconds:g} seconds"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return _why(error)
    finally:
        loop.close()  # not by asyncio.run, which would wait for look-ups that nobody needs any more
    return None if 200 <= status < 300 else f"answered {_named(status)}"


async def _exchange(url: URL, call: Call, limits: Limits, agent: str) -> int:
    times = aiohttp.ClientTimeout(total=limits.seconds, connect=limits.connect)
    fields = {"User-Agent": agent, "Accept-Encoding": "identity", **dict(call.headers)}
    method = "GET" if call.body is None else "POST"
    async with (
        aiohttp.ClientSession(
            timeout=times,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_line_size=limits.header_bytes,
            max_field_size=limits.header_bytes,
            auto_decompress=False,
        ) as session,
        session.request(method, url, data=call.body, headers=fields, allow_redirects=False) as response,
    ):
        if response.status >= 200:
            await response.content.read(_READ)
        else:
            response.close()  # it would switch to another protocol
    await asyncio.sleep(0)  # a transport closes its socket one turn of the loop after it was told to
    return response.status


def _named(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    more = "; redirects are not followed, write the address it leads to" if 300 <= status < 400 else ""
    return " ".join(filter(None, (str(status), known.get(status)))) + more


def _why(error: Exception) -> str:
    """The error as a clause, none of whose words are the server's."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "was not found: no host has this name"
        case aiohttp.ClientConnectorCertificateError():
            return "showed a certificate that is not valid for it"
        case aiohttp.ClientSSLError():
            return "could not agree with us on a TLS connection"
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno
            return f"took no connection ({os.strerror(number).lower() if number else 'no way there'})"
        case aiohttp.ClientError():
            return "hung up, or did not speak HTTP"
        case _:
            return "could not be asked: the address or a header field is not fit for HTTP"
