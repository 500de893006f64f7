"""Quotations: whether each keeps to the length that its source allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from newsletter.check.allowed import policy_of, quotation_limit
from newsletter.check.inspected import Check, Inspected
from newsletter.check.runs import Shared, Told, told_by
from newsletter.check.telling import section_of, shortened
from newsletter.check.unread import cited_texts, unread
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity, Spot
from newsletter.model.kinds import Voice
from newsletter.model.source import Source
from newsletter.text.words import count

_LONG = Rule(
    name="quotation-too-long",
    severity=Severity.BLOCK,
    looks="A marked quotation with more words than its source allows: the source's `quote_limit`, else 25 words where "
    "the source allows no more than to summarise and link.",
    why="A short quotation is anybody's right; a long one needs the consent of whoever wrote it.",
    out="Quote the part that matters, and say the rest in words of your own.",
)
_MUCH = Rule(
    name="quotations-of-one-source",
    severity=Severity.WARN,
    looks="Quotations of one item that together have more than twice the words that one quotation of it may have.",
    why="Many short quotations of one text come to the same as a long one.",
    out="Drop one of them, or say it in words of your own.",
)
_TIMES = 2  # the limit of one quotation, for all of one item together
_FOUND = 4  # words in a row by which a quotation is known in a text; a shorter one stands there whole


@dataclass(frozen=True)
class _Quoted:
    """A marked quotation of the issue."""

    wordings: tuple[Wording, ...]  # several: the paragraphs of one that is set apart
    start: int  # in the first
    end: int  # in the last

    @property
    def text(self) -> str:
        """Its words, marks included."""
        if len(self.wordings) == 1:
            return self.wordings[0].text[self.start : self.end]
        return "\n".join(wording.text for wording in self.wordings)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return Told(self.text).keys

    @cached_property
    def words(self) -> int:
        """How many it has, as an editor counts them."""
        return count(self.text)

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        first, last = self.wordings[0], self.wordings[-1]
        if first is last:
            return first.spot(self.start, self.end)
        begins, ends = first.spot(self.start), last.spot(0, self.end)
        return Spot(begins.path, begins.line, begins.column, ends.end_line, ends.end_column)


@dataclass(frozen=True)
class _Limited:
    """A cited item that may be quoted, and how far."""

    evidence: Evidence
    told: Told | None
    limit: int | None  # words; None: as long as one likes


def _find(inspected: Inspected) -> Iterator[Finding]:
    items = tuple(_limited(inspected.evidence, inspected.publication.sources))
    quotations = tuple((quoted, _found_in(quoted, items)) for quoted in _quotations(inspected.wordings))
    for quoted, found in quotations:
        one = found or _leaned_on(quoted, items)
        if one is not None and one.limit is not None and quoted.words > one.limit:
            yield _too_long(quoted, one, one.limit)
    for one in items:
        yield from _too_much([quoted for quoted, found in quotations if found is one], one)
    if missing := cited_texts(inspected):
        yield unread(_LONG, inspected, f"not checked which quotations are from {missing} that the issue cites")


def _limited(evidence: Iterable[Evidence], sources: tuple[Source, ...]) -> Iterator[_Limited]:
    for one in evidence:
        limit = quotation_limit(one, policy_of(one, sources))
        if limit != 0:  # what must not be used has a rule of its own
            told = None if one.entry is None else Told(f"{told_by(one.entry)}\n{one.entry.title}")
            yield _Limited(one, told, limit)


def _quotations(wordings: Iterable[Wording]) -> Iterator[_Quoted]:
    """Every marked quotation; what readers write to us is theirs to give."""
    for apart, group in groupby(wordings, key=_set_apart):
        ones = tuple(group)
        if apart:
            yield _Quoted(ones, 0, len(ones[-1].text))
            continue
        for wording in ones:
            if wording.kind != "replies" and wording.voice in (Voice.OURS, Voice.QUOTED):
                yield from (_Quoted((wording,), start, end) for start, end in wording.quoted)


def _set_apart(wording: Wording) -> tuple[str, str] | None:
    """Whether a paragraph belongs to a quotation that is set apart: which body's; None where it does not."""
    apart = wording.voice is Voice.QUOTED and wording.field == "body"
    return (wording.path, wording.section) if apart else None


def _found_in(quoted: _Quoted, items: Iterable[_Limited]) -> _Limited | None:
    """The item whose text has most of the quotation in a row; None where it stands in none."""
    runs = [(_length(one.told.longest(quoted.keys)), one) for one in items if one.told is not None]
    longest, item = max(runs, key=lambda run: run[0], default=(0, None))
    return item if longest and longest >= min(_FOUND, len(quoted.keys)) else None


def _length(shared: Shared) -> int:
    return shared.end - shared.start


def _leaned_on(quoted: _Quoted, items: Iterable[_Limited]) -> _Limited | None:
    """The item that a quotation must be from by what its text leans on; where it may be several, the freest of them."""
    last = quoted.wordings[-1]
    behind = [item for at, item in last.marks if at >= quoted.end]
    names = behind[:1] or last.leans
    there = [one for one in items if one.evidence.cited.id in names]
    return max(there, key=lambda one: float("inf") if one.limit is None else one.limit, default=None)


def _too_long(quoted: _Quoted, one: _Limited, limit: int) -> Finding:
    what = f"a quotation of {quoted.words} words, where {one.evidence.cited.outlet} allows {limit}"
    return _finding(_LONG, quoted, what, f"quote {limit} words at most, and say the rest in words of your own", one)


def _too_much(quotations: Sequence[_Quoted], one: _Limited) -> Iterator[Finding]:
    words = sum(quoted.words for quoted in quotations)
    if len(quotations) > 1 and one.limit is not None and words > _TIMES * one.limit:
        cited = one.evidence.cited
        what = f"the {len(quotations)} quotations of “{shortened(cited.title)}” ({cited.outlet}) have {words} words"
        what += f" together, more than twice the {one.limit} that one of them may have"
        longest = max(quotations, key=lambda quoted: quoted.words)
        yield _finding(_MUCH, longest, what, "drop one of them, or say it in words of your own", one)


def _finding(rule: Rule, quoted: _Quoted, what: str, todo: str, one: _Limited) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=section_of(quoted.wordings[0]),
        spot=quoted.spot,
        words=" ".join(quoted.text.split()),
        what=what,
        todo=todo,
        beside=tuple(_beside(quoted, one)),
    )


def _beside(quoted: _Quoted, one: _Limited) -> Iterator[Beside]:
    """Where the source says it."""
    if one.told is not None and _length(shared := one.told.longest(quoted.keys)) >= min(_FOUND, len(quoted.keys)):
        text, start, end = one.told.passage(shared.at, shared.at + _length(shared))
        yield Beside(text, one.evidence.cited.id, one.evidence.cited.outlet, start, end)


CHECK = Check(
    name="quotations",
    about="Whether quotations keep to the length that their sources allow.",
    rules=(_LONG, _MUCH),
    find=_find,
)
