"""Approving the sample issue: home with its database, people who sign, and the rules changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.approve_issue import Approved, approve_issue
from newsletter.actions.approved_edition import proposal
from newsletter.model.finding import Finding
from newsletter.model.issue import IssueId
from tests.conftest import ISSUE, opened
from tests.postgres import fresh_database

COMING = IssueId(date.fromisoformat(ISSUE))


def no_findings(_app: App, _issue: IssueId) -> tuple[Finding, ...]:
    """Nothing stands in the way."""
    return ()


@contextmanager
def at_home(root: Path) -> Iterator[App]:
    """A publication with its database, as the clock stands 48 hours before its coming issue is due."""
    with fresh_database("sqlite", root):
        yield opened(root)


def sign(app: App, who: str, digest: str | None = None, note: str | None = None) -> Approved:
    """Somebody signs what is up for approval."""
    expected = digest or proposal(app, COMING).edition.digest
    return approve_issue(app, COMING, who, login="ada", expected=expected, refuse=no_findings, note=note)


def rules(root: Path, text: str) -> None:
    """Writes `approval: {...}` into schedule.yaml."""
    path = root / "schedule.yaml"
    kept = path.read_text("utf-8").partition("\napproval:")[0].rstrip("\n")
    path.write_text(f"{kept}\napproval: {text}\n", "utf-8")


def in_issue(root: Path, name: str) -> Path:
    """A file of the coming issue."""
    return root / "content" / "issues" / ISSUE / name


def edit(path: Path, old: str, new: str) -> None:
    """Changes a file as an editor would."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
