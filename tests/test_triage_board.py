"""The board of triage: stories by where they stand, found by words; and all that is known of one item."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter.actions import week_stories
from newsletter.actions.app import App, read_publication
from newsletter.actions.attach_item import attach_item
from newsletter.actions.blurb_choices import read_choices
from newsletter.actions.item_page import read_item, read_original
from newsletter.actions.latest import Latest
from newsletter.actions.read_inbox import fresh_since, read_inbox
from newsletter.actions.triage_board import AT_ONCE, Board, Wanted, read_board, read_card, read_figures
from newsletter.actions.triage_items import decide
from newsletter.desk import triage_words as words
from newsletter.desk.triage_view import sorting
from newsletter.model.identity import Changed, New
from newsletter.model.issue import IssueId
from newsletter.model.item import Entry, Item, ItemId, Original, Passage, Reading, Rights, Triage, text_digest
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.publication.folder import Folder
from newsletter.publication.publication import Publication
from newsletter.store import items
from newsletter.store.engine import open_store
from newsletter.store.errors import UnknownItem
from newsletter.text.changes import Kind
from tests.conftest import ISSUE
from tests.running import until
from tests.sample_items import entry, stamp

COMING = IssueId(date.fromisoformat(ISSUE))
SOURCES = {"gazette": RightsPolicy.SUMMARISE, "ministry": RightsPolicy.QUOTE, "city-desk": RightsPolicy.DO_NOT_USE}
BIRDS = (
    "Avocet",
    "Bittern",
    "Curlew",
    "Dunlin",
    "Egret",
    "Fulmar",
    "Gannet",
    "Heron",
    "Ibis",
    "Jacana",
    "Kite",
    "Lapwing",
)


def told(title: str, *paragraphs: str, source: str = "gazette", **changes: object) -> Entry:
    """An entry of one of our sources that has an address of its own."""
    link = f"https://{source}.example.org/{text_digest(title, paragraphs)[:12]}"
    rights = Rights(SOURCES.get(source, RightsPolicy.SUMMARISE))
    return entry(title, *paragraphs, **{"source": SourceId(source), "link": link, "rights": rights, **changes})


def brought(app: App, *entries: Entry, at: datetime | None = None, copy_of: ItemId | None = None) -> tuple[ItemId, ...]:
    """The names of these entries of one source, as they came at a time."""
    source = entries[0].source
    likeness = "the same words under another address" if copy_of else None
    changes = tuple(New(Reading(one, None), copy_of, likeness) for one in entries)
    with open_store(app.database) as store:
        return items.record(store, source, changes, SourceState(source=source), at or app.clock())


def changed(app: App, name: ItemId, now: Entry, at: datetime) -> None:
    """The item as its source describes it later."""
    with open_store(app.database) as store:
        items.record(store, now.source, (Changed(name, Reading(now, None)),), SourceState(source=now.source), at)


@pytest.fixture
def bare(app: App) -> App:
    """The sample publication with a database that holds no item yet."""
    (app.root / "var").mkdir(exist_ok=True)
    open_store(app.database).close()
    return app


def publication(app: App) -> Publication:
    return read_publication(app, Folder(app.root))


def board(app: App, state: Triage = Triage.NEW, said: str = "", *, older: bool = False) -> Board:
    return read_board(app, publication(app), Wanted(state=state, words=tuple(said.split()), older=older))


def shown(found: Board) -> list[list[ItemId]]:
    return [[item.id for item in card.items] for card in found.cards]


def titles(found: Board) -> list[str]:
    return [item.entry.title for card in found.cards for item in card.items]


def numbered(count: int, word: str = "Report") -> list[Entry]:
    """Entries that share nothing: each is a story of its own."""
    said = ((BIRDS[at % 10], BIRDS[at // 10 % 10]) for at in range(count))
    return [
        told(f"{word} {first}{second}{at}", f"{second}{at} {first}{at}.") for at, (first, second) in enumerate(said)
    ]


def test_the_board_shows_what_the_inbox_shows(home: App) -> None:
    """The same stories in the same order while nobody has decided on anything, those of several outlets first."""
    inbox = read_inbox(home)
    found = board(home)
    assert [sorted(names) for names in shown(found)] == [
        sorted(item.id for item in card.items) for card in inbox.cards[:AT_ONCE]
    ]
    assert found.counts[Triage.NEW] == len(inbox.cards)
    assert found.figures == len(inbox.figures)


def test_a_decision_moves_a_story_from_list_to_list(bare: App) -> None:
    """It is counted where it stands, and undone it is new again."""
    one, other = brought(bare, told("Ports count the price of waiting"), told("A violin between two cities"))
    for state, why in ((Triage.KEPT, None), (Triage.HELD, None), (Triage.REJECTED, "promotional")):
        decide(bare, (one,), state, "mei", why)
        assert shown(board(bare, state)) == [[one]]
        assert shown(board(bare)) == [[other]]
        assert board(bare).counts == {Triage.NEW: 1, state: 1}
    decide(bare, (one,), Triage.NEW, "mei")
    assert board(bare).counts == {Triage.NEW: 2}


def test_a_decision_regroups_nothing(home: App) -> None:
    """A story stays whole while its items are decided on one by one: it stands on each list that one of them is on."""
    story = next(card for card in board(home).cards if len(card.items) > 2)
    names = [item.id for item in story.items]
    decide(home, (names[0],), Triage.REJECTED, "mei", "too thin")
    assert names in shown(board(home))
    assert names in shown(board(home, Triage.REJECTED))
    card = read_card(home, publication(home), names[1]).card
    assert card
    assert [item.id for item in card.items] == names


def test_words_are_looked_for_in_titles_outlets_authors_and_beginnings(bare: App) -> None:
    """All of them, in small or large letters, anywhere in the story."""
    brought(bare, told("Grain ships wait", "Eleven vessels lie off the breakwater.", deck="A queue grows"))
    brought(bare, told("Schools reopen", source="ministry"))
    for said in ("GRAIN", "breakwater", "peninsula gazette", "queue grain eleven"):
        assert titles(board(bare, said=said)) == ["Grain ships wait"], said
    assert titles(board(bare, said="ministry")) == ["Schools reopen"]
    assert board(bare, said="grain schools").cards == ()
    assert board(bare, said="grain").counts == {Triage.NEW: 1}


def test_pages_follow_each_other_whatever_is_decided_in_between(bare: App) -> None:
    """Thirty stories each; none comes twice and none is passed over, although a page is decided on before the next."""
    names = set(brought(bare, *numbered(2 * AT_ONCE + 5)))
    seen: list[ItemId] = []
    after = None
    for count in (AT_ONCE, AT_ONCE, 5):
        found = read_board(bare, publication(bare), Wanted(after=after))
        page = [name for story in shown(found) for name in story]
        assert len(page) == count
        decide(bare, tuple(page), Triage.KEPT, "mei")
        seen += page
        after = found.after
    assert after is None
    assert (len(seen), set(seen)) == (len(names), names)


def test_what_came_before_this_week_is_shown_on_demand(bare: App) -> None:
    """Item by item, the last first, by title and by list; with it what came this week and was out long before."""
    since = fresh_since(bare, publication(bare))
    old = brought(bare, *numbered(AT_ONCE + 2, "Older"), at=since - timedelta(days=30))
    (stale,) = brought(bare, told("An old feed read for the first time", published=stamp("2025-01-06T10:00:00+00:00")))
    (fresh,) = brought(bare, told("New today"))
    assert shown(board(bare)) == [[fresh]]
    first = board(bare, older=True)
    assert shown(first)[0] == [stale]
    second = read_board(bare, publication(bare), Wanted(older=True, after=first.after))
    assert {name for story in shown(first) + shown(second) for name in story} == {stale, *old}
    assert first.counts == {Triage.NEW: AT_ONCE + 3}
    assert titles(board(bare, said="OLD first", older=True)) == ["An old feed read for the first time"]
    assert board(bare, said="100%_", older=True).cards == ()
    decide(bare, (old[0],), Triage.HELD, "mei")
    assert shown(board(bare, Triage.HELD, older=True)) == shown(board(bare, Triage.HELD)) == [[old[0]]]


def test_copies_of_a_rejected_item_are_folded_under_it(bare: App) -> None:
    """With the issue in which it was rejected and the reason; who says that they are no copies has them back."""
    since = fresh_since(bare, publication(bare))
    (rejected,) = brought(bare, told("Seven trends that will define everything"), at=since - timedelta(days=9))
    decide(App(bare.root, lambda: since - timedelta(days=8)), (rejected,), Triage.REJECTED, "mei", "promotional")
    copies = brought(
        bare, told("Seven trends", source="ministry"), told("The seven", source="ministry"), copy_of=rejected
    )
    found = board(bare)
    assert found.cards == ()
    (folded,) = found.folded
    assert folded.original
    assert folded.original.id == rejected
    assert [item.id for item in folded.copies] == sorted(copies)
    assert folded.number == 126
    assert found.folded_copies == 2
    assert board(bare, Triage.REJECTED).cards == ()
    decide(bare, (copies[0],), Triage.NEW, "daniel")
    assert shown(board(bare)) == [[copies[0]]]
    assert board(bare).folded_copies == 1


def test_stories_are_grouped_again_when_something_comes(bare: App) -> None:
    """Not before: what is remembered is the same object while only decisions are made."""
    (one,) = brought(bare, told("Ports count the price of waiting"))
    with open_store(bare.database) as store:
        since = fresh_since(bare, publication(bare))
        first = week_stories.week_stories(bare, store, publication(bare), since)
        decide(bare, (one,), Triage.KEPT, "mei")
        assert week_stories.week_stories(bare, store, publication(bare), since) is first
        changed(bare, one, told("Ports count the price of waiting", "Now with a text."), bare.clock())
        assert week_stories.week_stories(bare, store, publication(bare), since) is not first


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A program that was just started and groups even a few items beside its pages, while this is set."""
    gate = threading.Event()

    def when_set(key: week_stories._Key) -> week_stories.Week:
        assert gate.wait(30)
        return week_stories._week(key)

    monkeypatch.setattr(week_stories, "SOON", 0)
    monkeypatch.setattr(week_stories, "_WEEKS", Latest(when_set, lambda key: key.since, most=2))
    yield gate
    gate.set()


def test_no_page_waits_for_stories_to_be_grouped(bare: App, gate: threading.Event) -> None:
    """After a start each item stands for itself; after a gathering the list is as it was, and says what is new."""
    ports, again = told("Ports count the price of waiting"), told("Ports count the price of waiting", source="ministry")
    both = [*brought(bare, ports), *brought(bare, again)]
    found = board(bare)
    assert sorted(shown(found)) == sorted([name] for name in both)
    assert found.sorting == 2
    decide(bare, (both[0],), Triage.KEPT, "mei")
    assert shown(board(bare, Triage.KEPT)) == [[both[0]]]
    assert shown(board(bare, said="PORTS price")) == [[both[1]]]
    gate.set()
    grouped = until(lambda: found if (found := board(bare)).sorting is None else None)
    assert [sorted(names) for names in shown(grouped)] == [sorted(both)]
    gate.clear()
    (third,) = brought(bare, told("A violin between two cities"))
    meanwhile = board(bare)
    assert shown(meanwhile) == shown(grouped)
    assert meanwhile.sorting == 1
    gate.set()
    last = until(lambda: found if (found := board(bare)).sorting is None else None)
    assert [third] in shown(last)


def test_while_items_are_sorted_copies_stay_folded_and_old_ones_away(bare: App, gate: threading.Event) -> None:
    """What is known of an item without its text is enough for both."""
    (rejected,) = brought(bare, told("Win a cruise"), at=bare.clock() - timedelta(days=30))
    decide(bare, (rejected,), Triage.REJECTED, "mei", "an advertisement")
    (copy,) = brought(bare, told("Win a cruise now"), copy_of=rejected)
    brought(bare, told("Old news of the port", published=stamp("2026-09-01T08:00:00+00:00")))
    (fresh,) = brought(bare, told("A violin between two cities"))
    found = board(bare)
    assert shown(found) == [[fresh]]
    assert [[one.id for one in folded.copies] for folded in found.folded] == [[copy]]
    assert found.sorting == 2


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 new item is being sorted"), (40, "40 new items are being sorted"), (0, "The items are being sorted")],
)
def test_the_page_says_that_items_are_being_sorted(count: int, said: str) -> None:
    """With how many are new, where any is."""
    assert said in sorting(count)


def test_a_past_use_is_shown_with_its_number(home: App) -> None:
    """As the inbox shows it; most stories were never told, and are not held against each issue."""
    inbox = {card.items[0].id: {use.number for use in card.uses} for card in read_inbox(home).cards}
    uses = {card.items[0].id: {use.number for use in card.uses} for card in board(home).cards}
    assert any(uses.values())
    assert uses == {name: inbox[name] for name in uses}


def test_figures_of_rejected_items_are_not_offered(bare: App) -> None:
    """The others are, with the items that give them, and can be looked for."""
    (one,) = brought(bare, told("Ports", "The harbour handled 52 ships.", source="ministry"))
    (other,) = brought(bare, told("Schools", "The province counts 318 schools this autumn."))
    figures = read_figures(bare, publication(bare), (), 10)
    assert {(figure.value, figure.unit) for figure, _ in figures.shown} == {("52", "ships"), ("318", "schools")}
    decide(bare, (one,), Triage.REJECTED, "mei", "old")
    ((figure, found),) = read_figures(bare, publication(bare), ("autumn",), 10).shown
    assert (figure.value, [item.id for item in found]) == ("318", [other])
    assert read_figures(bare, publication(bare), ("ships",), 10).shown == ()


def test_the_usual_reasons_stand_first(bare: App) -> None:
    """Those that most items were rejected for."""
    names = brought(bare, *numbered(4))
    for name, why in zip(names, ("too thin", "promotional", "promotional", "too thin"), strict=True):
        decide(bare, (name,), Triage.REJECTED, "mei", why)
    decide(bare, names[:1], Triage.REJECTED, "mei", "promotional")
    assert board(bare).reasons == ("promotional", "too thin")


def test_a_page_of_an_item_holds_its_versions_against_each_other(bare: App) -> None:
    """Title, deck and text word by word, and in a word what else has changed; the newest first."""
    now = bare.clock()
    first = told("Ministers meet in January", "The talks took three days.", deck="A start")
    (name,) = brought(bare, first, at=now - timedelta(hours=2))
    second = replace(first, title="Ministers meet in March", digest="2" * 64, deck="A start")
    changed(bare, name, second, now - timedelta(hours=1))
    third = replace(second, passages=(Passage(None, ("The talks took four days.",)),), language="fr", digest="3" * 64)
    changed(bare, name, third, now)
    page = read_item(bare, publication(bare), name)
    assert [one.number for one in page.revisions] == [3, 2]
    (runs,) = page.revisions[1].title
    assert [(run.kind, run.words.strip()) for run in runs if run.kind is not Kind.SAME] == [
        (Kind.GONE, "January"),
        (Kind.NEW, "March"),
    ]
    assert (page.revisions[1].text, page.revisions[0].title, page.revisions[0].besides) == ((), (), ("language",))
    assert page.revisions[0].text


def test_a_page_of_an_item_names_the_issues_that_cite_it(bare: App) -> None:
    """By its name or its address, and by no name that only begins like it."""
    (name,) = brought(bare, told("The last night train"))
    assert read_item(bare, publication(bare), name).cited_in == ()
    item = attach_item(bare, name, "beyond-7", COMING, "mei").item
    page = read_item(bare, publication(bare), name)
    assert page.cited_in == (COMING,)
    assert [one.why for one in page.decisions] == [f"attached to beyond-7 of {COMING}"]
    path = bare.root / "content" / "issues" / ISSUE / "items.yaml"
    text = path.read_text("utf-8").replace(f"id: {name}", f"id: {name}1")
    path.write_text(text, "utf-8")
    assert read_item(bare, publication(bare), name).cited_in == (COMING,)
    path.write_text(text.replace(str(item.entry.link), f"{item.entry.link}/more"), "utf-8")
    assert read_item(bare, publication(bare), name).cited_in == ()


def test_rights_are_the_stricter_of_then_and_now(bare: App) -> None:
    """What the item said when it came, or what sources.yaml says of its source today."""
    freer = told("Free once", rights=Rights(RightsPolicy.QUOTE))
    (name,) = brought(bare, freer)
    assert read_item(bare, publication(bare), name).policy is RightsPolicy.SUMMARISE


def test_an_original_is_kept_as_it_was_sent(bare: App) -> None:
    """Every octet; an item without one says so."""
    sent = Original(media_type="text/html", data=b"<script>alert(1)</script>\xff")
    with open_store(bare.database) as store:
        change = New(Reading(told("One"), sent))
        (name,) = items.record(
            store, SourceId("gazette"), (change,), SourceState(source=SourceId("gazette")), bare.clock()
        )
    assert read_original(bare, name) == sent
    page = read_item(bare, publication(bare), name)
    assert page.sent
    assert (page.sent.media_type, page.sent.octets) == ("text/html", 26)
    (bare_one,) = brought(bare, told("Another"))
    assert read_item(bare, publication(bare), bare_one).sent is None
    with pytest.raises(UnknownItem):
        read_original(bare, bare_one)
    with pytest.raises(UnknownItem):
        read_item(bare, publication(bare), ItemId("nobody-1"))


def test_sections_that_fit_are_offered_first_with_the_credit_ready(bare: App) -> None:
    """A piece from elsewhere goes beyond, one of our own into an insight; nothing of its text is in the credit."""
    (name,) = brought(
        bare, told("The last night train", "Its text, which is theirs.", published=stamp("2026-11-24T08:00:00+00:00"))
    )
    choices = read_choices(bare, publication(bare), COMING, read_item(bare, publication(bare), name).item)
    best = choices.choices[0]
    assert (best.kind, best.section, best.is_there, best.fits) == ("beyond", "beyond", False, True)
    assert dict(best.credit)["outlet"] == "The Peninsula Gazette"
    assert dict(best.credit)["title"] == "The last night train"
    assert not any("which is theirs" in value for one in choices.choices for _, value in one.credit)
    assert choices.day == date(2026, 11, 24)
    assert {"opening", "beyond-1", "number"} <= {one.section for one in choices.choices}
    (ours,) = brought(bare, told("Ours", source="focus", rights=Rights(RightsPolicy.OURS)))
    first = read_choices(bare, publication(bare), COMING, read_item(bare, publication(bare), ours).item).choices[0]
    assert first.kind == "insight"


def test_what_must_not_be_used_is_refused_with_the_way_out(bare: App) -> None:
    """A source marked "do not use", by the item or by sources.yaml since; and an item without an address."""
    (banned,) = brought(bare, told("Reprinted", source="city-desk"))
    (since,) = brought(bare, told("Freer once", source="city-desk", rights=Rights(RightsPolicy.QUOTE)))
    (homeless,) = brought(bare, told("A paper", link=None))
    found = {
        name: read_choices(bare, publication(bare), COMING, read_item(bare, publication(bare), name).item)
        for name in (banned, since, homeless)
    }
    assert "find the original" in (found[banned].refused or "")
    assert "find the original" in (found[since].refused or "")
    assert "no address" in (found[homeless].refused or "")


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.org/x",
        "https://",
        "https://exam\u202eple.org/",
        "http://[",
        "",
    ],
)
def test_only_web_addresses_are_links(link: str) -> None:
    """Whatever else a feed calls a link is no link on a page of ours."""
    assert words.followed(link) is None


def test_web_addresses_are_links_as_they_are() -> None:
    """Http and https, with a query and with letters of any script."""
    for link in ("https://example.org/a?b=c#d", "http://example.org", "HTTPS://example.org/港湾"):
        assert words.followed(link) == link
    assert words.followed(None) is None


def test_a_long_title_is_cut() -> None:
    """Never longer than asked for, and it says that something is missing."""
    assert words.cut("x" * 10_000, words.TITLE) == "x" * (words.TITLE - 1) + "…"
    assert words.cut("short", 240) == "short"


def test_ages_and_histories_are_said_in_words() -> None:
    """As an editor would say them."""
    now = datetime(2026, 11, 25, 13, tzinfo=UTC)
    for passed, said in (
        ({"minutes": 3}, "3 min"),
        ({"hours": 2}, "2 h"),
        ({"hours": 47}, "47 h"),
        ({"days": 9}, "9 days"),
    ):
        assert words.age(now, now - timedelta(**passed)) == said
    assert words.age(now, now + timedelta(hours=2)) == "in 2 h"
    assert words.ago(now, now - timedelta(hours=2)) == "2 hours ago"
    assert words.published(None, now) == "undated"
    assert words.published(stamp("2026-11-22T10:00:00"), now) == "22 Nov, zone unknown"
    assert words.local(now, "Asia/Hong_Kong", now) == "Wed 21:00"
    assert words.local(now - timedelta(days=90), "Asia/Hong_Kong", now) == "27 Aug 2026 21:00"


def test_an_update_is_told_by_its_distance_from_publication(bare: App) -> None:
    """How often, and how long after the outlet says it came out."""
    out = stamp("2026-11-25T11:00:00+00:00")
    first = told("Delegations leave", published=out)
    (name,) = brought(bare, first, at=datetime(2026, 11, 25, 11, 5, tzinfo=UTC))
    assert words.history(_item(bare, name)) == ""
    changed(
        bare, name, replace(first, title="Delegations leave with dates"), datetime(2026, 11, 25, 11, 40, tzinfo=UTC)
    )
    assert words.history(_item(bare, name)) == "updated once, 40 minutes after publication"
    changed(bare, name, replace(first, title="Delegations left"), datetime(2026, 11, 25, 12, tzinfo=UTC))
    assert words.history(_item(bare, name)) == "updated twice, the last time 1 hour after publication"


def _item(app: App, name: ItemId) -> Item:
    return read_item(app, publication(app), name).item
