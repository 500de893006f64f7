"""An issue as a line of a list: what a reader needs to choose it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  (a field of Row has its name)

from newsletter.archive.addresses import issue_address
from newsletter.model.archive import ArchivedIssue
from newsletter.model.issue import IssueNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One issue in a list."""

    address: str  # root-relative, with the base path
    date: Date
    number: IssueNumber
    subject: str
    preheader: str
    figure: str | None  # the number of the week; the first, where there are several
    caption: str | None
    corrected: Date | None  # the day of its newest correction
    language: str  # BCP 47, of subject and preheader


def row_of(issue: ArchivedIssue, base: str) -> Row:
    """The line that stands for an issue. `base` is the path that every address of the site begins with."""
    figure, caption = issue.numbers[0] if issue.numbers else (None, None)
    return Row(
        address=issue_address(base, issue.issue),
        date=issue.issue.date,
        number=issue.number,
        subject=issue.subject,
        preheader=issue.preheader,
        figure=figure,
        caption=caption,
        corrected=issue.amendments[-1].date if issue.amendments else None,
        language=issue.language,
    )
