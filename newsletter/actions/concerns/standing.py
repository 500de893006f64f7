"""How the running system stands, as it says itself in var/run.json: that it runs, and how its processes do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.actions.app import App


@dataclass(frozen=True, slots=True)
class Child:
    """One process that is kept running."""

    name: str
    is_there: bool  # False: it has ended, and is started again in a while
    restarts: int
    last_exit: int | None  # the status of the one before; less than 0: the signal that ended it

    @property
    def how(self) -> str:
        """How the one before has ended."""
        if self.last_exit is None:
            return "somehow"
        return f"with status {self.last_exit}" if self.last_exit >= 0 else f"by signal {-self.last_exit}"


@dataclass(frozen=True, slots=True)
class Standing:
    """The whole of it."""

    since: datetime  # UTC: when it was started
    children: tuple[Child, ...]

    def child(self, name: str) -> Child | None:
        """The process of this name, or None."""
        return next((child for child in self.children if child.name == name), None)


def read_standing(app: App) -> Standing | None:
    """What stands there; None where nothing runs, or nothing that can be read was written."""
    try:
        written = json.loads((app.root / "var" / "run.json").read_text("utf-8"))
        since = datetime.fromisoformat(written["since"])
        return Standing(since, tuple(map(_child, written["children"]))) if since.tzinfo else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _child(written: dict[str, Any]) -> Child:
    last = written["last_exit"]
    return Child(
        str(written["name"]), written["pid"] is not None, int(written["restarts"]), None if last is None else int(last)
    )
