"""All issues of a publication, with what a list shows of each: those that went out are read once in a process."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.issue_heading import issue_heading
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState
from newsletter.publication.folder import stamp
from newsletter.store.pulse import mailing_states


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRow:
    """One issue, as its folder and its mailing say."""

    issue: IssueId
    number: int | None  # None where its files do not say
    subject: str  # "" where nobody has written one yet
    due: datetime | None  # UTC: when it went out; None before
    is_sent: bool
    mailing: MailingState | None  # None before it is planned, for one that came from elsewhere, and away from home


def all_issues(app: App) -> tuple[IssueRow, ...]:
    """Every issue there is, the newest first. An issue whose files hold mistakes is among them. Raises `StoreError`."""
    states: Mapping[IssueId, MailingState] = {}
    if app.is_home:
        with home_store(app, "issues are sent") as store:
            states = mailing_states(store)
    rows = (replace(row, mailing=states.get(row.issue)) for row in _rows(app.root))
    return tuple(sorted(rows, key=lambda row: row.issue, reverse=True))


def matching(rows: tuple[IssueRow, ...], words: str) -> tuple[IssueRow, ...]:
    """Those in whose number, date or subject each of these words stands; all of them for no words."""
    wanted = words.casefold().split()

    def text(row: IssueRow) -> str:
        number = f"no. {row.number} {row.number}" if row.number else ""
        return f"{number} {row.issue} {row.issue.date:%d %B %A} {row.subject}".casefold()

    return tuple(row for row in rows if all(word in text(row) for word in wanted)) if wanted else rows


def _rows(root: Path) -> Iterator[IssueRow]:
    folder = root / "content" / "issues"
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            issue = IssueId.parse(entry.name)
            if issue is None:
                continue
            if (mark := stamp(f"{entry.path}/sent/meta.json")) is not None:
                yield _sent(f"{entry.path}/sent/meta.json", issue, mark)
            elif (mark := stamp(f"{entry.path}/issue.md")) is not None:
                yield _open(root, issue, mark)


@lru_cache(maxsize=5_000)
def _sent(path: str, issue: IssueId, _mark: tuple[int, int, int]) -> IssueRow:
    try:
        meta = json.loads(Path(path).read_text("utf-8"))
        meta = meta if isinstance(meta, dict) else {}
    except (OSError, ValueError):
        meta = {}
    number, due = meta.get("number"), _instant(meta.get("due"))
    return IssueRow(
        issue=issue,
        number=number if isinstance(number, int) else None,
        subject=str(meta.get("subject") or ""),
        due=due,
        is_sent=True,
        mailing=None,
    )


@lru_cache(maxsize=100)
def _open(root: Path, issue: IssueId, _mark: tuple[int, int, int]) -> IssueRow:
    heading = issue_heading(root, issue)
    return IssueRow(
        issue=issue,
        number=heading.number,
        subject=heading.subject,
        due=None,
        is_sent=False,
        mailing=None,
    )


def _instant(written: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
