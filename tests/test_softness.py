"""Soft bounces in a row, counted issue by issue."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.answer import Answer, Phase
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, MailingId
from newsletter.model.subscriber import Mark
from newsletter.readers.softness import soft_in_a_row
from tests.mailing import DUE

S = DeliveryState
FULL = Answer(Phase.RCPT, 552, "5.2.2", "mailbox full")
SPAM = Answer(Phase.DOT, 550, "5.7.1", "spam")


def is_soft(answer: Answer) -> bool:
    return answer == FULL


def copies(written: str, issues: str | None = None) -> list[tuple[IssueId, Delivery]]:
    """A reader's copies, a letter each: taken, refused as full, refused as spam, expired, left out, open, unknown;
    "b" is taken and bounces softly later. `issues` gives the issue of each, else every copy is of its own."""
    states = {"t": S.ACCEPTED, "b": S.ACCEPTED, "f": S.REFUSED, "s": S.REFUSED, "e": S.EXPIRED, "-": S.SUPPRESSED}
    states |= {"o": S.DEFERRED, "u": S.UNKNOWN}
    answers = {"f": FULL, "e": FULL, "s": SPAM, "o": FULL}
    found = []
    for at, letter in enumerate(written):
        week = int(issues[at]) if issues else at
        copy = Delivery(
            mailing=MailingId(at + 1),
            seq=7,
            mark=Mark(b"m" * 16),
            address="ana@example.org",
            name=None,
            state=states[letter],
            attempt=1,
            tries=0,
            next_try=None,
            digest=None,
            answer=answers.get(letter),
            changed=moment(at),
        )
        found.append((IssueId(date(2026, 1, 2) + timedelta(weeks=week)), copy))
    return found


def moment(at: int) -> datetime:
    return DUE + timedelta(weeks=at)


def counted(written: str, here: int, since: datetime | None = None, issues: str | None = None) -> int:
    """In a row with the copy at this place."""
    soft = {(MailingId(at + 1), 7) for at, letter in enumerate(written) if letter == "b"}
    return soft_in_a_row(copies(written, issues), soft, MailingId(here + 1), since, is_soft)


@pytest.mark.parametrize(
    ("written", "here", "number"),
    [
        ("b", 0, 1),
        ("t", 0, 1),  # its own bounce is the one that is just being taken
        ("tt", 1, 1),
        ("bt", 1, 2),
        ("bbt", 2, 3),
        ("btt", 2, 1),
        ("bst", 2, 1),  # refused for what we wrote: the mailbox is not said to be full
        ("but", 2, 1),  # it may have arrived
        ("feb", 2, 3),
        ("b--b", 3, 2),  # what was not sent says nothing
        ("bob", 2, 2),
        ("b-t-b", 4, 1),
        ("btb", 1, 3),  # reports come in any order
        ("bbtbb", 4, 2),
    ],
)
def test_issues_in_a_row(written: str, here: int, number: int) -> None:
    """From the one that came back just now, back and forth to the first that did arrive."""
    assert counted(written, here) == number


def test_a_correction_is_no_further_issue() -> None:
    """Two mailings of one issue that came back both are one issue; one of them is enough."""
    assert counted("bbb", 2, issues="001") == 2
    assert counted("tbb", 2, issues="001") == 2


def test_what_ended_before_a_suppression_was_lifted_counts_no_more() -> None:
    """The row begins anew there."""
    assert counted("bbbb", 3, since=moment(1)) == 2
    assert counted("bbbb", 3, since=moment(3)) == 1


def test_a_copy_that_is_not_among_them_counts_nothing() -> None:
    """As of a mailing that another database has sent."""
    assert counted("bb", 5) == 0
    assert soft_in_a_row((), (), MailingId(1), None, is_soft) == 0


@given(st.text("tbfse-ou", min_size=1, max_size=12), st.data())
def test_the_order_of_the_mailings_makes_no_difference(written: str, data: st.DataObject) -> None:
    """And the count never exceeds what is soft, the one that came back just now included."""
    here = data.draw(st.integers(0, len(written) - 1))
    soft = {(MailingId(at + 1), 7) for at, letter in enumerate(written) if letter == "b"}
    found = copies(written)
    number = soft_in_a_row(found, soft, MailingId(here + 1), None, is_soft)
    assert number == soft_in_a_row(found[::-1], soft, MailingId(here + 1), None, is_soft)
    softs = sum(letter in "bfe" for at, letter in enumerate(written) if at != here)
    assert 1 <= number <= softs + 1
