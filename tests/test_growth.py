"""How the number of readers went: who came and who left, hour by hour, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.show_growth import show_growth
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.model.subscriber import Reason
from newsletter.store.engine import open_store
from newsletter.store.growth import growth
from tests.living import Clock
from tests.postgres import KINDS, fresh_database


@pytest.fixture(params=KINDS)
def app(request: pytest.FixtureRequest, publication: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    with fresh_database(request.param, publication) as address:
        monkeypatch.setenv("DATABASE_URL", address)
        yield open_app(publication, Clock(datetime(2026, 11, 2, 9, 30, tzinfo=UTC)))


def test_who_came_and_who_left_is_counted_once(app: App) -> None:
    """An import of three, of whom one leaves a week later, and complains as well: 3 came, 1 is gone, 2 are there."""
    clock = app.clock
    assert isinstance(clock, Clock)
    path = app.root.parent / "readers.csv"
    path.write_text("Email\nana@example.org\nbo@example.org\ncy@example.org\n", "utf-8")
    with dry_run(app, path, lambda *_: None) as run:
        import_subscribers(app, run, basis="a test", who="daniel", report=lambda *_: None)
    clock.forward(days=7, minutes=3)
    for reason in (Reason.OPT_OUT, Reason.COMPLAINT):
        suppress_reader(app, "bo@example.org", reason, who="a test")
    with open_store(app.database) as store:
        found = growth(store)
    assert found.joined == ((datetime(2026, 11, 2, 9, tzinfo=UTC), 3),)
    assert found.left == ((datetime(2026, 11, 9, 9, tzinfo=UTC), 1),)
    assert found.now == 2
    plot = show_growth(app, ZoneInfo("Asia/Hong_Kong"))
    assert plot.description.startswith("2 readers now, 0 before")
