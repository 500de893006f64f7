"""Dates that are past when the issue goes out, on Friday 27 November 2026."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.check.past_dates import CHECK
from newsletter.publication.folder import issue_ids
from tests.checking import inspected
from tests.conftest import opened
from tests.slips import by_paragraph, found, looked_at


def test_no_issue_of_the_sample_announces_what_was(pristine: Path) -> None:
    """Its dates of the week are told as past ones."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        assert found(CHECK, inspected(app, issue=str(issue))) == []


def test_announcements_that_come_too_late_are_told(publication: Path) -> None:
    """Invitations, deadlines, events in the future tense; weekdays and "tomorrow" that readers count otherwise."""
    told = {
        "Join us on 24 November for a talk.": ["24 November"],
        "On November 24, the museum will open its doors.": ["November 24"],
        "The museum will reopen, with a new wing, on 24 November 2026.": ["24 November 2026"],
        "Register by Nov. 25 at the door.": ["Nov. 25"],
        "The exhibition is open until 26 November.": ["26 November"],
        "The hearing will be held on 26 November.": ["26 November"],
        "The deadline is 2026-11-20.": ["2026-11-20"],
        "The council will vote on Wednesday.": ["on Wednesday"],
        "Apply before Thursday.": ["before Thursday"],
        "The talk will be given tomorrow.": ["tomorrow"],
        "欢迎在11月24日来听讲座。": ["11月24日"],
    }
    assert by_paragraph(CHECK, publication, told) == told


def test_what_was_and_what_is_to_come_are_left_alone(publication: Path) -> None:
    """Narrative dates, dates after the issue, quotations, days that can only be the coming ones."""
    passing = [
        "The council met on 24 November and voted.",
        "Ministers will revisit what they agreed on 24 November.",
        "The list adopted on 12 November will be looked at again.",
        "The statement of 24 November will be read again in March.",
        "The ferry was to sail on 24 November and did not.",
        "The deadline of 20 November was missed.",
        "It stayed open until 24 November.",
        "Join us on 4 December, or on 27 November at noon.",
        "The pause will end on 22 February 2027.",
        "Join us on Sunday, or next Wednesday.",
        'She said: "Join us on 24 November."',
        "The world of tomorrow is wide; tomorrow's ports are not.",
        "In May 24 ships will come, and may 24 more come too.",
        "It came out on Wednesday.",
        "A rate of 24 will apply from 1 December.",
    ]
    assert by_paragraph(CHECK, publication, passing) == {one: [] for one in passing}


@pytest.mark.parametrize(
    ("deadline", "rule"),
    [("2026-11-26", "date-past"), ("2026-11-27", None), ("2026-12-02", None), ("2026-12-03", "deadline-late")],
)
def test_the_deadline_of_the_question_fits_between_two_issues(
    publication: Path, deadline: str, rule: str | None
) -> None:
    """Not before this issue goes out, and not after the writing of the next one is done."""
    question = f"---\nquestion: Is it so?\ndeadline: {deadline}\n---\n"
    told = found(CHECK, looked_at(publication, {"question.md": question}), "question")
    assert [(one.rule, one.words, one.spot.line) for one in told] == ([(rule, deadline, 3)] if rule else [])
