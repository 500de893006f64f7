"""From the inbox to the issue: what was gathered is shown as stories, decided on, and put into blurbs."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_issue
from newsletter.actions.attach_item import attach_item
from newsletter.actions.gather_sources import Gathered, gather_sources
from newsletter.actions.open_issue import open_issue
from newsletter.actions.read_inbox import Inbox, read_inbox
from newsletter.actions.triage_items import decide
from newsletter.edit.attach import blurb_with, items_with
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem, Item, ItemId, Triage
from newsletter.model.source import RightsPolicy, SourceId
from newsletter.publication.yamlfile import read_list
from newsletter.store import items
from newsletter.store.engine import open_store
from newsletter.store.errors import AlreadyHeld, UnknownItem
from newsletter.store.locks import hold
from tests.conftest import ISSUE

COMING, SENT = (IssueId(date.fromisoformat(day)) for day in (ISSUE, "2026-11-20"))


@pytest.fixture
def gathered(app: App) -> Gathered:
    """The sample publication with its sources gathered."""
    return gather_sources(app)


def stored(app: App) -> dict[str, Item]:
    with open_store(app.database) as store:
        return {item.entry.title: item for item in items.items(store)}


def test_the_sample_is_gathered_whole(app: App, gathered: Gathered) -> None:
    """Every source answers, and a second round brings nothing."""
    assert [outcome.failure for outcome in gathered.outcomes] == [None] * 10
    assert sum(outcome.new for outcome in gathered.outcomes) == len(stored(app)) > 90
    again = gather_sources(app, regardless=True)
    assert [(outcome.new, outcome.changed) for outcome in again.outcomes] == [(0, 0)] * 10


def test_the_student_visas_brief_arrives_as_its_notice_says(home: App) -> None:
    """Nobody had to touch it: the notice in its text made it "summarise and link only"."""
    brief = next(item for title, item in stored(home).items() if title.startswith("Student Visas"))
    assert brief.entry.rights.policy is RightsPolicy.SUMMARISE
    assert brief.entry.rights.notice
    assert [passage.label for passage in brief.entry.passages] == ["Description", "Impact"]


def test_a_second_round_at_the_same_time_is_told(app: App) -> None:
    """The one that runs goes on; the other asks nobody."""
    with open_store(app.database) as store, hold(store, "gather", app.root, app.clock()), pytest.raises(AlreadyHeld):
        gather_sources(app)


def test_an_unknown_source_is_told(app: App) -> None:
    """With those that are known."""
    with pytest.raises(ConfigError, match=r"no source 'gazete'; it knows .*gazette"):
        gather_sources(app, (SourceId("gazete"),))


def test_the_inbox_begins_with_stories_of_several_outlets(home: App) -> None:
    """Each says why it is one story; within it the earliest item stands first."""
    inbox = read_inbox(home)
    several = [card for card in inbox.cards if len({item.entry.source for item in card.items}) > 1]
    assert several
    assert list(inbox.cards[: len(several)]) == several
    assert all("outlets" in card.story.why and "%" in card.story.why for card in several)


def test_the_inbox_shows_what_past_issues_used(home: App) -> None:
    """An item that an earlier issue leaned on names that issue."""
    uses = [use for card in read_inbox(home).cards for use in card.uses]
    assert {use.number for use in uses} <= {124, 125, 126, 127}
    assert all(use.why for use in uses)


def test_decisions_move_items_out_of_the_inbox(home: App) -> None:
    """Kept, held and rejected ones are counted; what is decided last holds."""
    names = [card.items[0].id for card in read_inbox(home).cards if len(card.items) == 1][:3]
    decide(home, (names[0],), Triage.KEPT, "mei")
    decide(home, (names[1],), Triage.HELD, "mei")
    decide(home, (names[2],), Triage.REJECTED, "mei", "promotional")
    inbox = read_inbox(home)
    shown = {item.id for card in inbox.cards for item in card.items}
    assert not shown & set(names)
    assert [item.id for item in inbox.kept] == [names[0]]
    assert [item.id for item in inbox.held] == [names[1]]
    assert inbox.rejected == 1
    decide(home, (names[2],), Triage.KEPT, "daniel")
    assert read_inbox(home).rejected == 0


def test_a_rejection_wants_its_reason_and_every_item_must_be_there(home: App) -> None:
    """All or none."""
    some = next(iter(stored(home).values()))
    with pytest.raises(ConfigError, match="wants its reason"):
        decide(home, (some.id,), Triage.REJECTED, "mei", " ")
    with pytest.raises(UnknownItem, match="no item 'nobody-1'"):
        decide(home, (some.id, ItemId("nobody-1")), Triage.KEPT, "mei")
    assert stored(home)[some.entry.title].decision is None


def linked(app: App) -> Item:
    """An item of a source we may link to, with an address and a date, that no issue cites."""
    return next(item for item in stored(app).values() if item.entry.source == "gangwan")


def test_an_attached_item_is_in_the_issue(home: App) -> None:
    """Its entry in items.yaml, its title, link and outlet in a new blurb; the files are read without a mistake."""
    item = linked(home)
    attached = attach_item(home, item.id, "beyond-3", COMING, "mei")
    draft = read_issue(home, COMING).draft
    blurb = next(one for one in draft.blurbs if one.name == "beyond-3")
    assert (blurb.fields.title, blurb.fields.url) == (item.entry.title, item.entry.link)  # type: ignore[attr-defined]
    assert attached.mark == f"[^{item.id}]"
    assert attached.cited in draft.items
    assert stored(home)[item.entry.title].state is Triage.KEPT


def test_what_an_editor_has_written_is_never_changed(home: App) -> None:
    """Attaching to a written blurb adds the item to what it leans on, and nothing else."""
    path = home.root / "content" / "issues" / ISSUE / "beyond-1.md"
    before = path.read_text("utf-8")
    item = linked(home)
    attach_item(home, item.id, "beyond-1", COMING, "mei")
    after = path.read_text("utf-8")
    added = [line for line in after.split("\n") if line not in before.split("\n")]
    assert added == [f"items: [{item.id}]"]
    attach_item(home, item.id, "beyond-1", COMING, "mei")
    assert path.read_text("utf-8") == after


def test_what_may_not_be_used_cannot_be_attached(home: App) -> None:
    """A source marked "do not use", a document without an address, a section that is none, an issue that was sent."""
    everything = stored(home).values()
    banned = next(item for item in everything if item.entry.source == "city-desk")
    nowhere = next(item for item in everything if item.entry.link is None)
    for item, section, issue, told in (
        (banned, "beyond", COMING, "do not use"),
        (nowhere, "beyond", COMING, "no address"),
        (linked(home), "sidebar", COMING, "names no kind of section"),
        (linked(home), "beyond", SENT, "has been sent"),
    ):
        with pytest.raises(ConfigError, match=told):
            attach_item(home, item.id, section, issue, "mei")
    assert not (home.root / "content" / "issues" / ISSUE / "beyond.md").exists()


def test_what_has_been_marked_since_it_came_cannot_be_attached(home: App) -> None:
    """What sources.yaml says now counts: the item itself was free to cite when it was gathered."""
    item, path = linked(home), home.root / "seeds" / "sources.yaml"
    before, entry, after = path.read_text("utf-8").partition("- id: gangwan\n")
    path.write_text(before + entry + re.sub(r"rights: .*", "rights: do not use", after, count=1), "utf-8")
    with pytest.raises(ConfigError, match="a source marked 'do not use'"):
        attach_item(home, item.id, "beyond-3", COMING, "mei")
    decide(home, (item.id,), Triage.HELD, "mei")
    (left_out,) = open_issue(home).filled.left_out
    assert left_out.startswith(f"{item.id} comes from a source marked 'do not use'")


def test_old_items_are_forgotten_unless_an_issue_cites_them(app: App, gathered: Gathered) -> None:
    """After 180 days; their entries bring nothing back. An item is known by its words where an editor renamed it."""
    item = linked(app)
    attached = attach_item(app, item.id, "opening", COMING, "mei")
    (path,) = attached.files
    path.write_text(path.read_text("utf-8").replace(f"id: {item.id}", "id: readout"), "utf-8")
    later = App(app.root, lambda: app.clock() + timedelta(days=181))
    decide(app, (item.id,), Triage.REJECTED, "mei", "only cited now")
    round_ = gather_sources(later, regardless=True)
    assert round_.forgotten == sum(outcome.new for outcome in gathered.outcomes) - 1
    assert [one.id for one in stored(app).values()] == [item.id]


CITED = CitedItem(
    id="wire-1", outlet="Wire: the paper", title='He said "no"', url="https://wire.example.com/a",
    published=date(2026, 11, 24), rights=RightsPolicy.QUOTE, text_digest="ab",
)  # fmt: skip


def test_items_yaml_keeps_every_byte(tmp_path: Path) -> None:
    """Comments, order and odd spacing stay; the new entry comes last."""
    before = "# mine\n\n-   id: a   # first\n"
    assert items_with(before, CITED).startswith(before)
    assert items_with("", CITED).startswith("- id: wire-1\n")
    assert 'title: "He said \\"no\\""' in items_with(before, CITED)


@pytest.mark.parametrize(
    "url", ["https://example.org/a:", "https://example.org/a#b", "https://example.org/?q=a,b&c='d'"]
)
def test_any_address_is_read_back_from_items_yaml(url: str) -> None:
    """A colon at its end, or a sign that begins a comment, would make the file say something else."""
    text = items_with("", CitedItem(id="a-1", outlet="Wire", title="A: b # c", url=url, rights=RightsPolicy.QUOTE))
    (entry,), _, mistakes = read_list(text, CitedItem, "items.yaml")
    assert (entry.url, entry.title, mistakes) == (url, "A: b # c", [])


def test_only_empty_fields_are_filled() -> None:
    """Comments behind them stay; a list of items grows in its own style."""
    text = "---\n# the piece's own title\ntitle:\nurl: # where\noutlet: Mine\nitems: [a] # leans\n---\nBody: url:\n"
    filled = blurb_with(text, {"title": "T", "url": "https://a.example.org/", "outlet": "Theirs"}, "wire-1")
    assert filled == (
        '---\n# the piece\'s own title\ntitle: T\nurl: "https://a.example.org/" # where\noutlet: Mine\n'
        "items: [a, wire-1] # leans\n---\nBody: url:\n"
    )
    listed = blurb_with("---\nitems:\n  - a\n---\n", {}, "b")
    assert listed == "---\nitems:\n  - b\n  - a\n---\n"


def test_the_inbox_as_json_is_whole(home: App) -> None:
    """For programs of one's own."""
    from newsletter.cli.inbox import _as_json

    inbox: Inbox = read_inbox(home)
    document = json.loads(json.dumps(_as_json(inbox), ensure_ascii=False))
    assert len(document["stories"]) == len(inbox.cards)
