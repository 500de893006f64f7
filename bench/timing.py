"""Taking time on a machine that does other work too: sides by turns, medians, each figure beside its peer."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Side = Callable[[], float]  # does its work once and gives the seconds one piece of it took


@dataclass(frozen=True, slots=True)
class Taken:
    """The seconds one side took over all rounds."""

    median: float
    quickest: float  # how fast it is when nothing else runs


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    ours: Taken
    peer: str
    theirs: Taken | None  # None when the peer is not there
    aim: str = ""
    met: bool | None = None  # in this run; None when nothing is aimed at

    @property
    def ratio(self) -> str:
        """Ours in terms of theirs: "6.5" is so many times theirs, "1/412" a fraction of it."""
        if self.theirs is None:
            return "-"
        times = self.ours.median / self.theirs.median
        return f"{times:.1f}" if times >= 1 else f"1/{1 / times:.{0 if times < 0.1 else 1}f}"


def by_turns(sides: Sequence[Side], rounds: int) -> list[Taken]:
    """What each side took. In every round each has one turn, so that other work slows all of them alike."""
    taken = [[side() for side in sides] for _ in range(rounds)]
    return [Taken(statistics.median(times), min(times)) for times in zip(*taken, strict=True)]


def clocked(work: Callable[[], object], times: int = 1) -> float:
    """Seconds that one of so many calls took."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


def process(*command: str) -> float:
    """Seconds from starting a program to its end. Raises `CalledProcessError` when it fails."""
    return clocked(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def table(figures: Sequence[Figure]) -> str:
    """The figures as text, a line each, under a line on the machine."""
    rows = [("", "quickest", "ours", "peer", "", "ours : peer", "aim", "this run")]
    for one in figures:
        quickest, ours = duration(one.ours.quickest), duration(one.ours.median)
        theirs = "-" if one.theirs is None else duration(one.theirs.median)
        verdict = "" if one.met is None else "met" if one.met else "missed"
        rows.append((one.what, quickest, ours, theirs, one.peer, one.ratio, one.aim, verdict))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    numbers = {1, 2, 3, 5}
    lines = [
        "  ".join(cell.rjust(width) if at in numbers else cell.ljust(width) for at, (cell, width) in enumerate(cells))
        for cells in (zip(row, widths, strict=True) for row in rows)
    ]
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}; medians of rounds in which sides take turns"
    return "\n".join([machine, "", *(line.rstrip() for line in lines)])


def duration(seconds: float) -> str:
    """Seconds in the unit that gives one to four digits before the point."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if abs(seconds) >= size:
            return f"{seconds / size:.{2 if seconds < 10 * size else 1}f} {unit}"
    return f"{seconds * 1e6:.1f} µs"
