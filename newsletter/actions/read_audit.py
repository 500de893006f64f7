"""Audit: who did what, and whether the log is as it was written."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.audit import Entry
from newsletter.model.issue import IssueId
from newsletter.store import audit


@dataclass(frozen=True, slots=True)
class Log:
    """The audit log, or what of it is about one issue."""

    entries: tuple[Entry, ...]  # the oldest first
    broken: int | None  # the number of the first entry of the whole log that was changed or is missing
    last: Entry | None  # of the whole log: whoever keeps its chain elsewhere can prove that none was taken away


def read_audit(app: App, issue: IssueId | None = None) -> Log:
    """The log, and whether it is whole. Changes nothing. Raises `NotAtHome`."""
    with home_store(app, "the audit log is kept") as store:
        everything = audit.entries(store)
        broken = audit.verify(store)
    chosen = tuple(entry for entry in everything if issue is None or entry.deed.issue == issue)
    return Log(chosen, broken, everything[-1] if everything else None)
