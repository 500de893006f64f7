"""Where a section names an item it leans on: a mark in its text, or a line of its front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.check.inspected import Inspected
from newsletter.model.draft import Blurb
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Spot
from newsletter.model.kinds import references_in


@dataclass(frozen=True, slots=True)
class Citing:
    """One item, named by one section for the first time."""

    blurb: Blurb
    evidence: Evidence
    spot: Spot
    words: str  # as it stands there: "[^gazette-3]", or the id

    @property
    def in_narrative(self) -> bool:
        """Whether the week's narrative rests on it."""
        return self.blurb.kind == "opening"

    def told(self, rule: Rule, what: str, todo: str, beside: tuple[Beside, ...] = ()) -> Finding:
        """What a rule has to say about this item in this section."""
        return Finding(
            rule=rule.name,
            severity=rule.severity,
            section=self.blurb.name,
            spot=self.spot,
            words=self.words,
            what=what,
            todo=todo,
            beside=beside,
        )


def citings(inspected: Inspected) -> tuple[Citing, ...]:
    """Every item that a section names, once for each section, in the order of the mail."""
    known = {one.cited.id: one for one in inspected.evidence}
    texts = dict(inspected.draft.texts)
    return tuple(
        Citing(blurb, known[name], *_place(blurb, name, key, texts.get(blurb.path, "")))
        for blurb in inspected.draft.blurbs
        for name, key in _named(blurb).items()
        if name in known
    )


def _named(blurb: Blurb) -> dict[str, str]:
    """The items a section names, and the key of the front matter that does; "" for a mark."""
    named = {mark.item: "" for mark in blurb.body.marks}
    named |= {item: key for to, item, key in references_in(blurb.fields) if to == "item" and item not in named}
    return named | {item: "items" for item in blurb.items if item not in named}


def _place(blurb: Blurb, item: str, key: str, source: str) -> tuple[Spot, str]:
    words = item if key else f"[^{item}]"
    for number, line in _lines(source, _first_line(blurb, key)):
        if found := re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])" if key else re.escape(words), line):
            return Spot(blurb.path, number, found.start() + 1, number, found.end() + 1), words
    return Spot(blurb.path, _first_line(blurb, key)), words


def _first_line(blurb: Blurb, key: str) -> int:
    return dict(blurb.lines).get(key, 1) if key else max(blurb.body_line, 1)


def _lines(source: str, first: int) -> Iterator[tuple[int, str]]:
    yield from ((at, line) for at, line in enumerate(source.split("\n"), 1) if at >= first)
