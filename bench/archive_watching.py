"""Eleventy as a process that stays and watches its files: the one way in which it builds a part of a site.

Its other one, `--incremental=FILE` for a process that ends, stops in version 3.1.8 before it has written anything. What
the watching one makes is not the whole: the page of the issue before gets no link to the new one.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType

from bench.archive_sides import Eleventy
from bench.archive_weeks import Weeks

_GLANCE, _PATIENCE = 0.01, 300  # seconds
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class Watching:
    """One long-lived Eleventy, from its first full build on."""

    name = "Eleventy, watching"
    whole = False

    def __init__(self, tool: Eleventy, size: int, weeks: Weeks) -> None:
        self.tool, self.size = tool, size
        self.issues = [weeks.week(number) for number in range(1, size + 1)]
        for week in self.issues:
            tool.add(week)
        self.peaks: dict[str, int] = {}
        self._weeks = weeks
        self._log = tool.output.parent / "builds"

    def __enter__(self) -> Watching:
        self._process = subprocess.Popen(
            [*self.tool.command(), "--watch", "--incremental"],
            cwd=self._log.parent,
            env={**os.environ, "BUILDS": str(self._log)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._after_builds(0)
        sleep(2)  # it begins to watch after its first build, and says so to nobody
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()

    def new(self) -> float:
        """The seconds that the build for one new page took it, once it had noticed the page."""
        week = self._weeks.week(len(self.issues) + 1)
        self.issues.append(week)
        before = self._built()
        self.tool.add_picture(week)
        self._after_builds(before)
        before = self._built()
        self.tool.add_page(week)
        took = self._after_builds(before)
        status = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        self.peaks["one new issue"] = max(int(found[1]) * 1024 for found in _PEAK.finditer(status))
        return took

    def _built(self) -> int:
        return len(self._lines())

    def _after_builds(self, count: int) -> float:
        """Waits for one more build than so many, and returns the seconds it took."""
        until = monotonic() + _PATIENCE
        while self._built() <= count:
            if monotonic() > until or self._process.poll() is not None:
                raise RuntimeError(f"{self.name} did not build within {_PATIENCE} seconds")
            sleep(_GLANCE)
        return float(self._lines()[-1]) / 1000

    def _lines(self) -> list[str]:
        return self._log.read_text("ascii").splitlines() if self._log.exists() else []
