"""`jobs`, `alarms` and `backup` of schedule.yaml: what runs by itself, who is told, and where copies are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from enum import Enum

from newsletter.model.job import Job
from newsletter.model.shape import ClockTime, EmailAddress, Slug, Weekday, Words, ZoneName, file_shape, nearest, shown
from newsletter.model.tls import Tls
from newsletter.publication.yamlfile import Written


@file_shape
class Daily:
    """A wall time of every day."""

    at: ClockTime
    zone: ZoneName | None = None  # None: where issues are sent


@file_shape
class Weekly:
    """A wall time of every week."""

    day: Weekday
    at: ClockTime
    zone: ZoneName | None = None  # None: where issues are sent


@file_shape
class Jobs:
    """When jobs are due that do not follow from the calendar alone."""

    gather_minutes: int = 60  # so often those sources are asked that are due
    bounces_minutes: int = 15
    archive_minutes: int = 60
    remind_hours: tuple[int, ...] = (24, 4)  # before the cut-off, and before the approval deadline
    links_hours: tuple[int, ...] = (12, 1)  # before an issue goes out
    tidy: Daily = Daily(at=time(4, 10))
    backup: Daily = Daily(at=time(4, 40))
    report: Weekly = Weekly(day=0, at=time(9))
    off: tuple[Slug, ...] = ()  # names of jobs that do not run by themselves


class WebhookKind(Enum):
    """What stands behind the address in ALARM_WEBHOOK."""

    SLACK = "slack"
    TEAMS = "teams"
    NTFY = "ntfy"
    JSON = "json"


@file_shape
class AlarmMail:
    """A second mail server, for the day when the first one is the trouble. Its password is ALARM_SMTP_PASSWORD."""

    host: Words
    port: int | None = None  # else 587, 465 for implicit TLS, 25 without TLS
    tls: Tls = Tls.STARTTLS
    user: Words | None = None
    sender: EmailAddress | None = None  # else the publication's


@file_shape
class Alarms:
    """Who is told when something needs a person, and how. Addresses that are secrets stand in the environment."""

    to: tuple[Slug, ...] = ()  # ids of the team; none: its operators
    mail: AlarmMail | None = None
    webhook: WebhookKind | None = None  # its address is ALARM_WEBHOOK
    heartbeat_minutes: int = 5  # so often HEARTBEAT_URL is asked for, while all is well
    repeat_hours: int = 4  # what lasts is told again


@file_shape
class Backup:
    """Where backups are kept."""

    folder: Words = "var/backups"  # below the publication's folder, or a whole path: better on another disk
    keep: int = 14  # the newest


_LEAST = {"gather_minutes": 5, "bounces_minutes": 1, "archive_minutes": 5}
_MOST = {"gather_minutes": 1_440, "bounces_minutes": 1_440, "archive_minutes": 1_440}
_HOURS = 96  # before a deadline


def running_mistakes(
    jobs: Jobs, alarms: Alarms, backup: Backup, ids: list[str], written: Written
) -> Iterator[tuple[int, str, str]]:
    """What each key allows and the whole does not. `ids` are those of the team."""
    for key, least in _LEAST.items():
        if not least <= (value := getattr(jobs, key)) <= _MOST[key]:
            yield written.line(("jobs", key)), f"`{key}` is {value}", f"write {least} to {_MOST[key]:,}"
    for key in ("remind_hours", "links_hours"):
        for at, hours in enumerate(getattr(jobs, key)):
            if not 1 <= hours <= _HOURS:
                yield (
                    written.line(("jobs", key, at)),
                    f"{hours} hours before it is no time for this",
                    f"write 1 to {_HOURS}",
                )
    names = [job.value for job in Job]
    for at, name in enumerate(jobs.off):
        if name not in names:
            near = nearest(name, names)
            todo = f"did you mean '{near}'?" if near else f"the jobs are {', '.join(names)}"
            yield written.line(("jobs", "off", at)), f"there is no job '{shown(name)}'", todo
    for at, who in enumerate(alarms.to):
        if who not in ids:
            near = nearest(who, ids)
            todo = f"did you mean '{near}'?" if near else "write the id of one of the team above"
            yield written.line(("alarms", "to", at)), f"no one of the team has the id '{shown(who)}'", todo
    if alarms.mail is not None and not re.fullmatch(r"[A-Za-z0-9_.:-]+", alarms.mail.host):
        what = f"'{shown(alarms.mail.host)}' is not the name of a host"
        yield (
            written.line(("alarms", "mail", "host")),
            what,
            "write it as mail.example.org, without port; that goes into `port`",
        )
    for key, least, most in (("heartbeat_minutes", 1, 60), ("repeat_hours", 1, 168)):
        if not least <= (value := getattr(alarms, key)) <= most:
            yield written.line(("alarms", key)), f"`{key}` is {value}", f"write {least} to {most}"
    if not 1 <= backup.keep <= 1_000:
        yield written.line(("backup", "keep")), f"`keep` is {backup.keep}", "write 1 to 1,000"
