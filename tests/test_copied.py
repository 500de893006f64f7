"""Copied text: what is told, how gravely, how often, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.actions.app import App
from newsletter.check.copied import CHECK
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence, Witness
from newsletter.model.finding import Severity
from newsletter.model.item import Entry, ItemId, Rights
from newsletter.model.source import RightsPolicy
from newsletter.text import shingles
from tests.checking import entry, evidence, inspected, issue_with, witness
from tests.conftest import opened
from tests.copying import SAID, TWELVE, Find, around, finder, said_of, wording

NOTICE = "Copying or reproduction of this article is forbidden."
CHINESE = "周一清晨港口的书记员最先发现吊车的影子不再落在那堵老墙上便写信给市长却没有人回答。"


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the sources are changed."""
    return inspected(opened(pristine))


@pytest.fixture
def find(sample: Inspected) -> Find:
    """What is said of one text, which stands in a blurb, held against these items."""
    return finder(sample)


def forbidding(name: str, text: str, notice: str = NOTICE) -> Evidence:
    """An item whose own text forbids that it is copied."""
    one = evidence(name, text)
    assert one.entry is not None
    return replace(one, entry=replace(one.entry, rights=Rights(RightsPolicy.SUMMARISE, notice)))


# What blocks


def test_twelve_words_block(find: Find) -> None:
    """With the words as they stand, the source's sentence beside them, and two ways out."""
    (finding,) = find(around(TWELVE))
    assert (finding.rule, finding.severity, finding.section) == ("copied-run", Severity.BLOCK, "note")
    assert finding.words == TWELVE
    assert finding.what == "12 words in a row stand the same in “What the paper said” (The Peninsula Gazette)"
    assert finding.todo == "say it in words of your own, or put the words in quotation marks and name whose they are"
    (beside,) = finding.beside
    assert beside.text == SAID[SAID.index("It's") :]
    assert (beside.item, beside.outlet) == ("gazette-1", "The Peninsula Gazette")
    assert beside.text[beside.start : beside.end] == TWELVE
    assert (finding.spot.line, finding.spot.column) == (1, around(TWELVE).index(TWELVE) + 1)
    assert finding.spot.end_column == finding.spot.column + len(TWELVE)


@pytest.mark.parametrize(
    "disguised",
    [
        TWELVE.upper(),
        TWELVE.title(),
        TWELVE.replace("'", "’"),
        TWELVE.replace("'", "ʼ"),
        TWELVE.replace("crane's", "crane;s"),
        TWELVE.replace("shadow,", "shadow;"),
        TWELVE.replace(", long and thin,", " – long and thin –"),
        TWELVE.replace(", long and thin,", " (long and thin)"),
        TWELVE.replace("noticed", "no\u00adticed").replace("shadow", "sha\u200bdow"),
        TWELVE.replace(" ", "\u00a0"),
        TWELVE.replace("first", "ﬁrst"),
        "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in TWELVE),
        TWELVE.replace(" that ", "\n\nthat\n"),
    ],
)
def test_no_disguise_hides_a_run(find: Find, disguised: str) -> None:
    """Capitals, quotes, dashes, one mark for another, what nobody sees, wide letters, line breaks."""
    (finding,) = find(around(disguised))
    assert (finding.rule, finding.words) == ("copied-run", " ".join(disguised.split()))


@pytest.mark.parametrize(
    "body",
    [
        "We hear that their *clerks who noticed* first that **a crane's shadow**, long and thin, no more than that.",
        "We hear that their clerks who [noticed first that](https://a.test) a crane's shadow, long\nand thin, no.",
        "We hear that their clerks who noticed first that[^gazette-floor] a crane's shadow, long and thin, no more.",
        "We hear that their clerks who noticed first that\n\na crane's shadow, long and thin, no more than that.",
        "- We hear that their clerks\n- who noticed first that\n- a crane's shadow, long and thin, no more than that.",
    ],
    ids=["emphasis", "link", "mark", "paragraphs", "list"],
)
def test_no_markup_hides_a_run(app: App, publication: Path, body: str) -> None:
    """The place that is told goes from the first word of the run to the last, also over an empty line."""
    text = f"---\ntitle: A note\n---\n{body}\n"
    issue_with(publication, {"note.md": text})
    found = CHECK.find(inspected(app, evidence=[evidence("gazette-floor", SAID)]))
    (finding,) = [one for one in found if one.severity is Severity.BLOCK]
    assert (finding.section, finding.what[:8]) == ("note", "12 words")
    lines, spot = text.split("\n"), finding.spot
    assert spot.path == "content/issues/2026-11-27/note.md"
    assert lines[spot.line - 1][spot.column - 1 :].lstrip("*").startswith("clerks")
    assert lines[spot.end_line - 1][: spot.end_column - 1].endswith(" no") or "thin, no" in lines[spot.end_line - 1]


@pytest.mark.parametrize("field", ["subject", "preheader"])
def test_subject_and_preheader_are_looked_at(app: App, publication: Path, field: str) -> None:
    """They are read first."""
    path = publication / "content" / "issues" / "2026-11-27" / "issue.md"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{field}:"))
    lines[at] = f"{field}: {TWELVE}\n"
    path.write_text("".join(lines), "utf-8")
    found = CHECK.find(inspected(app, evidence=[evidence("gazette-floor", SAID)]))
    (finding,) = [one for one in found if one.severity is Severity.BLOCK]
    assert (finding.section, finding.spot.line) == (None, at + 1)


def test_chinese_is_counted_by_characters(find: Find) -> None:
    """Twelve block, eight are told, and marks between them hide nothing."""
    gangwan = evidence("gangwan-1", CHINESE, language="zh-Hans")
    (finding,) = find(f"有人说，书记员最先发现吊车，的影子！真奇怪。{''}", gangwan)
    assert (finding.severity, finding.what[:13]) == (Severity.BLOCK, "12 characters")
    assert finding.words == "书记员最先发现吊车，的影子"
    (finding,) = find("有人说，便写信给市长却没错。", gangwan)
    assert (finding.rule, finding.words) == ("copied-phrase", "便写信给市长却没")
    assert find("有人说，写信给市长却好。", gangwan) == []


def test_a_witness_that_is_not_cited_is_one_too(find: Find) -> None:
    """Whether or not the issue leans on it, it was in the inbox."""
    (finding,) = find(around(TWELVE), witness("wire-7", SAID, "Wire"))
    assert finding.what.endswith("stand the same in “What the paper said” (Wire)")
    assert finding.beside[0].item == "wire-7"


def test_the_line_below_a_headline_is_text(find: Find) -> None:
    """What a source says in its deck is its own sentence as well."""
    one = evidence("gazette-1", "Something else.")
    assert one.entry is not None
    (finding,) = find(around(TWELVE), replace(one, entry=replace(one.entry, deck=SAID)))
    assert finding.severity is Severity.BLOCK


# How grave it is


def words(count: int) -> str:
    """So many words of the source; "crane's" is one."""
    return " ".join(f"{TWELVE} longer".split(" ")[:count])


@pytest.mark.parametrize(
    ("count", "rule"), [(7, None), (8, "copied-phrase"), (11, "copied-phrase"), (12, "copied-run")]
)
def test_short_runs_are_told_shorter_ones_are_not(find: Find, count: int, rule: str | None) -> None:
    """Eight words are worth a look; twelve stand in the way."""
    found = find(around(words(count)))
    assert [one.rule for one in found] == ([rule] if rule else [])
    assert all(one.severity is (Severity.BLOCK if count == 12 else Severity.WARN) for one in found)


@pytest.mark.parametrize(("count", "rule"), [(6, None), (7, "copied-phrase"), (8, "copied-run")])
def test_where_copying_is_forbidden_fewer_words_do(find: Find, count: int, rule: str | None) -> None:
    """By a notice in the text, and for a source that is not to be used."""
    for strict in (
        forbidding("gazette-1", SAID),
        evidence("gazette-1", SAID, rights=RightsPolicy.DO_NOT_USE),
    ):
        found = find(around(words(count)), strict)
        assert [one.rule for one in found] == ([rule] if rule else [])
        assert all(one.what.endswith("(The Peninsula Gazette), which forbids copying") for one in found)


@pytest.mark.parametrize("notice", [None, "This article is published under CC BY 4.0."])
def test_summarise_and_link_only_alone_forbids_no_copying(find: Find, notice: str | None) -> None:
    """That is our own caution; the usual twelve words hold, as they do where a notice allows more than we do."""
    one = forbidding("gazette-1", SAID, notice or "")
    assert one.entry is not None
    one = replace(one, entry=replace(one.entry, rights=Rights(RightsPolicy.SUMMARISE, notice)))
    assert [finding.rule for finding in find(around(words(8)), one)] == ["copied-phrase"]


def test_a_source_that_sources_yaml_forbids_is_forbidden(sample: Inspected) -> None:
    """What was gathered before the team changed its mind is no freer for it."""
    forbidden = tuple(
        replace(one, rights=RightsPolicy.DO_NOT_USE) if one.id == "gazette" else one
        for one in sample.publication.sources
    )
    changed = replace(sample, publication=replace(sample.publication, sources=forbidden))
    (finding,) = said_of(changed, [wording(around(words(8)))], [evidence("gazette-1", SAID)])
    assert finding.severity is Severity.BLOCK
    assert finding.todo == "say it in words of your own, from another source: this one is marked “do not use”"


# What is told once


def test_a_run_is_told_once_with_its_strictest_source(find: Find) -> None:
    """The others are counted."""
    strict, free = forbidding("strict-1", SAID), evidence("free-1", SAID, rights=RightsPolicy.QUOTE)
    (finding,) = find(around(TWELVE), free, strict, witness("wire-7", SAID))
    assert finding.beside[0].item == "strict-1"
    assert finding.what.endswith("which forbids copying, and in 2 other items")
    (finding,) = find(around(TWELVE), free, witness("wire-7", SAID))
    assert finding.what.endswith("and in 1 other item")


def test_a_cited_item_is_not_its_own_witness(find: Find) -> None:
    """The store finds it as well."""
    cited = replace(evidence("mine", SAID), item=ItemId("gazette-1"))
    (finding,) = find(around(TWELVE), cited, witness("gazette-1", SAID))
    assert finding.what.endswith("(The Peninsula Gazette)")


def test_a_run_is_told_in_its_whole_length(find: Find) -> None:
    """All of it together; and two runs of one source apart."""
    whole = (
        "It's the clerks who noticed first that a crane's shadow, long and thin, no longer reached the seventy-year-old"
    )
    assert [one.words for one in find(around(whole))] == [whole]
    first, second = (
        "the clerks who noticed first that a crane's shadow",
        "they wrote to the mayor before breakfast; nobody",
    )
    assert {one.words for one in find(f"Well: {second}, and {first}.")} == {second, first}


def test_what_another_source_adds_is_told_too(find: Find) -> None:
    """Each word once: the rest of the second run is a run of its own."""
    one = "a baker from the old town kept the only ladder that was long enough for it"
    other = "that was long enough for it until somebody took it home one evening and forgot about it"
    text = f"So {one} until somebody took it home one evening and"
    found = find(f"{text} day.", evidence("a-1", one), evidence("b-1", other))
    assert [(finding.beside[0].item, finding.words) for finding in found] == [
        ("a-1", one),
        ("b-1", text.split("it ", 1)[1]),
    ]


def test_a_run_is_found_where_its_beginning_stands_often(find: Find) -> None:
    """A text full of one phrase has it a hundred times before the place that goes on as ours does."""
    phrase = "and so it was said again that evening "
    text = phrase * 120 + "by the one clerk who had kept every letter"
    (finding,) = find(f"Well, {phrase}by the one clerk who had kept every letter.", evidence("a-1", text))
    assert finding.severity is Severity.BLOCK


# What could not be looked at


def test_in_a_clone_it_says_what_it_did_not_check(sample: Inspected) -> None:
    """One finding, which stands in nobody's way."""
    (finding,) = CHECK.find(replace(sample, witnesses=None))
    assert (finding.severity, finding.words) == (Severity.UNCHECKED, "")
    assert finding.what == (
        "not checked here whether words were copied: what was gathered lives at home, with the texts of 8 items that "
        "the issue cites"
    )
    assert finding.todo == "run the check at home before the issue is approved"


def test_at_home_it_counts_the_items_without_a_text(sample: Inspected) -> None:
    """Those that were never gathered, and those whose text is no longer kept."""
    here = [evidence("a-1", SAID), evidence("b-1", None), replace(evidence("c-1", None), forgotten=True)]
    (finding,) = said_of(sample, [wording("We say so.")], here)
    assert finding.severity is Severity.UNCHECKED
    assert finding.what == (
        "not checked whether words were copied from the texts of 2 items (1 no longer kept) that the issue cites"
    )


# Whatever the texts are

LONG: Entry = entry(
    [
        "Before the lock was built, boats waited for the tide, and their masters for the weather to make up its mind.",
        "An engineer drew it in 1911 with two gates; a third was added when someone counted the days that ice cost.",
        "Today it's the keeper who decides, by telephone, which of the 26 barges goes first and which learns patience.",
    ],
    title="A lock and its keepers",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, 47), swap=st.sampled_from([None, str.upper, str.title, lambda text: text.replace(",", " -")])
)
def test_any_twelve_words_of_a_source_are_found(
    sample: Inspected, start: int, swap: Callable[[str], str] | None
) -> None:
    """Wherever they stand, between words of our own, and at the right place."""
    words = " ".join(LONG.paragraphs).split()
    run = " ".join(words[start : start + 12]).strip(",.;")
    run = swap(run) if swap else run
    text = f"Zebras, as we know, {run} xylophones."
    (finding,) = said_of(sample, [wording(text)], [Witness(item=ItemId("a-1"), outlet="A", entry=LONG)])
    assert finding.severity is Severity.BLOCK
    assert finding.words == " ".join(run.split())
    assert (finding.spot.column, finding.spot.end_column) == (text.index(run) + 1, text.index(run) + len(run) + 1)
    beside = finding.beside[0]
    assert shingles.words(beside.text[beside.start : beside.end]) == shingles.words(run)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.one_of(st.characters(), st.sampled_from("e\u0301\u00ad’'`ﬁ½第三 \u200b가\u1100\u1161ｶﾞa-")), max_size=40)
)
def test_words_are_placed_where_they_stand(text: str) -> None:
    """The same words as are compared, in order, each within the text, none before the end of the last."""
    placed = tuple(shingles.placed_words(text))
    assert tuple(one.word for one in placed) == shingles.words(text)
    assert all(0 <= one.start < one.end <= len(text) for one in placed)
    assert all(one.start <= other.start for one, other in pairwise(placed))
