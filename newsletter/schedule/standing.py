"""How the system stands, for others of this machine to read: var/run.json."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildStanding:
    """One process that we have started, or keep running."""

    name: str  # "site", "desk", or a job's
    pid: int | None  # None: it has ended, and is started again in a while
    restarts: int  # since we began
    last_exit: int | None  # the status of the one before; less than 0: the signal that ended it


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole of it."""

    pid: int  # ours
    since: datetime  # UTC
    beat: datetime  # UTC: when we last knew that the clock runs
    children: tuple[ChildStanding, ...]
    mistake: str | None  # what schedule.yaml has wrong, while an older one stands
    status: str  # where /health, /ready and /metrics answer: "127.0.0.1:8081"


def file_of(root: Path) -> Path:
    """Where it stands below the publication's folder."""
    return root / "var" / "run.json"


def write(root: Path, standing: Standing) -> None:
    """Puts it there as a whole. A disk without room must not stop us: then the old one stays."""
    path = file_of(root)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(json.dumps(asdict(standing), default=_iso, indent=1) + "\n", "utf-8")
        half.replace(path)
    except OSError:
        with suppress(OSError):
            half.unlink()


def remove(root: Path) -> None:
    """Nothing runs any more."""
    with suppress(OSError):
        file_of(root).unlink()


def _iso(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()
