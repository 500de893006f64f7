"""var/alarms.json: whom to tell, and what they were told, while schedule.yaml or the database is the trouble."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from newsletter.actions.alarm_ways import Ways
from newsletter.actions.app import App
from newsletter.model.alarm import Alarm, Concern, Way
from newsletter.model.tls import Tls
from newsletter.publication.running import AlarmMail, WebhookKind
from newsletter.publication.schedule import City

_SIZE = 16_384  # octets: it always has them, so that it can be written anew on a disk that is full


@dataclass(frozen=True, slots=True)
class Notes:
    """What is in the file."""

    ways: Ways | None = None  # as schedule.yaml last said; None: it has never been read
    alarms: tuple[Alarm, ...] = ()  # told while there was no database to keep them in


def read_notes(app: App) -> Notes:
    """What was noted; nothing where the file is not there, or cannot be read."""
    try:
        written = json.loads(_path(app).read_text("utf-8"))
        ways = None if written["ways"] is None else _as_ways(written["ways"])
        return Notes(ways, tuple(map(_as_alarm, written["alarms"])))
    except (OSError, ValueError, KeyError, TypeError):
        return Notes()


def write_notes(app: App, notes: Notes) -> str | None:
    """Puts them there, for the owner's eyes alone; the trouble in words where it cannot be done.

    The file is written in place: its room is there already. One that is torn by a power cut counts as not there.
    """
    text = json.dumps(
        {
            "ways": None if notes.ways is None else _ways(notes.ways),
            "alarms": [_alarm(alarm) for alarm in notes.alarms],
        }
    )
    path = _path(app)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("ascii").ljust(_SIZE - 1) + b"\n")
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}; what is told without a database is told again and again"
    return None


def read_beat(app: App) -> datetime | None:
    """When the heartbeat's address last answered, UTC; None: never, as far as is known."""
    try:
        found = datetime.fromisoformat(_beat_path(app).read_text("ascii").strip())
    except (OSError, ValueError):
        return None
    return found if found.tzinfo else None


def write_beat(app: App, now: datetime) -> None:
    """Notes it. On a full disk it is not noted, and asked for more often than need be."""
    with suppress(OSError):
        _beat_path(app).parent.mkdir(parents=True, exist_ok=True)
        _beat_path(app).write_text(f"{now.isoformat()}\n", "ascii")


def _path(app: App) -> Path:
    return app.root / "var" / "alarms.json"


def _beat_path(app: App) -> Path:
    return app.root / "var" / "heartbeat"


def _ways(ways: Ways) -> dict[str, Any]:
    mail = ways.mail
    return {
        "publication": ways.publication,
        "sender": ways.sender,
        "reply_to": ways.reply_to,
        "people": ways.people,
        "cities": [[city.name, city.zone] for city in ways.cities],
        "mail": mail and [mail.host, mail.port, mail.tls.value, mail.user, mail.sender],
        "webhook": ways.webhook and ways.webhook.value,
    }


def _as_ways(written: dict[str, Any]) -> Ways:
    name, address = written["sender"]
    mail = None
    if written["mail"] is not None:
        host, port, tls, user, sender = written["mail"]
        mail = AlarmMail(host=host, port=port, tls=Tls(tls), user=user, sender=sender)
    return Ways(
        publication=written["publication"],
        sender=(name, address),
        reply_to=written["reply_to"],
        people=tuple(written["people"]),
        cities=tuple(City(name=city, zone=zone) for city, zone in written["cities"]),
        mail=mail,
        webhook=written["webhook"] and WebhookKind(written["webhook"]),
    )


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "key": alarm.concern.key,
        "subject": alarm.concern.subject,
        "text": alarm.concern.text,
        "since": alarm.since.isoformat(),
        "told": {way.value: when.isoformat() for way, when in alarm.told},
        "trouble": alarm.trouble,
    }


def _as_alarm(written: dict[str, Any]) -> Alarm:
    return Alarm(
        number=0,
        concern=Concern(key=written["key"], subject=written["subject"], text=written["text"]),
        since=datetime.fromisoformat(written["since"]),
        told=tuple((Way(name), datetime.fromisoformat(when)) for name, when in written["told"].items()),
        trouble=written["trouble"],
    )
