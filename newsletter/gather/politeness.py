"""When a source is asked next: a pure rule of what it answered, so that nobody is asked too often or forgotten."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.model.source import SourceId, SourceState

SOONEST = timedelta(minutes=15)  # between two askings of one source, whatever it says
LATEST = timedelta(days=1)  # a source that asks for more peace than this is still looked at daily
FIRST_RETRY = timedelta(minutes=15)  # after the first failure; doubled by each further one
PATIENCE = timedelta(days=7)  # the longest Retry-After that is honoured
MISSING = timedelta(days=30)  # of 404 without a break, after which the source is called gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A source that answered well, with what is new or without."""

    etag: str | None = None
    last_modified: str | None = None
    body: str | None = None  # SHA-256 of what was read
    moved_to: str | None = None  # where it is from now on
    max_age: int | None = None  # seconds for which it asks to be left alone
    cursor: str | None = None
    new: int = 0  # items
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A source that gave nothing that can be read, and why, in words."""

    what: str
    status: int | None = None  # of HTTP; None when there was no answer
    retry_after: int | None = None  # seconds, as the server asks


def afresh(state: SourceState, declared: str | None) -> SourceState:
    """The state to begin with: nothing is known of a source whose address in sources.yaml has been changed."""
    if state.declared == declared:
        return state
    return SourceState(source=state.source, declared=declared, succeeded=state.succeeded, brought=state.brought)


def is_due(state: SourceState, now: datetime) -> bool:
    """Whether it is time to ask."""
    return state.next_try is None or state.next_try <= now


def spread(source: SourceId, now: datetime) -> float:
    """From 0 to 1, another for each source and moment, and the same whenever it is asked: what failed together does not
    come back together.
    """
    return int.from_bytes(hashlib.sha256(f"{source} {now.isoformat()}".encode()).digest()[:4], "big") / 2**32


def after(state: SourceState, outcome: Answered | Refused, now: datetime, jitter: float) -> SourceState:
    """What is known of a source once it was asked. `jitter` is from 0 to 1 and spreads what would come at once."""
    return _well(state, outcome, now) if isinstance(outcome, Answered) else _ill(state, outcome, now, jitter)


def _well(state: SourceState, outcome: Answered, now: datetime) -> SourceState:
    pause = min(max(timedelta(seconds=outcome.max_age or 0), SOONEST), LATEST)
    return replace(
        state,
        address=outcome.moved_to or state.address,
        etag=outcome.etag,
        last_modified=outcome.last_modified,
        body=outcome.body,
        cursor=outcome.cursor,
        tried=now,
        succeeded=now,
        brought=now if outcome.new else state.brought,
        failures=0,
        failing_since=None,
        missing_since=None,
        error=None,
        note=outcome.note,
        next_try=now + pause,
    )


def _ill(state: SourceState, outcome: Refused, now: datetime, jitter: float) -> SourceState:
    missing = (state.missing_since or now) if outcome.status == 404 else None
    return replace(
        state,
        tried=now,
        failures=state.failures + 1,
        failing_since=state.failing_since or now,
        missing_since=missing,
        error=_in_words(outcome, missing, now),
        note=None,
        next_try=now + _pause(state.failures, outcome.retry_after, jitter),
        retired=now if outcome.status == 410 else None,
    )


def _pause(failures: int, retry_after: int | None, jitter: float) -> timedelta:
    """15 minutes, doubled by each failure up to a day, a fifth more or less; never less than the server asks for."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(failures, 10), LATEST) * (0.8 + 0.4 * jitter)
    asked = min(timedelta(seconds=retry_after or 0), PATIENCE)
    return max(wait, asked, SOONEST * 0.8)


def _in_words(outcome: Refused, missing: datetime | None, now: datetime) -> str:
    if outcome.status == 410:
        return "it says it is gone for good (410) and is asked no more; remove it, or give its new address"
    if missing is not None and now - missing >= MISSING:
        return f"it has not been found (404) for {(now - missing).days} days; remove it, or give its new address"
    return outcome.what
