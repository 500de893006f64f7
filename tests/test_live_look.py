"""The live pages as a reader meets them: in a real browser, on a phone, without JavaScript, and by who cannot see."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from newsletter.actions.access import access_token
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.list_answers import list_answers
from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.readers import readers_store
from newsletter.actions.sign_up import sign_up
from newsletter.model.issue import IssueId
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Subscriber, SubscriberState
from newsletter.store import subscribers
from newsletter.tokens import Purpose
from tests.browser import AXE
from tests.independent import run_node
from tests.living import Living, running

ASKING = IssueId(datetime(2026, 11, 20, tzinfo=UTC).date())
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })"
SMALL = """() => [...document.querySelectorAll("input, select, textarea, button, a.button")]
  .filter((one) => one.type !== "hidden" && !one.closest(".trap"))
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 24 || box.width < 24; })
  .map((one) => one.outerHTML)"""


@pytest.fixture(scope="module")
def site(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """A running site with its archive and its style. Its mails leave at once."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("live-look") / "publication"))
    with running(root) as started:
        publish_archive(started.app)
        yield started


def a_reader(site: Living, address: str, language: str | None = None) -> Subscriber:
    asked = sign_up(site.app, address, page="/subscribe", words="Send it.", language=language, name="Ana Example")
    return confirm_subscription(site.app, asked.token).subscriber


def state_of(site: Living, reader: Subscriber) -> SubscriberState | None:
    with readers_store(site.app) as readers:
        found = subscribers.find(readers.store, (reader.mark,))
    return None if found is None else found.state


def signed(site: Living, reader: Subscriber, purpose: Purpose) -> str:
    return site.live.ring.sign(purpose, mark_text(reader.mark))


@pytest.fixture(scope="module")
def kinds(site: Living) -> dict[str, str]:
    """Every kind of live page as HTML, those of readers in each language."""
    pages = {
        "subscribe": site.get("/subscribe").text,
        "subscribe, a slip": site.post("/subscribe", {"address": "ana"}).text,
        "confirm": site.get(f"/confirm/{sign_up(site.app, 'new@example.org', page='/', words='').token}").text,
        "not confirmed": site.get("/confirm/x").text,
        "preferences": site.get("/preferences").text,
        "preferences, a slip": site.post("/preferences", {"address": "ana"}).text,
        "link leads nowhere": site.get("/me/x").text,
        "no question": site.get("/answer/2020-01-03").text,
    }
    for language in LANGUAGES:
        pages |= {f"{kind}, {language}": html for kind, html in _of_reader(site, language).items()}
    return pages


def _of_reader(site: Living, language: str) -> dict[str, str]:
    ana = a_reader(site, f"{language}@example.org", language)
    leaving = f"/u/{signed(site, ana, Purpose.UNSUBSCRIBE)}"
    asking = f"/p/{signed(site, ana, Purpose.PREFERENCES)}"
    own = f"/me/{access_token(site.live.ring, ana.mark, site.clock())}"
    pages = {
        "leave": site.get(leaving).text,
        "leave, a test mail": site.get(f"/u/{site.live.ring.sign(Purpose.TEST, 'test-1')}").text,
        "have a link mailed": site.get(asking).text,
        "own page": site.get(own).text,
        "own page, a slip": site.post(own, {"do": "pause", "first": "2020-01-01"}).text,
        "own page, paused": site.get(site.post(own, {"do": "pause", "first": "2026-12-24"}).headers["location"]).text,
        "erase": site.get(f"{own}/erase").text,
        "left": site.post(leaving).text,
        "own page, left": site.get(own).text,
        "erased": site.post(f"{own}/erase").text,
        "link is over": site.get(own).text,
    }
    _speak(site, language)
    question = f"/answer/{ASKING}"
    pages |= {
        "answer": site.get(question).text,
        "answer, slips": site.post(question, {"text": "", "name": "x" * 90}).text,
        "answer, once more": site.post(question, {"text": "No.", "name": "Dewi", "consent": "yes"}).text,
        "answered": site.get(f"{question}?thanks").text,
    }
    _speak(site, "en")
    return pages


def _speak(site: Living, language: str) -> None:
    """Lets the issue that asks be in another language."""
    path = site.root / "content" / "issues" / str(ASKING) / "sent" / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**meta, "language": language}), "utf-8")


@pytest.fixture(scope="module")
def page(browser: Browser, site: Living, kinds: dict[str, str]) -> Iterator[Page]:
    """A browser in which each kind stands at /kinds/NAME, with the site's own style."""

    names = {str(at): html for at, html in enumerate(kinds.values())}
    with closing(browser.new_context(viewport={"width": 390, "height": 800})) as context:
        opened = context.new_page()
        opened.route(
            "**/kinds/*",
            lambda route: route.fulfill(body=names[route.request.url.rpartition("/")[2]], content_type="text/html"),
        )
        yield opened


def test_the_html_of_every_live_page_is_valid(kinds: dict[str, str]) -> None:
    """By every recommended rule of html-validate, in each language; no script, style or handler in it."""
    found = json.loads(run_node("validate.mjs", json.dumps({"pages": kinds, "off": []})))
    assert {name: faults for name, faults in found.items() if faults} == {}
    for name, html in kinds.items():
        assert not re.search(r"<style|\sstyle=|<script|\son\w+=|javascript:", html), name


def test_axe_finds_no_violation_on_any_live_page(page: Page, site: Living, kinds: dict[str, str]) -> None:
    """WCAG 2.2 A and AA and the best practices, at the width of a phone; in the dark those on colour. What is pressed
    is at least 24 pixels large (2.5.8), and nothing has to be scrolled sideways at 320 (1.4.10)."""
    for at, name in enumerate(kinds):
        if ", zh" in name:  # the same but for the words
            continue
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 800})
        page.goto(f"{site.address}/kinds/{at}", wait_until="load")
        page.evaluate(AXE.read_text("utf-8"))
        assert violations(page, RULES) == [], name
        page.emulate_media(color_scheme="dark")
        assert violations(page, ["color-contrast", "link-in-text-block"]) == [], name
        assert page.evaluate(SMALL) == [], name
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 320, name


def violations(page: Page, rules: list[str]) -> list[tuple[str, list[str]]]:
    """What axe finds: the rule and the tags."""
    found = page.evaluate(RUN_AXE, rules)
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]


def test_a_reader_without_javascript_does_it_all(site: Living, browser: Browser) -> None:
    """From the link of an issue to the mail that arrives in a real mail server, then language, pause, data, erasure."""
    ana = a_reader(site, "story@example.org")
    before = len(site.mails.messages)
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{site.address}/p/{signed(site, ana, Purpose.PREFERENCES)}")
        page.get_by_role("button", name="Mail me the link").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Look into your mailbox"
        mail = site.mails.wait_for(before + 1)[-1]
        assert mail.recipients == ("story@example.org",)
        page.goto(site.link_in(mail))
        page.get_by_label("Send nothing before").fill("2026-12-24")
        page.get_by_role("button", name="Pause").click()
        assert page.get_by_role("status").inner_text() == "The pause is set."
        assert state_of(site, ana) is SubscriberState.PAUSED
        page.get_by_role("button", name="End the pause now").click()
        assert state_of(site, ana) is SubscriberState.CONFIRMED
        page.get_by_label("Language of these pages").select_option(label="繁體中文")
        page.get_by_role("button", name="Change the language").click()
        assert page.get_by_role("status").inner_text() == "語言已更改。"
        with page.expect_download() as download:
            page.get_by_role("link", name="下載全部資料").click()
        assert json.loads(download.value.path().read_text("utf-8"))["reader"]["language"] == "zh-Hant"
        page.get_by_role("link", name="刪除全部資料").click()
        page.get_by_role("button", name="全部刪除").click()
        assert page.get_by_role("heading", level=1).inner_text() == "已刪除"
        assert state_of(site, ana) is None
        assert context.cookies() == []


def test_a_reader_without_javascript_answers_the_question(site: Living, browser: Browser) -> None:
    """By the labels of the fields, as a screen reader finds them; without consent the browser itself does not send."""
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{site.address}/answer/{ASKING}")
        site.clock.forward(seconds=30)
        page.get_by_label("Your answer").fill("No.\nNever.")
        page.get_by_label("Your name, as we may print it").fill("Dewi A.")
        page.get_by_label("Where you write from").fill("Rotterdam")
        page.get_by_role("button", name="Send the answer").click()
        assert list_answers(site.app, site.live.schedule, ASKING).answers == ()
        page.get_by_label("You may print my answer").check()
        page.get_by_role("button", name="Send the answer").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Thank you for your answer"
        assert context.cookies() == []
    [kept] = list_answers(site.app, site.live.schedule, ASKING).answers
    assert (kept.name, kept.place, kept.text) == ("Dewi A.", "Rotterdam", "No.\nNever.")
