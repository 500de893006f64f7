"""Whether what the issue leans on is of these weeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from newsletter.check.citings import Citing, citings
from newsletter.check.days import told_day
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.kinds import Number
from newsletter.text.datings import find_datings

_OLD = Rule(
    name="old-item",
    severity=Severity.WARN,
    looks="An item behind the narrative, a number or a recommended piece that is older than `fresh_days` in "
    "schedule.yaml, or that was changed more than a week after it appeared.",
    why="Old articles come back looking new, and a text that was changed may no longer say what was read.",
    out="Say in the text how old it is, read it again, or cite something newer.",
)
_OLD_NUMBER = Rule(
    name="number-is-old",
    severity=Severity.WARN,
    looks="A number of the week that was true longer ago than `fresh_days` in schedule.yaml, and does not say so.",
    why="Readers take the number of the week for one of this week.",
    out="Name its month, quarter or year in the caption or the context, or choose a newer number.",
)
_UNDATED = Rule(
    name="undated",
    severity=Severity.NOTE,
    looks="An item outside the narrative whose date of publication is not known.",
    why="It may be older than it looks.",
    out="Find the date and write it into items.yaml as `published`.",
)
_DATED_KINDS = frozenset(("opening", "beyond", "number"))
_CHANGED = timedelta(days=7)  # after this long a change is more than the mending of a slip


def _find(inspected: Inspected) -> Iterator[Finding]:
    issue, fresh = inspected.draft.issue.date, timedelta(days=inspected.publication.schedule.checks.fresh_days)
    told_of: set[str] = set()
    for citing in citings(inspected):
        cited = citing.evidence.cited
        if cited.id in told_of:
            continue
        if cited.published is None and not citing.in_narrative:
            told_of.add(cited.id)
            what = f"nobody knows when “{cited.title}” ({cited.outlet}) was published"
            yield citing.told(_UNDATED, what, "find its date and write it into items.yaml")
        elif cited.published is not None and citing.blurb.kind in _DATED_KINDS:
            for finding in _old(citing, cited.published, issue, fresh):
                told_of.add(cited.id)
                yield finding
    yield from _old_numbers(inspected, issue, fresh)


def _old(citing: Citing, published: date, issue: date, fresh: timedelta) -> Iterator[Finding]:
    cited, updated = citing.evidence.cited, _updated(citing.evidence)
    title = f"“{cited.title}” ({cited.outlet})"
    changed = f", and was changed on {told_day(updated)}" if updated and updated > published else ""
    if issue - published > fresh:
        what = f"{title} is {(issue - published).days} days old: it appeared on {told_day(published)}{changed}"
        todo = "say in the text how old it is, or cite something newer"
    elif updated and updated - published > _CHANGED:
        what = f"{title} appeared on {told_day(published)}{changed}"
        todo = "read it again, for it may say something else now"
    else:
        return
    yield citing.told(_OLD, what, todo, _dates(citing.evidence, published, updated))


def _dates(evidence: Evidence, published: date, updated: date | None) -> tuple[Beside, ...]:
    text = f"published {told_day(published)}"
    text += f", updated {told_day(updated)}" if updated and updated > published else ""
    return (Beside(text, evidence.cited.id, evidence.cited.outlet),)


def _updated(evidence: Evidence) -> date | None:
    """When it was last changed, as items.yaml has it or as the source says now."""
    stamp = evidence.entry.updated if evidence.entry else None
    days = [day for day in (evidence.cited.updated, stamp.wall.date() if stamp and stamp.wall else None) if day]
    return max(days, default=None)


def _old_numbers(inspected: Inspected, issue: date, fresh: timedelta) -> Iterator[Finding]:
    """Numbers that were true long ago, where neither their caption nor their context names a time."""
    for blurb in inspected.draft.blurbs:
        number = blurb.fields
        if not isinstance(number, Number) or issue - number.as_of <= fresh:
            continue
        texts = [one for one in inspected.wordings if one.section == blurb.name]
        value = next((one for one in texts if one.field == "value"), None)
        if value is not None and not any(_says(one.text, number.as_of, issue) for one in texts):
            days = (issue - number.as_of).days
            what = f"the number was true on {told_day(number.as_of)}, {days} days before the issue, and does not say so"
            todo = "name its month, quarter or year in the caption, or choose a newer number"
            yield told(_OLD_NUMBER, value, 0, len(value.text), what, todo)


def _says(text: str, as_of: date, issue: date) -> bool:
    """Whether a text names the time of the number: its day, month, quarter or year."""
    if f"{_QUARTERS[(as_of.month - 1) // 3]} quarter" in text.casefold() or f"Q{(as_of.month + 2) // 3}" in text:
        return True
    return any(first <= as_of <= last for one in find_datings(text) for first, last in one.spans(issue))


_QUARTERS = ("first", "second", "third", "fourth")


CHECK = Check(
    name="freshness",
    about="Whether what the issue leans on is of these weeks.",
    rules=(_OLD, _OLD_NUMBER, _UNDATED),
    find=_find,
)
