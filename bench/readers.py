"""What bringing a million readers in costs, beside reading their file: `python -m bench.readers`. No test."""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench.timing import Figure, Taken, by_turns, clocked, table
from newsletter.actions.app import open_app
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.init_publication import init_publication
from newsletter.store.engine import open_store

READERS = 1_000_000
ROUNDS = 3
AT_MOST = 15  # times the time of reading the file
MEGABYTES = 96

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
_FIRST = ("Ana", "Mei", "José", "Li", "Zoë", "Omar", "Priya", "Jan", "Eva", "张伟")
_LAST = ("Nováková", "Silva", "Chen", "O'Brien", "Müller", "Khan", "Rossi", "van Dijk")


def main() -> None:
    if sys.argv[1:2] == ["--once"]:
        print(json.dumps(once(Path(sys.argv[2]), Path(sys.argv[3]))))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else READERS
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "readers.csv"
        write(path, count)
        root = init_publication(Path(folder) / "publication")
        peaks: list[float] = []
        parts: dict[str, list[float]] = {"dry run": [], "writing": []}

        def ours() -> float:
            for old in (root / "var").glob("newsletter.db*"):
                old.unlink()
            told = json.loads(_once(root, path))
            peaks.append(told["megabytes"])
            for part, seconds in parts.items():
                seconds.append(told[part])
            return float(told["dry run"] + told["writing"])

        whole, peer = by_turns([ours, lambda: clocked(lambda: read(path))], ROUNDS)
        again = json.loads(_once(root, path))
    ratio = whole.median / peer.median
    words, reading = f"{count:,} readers brought in, with all checks", "reading the file with the csv module"
    figures = [Figure(words, whole, reading, peer, f"at most {AT_MOST}", ratio <= AT_MOST)]
    figures += [Figure(f"  of it: {part}", _taken(seconds), reading, peer) for part, seconds in parts.items()]
    figures.append(
        Figure("  the same file once more, which changes nothing", _taken([again["dry run"]]), reading, peer)
    )
    print(table(figures))
    verdict = "met" if max(peaks) <= MEGABYTES else "missed"
    print(f"\nmemory at its peak: {max(peaks):.0f} MB; aim: at most {MEGABYTES}: {verdict} in this run")


def once(root: Path, path: Path) -> dict[str, float]:
    """Seconds of the dry run and of the writing, and the megabytes that this process took at its peak."""
    app = open_app(root, clock=lambda: NOW)
    open_store(app.database).close()
    start = perf_counter()
    with dry_run(app, path, _quiet) as run:
        looked = perf_counter()
        if run.effect.new:
            import_subscribers(app, run, basis="a bench", who="bench", report=_quiet)
    end = perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3  # Linux counts in kilobytes
    return {"dry run": looked - start, "writing": end - looked, "megabytes": peak}


def _quiet(what: str, done: int, total: int) -> None:
    pass


def read(path: Path) -> int:
    """The peer: every row, as a list of texts, and nothing done with it."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file))


def write(path: Path, count: int) -> None:
    """So many readers as a mail service exports them; one row in five hundred is bad or repeats an address."""
    chance = random.Random(6)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Email Address", "Name", "Language", "Zone", "Tags", "Subscribed", "Source"))
        for number in range(count):
            rows.writerow(_row(number, chance))


def _row(number: int, chance: random.Random) -> tuple[str, ...]:
    who = number if number % 1_000 else number // 2
    at = "(at)" if number % 1_000 == 1 else "@"
    return (
        f"reader.{who * 7_919 % 9_999_991:07}{at}{('mail', 'post', 'letters')[who % 3]}.example.org",
        f"{chance.choice(_FIRST)} {chance.choice(_LAST)}",
        chance.choice(("en", "de", "zh-Hans", "")),
        chance.choice(("Europe/Prague", "Asia/Hong_Kong", "", "")),
        chance.choice(("weekly", "weekly,press", "")),
        f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:{number % 60:02}:07",
        "https://example.org/join",
    )


def _once(root: Path, path: Path) -> bytes:
    command = [sys.executable, "-m", "bench.readers", "--once", str(root), str(path)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def _taken(seconds: list[float]) -> Taken:
    return Taken(sorted(seconds)[len(seconds) // 2], min(seconds))


if __name__ == "__main__":
    main()
