"""A web server that is no bottleneck: a thousand feeds, answered from memory. `python -m bench.feedserver` runs it.

/N gives feed N with an ETag and 304s; /plain/N the same without one; /hang/N never answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from functools import cache

ENTRIES = 30
WORDS = """the talks closed with dates and without terms while clerks in both capitals counted the weeks that a pause
leaves to ships already at sea and to people who must tell them where to wait""".split()  # noqa: SIM905


@cache
def feed(number: int) -> bytes:
    """An RSS feed of 30 entries with texts of some 150 words, 36 kB."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {number}</title>'
        f"<link>https://feed-{number}.example.com/</link><language>en</language>"
        + "".join(_entry(number, entry) for entry in range(ENTRIES))
        + "</channel></rss>"
    ).encode()


def _entry(number: int, entry: int) -> str:
    words = " ".join(WORDS[(number * 7 + entry * 3 + at) % len(WORDS)] for at in range(150))
    half = len(words) // 2
    return (
        f"<item><title>Number {entry} of feed {number}: a pause</title>"
        f"<link>https://feed-{number}.example.com/{entry}</link><guid>feed-{number}-{entry}</guid>"
        f"<pubDate>Tue, {entry % 27 + 1:02} Nov 2026 {entry % 24:02}:40:00 +0800</pubDate>"
        f"<description>&lt;p&gt;{words[:half]}&lt;/p&gt;&lt;p&gt;&lt;a href=&quot;/x&quot;&gt;{words[half:]}&lt;/a&gt;"
        "&lt;/p&gt;</description></item>"
    )


@cache
def answer(number: int, validator: bool) -> bytes:
    """The whole 200."""
    body = feed(number)
    etag = f'ETag: "{hashlib.sha256(body).hexdigest()[:16]}"\r\n' if validator else ""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n{etag}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._got = transport, b""

    def data_received(self, data: bytes) -> None:
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head, self._got = self._got[:end], self._got[end + 4 :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        kind, _, number = head.split(b" ", 2)[1].decode().strip("/").rpartition("/")
        if kind == "hang":
            return
        if kind != "plain" and b"\r\nif-none-match:" in head.lower():
            self._transport.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            self._transport.write(answer(int(number), validator=kind != "plain"))


async def _serve(feeds: int) -> None:
    for number in range(feeds):  # made before the first is asked for
        answer(number, validator=True)
        answer(number, validator=False)
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started it goes


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
