"""A finding about words of the issue, put together: where they stand, and how they are named in a waiver."""

from __future__ import annotations

from newsletter.check.wording import Wording
from newsletter.model.finding import Beside, Finding, Fix, Rule

LONGEST = 160  # characters of the words that a finding names


def told(
    rule: Rule,
    wording: Wording,
    start: int,
    end: int,
    what: str,
    todo: str,
    *,
    beside: tuple[Beside, ...] = (),
    fix: Fix | None = None,
) -> Finding:
    """What a rule has to say about `wording.text[start:end]`. Very long words are named by their beginning."""
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=section_of(wording),
        spot=wording.spot(start, end),
        words=folded(wording.text[start:end]),
        what=what,
        todo=todo,
        beside=beside,
        fix=fix,
    )


def section_of(wording: Wording) -> str | None:
    """The section as a finding names it; None for subject, preheader and topics."""
    return None if wording.section == "issue" else wording.section


def folded(words: str) -> str:
    """Words on one line, as waivers name them."""
    text = " ".join(words.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition(" ")[0] or text[:LONGEST]


def shortened(words: str, most: int = 60) -> str:
    """Words as a message quotes them: cut where they are long."""
    text = " ".join(words.split())
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
