"""Single texts of an issue held against what their items say: the sample's coming issue with nothing else in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from newsletter.check.inspected import Check, Inspected
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.model.kinds import Voice
from tests.checking import evidence

TUESDAY = date(2026, 11, 24)  # the issue is of Friday 27 November 2026


def says(text: str | Iterable[str], name: str = "gazette-1", language: str = "en", **of: object) -> Evidence:
    """An item of that Tuesday that says this."""
    return evidence(name, text, language=language, **of)  # type: ignore[arg-type]


def written(text: str, *leans: Evidence, **changes: object) -> Wording:
    """A paragraph of the narrative that leans on these items."""
    usual: dict[str, object] = {
        "section": "opening",
        "kind": "opening",
        "field": "body",
        "voice": Voice.OURS,
        "line": 1,
    }
    usual |= {"path": "issue.md", "text": text, "source": text, "leans": tuple(one.cited.id for one in leans)}
    return Wording(**{**usual, **changes})  # type: ignore[arg-type]


def held(
    check: Check, sample: Inspected, wordings: Iterable[Wording], *against: Evidence, language: str = "en"
) -> list[Finding]:
    """Everything a check has to say of these texts."""
    draft = replace(sample.draft, items=tuple(one.cited for one in against), language=language)
    return list(check.find(replace(sample, draft=draft, wordings=tuple(wordings), evidence=tuple(against))))


def found(check: Check, sample: Inspected, text: str, *against: Evidence, language: str = "en") -> list[Finding]:
    """What a check has to say of one text that leans on all of these items, but for what it could not look at."""
    everything = held(check, sample, [written(text, *against)], *against, language=language)
    return [one for one in everything if one.severity is not Severity.UNCHECKED]
