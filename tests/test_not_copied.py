"""What is no copy: quotations, titles, names, dates, stock phrases, our own words. And what hides behind them."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from newsletter.check.copied import CHECK
from newsletter.check.inspected import Inspected
from newsletter.gather import documents
from newsletter.model.evidence import Witness
from newsletter.model.finding import Severity
from newsletter.model.item import ItemId
from newsletter.model.kinds import Voice
from newsletter.model.source import RightsPolicy, SourceKind
from newsletter.text import shingles
from tests.checking import evidence, inspected, witness
from tests.conftest import ROOT, opened
from tests.copying import SAID, TWELVE, Find, around, finder
from tests.gathering import source
from tests.sample_items import sample_items


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the sources are changed."""
    return inspected(opened(pristine))


@pytest.fixture
def find(sample: Inspected) -> Find:
    """What is said of one text, which stands in a blurb, held against these items."""
    return finder(sample)


@pytest.mark.parametrize("marks", ["“{}”", '"{}"', "«{}»", "„{}“", "‘{}’"])
def test_a_marked_quotation_is_none(find: Find, marks: str) -> None:
    """How long it may be is another check's matter."""
    assert find(around(marks.format(SAID))) == []


def test_a_whole_quotation_is_none(find: Find) -> None:
    """The quotation of the week, and a paragraph that is set apart."""
    assert find(SAID, voice=Voice.QUOTED) == []


@pytest.mark.parametrize("voice", [Voice.TITLE, Voice.NAME])
def test_titles_and_names_are_given_as_they_are(find: Find, voice: Voice) -> None:
    """An article is called as its outlet calls it."""
    assert find(TWELVE, voice=voice) == []


def test_across_the_edge_of_a_quotation_the_words_outside_count(find: Find) -> None:
    """Those before and those behind together; what is told begins and ends outside."""
    inside = "the clerks who noticed first that a crane's shadow, “long and thin, no longer reached” the seventy"
    (finding,) = find(around(inside))
    assert (finding.rule, finding.what[:8]) == ("copied-phrase", "11 words")
    (finding,) = find(around(inside.replace("seventy", "seventy-year-old wall, and “they wrote” to")))
    assert (finding.rule, finding.what[:8]) == ("copied-run", "16 words")
    short = "the clerks who noticed first “that a crane's shadow, long and thin, no longer reached the” seventy"
    assert find(around(short)) == []


def test_our_own_words_are_ours(find: Find) -> None:
    """Also where somebody has reprinted them; but not what we once quoted."""
    ours = witness("focus-1", f"On Monday {SAID}", policy=RightsPolicy.OURS, source="focus")
    assert find(around(TWELVE), ours) == []
    assert find(around(TWELVE), ours, witness("city-desk-9", SAID, policy=RightsPolicy.DO_NOT_USE)) == []
    printed = f"On Monday he wrote “{SAID}”, which we printed."
    quoting = witness("focus-2", printed, policy=RightsPolicy.OURS, source="focus")
    assert len(find(around(TWELVE), quoting, evidence("gazette-1", SAID))) == 1


@pytest.mark.parametrize("repeated", [True, False])
def test_the_title_of_an_item_is_none(find: Find, repeated: bool) -> None:
    """Many feeds repeat it as the first line of the text; the words around it count all the same."""
    title = "How a crane's shadow came to matter more than the ship that it stood beside"
    text = (title, SAID) if repeated else (SAID,)
    assert find(f"Our colleagues at the Gazette ask: {title}.", evidence("gazette-1", text, title=title)) == []
    (finding,) = find(
        f"Our colleagues at the Gazette ask: {title}. It's the {TWELVE}.", evidence("g-1", text, title=title)
    )
    assert finding.words == f"It's the {TWELVE}"


def test_a_title_that_is_only_the_beginning_of_the_text_is_no_title(find: Find) -> None:
    """Of a note without a title, the feed's reader takes the first line for one."""
    note = (
        "The clerks who noticed first that a crane's shadow, long and thin, no longer reached the wall wrote at once."
    )
    assert len(find(around(note[:-15]), evidence("note-1", note, title=f"{note[:80]}…"))) == 1


@pytest.mark.parametrize(
    ("source", "ours"),
    [
        (
            "At the table sat Amara Stenholm, Ruben Castellane of the Harbour Institute for Trade and Oda Fennimore.",
            "We met Amara Stenholm, Ruben Castellane of the Harbour Institute for Trade and Oda Fennimore there.",
        ),
        (
            "It will be heard by the Joint Committee on the Implementation of the Northern Fisheries Agreement.",
            "We wrote to the Joint Committee on the Implementation of the Northern Fisheries Agreement.",
        ),
        (
            "The figures were given, according to a statement released on Thursday by the Ministry of Transport, late.",
            "Fewer ships came, according to a statement released on Thursday by the Ministry of Transport.",
        ),
        (
            "The office did not immediately respond to a request for comment on Thursday, 26 November 2026, it says.",
            "His bank did not immediately respond to a request for comment on Thursday, 26 November 2026.",
        ),
        (
            "One official, who spoke on condition of anonymity because she was not authorised to speak to the media, "
            "shrugged.",
            "Said a diplomat who spoke on condition of anonymity because she was not authorised to speak to the media.",
        ),
        (
            "Fares fell for the first time in more than a decade, and flats rose.",
            "Births rose for the first time in more than a decade, and nobody knows why.",
        ),
        (
            "It fell by 3% in the third quarter compared with the same period of last year, as it were.",
            "Exports grew in the third quarter compared with the same period of last year.",
        ),
        (
            "And that it is not as if there would have been any.",
            "She says that it is not as if there would have been more.",
        ),
        (
            "中华人民共和国外交部发言人在例行记者会上表示，此事已了。",
            "据悉，中华人民共和国外交部发言人在例行记者会上表示关切。",
        ),
        ("协议于2026年11月25日在港口签署。", "会谈于2026年11月25日在纽约举行。"),
    ],
    ids=["names", "body", "statement", "no comment", "anonymous", "decade", "quarter", "little words", "zh", "zh date"],
)
def test_names_dates_and_stock_phrases_prove_nothing(find: Find, source: str, ours: str) -> None:
    """Nobody has copied them, and nobody could say them otherwise."""
    language = "en" if source.isascii() else "zh-Hans"
    assert find(ours, evidence("gazette-1", source, language=language)) == []


@pytest.mark.parametrize(
    ("source", "ours"),
    [
        (
            "It was late. The two sides agreed to continue talks at the working level in the coming weeks.",
            "Of the rest we read that the two sides agreed to continue talks at the working level, which is little.",
        ),
        (
            "They had a candid and constructive discussion and exchanged views on issues of common concern.",
            "Lunch was good; both exchanged views on issues of common concern, after a candid discussion.",
        ),
        (
            "Ministers reaffirmed their commitment to the pause on the sidelines of the summit.",
            "Nobody was surprised: ministers reaffirmed their commitment to the rule on the sidelines of the summit.",
        ),
        ("会后，双方同意继续保持沟通，并交换了意见。", "据说双方同意继续保持沟通，如此而已。"),
    ],
    ids=["talks", "views", "commitment", "zh"],
)
def test_what_every_readout_says_is_no_copied_phrase(find: Find, source: str, ours: str) -> None:
    """Whoever reports on a meeting can hardly help it."""
    language = "en" if source.isascii() else "zh-Hans"
    assert find(ours, evidence("gazette-1", source, language=language)) == []


def test_a_long_run_of_a_readout_blocks_all_the_same(find: Find) -> None:
    """Twelve words are a copy, whoever uses them."""
    text = "The two sides agreed to continue talks at the working level in the coming weeks."
    (finding,) = find(f"It says that {text[0].lower()}{text[1:]}", evidence("gazette-1", f"It was late. {text}"))
    assert finding.severity is Severity.BLOCK


def test_a_phrase_with_a_readout_in_it_is_told(find: Find) -> None:
    """Where it says more than that."""
    text = "They agreed to continue talks about yellow croaker, paper lanterns and the price of ice."
    ours = "Both agreed to continue talks about yellow croaker, paper lanterns and eels."
    (finding,) = find(ours, evidence("a-1", text))
    assert finding.severity is Severity.WARN


def test_a_stock_phrase_hides_no_copy(find: Find) -> None:
    """What stands around it counts, and it too."""
    text = "Insurers doubled their prices for idle ships, according to a statement released on Thursday by the board."
    (finding,) = find(f"We read that {text[0].lower()}{text[1:]}", evidence("a-1", text))
    assert (finding.severity, finding.what[:8]) == (Severity.BLOCK, "17 words")


def test_a_source_in_capitals_has_no_endless_name(find: Find) -> None:
    """A run of capitals is taken for a name elsewhere."""
    (finding,) = find(around(TWELVE), evidence("gazette-1", SAID.upper()))
    assert finding.severity is Severity.BLOCK


def test_the_samples_share_nothing() -> None:
    """No sample document and no item of the sample feeds has words of another; but one press release came twice."""
    texts = {item.id: " ".join(item.entry.paragraphs) for item in sample_items()}
    folder = source(id="desk", kind=SourceKind.FOLDER, url=None, path="documents")
    for path in sorted((ROOT / "tests" / "documents").iterdir()):
        texts[ItemId(path.name)] = " ".join(documents.read(path.name, path.read_bytes(), folder).entry.paragraphs)
    eights = {name: shingles.shingles(text, 8) for name, text in texts.items()}
    pairs = {frozenset(pair) for pair in permutations(texts, 2) if eights[pair[0]] & eights[pair[1]]}
    assert pairs == {
        frozenset(("canal-explainer", "canal-as-text.txt")),
        frozenset(("city-desk:n/90377", "pacific-ledger:sponsored/seven-trends")),
    }


@pytest.mark.parametrize("issue", ["2026-10-30", "2026-11-06", "2026-11-13", "2026-11-20", "2026-11-27"])
def test_the_finished_issues_have_copied_nothing(pristine: Path, issue: str) -> None:
    """Held against everything that the sample feeds and documents say."""
    everything = [Witness(item=one.id, outlet="Somebody", entry=one.entry) for one in sample_items()]
    found = CHECK.find(inspected(opened(pristine), issue=issue, witnesses=everything))
    assert [one for one in found if one.severity is not Severity.UNCHECKED] == []
