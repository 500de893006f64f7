"""Whatever opens the links of mails changes nobody: gateways by the thousand, and a browser that runs scripts."""

from __future__ import annotations

import http.client
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from email import message_from_bytes
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from newsletter.actions.access import access_token
from newsletter.actions.app import App
from newsletter.actions.approved_edition import proposal
from newsletter.actions.readers import readers_store
from newsletter.actions.sign_up import sign_up
from newsletter.deliver.personal import Signing, slot_values
from newsletter.mail.press import Press
from newsletter.model.mailing import Recipient
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Subscriber
from newsletter.store import subscribers
from newsletter.tokens import Purpose
from tests.approving import COMING
from tests.conftest import SOAK
from tests.living import NOW, Living, running
from tests.sending import bring_in, more_readers
from tests.smtpserver import LIMIT

MAILS = 1_000
IN_BROWSER = MAILS if SOAK else 20  # mails whose links a browser opens: 20 ms a page


@pytest.fixture(scope="module")
def site(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """A running site with a thousand readers, who all have an issue in their mailbox."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("scanned") / "publication"))
    with running(root, pumping=False) as started:
        bring_in(started.app, more_readers(root / "readers.csv", MAILS))
        yield started


@pytest.fixture(scope="module")
def links(site: Living) -> tuple[str, ...]:
    """Every address of ours in a thousand copies of an issue, text, HTML and header; and those of all other mails."""
    found: dict[str, None] = {}
    for mail in copies(site.app, site):
        found |= dict.fromkeys(links_in(mail, site.address))
    asked = sign_up(site.app, "new@example.org", page="/subscribe", words="Send it.")
    found[f"{site.address}/confirm/{asked.token}"] = None
    own = f"{site.address}/me/{access_token(site.live.ring, first_reader(site).mark, NOW)}"
    return (*found, own, f"{own}/export", f"{own}/erase", f"{site.address}/preferences")


def first_reader(site: Living) -> Subscriber:
    with readers_store(site.app) as readers:
        return subscribers.page(readers.store, None, 1)[0]


def copies(app: App, site: Living) -> Iterator[bytes]:
    """The issue as each reader gets it."""
    edition, ring = proposal(app, COMING).edition, site.live.ring
    signing = Signing(
        ring=ring, unsubscribe=Purpose.UNSUBSCRIBE, preferences=Purpose.PREFERENCES, message_id=Purpose.MESSAGE_ID
    )
    press = Press(edition.letter)
    with readers_store(app) as readers:
        everybody = subscribers.page(readers.store, None, MAILS)
    assert len(everybody) == MAILS
    for seq, one in enumerate(everybody, 1):
        values = slot_values(
            Recipient(seq=seq, subscriber=mark_text(one.mark), address=one.address, name=one.name),
            issue=COMING,
            kind="issue",
            greeting=edition.greeting,
            live=site.live.schedule.live,
            domain="focus.example.org",
            due=NOW,
            signing=signing,
        )
        yield press.message(values).message


def links_in(mail: bytes, address: str) -> list[str]:
    """All of our own addresses in a mail, as a gateway finds them."""
    message = message_from_bytes(mail)
    parts = (part.get_payload(decode=True) for part in message.walk() if part.get_content_maintype() == "text")
    bodies = [part.decode() for part in parts if isinstance(part, bytes)]
    text = "\n".join([str(message["List-Unsubscribe"]), *bodies])
    return [unescape(found) for found in re.findall(rf"{re.escape(address)}/[^\s<>\"']*", text)]


def everything(site: Living) -> list[str]:
    """The whole database, as SQL."""
    with closing(sqlite3.connect(site.root / "var" / "newsletter.db")) as database:
        return list(database.iterdump())


def test_a_crawler_that_opens_every_link_of_a_thousand_mails_changes_nobody(
    site: Living, links: tuple[str, ...]
) -> None:
    """By GET and by HEAD, as gateways do (RFC 9110 9.2.1); afterwards every row of the database is as it was."""
    personal = [link for link in links if re.search("/[up]/", link)]
    assert len(personal) == 2 * MAILS
    before, leavers = everything(site), (site.root / "var" / "leavers.log").exists()
    with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=LIMIT)) as connection:
        for number, link in enumerate(links):
            for method in ("GET", "HEAD") if number % 20 == 0 or link not in personal else ("GET",):
                connection.request(method, link.removeprefix(site.address), headers={"User-Agent": "scanner"})
                answer = connection.getresponse()
                body = answer.read()
                assert answer.status == 200 or link not in personal
                assert (b"</html>" in body) is (method == "GET") or link not in personal
    assert everything(site) == before
    assert (site.root / "var" / "leavers.log").exists() is leavers
    assert site.mails.messages == []


def test_a_browser_that_runs_scripts_and_opens_every_link_changes_nobody(
    site: Living, links: tuple[str, ...], browser: Browser
) -> None:
    """Some gateways open links in a real browser, and wait for what the page does by itself: it does nothing."""
    personal = [link for link in links if re.search("/[up]/", link)]
    others = [link for link in links if link not in set(personal) and not link.endswith("/export")]
    before = everything(site)
    context = browser.new_context()
    try:
        page = context.new_page()
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.method))
        for link in (*personal[: 2 * IN_BROWSER], *others):
            page.goto(link, wait_until="load")
        assert set(sent) == {"GET"}
        assert context.cookies() == []
    finally:
        context.close()
    assert everything(site) == before


def test_the_same_links_do_their_work_where_a_person_presses_the_button(
    site: Living, links: tuple[str, ...], browser: Browser
) -> None:
    """The proof that the crawlers have opened the real thing; without JavaScript."""
    link = next(link for link in links if "/u/" in link)
    before = everything(site)
    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Unsubscribe").click()
        assert page.get_by_role("heading", level=1).inner_text() == "You have unsubscribed"
    finally:
        context.close()
    assert everything(site) != before
