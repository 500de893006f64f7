"""Names of a blurb are looked up in the items it cites, in any spelling they may fairly have."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.check import names_claimed
from newsletter.check.inspected import Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.model.kinds import Voice
from newsletter.text.geography import is_everyday
from newsletter.text.names import find_names, placed_names
from tests.checking import evidence, inspected
from tests.claiming import found, held, says, written
from tests.conftest import opened


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


def names(sample: Inspected, text: str, *against: Evidence, language: str = "en") -> list[Finding]:
    return found(names_claimed.CHECK, sample, text, *against, language=language)


SOURCE = (
    "José Álvarez-Pike, who runs the World Harbour Organisation, met Bettina Holm at Lakeside University on Monday. "
    "Mr Quillon of the OBT was away. The Lighthouse Board's chair wrote to them."
)
RIGHT = [
    "They saw José Álvarez-Pike and Jose Alvarez-Pike’s colleagues; later Holm left.",
    "They wrote to the WHO, to the WHO’s board and to Lakeside.",
    "They met at the University of Lakeside.",
    "They met President Bettina Holm and Professor Holm.",
    "They met Aurel Quillon and the Office of Border Trade.",
    "They met in Hong Kong, New York, the U.S. and Northern Europe with Chinese and American envoys.",
    "They met on Tuesday in November, before Christmas.",
    "They read it in The Peninsula Gazette and in Harbour Wire.",
    "They met Lin Yue of the Harbour Institute for Trade.",
    "Growers waited. Ministers came: “Nobody left,” they said. “Ships waited.”",
    "One said: 'Perhaps.' However, forecasters agreed.",
    "They read *nothing*.",
    "They paid RMB 8, CNY8 and EUR 9, or HK$70, S$12 and NT$30; then US$4 and ten CHF.",
    "They rest from New Year’s Day and Christmas Eve to Good Friday, for the Mid-Autumn Festival and on Boxing Day.",
    "On Lunar New Year’s Eve they rest. Easter Monday is free, Eid al-Fitr too.",
    "Off Lakeside University they met. Near Bettina Holm sat nobody. Beyond Lakeside it rained.",
    "They wrote TODO and TBD there, TBC.",
]
WRONG = [
    ("They met Bettina Helm there.", "Bettina Helm", "Bettina Holm"),
    ("They met Bertina Holm there.", "Bertina Holm", "Bettina Holm"),
    ("They met Mr Quillan there.", "Quillan", "Quillon"),
    ("They met Anders Torvik there.", "Anders Torvik", None),
    ("They met at Lakeview University.", "Lakeview University", "Lakeside University"),
    ("They wrote to the ZKO.", "ZKO", None),
    ("They sailed to Port Melrose.", "Port Melrose", None),
    ("Off Port Melrose it rained.", "Port Melrose", None),
    ("Aboard Melrose it rained.", "Melrose", None),
    ("They rest at the Harbour Festival there.", "Harbour Festival", None),
    ("They left the Christmas Island Bureau.", "Island Bureau", None),
]


@pytest.mark.parametrize("ours", RIGHT)
def test_a_name_that_an_item_has_is_found(sample: Inspected, ours: str) -> None:
    """In full, in short, by its initials, without its accents; what everybody knows needs no source."""
    assert [one.what for one in names(sample, ours, says(SOURCE))] == []


@pytest.mark.parametrize(("ours", "words", "nearest"), WRONG)
def test_a_name_that_no_item_has_is_told(sample: Inspected, ours: str, words: str, nearest: str | None) -> None:
    """With the spelling of the source, where one is near."""
    (finding,) = names(sample, ours, says(SOURCE))
    assert (finding.rule, finding.words, finding.severity) == ("name-not-found", words, Severity.WARN)
    assert finding.spot.column == ours.index(words) + 1
    assert [one.text[one.start : one.end] for one in finding.beside] == ([nearest] if nearest else [])
    assert ("the source writes" in finding.what) is (nearest is not None)


def test_a_spelling_of_names_yaml_stands_for_the_others(sample: Inspected) -> None:
    """That it is one we do not use is another check's business."""
    assert names(sample, "They met Amara Stenholm.", says("They met Amara Stenhelm.")) == []
    assert names(sample, "They met Amara Stenholm.", says("They met Ruben Castellane.")) != []


def test_chinese_names_are_looked_up_in_chinese_texts_only(sample: Inspected) -> None:
    """A name is never told because it stands there in another script."""
    theirs = says("北京大学与商务部发布声明。", language="zh")
    assert names(sample, "商务部与北京大学发布声明。", theirs, language="zh") == []
    (finding,) = names(sample, "外交部与北京大学发布声明。", theirs, language="zh")
    assert finding.words == "外交部"
    assert names(sample, "They met Bettina Holm.", theirs) == []
    assert names(sample, "外交部发布声明。", says("The ministry spoke."), language="zh") == []


def test_the_speaker_of_a_quotation_is_looked_up(sample: Inspected) -> None:
    """A quotation under a wrong name is the worst of all."""
    item = says("Bettina Holm: We have agreed.")
    texts = [
        written("We have agreed.", item, section="quote", kind="quote", field="quote", voice=Voice.QUOTED),
        written("Bettina Halm", item, section="quote", kind="quote", field="speaker", voice=Voice.NAME),
    ]
    (finding,) = held(names_claimed.CHECK, sample, texts, item)
    assert (finding.section, finding.words) == ("quote", "Bettina Halm")


def test_what_cannot_be_looked_up_is_counted_once(sample: Inspected) -> None:
    """One name, however often it stands in a paragraph."""
    away = evidence("wire-2", None)
    text = written("They met Bettina Holm, and Bettina Holm met Anders Torvik.", away)
    (finding,) = held(names_claimed.CHECK, sample, [text], away)
    assert finding.severity is Severity.UNCHECKED
    assert finding.what == "2 names were not looked up: the text of 1 item is not here"


def test_a_name_of_another_item_names_that_item(sample: Inspected) -> None:
    """The way out is its mark."""
    here, there = says("They met."), says("They met Bettina Holm.", "wire-2")
    (finding,) = held(names_claimed.CHECK, sample, [written("They met Bettina Holm.", here)], here, there)
    assert finding.todo.startswith("put the mark [^wire-2] behind it")


@pytest.mark.parametrize(
    ("name", "everyday"),
    [
        ("Hong Kong", True),
        ("U.S.", True),
        ("Americans", True),
        ("Sino-American", True),
        ("South China Sea", True),
        ("Northern Europe", True),
        ("Bank of China", False),
        ("Port Amity", False),
        ("The Hague", True),
        ("of the", False),
    ],
)
def test_everyday_geography_is_known(name: str, everyday: bool) -> None:
    """Countries, their people, and cities that everybody knows; not what is only named after them."""
    assert is_everyday(name) is everyday


@given(st.text(alphabet="ABab .,'’\n“”:大学部", max_size=50))
def test_a_placed_name_stands_where_it_says(text: str) -> None:
    """Points and white space apart; and every name found is one of them."""
    placed = placed_names(text, "en")
    assert list(dict.fromkeys(one.name for one in placed)) == list(find_names(text, "en"))
    for one in placed:
        assert text[one.start : one.end].replace(".", "").split()[:1] == one.name.replace(".", "").split()[:1]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_check(sample: Inspected, ours: str, theirs: str) -> None:
    """Whatever an editor or a source writes."""
    names(sample, ours, says(theirs))
