"""Marked quotations stand in the items that are cited, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.check import phrases_claimed
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.model.kinds import Voice
from tests.checking import evidence, inspected
from tests.claiming import found, held, says, written
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


def phrases(sample: Inspected, text: str, *against: Evidence, language: str = "en") -> list[Finding]:
    return found(phrases_claimed.CHECK, sample, text, *against, language=language)


SOURCE = (
    "Delegates called it “the floor, not the ceiling”. The chair said: We won't wait for rain, and nobody else will, "
    "whatever the almanac says. The ninety-day pause holds. “A dry year is a dry year,” writes Ida Moor. “Three of "
    "them are a habit.” ‘In March we wait,’ says one, ‘in May we pray,’ and again, ‘in June we leave.’ They call the "
    "pause “a gift” and the rain “a long debt”. “Nothing came.” The hall was swept, the lamps were lit, and at nine "
    "somebody put the chairs away. “Nothing will come.”"
)
RIGHT = [
    'Both call it "the floor, not the ceiling", again.',
    "Both call it «The Floor – not the ceiling».",
    "“We won’t wait for rain ... whatever the almanac says,” the chair said.",
    "“[They] won't wait for rain […] whatever the almanac says.”",
    "The “ninety day pause” holds.",
    "A so-called “soft pause” and a 'truce'.",
    "Our essay “The Pause as a Policy” asks why.",
    "A film, “Ships Under Glass”, asks why.",
    "They said “What the paper said” had it first.",
    "“[D]elegates called it the floor, not the ceiling,” “[t]he chair said” and “[W]hatever the almanac says”.",
    "“A dry year is a dry year. Three of them are a habit,” she wrote.",
    "“In March we wait, in May we pray, in June we leave.”",
]
WRONG = [
    ("They call it “the floor and the ceiling”.", "“the floor and the ceiling”", 1),
    ("They call it “the ceiling, not the floor”, both.", "“the ceiling, not the floor”", None),
    ("“Whatever the almanac says ... we won't wait.”", "“Whatever the almanac says ... we won't wait.”", None),
    (
        "“Three of them are a habit. A dry year is a dry year.”",
        "“Three of them are a habit. A dry year is a dry year.”",
        0,
    ),
    ("They said “a gift a long debt”.", "“a gift a long debt”", 0),
    ("They said “Nothing came. Nothing will come.”", "“Nothing came. Nothing will come.”", 0),
    ("“[W]e won’t wait for floods.”", "“[W]e won’t wait for floods.”", 0),
    ("“Nothing of that kind was ever agreed by us.”", "“Nothing of that kind was ever agreed by us.”", None),
]


@pytest.mark.parametrize("ours", RIGHT)
def test_words_that_were_said_are_found(sample: Inspected, ours: str) -> None:
    """Whatever quotes, dashes and capitals; with gaps and insertions that are marked. Titles and one or two words
    at arm's length are no quotations."""
    assert [one.what for one in phrases(sample, ours, says(SOURCE))] == []


@pytest.mark.parametrize(("ours", "words", "differing"), WRONG)
def test_words_that_were_not_said_are_told(sample: Inspected, ours: str, words: str, differing: int | None) -> None:
    """With how many words differ from the nearest passage, where one is near."""
    (finding,) = phrases(sample, ours, says(SOURCE))
    assert (finding.rule, finding.words, finding.severity) == ("phrase-not-found", words, Severity.WARN)
    assert finding.spot.column == ours.index(words) + 1
    if differing:
        assert f"differs in {differing} word" in finding.what
        assert finding.beside[0].text.startswith("Delegates called it")


def test_the_quotation_of_the_week_is_looked_up_whole(sample: Inspected) -> None:
    """However short it is."""
    item = says(SOURCE)
    usual = {"section": "quote", "kind": "quote", "field": "quote", "voice": Voice.QUOTED}
    assert held(phrases_claimed.CHECK, sample, [written("Nobody else will.", item, **usual)], item) == []
    (finding,) = held(phrases_claimed.CHECK, sample, [written("Nobody will.", item, **usual)], item)
    assert finding.words == "Nobody will."


def test_chinese_quotations_are_counted_by_characters(sample: Inspected) -> None:
    """And what was translated is not looked for."""
    theirs = says("主席说：我们不会等雨。", language="zh")
    assert phrases(sample, "他说“我们不会等雨”。", theirs, language="zh") == []
    assert phrases(sample, "他谈到“停火”。", theirs, language="zh") == []
    (finding,) = phrases(sample, "他说“我们一直在等雨”。", theirs, language="zh")
    assert finding.words == "“我们一直在等雨”"
    assert phrases(sample, "“We will not wait for rain,” he said.", theirs) == []


def test_words_of_another_item_name_that_item(sample: Inspected) -> None:
    """The way out is its mark."""
    here, there = says("They met."), says(SOURCE, "wire-2")
    text = written("It is “the floor, not the ceiling”.", here)
    (finding,) = held(phrases_claimed.CHECK, sample, [text], here, there)
    assert finding.todo.startswith("put the mark [^wire-2] behind it")


def test_what_cannot_be_looked_up_is_counted_once(sample: Inspected) -> None:
    """Nothing is known to be wrong then."""
    away = evidence("wire-2", None)
    texts = [written("They said “we will not wait” and “nobody else will”.", away)]
    (finding,) = held(phrases_claimed.CHECK, sample, texts, away)
    assert finding.severity is Severity.UNCHECKED
    assert finding.what == "2 quotations were not looked up: the text of 1 item is not here"


@given(st.lists(st.sampled_from(["rain", "wait", "no", "the", "Pause,", "won't"]), min_size=3, max_size=12), st.data())
def test_any_copied_run_is_found(sample: Inspected, words: list[str], data: st.DataObject) -> None:
    """Wherever it begins and ends, in other capitals."""
    start = data.draw(st.integers(0, len(words) - 3))
    run = " ".join(words[start : data.draw(st.integers(start + 3, len(words)))])
    item = says(" ".join(words))
    assert phrases(sample, f"They said “{run.upper()}” there.", item) == []
    assert len(phrases(sample, f"They said “{run} zebra” there.", item)) == 1
