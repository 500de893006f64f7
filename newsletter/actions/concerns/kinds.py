"""The kinds of concerns. docs/alarms.md has a section for each, with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from newsletter.model.alarm import Concern

_ADDRESS = re.compile(r"[^\s<>\"(),;:=]+@[^\s<>\"'(),;:]+")  # in a mail server's words


class Kind(Enum):
    """What can be wrong. The value stands at the beginning of the concern's key, and as a heading in docs/alarms.md."""

    DATABASE = "database"  # it cannot be read or written
    SCHEDULE = "schedule"  # schedule.yaml cannot be read
    WATCH = "watch"  # a part of it is broken
    COPY = "copy"  # another installation sends
    CLOCK_LATE = "clock-late"  # what was due is not run
    DUE_NOT_APPROVED = "due-not-approved"
    NOT_BEGUN = "not-begun"  # approved and due, and no mail leaves
    MISSED = "missed"  # it was too late, nothing was sent
    PAUSED_PROVIDER = "paused-provider"
    PAUSED_UNREACHABLE = "paused-unreachable"
    PAUSED_DISK = "paused-disk"
    PAUSED_EXPIRED = "paused-expired"
    PAUSED_PERSON = "paused-person"
    STUCK = "stuck"  # being sent, and nothing moves
    INCOMPLETE = "incomplete"  # begun, out of time, and nobody goes on with it
    UNRESOLVED = "unresolved"  # somebody has to decide on copies
    NOT_APPROVED = "not-approved"  # the approval deadline has passed
    JOB_FAILED = "job-failed"
    JOB_MISSED = "job-missed"
    SITE = "site"  # its process ends again and again
    NOTICES = "notices"  # they wait or fail
    COMPLAINTS = "complaints"
    BOUNCES = "bounces"
    DISK = "disk"  # little room is left
    BACKUP = "backup"  # the newest is old


# While one of these lasts the heartbeat stays away: clock or sending is stuck, and whoever waits for it shall hear.
STALLING = frozenset(
    {
        Kind.DATABASE,
        Kind.CLOCK_LATE,
        Kind.NOT_BEGUN,
        Kind.PAUSED_PROVIDER,
        Kind.PAUSED_UNREACHABLE,
        Kind.PAUSED_DISK,
        Kind.STUCK,
        Kind.INCOMPLETE,
    }
)

# Facts: said once, neither again while they last nor when they are over.
ONCE = frozenset({Kind.MISSED, Kind.PAUSED_PERSON, Kind.JOB_MISSED, Kind.COMPLAINTS, Kind.BOUNCES})


def concern(kind: Kind, thing: str, subject: str, what: Iterable[str], todo: Iterable[str]) -> Concern:
    """A concern in the form they all have: what is so, then what can be done, each a line, then where more stands.

    `thing` is what it is about, "" where the kind says it all. A mail server's words may name a reader: no address
    gets through.
    """
    lines = [*what, "", "What can be done:", *(f"- {one}" for one in todo), "", f"More: docs/alarms.md, {kind.value}"]
    return Concern(
        key=f"{kind.value} {thing}".rstrip(),
        subject=without_addresses(subject),
        text="".join(f"{without_addresses(line)}\n" for line in lines),
    )


def kind_of(concern: Concern) -> Kind | None:
    """The kind; None for one of another version of the program."""
    return next((kind for kind in Kind if kind.value == concern.key.partition(" ")[0]), None)


def is_said_once(concern: Concern) -> bool:
    """Whether it is told once, neither again nor when it is over."""
    return kind_of(concern) in ONCE


def without_addresses(words: str) -> str:
    """The words on one line, with "(an address)" where a mail address stood."""
    return _ADDRESS.sub("(an address)", " ".join(words.split()))
