"""Reports on one event are grouped, a topic alone never groups; figures and past uses explain themselves in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.gather.candidates import figures_of
from newsletter.gather.stories import stories, story_of
from newsletter.gather.telling import round_of
from newsletter.gather.uses import PastIssue, past_uses
from newsletter.model.item import CitedItem, Decision, Item, ItemId, Rights, Triage
from newsletter.model.source import RightsPolicy, SourceId
from newsletter.model.story import PastUse
from tests.sample_items import NOW, entry, item, sample_items, stamp

# Every event of the sample that several items tell of, as a reader groups them; what is not here stands alone.
EVENTS = (
    "gangwan:2026/10/30/flights gazette:business/direct-flights",
    "ministry:readouts/coastal-forum pacific-ledger:politics/leaders-meet gazette:world/three-handshakes"
    " city-desk:n/89240",
    "focus:essays/weather-treaty campus-ledger:news/weather-link",
    "campus-ledger:news/glossary gangwan:2026/11/03/eleven-words",
    "campus-ledger:surveys/joint-papers-q3 pacific-ledger:science/joint-papers",
    "ministry:statements/tariff-pause gazette:world/second-round-pause pacific-ledger:trade/second-round"
    " gangwan:2026/11/12/ninety-days gazette:world/no-chair-for-science",
    "gangwan:2026/11/16/anchorage-queue gazette:business/ships-and-tides",
    "pacific-ledger:sponsored/seven-trends city-desk:n/90377",
    "city-desk:n/90371 harbour-wire:weekend-line gazette:world/customs-hotline",
    "ministry:readouts/third-round ministry:transcripts/third-round gangwan:2026/11/24/third-round"
    " harbour-wire:dates-for-january",
)
SAMPLE = sample_items()
FOUND = stories(SAMPLE)


def report(name: str, title: str, *text: str, hours: int = 0, **changes: object) -> Item:
    """An item of the outlet before the hyphen in its name, published so many hours after the morning of 24 November."""
    published = stamp((datetime(2026, 11, 24, 8, tzinfo=UTC) + timedelta(hours=hours)).isoformat())
    source = SourceId(name.rpartition("-")[0])
    return item(name, replace(entry(title, *text, source=source), published=published, **changes))  # type: ignore[arg-type]


def grouped(*items: Item) -> list[set[str]]:
    """The groups of several items."""
    return [set(story.items) for story in stories(items) if len(story.items) > 1]


def test_the_sample_is_grouped_as_a_reader_would() -> None:
    """Ten events, each with all of its items that are grouped and no other; all else stands alone."""
    found = {frozenset(story.items) for story in FOUND if len(story.items) > 1}
    assert found == {frozenset(event.split()) for event in EVENTS}


def test_every_item_is_in_exactly_one_story() -> None:
    """And a story of one has nothing to explain."""
    assert sorted(name for story in FOUND for name in story.items) == sorted(one.id for one in SAMPLE)
    assert all((len(story.items) == 1) == (story.why == "") for story in FOUND)


def test_documents_on_one_topic_stay_apart() -> None:
    """They concern the same relation and partly the same talks; none joins a story by that alone."""
    documents = [one for one in SAMPLE if one.entry.source == "desk-documents"]
    assert len(documents) == 6
    assert all(story_of(FOUND)[one.id].items == (one.id,) for one in documents)


def test_two_reports_on_one_meeting_are_one_story() -> None:
    """Told in other words, with the same names and figures; the reason names them."""
    one = report(
        "gazette-1", "Negotiators sign ninety-day pause", "Teo Marchand and Amara Stenholm signed it in Port Amity."
    )
    two = report(
        "wire-1", "A truce of 90 days", "Duties stay put, Amara Stenholm told reporters in Port Amity.", hours=5
    )
    (story,) = stories((two, one))
    assert story.items == ("gazette-1", "wire-1")
    assert story.why == "same story: 2 outlets, 100 % of names and figures shared"
    assert set(story.shared) == {"Amara Stenholm", "Port Amity", "ninety days"}


ROUND = (
    "Teo Marchand and Amara Stenholm met for three days beside the lake in Port Amity to talk of tariffs and permits."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Second round of talks ends", "Third round of talks ends"),
        ("Round two of the talks ends", "Round three of the talks ends"),
        ("Talks end their 2nd session", "Talks end their 3rd session"),
    ],
)
def test_two_rounds_of_the_same_talks_are_two_events(one: str, other: str) -> None:
    """However alike the reports are, and however near in time."""
    assert grouped(report("gazette-1", one, ROUND), report("wire-1", other, ROUND, hours=20)) == []
    assert grouped(report("gazette-1", one, ROUND), report("wire-1", one, ROUND, hours=20)) == [{"gazette-1", "wire-1"}]


def test_two_rounds_are_told_apart_in_chinese_and_across_languages() -> None:
    """第二轮 is the second round, 第三轮 the third."""
    text = "为期三天的磋商周二结束，自11月14日起的90天关税暂停期不变，共11段。"
    second = report("gangwan-1", "第二轮磋商结束", text, language="zh-Hans")
    third = report("haiguan-1", "第三轮磋商结束", text, language="zh-Hans", hours=3)
    english = report(
        "wire-1", "Third round ends", "The pause of 90 days from 14 November holds. Its 11 paragraphs too."
    )
    assert grouped(second, third) == []
    assert grouped(second, third, english) == [{"haiguan-1", "wire-1"}]


@pytest.mark.parametrize(
    ("text", "round_"),
    [
        ("The third round of consultations", ("round", 3)),
        ("round two", ("round", 2)),
        ("a 2nd negotiating session", ("session", 2)),
        ("第十二轮磋商", ("round", 12)),
        ("the second name", None),
        ("a round table", None),
    ],
)
def test_rounds_are_read(text: str, round_: tuple[str, int] | None) -> None:
    """In words and digits."""
    assert round_of(text) == round_


def test_the_same_words_days_apart_are_two_events() -> None:
    """A story lasts four days."""
    one = report("gazette-1", "Canal cuts passages to 26", "The authority in Port Amity told 58 captains to wait.")
    late = report(
        "wire-1", "Canal cuts passages to 26", "The authority in Port Amity told 58 captains to wait.", hours=97
    )
    assert grouped(one, late) == []


def test_a_chain_of_neighbours_is_no_story() -> None:
    """Each shares much with the next and nothing with the one after: what joins must be like half of a group."""
    parts = (
        "Ingrid Vass measured 131 sandpipers in Port Amity",
        "Idris Morrow borrowed 262 lanterns from Lakeside University",
        "Rosa Imberg painted 393 benches for Harbour Radio",
        "Yusuf Brandt counted 524 violins at Coastal College",
        "Marta Quill repaired 655 telescopes above Northern Reservoir",
        "Piet Aldana drew 786 maps for Isthmus Railways",
        "Emil Sarkany sold 917 trumpets to Meridian Circus",
    )
    chain = [report(f"outlet{at}-1", "In short", f"{parts[at]}. {parts[at + 1]}.", hours=at) for at in range(6)]
    assert grouped(*chain[:2]) == [{"outlet0-1", "outlet1-1"}]
    assert max(len(group) for group in grouped(*chain)) <= 3


def test_where_figures_differ_is_told() -> None:
    """The same unit in like surroundings, by the outlets' names; what both give is no difference."""
    one = report(
        "gazette-1", "Port Amity seizes copper", "Customs officers in Port Amity seized 84 tons of copper from 3 ships."
    )
    two = report(
        "wire-1", "Copper seized in Port Amity", "Officers seized 86 tons of copper in Port Amity, on 3 ships.", hours=2
    )
    (story,) = stories((one, two), {"gazette": "Gazette", "wire": "Harbour Wire"})
    assert story.differing == ("84 tons (Gazette), 86 tons (Harbour Wire)",)


@settings(max_examples=10)
@given(st.permutations(SAMPLE[:40]))
def test_the_order_of_the_items_does_not_matter(items: list[Item]) -> None:
    """Stories are computed from what the items are."""
    assert stories(tuple(items)) == stories(SAMPLE[:40])


def test_figures_of_the_week_are_ranked_and_explained() -> None:
    """What outlets agree on and headlines carry comes first; the sentence is whole."""
    candidates = figures_of(SAMPLE, FOUND)
    best = next(one for one in candidates if one.value == "52")
    assert candidates.index(best) < 5
    assert (best.unit, len(best.items)) == ("ships", 2)
    assert best.why.startswith("two outlets agree; it stands in a headline; its unit is named")
    percent = next(one for one in candidates if one.value == "31 %")
    assert (
        percent.sentence
        == "From July to September, 31% fewer articles had authors on both sides than two years earlier."
    )
    assert not any(one.value in ("2,024", "1,986") for one in candidates)


def test_a_list_of_prices_gives_no_candidate() -> None:
    """Nor does what is rejected or must not be used."""
    prices = report(
        "gazette-1", "Prices", "Pears 12 dollars, plums 14 dollars, figs 19 dollars, dates 23 dollars, nuts 31 dollars."
    )
    assert figures_of((prices,), stories((prices,))) == ()
    ships = report("wire-1", "Ships", "Harbour masters counted 52 ships outside the port.")
    banned = replace(ships, entry=replace(ships.entry, rights=Rights(RightsPolicy.DO_NOT_USE)))
    rejected = replace(ships, decision=Decision(state=Triage.REJECTED, who="ada", when=NOW, why="old"))
    assert len(figures_of((ships,), stories((ships,)))) == 1
    assert figures_of((banned,), stories((banned,))) == ()
    assert figures_of((rejected,), stories((rejected,))) == ()


def test_money_and_percents_are_shown_with_their_signs() -> None:
    """As they would stand in the issue."""
    one = report(
        "wire-1", "Costs", "The ports lost US$1.2 billion in June.", "They lost 3 million yuan more.", "It is 37% up."
    )
    shown = {(candidate.value, candidate.unit) for candidate in figures_of((one,), stories((one,)))}
    assert shown == {("US$1.2 billion", None), ("3 million yuan", None), ("37 %", None)}


def cited(name: str, title: str, url: str, digest: str = "") -> CitedItem:
    return CitedItem(id=name, outlet="Gazette", title=title, url=url, rights=RightsPolicy.QUOTE, text_digest=digest)


def test_past_issues_that_used_an_item_or_its_story_are_named() -> None:
    """By link, text or title, else by another item of the story; the newest issue first."""
    one = entry("Second round ends in a pause", "It ended.", link="https://gazette.example.com/pause?utm_source=rss")
    other = entry("Rivals agree a truce", "So it is.", link="https://wire.example.com/truce", source=SourceId("wire"))
    past = (
        PastIssue("2026-11-13", 211, (("beyond", "https://www.gazette.example.com/pause/"),), ()),
        PastIssue("2026-11-20", 212, (("quote", "https://wire.example.com/truce"),), ()),
        PastIssue("2026-11-06", 210, (), (cited("a", "Second Round Ends in a Pause", "https://e.org/x"),)),
        PastIssue(
            "2026-10-30", 209, (("beyond", "https://e.org/y"),), (cited("a", "Else", "https://e.org/y", one.digest),)
        ),
        PastIssue("2026-10-23", 208, (("beyond", "https://e.org/z"),), (cited("a", "Letters", "https://e.org/z"),)),
    )
    assert past_uses(one, (one, other), past) == (
        PastUse("2026-11-20", 212, "quote", "the same story: “Rivals agree a truce” (wire)"),
        PastUse("2026-11-13", 211, "beyond", "the same link"),
        PastUse("2026-11-06", 210, "opening", "the same title"),
        PastUse("2026-10-30", 209, "beyond", "the same text"),
    )
    assert date(2026, 10, 23).isoformat() not in {use.issue for use in past_uses(one, (one, other), past)}


def test_a_section_is_named_once_for_each_issue() -> None:
    """With the surest reason."""
    one = entry("Second round ends in a pause", link="https://gazette.example.com/pause")
    issue = PastIssue(
        "2026-11-13",
        211,
        (("beyond", "https://gazette.example.com/pause"), ("beyond", "https://gazette.example.com/pause#end")),
        (cited("a", "Second round ends in a pause", "https://gazette.example.com/pause"),),
    )
    assert past_uses(one, (), (issue,)) == (PastUse("2026-11-13", 211, "beyond", "the same link"),)


def test_the_story_of_an_item_is_found_by_its_id() -> None:
    """For the desk, which shows items."""
    assert set(story_of(FOUND)) == {ItemId(one.id) for one in SAMPLE}
