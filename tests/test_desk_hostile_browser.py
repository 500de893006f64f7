"""Every page of the desk in a real Chromium, full of hostile words: whatever runs, speaks, or asks others is noted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Request
from playwright.sync_api import Page as Tab
from starlette.responses import HTMLResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.routes import TEAM, Page
from tests import hostile
from tests.desking import Desking, desk_of
from tests.hostile import OUTSIDE, PAGES_SHOWN, Ground, addresses, evil, findings

ground, desk = hostile.ground, hostile.desk


# What a page has to say for itself, before any script of its own: what its policy has stopped, and what was planted.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
LOOK = """() => [
  ...window.violations.map((one) => `policy: ${one}`),
  ...(window.hit === undefined ? [] : ["a script ran"]),
  ...[...document.querySelectorAll("[data-planted], iframe:not([sandbox])")].map((one) => `planted: ${one.outerHTML}`),
  ...[...document.querySelectorAll("*")].flatMap((one) => [...one.attributes].filter((attribute) =>
      /^on/.test(attribute.name) || /^\\s*(javascript|vbscript|data:text)/i.test(attribute.value))
    .map((attribute) => `runs: ${one.tagName} ${attribute.name}=${attribute.value}`)),
]"""


@dataclass
class Watched:
    """A real browser that notes whatever runs, speaks, is stopped by the policy, or asks anybody but the desk."""

    tab: Tab
    address: str  # of the desk
    happened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tab.set_default_timeout(60_000)
        self.tab.add_init_script(WATCH)
        self.tab.on("dialog", self._dismiss)
        self.tab.on("console", self._heard)
        self.tab.on("pageerror", lambda error: self.happened.append(f"error: {error}"))
        self.tab.on("popup", lambda popup: self.happened.append(f"popup: {popup.url}"))
        self.tab.on("request", self._asked)
        self.tab.route(re.compile(rf"^(?!{re.escape(self.address)}/)\\w+://"), lambda route: route.abort())

    def _dismiss(self, dialog: Dialog) -> None:
        self.happened.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _heard(self, message: ConsoleMessage) -> None:
        if not message.text.startswith("Failed to load resource"):  # a page that is not there: its status says so
            self.happened.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.happened.append(f"request: {request.url}")

    def visit(self, path: str) -> list[str]:
        """What has happened on this page that must not."""
        self.happened = []
        answer = self.tab.goto(self.address + path, wait_until="load")
        assert answer is not None
        assert answer.status == 200 or path.startswith("/first/"), (path, answer.status, answer.text())
        return [*self.tab.evaluate(LOOK), *self.happened]


@contextmanager
def watching(browser: Browser, desk: Desking, **options: bool) -> Iterator[Watched]:
    """Daniel, who has every role, in a browser of his own."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    desk.sign_in(context, "daniel")
    try:
        yield Watched(context.new_page(), desk.address)
    finally:
        context.close()


def weak(_: Office, ask: Ask) -> Response:
    """A page that somebody has written carelessly: it prints what it was asked for."""
    return HTMLResponse(f"<p>Nothing is called {ask.query['q']}</p>")


def test_a_page_that_prints_what_it_is_told_is_noticed(browser: Browser, publication: Path) -> None:
    """The watch would see it: by what the policy stopped, and, where there were no policy, by what ran."""
    with desk_of(publication, pages=(Page("/weak", TEAM, weak),)) as desk:
        path = f"/weak?q={quote(evil('q'))}"
        with watching(browser, desk) as watched:
            noticed = watched.visit(path)
            assert {one.partition(":")[0] for one in noticed} >= {"policy", "planted", "runs", "console"}
            assert "a script ran" not in noticed
        with watching(browser, desk, bypass_csp=True) as watched:
            noticed = watched.visit(path)
            assert {"a script ran", "dialog: 1"} <= set(noticed)
            assert any(one.startswith(f"request: http://{OUTSIDE}") for one in noticed)


def test_no_page_runs_or_asks_what_others_have_written(browser: Browser, ground: Ground, desk: Desking) -> None:
    """Every page, with what its address can name, by somebody with all roles: the words are text; nothing runs, nothing
    is planted, nothing is asked of another host, and the policy never has anything to stop."""
    found, keys = {}, findings(desk.signed_in("daniel"))
    with watching(browser, desk) as watched:
        for page in PAGES_SHOWN:
            for path in addresses(ground, page, keys):
                if not re.search(_SEEN_ALREADY, path) and (noticed := watched.visit(path)):
                    found[path] = noticed
    assert found == {}


# No pages, and pages that only repeat in their fields what another shows; these are read as well, though not drawn.
_SEEN_ALREADY = r"/images/|/original$|\.opml$|/sections/(?!opening|video)|\?kept=|/delivery/progress$"
