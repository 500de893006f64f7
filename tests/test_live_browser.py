"""Signing up as a reader does it: in a real browser, with JavaScript off, from the home page to the button of the
mail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from newsletter.actions.readers import readers_store
from newsletter.model.subscriber import SubscriberState
from newsletter.store import subscribers
from tests.living import Living, running

LIMIT = 30_000  # ms on a busy machine


@pytest.fixture(scope="module", params=["", "/newsletter"], ids=["at the root", "below a path"])
def site(request: pytest.FixtureRequest, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """The sample's site, its archive built."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("browsed") / "publication"))
    with running(root, base=request.param, archive=True) as living:
        yield living


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has to say against the pages: a policy that is broken, a file that is not there."""
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A browser's window with JavaScript off, as small as a phone's."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.set_default_timeout(LIMIT)

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", complain)
    page.on(
        "response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
    )
    yield page
    context.close()


def test_from_the_home_page_to_the_button_of_the_mail(site: Living, page: Page, complaints: list[str]) -> None:
    """Two presses on the site, one in the mail, one on the page behind it; no cookie, no request elsewhere, nothing
    that the policy forbids."""
    asked_of: set[str] = set()
    page.on("request", lambda request: asked_of.add(request.url.split("/")[2]))
    page.goto(f"{site.address}/")
    page.get_by_label("Email address").fill("ana@example.org")
    page.get_by_role("button", name="Subscribe").click()
    site.clock.forward(seconds=10)
    expect(page.get_by_label("Email address")).to_have_value("ana@example.org")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    link = site.link_in(site.mails.wait_for(1)[0])
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Do you want Focus This Week?")
    page.get_by_role("button", name="Yes, send it to me").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are subscribed")
    page.get_by_role("link", name="Read the latest issue meanwhile").click()
    expect(page).to_have_url(f"{site.address}/")
    assert complaints == []
    assert asked_of == {f"127.0.0.1:{site.port}"}
    assert page.context.cookies() == []
    with readers_store(site.app) as readers:
        there = subscribers.find(readers.store, readers.marks("ana@example.org"))
    assert there is not None
    assert there.state is SubscriberState.CONFIRMED


def test_live_pages_are_set_in_the_style_of_the_archive(site: Living, page: Page, complaints: list[str]) -> None:
    """The same sheet, which is there, and no field that is not meant for people's eyes."""
    page.goto(f"{site.address}/")
    sheet = page.locator("link[rel=stylesheet]").get_attribute("href")
    page.goto(f"{site.address}/subscribe")
    assert page.locator("link[rel=stylesheet]").get_attribute("href") == sheet
    box = page.locator("input[name=website]").bounding_box()
    assert box is None or box["width"] <= 1 or box["x"] < 0 or box["y"] < 0
    assert complaints == []


def test_a_slip_in_the_address_is_told_where_it_is(site: Living, page: Page) -> None:
    """The field has the words with it, for whoever hears the page; what was typed stays."""
    page.goto(f"{site.address}/subscribe")
    page.get_by_label("Email address").fill("ana@example")
    site.clock.forward(seconds=10)
    page.get_by_role("button", name="Subscribe").click()
    field = page.get_by_label("Email address")
    expect(field).to_have_value("ana@example")
    expect(field).to_have_accessible_description("This is not a complete email address. Write it as you@example.org.")


def test_the_search_runs_under_the_policy_of_its_page(site: Living, browser: Browser, complaints: list[str]) -> None:
    """The one page with a program, which fetches the index of each year in a worker under a policy of its own: an old
    issue is found, and the browser has nothing to say against it."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(LIMIT)
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{site.address}/search/?q=students")
    base = site.address.removeprefix(f"http://127.0.0.1:{site.port}")
    expect(page.locator(f'main a[href^="{base}/issues/2026-1"]').first).to_be_visible(timeout=LIMIT)
    assert complaints == []
    context.close()
