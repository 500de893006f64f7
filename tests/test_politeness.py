"""When a source is asked again, and how it is said to be doing: pure rules, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather.health import Mood, health_of, rhythm, span
from newsletter.gather.politeness import Answered, Refused, afresh, after, is_due
from newsletter.model.source import SourceId, SourceState
from tests.gathering import NOW

STATE = SourceState(source=SourceId("wire"), declared="https://wire.example.com/feed")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FAILED = Refused(what="its server has a fault (500); it is tried again", status=500)


def pause(state: SourceState) -> timedelta:
    assert state.next_try is not None
    return state.next_try - NOW


@pytest.mark.parametrize(
    ("max_age", "expected"), [(None, 15 * MINUTE), (0, 15 * MINUTE), (3600, HOUR), (86_400 * 30, DAY)]
)
def test_a_source_is_left_alone_as_long_as_it_asks(max_age: int | None, expected: timedelta) -> None:
    """At least a quarter of an hour, at most a day."""
    assert pause(after(STATE, Answered(max_age=max_age), NOW, 0.5)) == expected


def test_each_failure_doubles_the_pause_up_to_a_day() -> None:
    """A quarter of an hour first."""
    state, pauses = STATE, []
    for _ in range(9):
        state = after(state, FAILED, NOW, 0.5)
        pauses.append(pause(state))
    assert pauses == [15 * MINUTE * 2**at for at in range(7)] + [DAY, DAY]
    assert (state.failures, state.failing_since, state.error) == (9, NOW, FAILED.what)


@given(st.floats(0, 1), st.integers(0, 100))
def test_jitter_spreads_by_a_fifth(jitter: float, failures: int) -> None:
    """So that what failed together does not come back together; never longer than a day and a fifth."""
    state = after(replace(STATE, failures=failures), FAILED, NOW, jitter)
    middle = min(15 * MINUTE * 2 ** min(failures, 10), DAY)
    assert 0.8 * middle <= pause(state) <= 1.2 * middle


def test_retry_after_is_honoured_up_to_a_week() -> None:
    """And never shortens our own pause."""
    for asked, expected in ((7_200, 2 * HOUR), (86_400 * 30, 7 * DAY), (1, 15 * MINUTE)):
        refused = Refused(what="less often", status=429, retry_after=asked)
        assert pause(after(STATE, refused, NOW, 0.5)) == expected


def test_a_good_answer_ends_a_failure() -> None:
    """Nothing of it stays."""
    failing = after(after(STATE, FAILED, NOW, 0.5), Refused(what="not found", status=404), NOW, 0.5)
    well = after(failing, Answered(etag='"1"', body="b", new=2), NOW, 0.5)
    assert (well.failures, well.failing_since, well.missing_since, well.error) == (0, None, None, None)
    assert (well.etag, well.body, well.succeeded, well.brought) == ('"1"', "b", NOW, NOW)


def test_a_failure_forgets_nothing_that_was_known() -> None:
    """The validators still hold when the server is back."""
    well = after(STATE, Answered(etag='"1"', last_modified="Tue", body="b", new=1), NOW, 0.5)
    ill = after(well, FAILED, NOW + HOUR, 0.5)
    assert (ill.etag, ill.last_modified, ill.body, ill.brought) == ('"1"', "Tue", "b", NOW)


def test_gone_retires_a_source() -> None:
    """410: it is asked no more, whatever the time, and says what to do."""
    gone = after(STATE, Refused(what="gone", status=410), NOW, 0.5)
    assert gone.retired == NOW
    assert "remove it, or give its new address" in (gone.error or "")


def test_a_month_without_the_page_is_said() -> None:
    """404 is asked again daily; after 30 days the words change; another failure between begins the month anew."""
    missing = Refused(what="it is not found (404); check its address", status=404)
    first = after(STATE, missing, NOW, 0.5)
    assert first.error == missing.what
    assert "for 30 days" in (after(first, missing, NOW + 30 * DAY, 0.5).error or "")
    broken = after(first, FAILED, NOW + DAY, 0.5)
    assert after(broken, missing, NOW + 30 * DAY, 0.5).error == missing.what


def test_a_permanent_move_is_remembered_and_a_new_declaration_forgets_it() -> None:
    """301 and 308 change where we ask; whoever edits sources.yaml means the new address."""
    moved = after(STATE, Answered(moved_to="https://new.example.com/feed", etag='"1"'), NOW, 0.5)
    assert moved.address == "https://new.example.com/feed"
    assert after(moved, Answered(), NOW, 0.5).address == "https://new.example.com/feed"
    assert afresh(moved, STATE.declared) is moved
    renewed = afresh(moved, "https://elsewhere.example.com/feed")
    assert (renewed.address, renewed.etag, renewed.next_try) == (None, None, None)


def test_a_source_is_due_at_its_time() -> None:
    """Not a second before."""
    state = replace(STATE, next_try=NOW)
    assert is_due(STATE, NOW)
    assert is_due(state, NOW)
    assert not is_due(state, NOW - timedelta(seconds=1))


def daily(until: datetime, days: int, every: int = 1) -> tuple[datetime, ...]:
    return tuple(until - at * every * DAY for at in range(days))


@pytest.mark.parametrize(
    ("arrivals", "words"),
    [
        (daily(NOW, 20), "usually daily"),
        (daily(NOW, 20, every=2), "usually every other day"),
        (daily(NOW, 20, every=7), "usually weekly"),
        (daily(NOW, 20, every=30), "usually monthly"),
        (daily(NOW, 3), ""),
        ((NOW,) * 20, ""),
    ],
)
def test_a_rhythm_is_told_from_days(arrivals: tuple[datetime, ...], words: str) -> None:
    """Twenty entries on one day are no rhythm."""
    state = after(STATE, Answered(), NOW, 0.5)
    assert health_of(state, arrivals, NOW).rhythm == words


def test_silence_is_measured_by_the_usual_rhythm() -> None:
    """A daily source that is silent for nine days is told; a weekly one is not."""
    state = after(STATE, Answered(), NOW, 0.5)
    quiet = health_of(state, daily(NOW - 9 * DAY, 20), NOW)
    assert (quiet.mood, quiet.rhythm, quiet.words) == (Mood.QUIET, "usually daily", "silent for 9 days")
    assert health_of(state, daily(NOW - 9 * DAY, 20, every=7), NOW).mood is Mood.WELL
    assert health_of(state, daily(NOW - 2 * DAY, 20), NOW).mood is Mood.WELL


def test_a_failing_source_says_since_when_and_why() -> None:
    """In words; a source that was never asked and one that is gone are told apart."""
    failing = health_of(after(STATE, FAILED, NOW - 2 * DAY, 0.5), (), NOW)
    assert (failing.mood, failing.words) == (Mood.FAILING, f"failing for 2 days: {FAILED.what}")
    assert health_of(None, (), NOW).mood is Mood.NEW
    assert health_of(after(STATE, Refused(what="", status=410), NOW, 0.5), (), NOW).mood is Mood.GONE


def test_spans_are_told_in_their_largest_unit() -> None:
    """As people say them."""
    spans = (timedelta(seconds=5), 90 * MINUTE, 12 * MINUTE, DAY, 9 * DAY)
    assert [span(one) for one in spans] == ["a minute", "1 hour", "12 minutes", "1 day", "9 days"]
    assert rhythm(()) is None
