"""Growth: how the number of readers went over the years, as a plot."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from newsletter.actions.app import App
from newsletter.actions.readers import readers_store
from newsletter.pictures.plots import Change, Plot
from newsletter.pictures.plots import growth as drawn
from newsletter.store.growth import growth


def show_growth(app: App, zone: ZoneInfo) -> Plot:
    """Who came and who went, on the clock of this zone, up to now. Raises `NotAtHome`."""
    with readers_store(app) as readers:
        found = growth(readers.store)
    joined, left = ([Change(at, count) for at, count in some] for some in (found.joined, found.left))
    before = found.now - sum(one.count for one in joined) + sum(one.count for one in left)
    return drawn(joined, left, zone, app.clock(), max(0, before))
