"""Demo: the main job on the sample publication, from its files to a mail for each of twelve readers and a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App, coming_issue, open_app
from newsletter.actions.approve_issue import Approved, approve_issue
from newsletter.actions.build_issue import Built, build_issue
from newsletter.actions.check_issue import CheckedIssue, blocking, check_issue
from newsletter.actions.gather_sources import Gathered, gather_sources
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.init_publication import init_publication
from newsletter.actions.publish_issue import page_of
from newsletter.actions.read_inbox import Inbox, read_inbox
from newsletter.actions.send_issue import Sent, send_issue
from newsletter.model.errors import ContentError
from newsletter.publication import calendar, schedule
from newsletter.publication.folder import Folder

BEFORE_DUE = timedelta(hours=48)
WHO = "mei"  # of the sample's team, an approver
_LOGIN = "demo"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo made."""

    root: Path
    now: datetime  # the fixed clock, UTC
    gathered: Gathered
    inbox: Inbox
    checked: CheckedIssue
    built: Built
    approved: Approved
    sent: Sent
    outbox: Path  # a Maildir, with a mail for each reader
    page: Path


def run_demo(target: Path) -> Demo:
    """Copies the sample into a new folder, makes its coming issue there, signs it and sends it, into files.

    The clock stands 48 hours before the issue is due, so that the sample is as fresh in ten years as it is today; it is
    sent when it is due. Nothing is fetched, and nobody is mailed.
    """
    root = init_publication(target)
    issue = coming_issue(root)
    now = sample_now(root)
    app = open_app(root, clock=lambda: now)
    gathered = gather_sources(app)
    checked = check_issue(app, issue)
    built = build_issue(app, issue, root / "var" / "build" / str(issue))
    inbox = read_inbox(app)
    approved = approve_issue(app, issue, WHO, login=_LOGIN, expected=built.edition.digest, refuse=blocking)
    _bring_in(app, root / "seeds" / "readers.csv")
    due = open_app(root, clock=lambda: now + BEFORE_DUE)
    sent = send_issue(due, issue, WHO, login=_LOGIN)
    outbox = root / "var" / "outbox" / "new"
    return Demo(root, now, gathered, inbox, checked, built, approved, sent, outbox, page_of(app, issue))


def _bring_in(app: App, readers: Path) -> None:
    """Imports the sample's readers."""

    def quiet(_what: str, _done: int, _whole: int) -> None:
        """Shows no progress: there are twelve of them."""

    with dry_run(app, readers, quiet) as run:
        import_subscribers(app, run, basis="invented for the sample", who=WHO, report=quiet)


def sample_now(root: Path) -> datetime:
    """48 hours before the coming issue of a publication is due."""
    found, _, mistakes = schedule.read(Folder(root))
    if found is None:
        raise ContentError(mistakes)
    return calendar.week(found.calendar, coming_issue(root)).due - BEFORE_DUE
