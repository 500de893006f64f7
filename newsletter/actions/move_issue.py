"""Move: an issue in preparation gets another date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.approved_edition import voids
from newsletter.actions.noting import deed, noted, voiding
from newsletter.actions.open_issue import must_be_free
from newsletter.actions.section_files import OPENING, path_of, section_at
from newsletter.model.audit import Deed
from newsletter.model.errors import ConfigError, ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.model.saving import DraftText, FileText, KeptText
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.write import alone, write
from newsletter.store import drafts, kept_texts
from newsletter.store.engine import Store, open_store

Unsaved = TypeVar("Unsaved", DraftText, KeptText)

_DATE = re.compile(r"""^(date:[ \t]*)(?:"[^"\n]*"|'[^'\n]*'|[^\s#]+)""", re.MULTILINE)


def move_issue(app: App, issue: IssueId, to: IssueId, *, by: str) -> Path:
    """Renames the issue's folder and writes the date into issue.md; every other byte stays, and so does its number.
    What the team is writing and has not saved goes with it; who saves at the same moment waits, and is told.

    The audit log has an entry about the issue of the new date, and one about that of the old where signatures hold no
    longer; away from home there is no log. `by` is who does it, as the log names them.
    Raises `ConfigError` for an issue that was sent, and for a date that the calendar does not know or that is taken;
    `ContentError` where issue.md names no date; `StoreError`.
    """
    known_issue(app, issue)
    folder, target = issue_folder(app.root, issue), issue_folder(app.root, to)
    with alone(folder):
        if is_sent(app.root, issue):
            raise ConfigError("issue", f"the issue {issue} has been sent; its date stands for ever")
        must_be_free(app, read_publication(app, Folder(app.root)), to)
        written = (folder / "issue.md").read_bytes()
        text = written.decode("utf-8", "surrogateescape")
        if not _DATE.search(text):
            what, todo = "no line of the front matter begins with date:", f"add date: {to.date}, then move the issue"
            raise ContentError([Mistake(f"content/issues/{issue}/issue.md", 1, what, todo)])
        dated = _dated(text, to).encode("utf-8", "surrogateescape")
        with noted(app, _deeds(app, issue, to, by)):
            folder.rename(target)
            write(target / "issue.md", dated)
        if app.is_home:
            with open_store(app.database) as store:
                _carry(store, issue, to, {_digest(written): _digest(dated)})
    return target


def _deeds(app: App, issue: IssueId, to: IssueId, by: str) -> tuple[Deed, ...]:
    """The move, and that the signatures stay behind: they are of an edition with the old date."""
    try:
        signed = [(issue, one) for one in voids(app, issue)]
    except ContentError:  # an issue with mistakes in its files holds no signature that could stay behind
        signed = []
    return deed(app, by, "move", f"it was the issue of {issue}", to), *voiding(app, by, signed, f"moved to {to}")


def _dated(text: str, to: IssueId) -> str:
    return _DATE.sub(rf"\g<1>{to.date}", text, count=1)


def _digest(data: bytes) -> str:
    return FileText.of("", data).digest


def _carry(store: Store, issue: IssueId, to: IssueId, digests: Mapping[str, str]) -> None:
    """Drafts and kept texts go with the issue, as if they had been begun from its files as they are now."""

    def moved(one: Unsaved) -> Unsaved:
        section = section_at(one.path)
        text = _dated(one.text, to) if section == OPENING else one.text
        return replace(one, issue=to, path=path_of(to, section), text=text, base=digests.get(one.base, one.base))

    drafts.move(store, issue, moved)
    kept_texts.move(store, issue, moved)
