"""The look of the site, held: every kind of page in a real browser, narrow and wide, in light and in dark."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from newsletter.actions.app import read_issue
from newsletter.archive.assets import style
from newsletter.assemble.edition import assemble
from newsletter.model.errors import ContentError
from newsletter.model.theme import Palette, Theme
from newsletter.templating import SafeHtml, Templates
from tests.browser import AXE
from tests.colours import contrast
from tests.conftest import ROOT, opened
from tests.independent import OFF, run_node
from tests.kitchen import coming, fill_sink
from tests.showing import View, measured
from tests.sitepages import TEMPLATES, Pages, pages

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
WINDOWS: dict[Scheme, int] = {"light": 1180, "dark": 320}  # width by scheme
HOST = "https://site.test"
FONTS = ROOT / "templates" / "site" / "fonts"
TYPES = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# What moved without being asked to, and by how much (Layout Instability API).
SHIFTS = "window.shifts = []; new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map("
SHIFTS += "(one) => one.value))).observe({ type: 'layout-shift', buffered: true })"
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PLACES = """() => [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility()).map((one) => {
  const box = one.getBoundingClientRect(); return [one.tagName, box.x, box.y, box.width, box.height]; })"""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })"
TOO_SMALL = """() => [...document.querySelectorAll("input, button, header.site a, footer.site ul a, .by-year a")]
  .filter((one) => one.type !== "hidden" && one.checkVisibility({ checkVisibilityCSS: true }))
  .filter((one) => { const box = one.getBoundingClientRect();
    return box.height < (one.matches("input, button") ? 44 : 24) || box.width < 24; })
  .map((one) => one.outerHTML)"""


@pytest.fixture(scope="session")
def kitchen(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """The article of an issue with every kind of section, and its pictures by name."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("look") / "publication"))
    fill_sink(root)
    app = opened(root)
    desk = read_issue(app, coming())
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    return edition.page.replace('"images/', '"/weekly/images/'), {one.name: one.data for one in edition.assets}


@pytest.fixture(scope="session")
def site(kitchen: tuple[str, dict[str, bytes]]) -> Pages:
    """Every kind of page, in English."""
    return pages(kitchen[0])


class Reader:
    """A browser before the site. It reaches nothing else, and remembers what it was asked for."""

    def __init__(self, context: BrowserContext, site: Pages, images: dict[str, bytes]) -> None:
        self._site, self._images = site, images
        self.asked: list[str] = []
        self.said: list[str] = []
        self.hold: Callable[[Route], None] | None = None  # what becomes of a font
        self.page = context.new_page()
        self.page.add_init_script(SHIFTS)
        self.page.route("**/*", self._answer)
        self.page.on("console", lambda message: self.said.append(message.text))

    def _answer(self, route: Route) -> None:
        url = route.request.url
        self.asked.append(url)
        path = url.removeprefix(f"{HOST}/").partition("?")[0]
        path = f"{path}index.html" if path.endswith("/") else path
        data = self._site.files.get(path) or self._images.get(path.rpartition("/")[2])
        if path.endswith(".woff2") and self.hold:
            self.hold(route)
        elif not url.startswith(HOST) or data is None:
            route.abort()
        else:
            kind = TYPES.get(path.rpartition(".")[2])
            route.fulfill(body=data, headers={"Content-Type": kind} if kind else {})

    def open(self, kind: str, query: str = "") -> Page:
        self.page.goto(f"{HOST}{self._site.kinds[kind]}{query}", wait_until="load")
        return self.page


Opens = Callable[..., Reader]


@pytest.fixture
def reader(browser: Browser, site: Pages, kitchen: tuple[str, dict[str, bytes]]) -> Iterator[Opens]:
    """Opens browsers before the site; options are those of Playwright's new_context."""
    with ExitStack() as ending:

        def opened_reader(shown: Pages = site, **options: Any) -> Reader:
            context = browser.new_context(**options)
            ending.callback(context.close)
            return Reader(context, shown, kitchen[1])

        yield opened_reader


@dataclass(frozen=True)
class Seen:
    """What was seen of one kind of page."""

    views: dict[Scheme, View]  # in the light on a desk, in the dark on a phone
    faults: dict[Scheme, list[tuple[str, list[str]]]]  # what axe finds: the rule and the tags
    passed: int  # rules of axe
    wide: list[tuple[int, int]]  # width of the window and size of the letters, in percent, where one has to scroll
    small: list[str]  # what is too small to be pressed with a finger


@pytest.fixture(scope="session")
def survey(browser: Browser, site: Pages, kitchen: tuple[str, dict[str, bytes]]) -> Iterator[dict[str, Seen]]:
    """Every kind of page, opened once, and looked at from all sides. Nothing of it asks another host, or is refused."""
    with closing(browser.new_context()) as context:
        one = Reader(context, site, kitchen[1])
        yield {kind: _surveyed(one.open(kind)) for kind in site.framed}
        assert {url.split("/")[2] for url in one.asked} == {"site.test"}
        assert one.said == []


def _surveyed(page: Page) -> Seen:
    views: dict[Scheme, View] = {}
    faults: dict[Scheme, list[tuple[str, list[str]]]] = {}
    passed = 0
    page.evaluate(AXE.read_text("utf-8"))
    for scheme, width in WINDOWS.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        views[scheme] = measured(page)
        found = page.evaluate(RUN_AXE, RULES if scheme == "light" else ["color-contrast", "link-in-text-block"])
        passed = max(passed, len(found["passes"]))
        faults[scheme] = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found["violations"]]
    small = page.evaluate(TOO_SMALL)
    wide = []
    for width, letters in ((320, 100), (703, 100), (705, 100), (1023, 100), (1025, 100), (1280, 200)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{letters}%")
        if page.evaluate("document.scrollingElement.scrollWidth") > width:
            wide.append((width, letters))
    return Seen(views=views, faults=faults, passed=passed, wide=wide, small=small)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_violation_on_any_kind_of_page(survey: dict[str, Seen], scheme: Scheme) -> None:
    """By the rules of WCAG 2.2 A and AA and its best practices; in the dark by those on colour: all else is alike."""
    assert {kind: seen.faults[scheme] for kind, seen in survey.items() if seen.faults[scheme]} == {}
    assert min(seen.passed for seen in survey.values()) >= 10


def test_the_html_of_every_kind_of_page_is_valid(kitchen: tuple[str, dict[str, bytes]]) -> None:
    """In each language by every recommended rule of html-validate, and with no style or script of its own in it."""
    documents: dict[str, str] = {}
    for language in ("en", "zh-Hans", "zh-Hant"):
        site = pages(kitchen[0], language)
        documents |= {f"{kind}, {language}": site.html(kind) for kind in site.kinds}
    found = json.loads(run_node("validate.mjs", json.dumps({"pages": documents, "off": []})))
    assert {fault["rule"] for faults in found.values() for fault in faults} == set(OFF["site"])
    for name, html in documents.items():
        assert f'<html lang="{name.partition(", ")[2]}"' in html, name
        assert not re.search(r"<style|\sstyle=|<script(?! src=)|\son\w+=|javascript:", html), name


def test_every_page_has_its_own_policy_for_hosts_that_send_no_headers(site: Pages) -> None:
    """Nothing but what comes from the site itself; scripts on the search page only; forms go to us alone."""
    for kind in site.framed:
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', site.html(kind))
        rules = dict(rule.strip().partition(" ")[::2] for rule in policy.replace("&#39;", "'").split(";"))
        assert rules["default-src"] == "'none'", kind
        assert rules["form-action"] == "'self' https://live.test/", kind
        assert ("script-src" in rules) == (kind == "search"), kind
        assert not re.search(r"unsafe-inline|\*|data:", policy), kind


def test_no_page_has_to_be_scrolled_sideways(survey: dict[str, Seen]) -> None:
    """At 320 pixels, where every layout changes, and with letters of twice the size (WCAG 1.4.4, 1.4.10)."""
    assert {kind: seen.wide for kind, seen in survey.items() if seen.wide} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_text_is_large_enough_and_stands_out_from_its_ground(survey: dict[str, Seen], scheme: Scheme) -> None:
    """16 pixels for what is read, 12 for what is operated; 4.5 to 1 (WCAG 1.4.3); nothing is cut off."""
    for kind, seen in survey.items():
        for text in seen.views[scheme]["texts"]:
            assert text["size"] >= (12 if not text["serif"] or text["mono"] else 16), (kind, text["text"])
            assert contrast(text["colour"], text["ground"]) >= 4.5, (kind, text["text"])
            assert not text["cut"], (kind, text["text"])


def test_headings_make_an_outline_on_every_kind_of_page(survey: dict[str, Seen]) -> None:
    """One of the first level, before all others; none skips a level."""
    for kind, seen in survey.items():
        levels = seen.views["dark"]["levels"]
        assert levels.count(1) == 1 == levels[0], kind
        assert all(after - before <= 1 for before, after in pairwise(levels)), kind


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_weeks_number_is_the_loudest_thing(survey: dict[str, Seen], scheme: Scheme) -> None:
    """On the home page and in an issue larger than all else; in the list larger than the title beside it."""
    texts = survey["home"].views[scheme]["texts"]
    assert max(texts, key=lambda text: text["size"])["text"] == "90"
    sizes = {text["text"]: text["size"] for text in texts}
    assert sizes["31%"] > sizes["The price of waiting in port"]
    texts = survey["issue"].views[scheme]["texts"]
    assert max(texts, key=lambda text: text["size"])["tag"] == "data"


def test_numbers_stay_whole_and_run_down_the_right_edge(reader: Opens) -> None:
    """They end at one line, at every width; a figure of one word breaks nowhere."""
    page = reader().open("home")
    for width in (320, 390, 720, 1180):
        page.set_viewport_size({"width": width, "height": 900})
        figures = page.evaluate(
            "() => [...document.querySelectorAll('.issues .n b')].map((one) => { const range = document.createRange();"
            "range.selectNodeContents(one); const box = range.getBoundingClientRect();"
            "return [one.textContent, box.right, box.height / parseFloat(getComputedStyle(one).fontSize)]; })"
        )
        edges = {round(right) for _, right, _ in figures}
        assert max(edges) - min(edges) <= 1, width
        assert all(height < 1.9 for figure, _, height in figures if " " not in figure), width


@contextmanager
def fonts_held(one: Reader) -> Iterator[Callable[[], None]]:
    """Fonts do not arrive before the function is called, and for good when it is not."""
    waiting: list[Route] = []
    one.hold = waiting.append

    def release() -> None:
        one.hold = None
        for route in waiting:
            one._answer(route)
        waiting.clear()

    yield release
    for route in waiting:
        route.abort()


@pytest.mark.parametrize("kind", ["home", "issue", "search"])
@pytest.mark.parametrize("width", [390, 1180])
def test_nothing_moves_while_a_page_loads(reader: Opens, site: Pages, kind: str, width: int) -> None:
    """With its fonts at hand, without any, and when they come late: no layout shift, and every part keeps its place."""
    viewport = {"width": width, "height": 900}
    page = reader(viewport=viewport).open(kind)
    page.evaluate(f"document.fonts.ready.then(() => {PAINTED})")
    assert page.evaluate("window.shifts") == []
    for late in (False, True):
        one = reader(viewport=viewport)
        with fonts_held(one) as release:
            page = one.page
            page.goto(f"{HOST}{site.kinds[kind]}", wait_until="domcontentloaded")
            page.evaluate(PAINTED)
            before = page.evaluate(PLACES)
            if late:
                release()
                page.evaluate(f"document.fonts.ready.then(() => {PAINTED})")
            assert page.evaluate(PLACES) == before
            assert page.evaluate("window.shifts") == []


def test_a_stand_in_takes_the_room_of_the_face_it_stands_for(reader: Opens, site: Pages) -> None:
    """Within 3 in 100 in each weight and slant that we use: who has not got the fonts sees the same lines."""
    css = site.assets.css.removeprefix("/")
    waiting = site.files[css].replace(b"font-display: optional", b"font-display: block")
    page = reader(replace(site, files={**site.files, css: waiting})).open("missing")
    serif, sans = ("Newsreader Variable", "Serif Stand-in", "Serif Stand-in 2"), ("Inter Variable", "Sans Stand-in")
    faces: list[tuple[str, tuple[str, ...]]] = [(cut, serif) for cut in ("400", "500", "700", "italic 400")]
    faces += [(cut, sans) for cut in ("400", "600", "700")]
    widths = page.evaluate(
        """async ([line, faces]) => {
          const context = document.createElement("canvas").getContext("2d");
          return Promise.all(faces.map(([cut, names]) => Promise.all(names.map(async (name) => {
            context.font = `${cut} 20px "${name}"`;
            const [face] = await document.fonts.load(context.font).catch(() => []);
            context.font = `${cut} 20px "${name}", monospace`;
            return face ? context.measureText(line).width : 0; })))); }""",
        ["Officials left a third capital with a calendar rather than a text, and nobody was in a hurry.", faces],
    )
    for (cut, names), (own, *others) in zip(faces, widths, strict=True):
        assert [other / own for other in others] == pytest.approx([1] * len(others), abs=0.03), (cut, names)


def test_only_the_upright_latin_faces_are_loaded_at_once(reader: Opens, site: Pages) -> None:
    """120 KB at most; slanted and further letters come where a page has them, from the site itself."""
    assert sum(len(site.files[one.removeprefix("/")]) for one in site.assets.preload) <= 120_000
    plain, rich = reader(), reader()
    page = plain.open("missing")
    page.evaluate("document.fonts.ready")
    assert sorted(_fonts(plain)) == ["inter-latin-wght-normal", "newsreader-latin-wght-normal"]
    page = rich.open("page")
    page.evaluate("document.querySelector('main p').append(' Ľubomír Čapek'); document.body.offsetWidth;")
    page.evaluate(f"{PAINTED}.then(() => document.fonts.ready)")
    assert {"newsreader-latin-wght-italic", "newsreader-latin-ext-wght-normal"} <= _fonts(rich)


def _fonts(one: Reader) -> set[str]:
    return {match[1] for url in one.asked if (match := re.search(r"/([\w-]+)\.\w{10}\.woff2$", url))}


def test_no_page_weighs_more_than_60_kb(site: Pages, kitchen: tuple[str, dict[str, bytes]]) -> None:
    """Uncompressed, with its style, and on the search page its script; without pictures and fonts. Lists are full."""
    full = pages(kitchen[0], listed=52)
    shared = len(full.files[full.assets.css.removeprefix("/")])
    script = len(full.files[full.assets.search.removeprefix("/")])
    sizes = {kind: len(full.html(kind).encode()) + shared + (script if kind == "search" else 0) for kind in full.kinds}
    assert {kind: size for kind, size in sizes.items() if size > 60_000} == {}
    assert full.html("home").count("<h3>") == 52


def test_what_is_pressed_is_large_enough(survey: dict[str, Seen]) -> None:
    """24 pixels each way for everything that does not stand in a line of text (WCAG 2.5.8), 44 for fields, buttons."""
    assert {kind: seen.small for kind, seen in survey.items() if seen.small} == {}


def test_who_uses_the_keyboard_sees_where_they_are(reader: Opens) -> None:
    """The first stop leads past the navigation, and is seen when it is reached; every stop has its line around it."""
    page = reader(viewport={"width": 1180, "height": 900}).open("home")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    assert skip.evaluate("one => getComputedStyle(one).opacity") == "1"
    stops = 0
    while stops < 16:
        page.keyboard.press("Tab")
        stops += 1
        seen = page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
              return [style.outlineStyle, style.outlineWidth, one.getBoundingClientRect().width > 0, one.name]; }"""
        )
        assert seen[:3] == ["solid", "2px", True], seen
        assert seen[3] != "website"
    page.reload()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_printed_is_what_is_read(reader: Opens, scheme: Scheme) -> None:
    """Black on white, without what can only be pressed; an article's links with their addresses."""
    one = reader(color_scheme=scheme)
    for kind in ("home", "issue"):
        page = one.open(kind)
        page.emulate_media(media="print", color_scheme=scheme)
        assert not page.locator("nav, form, .button, .skip").filter(visible=True).count(), kind
        assert page.locator("h1").filter(visible=True).count() == 1
        colours = page.evaluate(
            "() => ['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])"
        )
        assert colours == ["rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"]
        texts = measured(page)["texts"]
        assert all(contrast(text["colour"], [255, 255, 255]) >= 4.5 for text in texts), kind
    link = page.locator(".issue section a[href^=http]").first
    printed = link.evaluate("one => getComputedStyle(one, '::after').content")
    assert link.get_attribute("href") in printed


def test_without_javascript_the_search_page_is_a_list_of_all_there_is(reader: Opens) -> None:
    """Years and topics, and no field that would do nothing; the home page's field leads here."""
    one = reader(java_script_enabled=False)
    page = one.open("search", "?q=tariff")
    assert page.locator("main").filter(visible=True).locator("a", has_text="2026").count() == 1
    assert not page.locator("#search").is_visible()
    assert page.get_by_text("Searching needs JavaScript").is_visible()
    page = one.open("home")
    page.get_by_role("searchbox").fill("tariff")
    page.get_by_role("search").get_by_role("button").click()
    assert page.url == f"{HOST}/weekly/search/?q=tariff"


def test_a_search_that_cannot_be_loaded_says_so_and_leaves_the_lists(reader: Opens) -> None:
    """What is typed stays, the address can be shared, and every year can still be reached."""
    page = reader().open("search", "?q=tariff")
    page.get_by_role("status").get_by_text("could not be loaded").wait_for()
    assert page.get_by_role("searchbox").input_value() == "tariff"
    assert page.locator("main a", has_text="2026").is_visible()


def test_chinese_pages_are_set_in_chinese_marks(reader: Opens, kitchen: tuple[str, dict[str, bytes]]) -> None:
    """Quotation marks and dashes are as wide as a letter, and a line may break between any two letters."""
    one = reader(pages(kitchen[0], "zh-Hans"))
    page = one.open("page")
    widths = page.evaluate(
        """() => [...'“”—…港'].map((mark) => { const one = document.createElement('span'); one.textContent = mark;
          document.querySelector('main p').append(one); return one.getBoundingClientRect().width; })"""
    )
    assert widths == pytest.approx([widths[-1]] * 5, rel=0.05)
    assert page.locator("h1").evaluate("one => getComputedStyle(one).wordBreak") == "normal"


def test_a_page_in_one_file_needs_nothing_beside_it(site: Pages, kitchen: tuple[str, dict[str, bytes]]) -> None:
    """As the preview and `build` show it: the style within, no address of an asset, no face that would be fetched."""
    css = style(TEMPLATES, Theme(), {})
    assert "url(" not in css
    assert "Newsreader" not in css
    assert "</" not in css
    assert css.count("{") == css.count("}")


def test_the_style_takes_the_colours_of_the_theme_and_no_text(tmp_path: Path) -> None:
    """A theme's accent is the site's; what is no colour, measure or address cannot be printed into a style."""
    palette = Palette.__dataclass_fields__.keys()
    colours = {name: f"#00{at:02x}ff" for at, name in enumerate(palette)}
    css = style(TEMPLATES, Theme(light=Palette(**colours)), {})
    assert all(colour in css for colour in colours.values())
    (tmp_path / "a.css").write_text("a { color: {{ ink }} }", "utf-8")
    templates = Templates((("", tmp_path),))
    for value in ("red; } body { display: none", "</style>", SafeHtml("red"), "url(x)"):
        with pytest.raises(ContentError, match="prints text into a style"):
            templates.render("a.css", {"ink": value})


def test_a_publication_may_have_its_own_fonts_and_templates(tmp_path: Path) -> None:
    """Its file wins over ours; one that nobody has is told."""
    (tmp_path / "site" / "fonts").mkdir(parents=True)
    (tmp_path / "site" / "fonts" / "own.woff2").write_bytes(b"wOF2")
    (tmp_path / "site" / "icon.svg").write_bytes(b"<svg/>")
    templates = Templates((("templates/", tmp_path), ("packaged:templates/", ROOT / "templates")))
    assert templates.read_bytes("site/icon.svg") == b"<svg/>"
    assert "site/fonts/own.woff2" in templates.files("site/fonts")
    assert "site/fonts/inter-latin-wght-normal.woff2" in templates.files("site/fonts")
    with pytest.raises(ContentError, match="not there"):
        templates.read_bytes("site/fonts/none.woff2")


def test_the_fonts_are_as_they_were_published() -> None:
    """docs/vendored.md names each with the SHA-256 of the file in its npm package; the licences lie beside them."""
    told = dict(
        re.findall(r"`([\w.-]+\.woff2)` \| `([0-9a-f]{64})`", (ROOT / "docs" / "vendored.md").read_text("utf-8"))
    )
    assert told == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.woff2")}
    assert all("SIL OPEN FONT LICENSE" in path.read_text("utf-8").upper() for path in FONTS.glob("LICENSE-*"))
    assert {path.name.partition("-")[2] for path in FONTS.glob("LICENSE-*")} == {name.split("-")[0] for name in told}
