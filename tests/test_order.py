"""The order of the sections, and what is asked of each: schedule.yaml says it, issue.md may say otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from newsletter.actions.app import read_issue
from newsletter.actions.check_files import check_files
from newsletter.edit.length import lengths
from newsletter.text import words
from tests.conftest import opened
from tests.kitchen import coming, fill_sink, keep_sections


def order_in(publication: Path) -> list[str]:
    return [blurb.name for blurb in read_issue(opened(publication), coming()).draft.blurbs]


def rewrite(path: Path, pattern: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert re.search(pattern, text, re.DOTALL)
    path.write_text(re.sub(pattern, new, text, count=1, flags=re.DOTALL), "utf-8")


def test_the_schedule_orders_kinds_and_file_names_order_within_a_kind(publication: Path) -> None:
    """Several blurbs of a kind stand together."""
    folder = fill_sink(publication)
    keep_sections(folder, ["beyond-2", "beyond-1", "question", "number", "number-long"])
    (folder / "beyond-1.md").rename(folder / "beyond-10.md")
    assert order_in(publication) == ["opening", "number", "number-long", "beyond-2", "beyond-10", "question"]


def test_an_issue_sets_its_own_order(publication: Path) -> None:
    """By the names of the files."""
    folder = fill_sink(publication)
    keep_sections(folder, ["number", "question"])
    rewrite(folder / "issue.md", r"\n---\n", "\nsections: [question, opening, number]\n---\n")
    assert order_in(publication) == ["question", "opening", "number"]


def test_an_issue_asks_for_other_lengths_and_other_sections(publication: Path) -> None:
    """Limits and required kinds of schedule.yaml hold where issue.md is silent."""
    folder = fill_sink(publication)
    keep_sections(folder, ["number", "question"])
    schedule = publication / "schedule.yaml"
    rewrite(schedule, r"- kind: number\n", "- kind: number\n    required: true\n    words: {max: 2}\n")
    rewrite(schedule, r"- kind: video\n", "- kind: video\n    required: true\n")
    rewrite(schedule, r"- kind: question\n", "- kind: question\n    words: {max: 3}\n")

    def troubles() -> list[str]:
        found = lengths(read_issue(opened(publication), coming()).draft)
        return [one.trouble.split("; ")[0] for one in found if one.trouble]

    usual = troubles()
    assert [re.sub(r"\d+", "N", one) for one in usual] == [
        "the section 'number' has N words",
        "the section 'video' is not there yet, and every issue has it",
        "the section 'question' has N words",
    ]
    here = "sections: [opening, {name: number, words: {max: 400}}, {name: question, words: {min: 900, max: 999}}]"
    rewrite(folder / "issue.md", r"\n---\n", f"\n{here}\n---\n")
    assert [re.sub(r"\d+", "N", one) for one in troubles()] == [
        "the section 'question' has N words",
        "the section 'video' is not there yet, and every issue has it",
    ]


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ("[opening, nubmer, question]", "there is no section 'nubmer' in this issue; did you mean 'number'?"),
        ("[opening, number]", "the order leaves out 'question', whose file is there; add it to sections"),
        ("[opening, number, question, number]", "'number' stands in the order twice; keep one"),
        (
            "[opening, number, {name: question, word: 3}]",
            "`word` is not a key that is known here; did you mean `words`?",
        ),
        ("[opening, number, {words: {max: 3}}, question]", "`name` is missing"),
    ],
)
def test_a_wrong_order_is_told(publication: Path, sections: str, told: str) -> None:
    """With the line in issue.md."""
    folder = fill_sink(publication)
    keep_sections(folder, ["number", "question"])
    rewrite(folder / "issue.md", r"\n---\n", f"\nsections: {sections}\n---\n")
    mistakes = [str(one) for one in check_files(opened(publication)).mistakes]
    assert [one for one in mistakes if told in one and re.search(r"issue\.md:\d+: ", one)], mistakes


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("Two words", 2),
        ("It's a well-known 1,200.5 figure.", 5),
        ("“Quoted” — and dashed", 3),
        ("两个首都", 4),
        ("在 HK 的 desk", 4),
        ("한국어", 3),
        ("naïve café", 2),
    ],
)
def test_words_are_counted_as_an_editor_counts_them(text: str, number: int) -> None:
    """A Chinese character is a word; an apostrophe divides none."""
    assert words.count(text) == number
