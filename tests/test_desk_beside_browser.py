"""The mail and the findings beside a text in a real browser, words of strangers among them."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from playwright.sync_api import Page, expect

from newsletter import packaged
from tests import beside
from tests.beside import COPIED, FOLDER, SECTION, TAG, Look, findings, key
from tests.conftest import ISSUE
from tests.desking import Desking

written, root, desk, quiet, look = beside.written, beside.root, beside.desk, beside.quiet, beside.look


def test_words_of_strangers_are_shown_and_never_run(desk: Desking, look: Look) -> None:
    """Markup in an outlet's name, a title, a text and a waiver is told as it was written, on every page of mine."""
    mei, items = desk.signed_in("mei"), desk.root / FOLDER / "items.yaml"
    text = items.read_text("utf-8").replace("outlet: Pacific Ledger", f"outlet: {json.dumps(TAG)}", 1)
    items.write_text(text.replace("title: A pause within a pause", f"title: {json.dumps(TAG)}", 1), "utf-8")
    path = desk.root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8").replace("they say;", f"they say  \\{TAG};"), "utf-8")
    page = findings(mei)
    name = key(page, "copied-run")
    assert unescape(page.text).count("onerror=") > 0
    pages = [
        page,
        mei.get(SECTION),
        mei.get(f"{SECTION}/sources?finding={name}"),
        mei.get(f"{SECTION}/waive?finding={name}"),
    ]
    pages.append(mei.get(f"{SECTION}/cite?finding={key(page, 'figure-not-found')}"))
    mei.send(page, f"{SECTION}/waive", {"finding": name, "why": TAG})
    pages.append(findings(mei))
    assert all("<img src=x" not in one.text for one in pages)
    shown = look(desk, f"{SECTION}/findings")
    expect(shown.locator("#findings[data-state=known]")).to_be_visible()
    assert "taken" not in shown.title()


def body(page: Page) -> str:
    """What the frame that is shown says."""
    return page.frame_locator("#beside [data-view=phone] iframe:not(.coming)").locator("body").inner_text()


def typed(page: Page, words: str) -> None:
    """Adds words at the end of the text, as somebody who types."""
    page.locator("#body").press("Control+End")
    page.keyboard.type(f"\n\n{words}")


def test_the_mail_follows_what_is_typed(look: Look, quiet: Desking) -> None:
    """The frame shows it, the reading place stays, the findings are of it, and nothing is saved."""
    page = look(quiet)
    before = (quiet.root / FOLDER / "issue.md").read_bytes()
    sheet = page.locator("#beside [data-view=phone] .sheet")
    expect(page.locator("#beside [data-view=phone] iframe[data-width]")).to_have_count(1)
    sheet.evaluate("sheet => { sheet.scrollTop = 300 }")
    typed(page, "The harbour is  quiet tonight.[^pacific-pause]")
    shown = page.frame_locator("#beside [data-view=phone] iframe:not(.coming)")
    expect(shown.get_by_text("The harbour is quiet tonight.")).to_be_visible()
    assert sheet.evaluate("sheet => sheet.scrollTop") == 300
    expect(page.locator("#findings[data-unsaved]")).to_contain_text("about the text as you have typed it")
    expect(page.locator("#beside-now")).to_contain_text("with what is not saved yet")
    page.locator("label[for=see-text]").click()
    expect(page.locator("#beside-text")).to_contain_text("The harbour is quiet tonight.")
    assert (quiet.root / FOLDER / "issue.md").read_bytes() == before


def test_the_mail_is_seen_at_the_section_that_is_written(look: Look, quiet: Desking) -> None:
    """One far down is not looked for by hand, neither on a phone's width nor where a wide mail is shown smaller."""
    page = look(quiet, f"/issues/{ISSUE}/sections/question")
    for view in ("phone", "desktop"):
        page.locator(f"label[for=see-{view}]").click()
        expect(page.locator(f"#beside [data-view={view}] iframe[data-width]")).to_have_count(1)
        sheet = page.locator(f"#beside [data-view={view}] .sheet")
        page.wait_for_function("sheet => sheet.scrollTop > 1000", arg=sheet.element_handle())


def test_a_fix_of_what_is_typed_is_made_in_the_form(look: Look, quiet: Desking) -> None:
    """Its button changes the text where it is written; what is told of it goes."""
    page = look(quiet)
    typed(page, "The harbour is  quiet tonight.[^pacific-pause]")
    button = page.locator("#findings button[data-old='  ']").last
    expect(page.locator("#findings[data-unsaved]")).to_be_visible()
    button.click()
    expect(page.locator("#body")).to_have_value(re.compile("The harbour is quiet tonight"))


def test_what_cannot_be_shown_leaves_the_mail_as_it_was(look: Look, quiet: Desking) -> None:
    """The mistake is told in words; the frame goes on showing the last good text."""
    page = look(quiet)
    expect(page.locator("#beside [data-view=phone] iframe[data-width]")).to_have_count(1)
    typed(page, "A mark that is none.[^nowhere-9]")
    expect(page.locator("#beside .mistakes")).to_contain_text("nowhere-9")
    assert "Two capitals" in page.locator("main").inner_text()
    assert COPIED in body(page)


def test_nothing_in_a_frame_reaches_the_desk(look: Look, desk: Desking) -> None:
    """A script in a publication's template never runs; from inside, neither cookies nor the page around are in reach,
    and nothing can be asked for."""
    own = desk.root / "templates" / "web" / "issue.html"
    own.parent.mkdir(parents=True)
    evil = "<p id=\"mark\">calm</p><script>document.getElementById('mark').textContent = 'shouting'</script>"
    evil += '<img src="/account" alt="" onerror="document.getElementById(\'mark\').textContent = \'shouting\'">'
    text = (packaged.root() / "templates" / "web" / "issue.html").read_text("utf-8")
    own.write_text(text.replace("</article>", f"{evil}</article>"), "utf-8")
    page = look(desk)
    page.locator("label[for=see-page]").click()
    expect(page.locator("#beside [data-view=page] iframe[data-width]")).to_have_count(1)
    expect(page.frame_locator("#beside [data-view=page] iframe").locator("#mark")).to_have_text("calm")
    inner = next(one for one in page.frames if "/frames/page" in one.url)

    def refused(words: str) -> object:
        return inner.evaluate(f"() => {{ try {{ return {words} }} catch (error) {{ return error.name }} }}")

    assert refused("document.cookie") == "SecurityError"
    assert refused("parent.document.title") == "SecurityError"
    assert refused("origin") == "null"
    asking = "address => fetch(address).then(() => 'reached', (error) => error.name)"
    assert inner.evaluate(asking, f"{desk.address}/account") == "TypeError"


def test_without_images_none_is_loaded_and_elsewhere_they_are(look: Look, quiet: Desking) -> None:
    """Pictures stand in the documents themselves; the view without them has none."""
    page = look(quiet)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    loaded = "() => [...document.images].filter((one) => one.naturalWidth > 0).length"
    for view, wanted in (("no-images", False), ("desktop", True)):
        page.locator(f"label[for=see-{view}]").click()
        expect(page.locator(f"#beside [data-view={view}] iframe[data-width]")).to_have_count(1)
        inner = page.frame_locator(f"#beside [data-view={view}] iframe").locator("body")
        expect(inner).to_contain_text("Focus This Week")
        assert (inner.evaluate(loaded) > 0) == wanted
    assert not [one for one in asked if one.startswith("http") and re.search(r"\.(jpg|png)", one)]


def test_waiving_in_place_keeps_what_is_typed(look: Look, desk: Desking) -> None:
    """The finding goes, the text in the form stays as it was typed."""
    page = look(desk)
    typed(page, "Not saved yet.[^pacific-pause]")
    expect(page.locator("#findings[data-unsaved]")).to_be_visible()
    finding = page.locator(".finding", has_text="copied-run")
    finding.get_by_text("Waive, with a reason").click()
    finding.get_by_label("Why it may pass").fill("their standing phrase")
    finding.get_by_role("button", name="Waive it").click()
    expect(page.locator("#messages")).to_contain_text("Waived")
    expect(page.locator(".finding", has_text="copied-run")).to_have_count(0)
    expect(page.locator("#body")).to_have_value(re.compile("Not saved yet"))


def test_tabs_and_findings_work_without_a_script(look: Look, quiet: Desking) -> None:
    """Each view is one press away, by mouse and by key; the findings stand on the page, or one link away."""
    page = look(quiet, f"{SECTION}?findings=now", java_script_enabled=False)
    expect(page.locator("#findings[data-state=known]")).to_be_visible()
    expect(page.locator("[data-view=phone]")).to_be_visible()
    page.locator("label[for=see-text]").click()
    expect(page.locator("#beside-text")).to_be_visible()
    expect(page.locator("[data-view=phone]")).to_be_hidden()
    page.locator("#see-text").press("ArrowRight")
    expect(page.locator("[data-view=page]")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_window(look: Look, quiet: Desking, width: int) -> None:
    """On a phone and on a desk, with a comparison and a form open."""
    page = look(quiet, viewport={"width": width, "height": 900})
    expect(page.locator("#findings[data-state=known]")).to_be_visible()
    page.locator("[data-side]").first.click()
    expect(page.locator(".compared").first).to_be_visible()
    page.locator(".way summary").first.click()
    page.locator("label[for=see-desktop]").click()
    expect(page.locator("#beside [data-view=desktop] iframe[data-width]")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.locator("#findings :is(button, .btn):visible, #beside .tabs label").evaluate_all(
        "all => all.map((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height))"
    )
    assert min(sizes) >= 24
