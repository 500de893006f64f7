"""Every text of an issue, and the place of each word in its file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import read_issue
from newsletter.check.places import spot_of
from newsletter.check.wording import Wording, wordings_of
from newsletter.model.issue import IssueId
from newsletter.model.kinds import Voice
from newsletter.publication.folder import issue_ids
from newsletter.text.quotations import quoted_spans
from tests.checking import issue_with
from tests.conftest import ISSUE, opened


def wordings(publication: Path, issue: str = ISSUE) -> tuple[Wording, ...]:
    name = IssueId.parse(issue)
    assert name is not None
    return wordings_of(read_issue(opened(publication), name).draft)


def test_every_word_of_the_sample_is_found_in_its_file(pristine: Path) -> None:
    """Line and column lead to the very word, in all five issues."""
    for issue in issue_ids(pristine):
        for wording in wordings(pristine, str(issue)):
            lines = wording.source.split("\n")
            for match in list(re.finditer(r"\w+", wording.text))[::5]:
                spot = wording.spot(*match.span())
                assert spot.line == spot.end_line, (wording.path, match[0])
                assert lines[spot.line - 1][spot.column - 1 : spot.end_column - 1] == match[0]


def test_markup_does_not_hide_the_place(publication: Path) -> None:
    """Emphasis, links, marks, escapes, entities and line breaks stand between the words of a text."""
    body = (
        'One *two*\n**three** [four\nfive](https://example.org/four-five "six")[^joint-readout] seven\\* '
        "&amp; `eight` nine.\n\n> 1. ten\n> 2. eleven: twelve\n"
    )
    issue_with(
        publication, {"beyond-1.md": f"---\ntitle: A title\nurl: https://example.com/x\noutlet: The Wire\n---\n{body}"}
    )
    found = [one for one in wordings(publication) if one.section == "beyond-1" and one.field == "body"]
    assert [one.text for one in found] == ["One two three four five seven* & eight nine.", "ten", "eleven: twelve"]
    assert [one.voice for one in found] == [Voice.OURS, Voice.QUOTED, Voice.QUOTED]
    places = {
        word: (found[0].spot(at := found[0].text.index(word), at + len(word)).line, found[0].spot(at, at + 1).column)
        for word in ("One", "three", "five", "seven", "&", "nine")
    }
    assert places == {"One": (6, 1), "three": (7, 3), "five": (8, 1), "seven": (8, 60), "&": (8, 68), "nine": (8, 82)}
    assert found[0].marks == ((23, "joint-readout"),)
    assert [(one.start, one.end, one.line) for one in found[0].links] == [(14, 23, 7)]
    assert [(one.spot().line, one.spot().column) for one in found[1:]] == [(10, 6), (11, 6)]


def test_a_line_of_the_front_matter_is_found_behind_its_key(publication: Path) -> None:
    """Also in a list, in quotes, and folded over several lines."""
    issue_with(
        publication,
        {
            "replies.md": "---\nquestion: 'A question?'\nreplies:\n  - name: Dewi A.\n    text: >-\n      It is\n"
            "      long\n---\n",
        },
    )
    found = {one.field: one for one in wordings(publication) if one.section == "replies"}
    assert list(found) == ["question", "replies.0.name", "replies.0.text"]
    assert [found["question"].spot().line, found["question"].spot().column] == [2, 12]
    assert [found["replies.0.name"].spot().line, found["replies.0.name"].spot().column] == [4, 11]
    long = found["replies.0.text"]
    assert (long.voice, long.spot(6).line, long.spot(6).column) == (Voice.QUOTED, 7, 7)


def test_what_cannot_be_matched_is_told_by_its_line() -> None:
    """An escape of YAML reads differently from what was written."""
    spot = spot_of("a.md", '---\ntitle: "caf\\u00e9 noir"\n---\n', 2, "café noir", 0, 9)
    assert (spot.line, spot.column) == (2, 0)


@given(before=st.text(max_size=40), text=st.text(min_size=1, max_size=60), start=st.integers(0, 60))
def test_any_place_is_inside_the_file(before: str, text: str, start: int) -> None:
    """Whatever stands in a file, a spot is a line of it."""
    source = f"{before}\n{text}"
    spot = spot_of("a.md", source, 1, text, min(start, len(text)), len(text))
    assert 1 <= spot.line <= source.count("\n") + 1


def test_a_paragraph_of_the_narrative_rests_on_its_own_marks(pristine: Path) -> None:
    """Any other section rests on all that it names, by marks, items and fields."""
    found = wordings(pristine)
    assert [one.leans for one in found if one.kind == "opening" and one.field == "body"] == [
        ("joint-readout",),
        ("gazette-floor",),
        ("harbour-bookings",),
        ("campus-survey",),
    ]
    assert {one.leans for one in found if one.kind == "number"} == {("pacific-pause", "joint-readout")}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said "not yet" and left.', ['"not yet"']),
        ("She said “not ‘yet’ at all” and “never”.", ["“not ‘yet’ at all”", "“never”"]),
        ("她说「还没有『完全』结束」。", ["「还没有『完全』结束」"]),
        ("Er sagte „noch nicht“ dazu, il a dit « pas encore ».", ["„noch nicht“", "« pas encore »"]),
        ("the readers' answers weren't 'read aloud' today", ["'read aloud'"]),
        ("It’s the readers’ turn, she said", []),
        ('an inch is 1" and never closed', []),
        ("the '90s and rock 'n' roll", ["'n'"]),
    ],
)
def test_quotations_are_found(text: str, quoted: list[str]) -> None:
    """Marks of several languages; neither an apostrophe nor a mark that stays open is one."""
    assert [text[start:end] for start, end in quoted_spans(text)] == quoted
