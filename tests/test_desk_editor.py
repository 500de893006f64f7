"""The editor of the desk: a section written, saved, lost to nobody; by mouse, by keys, without a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.actions.keep_draft import draft_of, keep_draft
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import look_at_text
from newsletter.desk.merging import OR, THEIRS, YOURS, beside, has_clash, merged
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder
from tests.approving import COMING, edit, in_issue, sign
from tests.conftest import ISSUE
from tests.desking import Desking, Reply, desk_of
from tests.sectionforms import saved, sent_back, text_of
from tests.uploading import drawn

AT = f"/issues/{ISSUE}"
NUMBER, VIDEO = f"{AT}/sections/number", f"{AT}/sections/video"
WAIT = 30_000  # ms for a condition to come true on a busy machine
# A paragraph as Word for the web puts it on the clipboard, with a table of styles before it.
WORD = (
    "<html xmlns:o='urn:schemas-microsoft-com:office:office'><head><style>p.MsoNormal{margin:0cm}</style></head><body>"
    "<!--StartFragment--><p class=MsoNormal>Ships <b>wait</b> at <a href='https://example.org/quay'>the quay</a>."
    "<o:p></o:p></p><p class=MsoNormal><img src='file:///c:/a.png'>They wait.</p><!--EndFragment--></body></html>"
)
PASTE = """([html, plain]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", plain);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.getElementById("body").dispatchEvent(event);
}"""


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


@pytest.fixture
def look(browser: Browser, desk: Desking) -> Iterator[Callable[..., Page]]:
    """Opens a page of the desk as somebody, in a browser of their own that reaches the desk alone."""
    contexts = []

    def opened(path: str, who: str = "mei", **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        desk.sign_in(context, who)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.route(re.compile(rf"^(?!{re.escape(desk.address)})https?:"), lambda route: route.abort())
        page.goto(desk.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def test_a_form_saved_as_it_was_shown_leaves_every_file(desk: Desking) -> None:
    """For every section of the sample: what the browser sends back is the very same file."""
    mei = desk.signed_in("mei")
    files, _ = issuefiles.read(Folder(desk.root), COMING)
    for page in files.pages:
        name = "opening" if page.name == "issue" else page.name
        before = text_of(desk, f"{page.name}.md")
        answer = saved(mei, f"{AT}/sections/{name}")
        assert answer.status == 303, answer.text
        assert text_of(desk, f"{page.name}.md") == before


def test_what_is_saved_stands_in_the_file_and_on_the_page(desk: Desking) -> None:
    """A field and the text change two lines of the file; the page that follows says so and shows both."""
    mei = desk.signed_in("mei")
    answer = saved(mei, NUMBER, **{"f-value": "91", "body": "Ninety-one of them.\r\n"})
    assert (answer.status, answer.to) == (303, f"{NUMBER}#body")
    text = text_of(desk, "number.md")
    assert "value: 91\n" in text
    assert text.endswith("---\nNinety-one of them.\n")
    after = mei.get(NUMBER)
    assert "Saved." in after.text
    assert sent_back(after)["f-value"] == "91"
    assert "Saved." not in mei.get(NUMBER).text


def test_mistakes_stand_beside_their_fields_and_what_was_typed_is_kept(desk: Desking) -> None:
    """Nothing is written; each field keeps what stands in it and says what to mend."""
    before = text_of(desk, "number.md")
    typed = {"f-value": "", "f-as_of": "24 November", "body": "Typed and not lost [^nowhere]."}
    answer = saved(desk.signed_in("mei"), NUMBER, **typed)
    assert answer.status == 422
    assert text_of(desk, "number.md") == before
    back = sent_back(answer)
    assert {name: back[name] for name in typed} == typed
    for field, words in (
        ("f-value", "This cannot stay empty."),
        ("f-as_of", "is not a date"),
        ("body", "No item of this"),
    ):
        beside_it = re.search(rf'id="e-{field}"><bdi>([^<]*)', answer.text)
        assert beside_it, answer.text
        assert words in beside_it[1]


def test_a_save_that_comes_too_late_keeps_both_texts(desk: Desking) -> None:
    """The later one is shown both, side by side and put together; theirs stays in the file, hers among the kept."""
    mei, daniel = desk.signed_in("mei"), desk.signed_in("daniel")
    page = mei.get(NUMBER)
    assert saved(daniel, NUMBER, **{"f-value": "88"}).status == 303
    hers = {**sent_back(page), "act": "save", "body": "Hers.\n"}
    answer = mei.send(page, f"{NUMBER}/save", hers)
    assert answer.status == 409
    assert "You changed different places" in answer.text
    assert "value: 88" in text_of(desk, "number.md")
    (kept,) = kept_texts(desk.app, COMING)
    assert (kept.member, "Hers." in kept.text, "value: 90" in kept.text) == ("mei", True, True)
    wholes = re.findall(r'name="whole"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert len(wholes) == 2  # mine, and both together
    both = mei.send(answer, f"{NUMBER}/save", {"base": _base(answer), "whole": wholes[1]})
    assert both.status == 303, both.text
    assert "value: 88" in text_of(desk, "number.md")
    assert text_of(desk, "number.md").endswith("Hers.\n")


def _base(answer: Reply) -> str:
    return answer.hidden("base")


def test_texts_that_clash_are_not_saved_with_their_marks(desk: Desking) -> None:
    """Where both changed the same, both stand between marks; a save with those in it is refused."""
    mei, daniel = desk.signed_in("mei"), desk.signed_in("daniel")
    page = mei.get(NUMBER)
    assert saved(daniel, NUMBER, **{"f-value": "88"}).status == 303
    answer = mei.send(page, f"{NUMBER}/save", {**sent_back(page), "act": "save", "f-value": "92"})
    assert "both of you changed the same" in answer.text
    together = f"---\n{YOURS}\nvalue: 92\n{OR}\nvalue: 88\n{THEIRS}\n---\n"
    refused = mei.send(answer, f"{NUMBER}/save", {"base": _base(answer), "whole": together})
    assert refused.status == 422
    assert "Marks of the two texts stand here still" in refused.text
    assert "value: 88" in text_of(desk, "number.md")
    mine = mei.send(
        answer, f"{NUMBER}/save", {"base": _base(answer), "whole": text_of(desk, "number.md").replace("88", "92")}
    )
    assert mine.status == 303
    assert "value: 92" in text_of(desk, "number.md")


def test_texts_are_put_together_line_by_line() -> None:
    """Changes in different places are both there; in the same place both stand between marks, and nothing is chosen."""
    base = "a\nb\nc\nd"
    assert merged(base, "A\nb\nc\nd", "a\nb\nc\nD\ne").text == "A\nb\nc\nD\ne"
    assert merged(base, "a\nc\nd", "a\nb\nc\nd").text == "a\nc\nd"
    assert merged(base, "x", "x").text == "x"
    clash = merged(base, "a\nX\nc\nd", "a\nY\nc\nd")
    assert (clash.clashes, clash.text) == (1, f"a\n{YOURS}\nX\n{OR}\nY\n{THEIRS}\nc\nd")
    assert has_clash(clash.text)
    unknown = merged("", "a\nb", "a\nc")
    assert unknown.clashes == 1
    assert all(word in unknown.text for word in ("a", "b", "c"))
    rows = beside("one two\nsame", "one three\nsame\nmore")
    assert [row.differs for row in rows] == [True, False, True]
    assert rows[0].mine == ((False, "one "), (True, "two"))
    assert rows[2].mine is None


def test_a_draft_is_offered_until_it_is_taken_or_dropped(desk: Desking) -> None:
    """What was typed and not saved is told of with its hour, put into the form when taken, and gone when dropped."""
    mei = desk.signed_in("mei")
    file = look_at_text(desk.app, COMING, "number")
    keep_draft(desk.app, COMING, "number", file.text + "Not saved.\n", file.digest, "mei")
    page = mei.get(NUMBER)
    assert "You wrote this at" in page.text
    assert "Not saved." not in sent_back(page)["body"]
    assert "You wrote this at" not in desk.signed_in("daniel").get(NUMBER).text
    taken = mei.get(f"{NUMBER}?draft=take")
    assert sent_back(taken)["body"] == "Not saved.\n"
    assert "Not saved." not in text_of(desk, "number.md")
    dropped = mei.send(page, f"{NUMBER}/draft", {"act": "drop"})
    assert dropped.status == 303
    assert draft_of(desk.app, COMING, "number", "mei") is None


def test_others_are_told_who_is_writing(desk: Desking) -> None:
    """For two minutes after somebody's last key; never to themselves."""
    file = look_at_text(desk.app, COMING, "number")
    keep_draft(desk.app, COMING, "number", file.text + "x\n", file.digest, "daniel")
    assert "Daniel Achterberg is writing here since" in desk.signed_in("mei").get(NUMBER).text
    assert "is writing here" not in desk.signed_in("daniel").get(NUMBER).text
    desk.clock.forward(minutes=3)
    assert "is writing" not in desk.signed_in("mei").get(NUMBER).text


def test_a_save_that_voids_an_approval_is_asked_about_first(desk: Desking) -> None:
    """The first press names whose approval goes and writes nothing; the second one saves."""
    sign(desk.app, "daniel")
    mei = desk.signed_in("mei")
    asked = saved(mei, NUMBER, **{"f-caption": "days that the pause runs"})
    assert asked.status == 200
    assert "Saving this voids the approval of Daniel Achterberg." in asked.text
    assert "Save all the same" in asked.text
    assert "days that" not in text_of(desk, "number.md")
    again = mei.send(asked, f"{NUMBER}/save", {**sent_back(asked), "act": "save"})
    assert again.status == 303, again.text
    assert "days that the pause runs" in text_of(desk, "number.md")
    assert "The approval of Daniel Achterberg holds no longer." in mei.follow(again).text


def test_rows_are_added_and_taken_out_without_a_script(desk: Desking) -> None:
    """The buttons of a list send the whole form, and it comes back with a row more or less; nothing is saved."""
    before = text_of(desk, "replies.md")
    mei, path = desk.signed_in("mei"), f"{AT}/sections/replies"
    page = mei.get(path)
    more = mei.send(page, f"{path}/save", {**sent_back(page), "act": "more-replies"})
    assert (more.status, "f-replies-3-name" in sent_back(more)) == (200, True)
    typed = {**sent_back(more), "f-replies-3-name": "Ines", "f-replies-3-text": "Yes."}
    less = mei.send(more, f"{path}/save", {**typed, "act": "less-replies-0"})
    assert sent_back(less)["f-replies-2-name"] == "Ines"
    assert text_of(desk, "replies.md") == before
    done = mei.send(less, f"{path}/save", {**sent_back(less), "act": "save"})
    assert done.status == 303, done.text
    assert "name: Ines" in text_of(desk, "replies.md")
    assert "Dewi A." not in text_of(desk, "replies.md")


def test_the_order_owners_and_sections_change_by_plain_forms(desk: Desking) -> None:
    """Up and down, who writes it, one more, and one out: its text is kept and comes back."""
    mei = desk.signed_in("mei")
    page = mei.get(NUMBER)
    names = re.findall(r'<input type="hidden" name="name" value="([^"]+)"', page.text)
    base = re.search(r'name="base" value="([^"]+)"><input type="hidden" name="here"', page.text)
    assert base
    form = [("base", base[1]), ("here", "number"), *(("name", one) for one in names), ("move", "up number")]
    moved = mei.send(page, f"{AT}/order", form)
    assert moved.status == 303
    after = mei.follow(moved)
    assert re.findall(r'name="name" value="([^"]+)"', after.text)[2:4] == ["number", "quote"]
    assert re.search(r'value="up number"[^>]* autofocus', after.text)
    late = mei.send(page, f"{AT}/order", form)
    assert "Somebody else has saved" in mei.follow(late).text
    owned = mei.send(after, f"{NUMBER}/owner", {"owner": "mei", "order": after.hidden("base")})
    assert "Number of the week is written by Mei Okafor." in mei.follow(owned).text
    added = mei.send(after, f"{AT}/add", {"kind": "note"})
    assert added.to == f"{AT}/sections/note"
    assert mei.get(added.to).status == 200
    quote = mei.get(f"{AT}/sections/quote")
    out = mei.send(quote, f"{AT}/sections/quote/remove", {"base": sent_back(quote)["base"]})
    assert out.status == 303, out.text
    assert not in_issue(desk.root, "quote.md").exists()
    kept = mei.get(f"{AT}/kept")
    assert "Quote of the week" in kept.text
    (one,) = kept_texts(desk.app, COMING)
    again = mei.get(f"{AT}/sections/quote?kept={one.number}")
    back = mei.send(again, f"{AT}/sections/quote/save", {**sent_back(again), "act": "save"})
    assert back.status == 303, back.text
    assert text_of(desk, "quote.md") == one.text
    assert mei.send(kept, f"{AT}/kept", {"number": str(one.number)}).status == 303
    assert kept_texts(desk.app, COMING) == ()


def test_a_picture_is_added_cut_and_shown(desk: Desking) -> None:
    """What is wrong stands beside its field; then the file lies in images/, and what else was typed is not lost."""
    mei = desk.signed_in("mei")
    page = mei.get(VIDEO)
    bad = mei.upload(page, f"{VIDEO}/save", {**sent_back(page), "f-thumbnail-alt": ""}, "picture", ("a.png", b"no"))
    assert bad.status == 422
    assert 'id="w-f-thumbnail-alt"' in bad.text
    form = {**sent_back(page), "f-thumbnail-alt": "A quay", "f-title": "Another title"}
    form |= {"crop-left": "0", "crop-top": "0", "crop-right": "50", "crop-bottom": "100"}
    done = mei.upload(page, f"{VIDEO}/save", form, "picture", ("Pier.PNG", drawn(400, 200)))
    assert done.status == 303, done.text
    text = text_of(desk, "video.md")
    assert re.search(r"file: (pier\.\w+)", text)
    name = re.findall(r"file: (pier\.\w+)", text)[0]
    assert "alt: A quay" in text
    assert "Another title" not in text
    assert sent_back(mei.follow(done))["f-title"] == "Another title"
    image = mei.get(f"{AT}/images/{name}")
    assert image.status == 200
    assert image.headers["content-type"] in ("image/png", "image/jpeg")
    assert "sandbox" in image.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name", ["..%2Fissue.md", "issue.md", "%2e%2e%2fitems.yaml", "none.png", ".hidden.png", "a%00.png"]
)
def test_nothing_but_pictures_of_the_issue_is_served(desk: Desking, name: str) -> None:
    """Not a path, not another file of the publication, not one that is not there."""
    assert desk.signed_in("mei").get(f"{AT}/images/{name}").status == 404


def test_a_sent_issue_is_read_only(desk: Desking) -> None:
    """Its form is shown and cannot be filled in; a save is refused, whoever sends it."""
    mei = desk.signed_in("mei")
    path = "/issues/2026-11-20/sections/number"
    page = mei.get(path)
    assert page.status == 200
    assert "This issue has been sent." in page.text
    assert '<fieldset class="all" disabled>' in page.text
    answer = mei.send(
        page, "/issues/2026-11-20/sections/number/save", {**sent_back(page), "f-value": "1", "act": "save"}
    )
    assert answer.status == 422
    assert "has been sent" in answer.text


def test_a_file_that_no_form_can_show_is_shown_whole(desk: Desking) -> None:
    """A broken front matter, written in another editor, is mended here; other broken ones are listed with the rest."""
    path = in_issue(desk.root, "number.md")
    path.write_text("---\nvalue: [90\n---\nText.\n", "utf-8")
    mei = desk.signed_in("mei")
    page = mei.get(NUMBER)
    assert page.status == 200
    assert "The whole file" in page.text
    assert "mistake" in page.text
    whole = "---\nvalue: 90\ncaption: days\nsource: joint-readout\nas_of: 2026-11-24\n---\nText.\n"
    wrong = mei.send(page, f"{NUMBER}/save", {"base": sent_back(page)["base"], "whole": whole.replace("days", "")})
    assert wrong.status == 422
    assert "Line 3:" in wrong.text
    assert mei.send(page, f"{NUMBER}/save", {"base": sent_back(page)["base"], "whole": whole}).status == 303
    assert path.read_text("utf-8") == whole


def test_words_of_strangers_stay_words(desk: Desking) -> None:
    """A title out of a feed, or a text with a closing tag in it, opens no element."""
    evil = "</textarea><script>document.title='taken'</script>"
    edit(in_issue(desk.root, "number.md"), "days the tariff pause runs", f'"{evil}"')
    page = desk.signed_in("mei").get(NUMBER)
    assert evil not in page.text
    assert sent_back(page)["f-caption"] == evil


def test_unknown_sections_and_issues_are_not_there(desk: Desking) -> None:
    """404, whatever the address says; a section that could be written is an empty form."""
    mei = desk.signed_in("mei")
    for path in (
        f"{AT}/sections/nothing",
        f"{AT}/sections/..",
        "/issues/2031-01-01",
        f"{AT}/sections/A b",
    ):
        assert mei.get(path.replace(" ", "%20")).status == 404, path
    assert mei.get(f"{AT}/sections/note").status == 200


def test_the_next_issue_is_opened_and_moved(desk: Desking) -> None:
    """By a writer, and by an approver."""
    mei = desk.signed_in("mei")
    page = mei.get(NUMBER)
    opened = mei.send(page, "/issues/open")
    assert opened.to == "/issues/2026-12-04/sections/opening"
    assert mei.get(opened.to).status == 200
    moved = mei.send(page, "/issues/2026-12-04/move", {"to": "2026-12-11"})
    assert moved.to == "/issues/2026-12-11", moved.text
    assert desk.signed_in("priya").send(page, "/issues/2026-12-11/move", {"to": "2026-12-04"}).status == 403


def test_writing_in_a_browser(look: Callable[..., Page], desk: Desking) -> None:
    """Typed, kept by itself, saved by a key, the caret where it was; a reload finds it."""
    page = look(NUMBER)
    body = page.locator("#body")
    body.click()
    page.keyboard.type("Ninety days and no more.")
    expect(page.locator("#words")).to_contain_text("27 words", timeout=WAIT)
    expect(page.locator("#draft-said")).to_contain_text("not saved yet", timeout=WAIT)
    assert draft_of(desk.app, COMING, "number", "mei") is not None
    assert "Ninety" not in text_of(desk, "number.md")
    page.keyboard.press("Control+s")
    expect(page.locator("#messages")).to_contain_text("Saved.", timeout=WAIT)
    expect(body).to_be_focused(timeout=WAIT)
    assert page.evaluate("document.getElementById('body').selectionStart") == len("Ninety days and no more.")
    assert text_of(desk, "number.md").endswith("Ninety days and no more.\n")
    page.reload()
    expect(body).to_have_value("Ninety days and no more.\n", timeout=WAIT)
    assert draft_of(desk.app, COMING, "number", "mei") is None


def test_two_browsers_at_once(look: Callable[..., Page], desk: Desking) -> None:
    """Both write the same section; who saves later is shown both texts, and saves them together."""
    hers, his = look(NUMBER), look(NUMBER, "daniel")
    his.locator("#f-value").fill("88")
    his.get_by_role("button", name="Save", exact=True).click()
    expect(his.locator("#messages")).to_contain_text("Saved.", timeout=WAIT)
    hers.locator("#body").fill("Hers.")
    hers.get_by_role("button", name="Save", exact=True).click()
    expect(hers.get_by_role("heading", name="Somebody saved before you")).to_be_visible(timeout=WAIT)
    hers.get_by_role("button", name="Save both together").click()
    expect(hers.locator("#messages")).to_contain_text("Saved.", timeout=WAIT)
    expect(hers.locator("#f-value")).to_have_value("88", timeout=WAIT)
    expect(hers.locator("#body")).to_have_value("Hers.\n", timeout=WAIT)


def test_a_file_changed_in_git_meanwhile(look: Callable[..., Page], desk: Desking) -> None:
    """What an editor outside has written is kept; the browser's text is taken on their words, and theirs is told."""
    page = look(NUMBER)
    page.locator("#f-value").fill("77")
    edit(in_issue(desk.root, "number.md"), "value: 90", "value: 66")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("table")).to_contain_text("66", timeout=WAIT)
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#messages")).to_contain_text("Saved.", timeout=WAIT)
    assert "value: 77" in text_of(desk, "number.md")


def test_pasting_rich_text(look: Callable[..., Page]) -> None:
    """Out of Word comes Markdown, what is left out is told, and one undo takes it out again."""
    page = look(NUMBER)
    body = page.locator("#body")
    body.fill("Before. ")
    body.press("End")
    page.evaluate(PASTE, [WORD, "Ships wait"])
    expect(body).to_have_value(
        re.compile(r"Before\. Ships \*\*wait\*\* at \[the quay\]\(https://example\.org/quay\)\.")
    )
    expect(page.locator("#pasted")).to_contain_text("1 picture left out", timeout=WAIT)
    page.keyboard.press("Control+z")
    expect(body).to_have_value("Before. ", timeout=WAIT)


def test_the_order_by_keys(look: Callable[..., Page], desk: Desking) -> None:
    """Alt with an arrow moves a section; the focus goes with it, and a voice says where it stands."""
    page = look(NUMBER)
    page.locator('.place[data-name="quote"] a').focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("#messages")).to_contain_text("Quote of the week stands at place 4", timeout=WAIT)
    expect(page.locator('[value="down quote"]')).to_be_focused(timeout=WAIT)
    page.wait_for_load_state()  # what hears the keys comes behind what has the focus
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#messages")).to_contain_text("place 3", timeout=WAIT)
    assert "sections:" not in text_of(desk, "issue.md")  # the usual order is written nowhere


def test_the_order_by_mouse(look: Callable[..., Page], desk: Desking) -> None:
    """A section dragged to another place stands there in the list, in the file, and after a reload."""
    page = look(NUMBER, viewport={"width": 1440, "height": 1400})
    page.locator('.place[data-name="question"]').drag_to(page.locator('.place[data-name="number"]'))
    expect(page.locator("#messages")).to_contain_text("The order is saved.", timeout=WAIT)
    order = page.locator(".place").evaluate_all("places => places.map((one) => one.dataset.name)")
    assert abs(order.index("question") - order.index("number")) == 1
    assert "sections:" in text_of(desk, "issue.md")


def test_a_warning_stands_beside_the_button_while_typing(look: Callable[..., Page], desk: Desking) -> None:
    """Whose approval a save voids is told before it is pressed; then one press is enough."""
    sign(desk.app, "daniel")
    page = look(NUMBER)
    page.locator("#f-caption").fill("days that the pause runs")
    expect(page.locator("#voids")).to_contain_text("voids the approval of Daniel Achterberg", timeout=WAIT)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("holds no longer", timeout=WAIT)


def test_a_crop_is_drawn(look: Callable[..., Page], tmp_path: Path, desk: Desking) -> None:
    """A rectangle dragged over the chosen picture fills in the four numbers, and that part is kept."""
    photo = tmp_path / "pier.png"
    photo.write_bytes(drawn(400, 200))
    page = look(f"{AT}/sections/read-more", viewport={"width": 1440, "height": 1600})
    for name, words in (("alt", "A quay"), ("credit", "Photo: Ines Varga"), ("licence", "CC BY 4.0")):
        page.locator(f"#f-image-{name}").fill(words)
    if not page.locator("#picture-file").is_visible():
        page.locator("details.upload > summary").click()
    page.locator("#picture-file").set_input_files(photo)
    image = page.locator("#crop img")
    expect(image).to_be_visible(timeout=WAIT)
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    page.mouse.up()
    assert 48 <= float(page.locator("#crop-right").input_value()) <= 52
    page.get_by_role("button", name="Add the picture").click()
    expect(page.locator("#messages")).to_contain_text("The picture is added", timeout=WAIT)
    assert "file: pier." in text_of(desk, "read-more.md")


def test_the_picture_that_is_there_is_cut_by_dragging(look: Callable[..., Page], desk: Desking) -> None:
    """A rectangle over it fills in the four numbers; its part takes its place."""
    page = look(VIDEO, viewport={"width": 1440, "height": 1600})
    page.get_by_text("Show only a part of this one").click()
    image = page.locator("#present img")
    expect(image).to_be_visible(timeout=WAIT)
    image.scroll_into_view_if_needed()
    box = image.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2)
    page.mouse.up()
    assert 48 <= float(page.locator("#cut-right").input_value()) <= 52
    page.get_by_role("button", name="Cut it").click()
    expect(page.locator("#messages")).to_contain_text("The picture is cut", timeout=WAIT)
    assert "file: violin-2." in text_of(desk, "video.md")
