"""Writing an issue, walked in every way: a text, its findings, the mail beside it, order, pictures, and two at once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.approving import in_issue
from tests.conftest import ISSUE
from tests.desk_ground import DeskGround
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.uploading import drawn
from tests.walking import WAIT, Walker, Way, every_way, walking

NUMBER, VIDEO = "Number of the week", "Video"
TYPED, MENDED = "Ninety days  and no more.", "Ninety days and no more."
VIEWS = {"phone": "Phone", "desktop": "Desktop", "dark": "Dark", "no-images": "No images", "page": "Archive page"}


@pytest.fixture
def desk(desk_ground: DeskGround, tmp_path: Path) -> Iterator[Desking]:
    """Two days before the issue is due."""
    root = Path(shutil.copytree(desk_ground.writing, tmp_path / "publication"))
    with desk_of(root, clock=Clock(desk_ground.now)) as running:
        yield running


def text_of(desk: Desking, name: str) -> str:
    return in_issue(desk.root, name).read_text("utf-8")


@every_way
def test_a_section_is_written_and_mended(way: Way, desk: Desking, browser: Browser) -> None:
    """Found in the list, typed, saved; what the checks find in it stands below with a way out, which is taken; the mail
    beside it shows the text in each of its views."""
    with walking(browser, desk, way, "mei") as mei:
        mei.go(f"/issues/{ISSUE}", "Opening")
        opens_list(mei)
        mei.follow(NUMBER, NUMBER)
        mei.fill("Text", TYPED)
        goes_and_comes_back(mei)
        assert TYPED not in text_of(desk, "number.md")
        mei.press("Save", NUMBER)
        mei.reads("Saved.", "#messages")
        assert text_of(desk, "number.md").endswith(f"---\n{TYPED}\n")
        found(mei)
        mei.press("Fix", NUMBER, within=mei.page.locator(".finding", has_text="double-space"))
        assert text_of(desk, "number.md").endswith(f"---\n{MENDED}\n")
        found(mei)
        expect(mei.page.locator(".finding", has_text="double-space")).to_have_count(0)
        for view, words in VIEWS.items():
            sees_mail(mei, view, words)
        mei.page.get_by_text("Text", exact=True).last.click()
        expect(mei.page.locator("#beside-text")).to_contain_text(MENDED)
        mei.seen(NUMBER)


def opens_list(walker: Walker) -> None:
    """On a phone the sections stand behind the one that is open."""
    if walker.way.phone:
        walker.unfold("sections")


def goes_and_comes_back(walker: Walker) -> None:
    """With JavaScript, what was typed is kept while nobody has saved it, and offered by the next page."""
    if walker.way.script:
        walker.page.keyboard.press("Tab")
        walker.reads("not saved yet", "#draft-said")
        walker.again(NUMBER)
        walker.reads("You wrote this at")
        walker.follow("Take it", NUMBER)
        expect(walker.page.locator("#body")).to_have_value(f"{TYPED}\n")


def found(walker: Walker) -> None:
    """The findings come by themselves, or by a link."""
    if not walker.way.script and walker.page.locator("#findings[data-state=waiting]").count():
        walker.follow("Show the findings", NUMBER)
    expect(walker.page.locator("#findings[data-state=known]")).to_be_visible(timeout=WAIT)


def sees_mail(walker: Walker, view: str, words: str) -> None:
    """One of its views, chosen by its tab."""
    walker.page.locator("#beside .tabs label", has_text=re.compile(f"^{words}$")).click()
    frame = walker.page.locator(f"#beside [data-view={view}] iframe:not(.coming)")
    frame.scroll_into_view_if_needed()
    expect(frame.content_frame.get_by_text(MENDED)).to_be_attached(timeout=WAIT)


@every_way
def test_the_order_changes_and_a_picture_is_added(way: Way, desk: Desking, browser: Browser) -> None:
    """A section moves up the list. A picture without its description is refused beside the field, then added, and
    seen."""
    with walking(browser, desk, way, "mei") as mei:
        mei.go(f"/issues/{ISSUE}/sections/number", NUMBER)
        opens_list(mei)
        mei.press("Move Number of the week up", NUMBER)
        mei.reads("stands at place 3", "#messages")
        assert "sections:" in text_of(desk, "issue.md")
        mei.go(f"/issues/{ISSUE}/sections/video", VIDEO)
        uploads(mei, "")
        mei.press("Add the picture", VIDEO, status=422)
        expect(mei.page.get_by_label("What it shows")).to_have_attribute("aria-invalid", "true")
        uploads(mei, "A pier at low tide")
        mei.press("Add the picture", VIDEO)
        mei.reads("The picture is added", "#messages")
        picture = mei.page.get_by_role("img", name="A pier at low tide")
        expect(picture).to_be_visible()
        assert picture.evaluate("one => one.naturalWidth") == 400
        assert "alt: A pier at low tide" in text_of(desk, "video.md")


def uploads(walker: Walker, shows: str) -> None:
    """Chooses a picture and says what it shows."""
    chosen = walker.page.get_by_label("File", exact=True)
    if not chosen.is_visible():
        walker.unfold("Another picture in its place")
    chosen.set_input_files({"name": "Pier.PNG", "mimeType": "image/png", "buffer": drawn(400, 225)})
    walker.fill("What it shows", shows)


@every_way
def test_who_saves_later_is_shown_both_texts(way: Way, desk: Desking, browser: Browser) -> None:
    """Two have opened a section and change different places. The later one sees both, saves both together, and nothing
    is lost: what was written too late is among the kept texts as well."""
    with walking(browser, desk, way, "mei") as mei, walking(browser, desk, way, "daniel") as daniel:
        for one in (mei, daniel):
            one.go(f"/issues/{ISSUE}/sections/number", NUMBER)
        mei.page.locator("#f-value").fill("88")
        mei.press("Save", NUMBER)
        daniel.fill("Text", "His, and typed at the same time.")
        daniel.press("Save", "Somebody saved before you", status=409)
        daniel.reads("You changed different places")
        daniel.press("Save both together", NUMBER)
        expect(daniel.page.locator("#f-value")).to_have_value("88")
        assert text_of(desk, "number.md").endswith("---\nHis, and typed at the same time.\n")
        daniel.go(f"/issues/{ISSUE}/kept", "Kept texts")
        daniel.reads("His, and typed at the same time.", "pre")
        mei.again(NUMBER)
        expect(mei.page.locator("#body")).to_have_value("His, and typed at the same time.\n")
