"""Whether a time that the issue names is one that an item names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from newsletter.check.cited import Said
from newsletter.check.time_between import is_age
from newsletter.model.draft import Draft
from newsletter.text.bounds import Bound, bound_of, same_bound
from newsletter.text.datings import Dating, Span, find_datings
from newsletter.text.figures import Figure, find_figures
from newsletter.text.implied_datings import implied_datings, last_day
from newsletter.text.yearparts import are_of_a_kind

# A weekday behind one of these may be the next one; without it, a report speaks of the last.
_AHEAD = re.compile(
    r"\b(?:will|shall|would|to|is|are|next|coming|until|till|by|from|before|through|due|may|must|can|plans?|expected"
    r"|scheduled|set)\b|将|將|下|至|起|前|计划|预计",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A time that a text of the issue names, and what it may mean there."""

    dating: Dating
    spans: tuple[Span, ...]
    bound: Bound | None  # "before April"
    whole: tuple[Span, ...] = ()  # of the range of months that it begins or ends: "between July and September"


@dataclass(frozen=True, slots=True)
class Named:
    """A time that an item names, what it may mean, and the sentence it stands in."""

    said: Said
    sentence: str
    dating: Dating
    spans: tuple[Span, ...]
    bound: Bound | None
    is_implied: bool = False  # reckoned: "the year before"

    @property
    def meant(self) -> Span | None:
        """What it means most likely."""
        day = self.said.evidence.cited.published
        return self.dating.nearest(day) if len(self.spans) > 1 else next(iter(self.spans), None)


@dataclass(frozen=True)
class Times:
    """What an item says of times, read once for all claims."""

    said: Said
    named: tuple[Named, ...]
    today: date  # the issue's day

    @cached_property
    def years(self) -> frozenset[int]:
        """The years that it gives only by how far they lie from another; see `_years_reckoned`."""
        return frozenset(_years_reckoned(self.said, self.today))


def times_of(said: Said, draft: Draft) -> Times:
    """The times of an item, for an issue."""
    return Times(said, named_times(said), draft.issue.date)


def named_times(said: Said) -> tuple[Named, ...]:
    """The times that an item names, in its order, and behind those of each sentence what it gives without a name."""
    found: list[Named] = []
    on, since = said.evidence.cited.published, None
    for sentence in (sentence for paragraph in said.sentences for sentence in paragraph):
        named = find_datings(sentence)
        for dating in named:
            spans = meant_spans(dating, sentence, on)
            found.append(Named(said, sentence, dating, spans, bound_of(dating, sentence, spans)))
        for dating in implied_datings(sentence, on, named, since):
            spans = dating.spans(on)
            found.append(Named(said, sentence, dating, spans, bound_of(dating, sentence, spans), True))
        since = last_day(named, on) or since
    return tuple(found)


def meant_spans(dating: Dating, sentence: str, day: date | None) -> tuple[Span, ...]:
    """What a time of a sentence of this day may mean: a weekday only the last one, unless it speaks of what comes."""
    spans = dating.spans(day)
    return spans[:1] if dating.is_weekday and not _AHEAD.search(sentence) else spans


def speaks_of(times: Times, claim: Claim) -> bool:
    """Whether an item names this time."""
    named = times.named
    if any(_agree(claim, one) for one in named):
        return True
    ours = claim.dating
    if ours.part is not None:  # "the spring of 2028" where an item says "in 2028", and later "in the spring"
        named_apart = any(one.dating.part == ours.part and one.dating.year is None for one in named)
        return named_apart and any(one.dating.year == ours.year for one in named)
    return is_year(ours) and ours.year is not None and ours.year in times.years


def _agree(claim: Claim, theirs: Named) -> bool:
    """Whether an item's time is ours or lies in it. Ours may lie in a range of days, and "last month" touch theirs."""
    ours, other = claim.dating, theirs.dating
    if same_bound(claim.bound, theirs.bound, theirs.spans) or _same_months(claim, theirs):
        return True
    if ours.part and other.part and are_of_a_kind(ours.part, other.part):
        return ours.part == other.part and (not theirs.spans or not set(claim.spans).isdisjoint(theirs.spans))
    if is_year(ours):  # "September" is of one year, the nearest
        near = theirs.meant
        return ours.year == other.year or (near is not None and any(within(near, our) for our in claim.spans))
    if not theirs.spans:
        return ours.named() == other.named() or (ours.weekday is not None and ours.weekday == other.weekday)
    for our in claim.spans:
        for their in theirs.spans:
            if within(their, our) or (other.is_range and within(our, their)):
                return True
            if ours.counted is not None and our[0] <= their[1] and their[0] <= our[1]:
                return True
    return False


def _same_months(claim: Claim, theirs: Named) -> bool:
    """Whether our months are as a whole what theirs are: July to September the third quarter, "since January" the
    first ten months."""
    if any(span in theirs.spans for span in claim.whole):
        return True
    if theirs.dating.last_month is None or claim.bound is None or claim.bound.is_end:
        return False
    return any(first in claim.bound.days for first, _ in theirs.spans)


def is_year(dating: Dating) -> bool:
    """Whether it is a year and nothing else."""
    return dating.year is not None and dating.month is None and dating.part is None


def within(inner: Span, outer: Span) -> bool:
    """Whether a span lies in another."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


_LATER = re.compile(r"\s?(?:\w+\s)?(?:later|after|on)\b|后|後", re.IGNORECASE)
_BACK = re.compile(r"\s?(?:\w+\s)?(?:earlier|before|previously)\b|前", re.IGNORECASE)
_AHEAD_FOR = re.compile(
    r"\b(?:next|coming|in|within|over\sthe)\s(?:about\s|the\snext\s|the\scoming\s)?$", re.IGNORECASE
)


def _years_reckoned(said: Said, today: date) -> Iterator[int]:
    """The years of which an item gives in years how far they lie from its own day, from ours, or from one it names.

    "For 22 years" counts back, "in five years" ahead, "twelve years later" from the year in its sentence; who is 78 was
    born 78 or 79 years ago.
    """
    starts = {day.year for day in (said.evidence.cited.published, today) if day}
    for sentence in (one for paragraph in said.sentences for one in paragraph):
        for figure in find_figures(sentence, said.entry.language):
            yield from _years(figure, sentence, starts)


_SIZES = {"years": 1, "decades": 10, "centuries": 100}


def _years(figure: Figure, sentence: str, starts: set[int]) -> set[int]:
    size, count = _SIZES.get(figure.unit or "", 1), int(figure.value)
    if figure.unit not in _SIZES:
        is_one = is_age(sentence, figure)
        return {start - count - birthday for start in starts for birthday in (0, 1)} if is_one else set()
    count *= size
    back = {start - count for start in starts}
    if _is_of_age(sentence, figure):
        back |= {start - count - 1 for start in starts}
    if _AHEAD_FOR.search(sentence, max(0, figure.start - 24), figure.start):
        back |= {start + count for start in starts}
    named = [one.year for one in find_datings(sentence) if one.year is not None]
    if _LATER.match(sentence, _unit_end(sentence, figure)):
        back |= {one + count for one in named}
    if _BACK.match(sentence, _unit_end(sentence, figure)):
        back |= {one - count for one in named}
    return back


def _unit_end(sentence: str, figure: Figure) -> int:
    unit = re.match(r"\s?(?:years?|decades?|centur(?:y|ies))|年", sentence[figure.end :])
    return figure.end + (unit.end() if unit else 0)


def _is_of_age(sentence: str, figure: Figure) -> bool:
    """Whether the years are somebody's age: "78 years old", 七十八岁."""
    return bool(re.match(r"[-\s]years?[-\s]old\b|\syears\sof\sage|岁|歲", sentence[figure.end :]))
