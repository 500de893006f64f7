"""What an issue says or links to twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from newsletter.check.anchors import Anchor, anchors
from newsletter.check.inspected import Inspected
from newsletter.check.telling import shortened, told
from newsletter.check.wording import Wording
from newsletter.model.finding import Finding, Rule, Severity
from newsletter.model.kinds import Voice
from newsletter.model.links import canonical, is_front_page
from newsletter.text import shingles

DUPLICATE = Rule(
    name="duplicate",
    severity=Severity.WARN,
    looks="Two sections with the same link, the same title or nearly the same text.",
    why="Two people wrote on the same piece, and readers get it twice.",
    out="Keep one of the two, or say in a waiver why both stand.",
)
SAME_LINK = Rule(
    name="same-link-twice",
    severity=Severity.WARN,
    looks="The same link twice in one section.",
    why="One of the two usually was meant to lead elsewhere.",
    out="Mend the address of one, or remove it.",
)

_RUN = 4  # words of the runs by which texts are compared
_LEAST = 20  # words: of shorter texts nothing is said
_ALIKE = 0.5  # the part of the shorter text's words that stands in the other one


def twice(inspected: Inspected) -> Iterator[Finding]:
    """What stands there twice, told at the second place."""
    yield from _links(inspected)
    yield from _titles(inspected)
    yield from _texts(inspected)


def _links(inspected: Inspected) -> Iterator[Finding]:
    home = canonical(inspected.publication.schedule.site)
    first: dict[str, Anchor] = {}
    told_already: set[tuple[str, str]] = set()
    for anchor in anchors(inspected):
        if anchor.page == home or is_front_page(anchor.page) or not anchor.url.startswith("http"):
            continue
        other = first.setdefault(anchor.page, anchor)
        if other is anchor or (anchor.section, anchor.page) in told_already:
            continue
        told_already.add((anchor.section, anchor.page))
        same = other.section == anchor.section
        where = "twice in this section" if same else f"in the section '{other.section}' too"
        rule = SAME_LINK if same else DUPLICATE
        yield Finding(
            rule=rule.name,
            severity=rule.severity,
            section=anchor.section,
            spot=anchor.spot,
            words=anchor.url,
            what=f"the link to {shortened(anchor.url, 100)} stands {where}",
            todo="mend one of the two, or remove it" if same else "keep one of the two",
        )


def _titles(inspected: Inspected) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Wording] = {}
    for wording in inspected.wordings:
        if wording.voice is not Voice.TITLE and not (wording.kind == "note" and wording.field == "title"):
            continue
        other = first.setdefault(shingles.words(wording.text), wording)
        if other is not wording and other.section != wording.section:
            what = f"the title “{shortened(wording.text)}” stands in the section '{other.section}' too"
            yield told(DUPLICATE, wording, 0, len(wording.text), what, "keep one of the two")


def _texts(inspected: Inspected) -> Iterator[Finding]:
    long = []
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS and wording.kind != "correction":
            run = shingles.words(wording.text)
            if len(run) >= _LEAST:
                long.append((wording, run, frozenset(shingles.hashes(run, _RUN))))
    for (one, run, marks), (other, other_run, other_marks) in combinations(long, 2):
        if marks.isdisjoint(other_marks):
            continue
        shared = shingles.shared_words(other_run, marks, _RUN)
        if shared >= _ALIKE * min(len(run), len(other_run)):
            where = "of the same section" if one.section == other.section else f"of the section '{one.section}'"
            what = f"this text says nearly the same as “{shortened(one.text)}” {where}"
            yield told(DUPLICATE, other, 0, len(other.text), what, "keep one of the two, or tell something else")
