"""One side gathers once, in a process of its own: `python -m bench.gather_side SIDE PORT FOLDER FEEDS WHAT`.

Prints seconds and CPU seconds, taken after the imports, and the peak memory of the process and of the largest of those
that it has parse.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
HANGING = 10  # feeds that are asked before all others and never answer
AT_ONCE = 100  # connections, as ours has

Run = Callable[[], int]  # gathers, and gives the peak memory of the largest process that parsed; 0 when none did


def ours(port: int, folder: Path, feeds: int, what: str) -> Run:
    """The whole of our round: guard, limits, sanitising, identity, originals, the database."""
    from newsletter.fetch.answer import Limits, Outcome
    from newsletter.fetch.client import Fetcher
    from newsletter.fetch.guard import Guard
    from newsletter.gather.parsing import Parsers
    from newsletter.gather.round import Round, due_of
    from newsletter.model.source import RightsPolicy, Source, SourceKind
    from newsletter.publication.folder import Folder
    from newsletter.store.engine import open_store

    hosts = {f"feed-{number}.test": f"/{what}/{number}" if what == "plain" else f"/{number}" for number in range(feeds)}
    if what == "hang":
        hosts = {f"hang-{number}.test": f"/hang/{number}" for number in range(HANGING)} | hosts
    sources = tuple(
        Source(
            id=host.removesuffix(".test"),
            name=host,
            kind=SourceKind.FEED,
            url=f"http://{host}:{port}{path}",
            rights=RightsPolicy.SUMMARISE,
        )
        for host, path in hosts.items()
    )

    class Leaving(Fetcher):
        """Waits for as many as do answer: to wait for the others as well would take 30 seconds of each round."""

        def outcomes(self) -> Iterator[Outcome]:
            return islice(super().outcomes(), feeds)

    async def lookup(_host: str, _port: int, _family: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    passes = len(list(folder.glob("pass-*")))
    (folder / f"pass-{passes}").touch()
    now = NOW + timedelta(days=passes)
    database = f"sqlite:///{folder / 'newsletter.db'}"
    open_store(database).close()

    def run() -> int:
        with open_store(database) as store:
            due = tuple(due_of(sources, store, now, regardless=True))
            kind = Leaving if what == "hang" else Fetcher
            fetching = kind(Guard(frozenset(hosts)), Limits(), "bench", now, lookup=lookup)
            with fetching as fetcher, Parsers(os.cpu_count() or 1) as parsers:
                outcomes = Round(store, Folder(folder), fetcher, parsers, {}, now).gather(due)
                largest = max((peak(str(child.pid)) for child in multiprocessing.active_children()), default=0)
        assert len(outcomes) == feeds
        assert not [outcome for outcome in outcomes if outcome.failure]
        return largest

    return run


def floor(port: int, _folder: Path, feeds: int, _what: str) -> Run:
    """The HTTP client alone, as it is: the same hosts, a new connection to each, nothing asked but whether a feed has
    changed, nothing kept."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Loopback(AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
            here = ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)
            return [here]

        async def close(self) -> None:
            pass

    headers = {"If-None-Match": '"any"', "Connection": "close"}

    async def ask(session: aiohttp.ClientSession, numbers: Iterator[int]) -> None:
        for number in numbers:
            async with session.get(f"http://feed-{number}.test:{port}/{number}", headers=headers) as answer:
                assert answer.status == 304

    async def ask_all() -> None:
        connector = aiohttp.TCPConnector(resolver=Loopback(), limit=0, use_dns_cache=False)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            numbers = iter(range(feeds))
            await asyncio.gather(*(ask(session, numbers) for _ in range(AT_ONCE)))

    def run() -> int:
        asyncio.run(ask_all())
        return 0

    return run


def reader(port: int, folder: Path, feeds: int, what: str) -> Run:
    """lemon24's reader, with as many threads as serve it best here."""
    import feedparser_sgmllib
    from reader import make_reader

    # Its copy of feedparser wants a module of Python 2, which feedparser of today brings along under another name.
    sys.modules.setdefault("sgmllib", feedparser_sgmllib)
    made = make_reader(str(folder / "reader.sqlite"))
    for number in range(feeds):
        made.add_feed(f"http://127.0.0.1:{port}/{what + '/' if what else ''}{number}", exist_ok=True)

    def run() -> int:
        updated = list(made.update_feeds_iter(scheduled=False, workers=10))
        assert len(updated) == feeds
        assert not [one for one in updated if isinstance(one.value, Exception)]
        return 0

    return run


def loop(port: int, folder: Path, feeds: int, what: str) -> Run:
    """What a script does: urllib and feedparser, one feed after the other, nothing stored but the ETags."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    import feedparser

    etags = folder / "etags.json"
    known: dict[str, str] = json.loads(etags.read_text()) if etags.exists() else {}

    def run() -> int:
        for number in range(feeds):
            url = f"http://127.0.0.1:{port}/{what + '/' if what else ''}{number}"
            headers = {"If-None-Match": known[url]} if url in known else {}
            try:
                with urlopen(Request(url, headers=headers)) as answer:
                    known[url] = answer.headers.get("ETag") or ""
                    assert len(feedparser.parse(answer.read()).entries) > 1
            except HTTPError as error:
                if error.code != 304:
                    raise
        etags.write_text(json.dumps({url: etag for url, etag in known.items() if etag}))
        return 0

    return run


def peak(process: str = "self") -> int:
    """The most memory that a process has had, in octets.

    Not as `getrusage` tells it: for Linux, a process that was forked and became another program has been as large as
    the one that it was forked from.
    """
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024


def main() -> None:
    side, port, folder, feeds, what = sys.argv[1:]
    sides = {"ours": ours, "floor": floor, "reader": reader, "loop": loop}
    run = sides[side](int(port), Path(folder), int(feeds), what.strip("-"))
    start, cpu = time.perf_counter(), time.process_time()
    largest = run()
    seconds = time.perf_counter() - start
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": time.process_time() - cpu + children.ru_utime + children.ru_stime,
                "parent": peak(),
                "child": largest,
                "parsers": sorted({"feedparser", "trafilatura", "lxml"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main()
