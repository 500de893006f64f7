"""What every answer of the site is guarded by, and what it does with requests that no browser of a reader sends."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from newsletter.actions.readers import readers_store
from newsletter.serving.limits import Rate
from newsletter.site.guard import policies_of
from newsletter.site.live import RATES
from newsletter.store import requests
from tests.living import Living, running
from tests.smtpserver import LIMIT

SHORT = 0.5  # seconds of patience in these tests
PATHS = (
    "/",
    "/issues/2026-10-30/",
    "/search/",
    "/feed.xml",
    "/subscribe",
    "/confirm/x",
    "/preferences",
    "/u/x",
    "/p/x",
    "/me/x",
    "/me/x/export",
    "/me/x/erase",
    "/answer/2026-10-30",
    "/health",
    "/nothing",
    "/%2e%2e/x",
)


@pytest.fixture(scope="module")
def site(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """The sample's site, its archive built, which waits half a second only for what is sent to it."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("guard") / "publication"))
    with running(root, pumping=False, archive=True, patience=SHORT) as living:
        yield living


def waiting(site: Living) -> int:
    with readers_store(site.app) as readers:
        return requests.count(readers.store)


def raw(site: Living, request: bytes) -> bytes:
    """The whole answer to these very octets, until the site closes the connection."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=LIMIT) as connection:
        connection.sendall(request)
        return rest(connection)


def rest(connection: socket.socket) -> bytes:
    answer = b""
    try:
        while piece := connection.recv(65_536):
            answer += piece
    except ConnectionResetError:
        pass
    return answer


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def head(site: Living, *lines: str, first: str = "GET /subscribe HTTP/1.1", host: str | None = None) -> bytes:
    host = f"127.0.0.1:{site.port}" if host is None else host
    return "\r\n".join((first, f"Host: {host}", *lines, "", "")).encode("latin-1")


# Headers


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_every_answer_has_the_strict_headers(site: Living, method: str, path: str) -> None:
    """Pages, files, refusals: nothing but our own files is loaded, no script runs, no frame holds us, no address of
    ours is told to others, and no cookie is set."""
    headers = site.ask(method, path, b"" if method == "POST" else None).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["style-src"] == policy["font-src"] == "'self'"
    assert policy["form-action"] == f"'self' http://127.0.0.1:{site.port}"
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert policy.get("script-src") == ("'self' 'wasm-unsafe-eval'" if path == "/search/" else None)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "set-cookie" not in headers
    assert "server" not in headers


@pytest.mark.parametrize("path", PATHS[4:14])
def test_live_pages_are_kept_by_no_cache_and_listed_by_no_search_engine(site: Living, path: str) -> None:
    """Whatever stands between may keep none of them: a token may stand in the address."""
    for answer in (site.get(path), site.post(path, {})):
        assert answer.headers["cache-control"] == "no-store"
        if answer.status != 405:
            assert answer.headers["x-robots-tag"] == "noindex"


def test_https_is_kept_to_where_there_is_any() -> None:
    """For a year, for the hosts whose address in schedule.yaml begins with https, and for them alone."""
    both = policies_of("https://focus.example.org/news", "http://live.example.org:8000")
    assert both.secure == {"focus.example.org", "focus.example.org:443"}
    assert both.hosts == both.secure | {"live.example.org:8000"}
    assert both.search == ("/news/search/", "/news/pagefind/")
    assert "form-action 'self' https://focus.example.org http://live.example.org:8000;" in both.content


def test_an_https_site_behind_a_proxy_says_so(publication: Path) -> None:
    """The proxy speaks plain HTTP with us; what its visitors get tells their browsers to come by https only."""
    with running(publication, pumping=False, site="https://focus.example.org") as site:
        answer = site.get("/subscribe", {"Host": "focus.example.org"})
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in site.get("/subscribe").headers


# Whom it answers


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{port}.evil.example",
        "evil.example:{port}",
        "127.0.0.1:{port}@evil.example",
        "evil.example/127.0.0.1:{port}",
        "127.0.0.1:{port}, evil.example",
        "127.0.0.1:{port}\t",
        "[::ffff:127.0.0.1]:{port}",
        "LOCALHOST:{port}0",
    ],
)
def test_another_host_is_not_answered_for(site: Living, host: str) -> None:
    """A link or a redirect that names it would lead readers astray, and a cache keep that for everybody."""
    for path in ("/", "/subscribe", "/issues/2026-10-30", "/nothing"):
        answer = raw(
            site, head(site, "Connection: close", first=f"GET {path} HTTP/1.1", host=host.format(port=site.port))
        )
        expected = {200, 301, 404} if host.endswith("\t") else {421, 400}  # white space around a value is none of it
        assert status(answer) in expected
        assert b"evil" not in answer


def test_two_hosts_or_none_are_refused(site: Living) -> None:
    """So are fields that others take the host from."""
    own = f"127.0.0.1:{site.port}"
    assert (
        status(raw(site, f"GET / HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\nConnection: close\r\n\r\n".encode())) == 400
    )
    assert status(raw(site, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400
    assert status(raw(site, b"GET / HTTP/1.0\r\n\r\n")) == 421
    led = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-URL": "/me/x"}
    for path in ("/", "/subscribe", "/issues/2026-10-30"):
        answer = site.get(path, led)
        assert b"evil" not in answer.body
        assert "evil" not in str(answer.headers)


def test_the_machine_s_own_names_are_answered_for(site: Living) -> None:
    """In any capitals: whoever tries it out where it runs."""
    for host in ("localhost", "LocalHost", "127.0.0.1"):
        assert site.get("/subscribe", {"Host": f"{host}:{site.port}"}).status == 200


ELSEWHERE = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "https:evil.example")


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nothing_leads_elsewhere(site: Living, where: str) -> None:
    """No page takes an address to go on to, in its query, its form or its path: whoever trusts us lands with us."""
    quoted = quote(where, safe="")
    paths = [f"/{where}", f"/{quoted}", f"/issues/{quoted}", f"/subscribe/{quoted}"]
    paths += [f"{page}?{name}={quoted}" for page in PATHS for name in ("next", "url", "page", "return", "redirect")]
    for path in paths:
        answer = raw(site, head(site, "Connection: close", first=f"GET {path} HTTP/1.1"))
        fields = answer.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
        for field in fields:
            if field.startswith(b"location:"):
                target = urlsplit(field.partition(b":")[2].strip().decode())
                assert target.netloc in ("", f"127.0.0.1:{site.port}"), path
                assert target.path.startswith("/")
                assert not target.path.startswith("//")
    form = dict.fromkeys(("next", "url", "page", "return", "redirect"), where)
    for path in ("/subscribe", "/preferences", "/u/x", "/me/x"):
        assert "evil" not in site.post(path, form).headers.get("location", "")


# What is too much


def test_a_body_that_is_too_large_is_refused(site: Living) -> None:
    """Whether it says its length or not; nothing of it is kept, and the site goes on."""
    form = b"address=" + b"a" * 70_000
    plain = "Content-Type: application/x-www-form-urlencoded"
    said = head(site, plain, f"Content-Length: {len(form)}", "Connection: close", first="POST /subscribe HTTP/1.1")
    answer = raw(site, said + form)
    assert status(answer) == 413
    assert b"longer than what fits into our form" in answer
    untold = head(site, plain, "Transfer-Encoding: chunked", "Connection: close", first="POST /subscribe HTTP/1.1")
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(form) // 10, form[: len(form) // 10]) for _ in range(11))
    assert status(raw(site, untold + chunks + b"0\r\n\r\n")) == 413
    assert waiting(site) == 0
    assert site.get("/health").status == 200


def test_a_form_with_too_many_fields_is_refused(site: Living) -> None:
    """Ours have five."""
    assert site.post("/subscribe", {f"f{number}": "x" for number in range(100)}).status == 400
    assert site.get("/subscribe?" + "&".join(f"f{number}=x" for number in range(100))).status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"address=%ff%fe%00",
        b"\xff\xfe\x00",
        b"address=%",
        b"=&&==&",
        b"address" * 3_000,
        b"address=%0d%0aSet-Cookie:a=b",
    ],
    ids=["no UTF-8", "octets", "half an escape", "signs", "one long name", "a header"],
)
def test_a_form_of_nonsense_is_a_form_that_is_wrong(site: Living, body: bytes) -> None:
    """No fault of ours, nothing written down, and no header of theirs."""
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "\x7f"):
        answer = site.ask("POST", "/subscribe", body, {"Content-Type": kind})
        assert answer.status == 422
        assert "set-cookie" not in answer.headers
    assert waiting(site) == 0


def test_overlong_heads_are_refused(site: Living) -> None:
    """A path, a query, a field and a number of fields that no browser sends; octets that are no HTTP."""
    for lines, path in (
        ((), f"/{'a' * 30_000}"),
        ((), f"/subscribe?language={'a' * 30_000}"),
        ((f"X-Long: {'a' * 30_000}",), "/"),
        (tuple(f"X-Field-{number}: a" for number in range(2_000)), "/"),
    ):
        answer = raw(site, head(site, *lines, "Connection: close", first=f"GET {path} HTTP/1.1"))
        assert status(answer) == 431
    for request in (b"GET / HTTP/1.1\r\n" + b"a" * 100_000, b"\x16\x03\x01\x02\x00" + b"\x00" * 600 + b"\r\n\r\n"):
        assert status(raw(site, request)) == 400
    assert site.get("/health").status == 200


def test_a_request_in_two_readings_is_refused(site: Living) -> None:
    """Two lengths, a length beside chunks, a field with a space in its name: a proxy in front may read it otherwise."""
    second = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    for lines in (
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: -1",),
        ("Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: xchunked",),
        ("Content-Length : 5",),
    ):
        answer = raw(site, head(site, *lines, "Connection: close", first="POST /subscribe HTTP/1.1") + second)
        assert status(answer) == 400 or (status(answer), answer.count(b"HTTP/1.1 ")) == (501, 1), lines


# Who is slow


def test_who_sends_a_body_slowly_is_let_go(site: Living) -> None:
    """After the patience there is; others are served meanwhile."""
    first = head(
        site,
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 1000",
        first="POST /subscribe HTTP/1.1",
    )
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", site.port), timeout=LIMIT) as connection:
        connection.sendall(first + b"address=")
        assert site.get("/health").status == 200
        assert status(rest(connection)) == 408
    assert SHORT * 0.9 <= time.monotonic() - began < LIMIT


def test_who_says_nothing_is_let_go(site: Living) -> None:
    """A connection without a request, one with half a head, and one that sends half a head after a whole request, at
    once or later: hundreds of them, and others are served all the same."""
    whole, half = head(site, first="GET /health HTTP/1.1"), head(site)[:-10]
    connections = [socket.create_connection(("127.0.0.1", site.port), timeout=LIMIT) for _ in range(300)]
    try:
        for at, connection in enumerate(connections):
            connection.sendall((b"", half, whole + half, whole)[at % 4])
        for connection in connections[3::4]:
            answer = b""
            while not answer.endswith(b"ok\n"):
                answer += connection.recv(65_536)
            connection.sendall(half)
        assert site.get("/health").status == 200
        ends = [rest(connection) for connection in connections]
    finally:
        for connection in connections:
            connection.close()
    assert set(ends[0::4]) == set(ends[1::4]) == set(ends[3::4]) == {b""}
    assert {status(answer) for answer in ends[2::4]} == {200}


def test_many_at_once_are_all_answered(site: Living) -> None:
    """Twenty visitors with twelve requests each, on pages and files."""
    found: list[int] = []

    def visit() -> None:
        found.extend(site.get(path).status for path in ("/", "/subscribe", "/issues/2026-10-30/", "/health") * 3)

    threads = [threading.Thread(target=visit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert found == [200] * 240


def test_the_archive_is_served_while_live_pages_wait_for_the_database(publication: Path) -> None:
    """A long transaction elsewhere keeps those waiting who sign up, and nobody who reads."""
    with running(publication, pumping=False, archive=True, behind=("127.0.0.1",)) as site:
        token = site.get("/subscribe").hidden("shown")
        site.clock.forward(seconds=30)
        found: list[int] = []

        def sign_up(number: int) -> None:
            form = {"address": f"reader{number}@example.org", "shown": token}
            found.append(site.post("/subscribe", form, {"X-Forwarded-For": f"10.0.{number}.1"}).status)

        threads = [threading.Thread(target=sign_up, args=(number,)) for number in range(60)]
        with readers_store(site.app) as readers, readers.store.writing_alone():
            for thread in threads:
                thread.start()
            assert [site.get(path).status for path in ("/", "/issues/2026-10-30/", "/nothing")] == [200, 200, 404]
            assert found == []
        for thread in threads:
            thread.join(LIMIT)
        assert found == [200] * 60
        assert waiting(site) == 60


# Our own troubles


def test_a_broken_template_is_told_to_the_log_and_not_to_the_visitor(
    publication: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """503, with the same strict headers, and no path of ours in it."""
    with running(publication, pumping=False) as site:
        broken = publication / "templates" / "live" / "subscribe.html"
        broken.parent.mkdir(parents=True)
        broken.write_text("{% if %}", "utf-8")
        site.seconds[0] += 5
        answer = site.get("/subscribe")
        assert (answer.status, answer.headers["retry-after"]) == (503, "300")
        assert "templates" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "live/subscribe.html:1" in caplog.text
        broken.unlink()
        site.seconds[0] += 5
        assert site.get("/subscribe").status == 200


def test_a_half_saved_schedule_changes_nothing_until_it_is_whole(publication: Path) -> None:
    """The pages stay as they were; what is saved well is seen a second later."""
    with running(publication, pumping=False) as site:
        path = publication / "schedule.yaml"
        whole = path.read_text("utf-8")
        path.write_text(whole.replace("name: Focus This Week", "name: Focus: This: Week"), "utf-8")
        site.seconds[0] += 5
        assert "Focus This Week" in site.get("/subscribe").text
        path.write_text(whole.replace("name: Focus This Week", "name: Another Week"), "utf-8")
        site.seconds[0] += 5
        assert "Another Week" in site.get("/subscribe").text


def test_a_new_look_is_there_before_the_archive_has_it(publication: Path) -> None:
    """Live pages name a style that they are shown with, whenever the archive was built last, or never."""
    with running(publication, pumping=False) as site:
        path = publication / "schedule.yaml"
        path.write_text(path.read_text("utf-8") + "\ntheme: { sans: 'Verdana, sans-serif' }\n", "utf-8")
        site.seconds[0] += 5
        found = re.search(r'rel="stylesheet" href="([^"]+)"', site.get("/subscribe").text)
        assert found
        style = site.get(found[1])
        assert (style.status, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
        assert "Verdana" in style.text


def test_what_one_network_may_do_is_generous_for_people() -> None:
    """A school class signs up at once, and a person always; the unsubscribing of a provider's readers has no limit."""
    assert RATES["subscribe"] == Rate(burst=20, every=30.0)
    assert "unsubscribe" not in RATES
