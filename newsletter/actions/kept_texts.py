"""Kept texts: what somebody wrote and that stands in no file, shown to the team until its writer drops it."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.issue import IssueId
from newsletter.model.saving import KeptText
from newsletter.store import kept_texts as kept

_WORDS = "texts are kept"


def kept_texts(app: App, issue: IssueId) -> tuple[KeptText, ...]:
    """What was kept of an issue because another had saved before, or because its section was taken out; the newest
    first. Raises `NotAtHome`."""
    with home_store(app, _WORDS) as store:
        return kept.of_issue(store, issue)


def drop_kept(app: App, number: int, who: str) -> bool:
    """Forgets a text that `who` has no use for any more; whether it was there, and theirs. Raises `NotAtHome`."""
    with home_store(app, _WORDS) as store:
        return kept.drop(store, number, who)
