"""The preview in a real browser: every frame as it says, and files that are saved while somebody looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from newsletter.actions.app import App
from tests.conftest import ROOT
from tests.previewing import FRAMES, ISSUE_MD, NUMBER_MD, Served, previewed

LIMIT = 60_000  # ms for a condition to come true on a busy machine


@pytest.fixture
def served(app: App) -> Iterator[Served]:
    """The preview of the sample's coming issue, served in a thread on a port that was free."""
    with previewed(app) as running:
        yield running


@pytest.fixture
def look(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens the preview in a browser that reaches nothing else, and waits until it follows the files."""
    contexts = []

    def opened_page(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # those of Playwright's new_context
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        strange = re.compile(rf"^(?!{re.escape(served.address)})https?:")
        page.route(strange, lambda route: route.abort())
        page.goto(served.address)
        if options.get("java_script_enabled", True):
            page.locator("#state.live").wait_for()
        return page

    yield opened_page
    for context in contexts:
        context.close()


def inside(page: Page, name: str) -> FrameLocator:
    """The document in a frame, the coming one while it takes the place of the old."""
    return page.locator(f"#{name} iframe").last.content_frame


def test_every_frame_shows_the_issue(look: Callable[..., Page]) -> None:
    """Phone, desktop, dark, images off, the page of the archive; text, headers and sizes beside them."""
    page = look()
    for name in FRAMES:
        inside(page, name).get_by_text("a promise to keep the telephone").first.wait_for()
    expect(page.locator("#plain")).to_contain_text("a promise to keep the telephone")
    expect(page.locator("#headers")).to_contain_text("Feedback-ID")
    expect(page.locator("#line")).to_contain_text(re.compile(r"\d+\.\d kB of 100 kB"))
    expect(page.locator("#weights li")).to_have_count(13)
    expect(page.locator("#weights li").first).to_have_text(re.compile(r"opening\s+\d\.\d kB.*\d+ words"))


def test_each_frame_is_as_wide_as_it_says_and_as_high_as_its_document(look: Callable[..., Page]) -> None:
    """390 pixels for a phone, 760 for a desk; nothing scrolls inside a frame, so its place is kept when it changes."""
    page = look(viewport={"width": 1440, "height": 900})
    for name, width in (("phone", 390), ("desktop", 760), ("no-images", 390), ("dark", 760), ("page", 730)):
        expect(page.locator(f"#{name} iframe")).to_have_attribute("data-width", str(width), timeout=30_000)
        frame, root = page.locator(f"#{name} iframe"), inside(page, name).locator("html")
        tall = frame.evaluate("frame => frame.offsetHeight")
        frame.scroll_into_view_if_needed()  # Chromium lays a frame out when it comes into sight, not before
        expect(root).to_have_js_property("clientHeight", tall, timeout=30_000)
        shown, wide, high = root.evaluate("root => [innerWidth, root.scrollWidth, root.scrollHeight]")
        assert (shown, wide) == (width, width)
        assert tall == high > 1000
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_the_dark_frame_is_dark_and_the_others_are_light_on_any_system(look: Callable[..., Page]) -> None:
    """Whatever colour scheme the editor's own system has."""
    for scheme in ("light", "dark"):
        page = look(color_scheme=scheme)
        painted = {
            name: inside(page, name).locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
            for name in FRAMES
        }
        light, dark = "rgb(244, 241, 234)", "rgb(23, 21, 18)"
        assert painted == {name: dark if name == "dark" else light for name in FRAMES}


def test_pictures_come_from_this_machine_or_not_at_all(look: Callable[..., Page]) -> None:
    """The phone loads the issue's own; with images off the description stands in their place."""
    page = look()
    script = "images => images.map(image => [image.naturalWidth, image.alt, image.getAttribute('src')])"
    for name in FRAMES:
        pictures = inside(page, name).locator("img").evaluate_all(script)
        assert pictures
        for width, alt, source in pictures:
            assert alt
            if name == "no-images":
                assert (width, source) == (0, None)
            else:
                assert width > 500
                assert re.fullmatch(r"/images/[0-9a-f]{20}\.(jpg|png)", source)


def test_a_saved_change_is_shown_where_one_reads(look: Callable[..., Page], served: Served) -> None:
    """Every frame and the text change by themselves; sheets and page stay where they were scrolled to."""
    page = look(viewport={"width": 1440, "height": 900})
    page.evaluate("window.kept = true")
    for name in ("#phone .sheet", "#dark .sheet", "#plain"):
        page.locator(name).evaluate("sheet => { sheet.scrollTop = 300 }")
    page.evaluate("scrollTo(0, 200)")
    served.change(ISSUE_MD, "telephone", "telegraph")
    for name in FRAMES:
        inside(page, name).get_by_text("keep the telegraph").first.wait_for()
    expect(page.locator("#plain")).to_contain_text("keep the telegraph")
    for name in ("#phone .sheet", "#dark .sheet", "#plain"):
        assert page.locator(name).evaluate("sheet => sheet.scrollTop") == 300
    assert page.evaluate("[scrollY, window.kept]") == [200, True]
    expect(page.locator("main iframe")).to_have_count(len(FRAMES))


def test_only_what_changed_is_loaded_again(look: Callable[..., Page], served: Served) -> None:
    """A change to the text of the archive's frame reloads that frame and leaves the mail alone."""
    page = look()
    before = [frame.get_attribute("src") for frame in page.locator("main iframe").all()]
    own = served.root / "templates" / "site" / "frame.html"
    own.parent.mkdir(parents=True)
    ours = (ROOT / "templates" / "site" / "frame.html").read_text("utf-8")
    own.write_text(ours.replace("{% block main %}", "Hail!{% block main %}"), "utf-8")
    inside(page, "page").get_by_text("Hail!").wait_for()
    expect(page.locator("main iframe")).to_have_count(len(FRAMES))
    after = [frame.get_attribute("src") for frame in page.locator("main iframe").all()]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, True, True, True, False]


def test_every_mistake_is_told_instead_of_a_stale_picture(look: Callable[..., Page], served: Served) -> None:
    """With file:line, what is wrong and what to do; mended, the preview comes back by itself, where one was."""
    page = look(viewport={"width": 1440, "height": 900})
    page.locator("#phone .sheet").evaluate("sheet => { sheet.scrollTop = 300 }")
    page.evaluate("scrollTo(0, 200)")
    served.change(NUMBER_MD, "caption:", "captoin:")
    told = page.locator("#mistakes")
    expect(told).to_contain_text(f"{NUMBER_MD}:3", timeout=LIMIT)
    expect(told).to_contain_text("did you mean caption?", ignore_case=True)
    assert page.locator("iframe").count() == 0
    served.change(ISSUE_MD, "[^joint-readout]", "[^joint-raedout]")
    expect(told).to_contain_text(re.compile(rf"{ISSUE_MD}:\d+"), timeout=LIMIT)
    expect(told).to_contain_text(f"{NUMBER_MD}:3")
    served.change(NUMBER_MD, "captoin:", "caption:")
    served.change(ISSUE_MD, "[^joint-raedout]", "[^joint-readout]")
    inside(page, "phone").get_by_text("days the tariff pause runs").wait_for()
    assert page.locator("#mistakes").count() == 0
    expect(page.locator("#phone .sheet")).to_have_js_property("scrollTop", 300)
    expect(page.locator("html")).to_have_js_property("scrollTop", 200)


def test_a_mistake_in_the_page_around_the_frames_is_told_as_well(look: Callable[..., Page], served: Served) -> None:
    """The publication's own desk template wins over ours; a broken one is told by ours."""
    page = look()
    own = served.root / "templates" / "desk" / "preview.html"
    own.parent.mkdir(parents=True)
    own.write_text("<p>\n{% if %}</p>", "utf-8")
    expect(page.locator("#mistakes")).to_contain_text("templates/desk/preview.html:2", timeout=LIMIT)
    own.unlink()
    inside(page, "phone").get_by_text("Focus This Week").first.wait_for()


def test_no_script_runs_in_a_frame(look: Callable[..., Page], served: Served) -> None:
    """Not one that a template brings along, not by itself, not where the height of the frame is measured."""
    own = served.root / "templates" / "web" / "issue.html"
    own.parent.mkdir(parents=True)
    evil = "<p id=\"mark\">calm</p><script>document.getElementById('mark').textContent = 'shouting'</script>"
    evil += '<img src="/nothing" alt="" onerror="document.getElementById(\'mark\').textContent = \'shouting\'">'
    text = (ROOT / "templates" / "web" / "issue.html").read_text("utf-8")
    own.write_text(text.replace("</article>", f"{evil}</article>"), "utf-8")
    page = look()
    assert {frame.get_attribute("sandbox") for frame in page.locator("main iframe").all()} == {""}
    expect(inside(page, "page").locator("#mark")).to_have_text("calm")
    source = page.locator("#page iframe").get_attribute("src") or ""
    for address in (source, f"{source}&measure"):
        page.goto(served.address + address.lstrip("/"))
        expect(page.locator("#mark")).to_have_text("calm")


def test_it_works_without_a_script(look: Callable[..., Page], served: Served) -> None:
    """The frames scroll inside; a link loads the page again."""
    page = look(java_script_enabled=False)
    inside(page, "phone").get_by_text("Dear Ana").wait_for()
    served.change(ISSUE_MD, "telephone", "telegraph")
    page.get_by_role("link", name="Reload").click()
    inside(page, "phone").get_by_text("keep the telegraph").wait_for()


def test_it_fits_a_phone(look: Callable[..., Page]) -> None:
    """No part is wider than the screen; the wide frames are made smaller to fit."""
    page = look(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for name in FRAMES:
        box = page.locator(f"#{name} iframe").bounding_box()
        assert box is not None
        assert (box["x"], round(box["width"])) == (0, 390)


def test_a_preview_that_has_ended_says_so(look: Callable[..., Page], served: Served) -> None:
    """The word beside the dot changes, and changes back when there is an answer."""
    page = look()
    page.route("**/state", lambda route: route.abort())
    expect(page.locator("#state.lost")).to_contain_text("look at the terminal", timeout=LIMIT)
    page.unroute("**/state")
    page.locator("#state.live").wait_for()
