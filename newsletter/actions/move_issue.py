"""Move: an issue in preparation gets another date."""

from __future__ import annotations

import re
from pathlib import Path

from newsletter.actions.app import App, known_issue, read_publication
from newsletter.actions.open_issue import must_be_free
from newsletter.model.errors import ConfigError, ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.write import write

_DATE = re.compile(r"""^(date:[ \t]*)(?:"[^"\n]*"|'[^'\n]*'|[^\s#]+)""", re.MULTILINE)


def move_issue(app: App, issue: IssueId, to: IssueId) -> Path:
    """Renames the issue's folder and writes the date into issue.md; every other byte stays, and so does its number.

    Raises `ConfigError` for an issue that was sent, and for a date that the calendar does not know or that is taken;
    `ContentError` where issue.md names no date.
    """
    known_issue(app, issue)
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; its date stands for ever")
    must_be_free(app, read_publication(app, Folder(app.root)), to)
    folder, target = issue_folder(app.root, issue), issue_folder(app.root, to)
    written = (folder / "issue.md").read_bytes()
    moved, found = _DATE.subn(rf"\g<1>{to.date}", written.decode("utf-8", "surrogateescape"), count=1)
    if not found:
        what, todo = "no line of the front matter begins with date:", f"add date: {to.date}, then move the issue"
        raise ContentError([Mistake(f"content/issues/{issue}/issue.md", 1, what, todo)])
    folder.rename(target)
    write(target / "issue.md", moved.encode("utf-8", "surrogateescape"))
    return target
