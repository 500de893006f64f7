"""Dates that will be past when the issue goes out: invitations to yesterday, deadlines that have run out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.model.draft import Blurb
from newsletter.model.finding import Finding, Rule, Severity, Spot
from newsletter.model.kinds import Question, Voice
from newsletter.text.dates import MONTHS, WEEKDAYS
from newsletter.text.sentences import LONGEST

_PAST = Rule(
    name="date-past",
    severity=Severity.WARN,
    looks="A deadline, an invitation or an event to come whose day is past when the issue goes out.",
    why="The sentence was right when it was written and is wrong when it is read.",
    out="Write it as something that was, give another date, or take it out.",
)
_LATE = Rule(
    name="deadline-late",
    severity=Severity.WARN,
    looks="A last day for answers that lies behind the next issue's cut-off.",
    why="Answers that come so late cannot stand in the issue that promises them.",
    out="Write the day of the next cut-off, or leave the deadline out: then it is that day by itself.",
)

_MONTH = rf"(?:{'|'.join(sorted((name.title() for name in MONTHS), key=len, reverse=True))})\b\.?"
_DAY = r"[0-3]?[0-9](?:st|nd|rd|th)?(?![0-9:.,]*[0-9%])"
_DATE = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>{_DAY})(?:,?\s+(?P<year>20\d\d))?"
    rf"|(?<![\d.,:$€£-])(?P<day2>{_DAY})\s+(?:of\s+)?(?P<month2>{_MONTH})(?:,?\s+(?P<year2>20\d\d))?"
    r"|(?<![\d/.-])(?P<year3>20\d\d)-(?P<month3>\d\d)-(?P<day3>\d\d)(?![\d/-])"
    r"|(?:(?P<year4>20\d\d)年)?(?<![\d])(?P<month4>\d{1,2})月(?P<day4>\d{1,2})[日号號]"
)
_NAMES = "|".join(name.title() for name in WEEKDAYS)
_DAYS = re.compile(rf"\b(?:(?:on|by|until|till|before)\s+(?P<name>{_NAMES})|[Tt]omorrow)\b(?!['’])")

_AHEAD = re.compile(
    r"(?i)\b(?:will|shall|['’]ll|(?:is|are)\s+(?:to|due|set|expected|scheduled|planned)|plans?\s+to|going\s+to|upcoming"
    r"|forthcoming|deadline|join\s+us|join|register|rsvp|sign\s+up|apply|(?:book|reserve)\s+(?:your|a|now|by)|come\s+(?:to|and)|save\s+the"
    r"|tune\s+in|watch\s+live|write\s+to\s+us|send\s+us|tell\s+us|submit|closes?\s+on|opens?\s+on|starts?\s+on|begins?\s+on"
    r"|don['’]t\s+miss|is\s+open|are\s+open|runs?\s+until|due(?!\s+to))\b|将|將|即将|报名|報名|截止|欢迎|歡迎|敬请|敬請"
)
# What makes the day of a date one that was: "adopted on", "the statement of", "since".
_BEHIND = re.compile(
    r"(?i)(?:(?<!\bbe )\b(?:\w{2,}ed|held|begun|began|sent|made|taken|took|given|gave|met|set|left|came|went|was|were"
    r"|had|won|lost|sold|paid|said|told|written|wrote|struck|cut|put|found|built|drawn|born|died)\b"
    r"(?:\s+\w+){0,3}\s+(?:on|in|at|from|by)"
    r"|\b(?:of|dated|since|after|from|published))\s+(?:the\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?$"
)
_PAST_TENSE = re.compile(r"(?i)\b(?:was|were|had|did|said|told|went|came|met|held|stood|stayed|ran)\b|\b\w{3,}ed\b")
_LIMIT = re.compile(r"(?i)\b(?:by|until|till|through)\s+(?:\w+day,?\s+)?$")
_SENTENCE = re.compile(
    r"(?:[^.!?。！？\n]|(?<=\b[A-Z])\.|(?<=\b(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec))\.|\.(?=\w))"
    rf"{{1,{LONGEST}}}"
)
_BACK = 4  # days before the sending day whose names are taken for the days just gone by


@dataclass(frozen=True, slots=True)
class _Named:
    """A day that a text names."""

    start: int
    end: int
    day: date


def _find(inspected: Inspected) -> Iterable[Finding]:
    sent = inspected.draft.issue.date
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS and wording.kind != "correction":
            yield from _dates(wording, sent)
            yield from _days(wording, sent)
    for blurb in inspected.draft.blurbs:
        if isinstance(blurb.fields, Question) and blurb.fields.deadline is not None:
            yield from _deadline(blurb, blurb.fields.deadline, inspected)


def _dates(wording: Wording, sent: date) -> Iterator[Finding]:
    for sentence in _SENTENCE.finditer(wording.text):
        for named in _named(sentence[0], sent):
            start, end = sentence.start() + named.start, sentence.start() + named.end
            if named.day < sent and not _is_quoted(wording, start) and _is_announced(sentence[0], named):
                what = f"“{wording.text[start:end]}” is past when the issue goes out, on {_written(sent)}"
                yield told(_PAST, wording, start, end, what, "write it as something that was, or take it out")


def _days(wording: Wording, sent: date) -> Iterator[Finding]:
    """Days named without a date: readers count them from the day they get the issue."""
    for sentence in _SENTENCE.finditer(wording.text):
        for match in _DAYS.finditer(sentence[0]):
            start, end = sentence.start() + match.start(), sentence.start() + match.end()
            what = _miscounted(match, sentence[0], sent)
            if what and _AHEAD.search(sentence[0]) and not _is_quoted(wording, start):
                yield told(_PAST, wording, start, end, what, "write the date, so that nobody has to count")


def _miscounted(match: re.Match[str], sentence: str, sent: date) -> str | None:
    """How readers take the name of a day, where it is not the day that was meant."""
    if match["name"] is None:
        day = _written(sent + timedelta(days=1))
        return f"readers take “{match[0]}” for {day}, the day after the issue goes out"
    gone = (sent.weekday() - WEEKDAYS.index(match["name"].lower())) % 7
    if not 0 < gone <= _BACK or _is_behind(sentence, match.start("name")):
        return None
    return f"“{match[0]}” is past when the issue goes out, if {_written(sent - timedelta(days=gone))} is meant"


def _is_quoted(wording: Wording, at: int) -> bool:
    """Whether these are somebody else's words, which are not ours to change."""
    return any(start <= at < end for start, end in wording.quoted)


def _named(text: str, sent: date) -> Iterator[_Named]:
    for match in _DATE.finditer(text):
        at = next(at for at in ("", "2", "3", "4") if match[f"day{at}"])
        month, day = match[f"month{at}"].lower().rstrip("."), int(re.sub(r"\D", "", match[f"day{at}"]))
        year = int(match[f"year{at}"]) if match[f"year{at}"] else None
        found = _nearest(year, MONTHS.get(month) or int(month), day, sent)
        if found is not None:
            yield _Named(match.start(), match.end(), found)


def _nearest(year: int | None, month: int, day: int, sent: date) -> date | None:
    """The day, of the year that brings it nearest to the issue where none is named; None where no calendar has it."""
    found = []
    for one in (year,) if year else (sent.year - 1, sent.year, sent.year + 1):
        try:
            found.append(date(one, month, day))
        except ValueError:
            continue
    return min(found, key=lambda one: abs(one - sent), default=None)


def _is_announced(sentence: str, named: _Named) -> bool:
    """Whether the sentence speaks of the day as one to come."""
    before, after = sentence[: named.start], sentence[named.end :]
    if _is_behind(sentence, named.start):
        return False
    if _LIMIT.search(before):  # "open until 24 November"
        return bool(_AHEAD.search(sentence)) or not _PAST_TENSE.search(sentence)
    cues = tuple(_AHEAD.finditer(before))
    if cues:
        between = re.sub(r"\bbe\s+\w+", "", before[cues[-1].end() :])
        return not _PAST_TENSE.search(between)
    begins = re.fullmatch(r"\W*(?:(?:on|from|this)\s+)?(?:\w+day,?\s+)?", before, re.IGNORECASE)
    return bool(begins and _AHEAD.search(after) and not _PAST_TENSE.search(after))


def _is_behind(sentence: str, at: int) -> bool:
    return _BEHIND.search(sentence[:at]) is not None


def _deadline(blurb: Blurb, deadline: date, inspected: Inspected) -> Iterator[Finding]:
    week = inspected.draft.week
    spot = Spot(blurb.path, dict(blurb.lines).get("deadline", 1))
    if deadline < inspected.draft.issue.date:
        what = f"the last day for answers, {_written(deadline)}, is past when the issue goes out"
        todo = f"write {week.answers_by}, the day of the next cut-off, or leave it out"
        yield _at(_PAST, blurb, spot, deadline, what, todo)
    elif deadline > week.answers_by:
        cut_off = _written(week.answers_by)
        what = f"the last day for answers, {_written(deadline)}, lies behind the next cut-off, {cut_off}"
        yield _at(_LATE, blurb, spot, deadline, what, f"write {week.answers_by}, or leave it out")


def _at(rule: Rule, blurb: Blurb, spot: Spot, deadline: date, what: str, todo: str) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=blurb.name,
        spot=spot,
        words=str(deadline),
        what=what,
        todo=todo,
    )


def _written(day: date) -> str:
    """Friday 27 November."""
    return f"{WEEKDAYS[day.weekday()].title()} {day.day} {_MONTH_NAMES[day.month]}"


_MONTH_NAMES = {number: name.title() for name, number in sorted(MONTHS.items(), key=lambda one: len(one[0]))}

CHECK = Check(
    name="past",
    about="Dates and deadlines that are past when the issue goes out.",
    rules=(_PAST, _LATE),
    find=_find,
)
