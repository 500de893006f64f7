"""A real web server in the test's process, whose answers a test programs octet by octet.

    with webserver() as server:
        server.answer("/feed", page(b"<rss/>", etag='"v1"'))            # 200; then 304 when asked with that ETag
        server.answer("/old", redirect(301, "/feed"))
        server.answer("/busy", page(status=503), page(b"<rss/>"))        # first this, from then on that
        server.answer("/feed", hang(), host="slow.test")                 # for this host name alone
        outcome = get(Request(key="a", url=server.url("/old")), ..., lookup=server.lookup)
        assert [asked.path for asked in server.log] == ["/old", "/feed"]

It listens on 127.0.0.1 alone, on a port of the system's choice, in a thread of its own. `server.lookup` is a name
server that leads every name to it; a guard must allow these names. What no test has programmed is answered with 404.

An answer is an async function of what was asked and of the open connection. `page`, `redirect`, `raw`, `hang`, `drip`,
`late`, `endless`, `bomb` and `parted` make the usual ones; a test may write its own. Only `page` and `redirect` keep
the connection for the next request. Leaving the block ends every answer under way.
"""

from __future__ import annotations

import asyncio
import gzip
import itertools
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import brotli  # type: ignore[import-untyped]  # none are published
from backports import zstd

OK = b"HTTP/1.1 200 OK\r\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived."""

    path: str  # with its query
    host: str  # the field Host without the port
    headers: Mapping[str, str]  # names in lower case


@dataclass(slots=True)
class Wire:
    """The open connection, for an answer to write to."""

    writer: asyncio.StreamWriter
    closing: asyncio.Event  # the server shuts down
    is_kept: bool = False  # for another request after this one

    async def send(self, *pieces: bytes) -> None:
        self.writer.writelines(pieces)
        await self.writer.drain()

    async def pause(self, seconds: float | None) -> None:
        """Lets that much time pass, or as much as the server has left. None: until the server closes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)


Reply = Callable[[Asked, Wire], Awaitable[None]]


@dataclass(slots=True)
class WebServer:
    """Where it listens, what it was asked, and what it answers."""

    port: int = 0
    log: list[Asked] = field(default_factory=list)  # in order of arrival
    connections: int = 0  # that were accepted, whether or not anything was asked over them
    most_at_once: dict[str, int] = field(default_factory=dict)  # requests under way at the same time, by host
    _under_way: dict[str, int] = field(default_factory=dict)
    _answers: dict[tuple[str | None, str], list[Reply]] = field(default_factory=dict)

    def answer(self, path: str, *replies: Reply, host: str | None = None) -> None:
        """Programs the answers to a path, one after the other; the last one stays. `host` narrows it to one name."""
        self._answers[host, path] = list(replies)

    def url(self, path: str, host: str = "wire.test") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Asked]:
        """The requests for one path, in order of arrival."""
        return [asked for asked in self.log if asked.path == path]

    async def lookup(self, host: str, port: int, family: int) -> Sequence[str]:
        """A name server in whose eyes every name is this machine."""
        return ("127.0.0.1",)

    async def serve(self, asked: Asked, wire: Wire) -> None:
        """Logs the request and gives the next answer programmed for it."""
        self.log.append(asked)
        self._under_way[asked.host] = self._under_way.get(asked.host, 0) + 1
        self.most_at_once[asked.host] = max(self._under_way[asked.host], self.most_at_once.get(asked.host, 0))
        replies = self._answers.get((asked.host, asked.path)) or self._answers.get((None, asked.path))
        reply = page(status=404) if not replies else replies[0] if len(replies) == 1 else replies.pop(0)
        try:
            await reply(asked, wire)
        finally:
            self._under_way[asked.host] -= 1


@contextmanager
def webserver() -> Iterator[WebServer]:
    """Runs a server for as long as the block lasts."""
    server, loop, started, closing = WebServer(), asyncio.new_event_loop(), Event(), asyncio.Event()

    def run() -> None:
        try:
            loop.run_until_complete(_serve(server, started, closing))
        finally:
            loop.close()
            started.set()

    thread = Thread(target=run, name="webserver")
    thread.start()
    started.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()


async def _serve(server: WebServer, started: Event, closing: asyncio.Event) -> None:
    conversations: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []  # all of them: one that was closed may still have octets to send

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        if closing.is_set():
            writer.transport.abort()
            return
        task = asyncio.get_running_loop().create_task(_converse(server, reader, Wire(writer, closing)))
        conversations.add(task)
        writers.append(writer)
        task.add_done_callback(conversations.discard)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=2048)
    server.port = listener.sockets[0].getsockname()[1]
    started.set()
    await closing.wait()
    # A connection that is being accepted while the listener closes is left open by asyncio: those come first.
    while accepting := asyncio.all_tasks() - conversations - {asyncio.current_task()}:
        await asyncio.wait(accepting)
    listener.close()
    for writer in writers:
        writer.transport.abort()
    for task in tuple(conversations):
        task.cancel()
    if conversations:
        await asyncio.wait(conversations)
    for _ in range(3):  # a transport closes its socket a turn of the loop or two after it was told to
        await asyncio.sleep(0)


async def _converse(server: WebServer, reader: asyncio.StreamReader, wire: Wire) -> None:
    try:
        if (first := await reader.readexactly(1)) == b"\x16":  # TLS, which is not spoken here
            await wire.send(head(400, {}))
            return
        async for asked in _requests(first, reader):
            wire.is_kept = False
            await server.serve(asked, wire)
            if not wire.is_kept:
                break
    except (ConnectionError, asyncio.IncompleteReadError):
        pass  # the other side has left, as it may
    finally:
        wire.writer.close()
        with suppress(ConnectionError):
            await wire.writer.wait_closed()


async def _requests(first: bytes, reader: asyncio.StreamReader) -> AsyncIterator[Asked]:
    while True:
        text = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first = b""
        line, *lines = text[:-4].split("\r\n")
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        yield Asked(line.split(" ")[1], headers.get("host", "").partition(":")[0], headers)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and the header fields, with the empty line after them."""
    return "\r\n".join([f"HTTP/1.1 {status} Said", *(f"{n}: {v}" for n, v in headers.items()), "", ""]).encode(
        "latin-1"
    )


def page(
    body: bytes = b"",
    *,
    status: int = 200,
    etag: str | None = None,
    last_modified: str | None = None,
    encoding: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An answer in good order; 304 without a body to who has this ETag or Last-Modified already.

    `encoding` (gzip, deflate, br, zstd) compresses the body and says so. `headers` are added last and win.
    """
    fields = {"ETag": etag, "Last-Modified": last_modified, "Content-Encoding": encoding}
    fields = {"Content-Type": "application/rss+xml; charset=utf-8", **fields}
    sent = compressed(body, encoding) if encoding else body

    async def reply(asked: Asked, wire: Wire) -> None:
        has_it = (
            asked.headers.get("if-none-match", "") == etag
            or asked.headers.get("if-modified-since", "") == last_modified
        )
        said = 304 if has_it else status
        wire.is_kept = asked.headers.get("connection") != "close"
        fields["Connection"] = "keep-alive" if wire.is_kept else "close"
        length = {} if said in (204, 304) else {"Content-Length": str(len(sent))}
        found = {name: value for name, value in {**fields, **length, **(headers or {})}.items() if value is not None}
        await wire.send(head(said, found), b"" if said in (204, 304) else sent)

    return reply


def redirect(status: int, location: str) -> Reply:
    """Leads elsewhere; `location` is sent as it is, as Latin-1."""
    return page(b"Moved.", status=status, headers={"Location": location})


def raw(*pieces: bytes) -> Reply:
    """These octets, and the connection is closed."""

    async def reply(asked: Asked, wire: Wire) -> None:
        await wire.send(*pieces)

    return reply


def hang(*before: bytes) -> Reply:
    """These octets, and then nothing, with the connection open."""
    return drip(before, every=0, then_hang=True)


def drip(pieces: Iterable[bytes], every: float, *, then_hang: bool = False) -> Reply:
    """One piece every so many seconds, until the other side leaves."""

    async def reply(asked: Asked, wire: Wire) -> None:
        for piece in pieces:
            await wire.send(piece)
            await wire.pause(every)
        if then_hang:
            await wire.pause(None)

    return reply


def late(reply: Reply, seconds: float) -> Reply:
    """The same answer after a while."""

    async def later(asked: Asked, wire: Wire) -> None:
        await wire.pause(seconds)
        await reply(asked, wire)

    return later


def endless(before: bytes, piece: bytes) -> Reply:
    """The same piece again and again, as fast as the other side takes it."""
    return drip(itertools.chain((before,), itertools.repeat(piece)), every=0)


def parted(*chunks: bytes, cut: bool = False) -> Reply:
    """A body in chunks (RFC 9112 section 7.1). `cut`: the last chunk never comes."""
    lines = [b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks]
    return raw(OK, b"Transfer-Encoding: chunked\r\n\r\n", *lines, b"" if cut else b"0\r\n\r\n")


def bomb(megabytes: int, encoding: str = "gzip") -> Reply:
    """A body of zeros that is a thousandth of its size on the wire."""
    packed = compressed(bytes(megabytes * 2**20), encoding)
    length = b"Content-Length: %d\r\n" % len(packed)
    return raw(OK, length, b"Content-Encoding: %b\r\n\r\n" % encoding.encode(), packed)


def compressed(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip" | "x-gzip":
            return gzip.compress(body, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "br":
            return bytes(brotli.compress(body, quality=5))
        case "zstd":
            return zstd.compress(body)
    raise ValueError(encoding)
