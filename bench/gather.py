"""What a thousand feeds cost, beside lemon24's `reader` and a plain feedparser loop: `python -m bench.gather`.

Each side runs in a process of its own against one server, by turns; time is taken in it, after its imports. `floor`
is aiohttp alone, asked to do what it must in our pass; with ten feeds that never answer it is the time until all others
are stored. Nothing here is a test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

FEEDS = 1000
ROUNDS = 3
SIDES = ("ours", "reader", "loop")


def main() -> None:
    feeds = int(sys.argv[1]) if len(sys.argv) > 1 else FEEDS
    with _server(feeds) as port, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        taken: dict[tuple[str, str], list[dict[str, float]]] = {}
        for turn in range(ROUNDS):
            for side in SIDES:
                mine = Path(folder) / f"{side}-{turn}"
                mine.mkdir()
                for step in ("cold", "all 304", "all 304 again"):
                    taken.setdefault((side, step.removesuffix(" again")), []).append(_run(side, port, mine, feeds, "-"))
            mine = Path(folder) / f"ours-{turn}"
            taken.setdefault(("floor", "all 304"), []).append(_run("floor", port, mine, feeds, "-"))
            taken.setdefault(("ours", "all 304, ten hang"), []).append(_run("ours", port, mine, feeds, "hang"))
            plain = Path(folder) / f"plain-{turn}"
            plain.mkdir()
            _run("ours", port, plain, feeds, "plain")
            taken.setdefault(("ours", "unchanged bodies"), []).append(_run("ours", port, plain, feeds, "plain"))
        print(_table(taken, feeds))


def _run(side: str, port: int, folder: Path, feeds: int, what: str) -> dict[str, float]:
    command = (sys.executable, "-m", "bench.gather_side", side, str(port), str(folder), str(feeds), what)
    compiled = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}  # once, as everybody's installed packages are
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=compiled)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def _server(feeds: int) -> Iterator[int]:
    command = (sys.executable, "-m", "bench.feedserver", str(feeds))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield int(server.stdout.readline())
        server.stdin.close()


def _table(taken: dict[tuple[str, str], list[dict[str, float]]], feeds: int) -> str:
    lines = [f"{'':<26}{'seconds':>9}{'feeds/s':>9}{'CPU s':>8}{'parent':>9}{'worker':>9}   ours quicker by"]
    middle = {key: median(run["seconds"] for run in runs) for key, runs in taken.items()}
    for (side, step), runs in taken.items():
        cpu, parent, child = (median(run[what] for run in runs) for what in ("cpu", "parent", "child"))
        seconds = middle[side, step]
        quicker = "" if side == "ours" else f"{seconds / middle['ours', step]:.1f}"
        lines.append(
            f"{step + ', ' + side:<26}{seconds:>9.2f}{feeds / seconds:>9.0f}{cpu:>8.2f}"
            f"{parent / 1e6:>6.0f} MB{child / 1e6:>6.0f} MB   {quicker}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
