"""What somebody may try on the desk, by HTTP and from a page elsewhere: docs/security.md has the table."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from starlette.responses import HTMLResponse, Response

from newsletter.actions.app import App
from newsletter.actions.keep_draft import draft_of
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.sign_in_links import make_link
from newsletter.desk.ask import Ask
from newsletter.desk.documents import frame_answer
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import TEAM, Page
from newsletter.model.item import ItemId
from newsletter.store import items
from newsletter.store import kept_texts as store_of_kept
from newsletter.store.engine import open_store
from tests.approving import COMING
from tests.conftest import ISSUE
from tests.desking import Desking, Reply, desk_of
from tests.uploading import drawn

AT = f"/issues/{ISSUE}"
NARRATIVE, VIDEO = f"{AT}/sections/opening", f"{AT}/sections/video"
ELSEWHERE = "http://attacker.test"
WAIT = 30_000  # ms for a condition to come true on a busy machine
GOOD = "heron kettle almanac tide"
UNSAID = "a sentence that nobody has said yet"
DRAFTED = "a sentence that only a draft holds"
SECRETS = {
    "SMTP_PASSWORD": "password-of-the-mail-server",
    "RETURNS_PASSWORD": "password-of-the-mailbox",
    "NEWSLETTER_KEYS": "k1:0123456789abcdef-a-secret-of-the-tests",
    "HEARTBEAT_URL": "https://beats.example.org/secret-path",
}


def falls(_: Office, ask: Ask) -> Response:
    raise ZeroDivisionError(ask.query.get("q", ""))


@pytest.fixture(scope="module")
def desk(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    """A desk whose secrets are known, with one page more, which falls."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("security") / "publication"))
    (root / ".env").write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()), "utf-8")
    with desk_of(root, pages=(*PAGES, Page("/falls", TEAM, falls))) as running:
        yield running


@pytest.fixture
def context(browser: Browser, desk: Desking) -> Iterator[BrowserContext]:
    """A browser that Daniel, who has every role, has signed in with."""
    opened = browser.new_context()
    opened.set_default_timeout(WAIT)
    desk.sign_in(opened, "daniel")
    yield opened
    opened.close()


def whole(desk: Desking, name: str = "issue.md", add: str = "") -> dict[str, str]:
    """The form of a section with its whole file in it."""
    return {"whole": (desk.root / "content" / "issues" / ISSUE / name).read_text("utf-8") + add}


# What a browser, and what stands before it, may keep


def answers(desk: Desking) -> Iterator[tuple[int, Reply]]:
    """An answer of each kind there is but files of ours, with the status that it should have."""
    daniel, priya, stranger = desk.signed_in("daniel"), desk.signed_in("priya"), desk.stranger()
    page = daniel.get("/people")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    yield 200, page
    yield 200, daniel.get("/week", {"HX-Request": "true"})
    yield 200, daniel.get(f"{AT}/frames/phone")
    yield 200, daniel.get(f"{AT}/images/quay.png")
    yield 200, daniel.get("/sources.opml")
    yield 200, daniel.send(daniel.get("/readers"), "/readers/export")
    yield 200, daniel.send(daniel.get(NARRATIVE), f"{NARRATIVE}/draft", whole(desk, add=UNSAID))
    yield 200, stranger.get("/sign-in")
    yield 200, stranger.get("/health")
    yield 303, stranger.get("/people")
    yield 303, daniel.send(page, "/account/sessions/end", {"session": "x"})
    yield 400, daniel.ask("POST", "/people", b"&".join(b"f%d=1" % number for number in range(3_000)), form)
    yield 401, stranger.post("/people", {"name": "x"})
    yield 403, priya.post("/sources/_new", {})
    yield 403, daniel.post("/people", {"name": "x"})
    yield 404, daniel.get("/nothing")
    yield 405, daniel.post("/audit", {})
    yield 405, daniel.ask("DELETE", "/people")
    yield 413, daniel.ask("POST", "/people", b"x" * 4_000_001, form)
    yield 421, stranger.get("/sign-in", {"Host": "desk.attacker.test"})
    yield 422, daniel.send(page, "/people", {"name": ""})
    yield 431, daniel.get(f"/people?{'x' * 33_000}")
    yield 500, daniel.get("/falls")


def test_no_answer_is_kept_and_each_says_what_a_browser_may_do(desk: Desking) -> None:
    """Pages, parts, files, redirects, refusals and mistakes: none is kept by anybody, read as another type, framed by
    another site, or may load a script from elsewhere."""
    for status, answer in answers(desk):
        assert answer.status == status, answer.text
        assert answer.headers["cache-control"] == "no-store", status
        assert answer.headers["x-content-type-options"] == "nosniff", status
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), status
        assert re.search("frame-ancestors '(none|self)'", policy), status
        assert "script-src *" not in policy
        assert "unsafe-inline' " not in policy.partition("script-src")[2].partition(";")[0]


def test_after_signing_out_the_way_back_shows_nothing(context: BrowserContext, desk: Desking) -> None:
    """The button that goes back asks the desk again, which knows the browser no more."""
    page = context.new_page()
    page.goto(f"{desk.address}/people")
    page.goto(f"{desk.address}/account")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url("**/sign-in")
    for _ in range(2):
        page.go_back()
        expect(page).to_have_url(re.compile(r"/sign-in\?next="))
        assert "Lin Yue" not in page.content()
        assert "Where you are signed in" not in page.content()


def test_no_secret_stands_in_a_page_or_in_the_log(desk: Desking, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the cookie nor the key it is found by, no key, no password of a server, no hash of a password; the log
    says nothing of an address, which may hold the secret of a link."""
    caplog.set_level(logging.DEBUG, logger="newsletter")
    daniel = desk.signed_in("daniel")
    link = make_link(desk.app, "mei", desk.clock())
    page = desk.stranger().get(f"/sign-in/{link}")
    assert link in page.text  # once: the form is sent to where the page came from
    said = [page.text.replace(link, "", 1)]
    mei = desk.stranger()
    done = mei.send(mei.get(f"/sign-in/{link}"), f"/sign-in/{link}", {"password": GOOD, "again": GOOD})
    assert done.status == 303
    places = {
        "issue": ISSUE,
        "name": "opening",
        "source": "focus",
        "person": "lin-yue",
        "view": "phone",
        "item": "none",
    }
    for shown in PAGES:
        if shown.show and shown.roles:
            path = re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], "none"), shown.path)
            said.append(daniel.get(path).body.decode("utf-8", "replace"))
    said += [mei.get("/account").text, daniel.get("/falls?q=x").text, desk.stranger().get("/sign-in").text, caplog.text]
    sessions = [one.cookies["session"] for one in (daniel, mei)]
    digests = [hashlib.sha256(one.encode()).hexdigest() for one in sessions]
    for secret in (*SECRETS.values(), *sessions, *digests, link, GOOD, "$argon2"):
        assert [text for text in said if secret in text] == [], secret
    assert "a page of the desk failed: /falls" in caplog.text


# What belongs to another


def test_a_draft_is_shown_to_its_writer_alone(desk: Desking) -> None:
    """Whoever opens the section of somebody who writes there sees the file; so do those who name the draft."""
    mei, priya = desk.signed_in("mei"), desk.signed_in("priya")
    mei.send(mei.get(NARRATIVE), f"{NARRATIVE}/draft", whole(desk, add=DRAFTED))
    assert DRAFTED in mei.get(f"{NARRATIVE}?draft=take").text
    for path in (NARRATIVE, f"{NARRATIVE}?draft=take", f"{NARRATIVE}?draft=mei", f"{AT}/kept", AT):
        assert DRAFTED not in priya.get(path).text
    priya.send(priya.get(NARRATIVE), f"{NARRATIVE}/draft", {"act": "drop"})
    assert draft_of(desk.app, COMING, "opening", "mei") is not None


def test_what_somebody_is_typing_is_in_no_frame_of_anybody_else(desk: Desking) -> None:
    """The address of a frame, copied from one browser into another, shows the file there; as does one that is made
    up."""
    mei, priya = desk.signed_in("mei"), desk.signed_in("priya")
    part = mei.send(mei.get(NARRATIVE), f"{NARRATIVE}/beside", whole(desk, add=f"\n\n{UNSAID}\n"), {"HX-Request": "1"})
    found = re.search(rf'src="({AT}/frames/phone\?v=[0-9a-f]+)"', part.text)
    assert found, part.text
    assert UNSAID in mei.get(found[1]).text
    for client in (priya, desk.signed_in("mei")):
        answer = client.get(found[1])
        answer = client.follow(answer) if answer.status == 303 else answer
        assert answer.status == 200
        assert UNSAID not in answer.text


def test_a_kept_text_is_dropped_by_its_writer_alone_and_stays_in_its_issue(desk: Desking) -> None:
    """The number of another's drops nothing; and named with another issue or section, it shows nothing."""
    path = f"content/issues/{ISSUE}/issue.md"
    with open_store(desk.app.database) as store:
        number = store_of_kept.keep(store, COMING, path, "mei", f"{UNSAID}\n", "", desk.clock())
    priya = desk.signed_in("priya")
    page = priya.get(f"{AT}/kept")
    assert UNSAID in page.text  # it is for the whole team to take back
    assert priya.send(page, f"{AT}/kept", {"number": str(number)}).status == 404
    assert priya.send(page, "/issues/2026-11-20/kept", {"number": str(number)}).status == 404
    assert [one.number for one in kept_texts(desk.app, COMING)] == [number]
    assert UNSAID in priya.get(f"{NARRATIVE}?kept={number}").text
    for other in (f"{VIDEO}?kept={number}", f"/issues/2026-11-20/sections/opening?kept={number}"):
        assert UNSAID not in priya.get(other).text


@pytest.mark.parametrize("name", ["..%2F..%2Fschedule", "%2e%2e", "..", "items", "ISSUE", "opening.md", "%00", "a%2Fb"])
def test_no_name_of_an_issue_or_a_section_is_a_path(desk: Desking, name: str) -> None:
    """There is nothing at any of them, to look at or to write to, and no file is made."""
    mei, before = desk.signed_in("mei"), files(desk.root)
    page = mei.get(NARRATIVE)
    for path in (f"/issues/{name}", f"{AT}/sections/{name}", f"/issues/{name}/sections/opening"):
        assert mei.get(path).status == 404, path
    for path in (f"{AT}/sections/{name}/save", f"/issues/{name}/sections/opening/save"):
        assert mei.send(page, path, {"whole": "x", "base": "", "act": "save"}).status in (404, 405, 422), path
    assert files(desk.root) == before


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in (root / "content").rglob("*")}


# Files, and what else is brought along

PASTED = (
    '<p onclick="x()">Ships <b>wait</b><script>alert(1)</script><img src=x onerror=alert(1)> '
    '<a href="javascript:x()">at sea</a></p>'
)


def test_what_is_pasted_brings_no_markup_along(desk: Desking) -> None:
    """Words and emphasis stay; in the mail beside the text there is neither a script, nor a handler, nor a link that
    runs."""
    mei = desk.signed_in("mei")
    page = mei.get(NARRATIVE)
    answer = mei.send(page, f"{NARRATIVE}/pasted", {"html": PASTED})
    assert answer.headers["content-type"] == "application/json"
    markdown = json.loads(answer.text)["markdown"]
    assert "Ships **wait**" in markdown
    part = mei.send(page, f"{NARRATIVE}/beside", whole(desk, add=f"\n\n{markdown}"), {"HX-Request": "true"})
    found = re.search(rf'src="({AT}/frames/phone\?v=[0-9a-f]+)"', part.text)
    assert found, part.text
    for text in (markdown, part.text, mei.get(found[1]).text):
        assert not re.search("onclick|onerror|javascript:|alert", text)


def test_an_original_is_text_in_a_sandbox(pristine_home: Path, tmp_path: Path) -> None:
    """Whatever a source says that it is, a browser makes no page of it; what is no text is a file to be saved."""
    root = Path(shutil.copytree(pristine_home, tmp_path / "publication"))
    with desk_of(root) as desk:
        mei, types = desk.signed_in("mei"), set()
        for item in list_items(desk.app):
            answer = mei.get(f"/triage/{item}/original")
            assert answer.status in (200, 404, 409)
            if answer.status == 200:
                kind = answer.headers["content-type"]
                types.add(kind)
                assert kind.startswith("text/plain") or "attachment" in answer.headers["content-disposition"]
                assert answer.headers["content-security-policy"].endswith("; sandbox")
        assert "text/plain; charset=utf-8" in types


def list_items(app: App) -> list[ItemId]:
    """Some items of every source."""
    with open_store(app.database) as store:
        return [one.id for one in items.items(store)][::7]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("a.png", b"<html><script>alert(1)</script>"),
        ("a.jpg", b"%PDF-1.7\n"),
        ("a.gif", b"GIF89a/*<script>alert(1)</script>*/"),
    ],
    ids=["drawing", "page", "document", "page that begins as a picture"],
)
def test_what_is_no_picture_is_refused_beside_its_field(desk: Desking, name: str, data: bytes) -> None:
    """Whatever its name says it is; nothing is written."""
    daniel, before = desk.signed_in("daniel"), files(desk.root)
    answer = daniel.upload(daniel.get(VIDEO), f"{VIDEO}/save", PICTURE, "picture", (name, data))
    assert answer.status == 422
    assert "alert(1)" not in answer.text
    assert files(desk.root) == before


PICTURE = {"act": "picture", "f-thumbnail-alt": "A quay", "f-thumbnail-credit": "Photo: Ines Varga", "base": ""} | {
    "f-thumbnail-licence": "CC BY 4.0"
}


def test_a_picture_that_is_a_page_too_is_a_picture_alone(desk: Desking) -> None:
    """It is drawn anew, under a name of ours in the issue's folder, and served as a picture in a sandbox: what stood
    behind its pixels is gone, and the path in its name leads nowhere."""
    daniel, before = desk.signed_in("daniel"), files(desk.root)
    both = drawn(400, 200) + b"<script>alert(1)</script>"
    page = daniel.get(VIDEO)
    before_it = {
        name: found[1]
        for name in ("base", "f-thumbnail-file")
        if (found := re.search(rf'id="section-form".*?name="{name}" value="([^"]*)"', page.text, re.DOTALL))
    }
    name = "../../../templates/<img src=x onerror=alert(1)>.html.png"
    answer = daniel.upload(page, f"{VIDEO}/save", {**PICTURE, **before_it}, "picture", (name, both))
    assert answer.status == 303, answer.text
    (made,) = files(desk.root) - before
    assert re.fullmatch(rf"content/issues/{ISSUE}/images/[a-z0-9-]+\.png", made)
    image = daniel.get(f"{AT}/images/{Path(made).name}")
    assert b"<script" not in image.body
    assert image.headers["content-type"] == "image/png"
    assert "sandbox" in image.headers["content-security-policy"]


def test_a_file_that_is_too_large_is_not_taken(desk: Desking) -> None:
    """413, in words of the desk, and a form that takes no file takes no large text either."""
    daniel = desk.signed_in("daniel")
    shown = daniel.get(VIDEO)
    too_large = daniel.upload(shown, f"{VIDEO}/save", PICTURE, "picture", ("a.png", bytes(32_000_001)))
    assert (too_large.status, "a picture may have 25 MB" in too_large.text) == (413, True)
    assert daniel.send(daniel.get("/people"), "/people", {"name": "x" * 4_000_001}).status == 413


# From a page elsewhere, in a real browser


def test_a_page_elsewhere_sends_and_frames_nothing(context: BrowserContext, desk: Desking) -> None:
    """A form of another site, sent in a browser that is signed in, is refused; its frame of the desk stays empty."""
    html = (
        f'<iframe src="{desk.address}/people"></iframe>'
        f'<form method="post" action="{desk.address}/people"><input name="name" value="Mallory">'
        "<button>Win</button></form>"
    )
    page = context.new_page()
    page.route(f"{ELSEWHERE}/**", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{ELSEWHERE}/")
    assert "Lin Yue" not in "".join(frame.content() for frame in page.frames)
    with page.expect_navigation():
        page.get_by_role("button").click()
    assert page.url == f"{desk.address}/people"
    assert "You are signed out" in page.content() or "sent by a page that is not the desk" in page.content()
    assert "Mallory" not in (desk.root / "content" / "people.yaml").read_text("utf-8")
    assert desk.signed_in("daniel").get("/people").status == 200


EVIL_PAGE = (
    '<form id="form" method="post" action="/account/sessions/end-others"><button id="send">Send</button></form>'
    '<a id="top" target="_top" href="/account">Up</a><a id="new" target="_blank" href="/account">New</a>'
    "<script>document.body.id = 'ran'; top.location = '/account'</script>"
)


def inside(_: Office, _ask: Ask) -> Response:
    """A mail that somebody has put all of this into, with the policy of a frame."""
    return frame_answer(f"<body>{EVIL_PAGE}</body>", "phone", measure=False, pictures="data:")


def around(_: Office, _ask: Ask) -> Response:
    """A page of ours with the frame, in the sandbox that templates/desk/beside.html writes."""
    return HTMLResponse('<iframe sandbox="" src="/inside"></iframe>')


def test_a_frame_sends_no_form_and_leads_the_page_nowhere(context: BrowserContext, publication: Path) -> None:
    """Its script does not run, its form is not sent, its links open nothing above it: with the frame's own policy, and
    in the sandbox that the page around it sets."""
    pages = (Page("/around", TEAM, around), Page("/inside", TEAM, inside), *PAGES)
    with desk_of(publication, pages=pages) as desk:
        desk.sign_in(context, "daniel")
        other = desk.signed_in("daniel")
        asked: list[str] = []
        page = context.new_page()
        page.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(desk.address)}"))
        page.goto(f"{desk.address}/around")
        frame = page.frames[1]
        for name in ("send", "top", "new"):
            frame.locator(f"#{name}").click(no_wait_after=True)
        assert frame.evaluate("document.body.id") == ""
        assert frame.evaluate("origin") == "null"
        assert page.url == f"{desk.address}/around"
        assert asked == ["GET /around", "GET /inside"]
        assert len(context.pages) == 1
        assert other.get("/account").status == 200
