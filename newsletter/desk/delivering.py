"""What the pages of a delivery say: where it stands, what it waits for, what can be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from newsletter.actions.delivery_progress import Before, Sending
from newsletter.actions.start_sending import Start, starts
from newsletter.desk.fates import figures
from newsletter.desk.wording import clock_words, clocks, countdown, cut, span_words
from newsletter.model.approval import Standing
from newsletter.model.changes import listed
from newsletter.model.mailing import DeliveryState, Mailing, MailingState, Pause, Receipt
from newsletter.publication.schedule import City

_S, _M = DeliveryState, MailingState
_WINDOW = timedelta(minutes=1)  # over which the rate is taken
_IDLE = timedelta(minutes=2)  # nothing has moved for so long: perhaps nobody is at it

_MOVING = (_M.READY, _M.SENDING, _M.PAUSED)
_STATES = {
    _M.PLANNING: ("none", "being planned"),
    _M.READY: ("ok", "planned"),
    _M.SENDING: ("now", "sending"),
    _M.PAUSED: ("warn", "paused"),
    _M.UNRESOLVED: ("bad", "waits for a decision"),
    _M.SENT: ("ok", "sent"),
    _M.MISSED: ("bad", "missed"),
    _M.CANCELLED: ("none", "cancelled"),
}
_WAITS = {
    Pause.PERSON: (
        "It waits until somebody presses “Go on”. Whoever has not got it gets it then, and nobody gets it twice."
    ),
    Pause.PROVIDER: (
        "The mail server refuses us, or too many of our mails. It waits for somebody who looks into what the server "
        "says, mends it, and presses “Go on”."
    ),
    Pause.UNREACHABLE: (
        "The mail server cannot be reached. Where “newsletter run” is running, it is tried again every 5 minutes; "
        "“Go on” tries it at once."
    ),
    Pause.DISK: "The database cannot grow: the disk is full. It goes on by itself as soon as there is room.",
    Pause.EXPIRED: "The time in which it goes on by itself is over. It waits for somebody who presses “Go on”.",
}
# While it is sent


def progress(sending: Sending, cities: Sequence[City]) -> dict[str, Any]:
    """How far it has come, for the part of the page that is asked for again and again."""
    mailing, receipt = sending.mailing, sending.receipt
    is_starting = sending.at_it and (mailing is None or mailing.began is None)
    common: dict[str, Any] = {
        "starting": is_starting,
        "at_it": sending.at_it,
        "log": list(map(cut, sending.said)) if sending.said and _is_told(sending) else [],
        "log_open": not sending.at_it and (mailing is None or mailing.began is None),
        "moves": sending.at_it or _is_under_way(mailing),
        "countdown": countdown(sending.due, sending.now),
        "stamp": stamp(sending),
        "bar": None,
        "counts": [],
        "idle": is_idle(sending),
        **dict.fromkeys(("words", "waits", "rate", "pace", "next_try"), ""),
    }
    if mailing is None or receipt is None:
        word = "being started" if is_starting else "not planned yet"
        return {**common, "state": {"dot": "now" if is_starting else "none", "word": word}}
    dot, word = ("now", "being started") if is_starting else _STATES[mailing.state]
    begun = mailing.began is not None
    return {
        **common,
        "state": {"dot": dot, "word": word},
        "words": _state_words(mailing),
        "waits": _WAITS[mailing.pause] if mailing.state is _M.PAUSED and mailing.pause else "",
        "bar": _bar(receipt) if begun and mailing.state in _MOVING else None,
        "rate": _rate(sending) if mailing.state is _M.SENDING else "",
        "pace": cut(mailing.pace) if mailing.pace and mailing.state is _M.SENDING else "",
        "next_try": _next_try(receipt, sending.now, cities) if not mailing.state.over else "",
        "counts": figures(receipt) if begun else [],
    }


def stamp(sending: Sending) -> str:
    """Another one whenever the page around the progress has other buttons to show."""
    mailing = sending.mailing
    state = "none" if mailing is None else mailing.state.value
    begun = mailing is not None and mailing.began is not None
    return f"{state}-{'begun' if begun else 'before'}-{'busy' if sending.at_it else 'free'}"


def is_idle(sending: Sending) -> bool:
    """Whether it should move and does not: as after a sender was stopped, and no clock has taken it up."""
    mailing = sending.mailing
    if mailing is None or mailing.began is None or sending.at_it or not _is_under_way(mailing):
        return False
    moved = max((one.at for one in sending.lately), default=mailing.began)
    waits = sending.receipt is not None and sending.receipt.next_try is not None
    return sending.now - moved > _IDLE and not (waits and not _planned(sending.receipt))


def _is_told(sending: Sending) -> bool:
    """Whether what the process said is worth showing: while it is at it, and where it ended otherwise than sent."""
    return sending.at_it or sending.mailing is None or sending.mailing.state is not _M.SENT


def _is_under_way(mailing: Mailing | None) -> bool:
    if mailing is None:
        return False
    return mailing.state is _M.SENDING or (mailing.state is _M.READY and mailing.began is not None)


def _planned(receipt: Receipt | None) -> int:
    return 0 if receipt is None else receipt.of(_S.PLANNED, _S.HANDING_OVER)


def _state_words(mailing: Mailing) -> str:
    return cut(mailing.words) if mailing.words and mailing.state is not _M.SENT else ""


def _bar(receipt: Receipt) -> dict[str, Any]:
    done = receipt.total - receipt.open
    return {"done": done, "total": receipt.total, "words": f"{done:,} of {receipt.total:,} copies are done"}


def _rate(sending: Sending) -> str:
    """ "80 a second, 3 minutes left", over the last minute."""
    since = sending.now - _WINDOW
    lately = [one for one in sending.lately if one.at >= since and one.state is not _S.HANDING_OVER]
    answered = sum(one.count for one in lately)
    if not answered or sending.mailing is None or sending.mailing.began is None:
        return ""
    began = max(min(one.at for one in lately), sending.mailing.began)
    rate = answered / max((sending.now - began).total_seconds(), 1.0)
    words = f"{rate:,.0f} a second" if rate >= 1 else f"{rate * 60:,.0f} a minute"
    left = timedelta(seconds=_planned(sending.receipt) / rate)
    return f"{words}, about {span_words(left)} left" if left > timedelta(seconds=1) else words


def _next_try(receipt: Receipt, now: datetime, cities: Sequence[City]) -> str:
    if receipt.next_try is None:
        return ""
    when = f"{countdown(receipt.next_try, now)} ({clock_words(receipt.next_try, cities[:1])})"
    return f"The next try of a copy that was put off is {when}."


# Before


def before(sending: Sending, found: Before, cities: Sequence[City], names: Mapping[str, str]) -> dict[str, Any]:
    """When it leaves, by what, to whom, and what stands in the way."""
    approved, readers = found.approved, found.audience
    left_out = (
        (readers.unconfirmed, "not confirmed yet"),
        (readers.paused, "paused"),
        (readers.unsubscribed, "unsubscribed"),
        (readers.suppressed, "not to be written to"),
    )
    return {
        "due": clocks(sending.due, cities),
        "countdown": countdown(sending.due, sending.now),
        "approved": _signed(approved, names) if approved else "",
        "hindrance": found.hindrance or "",
        "readers": f"{readers.writable:,}",
        "left_out": [f"{count:,} {why}" for count, why in left_out if count],
        "way": found.way,
        "by": _by(sending, found),
        "clock": "ok" if found.clock and not found.is_off else "warn",
        "run": cut(found.run.words, 500) if found.run and found.run.words else "",
    }


def _signed(approved: Standing, names: Mapping[str, str]) -> str:
    how = "Released" if approved.release else "Approved"
    return f"{how} by {listed(names.get(one.who, one.who) for one in approved.signatures)}"


def _by(sending: Sending, found: Before) -> str:
    """Who will send it, in words."""
    late = sending.now - sending.due
    if found.is_off:
        return "schedule.yaml says that nothing is sent by itself (jobs: off: send). Somebody has to send it."
    if found.clock is None:
        return (
            "No clock runs on this machine: “newsletter run” is not there, or has said nothing for minutes. Nothing "
            "leaves by itself; somebody has to start it, or send the issue from here."
        )
    seen = f"The clock was seen {countdown(found.clock, sending.now)}."
    if late > found.grace:
        return (
            f"It was due {span_words(late)} ago: too long for it to go out by itself. Somebody has to send it. {seen}"
        )
    return f"The job “send” of “newsletter run” sends it at that moment by itself. {seen}"


# What somebody may do


def buttons(sending: Sending, *, may: bool, approved: bool) -> dict[str, bool]:
    """What the page offers, from where the mailing stands."""
    mailing = sending.mailing
    ways = starts(mailing) if may and not sending.at_it else ()
    state = None if mailing is None else mailing.state
    return {
        "now": Start.NOW in ways and approved,
        "go_on": Start.GO_ON in ways and (is_idle(sending) or state is _M.READY),
        "resume": Start.RESUME in ways,
        "mended": Start.MENDED in ways,
        "pause": may and state in (_M.READY, _M.SENDING),
        "cancel": may and mailing is not None and not mailing.state.over,
        "resolve": may and sending.receipt is not None and sending.receipt.of(_S.UNKNOWN) > 0,
    }
