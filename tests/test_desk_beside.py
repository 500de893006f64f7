"""The mail and the findings beside a text: a real desk and browser, texts that nobody has saved, words of strangers."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter import packaged
from newsletter.actions.app import App, read_issue
from newsletter.actions.cite_item import cite_item
from newsletter.actions.demo import sample_now
from newsletter.actions.kept_items import kept_items
from newsletter.actions.mark_quotation import mark_quotation, quotation
from newsletter.actions.triage_items import decide
from newsletter.desk.found import excerpt, key_of
from newsletter.desk.looks import Looks, Unsaved
from newsletter.desk.once import Once
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Finding, Spot
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId, Triage
from tests.conftest import ISSUE
from tests.desking import Client, Desking, Reply, desk_of
from tests.living import Clock

COMING = IssueId.parse(ISSUE)
assert COMING is not None
SECTION = f"/issues/{ISSUE}/sections/opening"
FOLDER = f"content/issues/{ISSUE}"
COPIED = "the tariff freeze, which has roughly twelve weeks to run, is the fourth in two years"
LAST = f"Two  words, and {COPIED}, they say; 77 ships wait.[^pacific-pause]"
PART = {"HX-Request": "true"}
WAIT = 60_000  # ms for a condition to come true on a busy machine
TAG = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def written(pristine_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication with its sources gathered and read once, whose narrative ends with a paragraph that copies one of
    them; not to be changed."""
    root = Path(shutil.copytree(pristine_home, tmp_path_factory.mktemp("written") / "publication"))
    path = root / FOLDER / "issue.md"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{LAST}\n", "utf-8")
    found(App(root, Clock(sample_now(root))), "copied-run")
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(written, tmp_path / "publication"))


@pytest.fixture
def desk(root: Path) -> Iterator[Desking]:
    """The desk of a copy."""
    with desk_of(root, clock=Clock(sample_now(root))) as running:
        yield running


@pytest.fixture(scope="module")
def quiet(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """A desk for tests that save nothing."""
    root = Path(shutil.copytree(written, tmp_path_factory.mktemp("quiet") / "publication"))
    with desk_of(root, clock=Clock(sample_now(root))) as running:
        yield running


Look = Callable[..., Page]


@pytest.fixture
def look(browser: Browser) -> Iterator[Look]:
    """Opens a section in a browser that reaches this desk alone, as Mei."""
    contexts = []

    def opened(desk: Desking, path: str = SECTION, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        desk.sign_in(context, "mei")
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.route(re.compile(rf"^(?!{re.escape(desk.address)})https?:"), lambda route: route.abort())
        page.goto(desk.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def whole(desk: Desking, add: str = "") -> dict[str, str]:
    """The form of the section with its whole file in it, and something more at its end."""
    return {"whole": (desk.root / FOLDER / "issue.md").read_text("utf-8") + add}


def part(client: Client, page: Reply, name: str, fields: dict[str, str]) -> Reply:
    """A part of the section's page, made of what its form holds."""
    return client.send(page, f"{SECTION}/{name}", fields, PART)


def frame(reply: Reply, view: str = "phone") -> str:
    """The address of a frame."""
    found = re.search(rf'src="(/issues/{ISSUE}/frames/{view}\?v=[0-9a-f]+)"', reply.text)
    assert found, reply.text
    return found[1]


def key(reply: Reply, rule: str) -> str:
    """What forms name the first finding of a rule by."""
    for found in re.finditer(r'<li class="finding" id="finding-(\w+)">(.*?)</li>', reply.text, re.DOTALL):
        if f"· {rule}</span>" in found[2]:
            return found[1]
    raise AssertionError(f"no finding of {rule} in: {reply.text}")


def findings(client: Client) -> Reply:
    return client.get(f"{SECTION}/findings")


def found(app: App, rule: str) -> tuple[Finding, Looks]:
    assert COMING is not None
    looks = Looks(app)
    return next(one for one in looks.checked(COMING).report.findings if one.rule == rule), looks


# What is kept


def test_what_is_costly_is_made_once() -> None:
    """Whoever asks meanwhile waits for the same; what fails is told to all of them and tried again by the next."""
    once: Once[str, int] = Once(2)
    made, begun, go = [], threading.Event(), threading.Event()

    def make() -> int:
        made.append(1)
        begun.set()
        assert go.wait(30)
        return 7

    with ThreadPoolExecutor(4) as crew:
        first = crew.submit(once.get, "a", make)
        assert begun.wait(30)
        others = [crew.submit(once.get, "a", make) for _ in range(3)]
        assert once.peek("a") is None
        go.set()
        assert [one.result() for one in (first, *others)] == [7] * 4
    assert len(made) == 1
    with pytest.raises(ZeroDivisionError):
        once.get("b", lambda: 1 // 0)
    assert once.get("b", lambda: 8) == 8
    once.get("a", lambda: 0)
    once.put("c", 9)
    assert [key for key, _ in once.newest()] == ["c", "a"]
    assert once.peek("b") is None


def test_a_look_holds_until_a_file_changes(home: App) -> None:
    """The rendering and the report are the same ones again, and others once a file was saved."""
    assert COMING is not None
    looks = Looks(home)
    rendering, checked = looks.rendering(COMING), looks.checked(COMING)
    assert looks.rendering(COMING) is rendering
    assert looks.checked(COMING) is checked
    assert looks.known(COMING) is checked
    path = home.root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8") + "\nOne more thought, a  gap.\n", "utf-8")
    assert looks.known(COMING) is None
    assert "One more thought" in looks.rendering(COMING).text
    assert any(one.rule == "double-space" for one in looks.checked(COMING).report.findings)


def test_what_is_not_saved_is_seen_by_its_writer_alone(home: App) -> None:
    """Another session is given neither the rendering nor the findings of it."""
    assert COMING is not None
    looks = Looks(home)
    path = f"{FOLDER}/issue.md"
    text = (home.root / path).read_text("utf-8") + "\nA secret thought, a  gap.\n"
    mine = Unsaved(session="mine", files={path: text.encode()})
    rendering = looks.rendering(COMING, mine)
    assert "A secret thought" in rendering.text
    assert looks.kept(rendering.token, "mine") is rendering
    assert looks.kept(rendering.token, "another") is None
    looks.checked(COMING, mine)
    seen = {who: [one.words for look in looks.lately(COMING, who) for one in look.report.findings] for who in "ab"}
    assert seen == {"a": [], "b": []}
    assert any(one.rule == "double-space" for look in looks.lately(COMING, "mine") for one in look.report.findings)
    assert (home.root / path).read_text("utf-8") != text


# Frames


def test_a_frame_reaches_nothing_of_the_desk(quiet: Desking) -> None:
    """It runs in a sandbox without an origin, may load nothing, and holds its pictures itself."""
    mei = quiet.signed_in("mei")
    page = mei.get(SECTION)
    for view in ("phone", "desktop", "dark", "no-images", "page"):
        reply = mei.get(frame(page, view))
        policy = reply.headers["content-security-policy"]
        assert reply.status == 200
        assert "default-src 'none'" in policy
        assert "script-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert re.search(r"; sandbox allow-popups allow-popups-to-escape-sandbox$", policy)
        assert re.findall(r"img-src ([^;]*)", policy) == (["'none'"] if view == "no-images" else ["data:"])
        assert reply.headers["cache-control"] == "no-store"
        assert not re.search(r"<script\b", reply.text)
        sources = re.findall(r"<img\b[^>]*?\ssrc=\"([^\"]*)\"", reply.text)
        assert all(one.startswith("data:image/") for one in sources)
        assert bool(sources) == (view != "no-images")
    measured = mei.get(f"{frame(page)}&measure")
    assert re.search(
        r"script-src 'sha256-[\w+/=]+'; .*; sandbox allow-scripts$", measured.headers["content-security-policy"]
    )


def test_frames_are_for_the_team_and_for_views_there_are(quiet: Desking) -> None:
    """A stranger is sent to sign in; another view, and another issue, are not there."""
    mei = quiet.signed_in("mei")
    address = frame(mei.get(SECTION))
    assert quiet.stranger().get(address).to.startswith("/sign-in?next=")
    assert mei.get(f"/issues/{ISSUE}/frames/phones").status == 404
    assert mei.get("/issues/2020-01-03/frames/phone").status == 404
    assert mei.get("/issues/..%2f..%2fetc/frames/phone").status == 404


def test_the_frame_shows_what_was_typed_to_whoever_typed_it(quiet: Desking) -> None:
    """Nothing is saved by it; somebody else with the same address is led to the saved text."""
    mei, daniel = quiet.signed_in("mei"), quiet.signed_in("daniel")
    before = (quiet.root / FOLDER / "issue.md").read_bytes()
    reply = part(mei, mei.get(SECTION), "beside", whole(quiet, "\nNobody else knows this.\n"))
    assert (reply.status, "with what is not saved yet" in reply.text) == (200, True)
    address = frame(reply)
    assert "Nobody else knows this." in mei.get(address).text
    led = daniel.get(address)
    assert "Nobody else knows this." not in daniel.follow(led).text
    assert (quiet.root / FOLDER / "issue.md").read_bytes() == before


def test_mistakes_are_told_and_the_last_good_mail_stays(quiet: Desking) -> None:
    """With file and line, above frames that show what was shown before."""
    mei = quiet.signed_in("mei")
    page = mei.get(SECTION)
    good = frame(part(mei, page, "beside", whole(quiet, "\nThis is good.\n")))
    reply = part(mei, page, "beside", whole(quiet, "\nA mark that is none.[^nowhere-9]\n"))
    told = unescape(reply.text)
    assert "A mistake stands in the way." in told
    assert re.search(rf"{FOLDER}/issue\.md:\d+</span> <b>.*nowhere-9", told)
    assert frame(reply) == good
    checked = part(mei, page, "findings", whole(quiet, "\nA mark that is none.[^nowhere-9]\n"))
    assert "These mistakes stand in the way of checking" in checked.text
    assert "nowhere-9" in checked.text


# Findings and their ways out


def test_findings_stand_with_their_words_and_their_ways_out(quiet: Desking) -> None:
    """Severity as a word, what, where, the words in their line, and a button for each way out that there is."""
    text = unescape(findings(quiet.signed_in("mei")).text)
    copied = re.search(r'<li class="finding"(.*?)</li>', text, re.DOTALL)
    assert copied
    assert "Blocks." in copied[1]
    assert f"<mark><bdi>{COPIED}</bdi></mark>" in copied[1]
    assert re.search(r"issue\.md, line \d+ · copied-run", copied[1])
    for way in ("Show side by side", "Mark as quotation", "Waive, with a reason"):
        assert way in copied[1]
    assert re.search(r"<del><bdi>␣␣</bdi></del><ins><bdi>␣</bdi></ins>", text)
    assert ">Fix</button>" in text
    assert "Cite another item" in text
    assert "1 blocks" in text


def test_who_may_not_write_sees_findings_and_no_way_to_change_a_file(desk: Desking, root: Path) -> None:
    """An operator reads; what changes files is refused to them."""
    schedule = root / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace("roles: [writer]", "roles: [operator]"), "utf-8")
    desk.seconds[0] += 10
    mei, priya = desk.signed_in("mei"), desk.signed_in("priya")
    shown = findings(priya)
    assert "copied-run" in shown.text
    assert not re.search(r"<form[^>]*/(fix|quote|cite|waive|links)\"", shown.text)
    name = key(findings(mei), "copied-run")
    for way in ("fix", "quote", "cite", "waive", "links"):
        assert priya.send(shown, f"{SECTION}/{way}", {"finding": name, "why": "so"}).status == 403


def test_a_finding_is_waived_with_a_reason(desk: Desking) -> None:
    """It is gone from the list, told among the waived with who and why; without a reason it is asked for again."""
    mei = desk.signed_in("mei")
    page = findings(mei)
    name = key(page, "copied-run")
    again = mei.send(page, f"{SECTION}/waive", {"finding": name, "why": "  "})
    assert again.status == 422
    assert "Say why it may pass" in again.text
    assert mei.send(page, f"{SECTION}/waive", {"finding": name, "why": " "}, PART).status == 422
    done = mei.send(page, f"{SECTION}/waive", {"finding": name, "why": "their standing phrase"})
    assert done.to == f"{SECTION}#findings"
    text = unescape(findings(mei).text)
    assert "copied-run" not in text
    assert "Waived by <bdi>mei</bdi>: <bdi>their standing phrase</bdi>" in text
    assert "their standing phrase" in (desk.root / FOLDER / "waivers.yaml").read_text("utf-8")
    gone = mei.send(page, f"{SECTION}/waive", {"finding": "no such", "why": "so"}, PART)
    assert "stands no longer" in gone.text


def test_a_fix_is_made_where_the_text_is_still_the_same(desk: Desking) -> None:
    """It changes one place; once somebody has saved another text, the button of the old page changes nothing."""
    mei = desk.signed_in("mei")
    page, path = findings(mei), desk.root / FOLDER / "issue.md"
    name, before = key(page, "double-space"), path.read_text("utf-8")
    assert mei.send(page, f"{SECTION}/fix", {"finding": name}).to == f"{SECTION}#findings"
    assert path.read_text("utf-8") == before.replace("Two  words", "Two words")
    assert "stands no longer" in mei.send(page, f"{SECTION}/fix", {"finding": name}, PART).text


def test_words_are_marked_as_a_quotation_where_that_is_safe(root: Path) -> None:
    """The marks go around the very words, the finding is gone; words with marks in them are left to a person."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "copied-run")
    path = root / FOLDER / "issue.md"
    before = path.read_text("utf-8")
    mended = mark_quotation(app, COMING, finding, looks.checked(COMING).files)
    assert not mended.left
    assert path.read_text("utf-8") == before.replace(COPIED, f"“{COPIED}”")
    assert all(one.rule != "copied-run" for one in Looks(app).checked(COMING).report.findings)
    path.write_text(before.replace("twelve weeks", "“twelve” weeks"), "utf-8")
    other, _ = found(app, "copied-run")
    assert quotation(other, path.read_text("utf-8")) is None
    with pytest.raises(ConfigError, match="by hand"):
        mark_quotation(app, COMING, other, ())


def test_another_item_is_cited_behind_the_words(root: Path) -> None:
    """In the narrative its mark is set behind the words, elsewhere the front matter names it."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "figure-not-found")
    cited = cite_item(app, COMING, "opening", "harbour-bookings", "mei", finding, looks.checked(COMING).files)
    path = root / FOLDER / "issue.md"
    assert cited.mark == "[^harbour-bookings]"
    assert "77[^harbour-bookings] ships wait." in path.read_text("utf-8")
    decide(app, (ItemId("harbour-wire-6"),), Triage.KEPT, "mei")
    assert [one.id for one in kept_items(app, "insurers waiting")] == ["harbour-wire-6"]
    assert kept_items(app, "nothing of this name") == ()
    other = cite_item(app, COMING, "insight", "harbour-wire-6", "mei", finding, ())
    draft = read_issue(app, COMING).draft
    assert other.item in {one.id for one in draft.items}
    assert other.item in next(one for one in draft.blurbs if one.name == "insight").items


def test_a_mark_is_left_to_its_writer_where_the_text_has_changed(root: Path) -> None:
    """The item is known then, and the words say what to do."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "figure-not-found")
    files, path = looks.checked(COMING).files, root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8") + "\nMore.[^pacific-pause]\n", "utf-8")
    before = path.read_bytes()
    cited = cite_item(app, COMING, "opening", "harbour-bookings", "mei", finding, files)
    assert "set the mark [^harbour-bookings]" in cited.left
    assert path.read_bytes() == before


def test_items_are_chosen_and_looked_for_on_a_page(desk: Desking) -> None:
    """The issue's own and the kept ones; choosing none is told beside them."""
    mei = desk.signed_in("mei")
    decide(desk.app, (ItemId("harbour-wire-6"),), Triage.KEPT, "mei")
    name = key(findings(mei), "figure-not-found")
    page = mei.get(f"{SECTION}/cite?finding={name}&q=insurers")
    assert 'value="harbour-wire-6"' in page.text
    assert 'value="harbour-bookings"' in page.text
    assert "Choose an item." in mei.send(page, f"{SECTION}/cite", {"finding": name}).text
    unknown = mei.send(page, f"{SECTION}/cite", {"finding": name, "item": "nowhere-1"})
    assert (unknown.status, "nowhere-1" in unknown.text) == (422, True)
    done = mei.follow(mei.send(page, f"{SECTION}/cite", {"finding": name, "item": "harbour-bookings"}))
    assert "[^harbour-bookings] was set behind the words." in done.text


def test_the_source_stands_beside_the_words(quiet: Desking) -> None:
    """Both passages, the words that match marked, with a link to the source; as a page, and as a part of one."""
    mei = quiet.signed_in("mei")
    address = f"{SECTION}/sources?finding={key(findings(mei), 'copied-run')}"
    for reply in (mei.get(address), mei.get(address, PART)):
        marked = re.findall(r"<mark><bdi>(.*?)</bdi></mark>", reply.text)
        assert COPIED in marked
        assert COPIED.replace("the", "The", 1) in marked
        assert "Pacific Ledger" in reply.text
    assert mei.get(f"{SECTION}/sources?finding=none").status == 303


def test_links_are_asked_for_at_once_or_further_on(desk: Desking) -> None:
    """Who does not wait is told that it goes on; what was found then stands with the findings of these very files."""
    assert COMING is not None
    mei = desk.signed_in("mei")
    assert "Check the links now" in findings(mei).text
    assert mei.send(findings(mei), f"{SECTION}/links").to == f"{SECTION}#findings"
    while not desk.office.looks.check_links(COMING, 30):
        assert desk.office.looks.is_asking(COMING)
    assert not desk.office.looks.is_asking(COMING)
    assert "links asked for, of these very files" in findings(mei).text
    path = desk.root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8") + "\nMore.[^pacific-pause]\n", "utf-8")
    assert "Check the links now" in findings(mei).text


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


# In the browser


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


# Pure


def test_words_are_shown_in_their_line() -> None:
    """Cut where the line is long; over several lines in one piece; none where no place is known."""
    text = f"{'a' * 100} some words {'b' * 100}\nsecond line\n"
    shown = excerpt(Spot("x", 1, 102, 1, 112), text)
    assert shown == {"before": f"…{'a' * 69} ", "marked": "some words", "after": f" {'b' * 69}…"}
    several = excerpt(Spot("x", 1, 108, 2, 7), text)
    assert several is not None
    assert several["marked"].endswith(f"{'b' * 100} second")
    assert excerpt(Spot("x", 1), text) is None
    assert excerpt(Spot("x", 9, 1, 9, 4), text) is None


def test_a_finding_is_named_by_what_it_is_about(root: Path) -> None:
    """The same for the same words in the same place, another for others."""
    finding, _ = found(App(root, Clock(sample_now(root))), "copied-run")
    again, _ = found(App(root, Clock(sample_now(root))), "copied-run")
    assert key_of(finding) == key_of(again)
    other, _ = found(App(root, Clock(sample_now(root))), "double-space")
    assert key_of(other) != key_of(finding)
