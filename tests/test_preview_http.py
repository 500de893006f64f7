"""The preview over HTTP: to this machine alone, by its own names, with nothing that could be changed or run."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.model.errors import ConfigError
from newsletter.serving.listening import LOOPBACK, listening
from tests.conftest import opened
from tests.previewing import FRAMES, NUMBER_MD, Served, previewed


@pytest.fixture(scope="module")
def served(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The preview of the sample's coming issue: one for all tests, for they leave its files as they were."""
    with previewed(
        opened(Path(shutil.copytree(pristine, tmp_path_factory.mktemp("still") / "publication")))
    ) as running:
        yield running


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


def test_what_a_mistake_hides_is_not_served_stale(app: App) -> None:
    """A frame asked for by itself says where to look, and the page itself what is wrong."""
    with previewed(app) as served:
        served.change(NUMBER_MD, "caption:", "captoin:")
        for path in ("/view/phone", "/mail.eml", "/images/other.jpg"):
            assert served.ask(path).status == 409
        page = served.ask("/")
        assert page.status == 200
        assert "Did you mean <code>caption</code>?" in page.text  # as on the desk
        assert "`" not in page.text


def test_it_listens_on_the_loopback_only(served: Served) -> None:
    """No other machine can reach it; a port in use is told, with the option that names another."""
    with closing(listening(LOOPBACK, 0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
    with pytest.raises(ConfigError, match=f"port {served.port} is in use; name another with --port"):
        listening(LOOPBACK, served.port)
    with closing(socket.socket()) as elsewhere:
        elsewhere.settimeout(5)
        assert elsewhere.connect_ex(("127.0.0.2", served.port)) != 0
