"""The site as a reader finds it: a real one is knocked at, and servers that are wrong in one thing each."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.probe_site import kept_in_step, look_at_clock, look_at_site
from newsletter.actions.probing import Extent
from newsletter.actions.way_out import read_schedule
from newsletter.fetch.knock import NoAnswer, knock
from newsletter.model.symptom import Check, Level, Symptom
from tests.certificates import Certificates, certificates
from tests.living import running
from tests.webserver import hang, raw, webserver

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


@pytest.fixture(scope="module")
def made() -> Certificates:
    return certificates()


def at_site(root: Path, site: str, clock: Callable[[], datetime] = lambda: NOW) -> App:
    """The publication, with another address."""
    path = root / "schedule.yaml"
    path.write_text(re.sub(r"(?m)^site: \S+.*$", f"site: {site}", path.read_text("utf-8")), "utf-8")
    return open_app(root, clock)


def looked(app: App, extent: Extent | None = None) -> list[Symptom]:
    return list(look_at_site(app, read_schedule(app), extent or Extent()))


def of(check: Check, found: list[Symptom]) -> list[Symptom]:
    return [one for one in found if one.check is check]


@contextmanager
def host(
    answer: Callable[[BaseHTTPRequestHandler], None], *, on: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A web server that answers every request so; its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        do_POST = do_GET  # noqa: N815  (as it is named there)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as it is named there)
            """Says nothing."""

    server = ThreadingHTTPServer((on, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{on}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, date: datetime | None = None, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """This answer to everything."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(status)
        if date is not None:
            handler.send_header("Date", format_datetime(date, usegmt=True))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "3")
        handler.end_headers()
        handler.wfile.write(b"ok\n")

    return answer


def test_a_site_in_good_order_answers_at_every_address(publication: Path) -> None:
    """Home, the newest issue, the live pages, and leaving by one click, which changes nothing by a sample's token."""
    with running(publication, archive=True) as site:
        found = of(Check.SITE, looked(site.app))
    assert [one.level for one in found] == [Level.OK] * 4
    assert "/issues/" in found[1].what
    assert found[3].what.endswith("/u/...")  # not even a sample's token is shown


def test_a_home_page_that_is_another_than_was_built_is_noted(publication: Path) -> None:
    """A static host that was not told."""
    with running(publication, archive=True) as site:
        before = (publication / "public" / "index.html").read_bytes()
        (publication / "public" / "index.html").write_bytes(before)
        with host(says(200)) as old:
            found = looked(at_site(publication, f"http://{old}", site.clock))
    noted = [one for one in found if one.level is Level.NOTE]
    assert [one.what for one in noted] == [f"http://{old}/ shows another page than public/index.html"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(404), "answers 404"),
        (says(301, Location="https://www.example.org/"), "leads to https://www.example.org/"),
        (says(503), "answers 503"),
    ],
)
def test_a_site_that_answers_wrong_is_told(
    publication: Path, answer: Callable[[BaseHTTPRequestHandler], None], words: str
) -> None:
    """Each address by itself, with what to do."""
    with host(answer) as there:
        found = of(Check.SITE, looked(at_site(publication, f"http://{there}")))
    assert {one.level for one in found} == {Level.FAIL}
    assert all(words in one.what and one.todo for one in found)


def test_a_site_that_is_not_there_is_told(publication: Path) -> None:
    """Once, with all that readers rely on."""
    with host(says(200)) as gone:
        pass
    (found,) = of(Check.SITE, looked(at_site(publication, f"http://{gone}")))
    assert found.level is Level.FAIL
    assert found.what.startswith("the home page, the newest issue, ")
    assert found.what.endswith(f"at {gone}: nothing listens there")


def test_a_certificate_is_told_with_the_days_that_are_left(publication: Path, made: Certificates) -> None:
    """In good time: three weeks before its end."""
    with host(says(200), context=made.good.server_context()) as there:
        site = f"https://{there.replace('127.0.0.1', 'localhost')}"
        extent = Extent(trust=made.trusting())
        early = of(Check.CERTIFICATE, looked(at_site(publication, site), extent))
        late = datetime(2099, 12, 20, tzinfo=UTC)
        found = of(Check.CERTIFICATE, looked(at_site(publication, site, lambda: late), extent))
    assert [one.level for one in early] == [Level.OK]
    assert [one.level for one in found] == [Level.WARN]
    assert "the certificate of localhost is good for 11 more days, until 2099-12-31" in found[0].what


@pytest.mark.parametrize("which", ["expired", "wrong_host", "self_signed"])
def test_a_false_certificate_is_a_failure(publication: Path, made: Certificates, which: str) -> None:
    """As readers' browsers take it."""
    with host(says(200), context=getattr(made, which).server_context()) as there:
        site = f"https://{there.replace('127.0.0.1', 'localhost')}"
        found = of(Check.SITE, looked(at_site(publication, site), Extent(trust=made.trusting())))
    assert {one.level for one in found} == {Level.FAIL}
    assert all("its certificate is not to be trusted" in one.what for one in found)


def test_a_site_without_https_is_told(publication: Path) -> None:
    """Mail programs offer no leaving by one click then."""
    with host(says(200)) as there:
        found = of(Check.CERTIFICATE, looked(at_site(publication, f"http://{there}")))
    assert [one.level for one in found] == [Level.WARN]
    assert "RFC 8058" in found[0].what


@pytest.mark.parametrize(
    ("ahead", "level"), [(0, Level.OK), (-2, Level.OK), (5, Level.WARN), (-30, Level.WARN), (90, Level.FAIL)]
)
def test_our_clock_is_held_against_that_of_another_machine(publication: Path, ahead: int, level: Level) -> None:
    """By the date that each answer bears, to the second. 127.0.0.2 stands for another machine."""
    with host(says(200, date=NOW), on="127.0.0.2") as there:
        app = at_site(publication, f"http://{there}", lambda: NOW + timedelta(seconds=ahead + 0.5))
        (found,) = of(Check.CLOCK, looked(app))
    assert found.level is level
    assert found.todo or level is Level.OK


def test_a_site_on_this_machine_says_nothing_of_our_clock(publication: Path) -> None:
    """It is the same clock, whatever date it shows."""
    with host(says(200, date=NOW)) as there:
        app = at_site(publication, f"http://{there}", lambda: NOW + timedelta(hours=1))
        (found,) = of(Check.CLOCK, looked(app))
    assert found.level is not Level.FAIL


def test_one_machine_with_a_wrong_clock_makes_ours_not_wrong() -> None:
    """The middle of all counts."""
    minute = timedelta(minutes=10)
    (found,) = look_at_clock([(NOW, NOW), (NOW + minute, NOW), (NOW, NOW)], NOW)
    assert found.level is Level.OK


def test_without_another_machine_the_kernel_is_asked() -> None:
    """Whether somebody keeps the clock in step; asking changes nothing."""
    (found,) = look_at_clock((), NOW)
    assert found.level is {True: Level.OK, False: Level.WARN, None: Level.UNCHECKED}[kept_in_step()]


def test_a_site_of_examples_is_not_asked_for(publication: Path) -> None:
    """Nobody has focus.example.org."""
    (found,) = of(Check.SITE, looked(open_app(publication, lambda: NOW)))
    assert (found.level, found.what) == (Level.UNCHECKED, "focus.example.org is a sample address")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (hang(), "no answer came within 0.2 seconds"),
        (raw(b"220 mx.example.org ESMTP\r\n"), "does not speak HTTP"),
        (raw(b""), "does not speak HTTP"),
    ],
    ids=["silence", "SMTP", "nothing"],
)
def test_what_answers_nothing_useful_is_told_in_words(reply: Callable[..., object], words: str) -> None:
    """Within its time."""
    with webserver() as server:
        server.answer("/", reply)  # type: ignore[arg-type]
        with pytest.raises(NoAnswer, match=words):
            knock(server.url("/", host="127.0.0.1"), "tests", seconds=0.2)


def test_a_host_that_has_no_name_is_told() -> None:
    """Without a traceback, and without asking far: no name has such a label."""
    with pytest.raises(NoAnswer, match="no host of this name"):
        knock(f"http://{'a' * 64}.test/", "tests")
