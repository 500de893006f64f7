"""Sources: how each is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App, read_publication
from newsletter.gather import health
from newsletter.gather.health import Health
from newsletter.gather.local import address_of
from newsletter.gather.politeness import afresh
from newsletter.model.source import Source, SourceId, SourceState
from newsletter.publication.folder import Folder
from newsletter.store import items, sources
from newsletter.store.engine import open_store

ARRIVALS = 20  # of each source, from which its rhythm is told


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source, what is known of it, and how it is doing."""

    source: Source
    state: SourceState | None  # None: never asked
    health: Health
    newest: datetime | None  # when its newest item came out, as far as that is known


def list_sources(app: App) -> tuple[SourceReport, ...]:
    """Every source of sources.yaml, in its order. Changes nothing."""
    publication = read_publication(app, Folder(app.root))
    with open_store(app.database) as store:
        states = sources.states(store)
        arrivals = items.recent_arrivals(store, ARRIVALS)
    return tuple(_report(source, states, arrivals, app.clock()) for source in publication.sources)


def _report(
    source: Source,
    states: dict[SourceId, SourceState],
    arrivals: dict[SourceId, tuple[datetime, ...]],
    now: datetime,
) -> SourceReport:
    key = SourceId(source.id)
    state = afresh(states[key], address_of(source)) if key in states else None
    times = arrivals.get(key, ())
    told = health.health_of(state, times, now, paused=source.paused)
    return SourceReport(source, state, told, max(times, default=None))
