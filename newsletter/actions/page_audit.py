"""A page of the audit log: who did what, the newest first; and whether the log is as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.audit import Entry
from newsletter.model.issue import IssueId
from newsletter.store import audit


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some of the log."""

    entries: tuple[Entry, ...]  # the newest first
    before: int | None  # the next page has the entries with lower numbers than this; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The audit log, as it was found when it was last looked through."""

    at: datetime
    deeds: int  # the number of its last entry then
    broken: int | None  # the number of the first entry that is not as it was written


def page_audit(
    app: App, count: int, *, issue: IssueId | None = None, who: str | None = None, before: int | None = None
) -> AuditPage:
    """So many entries about an issue, by a person, below a number; of all where none is named. Changes nothing.

    Raises `NotAtHome`, `StoreError`.
    """
    with home_store(app, "the audit log is kept") as store:
        found = audit.newest_first(store, count + 1, issue=issue, who=who, before=before)
    return AuditPage(found[:count], found[count - 1].number if len(found) > count else None)


def verify_audit(app: App) -> Verified:
    """Looks through the whole log now, which takes about a second for 100,000 entries. Raises as `page_audit`."""
    with home_store(app, "the audit log is kept") as store:
        newest = audit.newest_first(store, 1)
        return Verified(at=app.clock(), deeds=newest[0].number if newest else 0, broken=audit.verify(store))
