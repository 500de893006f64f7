"""What a check has not looked at, because texts that the issue cites are not here."""

from __future__ import annotations

from newsletter.check.cited import items_path
from newsletter.check.inspected import Inspected
from newsletter.model.finding import Finding, Rule, Severity, Spot


def unread(rule: Rule, inspected: Inspected, what: str) -> Finding:
    """The one finding that says so. Nothing is wrong by it, and it cannot be waived."""
    home = inspected.witnesses is not None
    return Finding(
        rule=rule.name,
        severity=Severity.UNCHECKED,
        section=None,
        spot=Spot(items_path(inspected.draft), 0),
        words="",
        what=what,
        todo="compare by hand, or gather these items" if home else "run the check at home before the issue is approved",
    )


def cited_texts(inspected: Inspected) -> str:
    """The cited items whose text is not here, counted in words: "the texts of 8 items"; "" where none is missing."""
    missing = [one for one in inspected.evidence if one.entry is None]
    if not missing:
        return ""
    forgotten = sum(one.forgotten for one in missing)
    count = "the text of 1 item" if len(missing) == 1 else f"the texts of {len(missing)} items"
    return f"{count} ({forgotten} no longer kept)" if forgotten else count
