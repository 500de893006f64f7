"""How moments are told: on whose clock, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Telling:
    """Words for moments; all take any aware time."""

    day: Callable[[datetime], str]
    minute: Callable[[datetime], str]


# For a terminal and for logs: 2026-11-26, 2026-11-26 10:00 UTC.
IN_UTC = Telling(
    day=lambda at: f"{at.astimezone(UTC):%Y-%m-%d}", minute=lambda at: f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
)
