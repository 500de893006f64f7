"""Asking the web for one thing: what is sent, what an answer says of itself, where redirects lead, who is not there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from newsletter.fetch.answer import Answer, Failure, FailureKind, Limits, Request
from newsletter.fetch.client import get
from newsletter.fetch.guard import Guard
from tests.fetching import FEED, NOW, PATIENT, answered, ask, failed
from tests.webserver import Asked, WebServer, Wire, endless, head, page, redirect, webserver


@pytest.fixture
def server() -> Iterator[WebServer]:
    with webserver() as one:
        yield one


def test_a_page_is_answered_with_all_it_says_of_itself(server: WebServer) -> None:
    """Address, status, body, type, charset, validators and freshness, each as the server gave it."""
    server.answer(
        "/feed",
        page(
            FEED,
            etag='W/"v1"',
            last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
            headers={"Content-Type": 'Application/RSS+XML; version=2; Charset="UTF-8"', "Cache-Control": "max-age=600"},
        ),
    )
    assert ask(server) == Answer(
        key="k",
        url=server.url("/feed"),
        status=200,
        body=FEED,
        media_type="application/rss+xml",
        charset="utf-8",
        etag='W/"v1"',
        last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
        moved_to=None,
        retry_after=None,
        max_age=600,
    )


def test_a_request_says_who_asks_for_what(server: WebServer) -> None:
    """Agent and media types; no cookies, no encoding that we cannot undo, and no validators that we do not have."""
    server.answer("/feed", page(FEED, headers={"Set-Cookie": "id=1"}))
    ask(server, accept="application/feed+json")
    ask(server, accept="application/feed+json")
    asked = server.log[-1]
    assert asked.headers["user-agent"] == "newsletter-test/1"
    assert asked.headers["accept"] == "application/feed+json"
    assert asked.headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert {"cookie", "if-none-match", "if-modified-since", "referer", "authorization"} & set(asked.headers) == set()


@pytest.mark.parametrize(
    "validators", [{"etag": '"v1"'}, {"last_modified": "Tue, 24 Nov 2026 12:00:00 GMT"}], ids=["etag", "date"]
)
def test_what_has_not_changed_is_answered_with_304(server: WebServer, validators: dict[str, str]) -> None:
    """The validators of the last time go out, and the answer is a value without a body."""
    server.answer("/feed", page(FEED, etag='"v1"', last_modified="Tue, 24 Nov 2026 12:00:00 GMT"))
    answer = answered(ask(server, "/feed", PATIENT, **validators))
    assert (answer.status, answer.body, answer.etag) == (304, b"", '"v1"')


def test_validators_go_along_through_redirects(server: WebServer) -> None:
    """They came from the last address, so that one must see them."""
    server.answer("/old", redirect(302, "/feed"))
    server.answer("/feed", page(FEED, etag='"v1"'))
    assert answered(ask(server, "/old", etag='"v1"')).status == 304


@pytest.mark.parametrize("etag", ['"a\r\nX-Injected: 1"', '"\x00"', '"\ud800"', '"é"', '"' + "a" * 2000 + '"'])
def test_a_validator_that_cannot_be_sent_is_left_out(server: WebServer, etag: str) -> None:
    """It can have come from a hostile server; it breaks no header and stops no run."""
    server.answer("/feed", page(FEED))
    assert answered(ask(server, etag=etag)).status == 200
    assert not {"if-none-match", "x-injected"} & set(server.log[0].headers)


@pytest.mark.parametrize("status", [201, 204, 300, 305, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 599])
def test_every_final_status_is_an_answer(server: WebServer, status: int) -> None:
    """A value to decide on; the body of an error is not even read."""
    server.answer("/feed", page(FEED, status=status))
    answer = answered(ask(server))
    assert answer.status == status
    assert answer.body == (FEED if status == 201 else b"")


def test_the_page_of_an_error_may_be_broken_or_endless(server: WebServer) -> None:
    """404 is the answer, however large the page that says so."""
    server.answer("/feed", endless(b"HTTP/1.1 404 Not Found\r\n\r\n", bytes(65536)))
    assert answered(ask(server)).status == 404


@pytest.mark.parametrize(("status", "header"), [(429, "120"), (503, "Wed, 25 Nov 2026 13:02:00 GMT")])
def test_a_server_that_asks_for_patience_is_heard(server: WebServer, status: int, header: str) -> None:
    """Retry-After comes with the answer."""
    server.answer("/feed", page(status=status, headers={"Retry-After": header}))
    assert answered(ask(server)).retry_after == 120


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ([301], "/1"),
        ([308], "/1"),
        ([301, 308, 301], "/3"),
        ([302], None),
        ([303], None),
        ([307], None),
        ([301, 302], "/1"),
        ([301, 302, 301], "/1"),
        ([302, 301], None),
        ([308, 308, 307, 308], "/2"),
    ],
)
def test_only_an_unbroken_run_of_permanent_redirects_moves_a_source(
    server: WebServer, hops: list[int], moved_to: str | None
) -> None:
    """All are followed; the source's address changes as far as every hop was for good."""
    for at, status in enumerate(hops):
        server.answer(f"/{at}", redirect(status, f"/{at + 1}"))
    server.answer(f"/{len(hops)}", page(FEED))
    answer = answered(ask(server, "/0"))
    assert (answer.url, answer.body) == (server.url(f"/{len(hops)}"), FEED)
    assert answer.moved_to == (server.url(moved_to) if moved_to else None)


@pytest.mark.parametrize(
    ("location", "host", "path"),
    [
        ("/b/feed", "wire.test", "/b/feed"),
        ("feed", "wire.test", "/a/feed"),
        ("../feed?x=1", "wire.test", "/feed?x=1"),
        ("?page=2", "wire.test", "/a/start?page=2"),
        ("//second.test:PORT/feed", "second.test", "/feed"),
        ("http://second.test:PORT/feed#top", "second.test", "/feed"),
        ("/with a space", "wire.test", "/with%20a%20space"),
        ("/caf\xc3\xa9", "wire.test", "/caf%C3%A9"),
        ("/caf\xe9", "wire.test", "/caf%E9"),
        ("/signed?a=%2F&b=%2f&c=+", "wire.test", "/signed?a=%2F&b=%2f&c=+"),
    ],
)
def test_a_redirect_may_be_relative(server: WebServer, location: str, host: str, path: str) -> None:
    """Read against the address that sent it; raw octets are percent-encoded, what is encoded stays as it is."""
    server.answer("/a/start", redirect(302, location.replace("PORT", str(server.port))))
    server.answer(path, page(FEED), host=host)
    assert answered(ask(server, "/a/start")).body == FEED


def test_a_redirect_without_an_address_is_an_answer(server: WebServer) -> None:
    """There is nowhere to go."""
    server.answer("/feed", page(status=301))
    answer = answered(ask(server))
    assert (answer.status, answer.moved_to) == (301, None)


@pytest.mark.parametrize("location", ["/feed", "/other"])
def test_a_circle_of_redirects_ends(server: WebServer, location: str) -> None:
    """Five are followed, the sixth is not."""
    server.answer("/feed", redirect(301, location))
    server.answer("/other", redirect(301, "/feed"))
    assert failed(ask(server)) is FailureKind.LOOP
    assert len(server.log) == 6


def test_a_port_where_nobody_listens_is_unreachable(server: WebServer) -> None:
    """Told at once, with the system's reason."""
    with webserver() as gone:
        url = gone.url("/feed")
    outcome = ask(server, url=url)
    assert failed(outcome) is FailureKind.UNREACHABLE
    assert isinstance(outcome, Failure)
    assert "refused" in outcome.what


def test_a_server_without_tls_is_unreachable_by_https(server: WebServer) -> None:
    """The handshake fails; nothing is sent in the clear instead."""
    assert failed(ask(server, url=server.url("/feed").replace("http:", "https:"))) is FailureKind.UNREACHABLE
    assert server.log == []


def test_a_host_that_is_not_found_is_unreachable(server: WebServer) -> None:
    """The name is told, for it is usually misspelt."""

    async def nothing(host: str, port: int, family: int) -> Sequence[str]:
        raise OSError(-2, "Name or service not known")

    outcome = get(Request(key="k", url="http://wrie.test/"), Guard(), PATIENT, "a", NOW, lookup=nothing)
    assert failed(outcome) is FailureKind.UNREACHABLE
    assert isinstance(outcome, Failure)
    assert "wrie.test" in outcome.what


def test_a_name_server_that_does_not_answer_is_unreachable() -> None:
    """The time for connecting covers the look-up as well."""

    async def silent(host: str, port: int, family: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return ()

    outcome = get(Request(key="k", url="http://a.test/"), Guard(), Limits(connect=0.2), "a", NOW, lookup=silent)
    assert failed(outcome) is FailureKind.UNREACHABLE


def test_the_types_come_without_the_library() -> None:
    """Who only names limits or reads an outcome does not pay for importing aiohttp."""
    code = "import newsletter.fetch.answer, newsletter.fetch.guard, sys; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_answer_of_a_tests_own_is_given(server: WebServer) -> None:
    """The server of these tests does what it is told."""

    async def echo(asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, {"Content-Length": str(len(asked.path))}), asked.path.encode())

    server.answer("/feed?a=b", page(status=503), echo)
    assert answered(ask(server, "/feed?a=b")).status == 503
    assert answered(ask(server, "/feed?a=b")).body == b"/feed?a=b"
