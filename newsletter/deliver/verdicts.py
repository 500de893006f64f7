"""What an answer makes of a row: design.md 8 as a pure function. Source: RFC 5321 4.2.1, RFC 3463."""

from __future__ import annotations

from datetime import datetime

from newsletter.deliver.blame import ABOUT_THE_READER
from newsletter.deliver.retries import GIVE_UP, next_try
from newsletter.deliver.returned.reasons import reason
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import DeliveryState, Verdict, Waiting
from newsletter.model.returned import Nature

# No such mailbox, its domain takes no mail (RFC 7505), or it is disabled. Never 5.7.x, which is about us, and never a
# bare 550: servers say that for policy as well, in words of every kind. Nor where the words beside it tell another
# reason: 5.2.1 is also said to who sends too fast.
NO_SUCH_READER = frozenset({"5.1.1", "5.1.10", "5.2.1"})

_PATIENCE_IS_OVER = Answer(Phase.CONNECT, 0, None, "not tried again after 24 hours")


def verdict(row: Waiting, answer: Answer, *, ahead: bool, now: datetime, jitter: float) -> Verdict:
    """What becomes of a row whose envelope (`ahead`, before any intent) or whose content was answered so.

    Only what the reader's own server said counts towards expiry; a lost connection, 421 and all that is about us only
    moves the next try. A last dot without an answer is UNKNOWN.
    """
    state, counted = _state(answer), _counts(answer)
    return Verdict(
        seq=row.recipient.seq,
        attempt=row.attempt if ahead else row.attempt + 1,
        state=state,
        answer=answer,
        counted=counted,
        next_try=_next_try(row, counted, now, jitter) if state is DeliveryState.DEFERRED else None,
        ahead=ahead,
        suppress=state is DeliveryState.REFUSED and answer.phase is Phase.RCPT and _is_no_reader(answer),
    )


def expired(row: Waiting, now: datetime) -> Verdict | None:
    """The end of a deferred row whose server has asked for patience for 24 hours; None while it may be tried again."""
    if row.first_try is None or now < row.first_try + GIVE_UP:
        return None
    return Verdict(
        seq=row.recipient.seq, attempt=row.attempt, state=DeliveryState.EXPIRED, answer=_PATIENCE_IS_OVER, ahead=True
    )


def _is_no_reader(answer: Answer) -> bool:
    return answer.status in NO_SUCH_READER and reason(answer.status, answer.said) is Nature.HARD


def _state(answer: Answer) -> DeliveryState:
    if answer.phase is Phase.DOT:
        if 200 <= answer.code < 300:
            return DeliveryState.ACCEPTED
        if not (answer.transient or answer.permanent):  # none, or one that RFC 5321 does not know here
            return DeliveryState.UNKNOWN
    if answer.permanent and answer.phase in ABOUT_THE_READER:
        return DeliveryState.REFUSED
    return DeliveryState.DEFERRED


def _counts(answer: Answer) -> bool:
    return answer.transient and answer.code != 421 and answer.phase in ABOUT_THE_READER


def _next_try(row: Waiting, counted: bool, now: datetime, jitter: float) -> datetime:
    later = next_try(row.tries if counted else 0, now, jitter)
    if row.first_try is None or not counted:
        return later
    return min(later, max(now, row.first_try + GIVE_UP))  # then it expires, not hours later
