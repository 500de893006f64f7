"""What the archive costs, beside Pelican, Eleventy and Hugo: `python -m bench.archive [ISSUES...]`. No test.

Without numbers: 500 and 2,000 issues of about 1,000 words, each with a picture of its own. Every tool makes the same
pages; what it made is looked at before its figures count. Search and cards are told apart, for every tool.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.archive_beside import drawn_cards, searchable
from bench.archive_idle import imported, unwritten
from bench.archive_sides import Eleventy, Ours, Tool, forget, missing, run, same_site, tools
from bench.archive_watching import Watching
from bench.archive_weeks import Week, Weeks
from bench.timing import Figure, Taken, by_turns, table

SIZES = (500, 2_000)
FULL_ROUNDS, ROUNDS = 3, 7
MEMORY = 96  # MB
AIMS = {  # how many times faster than it, by what is done
    "full build": {"Hugo": 1.0},
    "one new issue": {"Hugo": 10.0, "Eleventy": 20.0},
}
SAME = 1.25  # times as long one new issue may take in the largest archive as in the smallest


class Site:
    """The archive of one tool, which grows by an issue at a time."""

    whole = True  # it makes all pages that it should

    def __init__(self, tool: Tool, size: int, weeks: Weeks) -> None:
        self.tool, self.size = tool, size
        self._weeks = weeks
        self.issues: list[Week] = []
        self.peaks: dict[str, int] = {}  # octets, by what was done
        self.worked: dict[str, list[float]] = {}  # seconds of processor, by the same

    @property
    def name(self) -> str:
        return self.tool.name

    def grow(self) -> Week:
        """The next week's issue stands among the files."""
        week = self._weeks.week(len(self.issues) + 1)
        self.tool.add(week)
        self.issues.append(week)
        return week

    def full(self) -> float:
        forget(self.tool)
        return self._took("full build")

    def new(self) -> float:
        self.grow()
        return self._took("one new issue")

    def nothing(self) -> float:
        return self._took("nothing changed")

    def _took(self, what: str) -> float:
        used = run(self.tool)
        self.peaks[what] = max(self.peaks.get(what, 0), used.peak)
        self.worked.setdefault(what, []).append(used.working)
        return used.seconds


def main() -> None:
    sizes = sorted(int(word) for word in sys.argv[1:]) or SIZES
    for line in missing():
        print(f"{line}\n")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        weeks = Weeks(folder / "sample")
        sites = [Site(tool, size, weeks) for size in sizes for tool in tools(folder / str(size), weeks)]
        for site in sites:
            for _ in range(site.size):
                site.grow()
        told(measured(sites, "full build", [site.full for site in sites], FULL_ROUNDS))
        print(processor(sites, "full build"), flush=True)
        with ExitStack() as running:
            watching = [running.enter_context(one) for one in watchers(folder, sizes, weeks)]
            works = [*(site.new for site in sites), *(site.new for site in watching)]
            told(measured([*sites, *watching], "one new issue", works, ROUNDS))
            print(processor(sites, "one new issue"), flush=True)
            print(memory([*sites, *watching]), flush=True)
        told(measured(sites, "nothing changed", [site.nothing for site in sites], ROUNDS))
        print(f"{idle(sites)}\n", flush=True)
        told(searchable(sites))
        told(drawn_cards(weeks))


def told(figures: Iterator[Figure]) -> None:
    print(f"{table(tuple(figures))}\n", flush=True)


def watchers(folder: Path, sizes: Sequence[int], weeks: Weeks) -> Iterator[Watching]:
    """An Eleventy that stays, for each size; none where there is no Eleventy."""
    for size in sizes:
        for tool in tools(folder / f"{size}-watching", weeks):
            if isinstance(tool, Eleventy):
                yield Watching(tool, size, weeks)


def measured(
    sites: Sequence[Site | Watching], what: str, works: Sequence[Callable[[], float]], rounds: int
) -> Iterator[Figure]:
    """Ours of each size beside every peer of that size, and, where an issue is new, beside ours of the smallest."""
    taken = dict(zip(sites, by_turns(works, rounds), strict=True))
    for site in sites:
        if site.whole:
            same_site(site.tool, site.issues)
    ours = [site for site in sites if site.name == sites[0].name]
    for own in ours:
        for peer in sites:
            if peer.size == own.size and peer is not own:
                yield _beside(what, own.size, taken[own], peer.name, taken[peer])
    smallest, largest = ours[0], ours[-1]
    if what == "one new issue" and smallest is not largest:
        mine, theirs = taken[largest], taken[smallest]
        met = mine.median <= SAME * theirs.median
        yield Figure(f"  of {largest.size:,}", mine, f"  of {smallest.size:,}", theirs, f"within {SAME} times", met)


def _beside(what: str, size: int, ours: Taken, name: str, theirs: Taken) -> Figure:
    times = AIMS.get(what, {}).get(name)
    aim = "" if times is None else "faster" if times == 1 else f"{times:.0f} times faster"
    met = None if times is None else ours.median * times < theirs.median
    return Figure(f"{what}, {size:,} issues", ours, name, theirs, aim, met)


def processor(sites: Sequence[Site], what: str) -> str:
    """The seconds of processor that each took: where other programs run too, they say more than the clock."""
    lines = [f"Processor, {what}, in seconds: median, least"]
    for site in sites:
        worked = site.worked[what]
        lines.append(f"  {site.name}, {site.size:,} issues: {median(worked):.2f}, {min(worked):.2f}")
    return "\n".join((*lines, ""))


def memory(sites: Sequence[Site | Watching]) -> str:
    """The most that the largest process of each tool ever held."""
    lines = ["Memory at most, in MB"]
    for site in sites:
        told = ", ".join(f"{what} {peak / 1e6:.0f}" for what, peak in site.peaks.items())
        lines.append(f"  {site.name}, {site.size:,} issues: {told}")
    ours = max(max(site.peaks.values()) for site in sites if site.name == sites[0].name) / 1e6
    lines.append(f"  ours at most {MEMORY} MB: {'met' if ours <= MEMORY else 'missed'}, {ours:.0f}")
    return "\n".join(lines)


def idle(sites: Sequence[Site]) -> str:
    """What our command does where nothing changed."""
    lines = []
    for site in sites:
        if isinstance(site.tool, Ours):
            written, heavy = unwritten(site.tool), imported(site.tool)
            lines.append(
                f"nothing changed, {site.size:,} issues: {written or 'no'} files written, "
                f"imported of what is heavy: {', '.join(heavy) or 'nothing'}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
