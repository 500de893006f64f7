"""One side gathers once, in a process of its own: `python -m bench.gather_side SIDE PORT FOLDER FEEDS WHAT`.

Prints seconds and CPU seconds, taken after the imports, and the peak memory of the process and of its largest child.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


def ours(port: int, folder: Path, feeds: int, what: str) -> Callable[[], object]:
    """The whole of our round: guard, limits, sanitising, identity, originals, the database."""
    from newsletter.fetch.answer import Limits
    from newsletter.fetch.client import Fetcher
    from newsletter.fetch.guard import Guard
    from newsletter.gather.parsing import Parsers
    from newsletter.gather.round import Round, due_of
    from newsletter.model.source import RightsPolicy, Source, SourceKind
    from newsletter.publication.folder import Folder
    from newsletter.store.engine import open_store

    hosts = {f"feed-{number}.test": f"/{what}/{number}" if what else f"/{number}" for number in range(feeds)}
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

    async def lookup(_host: str, _port: int, _family: int) -> tuple[str, ...]:
        return ("127.0.0.1",)

    passes = len(list(folder.glob("pass-*")))
    (folder / f"pass-{passes}").touch()
    now = NOW + timedelta(days=passes)
    database = f"sqlite:///{folder / 'newsletter.db'}"
    open_store(database).close()

    def run() -> None:
        with open_store(database) as store:
            due = tuple(due_of(sources, store, now, regardless=True))
            fetching = Fetcher(Guard(frozenset(hosts)), Limits(), "bench", now, lookup=lookup)
            with fetching as fetcher, Parsers(os.cpu_count() or 1) as parsers:
                outcomes = Round(store, Folder(folder), fetcher, parsers, {}, now).gather(due)
        assert len(outcomes) == feeds
        assert not [outcome for outcome in outcomes if outcome.failure]

    return run


def reader(port: int, folder: Path, feeds: int, what: str) -> Callable[[], object]:
    """lemon24's reader, with as many threads as serve it best here."""
    import feedparser_sgmllib
    from reader import make_reader

    # Its copy of feedparser wants a module of Python 2, which feedparser of today brings along under another name.
    sys.modules.setdefault("sgmllib", feedparser_sgmllib)
    made = make_reader(str(folder / "reader.sqlite"))
    for number in range(feeds):
        made.add_feed(f"http://127.0.0.1:{port}/{what + '/' if what else ''}{number}", exist_ok=True)

    def run() -> None:
        updated = list(made.update_feeds_iter(scheduled=False, workers=10))
        assert len(updated) == feeds
        assert not [one for one in updated if isinstance(one.value, Exception)]

    return run


def loop(port: int, folder: Path, feeds: int, what: str) -> Callable[[], object]:
    """What a script does: urllib and feedparser, one feed after the other, nothing stored but the ETags."""
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    import feedparser

    etags = folder / "etags.json"
    known: dict[str, str] = json.loads(etags.read_text()) if etags.exists() else {}

    def run() -> None:
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

    return run


def main() -> None:
    side, port, folder, feeds, what = sys.argv[1:]
    run = {"ours": ours, "reader": reader, "loop": loop}[side](int(port), Path(folder), int(feeds), what.strip("-"))
    start, cpu = time.perf_counter(), time.process_time()
    run()
    seconds = time.perf_counter() - start
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": time.process_time() - cpu + children.ru_utime + children.ru_stime,
                "parent": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "child": children.ru_maxrss * 1024,
                "parsers": sorted({"feedparser", "trafilatura", "lxml"} & set(sys.modules)),
            }
        )
    )


if __name__ == "__main__":
    main()
