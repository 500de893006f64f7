"""One exchange with one server over aiohttp, inside the guard and the limits. Redirects are the caller's to follow."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDictProxy
from yarl import URL

from newsletter.fetch.answer import FailureKind, Fault, Limits
from newsletter.fetch.encoding import ACCEPTED, NotDecodable, decoder
from newsletter.fetch.guard import Guard, refusal

# The addresses of a host, as text: (host, port, address family) -> ("192.0.2.7", "2001:db8::7"). Raises OSError.
Lookup = Callable[[str, int, int], Awaitable[Sequence[str]]]

_PIECE = 64 * 1024
_SMALL = 512 * 1024  # a body beyond this is large; few of them are held at the same time, which bounds our memory
_LARGE_AT_A_TIME = 8
_IDLE = 5  # seconds that a connection is kept for the next request to its host
_AGAIN = "It is tried again by itself."


class Wall(OSError):
    """Raised in the place of a connection that the guard forbids."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One server's answer to one request, a redirect included."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes  # decoded; empty unless the status is 2xx


@dataclass(slots=True)
class Allowance:
    """What is left of the seconds that a request may take."""

    seconds: float


async def system_lookup(host: str, port: int, family: int) -> Sequence[str]:
    """The addresses that this machine's resolver gives, in its order; one of a single interface ends in "%2"."""
    loop = asyncio.get_running_loop()
    flags = socket.AI_ADDRCONFIG
    found = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=flags)
    return [f"{to[0]}%{to[3]}" if len(to) == 4 and to[3] else str(to[0]) for *_, to in found]


class Wire:
    """Connections to the world: one pool for hosts that an operator has named, one for all others.

    To be made, used and closed inside one running loop.
    """

    def __init__(self, guard: Guard, limits: Limits, agent: str, lookup: Lookup) -> None:
        self._guard = guard
        self._limits = limits
        self._sessions = {named: _session(guard, named, limits, agent, lookup) for named in (False, True)}
        self._room = asyncio.Semaphore(_LARGE_AT_A_TIME)  # for large bodies, growing or whole

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    def is_large(self, body: bytes | bytearray) -> bool:
        """Whether a body takes one of the few places for large ones, from growing large until `make_room`."""
        return len(body) > _SMALL

    def make_room(self) -> None:
        """Says that a large body was handed over, so that another one may come in."""
        self._room.release()

    async def get(self, url: URL, headers: Mapping[str, str], allowance: Allowance) -> Reply:
        """One answer of one server. Takes the seconds it needed off the allowance. Raises `Fault`."""
        host = url.raw_host or ""
        if what := self._guard.refusal_of_host(host):
            raise _refused(host, what)
        loop = asyncio.get_running_loop()
        session = self._sessions[self._guard.is_named(host)]
        try:
            async with asyncio.timeout(allowance.seconds) as deadline:
                async with session.get(url, headers=headers, allow_redirects=False) as response:
                    reply = await self._read(response, deadline)
                allowance.seconds = (deadline.when() or 0) - loop.time()
                return reply
        except aiohttp.ConnectionTimeoutError as error:
            what = f"{host} did not take a connection within {self._limits.connect:g} seconds. {_AGAIN}"
            raise Fault(FailureKind.UNREACHABLE, what) from error
        except TimeoutError as error:
            what = f"{host} was not done within {self._limits.seconds:g} seconds. {_AGAIN}"
            raise Fault(FailureKind.TOO_SLOW, what) from error
        except (aiohttp.ClientError, NotDecodable) as error:
            raise _fault(host, error) from error

    async def _read(self, response: aiohttp.ClientResponse, deadline: asyncio.Timeout) -> Reply:
        if response.status < 200:
            response.close()  # aiohttp leaves a connection that switches protocols to its caller
            raise NotDecodable("of another protocol than HTTP")
        body = await self._body(response, deadline) if response.status < 300 else b""
        return Reply(response.status, response.headers, body)

    async def _body(self, response: aiohttp.ClientResponse, deadline: asyncio.Timeout) -> bytes:
        """The body, decoded piece by piece and counted before and after."""
        body = bytearray()
        try:
            await self._fill(body, response, deadline)
        except BaseException:
            if self.is_large(body):
                self.make_room()
            raise
        return bytes(body)

    async def _fill(self, body: bytearray, response: aiohttp.ClientResponse, deadline: asyncio.Timeout) -> None:
        decoding = decoder(response.headers.get("Content-Encoding", ""))
        received = 0
        async for data in response.content.iter_chunked(_PIECE):
            received += len(data)
            for piece in decoding.pieces(data):
                if len(body) <= _SMALL < len(body) + len(piece):
                    await self._wait_for_room(deadline)
                body += piece
                if max(received, len(body)) > self._limits.bytes:
                    raise _too_large(response, self._limits.bytes)
        if received and not decoding.is_whole:
            raise NotDecodable("cut short")

    async def _wait_for_room(self, deadline: asyncio.Timeout) -> None:
        """Waits until fewer large bodies are held. That is our business: it costs the request no time."""
        if not self._room.locked():
            await self._room.acquire()
            return
        loop = asyncio.get_running_loop()
        left = (deadline.when() or 0) - loop.time()
        deadline.reschedule(None)
        await self._room.acquire()
        deadline.reschedule(loop.time() + left)


def _session(guard: Guard, named: bool, limits: Limits, agent: str, lookup: Lookup) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        resolver=_Resolver(guard, lookup),
        socket_factory=wall(named),
        limit=0,  # turns are kept by the caller
        use_dns_cache=False,  # it costs a task for each new host; the resolver keeps what it found
        keepalive_timeout=_IDLE,
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers={"User-Agent": agent, "Accept-Encoding": ACCEPTED},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=limits.connect),
        auto_decompress=False,
        trust_env=False,
        max_line_size=limits.header_bytes,
        max_field_size=limits.header_bytes,
    )


class _Resolver(AbstractResolver):
    """Looks a host up once, and says in words what the wall would refuse.

    Of a name that has public and private addresses it keeps the public ones.
    """

    def __init__(self, guard: Guard, lookup: Lookup) -> None:
        self._guard = guard
        self._lookup = lookup
        self._found: dict[str, list[str]] = {}  # for as long as we live, which is one run

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = self._found.get(host)
        if addresses is None:
            addresses = self._found[host] = self._permitted(host, await self._lookup(host, port, family))
        return [_result(host, address, port) for address in addresses]

    def _permitted(self, host: str, addresses: Sequence[str]) -> list[str]:
        refused = {address: self._guard.refusal_of_address(host, address) for address in addresses}
        permitted = [address for address, what in refused.items() if what is None]
        if not addresses:
            raise OSError("no address")
        if not permitted:
            raise Wall(f"{addresses[0]}, {refused[addresses[0]]}")
        return permitted

    async def close(self) -> None:
        """Nothing is kept open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return {"hostname": host, "host": address, "port": port, "family": family, "proto": 0, "flags": 0}


def wall(named: bool) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    """Makes the socket for a connection, or refuses it: it is given the very address that is connected to.

    No answer of the DNS, cached or changed in between, and no spelling of a literal address gets past it.
    """

    def open_socket(info: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, to = info
        address = f"{to[0]}%{to[3]}" if len(to) == 4 and to[3] else str(to[0])
        if what := refusal(address, named):
            raise Wall(f"{address}, {what}")
        return socket.socket(family, kind, protocol)

    return open_socket


def _refused(host: str, what: str) -> Fault:
    todo = (
        "If that is a machine of yours, name it under gather, allow_hosts in schedule.yaml; else correct the address."
    )
    return Fault(FailureKind.REFUSED, f"{host} was not asked: it is {what}. {todo}")


def _too_large(response: aiohttp.ClientResponse, limit: int) -> Fault:
    what = f"{response.url.raw_host} sent more than {limit:,} octets"
    return Fault(FailureKind.TOO_LARGE, f"{what}. Look for a shorter feed or page of the same source.")


def _fault(host: str, error: Exception) -> Fault:
    """The error as a kind and words. None of the server's own words are among them."""
    look = "Open the address in a browser; if it fails there too, tell the site."
    match error:
        case aiohttp.ClientConnectorError(os_error=Wall() as refused):
            return _refused(host, f"at {refused}")
        case aiohttp.InvalidURL():
            return _refused(host, "not an address that can be asked")
        case aiohttp.ClientConnectorDNSError():
            return Fault(FailureKind.UNREACHABLE, f"No host named {host} was found. Check its spelling. {_AGAIN}")
        case aiohttp.ClientConnectorCertificateError():
            return Fault(FailureKind.UNREACHABLE, f"{host} showed a certificate that is not valid for it. {look}")
        case aiohttp.ClientSSLError():
            return Fault(FailureKind.UNREACHABLE, f"{host} could not agree with us on a TLS connection. {look}")
        case aiohttp.ClientConnectorError():
            return Fault(FailureKind.UNREACHABLE, f"{host} took no connection ({_reason(error.os_error)}). {_AGAIN}")
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            return Fault(FailureKind.BROKEN, f"{host} hung up before it had answered. {_AGAIN}")
        case aiohttp.ClientPayloadError():
            return Fault(FailureKind.BROKEN, f"{host} hung up in the middle of its answer. {_AGAIN}")
        case NotDecodable():
            return Fault(FailureKind.BROKEN, f"{host} sent a body that is {error}. {look}")
        case _:
            return Fault(
                FailureKind.BROKEN, f"{host} sent header fields that are too long, too many or malformed. {look}"
            )


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else "none of its addresses answered"
