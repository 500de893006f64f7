"""Probes of the alarms: whether anybody would be told, and by how many ways."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.actions.app import App
from newsletter.actions.probing import ok, told
from newsletter.model import secrets
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Role, Schedule
from newsletter.publication.sending import TransportName


def look_at_alarms(app: App, schedule: Schedule) -> Iterator[Symptom]:
    """How alarms reach people. One way is none on the day on which it is the trouble."""
    alarms, known = schedule.alarms, app.secrets
    if not alarms.to and not any(Role.OPERATOR in one.roles for one in schedule.team):
        whom = f"all {len(schedule.team)} of the team" if schedule.team else "whoever gets the readers' answers"
        what = f"nobody is named for alarms, so they go to {whom}"
        yield told(Check.ALARMS, Level.WARN, what, "name people as `alarms: to:`, or give somebody the role operator")
    ways = ["the mail server that sends the issues"] if schedule.sending.transport is TransportName.SMTP else []
    if alarms.mail is not None and alarms.mail.host == schedule.sending.host:
        what = f"{alarms.mail.host} sends the issues and the alarms as well, so it cannot tell of its own trouble"
        yield told(Check.ALARMS, Level.WARN, what, "name the server of another provider as `alarms: mail: host:`")
    elif alarms.mail is not None:
        ways.append(f"the mail server {alarms.mail.host}")
    if alarms.webhook is not None:
        if known.get(secrets.ALARM_WEBHOOK):
            ways.append(f"a webhook ({alarms.webhook.value})")
        else:
            what = f"alarms are to go to {alarms.webhook.value}, and its address is not known"
            yield told(Check.ALARMS, Level.FAIL, what, f"set {secrets.ALARM_WEBHOOK} in the environment or in .env")
    yield _ways(ways)
    if not known.get(secrets.HEARTBEAT_URL):
        what = "nobody outside would notice if this whole machine stood still"
        todo = f"set {secrets.HEARTBEAT_URL} to an address of a service that alarms when it is not asked for"
        yield told(Check.ALARMS, Level.NOTE, what, todo)


def _ways(ways: list[str]) -> Symptom:
    todo = "add `alarms: mail:` or `alarms: webhook:` to schedule.yaml, then `newsletter alarms --try`"
    if not ways:
        return told(Check.ALARMS, Level.WARN, "no alarm reaches anybody: there is no way for it", todo)
    if len(ways) == 1:
        what = f"alarms go by one way alone, {ways[0]}; if that is the trouble, nobody learns of it"
        return told(Check.ALARMS, Level.WARN, what, todo)
    return ok(Check.ALARMS, f"alarms go by {', '.join(ways[:-1])} and {ways[-1]}")
