"""Publish: sent/ and the issue's page, before its first mail leaves; and both taken back while none has left."""

from __future__ import annotations

import shutil
from pathlib import Path

from newsletter.actions.app import App, read_issue
from newsletter.actions.build_issue import framed_page, sent_issue
from newsletter.model.edition import Edition
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from newsletter.publication.sent import sent_digests, write_sent
from newsletter.publication.write import write


def publish_issue(app: App, edition: Edition) -> None:
    """Writes the edition into sent/, a mended one beside the first, and the page with its pictures into public/.

    What is there already is left as it is: a start after a crash goes on where the last one stopped. The text of the
    page is the edition's; only the frame around it is today's. Raises `ContentError` for files that cannot be read.
    """
    desk = read_issue(app, edition.issue)
    if edition.digest not in sent_digests(app.root, edition.issue):
        write_sent(app.root, sent_issue(desk, edition))
    page = page_of(app, edition.issue)
    for asset in edition.assets:
        write(app.root / "public" / "images" / asset.name, asset.data)
    write(page, framed_page(app, desk, edition, images="../../images/"))


def take_back(app: App, issue: IssueId) -> None:
    """Removes sent/ and the page of an issue that nobody has got. Its pictures stay: other issues may show them."""
    page = page_of(app, issue)
    page.unlink(missing_ok=True)
    if page.parent.is_dir() and not any(page.parent.iterdir()):
        page.parent.rmdir()
    sent = issue_folder(app.root, issue) / "sent"
    if sent.is_dir():
        gone = sent.with_name(".sent.taken-back")  # first out of the way, so that a crash leaves no half of it
        shutil.rmtree(gone, ignore_errors=True)
        sent.rename(gone)
        shutil.rmtree(gone)


def page_of(app: App, issue: IssueId) -> Path:
    """Where the page of an issue lies among the files of the archive."""
    return app.root / "public" / "issues" / str(issue) / "index.html"
