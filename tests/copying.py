"""Copied text for the tests: what a source said, and what is told of single texts that are held against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from newsletter.check.copied import CHECK
from newsletter.check.inspected import Inspected
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence, Witness
from newsletter.model.finding import Finding
from newsletter.model.kinds import Voice
from tests.checking import evidence

SAID = (
    "The harbour board met twice in one night. It's the clerks who noticed first that a crane's shadow, long and thin, "
    "no longer reached the seventy-year-old wall, and they wrote to the mayor before breakfast; nobody answered."
)
TWELVE = "clerks who noticed first that a crane's shadow, long and thin, no"

Find = Callable[..., list[Finding]]


def finder(sample: Inspected) -> Find:
    """What is said of one text, which stands in a blurb, held against these items."""

    def found(text: str, *against: Evidence | Witness, voice: Voice = Voice.OURS) -> list[Finding]:
        return said_of(sample, [wording(text, voice)], against or (evidence("gazette-1", SAID),))

    return found


def said_of(
    sample: Inspected, wordings: Iterable[Wording], against: Iterable[Evidence | Witness] = ()
) -> list[Finding]:
    """What is said of these texts and no other, held against these items."""
    given = tuple(against)
    return list(
        CHECK.find(
            replace(
                sample,
                wordings=tuple(wordings),
                evidence=tuple(one for one in given if isinstance(one, Evidence)),
                witnesses=tuple(one for one in given if isinstance(one, Witness)),
            )
        )
    )


def wording(text: str, voice: Voice = Voice.OURS, line: int = 1) -> Wording:
    """One text of a blurb."""
    return Wording(
        section="note", kind="note", field="body", voice=voice, text=text, path="note.md", line=line, source=text
    )


def around(run: str) -> str:
    """Words of our own with others in the middle."""
    return f"We hear from the quay that {run} is what everybody talks about there."
