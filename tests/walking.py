"""Walks through the desk in a real Chromium: each story at a phone's and a desk's width, with JavaScript and without
it, and on the way each page in light and in dark. These are eight ways in four walks: nothing is done in another manner
in the dark, so a page that stands there need not be walked to again.

    @every_way
    def test_a_story(way: Way, browser: Browser, desk: Desking) -> None:
        with walking(browser, desk, way, "mei") as mei:
            mei.go("/people", "People")
            mei.fill("Name", "Ana Sol")
            mei.press("Add the card", "People")

Every step that leads to a page names its title, and the page is looked at there: what has to hold of all pages is said
once, in `Walker.seen`. `press` and `follow` wait for the next page; `touch` changes something on the one that is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.colours import contrast, is_light
from tests.desking import Desking
from tests.smtpserver import LIMIT

WAIT = LIMIT * 1000  # ms
LEGIBLE = 4.5  # contrast of a text with its ground (WCAG 2.2, 1.4.3)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
_HELD = (Path(__file__).parent / "walking.js").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody comes to the desk."""

    phone: bool
    script: bool

    def __str__(self) -> str:
        """As "phone-plain"."""
        return f"{'phone' if self.phone else 'desk'}-{'script' if self.script else 'plain'}"


WAYS = tuple(Way(*flags) for flags in product((True, False), repeat=2))
every_way = pytest.mark.parametrize("way", WAYS, ids=str)


@contextmanager
def walking(browser: Browser, desk: Desking, way: Way, member: str | None = None) -> Iterator[Walker]:
    """A browser of somebody's own, signed in as this member; None: as nobody. What goes wrong behind its last page is
    noticed when it is closed."""
    context = browser.new_context(
        viewport=PHONE if way.phone else DESK,  # type: ignore[arg-type]
        has_touch=way.phone,
        java_script_enabled=way.script,
    )
    try:
        if member:
            desk.sign_in(context, member)
        walker = Walker(context.new_page(), way, desk.address)
        yield walker
        assert not walker.noted, walker.noted
    finally:
        context.close()


class Walker:
    """Somebody who walks through the desk."""

    def __init__(self, page: Page, way: Way, address: str) -> None:
        self.page = page
        self.way = way
        self.noted: list[str] = []  # what no page may do, in the words of the browser
        self._address = address
        self._status = 200  # of the page that is open
        self._dark = False  # whether its colours are asked for in the dark; turned round at each page
        page.set_default_timeout(WAIT)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.noted.append(f"a script failed: {error}"))
        page.on("request", self._asked)
        page.on("requestfailed", self._lost)
        page.on("response", self._answered)

    # Coming to a page

    def go(self, path: str, title: str, status: int = 200) -> None:
        """Opens a page by its path, or by its whole address."""
        self.page.goto(path if path.startswith("http") else self._address + path)
        self.seen(title, status)

    def follow(self, words: str, title: str, within: Locator | None = None) -> None:
        """The first link of these words, as they are read out."""
        self._lead((within or self.page).get_by_role("link", name=words).first, title)

    def press(self, words: str, title: str, status: int = 200, within: Locator | None = None) -> None:
        """A button that sends its form, and what is answered. `within`: the part of the page that it stands in."""
        self._lead(self.button(words, within), title, status)

    def act(self, words: str, title: str, status: int = 200, within: Locator | None = None) -> None:
        """A button whose answer fills a part of this page where there is JavaScript, and is a page elsewhere."""
        if not self.way.script:
            self.press(words, title, status, within)
            return
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as told:
            self.touch(words, within)
        assert told.value.status == status, (words, told.value.status)
        self.noted = [one for one in self.noted if one != _refusal(told.value)] if status >= 400 else self.noted

    def again(self, title: str) -> None:
        """The same page, asked for once more."""
        self.page.reload()
        self.seen(title)

    def seen(self, title: str, status: int = 200) -> None:
        """Holds the page to what every page of the desk holds to.

        It has the title and the status; no script failed, nothing stood in the console, the policy stopped nothing, no
        other request was refused, nobody else was asked. In light and in dark, as which it is really shown, it has one
        heading of the first level and is no wider than the window; on a phone each target of a finger has 24 pixels
        (WCAG 2.2, 2.5.8: links in a sentence and links with room around them are let be); each plot has a name, its
        figures as a table, and texts that can be read on their ground. The next page is loaded in the other scheme.
        """
        expect(self.page).to_have_title(re.compile(rf"{re.escape(title)} · "), timeout=WAIT)
        path = self.page.url.removeprefix(self._address)
        assert self._status == status, (path, self._status)
        wrong = [*self._looked(), *self._turned()._looked()]
        assert not (found := [*self.noted, *wrong]), (path, found)

    def _looked(self) -> list[str]:
        """What is wrong with the page as it is seen now."""
        wrong, ground, texts = self.page.evaluate(_HELD, self.way.phone)
        wrong += [f"cannot be read in a plot: {words}" for words, ink, on in texts if contrast(ink, on) < LEGIBLE]
        if is_light(ground) is self._dark:
            wrong.append(f"its ground is {ground}")
        return [f"{'dark' if self._dark else 'light'}: {one}" for one in wrong]

    def _turned(self) -> Walker:
        """From light to dark, or back."""
        self._dark = not self._dark
        self.page.emulate_media(color_scheme="dark" if self._dark else "light")
        return self

    def seen_at_every_width(self, title: str) -> None:
        """The page as it is, on a phone and at a desk: for what is too costly to be walked to in each way."""
        way = self.way
        for phone in (not way.phone, way.phone):
            self.way = replace(way, phone=phone)
            self.page.set_viewport_size(PHONE if phone else DESK)  # type: ignore[arg-type]
            self.seen(title)

    def _lead(self, one: Locator, title: str, status: int = 200) -> None:
        with self.page.expect_navigation():
            one.click()
        self.seen(title, status)

    # On a page

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        """A field by its label."""
        (within or self.page).get_by_label(label, exact=True).first.fill(value)

    def touch(self, words: str, within: Locator | None = None) -> None:
        """A button that leaves the page where it is."""
        self.button(words, within).click()

    def unfold(self, words: str, within: Locator | None = None) -> None:
        """What stands behind a summary."""
        (within or self.page.locator("body")).locator("summary:visible", has_text=words).first.click()

    def button(self, words: str, within: Locator | None = None) -> Locator:
        """The first button of exactly these words."""
        return (within or self.page).get_by_role("button", name=words, exact=True).first

    def reads(self, words: str, within: str = "body") -> None:
        """Waits until this is seen on the page."""
        expect(self.page.locator(within).get_by_text(words).locator("visible=true").first).to_be_visible(timeout=WAIT)

    # What the browser tells

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused request is told there as well; `_answered` knows whether it was expected.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.noted.append(f"in the console: {message.text}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(self._address):
            self.noted.append(f"asks {request.url}")

    def _lost(self, request: Request) -> None:
        # What a page was still asking for when it was left is no loss.
        if request.failure != "net::ERR_ABORTED":
            self.noted.append(f"lost {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self._status = response.status
        elif response.status >= 400:
            self.noted.append(_refusal(response))


def _refusal(response: Response) -> str:
    return f"answered {response.status}: {response.url}"
