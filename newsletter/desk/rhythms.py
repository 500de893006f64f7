"""The rhythm of a source as a picture, drawn once an hour however often it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from newsletter.pictures import plots
from newsletter.pictures.plots import Plot
from newsletter.templating import SafeHtml


def rhythm(times: Sequence[datetime], name: str, zone: ZoneInfo, now: datetime, days: int) -> dict[str, object]:
    """What a page shows of it: the plot and its picture."""
    plot = _drawn(tuple(times), name, zone, now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1), days)
    return {"plot": plot, "picture": SafeHtml(plot.svg)}


@lru_cache(maxsize=2_000)
def _drawn(times: tuple[datetime, ...], name: str, zone: ZoneInfo, now: datetime, days: int) -> Plot:
    return plots.rhythm(times, name, zone, now, days)
