"""What tells a person who fills in a form from a program: a field that nobody sees, and the time it takes. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import Enum

from newsletter.model.errors import ForgedToken
from newsletter.site.ask import Ask
from newsletter.tokens import KeyRing, Purpose

TRAP = "website"  # a field that no person sees or fills in
SHOWN = "shown"  # the field that says when the form was shown
LEAST, MOST = timedelta(seconds=2), timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Filled(Enum):
    """How a form has come back."""

    WELL = "well"
    ANEW = "anew"  # not from the form of ours, or too soon, or too late: it is shown again, filled in, with a button
    BY_A_PROGRAM = "by a program"  # is answered as if all were well, and nothing is done


def shown_token(ring: KeyRing, now: datetime) -> str:
    """For the field `SHOWN` of a form that is shown now."""
    return ring.sign(Purpose.FORM, str((now - _EPOCH) // _MILLISECOND))


def filled(ring: KeyRing, ask: Ask, now: datetime) -> Filled:
    """How this form has come back: in 2 seconds at least, in a day at most, from a page of our own."""
    if ask.form.get(TRAP):
        return Filled.BY_A_PROGRAM
    shown = _shown(ring, ask.form.get(SHOWN, ""))
    if shown is None or not ask.is_ours:
        return Filled.ANEW
    return Filled.WELL if LEAST <= now - shown <= MOST else Filled.ANEW


def token_again(ring: KeyRing, ask: Ask, now: datetime) -> str:
    """For the field `SHOWN` of a form that is shown again: who was only too quick need not wait twice."""
    token = ask.form.get(SHOWN, "")
    shown = _shown(ring, token)
    return token if shown is not None and timedelta(0) <= now - shown <= MOST - LEAST else shown_token(ring, now)


def _shown(ring: KeyRing, token: str) -> datetime | None:
    try:
        return _EPOCH + int(ring.verify(Purpose.FORM, token)) * _MILLISECOND
    except (ForgedToken, ValueError):
        return None
