"""Where the time of sending goes: `python -m bench.deliver_profile [unsigned]`. Not a test, nor a figure to be kept.

CPU by function, of the ledger beside workers that are processes, and of workers that are threads of this one; the
profiler makes small functions look dearer than they are.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from bench.deliver import LANES
from bench.deliver_ours import run
from bench.deliver_ready import Running, Way, due_of, made_ready, new_key
from bench.deliver_sink import sink
from newsletter.actions.app import open_app
from newsletter.deliver.work import FEW

MANY, LINES = 6_000, 40


def main() -> None:
    signed = "unsigned" not in sys.argv[1:]
    with sink() as server:
        for count in (MANY, FEW - 1):
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                way = Way(server.port, LANES, signed)
                ready, _ = made_ready(Path(folder), count, new_key(), way)
                ready.anew(way)
                _profiled(ready.root, count)


def _profiled(root: Path, count: int) -> None:
    """Threads that others start are profiled each by itself, and added up."""
    app = open_app(root, clock=Running(due_of(root)))
    others: list[cProfile.Profile] = []
    ours = cProfile.Profile(time.thread_time)
    threading.setprofile(_beginning(others))
    try:
        ours.enable()
        took = run(app)
        ours.disable()
    finally:
        threading.setprofile(None)
    print(f"\n{count:,} messages, {1e3 * took['cpu'] / count:.2f} ms of CPU each; the ledger:")
    _told(ours)
    if count < FEW:
        print("the workers' threads:")
        _told(*others)


def _beginning(profiles: list[cProfile.Profile]) -> Any:
    def begin(_frame: FrameType, _event: str, _argument: object) -> None:
        sys.setprofile(None)
        profiles.append(cProfile.Profile(time.thread_time))
        profiles[-1].enable()

    return begin


def _told(*profiles: cProfile.Profile) -> None:
    for order in ("tottime", "cumulative"):
        pstats.Stats(*profiles).sort_stats(order).print_stats(LINES)


if __name__ == "__main__":
    main()
