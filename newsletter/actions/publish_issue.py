"""Publish: sent/ of an issue, from which its page is built; and both taken back while no mail of it has left."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from newsletter.actions.app import App, Desk, read_issue
from newsletter.actions.build_issue import sent_issue
from newsletter.actions.card_of import card_of, forget_ahead
from newsletter.model.edition import Edition, SentIssue
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from newsletter.publication.sent import sent_digests, write_sent


def publish_issue(app: App, edition: Edition) -> None:
    """Writes the edition with its card into sent/, a mended one beside the first.

    What is there already is left as it is: a start after a crash goes on where the last one stopped. Raises
    `ContentError` for files that cannot be read.
    """
    if edition.digest in sent_digests(app.root, edition.issue):
        return
    write_sent(app.root, as_sent(app, read_issue(app, edition.issue), edition))
    forget_ahead(app)


def as_sent(app: App, desk: Desk, edition: Edition) -> SentIssue:
    """The edition as its sent/ is to hold it, card and all."""
    return replace(sent_issue(desk, edition), card=card_of(app, desk, edition))


def take_back(app: App, issue: IssueId) -> None:
    """Removes sent/ of an issue that nobody has got. Its page goes with the next build of the archive."""
    sent = issue_folder(app.root, issue) / "sent"
    if sent.is_dir():
        gone = sent.with_name(".sent.taken-back")  # first out of the way, so that a crash leaves no half of it
        shutil.rmtree(gone, ignore_errors=True)
        sent.rename(gone)
        shutil.rmtree(gone)


def page_of(app: App, issue: IssueId) -> Path:
    """Where the page of an issue lies among the files of the archive."""
    return app.root / "public" / "issues" / str(issue) / "index.html"
