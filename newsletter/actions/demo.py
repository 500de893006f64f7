"""Demo: the main job on the sample publication, from its files to three mails and a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.actions.app import coming_issue, open_app
from newsletter.actions.build_issue import Built, build_issue, framed_page, sample_values
from newsletter.actions.check_issue import CheckedIssue, check_issue
from newsletter.actions.gather_sources import Gathered, gather_sources
from newsletter.actions.init_publication import init_publication
from newsletter.actions.read_inbox import Inbox, read_inbox
from newsletter.deliver.personal import Recipient
from newsletter.mail.mime import splice
from newsletter.model.errors import ContentError
from newsletter.publication import calendar, schedule
from newsletter.publication.folder import Folder
from newsletter.publication.write import write

BEFORE_DUE = timedelta(hours=48)

READERS = (
    Recipient(seq=1, subscriber="sample-1", address="ana@example.org", name="Ana"),
    Recipient(seq=2, subscriber="sample-2", address="wei@example.com", name="李薇"),
    Recipient(seq=3, subscriber="sample-3", address="reader@example.net", name=None),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made."""

    root: Path
    now: datetime  # the fixed clock, UTC
    gathered: Gathered
    inbox: Inbox
    checked: CheckedIssue
    built: Built
    letters: tuple[Path, ...]  # .eml, one for each sample reader
    page: Path


def run_demo(target: Path) -> Demo:
    """Copies the sample into a new folder and makes its coming issue there. Nothing is sent, nothing is fetched.

    The clock stands 48 hours before the issue is due, so that the sample is as fresh in ten years as it is today.
    """
    root = init_publication(target)
    issue = coming_issue(root)
    now = sample_now(root)
    app = open_app(root, clock=lambda: now)
    gathered = gather_sources(app)
    checked = check_issue(app, issue)
    built = build_issue(app, issue, root / "var" / "build" / str(issue))
    letters = []
    for reader in READERS:
        message = splice(built.edition.letter, sample_values(built.desk, built.edition, reader))
        letters.append(root / "var" / "outbox" / f"{reader.seq}-{reader.address}.eml")
        write(letters[-1], message)
    page = root / "public" / "issues" / str(issue) / "index.html"
    write(page, framed_page(app, built.desk, built.edition, images="../../images/"))
    for asset in built.edition.assets:
        write(root / "public" / "images" / asset.name, asset.data)
    return Demo(root, now, gathered, read_inbox(app), checked, built, tuple(letters), page)


def sample_now(root: Path) -> datetime:
    """48 hours before the coming issue of a publication is due."""
    found, _, mistakes = schedule.read(Folder(root))
    if found is None:
        raise ContentError(mistakes)
    return calendar.week(found.calendar, coming_issue(root)).due - BEFORE_DUE
