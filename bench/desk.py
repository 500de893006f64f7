"""What a page of the desk takes, from its request to its last octet: `python -m bench.desk`. No test.

On a publication with 20,000 items, 500 issues and 100,000 readers, whose coming issue waits to be sent. Each page is
asked for by turns with all others, over one connection that stays, by a browser that is signed in. /health beside them
is what the server itself takes. `python -m bench.desk 2000 50 10000` takes other numbers.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter

from bench.desk_ground import Ground, half_sent, made
from bench.timing import duration
from newsletter.actions import sessions
from newsletter.desk.application import application
from newsletter.desk.office import Office
from newsletter.model.session import Visit
from newsletter.serving.listening import listening, port_of
from newsletter.serving.server import local_names, server_of
from newsletter.store.engine import staying_open

ITEMS, ISSUES, READERS = 20_000, 500, 100_000
ROUNDS = 40
AT_MOST = 0.100  # seconds, at the median
WHO = "daniel"  # holds every role


def main() -> None:
    counts = [int(word) for word in sys.argv[1:4]] or [ITEMS, ISSUES, READERS]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ground = made(Path(folder), *counts)
        print(f"{counts[0]:,} items, {counts[1]:,} issues, {counts[2]:,} readers; {ROUNDS} rounds, after a first one")
        with served(ground) as browser:
            print(table(browser, pages(ground)))
            half_sent(ground)
            delivery = f"/issues/{ground.issue}/delivery"
            print("\nThe same while the issue is being sent, half of it gone:")
            print(table(browser, ("/", delivery, f"{delivery}/progress", "/audit")))


def pages(ground: Ground) -> tuple[str, ...]:
    """An address of every page there is to see."""
    issue, section = ground.issue, f"/issues/{ground.issue}/sections/opening"
    return (
        "/health",
        "/",
        "/triage",
        "/triage?q=ship",
        f"/triage/{ground.item}",
        "/triage/figures",
        f"/issues/{issue}",
        section,
        f"{section}/findings",
        f"/issues/{issue}/frames/phone",
        f"/issues/{issue}/changes",
        f"/issues/{issue}/approve",
        f"/issues/{issue}/test",
        f"/issues/{issue}/delivery",
        f"/issues/{issue}/delivery/unknown",
        f"/issues/{issue}/kept",
        "/issues",
        "/issues?q=ship",
        f"/issues/{ground.sent}",
        "/readers",
        f"/readers/story?address={ground.reader}",
        "/readers/import",
        "/answers",
        "/sources",
        f"/sources/{ground.source}",
        "/people",
        "/names",
        "/jobs",
        "/calendar",
        "/audit",
        "/account",
        "/team",
    )


class Browser:
    """One connection that is signed in."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"Host": f"127.0.0.1:{port}", "Cookie": f"session={cookie}"}

    def get(self, path: str) -> tuple[float, int, int]:
        """Seconds, status and octets of a page."""
        start = perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        octets = len(answer.read())
        return perf_counter() - start, answer.status, octets


@contextmanager
def served(ground: Ground) -> Iterator[Browser]:
    """The desk of this publication, in a thread of this process."""
    secret = sessions.begin(ground.app, WHO, Visit("the bench", "127.0.0.0/24"), "password")
    listener = listening("127.0.0.1", 0)
    office = Office(ground.app)
    server = server_of(application(office, local_names(listener)))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    serving.start()
    try:
        with staying_open(perf_counter):
            yield Browser(port_of(listener), secret)
    finally:
        server.should_exit = True
        serving.join()
        office.close()


def table(browser: Browser, paths: tuple[str, ...]) -> str:
    """A line a page: the first time, then median, 95th and 99th of a hundred, and whether the aim is met."""
    first = {path: browser.get(path) for path in paths}
    taken: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(ROUNDS):
        for path in paths:
            taken[path].append(browser.get(path)[0])
    rows: list[tuple[str, ...]] = [
        ("page", "status", "kB", "first", "median", "p95", "p99", f"under {AT_MOST * 1000:.0f} ms")
    ]
    for path, times in taken.items():
        seconds, status, octets = first[path]
        middle, cuts = statistics.median(times), statistics.quantiles(times, n=100, method="inclusive")
        met = "met" if middle < AT_MOST else "missed"
        figures = (duration(one) for one in (seconds, middle, cuts[94], cuts[98]))
        rows.append((path, str(status), f"{octets / 1000:.1f}", *figures, met if status == 200 else "-"))
    widths = [max(len(row[at]) for row in rows) for at in range(8)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < at < 7 else cell.ljust(width) for at, (cell, width) in enumerate(cells)
        ).rstrip()
        for cells in (zip(row, widths, strict=True) for row in rows)
    )


if __name__ == "__main__":
    main()
