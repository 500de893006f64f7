"""The mail beside a text: what is kept of it, its frames, texts that nobody has saved."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest

from newsletter.actions.app import App
from newsletter.desk.looks import Looks, Unsaved
from newsletter.desk.once import Once
from tests import beside
from tests.beside import COMING, FOLDER, SECTION, frame, part, whole
from tests.conftest import ISSUE
from tests.desking import Desking

written, root, desk, quiet, look = beside.written, beside.root, beside.desk, beside.quiet, beside.look


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
