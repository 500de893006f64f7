"""The preview: a real server, a real browser, files that are saved while somebody looks."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from newsletter.actions.app import App
from newsletter.actions.preview_issue import (
    LIMIT_OCTETS,
    WARN_OCTETS,
    Fit,
    Preview,
    Shown,
    files_token,
    preview_issue,
)
from newsletter.desk import views
from newsletter.desk.preview import application
from newsletter.desk.server import server_of
from newsletter.desk.views import Scheme
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.serving.listening import LOOPBACK, listening, port_of
from tests.conftest import ISSUE, ROOT, opened

COMING = IssueId.parse(ISSUE)
assert COMING is not None
FRAMES = ("phone", "desktop", "no-images", "dark", "page")
LIMIT = 60_000  # ms for a condition to come true on a busy machine
ISSUE_MD = f"content/issues/{ISSUE}/issue.md"
NUMBER_MD = f"content/issues/{ISSUE}/number.md"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def policy(self) -> dict[str, str]:
        """The Content-Security-Policy, by directive."""
        parts = (part.strip().partition(" ") for part in self.headers["content-security-policy"].split(";"))
        return {name: value for name, _, value in parts}


@dataclass(frozen=True)
class Served:
    """A publication with its preview running."""

    root: Path
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new), "utf-8")

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> Answer:
        """What is answered; `host` stands for the Host header of a browser led astray."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, headers={"Host": f"127.0.0.1:{self.port}" if host is None else host})
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()
            )


@pytest.fixture
def served(app: App) -> Iterator[Served]:
    """The preview of the sample's coming issue, served in a thread on a port that was free."""
    assert COMING is not None
    listener = listening(LOOPBACK, 0)
    server = server_of(application(app, COMING, port_of(listener)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Served(app.root, port_of(listener))
    server.should_exit = True
    thread.join(30)
    listener.close()
    assert not thread.is_alive()


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


def shown_by(app: App, before: Preview | None = None) -> Preview:
    assert COMING is not None
    return preview_issue(app, COMING, "/images/", before)


def sheet(app: App) -> Shown:
    found = shown_by(app).shown
    assert found is not None
    return found


# In the browser


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
    expect(told).to_contain_text("did you mean `caption`?", ignore_case=True)
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


# Over HTTP


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "127.0.0.1.evil.example:{port}", "127.0.0.1", "localhost:1", ""]
)
def test_a_foreign_host_is_refused(served: Served, host: str) -> None:
    """A name that somebody made resolve to this machine reads nothing."""
    answer = served.ask("/", host=host.format(port=served.port))
    assert answer.status == 403
    assert "Focus" not in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_this_machine_is_answered_by_its_own_names(served: Served, host: str) -> None:
    """With the port it is served on."""
    assert served.ask("/state", host=host.format(port=served.port)).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_is_changed_here(served: Served, method: str) -> None:
    """GET and HEAD only, wherever one asks."""
    for path in ("/", "/state", "/nowhere"):
        answer = served.ask(path, method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    head = served.ask("/", "HEAD")
    assert (head.status, head.body) == (200, b"")


def test_every_answer_has_a_strict_policy(served: Served) -> None:
    """The page runs our one script; a frame loads pictures of this machine and styles of its own, nothing else."""
    page = served.ask("/").policy
    assert page["default-src"] == page["base-uri"] == page["form-action"] == page["frame-ancestors"] == "'none'"
    assert page["script-src"] == page["style-src"] == page["frame-src"] == "'self'"
    for name in FRAMES:
        frame = served.ask(f"/view/{name}").policy
        assert frame["default-src"] == frame["script-src"] == "'none'"
        assert frame["img-src"] == ("'none'" if name == "no-images" else "'self'")
        assert "allow-scripts" not in frame["sandbox"]
        assert "allow-same-origin" not in frame["sandbox"]
        measured = served.ask(f"/view/{name}?measure").policy
        assert re.fullmatch(r"'sha256-\S{44}'", measured["script-src"])
        assert measured["sandbox"] == "allow-scripts"
    for path in ("/", "/state", "/view/phone", "/preview.js", "/mail.eml", "/nowhere"):
        answer = served.ask(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.policy["default-src"] == "'none'"


def test_the_page_holds_no_script_or_style_of_its_own(served: Served) -> None:
    """What the policy would refuse is not there."""
    page = served.ask("/").text
    scripts = [f'<script src="/{name}.js" defer>' for name in ("frames", "preview")]
    assert re.findall(r"<script\b[^>]*>", page) == scripts
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)
    for name in ("frames.js", "preview.js", "preview.css"):
        assert "http" not in served.ask(f"/{name}").text


def test_pictures_and_message_are_served(served: Served) -> None:
    """Those of the issue by their names; the message as it would be sent; anything else is not there."""
    page = served.ask("/view/phone").text
    assert "focus.example.org/images" not in page
    found = re.search(r'src="(/images/[0-9a-f]{20}\.(?:jpg|png))"', page)
    assert found
    picture = served.ask(found[1])
    kind = {".jpg": ("image/jpeg", b"\xff\xd8"), ".png": ("image/png", b"\x89PNG")}[found[1][-4:]]
    assert (picture.headers["content-type"], picture.body[: len(kind[1])]) == kind
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in served.ask("/mail.eml").text
    for path in ("/images/other.jpg", "/view/other", "/images/..%2f..%2fschedule.yaml", "/../schedule.yaml"):
        assert served.ask(path).status == 404


def test_what_a_mistake_hides_is_not_served_stale(served: Served) -> None:
    """A frame asked for by itself says where to look."""
    served.change(NUMBER_MD, "caption:", "captoin:")
    for path in ("/view/phone", "/mail.eml", "/images/other.jpg"):
        assert served.ask(path).status == 409
    assert served.ask("/").status == 200


def test_it_listens_on_the_loopback_only(served: Served) -> None:
    """No other machine can reach it; a port in use is told, with the option that names another."""
    with closing(listening(LOOPBACK, 0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(ConfigError, match=f"port {served.port} is in use; name another with --port"):
        listening(LOOPBACK, served.port)
    with closing(socket.socket()) as elsewhere:
        elsewhere.settimeout(5)
        assert elsewhere.connect_ex(("127.0.0.2", served.port)) != 0


# The action


def test_the_token_changes_with_every_file_that_matters(app: App) -> None:
    """Saved, added, renamed or removed; not with what the program writes, other issues, or hidden files."""
    assert COMING is not None
    seen = {files_token(app, COMING)}

    def changed() -> bool:
        token = files_token(app, COMING)
        new = token not in seen
        seen.add(token)
        return new

    issue = app.root / "content" / "issues" / ISSUE
    (issue / "note.md").write_text("---\n---\n", "utf-8")
    assert changed()
    (issue / "note.md").rename(issue / "note-1.md")
    assert changed()
    (issue / "note-1.md").unlink()
    changed()
    for path in ("schedule.yaml", "content/people.yaml", "seeds/sources.yaml"):
        os.utime(app.root / path, ns=(1, 1))
        assert changed()
    (app.root / "templates" / "email").mkdir(parents=True)
    assert not changed()
    (app.root / "templates" / "email" / "mine.mjml").write_text("", "utf-8")
    assert changed()
    for path in ("var/x", "public/x", f"content/issues/{ISSUE}/sent/x", "content/issues/2026-12-04/x", ".git/x", ".x"):
        (app.root / path).parent.mkdir(parents=True, exist_ok=True)
        (app.root / path).write_text("", "utf-8")
        assert not changed()


def test_the_weights_of_the_sections_add_up(app: App) -> None:
    """What each section adds, and the rest, is the whole; a second of a kind shares the heading of the first."""
    found = sheet(app)
    assert [weight.section for weight in found.weights] == [blurb.name for blurb in found.desk.draft.blurbs]
    assert all(weight.octets > 1000 for weight in found.weights)
    assert 0 < sum(weight.octets for weight in found.weights) < found.html_octets
    rest = found.html_octets - sum(weight.octets for weight in found.weights)
    folder = app.root / "content" / "issues" / ISSUE
    (folder / "read-more-2.md").write_text((folder / "read-more.md").read_text("utf-8"), "utf-8")
    more = sheet(app)
    assert more.html_octets - sum(weight.octets for weight in more.weights) == rest
    assert len(more.weights) == len(found.weights) + 1


def test_what_was_weighed_before_gives_the_same_weights(app: App) -> None:
    """The short way and the long way agree, after a change to a section and after one around them."""
    before = shown_by(app)
    for path, old, new in (
        (NUMBER_MD, "caption: days", "caption: many, many days"),
        ("schedule.yaml", "12 Example Street", "1200 Example Street"),
        (ISSUE_MD, "subject: ", "subject: Again, "),
    ):
        file = app.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")
        before, afresh = shown_by(app, before), shown_by(app)
        assert before.shown is not None
        assert afresh.shown is not None
        assert before.shown.weights == afresh.shown.weights


def test_an_issue_that_is_taken_away_is_told(app: App) -> None:
    """While one looks; and it comes back."""
    folder = app.root / "content" / "issues" / ISSUE
    folder.rename(app.root / "away")
    found = shown_by(app)
    assert found.shown is None
    assert f"there is no issue {ISSUE}" in found.mistakes[0].what
    (app.root / "away").rename(folder)
    assert shown_by(app).shown is not None


@pytest.mark.parametrize(
    ("files", "fit"),
    [((), Fit.FITS), (("read-more", "insight"), Fit.NEAR), (("read-more", "insight", "issue"), Fit.TOO_LARGE)],
    ids=["small", "near", "large"],
)
def test_a_mail_near_the_limit_is_told(publication: Path, files: tuple[str, ...], fit: Fit) -> None:
    """85 kB of HTML is a warning, 100 kB is too much."""
    for name in files:
        file = publication / "content" / "issues" / ISSUE / f"{name}.md"
        file.write_text(file.read_text("utf-8") + "\n" + "many words of ours\n" * 800, "utf-8")
    found = sheet(opened(publication))
    assert found.fit is fit
    assert (found.html_octets > WARN_OCTETS, found.html_octets > LIMIT_OCTETS) == (
        fit is not Fit.FITS,
        fit is Fit.TOO_LARGE,
    )


# The views


def test_a_scheme_answers_every_question_a_document_asks() -> None:
    """In styles and in `media`; words that only look like a question stay as they are."""
    asked = (
        '<head><meta name="color-scheme" content="light dark"><style>:root { color-scheme: light dark; }'
        "@media (prefers-color-scheme: dark) and (max-width: 9px) { a { color: red } }"
        "@media screen and (prefers-color-scheme:light) { a { color: blue } }</style></head>"
        '<source media="(prefers-color-scheme: dark)" srcset="a"><p>(prefers-color-scheme: dark) color-scheme: dark</p>'
    )
    dark = views.in_scheme(asked, Scheme.DARK)
    assert f"@media {views.ALWAYS} and (max-width: 9px)" in dark
    assert f"@media screen and {views.NEVER}" in dark
    assert f'<source media="{views.ALWAYS}"' in dark
    assert '<meta name="color-scheme" content="dark">' in dark
    assert ":root { color-scheme: dark; }" in dark
    assert "<p>(prefers-color-scheme: dark) color-scheme: dark</p>" in dark
    light = views.in_scheme(asked, Scheme.LIGHT)
    assert f"@media {views.NEVER} and (max-width: 9px)" in light
    assert f"@media screen and {views.ALWAYS}" in light
    assert ":root { color-scheme: light; }" in light


def test_without_pictures_their_places_stay() -> None:
    """Every attribute that loads one is gone; what they are called is not."""
    document = (
        '<body background="b.png"><picture><source srcset="x 1x"><img src="a" srcset="b 2x" alt="A quay"></picture>'
    )
    assert views.without_pictures(document) == '<body><picture><source><img alt="A quay"></picture>'


# The command


def test_the_command_prints_its_address_and_ends_with_ctrl_c(publication: Path) -> None:
    """Port 0 takes any that is free; no traceback, exit status 0."""
    command = [sys.executable, "-m", "newsletter", "-C", str(publication), "preview", "--port", "0", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/", running.stdout.readline())
        assert found
        with urllib.request.urlopen(found[0], timeout=60) as answer:
            assert "Focus This Week" in answer.read().decode()
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
        assert running.stderr.read() == ""
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(found[0], timeout=5)


def test_the_command_refuses_an_issue_that_is_not_there(publication: Path) -> None:
    """Before it serves anything, with those that are."""
    command = [sys.executable, "-m", "newsletter", "-C", str(publication), "preview", "2026-11-28", "--no-browser"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 1
    assert ISSUE in done.stderr
