"""The look, held: mail and page in a real browser, narrow and wide, in light and in dark, with pictures and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import pytest
from playwright.sync_api import Browser, Page

from newsletter.model.kinds import Number, Question
from tests.browser import AXE
from tests.colours import Colour, contrast, fully_inverted, partly_inverted
from tests.conftest import ROOT
from tests.kitchen import coming, fill_sink, keep_sections
from tests.showing import ISSUES, OUTLETS, Issue, Outlet, Shown, View, built, issue_named, measured, show

Scheme = Literal["light", "dark"]
Look = Callable[..., View]

WIDTHS = (320, 600, 1200)  # CSS pixels: the smallest phone, a tablet or a mail window, a desk
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)

every_issue = pytest.mark.parametrize("issue", ISSUES)
every_outlet = pytest.mark.parametrize("outlet", OUTLETS)


@pytest.fixture(scope="module")
def look(browser: Browser) -> Iterator[Look]:
    """What a reader sees of a document: look(issue, outlet, width, scheme, pictures). Each view is measured once."""
    context = browser.new_context()

    @cache
    def opened_page(issue: Issue, outlet: Outlet, pictures: bool) -> Page:
        page, shown = context.new_page(), issue_named(issue)
        show(page, shown.html(outlet), shown.images if pictures else {})
        return page

    @cache
    def view(issue: Issue, outlet: Outlet, width: int = 600, scheme: Scheme = "light", pictures: bool = True) -> View:
        page = opened_page(issue, outlet, pictures)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        return measured(page)

    yield view
    context.close()


def all_views(look: Look, issue: Issue, outlet: Outlet) -> Iterator[tuple[str, View]]:
    """Every view of a document, with its name."""
    for pictures in (True, False):
        for width in WIDTHS:
            for scheme in SCHEMES:
                name = f"{width} px, {scheme}, pictures {'on' if pictures else 'off'}"
                yield name, look(issue, outlet, width, scheme, pictures)


def questions(shown: Shown) -> list[str]:
    """What the issue asks its readers."""
    found = [blurb.fields.question for blurb in shown.draft.blurbs if isinstance(blurb.fields, Question)]
    assert found
    return found


def test_type_is_set_in_a_face_of_georgias_metrics(browser: Browser) -> None:
    """Or these tests and the pictures in docs would judge the widths of another face."""
    page = browser.new_page()
    page.set_content('<p style="font-family:Georgia">Week <b>48</b> <i>of it</i></p>')
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    found = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": "p, b, i"})["nodeIds"]
    fonts = [devtools.send("CSS.getPlatformFontsForNode", {"nodeId": one})["fonts"] for one in found]
    assert {font["familyName"] for of_one in fonts for font in of_one} <= {"Gelasio", "Georgia"}
    page.close()


@every_issue
@every_outlet
def test_nothing_has_to_be_scrolled_sideways(look: Look, issue: Issue, outlet: Outlet) -> None:
    """At 320, 600 and 1200 pixels, in light and dark, with pictures and without."""
    wide = [name for name, view in all_views(look, issue, outlet) if view["scroll_width"] > view["width"]]
    assert wide == []


@every_issue
@every_outlet
def test_no_text_is_cut_off(look: Look, issue: Issue, outlet: Outlet) -> None:
    """Every piece of text has its room: in the window and in all that surrounds it."""
    for name, view in all_views(look, issue, outlet):
        for text in view["texts"]:
            assert text["lines"] > 0, (name, text["text"])
            assert 0 <= text["left"] < text["right"] <= view["width"], (name, text["text"])
            assert not text["cut"], (name, text["text"])


@every_issue
@every_outlet
def test_what_is_read_has_16_pixels_and_what_is_small_has_12(look: Look, issue: Issue, outlet: Outlet) -> None:
    """What is read is set in the serif, labels and meta lines in the sans; code among words is a little smaller."""
    for name, view in all_views(look, issue, outlet):
        small = [text["text"] for text in view["texts"] if text["size"] < (16 if text["serif"] else 12)]
        assert small == [], name


@every_issue
@every_outlet
def test_number_titles_question_and_links_are_in_sight(look: Look, issue: Issue, outlet: Outlet) -> None:
    """With pictures and without. The number is the loudest thing; titles and question are larger than running text."""
    blurbs = [blurb.fields for blurb in issue_named(issue).draft.blurbs]
    numbers = [f"{one.value}{one.unit or ''}" for one in blurbs if isinstance(one, Number)]
    titles = [one.title for one in blurbs if hasattr(one, "title")]
    assert numbers
    assert titles
    for name, view in all_views(look, issue, outlet):
        sizes: dict[str, float] = {}
        for text in view["texts"]:
            sizes[text["text"]] = max(text["size"], sizes.get(text["text"], 0))
        body = 17 if outlet == "mail" else 19
        assert max(sizes.values()) == sizes[numbers[0]], name
        assert all(sizes[number] >= 36 for number in numbers), name
        assert all(sizes[title] > body for title in titles), name
        assert all(sizes[question] > body + 4 for question in questions(issue_named(issue))), name
        for link in view["links"]:
            assert link["text"], (name, link["href"])
            assert link["width"] > 0, (name, link["text"])
            assert 0 <= link["left"] < link["right"] <= view["width"], (name, link["text"])


@every_issue
@every_outlet
def test_every_text_stands_out_from_its_ground(look: Look, issue: Issue, outlet: Outlet) -> None:
    """4.5 to 1 in light and in dark (WCAG 1.4.3), however large the text is; buttons and the tinted panel too."""
    for name, view in all_views(look, issue, outlet):
        faint = [text["text"] for text in view["texts"] if contrast(text["colour"], text["ground"]) < 4.5]
        assert faint == [], name


@every_issue
@pytest.mark.parametrize("invert", [fully_inverted, partly_inverted])
def test_a_mail_stays_legible_where_a_program_inverts_it_by_force(
    look: Look, issue: Issue, invert: Callable[[Colour, Colour], tuple[Colour, Colour]]
) -> None:
    """3 to 1 at least. Some programs ignore what a mail says of the dark and turn its light colours round themselves.

    It is simulated on the colours as computed in light: lightness is turned round, hue and saturation are kept. One
    way turns every colour of text and ground; the other darkens light grounds and lightens the dark text on them only.
    No program publishes its formula; these two are the shapes that are seen.
    """
    for pictures in (True, False):
        view = look(issue, "mail", 600, "light", pictures)
        pieces = [(text["text"], text["colour"], text["ground"]) for text in view["texts"]]
        pieces += [(picture["alt"], picture["colour"], picture["ground"]) for picture in view["pictures"]]
        faint = [text for text, colour, ground in pieces if contrast(*invert(colour, ground)) < 3]
        assert faint == []


@every_issue
@pytest.mark.parametrize("width", WIDTHS)
def test_a_mail_is_whole_where_its_style_element_is_thrown_away(
    new_page: Callable[..., Page], issue: Issue, width: int
) -> None:
    """As Gmail does for foreign accounts: what matters is said on the tags, in light and in dark."""
    shown = issue_named(issue)
    bare = re.sub(r"<style.*?</style>", "", shown.mail, flags=re.DOTALL)
    assert "@media" not in bare
    for scheme in SCHEMES:
        page = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        show(page, bare, shown.images)
        view = measured(page)
        assert view["scroll_width"] <= view["width"]
        for text in view["texts"]:
            assert 0 <= text["left"] < text["right"] <= view["width"], text["text"]
            assert text["size"] >= (16 if text["serif"] else 12), text["text"]
            assert contrast(text["colour"], text["ground"]) >= 4.5, text["text"]


@every_issue
@every_outlet
def test_a_phone_gives_its_width_to_the_text(look: Look, issue: Issue, outlet: Outlet) -> None:
    """20 pixels stay free at each side, 40 within the panel of the question; pictures take all between."""
    view = look(issue, outlet, 320)
    body = [text for text in view["texts"] if text["tag"] not in ("li", "time")]
    assert min(text["left"] for text in body) == 20
    assert max(text["right"] for text in body) <= 300
    assert [(picture["left"], picture["right"]) for picture in view["pictures"]] == [(20, 300)] * len(view["pictures"])
    asked = [text["left"] for text in view["texts"] if text["text"] in questions(issue_named(issue))]
    assert asked == [40]


def test_lines_of_running_text_on_a_page_are_55_to_72_letters_long(look: Look) -> None:
    """On a wide screen: the eye finds the next line."""
    texts = look("sample", "page", 1200)["texts"]
    running = [text for text in texts if text["size"] == 19 and text["lines"] >= 4]
    column = max(text["right"] for text in running) - min(text["left"] for text in running)
    for text in running:
        assert 55 <= column * len(text["text"]) / text["extent"] <= 72, text["text"]


@every_issue
@every_outlet
def test_links_are_told_from_text_by_more_than_their_colour(look: Look, issue: Issue, outlet: Outlet) -> None:
    """By a line below, by being a button, a picture, the raised number of a source, or the site's name at its head."""
    links = look(issue, outlet)["links"]
    signs = ("underlined", "filled", "picture", "raised", "alone")
    assert [link["text"] for link in links if not any(link[sign] for sign in signs)] == []  # type: ignore[literal-required]


@every_issue
@every_outlet
def test_the_same_words_lead_to_the_same_place(look: Look, issue: Issue, outlet: Outlet) -> None:
    """Who hears the links read out as a list can tell them apart; none says "here" or "more" alone."""
    places: dict[str, str] = {}
    for link in look(issue, outlet)["links"]:
        assert link["text"].lower() not in ("here", "click here", "more", "link this", "this")
        assert places.setdefault(link["text"], link["href"]) == link["href"], link["text"]


@every_issue
@every_outlet
def test_headings_make_an_outline(look: Look, issue: Issue, outlet: Outlet) -> None:
    """One of the first level, at the head; none skips a level."""
    levels = look(issue, outlet)["levels"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_issue
@every_outlet
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1200, "light")])
def test_axe_finds_no_serious_or_critical_fault(
    new_page: Callable[..., Page],
    issue: Issue,
    outlet: Outlet,
    width: int,
    scheme: Scheme,
) -> None:
    """By the rules of WCAG 2.2 A and AA and by its best practices."""
    page, shown = new_page(viewport={"width": width, "height": 900}, color_scheme=scheme), issue_named(issue)
    show(page, shown.html(outlet), shown.images)
    page.add_script_tag(path=AXE)
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })", rules)
    assert len(found["passes"]) >= 10
    faults = [
        (fault["id"], [node["html"][:200] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert faults == []


@every_issue
@every_outlet
@pytest.mark.parametrize("width", WIDTHS)
def test_where_pictures_are_off_their_words_are_read_in_their_place(
    look: Look, issue: Issue, outlet: Outlet, width: int
) -> None:
    """In legible type, within a space no taller than the picture's."""
    for scheme in SCHEMES:
        on = look(issue, outlet, width, scheme)["pictures"]
        off = look(issue, outlet, width, scheme, pictures=False)["pictures"]
        assert [picture["alt"] for picture in off] == [picture["alt"] for picture in on]
        assert all(picture["loaded"] for picture in on)
        for shown, gap in zip(on, off, strict=True):
            assert not gap["loaded"]
            assert gap["shown_height"] <= shown["shown_height"] + 1, gap["alt"]
            assert gap["needed"] <= gap["shown_height"], gap["alt"]
            assert gap["size"] >= 14, gap["alt"]
            assert gap["line_height"] >= 1.4 * gap["size"], gap["alt"]
            assert contrast(gap["colour"], gap["ground"]) >= 4.5, gap["alt"]


@every_outlet
def test_names_and_the_issues_number_stay_in_one_piece(new_page: Callable[..., Page], outlet: Outlet) -> None:
    """On a phone of any width: "No. 128" stands on one line, and so does a name in Chinese letters, as 简体."""
    page, shown = new_page(), issue_named("kitchen sink")
    show(page, shown.html(outlet), shown.images)
    for width in (320, 360, 375, 393, 412, 430):
        page.set_viewport_size({"width": width, "height": 900})
        view = measured(page)
        assert [text["lines"] for text in view["texts"] if text["text"] == "No. 128"] == [1]
        assert [name["name"] for name in view["names"] if name["lines"] != 1] == []
        assert outlet == "mail" or view["names"]


@every_outlet
def test_a_number_of_any_length_stays_whole(publication: Path, new_page: Callable[..., Page], outlet: Outlet) -> None:
    """It breaks nowhere, at no width; a longer one is set no larger."""
    folder = fill_sink(publication)
    values = ["7", "mmm", "100%", "8,888", "1,234,567", "−12.75%", "4.6 million"]
    text = (folder / "number.md").read_text("utf-8").replace('unit: "%"\n', "")
    names = [f"number-{at}" for at in range(len(values))]
    for name, value in zip(names, values, strict=True):
        (folder / f"{name}.md").write_text(text.replace("value: 31", f'value: "{value}"'), "utf-8")
    keep_sections(folder, names)
    page, shown = new_page(), built(publication, coming())
    show(page, shown.html(outlet), shown.images)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        texts = [text for text in measured(page)["texts"] if text["text"] in values]
        assert [text["text"] for text in texts if text["lines"] == 1 and not text["cut"]] == values, width
        assert [text["size"] for text in texts] == sorted((text["size"] for text in texts), reverse=True), width


def test_two_items_of_one_outlet_are_told_apart_by_their_days(publication: Path, new_page: Callable[..., Page]) -> None:
    """In the line of sources, where the outlet's name alone would lead to two places."""
    items = fill_sink(publication) / "items.yaml"
    text = items.read_text("utf-8").replace("outlet: Campus Ledger", "outlet: The Peninsula Gazette")
    items.write_text(text, "utf-8")
    page, shown = new_page(), built(publication, coming())
    show(page, shown.mail, shown.images)
    words = [link["text"] for link in measured(page)["links"]]
    assert "The Peninsula Gazette, 24 November" in words
    assert "The Peninsula Gazette, 22 November" in words
    assert "Ministry press office" in words


def test_the_pictures_of_the_readme_are_there_and_small() -> None:
    """Each that README.md or a page of docs shows or links, and none of more than 250 kB."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    named = {name for page in pages for name in re.findall(r"screenshots/([\w-]+\.png)", page.read_text("utf-8"))}
    kept = {path.name: path.stat().st_size for path in (ROOT / "docs" / "screenshots").iterdir()}
    assert named == set(kept)
    assert max(kept.values()) < 250_000


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_logo_is_the_heading_of_the_mail_and_says_the_name_while_pictures_are_off(
    publication: Path, new_page: Callable[..., Page], scheme: Scheme
) -> None:
    """In light and in dark, where its variant is shown."""
    schedule = publication / "schedule.yaml"
    image = f"content/images/{scheme}.png"
    for name in SCHEMES:
        path = publication / "content" / "images" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ROOT / "tests" / "kitchen_sink" / "issue" / "images" / "quay.png").read_bytes())
    theme = "theme:\n  logo: {light: content/images/light.png, dark: content/images/dark.png, alt: Focus This Week}\n"
    schedule.write_text(schedule.read_text("utf-8") + theme, "utf-8")
    assert (publication / image).is_file()
    page, shown = new_page(color_scheme=scheme), built(publication, coming())
    show(page, shown.mail, {})
    view = measured(page)
    assert view["levels"][0] == 1
    assert view["pictures"][0]["alt"] == "Focus This Week"
    assert contrast(view["pictures"][0]["colour"], view["pictures"][0]["ground"]) >= 4.5
