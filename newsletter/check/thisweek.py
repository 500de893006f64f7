"""Words such as "this week" over items that are all older."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from newsletter.check.cited import Resting
from newsletter.check.days import told_day
from newsletter.check.telling import told
from newsletter.model.draft import Draft
from newsletter.model.finding import Finding, Rule, Severity

NOT_THIS_WEEK = Rule(
    name="not-this-week",
    severity=Severity.WARN,
    looks="“This week” or “recently” over items that are all older than that.",
    why="An old report then reads like news.",
    out="Say when it was, or cite a newer item.",
)
_THIS_WEEK = re.compile(
    r"\b(?:this(?:\s+past)?\s+week|in\s+the\s+(?:past|last)\s+(?:week|few\s+days)|today|yesterday)\b"
    r"|本周|本週|这周|這週|这个星期|今天|昨天",
    re.IGNORECASE,
)
_RECENTLY = re.compile(r"\b(?:recently|lately|in\s+recent\s+(?:days|weeks))\b|最近|近日|日前", re.IGNORECASE)
_WEEK, _MONTH = timedelta(days=14), timedelta(days=31)  # up to here an item is of "this week", or "recent"


def stale(resting: Resting, draft: Draft) -> Iterator[Finding]:
    """ "This week" over items that are all older."""
    days = [one.cited.updated or one.cited.published for one in resting.evidence]
    known = [day for day in days if day]
    if not known or len(known) < len(days):
        return
    newest, wording = max(known), resting.wording
    for form, most in ((_THIS_WEEK, _WEEK), (_RECENTLY, _MONTH)):
        for match in form.finditer(wording.text):
            quoted = any(start <= match.start() < end for start, end in wording.quoted)
            if draft.issue.date - newest > most and not quoted:
                what = f"“{match[0]}” is said, but the newest item cited here is of {told_day(newest)}"
                todo = "say when it was, or cite a newer item"
                yield told(NOT_THIS_WEEK, wording, match.start(), match.end(), what, todo)
