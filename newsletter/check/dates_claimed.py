"""Whether every date of a text agrees with the items it leans on, and whether there is such a day at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from newsletter.check.cited import Resting, Said, cite, cited, not_looked_up
from newsletter.check.dates_agree import Claim, Named, Times, speaks_of, times_of, within
from newsletter.check.dates_reckoned import Ways, how_dated
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
from newsletter.text.bounds import bound_of
from newsletter.text.dates import WEEKDAYS
from newsletter.text.datings import Dating, Span, find_datings
from newsletter.text.implied_datings import month_ranges

_NOT_FOUND = Rule(
    name="date-not-found",
    severity=Severity.WARN,
    looks="A date, month, year or weekday that none of the items behind its paragraph or section speaks of.",
    why="Dates go wrong in the last rewrite, when the sources are closed again.",
    out="Correct the date, or cite the item it comes from. Times such as “on Tuesday” or “last month” count from the "
    "issue's day in our text and from the item's day in the item's; the day an item was published counts too.",
)
_RECKONED = Rule(
    name="date-reckoned",
    severity=Severity.NOTE,
    looks="A time that none of the items names, but that follows from what they say: a weekday of another week, the "
    "day so many months after one they name.",
    why="Most such dates are right; but nobody has looked at the reckoning, and a wrong date sometimes hits on one.",
    out="Read the reckoning that is shown. If it is what you mean, all is well; if not, look the date up.",
)
_IMPOSSIBLE = Rule(
    name="impossible-date",
    severity=Severity.WARN,
    looks="A day that no calendar has, or a weekday that does not fall on its date.",
    why="Half of it is wrong, and the reader cannot tell which half.",
    out="Look the day up and correct the weekday or the date.",
)


def _find(inspected: Inspected) -> Iterator[Finding]:
    draft = inspected.draft
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS:
            yield from _impossible(wording, draft)
    everything = cited(inspected)
    times = {said.id: times_of(said, draft) for said in everything.said}
    own = (draft.issue.date, draft.week.next_issue, draft.week.answers_by)
    ways = Ways()
    missed: list[tuple[Evidence, ...]] = []
    for resting in everything.resting:
        if resting.wording.voice is Voice.OURS:
            yield from stale(resting, draft)
        for claim in _claims(resting.wording, draft, own):
            near = [one for one in resting.evidence if one.cited.id in _marked(resting.wording, claim.dating)]
            if any(_is_published(one, claim, times.get(one.cited.id)) for one in near):
                continue
            if any(speaks_of(times[said.id], claim) for said in resting.said):
                continue
            if resting.missing:
                missed.append(resting.missing)
                continue
            elsewhere = [one for one in everything.elsewhere(resting) if speaks_of(times[one.id], claim)]
            yield _finding(resting, claim, [times[said.id] for said in resting.said], elsewhere, ways)
    if what := not_looked_up(missed, "date was", "dates were"):
        yield unread(_NOT_FOUND, inspected, what)


def _claims(wording: Wording, draft: Draft, own: tuple[date, ...]) -> Iterator[Claim]:
    """The times of a text that a source must know of, in its order."""
    quoted = wording.quoted
    datings = find_datings(wording.text)
    whole = {
        end.start: months.spans(draft.issue.date)
        for first, last, months in month_ranges(wording.text, datings)
        for end in (first, last)
    }
    for dating in datings:
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
            yield Claim(dating, spans, bound_of(dating, wording.text, spans), whole.get(dating.start, ()))


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
        if _COUNTED_ON.search(text, 0, dating.start) or _COUNTED_BEHIND.match(text, dating.end):
            days = (spans[0][0] + timedelta(weeks=weeks) for weeks in range(-9, 10))
            return tuple((day, day) for day in days)
        last = text[: dating.start].lower().endswith("last ")
        if last or dating.weekday == today.weekday():
            before = spans[0][0] - timedelta(weeks=1)
            return (*spans, (before, before))
    return spans


# "The following Monday", "the Monday after" count from something in the text.
_COUNTED_ON = re.compile(r"\b(?:following|previous|preceding|that(?:\ssame)?|the\ssame|the\snext)\s$", re.IGNORECASE)
_COUNTED_BEHIND = re.compile(r"\s(?:after|before|following|thereafter)\b(?!\s(?:last|next)\b)", re.IGNORECASE)


def _marked(wording: Wording, dating: Dating) -> tuple[str, ...]:
    """The items whose day of publication a time may rest on: those of the next mark, in a text that has marks.

    Else the day on which some other report of the paragraph appeared would vouch for any weekday.
    """
    places = [at for at, _ in wording.marks]
    if not places:
        return wording.leans
    upto = min((at for at in places if at >= dating.end), default=max(places))
    return tuple(item for at, item in wording.marks if at == upto)


def _is_published(one: Evidence, claim: Claim, times: Times | None) -> bool:
    """Whether it was published or changed in this time somewhere: a late evening is the next day elsewhere.

    That is no word for a month or a season, where the item itself speaks of another one.
    """
    ours = claim.dating
    other = [item.dating for item in times.named if not item.is_implied] if times else []
    if ours.day is None and ours.month and any(one.month not in (None, ours.month) for one in other):
        return False
    if ours.part and any(one.part not in (None, ours.part) for one in other):
        return False
    stamps = (one.entry.published, one.entry.updated) if one.entry else ()
    days = {one.cited.published, one.cited.updated, *(day for stamp in stamps for day in _days(stamp))}
    return any(within((day, day), span) for day in days if day for span in claim.spans)


def _days(stamp: Stamp | None) -> Iterator[date]:
    if stamp is not None:
        yield from (moment.date() for moment in (stamp.wall, stamp.instant) if moment)


def _finding(resting: Resting, claim: Claim, items: list[Times], elsewhere: list[Said], ways: Ways) -> Finding:
    wording, ours = resting.wording, claim.dating
    words = wording.text[ours.start : ours.end]
    meant = next(iter(claim.spans), None)
    when = f" ({told_day(meant[0])})" if meant and ours.is_weekday else ""
    what = f"no item cited here speaks of “{words}”{when}"
    todo = "correct the date, or cite the item it comes from"
    if elsewhere:
        what += f", but {elsewhere[0].evidence.cited.outlet} does"
        todo = f"{cite(resting, elsewhere[0])} if it comes from there, or correct the date"
    elif follows := how_dated(claim, items, ways):
        todo = "see whether that is what you mean"
        what = f"{what}; {follows.words}"
        return told(_RECKONED, wording, ours.start, ours.end, what, todo, beside=follows.beside)
    near = _nearest(claim, [one for item in items for one in item.named])
    beside: tuple[Beside, ...] = ()
    if near is not None:
        beside = (near.said.beside(near.sentence, near.dating.start, near.dating.end),)
        if span := near.meant:
            what += "" if elsewhere else f"; the nearest there is {told_span(span)}"
    elif resting.said and (day := resting.said[0].evidence.cited.published):
        beside = (resting.said[0].beside(f"published on {told_day(day)}"),)
    return told(_NOT_FOUND, wording, ours.start, ours.end, what, todo, beside=beside)


def _nearest(claim: Claim, known: list[Named]) -> Named | None:
    """What the items name that lies nearest; what is as exact as ours goes first."""
    found: tuple[tuple[bool, int], Named] | None = None
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
    rules=(_NOT_FOUND, _RECKONED, NOT_THIS_WEEK, _IMPOSSIBLE),
    find=_find,
)
