"""What an answer makes of a notice: sent, tried again, or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from newsletter.model.answer import Answer, Phase
from newsletter.model.notice import Notice, NoticeState
from newsletter.tokens import KeyRing, Purpose

FIRST_WAIT = timedelta(minutes=1)  # somebody sits there and waits for it
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP = timedelta(days=2)  # after it was asked for

# What a server refuses for good here is this message or its reader; at any earlier phase it is us, which can be mended.
_ABOUT_IT = (Phase.RCPT, Phase.DATA, Phase.CONTENT, Phase.DOT)


def after(notice: Notice, answer: Answer, now: datetime) -> Notice:
    """The notice after a try. `answer` is the server's last word, or what became of the connection.

    Accepted: sent. Refused for good (5yz): failed. Anything else, and an answer that was lost as well, is tried again
    after a minute, doubling to an hour, until two days after it was asked for: rather twice than never. One with an end
    is tried more often near it, and is late where the next try would come behind it.
    """
    notice = replace(notice, tries=notice.tries + 1, said=str(answer))
    if answer.positive and answer.phase is Phase.DOT:
        return replace(notice, state=NoticeState.SENT)
    if (answer.permanent and answer.phase in _ABOUT_IT) or now - notice.asked >= GIVEN_UP:
        return replace(notice, state=NoticeState.FAILED)
    pause = wait(notice.tries)
    if notice.until is not None:  # an hour's pause is too long for a server that is back before the end
        pause = min(pause, max(FIRST_WAIT, (notice.until - now) / 2))
    notice = replace(notice, next_try=now + pause)
    return replace(notice, state=NoticeState.LATE) if notice.is_late(notice.next_try) else notice


def wait(tries: int) -> timedelta:
    """How long after this many tries the next one is."""
    return min(FIRST_WAIT * (1 << min(tries - 1, 10)), LONGEST_WAIT)


def message_id(notice: Notice, domain: str, ring: KeyRing) -> str:
    """The Message-ID of a notice, in its brackets: the same at every try, so that a reader's server can drop a double.

    It holds the time the notice was asked for, since a database put back from a backup gives a number twice.
    """
    name = f"notice.{notice.asked:%Y%m%dT%H%M%S%f}.{notice.number}"
    return f"<{name}.{ring.mac(Purpose.MESSAGE_ID, name)}@{domain}>"
