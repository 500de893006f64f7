"""A whole issue by two people who never saw a terminal: from the first password to the page in the archive.

Everything is real: two browsers, the desk, a mail server, the site. Only what an operator does beforehand is done here:
the publication stands, its sources were gathered, readers are there, and somebody has started the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.actions.app import open_app
from newsletter.actions.gather_sources import gather_sources
from newsletter.actions.sign_in_links import first_secret
from tests.desking import Desking, desk_of
from tests.living import Living, running, text_of
from tests.sending import COUNT, bring_in
from tests.uploading import drawn

LIMIT = 30_000  # ms on a busy machine
ISSUE = "2026-11-27"
PASSWORD = "four boats on a slow river"
TEXT = "Ports on both sides of the strait have begun to count what waiting costs them, box by box."
ALT = "A harbour at dusk, its cranes at rest"


@dataclass
class House:
    """What runs."""

    site: Living
    desk: Desking


@pytest.fixture
def house(publication: Path) -> Iterator[House]:
    """The installation, which wants two signatures."""
    with opened_house(publication) as found:
        yield found


@contextmanager
def opened_house(root: Path) -> Iterator[House]:
    with running(root, archive=True, pumping=False) as site:
        schedule = root / "schedule.yaml"
        text = schedule.read_text("utf-8")
        assert "\napproval:" not in text
        schedule.write_text(f"{text}\napproval: {{ needed: 2 }}\ngather: {{ allow_hosts: [127.0.0.1] }}\n", "utf-8")
        issue = root / "content" / "issues" / ISSUE / "issue.md"  # whose second signer owns no section
        issue.write_text(issue.read_text("utf-8").replace(": daniel\n", ": priya\n"), "utf-8")
        gather_sources(open_app(root, site.clock))
        bring_in(site.app)
        with desk_of(root, clock=site.clock) as desk:
            schedule.write_text(f"{schedule.read_text('utf-8')}desk: {desk.address}\n", "utf-8")
            desk.seconds[0] += 2
            yield House(site, desk)


def window(browser: Browser) -> Page:
    """A browser of somebody's own."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(LIMIT)
    expect.set_options(timeout=LIMIT)
    return page


def test_two_people_make_an_issue_and_send_it(house: House, browser: Browser, tmp_path: Path) -> None:
    """Signed in by the printed address and by a mailed link; triaged by a key; a new author, a picture, a text; signed
    by both, sent to real readers; the receipt closes, and the page stands in the archive."""
    mei, daniel = window(browser), window(browser)
    try:
        begins(house, mei)
        comes_by_mail(house, daniel)
        triages(house, mei)
        adds_an_author(house, mei)
        writes(house, mei, tmp_path)
        nothing_blocks(house, mei)
        approves(house, mei, "Mei Okafor")
        expect(mei.locator("#content").get_by_text("It needs")).to_be_visible()
        approves(house, daniel, "Daniel Achterberg")
        sends(house, daniel)
        everybody_has_it(house)
        stands_in_the_archive(house, daniel)
    finally:
        mei.context.close()
        daniel.context.close()


def begins(house: House, page: Page) -> None:
    """The first of the team, by the address that the program printed."""
    secret = first_secret(house.desk.app, house.desk.clock())
    page.goto(f"{house.desk.address}/first/{secret}")
    page.get_by_label("You are").select_option("mei")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def comes_by_mail(house: House, page: Page) -> None:
    """Another one, by a link that comes by mail."""
    page.goto(f"{house.desk.address}/")
    page.get_by_label("Name, or mail address").fill("daniel@focus.example.org")
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    mail = house.site.mails.wait_for(1)[-1]
    assert mail.recipients == ("daniel@focus.example.org",)
    found = re.search(rf"{re.escape(house.desk.address)}/sign-in/\S+", text_of(mail))
    assert found, text_of(mail)
    page.goto(found[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


def triages(house: House, page: Page) -> None:
    """The first story is kept by one key, and seen among those that are kept."""
    page.get_by_role("link", name=re.compile("^Triage")).click()
    story = page.locator("article.story").first
    title = story.locator("h2").inner_text()
    page.wait_for_load_state()
    page.keyboard.press("y")
    expect(page.locator(".decided")).to_contain_text(title)
    page.goto(f"{house.desk.address}/triage?list=kept")
    expect(page.get_by_role("heading", name=title).first).to_be_visible()


def adds_an_author(house: House, page: Page) -> None:
    """A card for somebody whom no issue has named yet."""
    page.goto(f"{house.desk.address}/people")
    page.get_by_label("Name", exact=True).fill("Nadia Costa-Lindholm")
    page.get_by_label("Institute").fill("Harbour Institute")
    page.get_by_label("City").fill("Lisbon")
    page.get_by_role("button", name="Add the card").click()
    expect(page.get_by_role("link", name="Nadia Costa-Lindholm")).to_be_visible()


def writes(house: House, page: Page, folder: Path) -> None:
    """Another author, another text and a picture of their own for the article; saved."""
    picture = folder / "IMG 0042.jpg"
    picture.write_bytes(drawn(900, 600, form="JPEG"))
    page.goto(f"{house.desk.address}/issues/{ISSUE}/sections/read-more")
    page.get_by_label("Author").select_option("nadia-costa-lindholm")
    page.locator("summary", has_text="Another picture in its place").click()
    page.get_by_label("File", exact=True).set_input_files(picture)
    page.locator("input[name$='-alt']").fill(ALT)
    page.locator("input[name$='-credit']").fill("Photograph: Nadia Costa-Lindholm")
    page.locator("input[name$='-licence']").fill("CC BY 4.0")
    page.get_by_role("textbox", name="Text", exact=True).fill(TEXT)
    page.get_by_role("button", name="Add the picture").click()
    expect(page.locator("input[name$='-alt']")).to_have_value(ALT)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    assert TEXT in (house.desk.root / "content" / "issues" / ISSUE / "read-more.md").read_text("utf-8")


def nothing_blocks(house: House, page: Page) -> None:
    """The week line says so, once it has looked."""
    page.goto(f"{house.desk.address}/")
    expect(page.get_by_text(re.compile("Nothing blocks No. 128")).first).to_be_visible()


def approves(house: House, page: Page, name: str) -> None:
    """Exactly what they see."""
    page.goto(f"{house.desk.address}/issues/{ISSUE}/approve")
    page.get_by_role("button", name="Approve this edition").click()
    expect(page.get_by_text(f"{name} signed").first).to_be_visible()


def sends(house: House, page: Page) -> None:
    """Now, and stays to see it end."""
    page.goto(f"{house.desk.address}/issues/{ISSUE}/delivery")
    page.locator("summary", has_text="Send now").click()
    page.get_by_label("Yes, now").check()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible(timeout=2 * LIMIT)
    expect(page.get_by_text("closed", exact=True)).to_be_visible(timeout=2 * LIMIT)


def everybody_has_it(house: House) -> None:
    """Each reader once, with the text that was written at the desk."""
    issues = [one for one in house.site.mails.wait_for(COUNT + 1) if b"\nList-Id:" in one.content]
    assert len({one.recipients for one in issues}) == len(issues) == COUNT
    assert all(" ".join(TEXT.split()[:5]) in text_of(one) for one in issues)


def stands_in_the_archive(house: House, page: Page) -> None:
    """The issue is sent among the past ones, and its page is on the site, with the new author."""
    page.goto(f"{house.desk.address}/issues")
    row = page.get_by_role("row", name=re.compile("128"))
    expect(row.first).to_be_visible()
    page.goto(f"{house.site.address}/issues/{ISSUE}/")
    expect(page.get_by_text(TEXT)).to_be_visible()
    expect(page.get_by_text("Nadia Costa-Lindholm").first).to_be_visible()
    assert urlsplit(page.url).port == house.site.port
