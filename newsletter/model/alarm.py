"""An alarm: something that a person has to look at, told by every way there is until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Way(Enum):
    """How an alarm reaches people."""

    NOTICE = "notice"  # a mail by the server that sends the issues
    MAIL = "mail"  # a mail by a second server
    WEBHOOK = "webhook"  # Slack, Teams, ntfy or any program


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """What is wrong at this moment, as the watch finds it."""

    key: str  # what tells it from others, the same for as long as it lasts: "mailing 2026-11-27 paused"
    subject: str  # one line
    text: str  # what, since when, and what can be done, in whole sentences; lines end in a line feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A concern that was told, or is to be."""

    number: int  # from 1; 0 before it is kept
    concern: Concern
    since: datetime  # UTC
    told: tuple[tuple[Way, datetime], ...] = ()  # the last time by each way, UTC
    trouble: str | None = None  # why a way has failed, in words
    ended: datetime | None = None  # UTC
    end_told: bool = False
