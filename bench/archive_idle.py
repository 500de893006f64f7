"""What our command does where nothing has changed: what it writes, and which heavy libraries it imports for that."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.archive_sides import Ours, used_by

HEAVY = ("jinja2", "pydantic", "ruamel", "sqlalchemy", "PIL", "markdown", "mjml", "aiohttp", "babel")

_IMPORTED = re.compile(r"^import time:.*\| +([\w.]+)$", re.MULTILINE)


def unwritten(tool: Ours) -> int:
    """How many files of its output are others after one more build, search and all."""
    used_by(tool.with_search(), tool.output.parent)
    before = _signatures(tool.output)
    used_by(tool.with_search(), tool.output.parent)
    return len(before.items() ^ _signatures(tool.output).items())


def imported(tool: Ours) -> tuple[str, ...]:
    """The heavy libraries among what it imports where nothing has changed since the last build."""
    program, *arguments = tool.with_search()
    told = subprocess.run(
        [sys.executable, "-X", "importtime", program, *arguments], check=True, capture_output=True, text=True
    )
    packages = {name.partition(".")[0] for name in _IMPORTED.findall(told.stderr)}
    return tuple(name for name in HEAVY if name in packages)


def _signatures(folder: Path) -> Mapping[Path, tuple[int, int]]:
    files = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {path: (found.st_ino, found.st_mtime_ns) for path, found in files}
