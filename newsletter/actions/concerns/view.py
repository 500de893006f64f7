"""What a look is taken with: the publication at one moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.concerns.kinds import Kind, kind_of
from newsletter.actions.team_mail import day_and_time
from newsletter.deliver.alarms import about
from newsletter.model.alarm import Alarm
from newsletter.publication.calendar import in_cities
from newsletter.publication.schedule import City, Schedule
from newsletter.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The publication as it is looked at now."""

    app: App
    store: Store
    schedule: Schedule
    now: datetime  # UTC
    told: tuple[Alarm, ...]  # those that are unfinished

    def times(self, moment: datetime) -> str:
        """A moment on the clock of each city."""
        return in_each_city(moment, self.schedule.cities)

    def was(self, kind: Kind, thing: str) -> datetime | None:
        """Since when it stands among what people are told that this was wrong; None where it does not."""
        found = (one.since for one in self.told if kind_of(one.concern) is kind and about(one.concern) == thing)
        return max(found, default=None)


def in_each_city(moment: datetime, cities: Iterable[City]) -> str:
    """Fri 27 Nov 21:00 in Hong Kong (Fri 27 Nov 08:00 in New York)."""
    first, *others = (f"{day_and_time(local)} in {name}" for name, local in in_cities(moment, cities))
    return f"{first} ({', '.join(others)})" if others else first
