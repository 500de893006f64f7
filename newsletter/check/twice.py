"""What an issue says or links to twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

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
_HOLDERS = 50  # of the texts that have one run the first so many are remembered, so that time grows with the length


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


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that is long enough to be compared."""

    wording: Wording
    run: tuple[str, ...]  # its words
    marks: tuple[int, ...]  # the hash of each run of `_RUN` words, in order


def _texts(inspected: Inspected) -> Iterator[Finding]:
    """Each text that says nearly what an earlier one says, told once: beside the first of those."""
    before: list[_Text] = []
    holders: defaultdict[int, list[int]] = defaultdict(list)  # places in `before`, in order
    for other in _long(inspected):
        places = Counter(chain.from_iterable(holders.get(mark, ()) for mark in other.marks))
        alike = (before[at] for at, many in sorted(places.items()) if _are_alike(before[at], other, many))
        if one := next(alike, None):
            same = one.wording.section == other.wording.section
            where = "of the same section" if same else f"of the section '{one.wording.section}'"
            what = f"this text says nearly the same as “{shortened(one.wording.text)}” {where}"
            todo = "keep one of the two, or tell something else"
            yield told(DUPLICATE, other.wording, 0, len(other.wording.text), what, todo)
        for mark in set(other.marks):
            if len(holders[mark]) < _HOLDERS:
                holders[mark].append(len(before))
        before.append(other)


def _long(inspected: Inspected) -> Iterator[_Text]:
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS and wording.kind != "correction":
            run = shingles.words(wording.text)
            if len(run) >= _LEAST:
                yield _Text(wording, run, shingles.hashes(run, _RUN))


def _are_alike(one: _Text, other: _Text, places: int) -> bool:
    """Whether enough words of the other stand in one, of whose runs it has some at so many places."""
    enough = _ALIKE * min(len(one.run), len(other.run))
    if places * _RUN < enough:
        return False
    return shingles.shared_words(other.run, frozenset(one.marks), _RUN) >= enough
