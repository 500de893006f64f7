"""Keep a draft: what somebody is typing is safe in the database before they save it, and others see where they are."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.section_files import known_section, section_at
from newsletter.model.issue import IssueId
from newsletter.model.saving import DraftText, FileText, Writing, with_line_feeds
from newsletter.publication.folder import Folder
from newsletter.store import drafts

_WORDS = "drafts are kept"
AT_IT = timedelta(minutes=2)  # since the last draft; who pauses longer to think is no longer told of


def keep_draft(app: App, issue: IssueId, name: str, text: str, base: str, who: str) -> datetime:
    """Keeps what `who` is typing in a section, instead of what they typed before; gives back when.

    A text that is the file's own is no draft, and the one before it is forgotten. `base` is the digest of the file that
    it was begun from. Raises `ConfigError` for an unknown issue or section, `NotAtHome`.
    """
    path, now = known_section(app, issue, name), app.clock()
    shown = with_line_feeds(text)
    file = FileText.of(path, _bytes(app, path))
    with home_store(app, _WORDS) as store:
        if (file.text, file.digest) == (shown, base):
            drafts.drop(store, issue, path, who)
        else:
            drafts.keep(store, DraftText(issue=issue, path=path, member=who, text=shown, base=base, saved=now))
    return now


def draft_of(app: App, issue: IssueId, name: str, who: str) -> DraftText | None:
    """What `who` was typing in a section and has not saved. Raises as `keep_draft`."""
    path = known_section(app, issue, name)
    with home_store(app, _WORDS) as store:
        return drafts.find(store, issue, path, who)


def drop_draft(app: App, issue: IssueId, name: str, who: str) -> None:
    """Forgets it. Raises as `keep_draft`."""
    path = known_section(app, issue, name)
    with home_store(app, _WORDS) as store:
        drafts.drop(store, issue, path, who)


def others_writing(app: App, issue: IssueId, now: datetime) -> tuple[Writing, ...]:
    """Who is at which section, by the drafts of the last two minutes, the newest first. Whoever asks is among them, and
    nobody twice at a section."""
    with home_store(app, _WORDS) as store:
        found = drafts.since(store, issue, now - AT_IT)
    there = (one for one in found if one.saved <= now + AT_IT)  # a clock that was set back makes nobody write for hours
    return tuple(Writing(section_at(one.path), one.member, one.saved) for one in there)


def _bytes(app: App, path: str) -> bytes | None:
    folder = Folder(app.root)
    return folder.read_bytes(path) if folder.exists(path) else None
