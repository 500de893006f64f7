"""The pace: never faster than it is told, slower where a server asks for patience, and back again by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliver.pace import Pace
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import DeliveryState
from newsletter.model.rates import Rates
from tests.mailing import DUE

S = DeliveryState
SLOW, OTHER = "slow.example.org", "example.com"
OK = Answer(Phase.DOT, 250, "2.0.0", "queued")
TOO_FAST = Answer(Phase.RCPT, 421, "4.7.28", "4.7.28 you send too fast")
ENOUGH = Answer(Phase.MAIL, 421, "4.7.0", "4.7.0 slower")
BUSY = Answer(Phase.DOT, 451, "4.3.0", "4.3.0 busy")
GREY = Answer(Phase.RCPT, 451, "4.7.1", "4.7.1 greylisted, try again later")
POLICY = Answer(Phase.RCPT, 550, "5.7.1", "5.7.1 not you")


def after(**by: float) -> datetime:
    return DUE + timedelta(**by)


def may(pace: Pace, domain: str, now: datetime) -> bool:
    """Whether a message may go to this domain."""
    return pace.opens(now, 0) is None and pace.opens_for(domain, now) is None


def send_for(pace: Pace, seconds: float, *, start: datetime = DUE, domain: str = OTHER, step: float = 0.01) -> int:
    """How many messages go, where somebody always wants to send another."""
    went, turns = 0, int(seconds / step)
    for turn in range(turns):
        now = start + timedelta(seconds=turn * step)
        while may(pace, domain, now) and went < turns * 50:
            pace.sent(domain, now)
            went += 1
    return went


def most_in_a_second(moments: Iterable[datetime]) -> int:
    """The most that went within any second."""
    all_of_them = sorted(moments)
    return max(
        (sum(one <= other < one + timedelta(seconds=1) for other in all_of_them) for one in all_of_them), default=0
    )


RATE = st.floats(0.3, 200)


@given(
    overall=st.none() | RATE,
    slow=RATE,
    steps=st.lists(st.tuples(st.floats(0, 1.5), st.integers(1, 20), st.booleans(), st.booleans()), max_size=60),
)
def test_no_second_sees_more_than_its_limit(
    overall: float | None, slow: float, steps: list[tuple[float, int, bool, bool]]
) -> None:
    """Whatever comes when, with trouble and without: at most a tenth more than the rate, and one; nothing is made up
    for after a time without any."""
    pace = Pace(Rates(per_second=overall, domains={SLOW: slow}))
    went: dict[str, list[datetime]] = {SLOW: [], OTHER: []}
    now = DUE
    for seconds, wanted, slowly, trouble in steps:
        now += timedelta(seconds=seconds)
        domain = SLOW if slowly else OTHER
        for _ in range(wanted):
            if may(pace, domain, now):
                pace.sent(domain, now)
                went[domain].append(now)
        if trouble:
            pace.answered(domain, TOO_FAST, S.DEFERRED, now)
    assert most_in_a_second(went[SLOW]) <= 1.1 * slow + 1
    if overall:
        assert most_in_a_second([*went[SLOW], *went[OTHER]]) <= 1.1 * overall + 1


@given(rate=st.floats(0.5, 300), step=st.floats(0.005, 0.045))
def test_the_limit_is_reached(rate: float, step: float) -> None:
    """Even by a ledger that looks only every few hundredths of a second."""
    went = send_for(Pace(Rates(per_second=rate)), 5, step=step)
    assert 0.98 * rate * 5 - 1 <= went <= 1.02 * rate * 5 + 1


@given(st.lists(st.floats(0, 3), min_size=1, max_size=30))
def test_at_the_moment_that_is_told_a_message_may_go(waits: list[float]) -> None:
    """So that whoever waits for it never finds the door closed again."""
    pace, now = Pace(Rates(per_second=3.7)), DUE
    for seconds in waits:
        now = pace.opens(now, 0) or now + timedelta(seconds=seconds)
        if pace.opens(now, 0) is None:
            pace.sent(OTHER, now)
        opens = pace.opens(now, 0)
        assert opens is None or (opens > now and pace.opens(opens, 0) is None)


def test_a_clock_that_is_set_back_makes_nobody_wait_for_it() -> None:
    """Nor does it let anything through at once."""
    pace = Pace(Rates(per_second=2))
    pace.sent(OTHER, after(hours=1))
    opens = pace.opens(DUE, 0)
    assert opens
    assert DUE < opens <= after(seconds=1)


def test_without_rates_and_trouble_nothing_is_limited() -> None:
    """Rows are not even asked about."""
    pace = Pace(Rates())
    send_for(pace, 0.1)
    assert not pace.limited
    assert pace.words(DUE) is None


# Trouble


def test_trouble_halves_what_is_configured_and_a_tenth_comes_back_a_minute() -> None:
    """Until it is as configured again."""
    pace = Pace(Rates(per_second=20))
    pace.cut_off(ENOUGH, DUE)
    assert send_for(pace, 50) == pytest.approx(500, abs=2)
    assert send_for(pace, 50, start=after(seconds=61)) == pytest.approx(550, abs=2)
    assert pace.words(after(minutes=7, seconds=1)) == (
        "halved to 10 a second at 06:00 UTC, because the mail server asked for patience"
        " (421 4.7.0 slower (at MAIL)); it recovers by itself, with 19.5 a second by now"
    )
    assert pace.words(after(minutes=8, seconds=1)) == "20 a second, as schedule.yaml says"


def test_trouble_without_a_limit_starts_from_what_was_really_sent() -> None:
    """And ends once twice as much as that was let through."""
    pace = Pace(Rates())
    for number in range(300):  # 30 a second
        pace.sent(OTHER, after(seconds=number / 30))
    pace.cut_off(ENOUGH, after(seconds=10))
    assert send_for(pace, 20, start=after(seconds=11)) == pytest.approx(300, rel=0.05)
    assert pace.opens(after(minutes=16), 0) is None
    assert pace.limited is False


def test_trouble_before_anything_was_sent_limits_nothing() -> None:
    """There is nothing to halve."""
    pace = Pace(Rates())
    pace.cut_off(ENOUGH, DUE)
    assert not pace.limited


def test_answers_to_one_burst_halve_once_and_each_later_one_halves_again() -> None:
    """Until a fifth of a message a second."""
    pace = Pace(Rates(per_second=40))
    for _ in range(10):
        pace.cut_off(ENOUGH, DUE)
    assert "halved to 20 a second" in (pace.words(DUE) or "")
    pace.cut_off(ENOUGH, after(seconds=1))
    assert "halved to 10 a second" in (pace.words(after(seconds=1)) or "")
    for minute in range(1, 20):
        pace.cut_off(ENOUGH, after(seconds=30 * minute))
    assert "halved to 0.2 a second" in (pace.words(after(seconds=600)) or "")


@pytest.mark.parametrize(
    ("answer", "halves"),
    [
        (TOO_FAST, True),
        (Answer(Phase.DOT, 450, "4.7.650", "4.7.650 rate limited"), True),
        (Answer(Phase.RCPT, 450, "4.7.1", "4.7.1 too many messages"), True),
        (Answer(Phase.DATA, 421, None, "closing"), True),
        (BUSY, False),
        (GREY, False),
        (Answer(Phase.RCPT, 451, "4.7.1", "4.7.1 try again later"), False),  # rspamd greylists in these words
        (Answer(Phase.DOT, 0, None, "the connection was lost"), False),
    ],
)
def test_a_server_that_asks_for_patience_has_its_domain_halved(answer: Answer, halves: bool) -> None:
    """By one answer, where it speaks of speed; greylisting is about no speed. Other domains go as they did."""
    pace = Pace(Rates())
    for number in range(100):
        pace.sent(SLOW if number % 2 else OTHER, after(seconds=number / 100))
    pace.answered(SLOW, answer, S.DEFERRED, after(seconds=1))
    assert pace.limited is halves
    assert pace.opens(after(seconds=2), 0) is None
    assert send_for(pace, 2, start=after(seconds=2), domain=OTHER) > 1_000
    if halves:
        assert send_for(pace, 2, start=after(seconds=2), domain=SLOW) == pytest.approx(50, abs=3)
        assert (pace.words(after(seconds=2)) or "").startswith(
            f"mail to {SLOW} halved to 25 a second at 06:00 UTC, because it asked for patience ({answer})"
        )


def answered(pace: Pace, *domains: str, deferred: int, of: int) -> None:
    """So many answers, of which so many are deferrals, the domains by turns; a second for each."""
    for number in range(of):
        now, domain = after(seconds=number), domains[number % len(domains)]
        pace.sent(domain, now)
        bad = number * deferred // of != (number + 1) * deferred // of
        pace.answered(domain, BUSY if bad else OK, S.DEFERRED if bad else S.ACCEPTED, now)


def test_more_than_a_fifth_deferred_by_a_domain_halves_it() -> None:
    """Less does not; and it begins with fifty answers since the first deferral."""
    for deferred, of in ((20, 49), (15, 100)):
        pace = Pace(Rates())
        answered(pace, SLOW, deferred=deferred, of=of)
        assert not pace.limited
    answered(pace, SLOW, deferred=25, of=100)
    assert pace.opens(after(seconds=100), 0) is None
    assert "answers asked for patience (451 4.3.0 busy" in (pace.words(after(seconds=100)) or "")


def test_more_than_a_fifth_deferred_everywhere_halves_everything() -> None:
    """Where no domain alone is to blame."""
    pace = Pace(Rates())
    answered(pace, *(f"{number}.example.org" for number in range(40)), deferred=30, of=100)
    assert (pace.words(after(seconds=100)) or "").startswith("halved to ")


def test_what_is_remembered_of_domains_is_bounded() -> None:
    """Whoever is halved first is forgotten first; what schedule.yaml says is kept."""
    pace = Pace(Rates(domains={SLOW: 3}))
    for number in range(3_000):
        pace.sent(f"{number}.example.org", DUE)
        pace.answered(f"{number}.example.org", TOO_FAST, S.DEFERRED, DUE)
    assert len(pace._domains) == len(pace._shares) == 1_000
    assert "and 997 more domains" in (pace.words(DUE) or "")
    pace.sent(SLOW, DUE)
    assert pace.opens_for(SLOW, DUE)


# Refusals


def refused(pace: Pace, count: int, of: int) -> list[str]:
    """What is said while so many of so many answers are refusals."""
    said = []
    for number in range(of):
        bad = number * count // of != (number + 1) * count // of
        words = pace.answered(OTHER, POLICY if bad else OK, S.REFUSED if bad else S.ACCEPTED, DUE)
        said += [words] if words else []
    return said


def test_more_than_a_fifth_refused_is_told_once() -> None:
    """Of the last 200, with the server's last words; a fifth is not enough."""
    assert refused(Pace(Rates()), 40, 200) == []
    assert refused(Pace(Rates()), 190, 199) == []
    assert refused(Pace(Rates()), 250, 1_000) == [
        "50 of the last 200 copies were refused, the last with 550 5.7.1 not you (at RCPT)"
    ]


def test_refusals_that_somebody_knows_of_are_told_again_when_they_have_doubled() -> None:
    """So that whoever resumes is not stopped after each two hundred."""
    assert refused(Pace(Rates(), refused=100), 100, 400) == []
    assert len(refused(Pace(Rates(), refused=100), 120, 400)) == 1


# Warm-up


def test_a_day_of_the_warm_up_ends_with_its_number_and_goes_on_at_midnight() -> None:
    """Envelopes that went ahead count with it. After the last day of the plan there is no limit."""
    pace = Pace(Rates(warm_up=(100, 2_000)))
    pace.warm(DUE.date(), 2, 1_998)
    assert pace.opens(DUE, 1) is None
    assert pace.opens(DUE, 2) == after(hours=18)
    assert pace.words(DUE) == "day 2 of the warm-up: 1,998 of 2,000 have left"
    pace.handed += 2
    assert pace.words(DUE) == ("day 2 of the warm-up: 2,000 of 2,000 have left; goes on at 2026-11-28 00:00 UTC")
    pace.warm(after(days=1).date(), 3, 0)
    assert not pace.limited


def test_halvings_are_told_before_what_was_configured() -> None:
    """The last one first."""
    pace = Pace(Rates(domains={"a.example.org": 5, "b.example.org": 0.25}))
    pace.sent(SLOW, DUE)
    pace.answered(SLOW, TOO_FAST, S.DEFERRED, DUE)
    told = (pace.words(DUE) or "").split("; ")
    assert told[0].startswith(f"mail to {SLOW} halved to 0.5 a second")
    assert told[-2:] == [
        "5 a second to a.example.org, as schedule.yaml says",
        "0.25 a second to b.example.org, as schedule.yaml says",
    ]
    assert all(one != other for one, other in pairwise(told))
