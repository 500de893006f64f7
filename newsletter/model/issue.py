"""An issue's identity and its week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType

IssueNumber = NewType("IssueNumber", int)  # shown to readers; identifies nothing


@dataclass(frozen=True, slots=True, order=True)
class IssueId:
    """The name of an issue's folder: the local date in the sending zone, and a slug for an extra issue."""

    date: date
    slug: str = ""  # "" for the weekly issue

    @classmethod
    def parse(cls, name: str) -> IssueId | None:
        """The id a folder's name spells, or None when it is not the name of an issue."""
        match = re.fullmatch(r"(\d{4}-\d\d-\d\d)(?:-([a-z0-9]+(?:-[a-z0-9]+)*))?", name)
        if not match:
            return None
        try:
            return cls(date.fromisoformat(match[1]), match[2] or "")
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.date}-{self.slug}" if self.slug else str(self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The instants of one issue, aware and in UTC, and the date readers are promised next."""

    issue: IssueId
    open: datetime  # editors may begin
    cut_off: datetime  # the writing is done
    approve_by: datetime  # deputies count from here on
    due: datetime  # the first mail leaves
    next_issue: date  # local date, in the sending zone, of the first weekly issue that is cut off on a later date
    answers_by: date  # local date, in the sending zone, of its cut-off: the last day for readers' answers
