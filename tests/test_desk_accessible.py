"""Every page of the desk for everybody: axe-core, phones, the keyboard alone, and where it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from playwright.sync_api import Page as Tab

from newsletter.desk.pages.all import PAGES
from tests.browser import AXE
from tests.conftest import ISSUE
from tests.desk_ground import SECTIONS, DeskGround, filled, looked
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.smtpserver import LIMIT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """rules => axe.run(document, { runOnly: rules, resultTypes: ["violations"], iframes: false }).then((found) =>
  found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`)))"""
OPEN = "document.querySelectorAll('details:not(.me)').forEach((one) => { one.open = true; })"
# What every page has: one heading of the first level, a title, one main part that the first link leads to, a header,
# a language; and nothing is wider than the window.
SHAPE = """() => Object.entries({
  "one h1": document.querySelectorAll("h1").length === 1,
  "a title": document.title.split(" · ")[0].length > 2,
  "a main part": document.querySelectorAll("main#content").length === 1,
  "a skip link": document.querySelector("a[href]")?.getAttribute("href") === "#content",
  "a header": document.querySelectorAll("body > header").length === 1,
  "a language": document.documentElement.lang === "en",
  "nothing wider than the window": document.documentElement.scrollWidth <= innerWidth,
}).filter(([, holds]) => !holds).map(([what]) => `without ${what}`)"""
# Of what has the focus: null where it is the page itself, else its words and what is wrong with how it is shown. For
# a button that its label stands for, the label; of a frame only the edge is ours.
FOCUSED = """() => {
  let one = document.activeElement;
  if (!one || one === document.body) return null;
  if (getComputedStyle(one).opacity === "0") one = one.labels?.[0] ?? one;
  const name = `${one.tagName.toLowerCase()} ${(one.innerText || one.name || one.id || one.className).slice(0, 40)}`;
  const wrong = [], style = getComputedStyle(one), box = one.getBoundingClientRect();
  const steps = [0.02, 0.25, 0.5, 0.75, 0.98];
  const seen = steps.some((x) => steps.some((y) => {
    const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return top && (one.contains(top) || top.contains(one) && top.matches("label, summary"));
  }));
  if (!seen) wrong.push("hidden");
  if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) wrong.push("without an outline");
  if (one.tagName === "IFRAME") wrong.length = 0;
  return [name, wrong];
}"""
NO_PAGES = {
    "/health": "a line for machines",
    "/week": "a part of every page",
    "/triage/{item}/beside": "a part of triage",
    "/triage/{item}/original": "what a feed has sent",
    "/issues/{issue}/images/{name}": "a picture",
    "/issues/{issue}/frames/{view}": "the mail itself, which tests/test_look.py looks at",
    "/issues/{issue}/delivery/progress": "a part of the delivery",
    "/sources.opml": "a file",
}
AT = f"/issues/{ISSUE}"
ALIKE = tuple(f"/sections/{name}" for name in SECTIONS if name not in ("opening", "replies", "video"))
SENT = ("/", AT, f"{AT}/sections/opening", f"{AT}/approve", f"{AT}/delivery", f"{AT}/delivery/unknown", "/readers")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def writing(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """The desk while the issue is written."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path_factory.mktemp("writing") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        looked(running)
        yield running


@pytest.fixture(scope="module")
def sent(desk_ground: DeskGround, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """The desk after it was sent."""
    root = Path(shutil.copytree(desk_ground.sent, tmp_path_factory.mktemp("sent") / "publication"))
    with desk_of(root, clock=Clock(desk_ground.after)) as running:
        looked(running)
        yield running


@pytest.fixture
def context_of(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that reach this machine alone, and leave frames empty: what stands in those is the mail."""
    contexts = []

    def opened(**options: object) -> BrowserContext:
        context = browser.new_context(bypass_csp=True, **options)  # type: ignore[arg-type]
        context.route(re.compile(r"^(?!http://127\.0\.0\.1:)https?:|/frames/"), lambda route: route.abort())
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


def wrong_with(tab: Tab, address: str) -> list[str]:
    """What is wrong with a page, everything in it unfolded."""
    answer = tab.goto(address)
    assert answer
    if answer.status != 200:
        return [f"answers {answer.status}"]
    tab.evaluate(OPEN)
    tab.evaluate(AXE.read_text("utf-8"))
    return [*tab.evaluate(SHAPE), *tab.evaluate(RUN_AXE, RULES)]


def paths_of(ground: DeskGround, desk: Desking, everybody: bool) -> list[str]:
    """The pages for the team, or those for everybody."""
    findings = desk.signed_in("daniel").get(f"{AT}/sections/opening/findings").text
    finding = re.search(r'id="finding-(\w+)"', findings)
    assert finding
    pages = [page for page in PAGES if page.show and page.path not in NO_PAGES and bool(page.roles) is not everybody]
    return [path for page in pages for path in filled(page, ground, finding[1])]


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)], ids=["light, wide", "dark, phone"])
def test_no_page_shuts_anybody_out(
    desk_ground: DeskGround,
    writing: Desking,
    sent: Desking,
    context_of: Callable[..., BrowserContext],
    scheme: str,
    size: dict[str, int],
) -> None:
    """Every page there is, with everything on it that can be: axe-core finds nothing by the rules of WCAG 2.2 AA and
    those of good practice; each has its title, heading, skip link and main part; nothing is wider than the window."""
    team, anybody = (context_of(color_scheme=scheme, viewport=size) for _ in range(2))
    writing.sign_in(team, "daniel")
    tab, stranger = team.new_page(), anybody.new_page()
    paths = [path for path in paths_of(desk_ground, writing, False) if scheme == "light" or not path.endswith(ALIKE)]
    found = {path: wrong_with(tab, writing.address + path) for path in paths}
    found |= {path: wrong_with(stranger, writing.address + path) for path in paths_of(desk_ground, writing, True)}
    sent.sign_in(team, "daniel")
    found |= {f"{path}, sent": wrong_with(tab, sent.address + path) for path in SENT}
    assert len(found) > 40
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def test_what_is_left_out_is_no_page(desk_ground: DeskGround, writing: Desking) -> None:
    """None of it has the frame of the desk around it."""
    daniel = writing.signed_in("daniel")
    for page in PAGES:
        if page.path in NO_PAGES:
            answer = daniel.get(next(filled(page, desk_ground)))
            assert answer.status == 200, page.path
            assert b'<main id="content"' not in answer.body, page.path
    assert NO_PAGES.keys() <= {page.path for page in PAGES}


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/", PHONE),
        ("/triage", DESK),
        (f"{AT}/sections/opening", DESK),
        (f"{AT}/sections/number", PHONE),
        (f"{AT}/approve", PHONE),
    ],
    ids=["today", "triage", "section", "section on a phone", "approve"],
)
def test_the_focus_is_seen_wherever_it_goes(
    writing: Desking, context_of: Callable[..., BrowserContext], path: str, size: dict[str, int]
) -> None:
    """With the Tab key from the first link to the last: each has an outline, and nothing lies over it (WCAG 2.2, 2.4.7
    and 2.4.11); so it is on the way back."""
    context = context_of(viewport=size)
    writing.sign_in(context, "mei")
    tab = context.new_page()
    tab.goto(writing.address + path)
    for key in ("Tab", "Shift+Tab"):
        reached, wrong = 0, []
        for _ in range(90):
            tab.keyboard.press(key)
            told = tab.evaluate(FOCUSED)
            if told is None:
                break
            reached += 1
            wrong += [told] if told[1] else []
        assert wrong == [], (key, wrong)
        assert reached > 12


def focus_on(tab: Tab, name: str) -> None:
    """Presses Tab until what has this name has the focus."""
    for _ in range(120):
        tab.keyboard.press("Tab")
        told = tab.evaluate("document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText || ''")
        if told.strip().startswith(name):
            return
    pytest.fail(f"no key leads to {name!r}")


def test_the_first_link_leads_past_the_header(writing: Desking, context_of: Callable[..., BrowserContext]) -> None:
    """One key and Enter, on a page with its week and its menus; and the menu of one's account opens, and closes with
    Escape, which leads back to it. axe-core finds nothing in the menu either."""
    context = context_of(viewport=PHONE)
    writing.sign_in(context, "mei")
    tab = context.new_page()
    tab.goto(f"{writing.address}/jobs")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    expect(tab.locator(".skip")).to_have_css("opacity", "1")
    tab.keyboard.press("Enter")
    expect(tab.locator("main")).to_be_focused()
    tab.goto(f"{writing.address}/jobs")
    focus_on(tab, "Mei Okafor")
    tab.keyboard.press("Enter")
    focus_on(tab, "Audit log")
    tab.evaluate(AXE.read_text("utf-8"))
    assert tab.evaluate(RUN_AXE, RULES) == []
    tab.keyboard.press("Escape")
    expect(tab.locator("details.me summary")).to_be_focused()
    assert not tab.locator("details.me").get_attribute("open")


def test_an_issue_is_written_and_signed_by_keys(publication: Path, context_of: Callable[..., BrowserContext]) -> None:
    """A section is opened, written and saved, and the issue is approved; nobody has touched a mouse."""
    with desk_of(publication) as desk:
        context = context_of(viewport=DESK)
        desk.sign_in(context, "mei")
        tab = context.new_page()
        tab.set_default_timeout(LIMIT * 1000)
        tab.goto(desk.address)
        focus_on(tab, "No. 128")
        tab.keyboard.press("Enter")
        tab.wait_for_url(f"**{AT}")
        focus_on(tab, "Number")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/sections/number")
        focus_on(tab, "Text")
        tab.keyboard.press("Control+End")
        tab.keyboard.type(" So it stands.")
        focus_on(tab, "Save")
        tab.keyboard.press("Enter")
        expect(tab.locator("#messages")).to_contain_text("aved", timeout=LIMIT * 1000)
        text = (publication / "content" / "issues" / ISSUE / "number.md").read_text("utf-8")
        assert "So it stands." in text
        tab.goto(f"{desk.address}{AT}/approve")
        focus_on(tab, "Approve this edition")
        tab.keyboard.press("Enter")
        expect(tab.locator("#who + ul")).to_contain_text("Mei Okafor signed", timeout=LIMIT * 1000)
