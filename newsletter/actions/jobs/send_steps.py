"""What a mailing needs next from the clock: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from newsletter.actions.due_runs import A_MINUTE
from newsletter.model.job import Occasion, Outcome, RunState
from newsletter.model.mailing import Mailing, MailingState, Pause

AGAIN = timedelta(minutes=5)  # to the next try to reach a mail server
_S = MailingState
_PASSING = (Pause.UNREACHABLE, Pause.DISK)


class Step(Enum):
    """What is to be done with it now."""

    SEND = "send"
    RESUME = "resume"
    WAIT = "wait"  # for a person
    LEAVE = "leave"  # there is nothing more to do by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An issue that is due, and its mailing."""

    occasion: Occasion
    mailing: Mailing | None  # None: nothing of it is planned yet
    grace: timedelta
    resume: timedelta

    @property
    def begun(self) -> bool:
        """Whether a mail of it may have left."""
        return self.mailing is not None and self.mailing.began is not None

    @property
    def put_off(self) -> bool:
        """Whether it got a later time, as its server could not be reached at its own."""
        return self.mailing is not None and not self.begun and self.mailing.due > self.occasion.due

    @property
    def until(self) -> datetime:
        """From when on it is too late to begin, UTC."""
        until = self.occasion.until or self.occasion.due + self.grace
        if self.put_off and self.mailing is not None and until > self.occasion.due:
            return min(self.mailing.due + self.grace, self.limit)
        return until

    @property
    def limit(self) -> datetime:
        """Until when it goes on by itself, UTC; a person who resumes it gives it more time."""
        begun = self.mailing if self.begun else None
        return begun.expires if begun else self.occasion.due + self.resume


def next_step(one: Standing, now: datetime) -> Step:
    """What is to be done."""
    mailing = one.mailing
    if mailing is not None and mailing.state in (_S.SENT, _S.CANCELLED, _S.MISSED):
        return Step.LEAVE
    if not one.begun and _is_gone(one, now):
        return Step.LEAVE
    if mailing is None:
        return Step.SEND
    if (one.begun or mailing.state is _S.PAUSED) and now >= one.limit:
        return Step.LEAVE
    if mailing.state is _S.PAUSED and mailing.pause in _PASSING:
        return Step.RESUME
    if mailing.state is _S.PAUSED:
        return Step.LEAVE if mailing.pause is Pause.EXPIRED else Step.WAIT
    return Step.WAIT if mailing.state is _S.UNRESOLVED else Step.SEND


def _is_gone(one: Standing, now: datetime) -> bool:
    """Whether schedule.yaml names the issue no more."""
    return one.occasion.until is not None and one.occasion.until <= one.occasion.due and now >= one.occasion.until


def over(one: Standing, receipt: str | None = None, trouble: Exception | None = None) -> Outcome:
    """What a mailing came to of which nothing more is done by itself."""
    mailing, issue = one.mailing, one.occasion.issue
    behind = f"; but home and feeds may not show it yet: {trouble}" if trouble else ""
    if mailing is None or (not one.begun and mailing.state not in (_S.SENT, _S.CANCELLED, _S.PAUSED)):
        return missed(_why_missed(one))
    words = receipt or (f"{mailing.state.value} already" if mailing.state is _S.SENT else _words(mailing))
    match mailing.state:
        case _S.SENT:
            return _done(words + behind)
        case _S.CANCELLED:
            return _done(f"cancelled; {words}")
        case _S.MISSED:
            return missed(words)
        case _S.UNRESOLVED:
            return _done(f"{words}{behind}; `newsletter receipt {issue} --show unknown` shows what has to be decided")
    return failed(f"{_words(mailing)}; it goes on no more by itself, `newsletter resume {issue}` does")


def _why_missed(one: Standing) -> str:
    if one.mailing is not None and one.mailing.state is _S.MISSED:
        why = one.mailing.words or "it was due too long ago"
        return f"{why}; `newsletter send {one.occasion.issue} --now` sends it still"
    return "schedule.yaml does not name it any more, and nothing of it has left"


def waiting(one: Standing, now: datetime, words: str | None = None, pause: timedelta = A_MINUTE) -> Outcome:
    """Another look, after a while."""
    mailing = one.mailing
    if words is None and mailing is not None and mailing.state is _S.PAUSED:
        passing = mailing.pause in _PASSING
        pause = AGAIN if passing else pause
        who = "it is tried again every 5 minutes" if passing else f"`newsletter resume {one.occasion.issue}` goes on"
        words = f"{_words(mailing)}; {who}"
    if words is None and mailing is not None and mailing.state is _S.UNRESOLVED:
        pause = AGAIN
        words = f"of some copies nobody knows whether they arrived; `newsletter receipt {mailing.issue}` tells more"
    return Outcome(state=RunState.WAITING, words=words or "it is looked at again", next_try=now + pause)


def missed(words: str) -> Outcome:
    """It was not sent, and will not be by itself."""
    return Outcome(state=RunState.MISSED, words=words)


def failed(words: str) -> Outcome:
    """It has begun, and does not go on by itself."""
    return Outcome(state=RunState.FAILED, words=words)


def _done(words: str) -> Outcome:
    return Outcome(state=RunState.DONE, words=words)


def _words(mailing: Mailing) -> str:
    return f"{mailing.state.value} ({mailing.words})" if mailing.words else mailing.state.value
