"""Rates: how fast mail may leave, as schedule.yaml says it."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from newsletter.model.shape import Checked, Words, file_shape, refuse

FASTEST = 100_000  # messages a second; nobody has seen more, so that whoever writes more has slipped


def _rate(value: float) -> float:
    if not 0 < value <= FASTEST:  # which no "nan" passes
        raise refuse(
            "is not a rate of messages a second", f"write a number above 0 and up to {FASTEST:,}, as 20 or 0.5"
        )
    return value


def _most(value: int) -> int:
    if value < 1:
        raise refuse("is no number of messages", "write how many may leave on that day, 1 or more")
    return value


PerSecond = Annotated[float, Checked(_rate)]
Most = Annotated[int, Checked(_most)]


@file_shape
class Rates:
    """How fast mail may leave at most. What is left out has no limit but the server's own."""

    per_second: PerSecond | None = None  # messages, over all connections
    domains: dict[Words, PerSecond] = field(default_factory=dict)  # messages a second to the readers at a domain
    warm_up: tuple[Most, ...] = ()  # messages on the first day on which anything is sent, on the second, ...; then all
