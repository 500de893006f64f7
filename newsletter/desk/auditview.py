"""The audit log in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.audit_words import done
from newsletter.actions.page_audit import Verified
from newsletter.desk.moments import ago, cities_for, counted, dated
from newsletter.model.audit import Entry
from newsletter.publication.schedule import Schedule

_CLAIMED = re.compile(r"(\S+) \((.*)\)", re.DOTALL)  # see model/audit.claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An entry as a row of the table."""

    number: int
    when: str  # on the clock of whoever looks
    who: str  # the name they have in schedule.yaml
    how: str  # how it is known who it was
    act: str  # what they did, in words
    issue: str
    digest: str  # its first characters
    note: str


def audit_rows(entries: Iterable[Entry], schedule: Schedule, who: str) -> tuple[AuditRow, ...]:
    """The entries for this member."""
    city = cities_for(schedule, who)[0]
    names = {member.id: member.name for member in schedule.team}

    def row(entry: Entry) -> AuditRow:
        deed = entry.deed
        claimed = _CLAIMED.fullmatch(deed.who)
        name, how = (claimed[1], claimed[2]) if claimed else (deed.who, "")
        return AuditRow(
            number=entry.number,
            when=dated(deed.happened, city),
            who=names.get(name, name),
            how=how,
            act=done(deed.act),
            issue=str(deed.issue) if deed.issue else "",
            digest=(deed.digest or "")[:12],
            note=deed.note or "",
        )

    return tuple(map(row, entries))


def log_words(log: Verified | None, schedule: Schedule, now: datetime, who: str) -> str:
    """Whether the log is whole, and as of when."""
    if log is None:
        return "Nobody has looked yet whether the log is whole."
    when = f"{dated(log.at, cities_for(schedule, who)[0])} ({ago(now - log.at)})"
    if log.broken is not None:
        what = f"The log is not whole: entry {log.broken:,} was changed, or one before it is missing."
        return f"{what} Looked through {when}. Put the database beside its last backup, and see who could write to it."
    count = counted(log.deeds, "entry", "entries")
    return f"The log is whole: {count}, each bound to the one before it, looked through {when}."
