"""Whether every date of a text agrees with the items it leans on, and whether there is such a day at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.check.cited import Resting, Said, cite, cited, not_looked_up
from newsletter.check.days import told_day, told_span
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.thisweek import NOT_THIS_WEEK, stale
from newsletter.check.unread import unread
from newsletter.check.wording import Wording
from newsletter.model.draft import Draft
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.item import Stamp
from newsletter.model.kinds import Voice
from newsletter.text.bounds import Bound, bound_of, same_bound
from newsletter.text.dates import WEEKDAYS
from newsletter.text.datings import Dating, Span, find_datings
from newsletter.text.figures import find_figures
from newsletter.text.yearparts import are_of_a_kind

_NOT_FOUND = Rule(
    name="date-not-found",
    severity=Severity.WARN,
    looks="A date, month, year or weekday that none of the items behind its paragraph or section speaks of.",
    why="Dates go wrong in the last rewrite, when the sources are closed again.",
    out="Correct the date, or cite the item it comes from. Times such as “on Tuesday” or “last month” count from the "
    "issue's day in our text and from the item's day in the item's; the day an item was published counts too.",
)
_IMPOSSIBLE = Rule(
    name="impossible-date",
    severity=Severity.WARN,
    looks="A day that no calendar has, or a weekday that does not fall on its date.",
    why="Half of it is wrong, and the reader cannot tell which half.",
    out="Look the day up and correct the weekday or the date.",
)
# A weekday behind one of these may be the next one; without it, a report speaks of the last.
_AHEAD = re.compile(
    r"\b(?:will|shall|would|to|is|are|next|coming|until|till|by|from|before|through|due|may|must|can|plans?|expected"
    r"|scheduled|set)\b|将|將|下|至|起|前|计划|预计",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Claim:
    """A time that a text of the issue names, and what it may mean there."""

    dating: Dating
    spans: tuple[Span, ...]
    bound: Bound | None  # "before April"


@dataclass(frozen=True, slots=True)
class _Named:
    """A time that an item names, what it may mean, and the sentence it stands in."""

    said: Said
    sentence: str
    dating: Dating
    spans: tuple[Span, ...]
    bound: Bound | None

    @property
    def meant(self) -> Span | None:
        """What it means most likely."""
        day = self.said.evidence.cited.published
        return self.dating.nearest(day) if len(self.spans) > 1 else next(iter(self.spans), None)


def _find(inspected: Inspected) -> Iterator[Finding]:
    draft = inspected.draft
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS:
            yield from _impossible(wording, draft)
    everything = cited(inspected)
    named = {said.id: _named(said) for said in everything.said}
    own = (draft.issue.date, draft.week.next_issue, draft.week.answers_by)
    missed: list[tuple[Evidence, ...]] = []
    for resting in everything.resting:
        if resting.wording.voice is Voice.OURS:
            yield from stale(resting, draft)
        for claim in _claims(resting.wording, draft, own):
            near = [one for one in resting.evidence if one.cited.id in _marked(resting.wording, claim.dating)]
            if any(_is_published(one, claim, named.get(one.cited.id, ())) for one in near):
                continue
            if any(_speaks_of(said, named[said.id], claim, draft) for said in resting.said):
                continue
            if resting.missing:
                missed.append(resting.missing)
                continue
            elsewhere = [one for one in everything.elsewhere(resting) if _speaks_of(one, named[one.id], claim, draft)]
            known = [one for said in resting.said for one in named[said.id]]
            yield _finding(resting, claim, known, elsewhere)
    if what := not_looked_up(missed, "date was", "dates were"):
        yield unread(_NOT_FOUND, inspected, what)


def _named(said: Said) -> tuple[_Named, ...]:
    day = said.evidence.cited.published
    return tuple(
        _Named(said, sentence, dating, spans, bound_of(dating, sentence, spans))
        for paragraph in said.sentences
        for sentence in paragraph
        for dating in find_datings(sentence)
        for spans in (_meant(dating, sentence, day),)
    )


def _meant(dating: Dating, sentence: str, day: date | None) -> tuple[Span, ...]:
    spans = dating.spans(day)
    return spans[:1] if dating.is_weekday and not _AHEAD.search(sentence) else spans


def _claims(wording: Wording, draft: Draft, own: tuple[date, ...]) -> Iterator[_Claim]:
    """The times of a text that a source must know of, in its order."""
    quoted = wording.quoted
    for dating in find_datings(wording.text):
        in_quotation = any(start <= dating.start < end for start, end in quoted)
        # What a speaker calls "Tuesday" is the speaker's; the quotation itself is looked up by its words.
        if in_quotation and dating.year is None and dating.day is None:
            continue
        if dating.is_impossible or not _is_checked(dating, wording.text):
            continue
        if wording.voice is Voice.OURS and _other_weekday(dating, draft) is not None:  # that is told
            continue
        spans = _ours(dating, wording.text, draft.issue.date)
        if dating.day is None or not any((day, day) in spans for day in own):
            yield _Claim(dating, spans, bound_of(dating, wording.text, spans))


def _is_checked(dating: Dating, text: str) -> bool:
    """Whether it says when. "This month" and "in the spring" are as vague as "now", "two years earlier" counts from
    something in the text, and "two weeks ago" is a figure."""
    if dating.part is not None:
        return dating.year is not None or dating.years_on is not None
    counted = dating.counted
    if counted is None:
        return True
    written = counted.written.lower()
    if counted.shift == 0 or written.endswith("earlier") or written.startswith("in "):
        return False
    if written.endswith("ago") and counted.unit in ("day", "week"):
        return False
    return not text[: counted.at].endswith(("the ", "of "))  # "the last month of the year", "the next week"


def _ours(dating: Dating, text: str, today: date) -> tuple[Span, ...]:
    """What it may mean in the issue: in a letter of a Friday "on Friday" may be a week ago, as "last Tuesday" may."""
    spans = dating.spans(today)
    if dating.counted is not None and dating.counted.written.lower().endswith("ago"):
        slack = timedelta(days=15 if dating.counted.unit == "month" else 183)
        return tuple((first - slack, last + slack) for first, last in spans)
    if dating.is_weekday and spans:
        last = text[: dating.start].lower().endswith("last ")
        if last or dating.weekday == today.weekday():
            before = spans[0][0] - timedelta(weeks=1)
            return (*spans, (before, before))
    return spans


def _marked(wording: Wording, dating: Dating) -> tuple[str, ...]:
    """The items whose day of publication a time may rest on: those of the next mark, in a text that has marks.

    Else the day on which some other report of the paragraph appeared would vouch for any weekday.
    """
    places = [at for at, _ in wording.marks]
    if not places:
        return wording.leans
    upto = min((at for at in places if at >= dating.end), default=max(places))
    return tuple(item for at, item in wording.marks if at == upto)


def _is_published(one: Evidence, claim: _Claim, named: tuple[_Named, ...]) -> bool:
    """Whether it was published or changed in this time somewhere: a late evening is the next day elsewhere.

    That is no word for a month or a season, where the item itself speaks of another one.
    """
    ours = claim.dating
    if ours.day is None and ours.month and any(item.dating.month not in (None, ours.month) for item in named):
        return False
    if ours.part and any(item.dating.part not in (None, ours.part) for item in named):
        return False
    stamps = (one.entry.published, one.entry.updated) if one.entry else ()
    days = {one.cited.published, one.cited.updated, *(day for stamp in stamps for day in _days(stamp))}
    return any(_within((day, day), span) for day in days if day for span in claim.spans)


def _days(stamp: Stamp | None) -> Iterator[date]:
    if stamp is not None:
        yield from (moment.date() for moment in (stamp.wall, stamp.instant) if moment)


def _speaks_of(said: Said, named: tuple[_Named, ...], claim: _Claim, draft: Draft) -> bool:
    """Whether an item names this time."""
    if any(_agree(claim, one) for one in named):
        return True
    ours = claim.dating
    if ours.part is not None:  # "the spring of 2028" where an item says "in 2028", and later "in the spring"
        named_apart = any(one.dating.part == ours.part and one.dating.year is None for one in named)
        return named_apart and any(one.dating.year == ours.year for one in named)
    return _is_year(ours) and ours.year is not None and _year_reckoned(said, ours.year, draft)


def _agree(claim: _Claim, theirs: _Named) -> bool:
    """Whether an item's time is ours or lies in it. Ours may lie in a range of days, and "last month" touch theirs."""
    ours, other = claim.dating, theirs.dating
    if same_bound(claim.bound, theirs.bound, theirs.spans):
        return True
    if ours.part and other.part and are_of_a_kind(ours.part, other.part):
        return ours.part == other.part and (not theirs.spans or not set(claim.spans).isdisjoint(theirs.spans))
    if _is_year(ours):  # "September" is of one year, the nearest
        near = theirs.meant
        return ours.year == other.year or (near is not None and any(_within(near, our) for our in claim.spans))
    if not theirs.spans:
        return ours.named() == other.named() or (ours.weekday is not None and ours.weekday == other.weekday)
    for our in claim.spans:
        for their in theirs.spans:
            if _within(their, our) or (other.is_range and _within(our, their)):
                return True
            if ours.counted is not None and our[0] <= their[1] and their[0] <= our[1]:
                return True
    return False


def _is_year(dating: Dating) -> bool:
    """Whether it is a year and nothing else."""
    return dating.year is not None and dating.month is None and dating.part is None


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _year_reckoned(said: Said, year: int, draft: Draft) -> bool:
    """Whether the year is so many before the item's own, or the issue's, as the item gives in years: "for 22 years"."""
    starts = {day.year for day in (said.evidence.cited.published, draft.issue.date) if day}
    return any(
        figure.unit == "years" and any(start - figure.value == year for start in starts)
        for text in said.paragraphs
        for figure in find_figures(text, said.entry.language)
    )


def _finding(resting: Resting, claim: _Claim, known: list[_Named], elsewhere: list[Said]) -> Finding:
    wording, ours = resting.wording, claim.dating
    words = wording.text[ours.start : ours.end]
    meant = next(iter(claim.spans), None)
    when = f" ({told_day(meant[0])})" if meant and ours.is_weekday else ""
    what = f"no item cited here speaks of “{words}”{when}"
    todo = "correct the date, or cite the item it comes from"
    if elsewhere:
        what += f", but {elsewhere[0].evidence.cited.outlet} does"
        todo = f"{cite(resting, elsewhere[0])} if it comes from there, or correct the date"
    near = _nearest(claim, known)
    beside: tuple[Beside, ...] = ()
    if near is not None:
        beside = (near.said.beside(near.sentence, near.dating.start, near.dating.end),)
        if span := near.meant:
            what += "" if elsewhere else f"; the nearest there is {told_span(span)}"
    elif resting.said and (day := resting.said[0].evidence.cited.published):
        beside = (resting.said[0].beside(f"published on {told_day(day)}"),)
    return told(_NOT_FOUND, wording, ours.start, ours.end, what, todo, beside=beside)


def _nearest(claim: _Claim, known: list[_Named]) -> _Named | None:
    """What the items name that lies nearest; what is as exact as ours goes first."""
    found: tuple[tuple[bool, int], _Named] | None = None
    for one in known:
        span = one.meant
        if span is None or not claim.spans:
            continue
        away = min(abs((span[0] - ours[0]).days) for ours in claim.spans)
        rank = (_is_day(one.dating) != _is_day(claim.dating), away)
        if found is None or rank < found[0]:
            found = rank, one
    return found[1] if found else None


def _is_day(dating: Dating) -> bool:
    return dating.day is not None or dating.weekday is not None


def _impossible(wording: Wording, draft: Draft) -> Iterator[Finding]:
    """Days that are none, and weekdays on which their date does not fall."""
    for dating in find_datings(wording.text):
        words = wording.text[dating.start : dating.end]
        if dating.is_impossible and (dating.month or dating.year):
            what, todo = f"“{words}” is in no calendar", "look the day up and correct it"
            yield told(_IMPOSSIBLE, wording, dating.start, dating.end, what, todo)
        elif (weekday := _other_weekday(dating, draft)) is not None:
            what = f"“{words}” does not fit together: that day is a {WEEKDAYS[weekday].title()}"
            todo = "correct the weekday or the date"
            yield told(_IMPOSSIBLE, wording, dating.start, dating.end, what, todo)


def _other_weekday(dating: Dating, draft: Draft) -> int | None:
    """The weekday on which a date falls, where the text names another; else None."""
    if dating.weekday is None or dating.day is None:
        return None
    # Without a year, a day that lies as near before the issue as behind it may be either.
    days = [first for first, _ in dating.spans(draft.issue.date) if dating.month]
    near = [day for day in days if dating.year or abs((day - draft.issue.date).days) <= 340]
    return near[0].weekday() if near and all(day.weekday() != dating.weekday for day in near) else None


CHECK = Check(
    name="dates",
    about="Whether the dates of a text agree with the items it cites, and with the calendar.",
    rules=(_NOT_FOUND, NOT_THIS_WEEK, _IMPOSSIBLE),
    find=_find,
)
