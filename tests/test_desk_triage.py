"""Triage on the desk: a real server, and a real browser where keys and places matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from newsletter.actions.app import App
from newsletter.actions.triage_items import decide
from newsletter.desk.pages.all import PAGES
from newsletter.model.identity import New
from newsletter.model.item import Author, Decision, Item, ItemId, Original, Passage, Reading, Related, Rights, Triage
from newsletter.model.source import RightsPolicy, SourceId, SourceState
from newsletter.store import items
from newsletter.store.engine import open_store
from tests.conftest import ISSUE
from tests.desking import Desking, Reply, desk_of
from tests.test_triage_board import brought, changed, numbered, told

TOLD = {  # three stories that share no word
    "Gannet cliffs reopen": "Climbers may return to them in spring.",
    "Heron ponds freeze": "Nobody remembers such ice.",
    "Ibis ferry sold": "A bank bought her hull at auction.",
}
LIMIT = 30_000  # ms for a condition to come true on a busy machine
HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}'


@pytest.fixture
def bare(app: App) -> App:
    (app.root / "var").mkdir(exist_ok=True)
    open_store(app.database).close()
    return app


@pytest.fixture
def three(bare: App) -> App:
    """Three stories, the newest first on the list: Ibis, Heron, Gannet."""
    for title, text in TOLD.items():
        brought(bare, told(title, text))
    return bare


@pytest.fixture
def desk(three: App) -> Iterator[Desking]:
    with desk_of(three.root) as running:
        yield running


def stored(app: App, name: str) -> Item:
    with open_store(app.database) as store:
        found = items.find(store, ItemId(name))
    assert found
    return found


def last(app: App, name: str) -> Decision:
    decision = stored(app, name).decision
    assert decision
    return decision


def titles(reply: Reply) -> list[str]:
    """The stories of the list, in order."""
    return re.findall(r'<h2 id="t-[^"]+"><a[^>]*><bdi[^>]*>([^<]*)</bdi>', reply.text)


def test_the_list_shows_stories_with_what_an_editor_asks_first(desk: Desking) -> None:
    """Title, outlet, rights, when it was first seen; the first one stands beside the list with how it begins."""
    page = desk.signed_in("mei").get("/triage")
    assert titles(page) == list(reversed(TOLD))
    for said in ("The Peninsula Gazette", "summarise and link only", "1 outlet", "undated", "First seen Wed 21:00"):
        assert said in page.text
    assert "A bank bought her hull" in page.text
    assert "Nobody remembers such ice" not in page.text
    assert re.search(r"New stories <span>3</span>", page.text)
    chosen = desk.signed_in("mei").get("/triage?item=gazette-2")
    assert "Nobody remembers such ice" in chosen.text


def test_a_story_is_decided_on_by_a_plain_form_and_taken_back(desk: Desking) -> None:
    """The next page says what was done and has the button that takes it back."""
    mei = desk.signed_in("mei")
    answer = mei.send(mei.get("/triage"), "/triage", {"items": "gazette-2", "state": "kept"})
    page = mei.follow(answer)
    assert titles(page) == ["Ibis ferry sold", "Gannet cliffs reopen"]
    assert "Kept" in page.text
    assert "Undo" in page.text
    assert (last(desk.app, "gazette-2").state, last(desk.app, "gazette-2").who) == (Triage.KEPT, "mei")
    undone = mei.follow(mei.send(page, "/triage", {"items": "gazette-2", "state": "new"}))
    assert len(titles(undone)) == 3
    assert last(desk.app, "gazette-2").state is Triage.NEW


def test_a_whole_story_is_decided_on_at_once(desk: Desking) -> None:
    """Every item that its form names, or none of them."""
    mei = desk.signed_in("mei")
    page = mei.get("/triage")
    mei.send(page, "/triage", {"items": "gazette-1,gazette-3", "state": "held"})
    assert {last(desk.app, name).state for name in ("gazette-1", "gazette-3")} == {Triage.HELD}
    refused = mei.send(page, "/triage", {"items": "gazette-2,gazette-99", "state": "kept"})
    assert refused.status == 409
    assert "gazette-99" in refused.text
    assert stored(desk.app, "gazette-2").decision is None


def test_a_rejection_wants_its_reason(desk: Desking) -> None:
    """Without one the form comes back open with the words beside the field; a usual one or one's own will do."""
    mei = desk.signed_in("mei")
    page = mei.get("/triage")
    refused = mei.send(page, "/triage", {"items": "gazette-2", "state": "rejected", "why": "  "})
    assert refused.status == 422
    assert "Say why" in refused.text
    assert '<details class="reject" open>' in refused.text
    mei.send(page, "/triage", {"items": "gazette-2", "state": "rejected", "why": "not  our beat", "reason": "old"})
    assert last(desk.app, "gazette-2").why == "not our beat"
    again = mei.get("/triage")
    assert "<option>not our beat</option>" in again.text
    mei.send(again, "/triage", {"items": "gazette-1", "state": "rejected", "why": "", "reason": "not our beat"})
    assert last(desk.app, "gazette-1").why == "not our beat"


def test_the_lists_and_the_search_go_together(desk: Desking) -> None:
    """What is looked for holds on every list; the counts are of what was found."""
    decide(desk.app, (ItemId("gazette-1"),), Triage.KEPT, "mei")
    mei = desk.signed_in("mei")
    assert titles(mei.get("/triage?list=kept")) == ["Gannet cliffs reopen"]
    found = mei.get("/triage?q=HERON+ice")
    assert titles(found) == ["Heron ponds freeze"]
    assert "Kept <span>0</span>" in found.text
    assert "list=kept&amp;q=HERON+ice" in found.text
    assert "holds “unicorn”" in mei.get("/triage?q=unicorn").text
    assert mei.get("/triage?list=nonsense&when=never&after=nobody-1&item=x&did=kept&items=,").status == 200


def test_a_long_list_has_pages(bare: App) -> None:
    """Thirty stories on each, and older ones on demand."""
    brought(bare, *numbered(34))
    with desk_of(bare.root) as desk:
        mei = desk.signed_in("mei")
        first = mei.get("/triage")
        assert len(titles(first)) == 30
        more = re.search(r'id="next-page" href="([^"]+)"', first.text)
        assert more
        assert len(set(titles(mei.get(more[1].replace("&amp;", "&")))) - set(titles(first))) == 4
        assert "Nothing older waits" in mei.get("/triage?when=older").text


def test_who_may_decide_and_who_only_looks(desk: Desking) -> None:
    """Writers and approvers decide, writers make blurbs; a stranger is asked to sign in."""
    paths = {page.path: page for page in PAGES if page.path.startswith("/triage")}
    assert {role.value for role in paths["/triage"].takers} == {"writer", "approver"}
    assert {role.value for role in paths["/triage/{item}"].takers} == {"writer", "approver"}
    assert {role.value for role in paths["/triage/{item}/blurb"].takers} == {"writer"}
    for path in ("/triage", "/triage/gazette-1", "/triage/gazette-1/original", "/triage/figures"):
        assert desk.stranger().get(path).to.startswith("/sign-in")


@pytest.fixture
def hostile(bare: App) -> App:
    """An item each of whose texts is meant to run, to mislead or to break the page."""
    bad = told(
        HOSTILE,
        HOSTILE,
        "\u202edesrever\u202c",
        kicker=HOSTILE,
        deck=HOSTILE,
        label=HOSTILE,
        authors=(Author(name=HOSTILE, role=HOSTILE, institution=HOSTILE),),
        related=(Related(HOSTILE, "javascript:alert(3)"), Related("good", "https://example.org/good")),
        link="javascript:alert(4)",
        language='en"><script>alert(5)</script>',
        rights=Rights(RightsPolicy.SUMMARISE, HOSTILE),
        method="feed",
        warnings=(HOSTILE,),
    )
    long = told("L" * 10_000, "W" * 200_000, source="ministry", passages=(Passage(HOSTILE, ("W" * 200_000,)),))
    with open_store(bare.database) as store:
        sent = Original(media_type="text/html", data=b"<script>alert(6)</script>")
        state = SourceState(source=SourceId("gazette"))
        items.record(store, SourceId("gazette"), (New(Reading(bad, sent)),), state, bare.clock())
    brought(bare, long)
    return bare


def test_nothing_that_a_feed_brings_is_markup(hostile: App) -> None:
    """Titles, names, notices and languages are text on every page; what is no web address is no link."""
    decide(hostile, (ItemId("gazette-1"),), Triage.REJECTED, "mei", HOSTILE)
    decide(hostile, (ItemId("gazette-1"),), Triage.NEW, "mei")
    changed(
        hostile, ItemId("gazette-1"), told(f"{HOSTILE} again", HOSTILE, link="javascript:alert(4)"), hostile.clock()
    )
    with desk_of(hostile.root) as desk:
        mei = desk.signed_in("mei")
        paths = ("/triage", "/triage?item=gazette-1", "/triage?when=older", "/triage/figures", "/triage/gazette-1")
        for path in (*paths, "/triage/gazette-1/beside", "/triage/gazette-1/blurb", f"/triage?q={HOSTILE}"[:60]):
            page = mei.get(path.replace(" ", "+"))
            assert page.status == 200, (path, page.text)
            assert "<script>alert" not in page.text, path
            assert "<img src=x" not in page.text, path
            assert "javascript:" not in re.sub(r">[^<]*<", "><", page.text), path
            assert ">49<" not in page.text


def test_a_long_title_and_a_long_text_are_cut(hostile: App) -> None:
    """Ten thousand characters of a title fill no page."""
    with desk_of(hostile.root) as desk:
        mei = desk.signed_in("mei")
        page = mei.get("/triage?item=ministry-1")
        assert "L" * 239 + "…" in page.text
        assert "L" * 240 not in page.text
        assert "W" * 1_000 not in page.text
        assert len(mei.get("/triage/ministry-1").body) < 40_000


def test_what_came_from_elsewhere_is_isolated(hostile: App) -> None:
    """A text that turns its direction turns nothing around it."""
    with desk_of(hostile.root) as desk:
        page = desk.signed_in("mei").get("/triage/gazette-1").text
        assert re.search(r"<h1><bdi lang=[^>]*>", page)
        assert '<p dir="auto">\u202edesrever' in page


def test_an_original_is_sealed(hostile: App) -> None:
    """It comes as plain text that may load and run nothing, in an origin of its own."""
    with desk_of(hostile.root) as desk:
        answer = desk.signed_in("mei").get("/triage/gazette-1/original")
        assert answer.text == "<script>alert(6)</script>"
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert policy.endswith("sandbox")
        assert desk.signed_in("mei").get("/triage/ministry-1/original").status == 409


def test_what_is_no_text_is_saved_and_not_shown(bare: App) -> None:
    """A PDF comes as a file, whatever a browser would make of it."""
    sent = Original(media_type="application/pdf", data=b"%PDF-1.7 \x00\xff")
    with open_store(bare.database) as store:
        state = SourceState(source=SourceId("gazette"))
        items.record(store, SourceId("gazette"), (New(Reading(told("Paper"), sent)),), state, bare.clock())
    with desk_of(bare.root) as desk:
        answer = desk.signed_in("mei").get("/triage/gazette-1/original")
        assert answer.body == sent.data
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == 'attachment; filename="gazette-1.bin"'


def test_the_page_of_an_item_tells_its_story(desk: Desking) -> None:
    """Who decided what and why, what a new version changed, and its buttons decide on it alone."""
    mei = desk.signed_in("mei")
    page = mei.get("/triage/gazette-2")
    back = mei.send(page, "/triage/gazette-2", {"items": "gazette-2", "state": "rejected", "why": "promotional"})
    changed(desk.app, ItemId("gazette-2"), told("Heron ponds thaw", "Nobody remembers such ice."), desk.app.clock())
    shown = mei.follow(back)
    assert "<b>Rejected</b> by <bdi>mei</bdi>" in shown.text
    assert "<bdi>promotional</bdi>" in shown.text
    assert "<del>freeze</del><ins>thaw</ins>" in shown.text.replace("> <", "><")
    assert last(desk.app, "gazette-2").state is Triage.REJECTED
    refused = mei.send(shown, "/triage/gazette-1", {"items": "gazette-1", "state": "rejected"})
    assert (refused.status, "Say why" in refused.text) == (422, True)
    assert mei.get("/triage/nobody-1").status == 409


def test_an_item_becomes_a_blurb_with_its_credit_and_none_of_its_text(desk: Desking) -> None:
    """It leads to the section; the form says what is wrong and keeps the choice."""
    mei = desk.signed_in("mei")
    page = mei.get("/triage/gazette-2/blurb")
    assert "none of its words are copied" in page.text
    wrong = mei.send(page, "/triage/gazette-2/blurb", {"section": "beyond-9", "day": "soon"})
    assert wrong.status == 422
    assert "is no day" in wrong.text
    answer = mei.send(page, "/triage/gazette-2/blurb", {"section": "beyond-9", "day": "2026-11-24"})
    assert (answer.status, answer.to) == (303, f"/issues/{ISSUE}/sections/beyond-9")
    folder = desk.root / "content" / "issues" / ISSUE
    written = (folder / "beyond-9.md").read_text("utf-8")
    assert "title: Heron ponds freeze" in written
    assert "outlet: The Peninsula Gazette" in written
    assert "remembers" not in written + (folder / "items.yaml").read_text("utf-8")
    assert last(desk.app, "gazette-2").state is Triage.KEPT
    assert mei.send(page, "/triage/gazette-2/blurb", {"section": "../../people"}).status == 422
    assert mei.send(page, "/triage/gazette-2/blurb", {}).status == 422


@pytest.fixture
def tab(desk: Desking, new_page: Callable[..., Tab]) -> Callable[..., Tab]:
    """A real browser, signed in as Mei."""

    def opened(**options: object) -> Tab:
        page = new_page(**options)
        page.unroute("**/*")
        page.route("**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort())
        desk.sign_in(page.context, "mei")
        page.set_default_timeout(LIMIT)
        return page

    return opened


def is_on(tab: Tab, title: str) -> None:
    expect(tab.locator(".story.on h2")).to_contain_text(title, timeout=LIMIT)


def test_triage_by_keys(desk: Desking, tab: Callable[..., Tab]) -> None:
    """One key each: down, up, keep, back to new, hold, reject with its reason. The choice moves on in the same page."""
    page = tab(viewport={"width": 1440, "height": 900})
    page.goto(f"{desk.address}/triage")
    page.evaluate("window.stays = true")
    is_on(page, "Ibis")
    page.keyboard.press("j")
    is_on(page, "Heron")
    expect(page.locator("#beside")).to_contain_text("such ice")
    page.keyboard.press("k")
    is_on(page, "Ibis")
    page.keyboard.press("y")
    is_on(page, "Heron")
    expect(page.locator(".decided")).to_contain_text("Kept: Ibis")
    expect(page.locator(".filters")).to_contain_text("Kept 1")
    page.keyboard.press("u")
    is_on(page, "Ibis")
    assert last(desk.app, "gazette-3").state is Triage.NEW
    page.keyboard.press("h")
    is_on(page, "Heron")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator(".error")).to_contain_text("Say why")
    expect(page.locator("input[aria-invalid]")).to_be_focused()
    page.keyboard.type("yjh: not our beat")
    page.keyboard.press("Enter")
    is_on(page, "Gannet")
    assert (last(desk.app, "gazette-2").state, last(desk.app, "gazette-2").why) == (
        Triage.REJECTED,
        "yjh: not our beat",
    )
    assert last(desk.app, "gazette-3").state is Triage.HELD
    page.keyboard.press("?")
    expect(page.locator("#keys dl")).to_be_visible()
    assert page.evaluate("window.stays") is True
    page.keyboard.press("/")
    page.keyboard.type("gannet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/triage?q=gannet")  # loaded, and so is what listens to keys
    is_on(page, "Gannet")
    page.keyboard.press("b")
    page.wait_for_url("**/triage/gazette-1/blurb")


def test_keys_can_be_turned_off(desk: Desking, tab: Callable[..., Tab]) -> None:
    """For those whose machine writes what they say (WCAG 2.1.4); the choice is kept."""
    page = tab(viewport={"width": 1440, "height": 900})
    page.goto(f"{desk.address}/triage")
    page.keyboard.press("?")
    page.get_by_label("Keys are on").uncheck()
    page.reload()
    page.locator("h1").click(force=True)
    page.keyboard.press("y")
    page.keyboard.press("j")
    is_on(page, "Ibis")
    assert stored(desk.app, "gazette-3").decision is None
