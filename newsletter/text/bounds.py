"""Times that are said as a bound: "before April" is "by 31 March", and "after 31 March" is "from 1 April"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from newsletter.text.datings import Dating, Span

_START = r"(?:the\s(?:very\s)?(?:start|beginning)\sof\s)?"
_END = r"(?:the\s(?:very\s)?(?:end|close)\sof\s)?"
_BEFORE = re.compile(rf"\b(?:before|prior\sto|ahead\sof|(?:no|not)\slater\sthan\sbefore)\s{_START}$", re.IGNORECASE)
_UNTIL = re.compile(rf"\b(?:by|until|till|through|(?:no|not)\slater\sthan)\s{_END}$", re.IGNORECASE)
_FROM = re.compile(rf"\b(?:from|since|as\sof|starting|beginning)\s(?:on\s|in\s)?{_START}$", re.IGNORECASE)
_AFTER = re.compile(rf"\b(?:after|later\sthan)\s{_END}$", re.IGNORECASE)
_HAN_BEFORE, _HAN_AFTER = re.compile("之?前|以前"), re.compile("之?后|之?後|以后|以後")
_HAN_UNTIL, _HAN_FROM = re.compile("[底末]之?前|[底末]以前"), re.compile("起|以来|以來")
_DAY = timedelta(days=1)
_FURTHEST = 45  # characters that are looked at before a time


@dataclass(frozen=True, slots=True)
class Bound:
    """The last days until which something holds, or the first ones from which it does: one for each possible time."""

    is_end: bool
    days: frozenset[date]


def bound_of(dating: Dating, text: str, spans: Iterable[Span]) -> Bound | None:
    """The bound that a text makes of a time it names, when that means one of these spans; None where it makes none."""
    if dating.counted is not None or dating.is_weekday:
        return None
    before = text[max(dating.start - _FURTHEST, 0) : dating.start]
    if _HAN_UNTIL.match(text, dating.end) or _UNTIL.search(before):
        return Bound(True, frozenset(last for _, last in spans))
    if _HAN_BEFORE.match(text, dating.end) or _BEFORE.search(before):
        return Bound(True, frozenset(first - _DAY for first, _ in spans))
    if _HAN_FROM.match(text, dating.end) or _FROM.search(before):
        return Bound(False, frozenset(first for first, _ in spans))
    if _HAN_AFTER.match(text, dating.end) or _AFTER.search(before):
        return Bound(False, frozenset(last + _DAY for _, last in spans))
    return None


def same_bound(ours: Bound | None, theirs: Bound | None, their_spans: Iterable[Span]) -> bool:
    """Whether a bound of ours is theirs, or a single day that they name without saying which side of it they mean."""
    if ours is None or (theirs is not None and theirs.is_end is not ours.is_end):
        return False
    days = {first for first, last in their_spans if first == last} | (theirs.days if theirs else frozenset())
    return not ours.days.isdisjoint(days)
