"""List alarms: what is wrong now, what people were told of it and how, and what was over last."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.alarm_ways import Ways, ways_of
from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.look_out import seen
from newsletter.actions.way_out import read_schedule
from newsletter.model import secrets
from newsletter.model.alarm import Alarm, Concern
from newsletter.store import alarms


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmList:
    """How it stands."""

    lasting: tuple[Alarm, ...]  # told, or to be told, and still so; the oldest first
    unseen: tuple[Concern, ...]  # wrong now, and nobody has been told: the watch has not come by yet, or does not run
    ended: tuple[Alarm, ...]  # the latest first
    ways: Ways
    heartbeat: bool  # HEARTBEAT_URL is set


def list_alarms(app: App, last: int) -> AlarmList:
    """What is wrong now, and the `last` alarms that are over. Changes nothing, and tells nobody.

    Raises `ContentError` for schedule.yaml, `NotAtHome`, `StoreError`.
    """
    schedule = read_schedule(app)
    with home_store(app, "alarms are kept") as store:
        found = seen(app, store, schedule)
        lasting = alarms.lasting(store)
        known = {alarm.concern.key for alarm in lasting}
        return AlarmList(
            lasting=lasting,
            unseen=tuple(one for one in found.concerns if one.key not in known),
            ended=alarms.ended(store, last),
            ways=ways_of(schedule),
            heartbeat=bool(app.secrets.get(secrets.HEARTBEAT_URL)),
        )
