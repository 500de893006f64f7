"""What editors have rejected arrives folded when it comes again; what goes on from it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.gather.copies import Rejected, find_copy
from newsletter.model.item import Entry, Item
from tests.sample_items import NOW, entry, item, sample_items

PAPER = (
    "Leaders across logistics, research and finance share the seven forces that no executive can afford to ignore.",
    "The white paper draws on talks with shippers on both shores and tells how firms keep their shelves full when a "
    "duty changes on a Saturday and the ship that carries the goods has already sailed.",
)
REJECTED = item(
    "ledger-3", entry("Seven trends that will define everything", *PAPER, link="https://ledger.example.com/seven")
)


def of(
    *paragraphs: str, title: str = "Something else entirely today", link: str = "https://desk.example.net/9"
) -> str | None:
    """Why an entry with this text is taken for a copy of the rejected paper."""
    found = find_copy(entry(title, *paragraphs, link=link), (REJECTED,))
    assert found is None or found[0] == "ledger-3"
    return found and found[1]


def test_a_copy_under_another_address_arrives_folded() -> None:
    """The rejected item's text under a new address and headline, with the reason in words."""
    assert of(*PAPER) == "the same text under another address, 100 % of its words"
    assert of(*PAPER, title=REJECTED.entry.title) == "the same words under another address"


def test_a_copy_with_some_words_changed_is_a_copy() -> None:
    """Under the same headline sooner than under another one."""
    changed = (PAPER[0].replace("executive", "manager"), PAPER[1].replace("both shores", "either coast"))
    assert of(*changed) == "the same text under another address, 94 % of its words"
    mostly = (PAPER[0], PAPER[1][:110], "The rest of what is said here was written by somebody else at a later hour.")
    assert of(*mostly) is None
    assert of(*mostly, title="Seven Trends That Will Define Everything") == "the same headline and 70 % of its words"


@pytest.mark.parametrize(
    "link", ["https://ledger.example.com/seven", "http://www.ledger.example.com/seven/?utm_source=rss"]
)
def test_the_same_address_is_the_same_item(link: str) -> None:
    """Whatever tracking another feed has added to it."""
    assert of("Other words.", link=link) == "the same address"


def test_a_front_page_is_no_address_of_an_item() -> None:
    """Every entry of a site may carry it."""
    rejected = item("ledger-4", entry("One", "Some words.", link="https://ledger.example.com/"))
    assert find_copy(entry("Two", "Other words.", link="https://ledger.example.com"), (rejected,)) is None


def test_a_longer_edition_of_a_rejected_text_is_a_copy() -> None:
    """A feed gives the beginning, the page the whole: under the same headline it is one piece."""
    more = "Its authors spoke with owners of small workshops, who keep spare parts as others keep a bank account. " * 3
    whole = of(*PAPER, more, title="Seven Trends That Will Define Everything")
    assert whole == "the same headline, and the whole of the rejected text (100 % of it)"


ROUND = (
    "The second round of consultations closed on Wednesday after three days beside the lake, and both delegations left "
    "with a statement on tariffs, on permits for refined metals and on the data that the customs services hold."
)
CUT = (
    "From this morning the isthmus canal takes 26 ships a day, the authority said in a notice to users of the canal. "
    "It asked them for patience, as it had done before, and it thanked them for their understanding in a dry season."
)


@pytest.mark.parametrize(
    ("rejected", "later"),
    [
        (ROUND, ROUND.replace("second", "third")),
        (CUT, CUT.replace("26", "24")),
        (
            CUT,
            f"{CUT} The first to be sent away was a ship full of pears that had paid eleven times the toll.",
        ),
        (
            ROUND,
            "Both delegations left the lake with a statement on tariffs. Growers ask what it means for them.",
        ),
    ],
    ids=["another round", "another figure", "goes on from it", "the same topic"],
)
def test_a_follow_up_is_not_folded(rejected: str, later: str) -> None:
    """Another round, another figure or mostly other words make it news."""
    before = item("wire-1", entry("Notice of the day", rejected, link="https://wire.example.com/1"))
    assert find_copy(entry("A later notice", later, link="https://wire.example.com/2"), (before,)) is None


def test_few_words_are_no_copy() -> None:
    """Two notices without a text, or with a short headline, have nothing that tells them apart or makes them one."""
    before = item("wire-1", entry("Closed today"))
    assert find_copy(entry("Closed today"), (before,)) is None
    assert (
        find_copy(entry("Weekly briefing", "A short text."), (item("wire-2", entry("Weekly briefing", "Another.")),))
        is None
    )


def test_a_long_headline_without_a_text_is_enough() -> None:
    """Some feeds bring headlines alone."""
    before = item("wire-1", entry("Seven trends that will define everything"))
    found = find_copy(entry("Seven Trends That Will Define Everything", link="https://e.org/2"), (before,))
    assert found == ("wire-1", "the same headline, and one of the two has no text")


def test_of_the_sample_only_the_reprint_is_folded() -> None:
    """One half of the items against the other, as if it were rejected: one advertisement was printed twice."""
    items = sample_items()
    halves = [tuple(one for one in items if (one.id < "h") is early) for early in (True, False)]
    folded = set()
    for some, others in (halves, halves[::-1]):
        rejected = Rejected(others)
        folded |= {one.id for one in some if rejected.copy_of(one.entry)}
    assert folded == {"pacific-ledger:sponsored/seven-trends", "city-desk:n/90377"}


def test_the_index_finds_what_a_search_one_by_one_finds() -> None:
    """A copy among five hundred rejected items that share its stock phrase."""
    stock = (
        "Sources say the mood was positive and more is to follow, as the delegations told reporters on the evening. "
    )
    many = tuple(_filler(at, stock) for at in range(500))
    rejected = Rejected((*many, REJECTED))
    copy = entry("Trends", *PAPER, "Sources say the mood was positive.", link="https://e.org/copy")
    found = rejected.copy_of(copy)
    assert found is not None
    assert found[0] == "ledger-3"


def _filler(at: int, stock: str) -> Item:
    text = f"Report {at} of the harbour says that berth {at} is free. {stock}"
    given: Entry = entry(f"Harbour report {at} of the evening", text, link=f"https://wire.example.com/{at}")
    return replace(item(f"wire-{at}", given), first_seen=NOW - timedelta(hours=at))
