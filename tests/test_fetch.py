"""Asking the web: whatever a server does, each request ends in time as one value, and stands in nobody else's way."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch import fields
from newsletter.fetch.answer import Answer, Failure, FailureKind, Limits, Outcome, Request
from newsletter.fetch.client import Fetcher, get
from newsletter.fetch.encoding import NotDecodable, decoder
from newsletter.fetch.guard import Guard
from newsletter.fetch.turns import Turns
from tests.webserver import (
    OK,
    Asked,
    Reply,
    WebServer,
    Wire,
    bomb,
    compressed,
    drip,
    endless,
    hang,
    head,
    late,
    page,
    parted,
    raw,
    redirect,
    webserver,
)

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><title>Wire</title></channel></rss>"
HOSTS = ["wire.test", "second.test", "third.test", *(f"feed-{n}.test" for n in range(60))]
PATIENT = Limits(seconds=20)
HASTY = Limits(seconds=0.3)  # for servers that never end


@pytest.fixture
def server() -> Iterator[WebServer]:
    with webserver() as one:
        yield one


def fetcher(server: WebServer, limits: Limits = PATIENT) -> Fetcher:
    return Fetcher(Guard(HOSTS), limits, "newsletter-test/1", NOW, lookup=server.lookup)


def ask(server: WebServer, path: str = "/feed", limits: Limits = PATIENT, **more: str) -> Outcome:
    request = Request(key="k", **{"url": server.url(path), **more})
    return get(request, Guard(HOSTS), limits, "newsletter-test/1", NOW, lookup=server.lookup)


def answered(outcome: Outcome) -> Answer:
    assert isinstance(outcome, Answer), outcome
    return outcome


def failed(outcome: Outcome) -> FailureKind:
    assert isinstance(outcome, Failure), outcome
    assert outcome.what.endswith(".")
    return outcome.kind


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


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("Wed, 25 Nov 2026 13:02:00 GMT", 120),
        ("Wednesday, 25-Nov-26 13:02:00 GMT", 120),
        ("Wed, 25 Nov 2026 14:02:00 +0100", 120),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 0),
        ("9" * 5000, 31_536_000),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 31_536_000),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("١٢", None),
        ("Wed, 99 Nov 2026 13:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: int | None) -> None:
    """Seconds from now, never negative, at most a year; None where nobody could tell."""
    assert fields.retry_after(header, NOW) == seconds


@pytest.mark.parametrize(("status", "header"), [(429, "120"), (503, "Wed, 25 Nov 2026 13:02:00 GMT")])
def test_a_server_that_asks_for_patience_is_heard(server: WebServer, status: int, header: str) -> None:
    """Retry-After comes with the answer."""
    server.answer("/feed", page(status=status, headers={"Retry-After": header}))
    assert answered(ask(server)).retry_after == 120


DATE = "Wed, 25 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("cache_control", "expires", "date", "seconds"),
    [
        ("max-age=600", None, None, 600),
        ("public, MAX-AGE = 600", "Wed, 25 Nov 2026 12:01:00 GMT", DATE, 600),
        ('max-age="600"', None, None, 600),
        ("max-age=600, no-cache", None, None, 0),
        ('no-cache="Set-Cookie"', None, None, 0),
        ("No-Store", DATE, DATE, 0),
        ("s-maxage=600", None, None, None),
        ("x-max-age=600", None, None, None),
        ("max-age=later", None, None, None),
        ("max-age=" + "9" * 5000, None, None, 31_536_000),
        ("", "Wed, 25 Nov 2026 12:10:00 GMT", DATE, 600),
        ("", "Wed, 25 Nov 2026 13:10:00 GMT", None, 600),
        ("", "Wed, 25 Nov 2026 11:00:00 GMT", DATE, 0),
        ("", "0", DATE, 0),
        ("", "-1", None, 0),
        ("", None, DATE, None),
    ],
)
def test_freshness_is_read_from_cache_control_or_expires(
    cache_control: str, expires: str | None, date: str | None, seconds: int | None
) -> None:
    """Cache-Control wins; what is not to be kept is stale at once; Expires counts from the server's own date."""
    assert fields.max_age(cache_control, expires, date, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("text/html; charset=ISO-8859-2", ("text/html", "iso-8859-2")),
        ("TEXT/XML", ("text/xml", None)),
        ("text/html; charset='utf-8'", ("text/html", "utf-8")),
        ("text/html;charset=klingon-8", ("text/html", "klingon-8")),
        ("text/html, text/plain", ("text/html", None)),
        ("html", ("", None)),
        ("; charset=utf-8", ("", "utf-8")),
        ("", ("", None)),
        (None, ("", None)),
    ],
)
def test_the_type_is_read_as_declared(header: str | None, found: tuple[str, str | None]) -> None:
    """Right or wrong, the declaration is handed on; who reads the body judges it."""
    assert fields.content_type(header) == found


@given(st.text(max_size=100))
def test_no_header_field_raises(text: str) -> None:
    """Nothing that a server can write into a field is more than a value, or None."""
    fields.content_type(text)
    fields.retry_after(text, NOW)
    fields.max_age(text, text, text, NOW)
    fields.validator(text)


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


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "br", "zstd"])
def test_an_encoded_body_is_decoded(server: WebServer, encoding: str) -> None:
    """Each encoding that we offer, over bodies longer than one piece."""
    body = b"".join(b"%d;" % n for n in range(200_000))
    server.answer("/feed", page(body, encoding=encoding))
    assert answered(ask(server)).body == body


@given(
    body=st.binary(max_size=2000).map(lambda some: some * 200),
    encoding=st.sampled_from(["gzip", "deflate", "br", "zstd"]),
    step=st.integers(1, 5000),
)
def test_what_is_encoded_is_decoded(body: bytes, encoding: str, step: int) -> None:
    """In whatever pieces it arrives, nothing is lost and the end is recognised."""
    packed = compressed(body, encoding)
    decoding = decoder(encoding)
    pieces = [packed[at : at + step] for at in range(0, len(packed), step)]
    decoded = [piece for data in pieces for piece in decoding.pieces(data)]
    assert b"".join(decoded) == body
    assert decoding.is_whole
    assert max(map(len, decoded), default=0) <= 128 * 1024


@given(
    data=st.binary(min_size=1, max_size=300),
    encoding=st.sampled_from(["gzip", "deflate", "br", "zstd"]),
    cut=st.integers(0, 40),
)
def test_nonsense_is_refused_or_unfinished(data: bytes, encoding: str, cut: int) -> None:
    """Octets that are not of the encoding, alone or after a good beginning, raise nothing but `NotDecodable`."""
    decoding = decoder(encoding)
    try:
        for piece in (*decoding.pieces(compressed(FEED, encoding)[: cut or None]), *decoding.pieces(data)):
            assert len(piece) <= 128 * 1024
    except NotDecodable:
        pass


def test_several_gzip_members_are_one_body_and_padding_is_passed_over(server: WebServer) -> None:
    """RFC 1952 allows members; zeros after them are common and harmless."""
    server.answer(
        "/feed", page(gzip.compress(b"one,") + gzip.compress(b"two") + bytes(20), headers={"Content-Encoding": "gzip"})
    )
    assert answered(ask(server)).body == b"one,two"


def test_deflate_without_its_header_is_decoded(server: WebServer) -> None:
    """Old servers send it so."""
    server.answer("/feed", page(compressed(FEED, "deflate")[2:-4], headers={"Content-Encoding": "deflate"}))
    assert answered(ask(server)).body == FEED


def body_of(packed: bytes, encoding: str) -> Reply:
    return page(packed, headers={"Content-Encoding": encoding})


ZIPPED = compressed(FEED * 100, "gzip")
BROKEN: dict[str, Reply] = {
    "a length that is too long": raw(OK, b"Content-Length: 1000\r\n\r\n", FEED),
    "chunks without an end": parted(FEED, FEED, cut=True),
    "a chunk that breaks off": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nff\r\n", FEED),
    "a chunk of no size": raw(OK, b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", FEED),
    "gzip that is none": body_of(FEED, "gzip"),
    "gzip that breaks off": body_of(ZIPPED[:-20], "gzip"),
    "gzip without its checksum": body_of(ZIPPED[:-8], "gzip"),
    "gzip with a wrong checksum": body_of(ZIPPED[:-8] + bytes(8), "gzip"),
    "deflate that breaks off": body_of(compressed(FEED, "deflate")[:-6], "deflate"),
    "brotli that breaks off": body_of(compressed(FEED, "br")[:-5], "br"),
    "brotli that is none": body_of(b"\xff" * 40, "br"),
    "zstd that breaks off": body_of(compressed(FEED, "zstd")[:-5], "zstd"),
    "zstd that is none": body_of(FEED, "zstd"),
    "gzip in too many parts": body_of(gzip.compress(b"") * 1100, "gzip"),
    "an encoding that nobody offered": body_of(FEED, "compress"),
    "an encoding twice over": body_of(gzip.compress(ZIPPED), "gzip, gzip"),
    "nothing at all": raw(),
    "no HTTP": raw(b"220 mail.test ESMTP\r\n"),
    "an end within the header": raw(OK, b"Content-Type: text/xml\r\nETa"),
    "a header field without a colon": raw(OK, b"Content-Length 4\r\n\r\nFEED"),
    "a length that is no number": raw(OK, b"Content-Length: four\r\n\r\nFEED"),
    "two lengths": raw(OK, b"Content-Length: 4\r\nContent-Length: 9\r\n\r\nFEED"),
    "a header field of 64 KiB": raw(OK, b"X-Long: " + b"a" * 65536 + b"\r\nContent-Length: 0\r\n\r\n"),
    "ten thousand header fields": raw(OK, *(b"X-%d: 1\r\n" % n for n in range(10_000)), b"\r\n"),
    "header fields without end": endless(OK, b"X-More: more\r\n" * 100),
    "a header field without end": endless(OK + b"X-Long: ", b"a" * 4096),
    "a status line without end": endless(b"HTTP/1.1 200 ", b"a" * 4096),
    "another protocol": raw(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_answer_is_a_failure(server: WebServer, reply: Reply) -> None:
    """What is cut short, wrongly encoded or against the protocol is never taken for a whole body."""
    server.answer("/feed", reply)
    assert failed(ask(server)) is FailureKind.BROKEN


def test_no_word_of_a_server_gets_into_the_words_for_the_operator(server: WebServer) -> None:
    """Otherwise a server could write to the desk."""
    for at, (name, reply) in enumerate(BROKEN.items()):
        server.answer(f"/{at}", reply)
        outcome = ask(server, f"/{at}")
        assert isinstance(outcome, Failure)
        assert outcome.what.startswith("wire.test ")
        assert "\n" not in outcome.what, name


SLOW: dict[str, Reply] = {
    "before the header": hang(),
    "within the header": hang(OK, b"Content-Type: text/"),
    "before the body": hang(OK, b"Content-Length: 100\r\n\r\n"),
    "within the body": hang(OK, b"Content-Length: 100\r\n\r\n", b"<rss>"),
    "header by drops": drip((b"%c" % octet for octet in OK + b"X-Slow: " + b"a" * 1000), every=0.02),
    "body by drops": drip(itertools.chain((OK, b"\r\n"), itertools.repeat(b".")), every=0.02),
    "informational answers without end": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize("reply", SLOW.values(), ids=SLOW.keys())
def test_a_slow_answer_ends_at_the_deadline(server: WebServer, reply: Reply) -> None:
    """The seconds are for the whole request; drops do not prolong it."""
    server.answer("/feed", reply)
    assert failed(ask(server, limits=HASTY)) is FailureKind.TOO_SLOW


def test_redirects_share_one_deadline(server: WebServer) -> None:
    """Each hop takes most of it; the second has not enough left to be answered."""
    for at in range(5):
        server.answer(f"/{at}", late(redirect(302, f"/{at + 1}"), 0.25))
    assert failed(ask(server, "/0", limits=Limits(seconds=0.4))) is FailureKind.TOO_SLOW
    assert server.asked("/2") == []


def test_a_body_may_be_as_large_as_the_limit_and_no_larger(server: WebServer) -> None:
    """Counted in decoded octets, whatever the length field says."""
    limits = Limits(bytes=1000)
    for size, path in ((1000, "/whole"), (1001, "/more")):
        server.answer(path, page(b"a" * size))
        server.answer(f"{path}.gz", page(b"a" * size, encoding="gzip"))
        server.answer(f"{path}.parts", parted(b"a" * 500, b"a" * (size - 500)))
    for ending in ("", ".gz", ".parts"):
        assert len(answered(ask(server, f"/whole{ending}", limits)).body) == 1000
        assert failed(ask(server, f"/more{ending}", limits)) is FailureKind.TOO_LARGE


def test_a_body_without_end_is_cut_off(server: WebServer) -> None:
    """Without a length, as fast as the line goes."""
    server.answer("/feed", endless(OK + b"\r\n", bytes(65536)))
    assert failed(ask(server, limits=Limits(bytes=2**20))) is FailureKind.TOO_LARGE


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_of_100_mb_is_defused_while_it_is_small(server: WebServer, encoding: str) -> None:
    """A thousandth of its size on the wire; it ends at the limit, and memory never held much more than that."""
    server.answer("/feed", bomb(100, encoding))
    tracemalloc.start()
    outcome = ask(server, limits=Limits(bytes=5 * 2**20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failed(outcome) is FailureKind.TOO_LARGE
    assert peak < 20 * 2**20


def test_many_large_bodies_at_once_are_held_a_few_at_a_time(server: WebServer) -> None:
    """Memory is bounded though the caller takes nothing yet; in the end every body arrives whole."""
    body = bytes(2 * 2**20)
    server.answer("/feed", page(body, encoding="gzip"))
    with fetcher(server) as fetching:
        for at in range(40):
            fetching.submit(Request(key=str(at), url=server.url("/feed", f"feed-{at}.test")))
        outcomes = fetching.outcomes()
        assert len(answered(next(outcomes)).body) == len(body)
        tracemalloc.start()
        assert [len(answered(outcome).body) for outcome in outcomes] == [len(body)] * 39
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 50 * 2**20  # all of them would be 80 MiB


@pytest.mark.parametrize(
    "reply", [page(b""), page(b"", encoding=None, headers={"Content-Encoding": "gzip"}), page(status=204)]
)
def test_an_empty_body_is_a_body(server: WebServer, reply: Reply) -> None:
    """Also one that is said to be compressed: nothing is nothing."""
    server.answer("/feed", reply)
    assert answered(ask(server)).body == b""


def test_a_body_that_ends_with_the_connection_is_whole(server: WebServer) -> None:
    """HTTP/1.0 had no other way."""
    server.answer("/feed", raw(b"HTTP/1.0 200 OK\r\n\r\n", FEED))
    answer = answered(ask(server))
    assert (answer.body, answer.media_type, answer.charset) == (FEED, "", None)


def test_chunks_are_put_together(server: WebServer) -> None:
    """As one body."""
    server.answer("/feed", parted(FEED[:7], FEED[7:]))
    assert answered(ask(server)).body == FEED


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


def test_outcomes_come_in_order_of_completion_also_for_what_is_submitted_meanwhile(server: WebServer) -> None:
    """A slow host does not hold back what is ready; following what was found needs no second run."""
    server.answer("/feed", page(FEED))
    others_are_done = threading.Event()

    async def slow(asked: Asked, wire: Wire) -> None:
        while not others_are_done.is_set():
            await wire.pause(0.01)
        await page(FEED)(asked, wire)

    server.answer("/slow", slow)
    keys = []
    with fetcher(server) as fetching:
        fetching.submit(Request(key="slow", url=server.url("/slow")))
        fetching.submit(Request(key="first", url=server.url("/feed", "second.test")))
        for outcome in fetching.outcomes():
            keys.append(outcome.key)
            if outcome.key == "first":
                fetching.submit(Request(key="found", url=server.url("/feed", "third.test")))
                fetching.submit(Request(key="nonsense", url="mailto:ana@example.org"))
            if len(keys) == 3:
                others_are_done.set()
        assert list(fetching.outcomes()) == []
    assert (keys[0], sorted(keys[1:3]), keys[3:]) == ("first", ["found", "nonsense"], ["slow"])


def test_one_host_is_asked_for_one_thing_at_a_time(server: WebServer) -> None:
    """Twelve feeds of one host queue up; every one is answered."""
    server.answer("/feed", late(page(FEED), 0.005))
    with fetcher(server) as fetching:
        for at in range(12):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert {answered(outcome).status for outcome in fetching.outcomes()} == {200}
    assert server.most_at_once == {"wire.test": 1}


def test_a_connection_is_kept_for_those_who_wait_for_its_host(server: WebServer) -> None:
    """Ten feeds of one host cost one connection, or two when the first went before another waited."""
    server.answer("/feed", page(FEED))
    with fetcher(server) as fetching:
        for at in range(10):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert len(list(fetching.outcomes())) == 10
    assert server.connections <= 2
    assert server.log[-1].headers["connection"] == "close"  # nobody follows


def test_waiting_for_ones_turn_costs_no_time_of_ones_own(server: WebServer) -> None:
    """Four requests to one hanging host: each has its whole time, so each was really asked."""
    server.answer("/feed", hang())
    with fetcher(server, HASTY) as fetching:
        for at in range(4):
            fetching.submit(Request(key=str(at), url=server.url("/feed")))
        assert {failed(outcome) for outcome in fetching.outcomes()} == {FailureKind.TOO_SLOW}
    assert len(server.log) == 4


def test_hanging_hosts_delay_nobody_else(server: WebServer) -> None:
    """Ten hang, with many requests each, and only eleven connections are allowed: the others go through at once."""
    server.answer("/feed", page(FEED))
    server.answer("/hang", hang())
    with fetcher(server, Limits(seconds=60, connections=11)) as fetching:
        for at in range(100):
            fetching.submit(Request(key="hang", url=server.url("/hang", f"feed-{at % 10}.test")))
        for at in range(20, 60):
            fetching.submit(Request(key="quick", url=server.url("/feed", f"feed-{at}.test")))
        outcomes = fetching.outcomes()
        assert [next(outcomes).key for _ in range(40)] == ["quick"] * 40


def test_a_redirect_queues_up_for_the_host_it_leads_to(server: WebServer) -> None:
    """Many feeds that moved to one host ask it one after another."""
    server.answer("/old", redirect(301, f"http://wire.test:{server.port}/feed"))
    server.answer("/feed", late(page(FEED), 0.005))
    with fetcher(server) as fetching:
        for at in range(12):
            fetching.submit(Request(key=str(at), url=server.url("/old", f"feed-{at}.test")))
        assert {answered(outcome).moved_to for outcome in fetching.outcomes()} == {server.url("/feed")}
    assert server.most_at_once["wire.test"] == 1


def test_no_more_is_begun_while_outcomes_wait(server: WebServer) -> None:
    """Whoever takes nothing gets nothing more to hold: two under way, three that wait, then silence."""
    server.answer("/feed", page(FEED))
    with fetcher(server, Limits(seconds=20, waiting=3, connections=2)) as fetching:
        for at in range(40):
            fetching.submit(Request(key=str(at), url=server.url("/feed", f"feed-{at}.test")))
        outcomes = fetching.outcomes()
        next(outcomes)
        begun = len(server.log)
        assert begun <= 1 + 3 + 2
        assert len(list(outcomes)) == 39
    assert len(server.log) == 40


def test_leaving_early_ends_everything(server: WebServer) -> None:
    """Requests under way, queued, and finished but not taken: no thread, socket or task of theirs remains."""
    before = threading.active_count()
    server.answer("/feed", page(FEED))
    server.answer("/hang", hang(OK, b"Content-Length: 100\r\n\r\n<rss>"))
    with fetcher(server) as fetching:
        for at in range(30):
            path = "/hang" if at % 2 else "/feed"
            fetching.submit(Request(key=str(at), url=server.url(path, f"feed-{at % 10}.test")))
        assert answered(next(fetching.outcomes())).status == 200
    assert threading.active_count() == before


def test_after_leaving_nothing_is_waited_for(server: WebServer) -> None:
    """What would never come is an error, not a wait without end."""
    server.answer("/hang", hang())
    with fetcher(server) as fetching:
        fetching.submit(Request(key="k", url=server.url("/hang")))
    with pytest.raises(RuntimeError, match="left"):
        next(fetching.outcomes())


def test_an_error_of_the_caller_ends_everything_and_is_his_own(server: WebServer) -> None:
    """Nothing hangs, nothing is swallowed."""
    server.answer("/hang", hang())

    def work() -> None:
        with fetcher(server) as fetching:
            fetching.submit(Request(key="k", url=server.url("/hang")))
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        work()


def test_a_mistake_of_ours_comes_to_the_caller(server: WebServer) -> None:
    """A bug in a look-up that somebody injected is raised where the outcomes are read, each time, not waited for."""

    async def mistaken(host: str, port: int, family: int) -> Sequence[str]:
        raise KeyError("a bug")

    with Fetcher(Guard(), PATIENT, "a", NOW, lookup=mistaken) as fetching:
        for key in "ab":
            fetching.submit(Request(key=key, url="http://a.test/"))
        for _ in range(3):
            with pytest.raises(KeyError, match="a bug"):
                next(fetching.outcomes())


def test_a_loop_that_breaks_down_is_told_to_the_caller() -> None:
    """Here it never gets as far as running, for want of limits."""
    with Fetcher(Guard(), None, "a", NOW) as fetching:  # type: ignore[arg-type]  # the mistake
        fetching.submit(Request(key="k", url="http://a.test/"))
        with pytest.raises(AttributeError):
            next(fetching.outcomes())


def test_a_thousand_sources_are_asked_in_one_run(server: WebServer) -> None:
    """A thousand host names, each asked once, all answered."""
    server.answer("/feed", page(FEED, etag='"v1"'))
    hosts = [f"source-{at}.test" for at in range(1000)]
    with Fetcher(Guard(hosts), PATIENT, "a", NOW, lookup=server.lookup) as fetching:
        for host in hosts:
            fetching.submit(Request(key=host, url=server.url("/feed", host), etag='"v1"'))
        outcomes = {outcome.key: answered(outcome).status for outcome in fetching.outcomes()}
    assert outcomes == dict.fromkeys(hosts, 304)
    assert server.most_at_once == dict.fromkeys(hosts, 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=60), st.integers(1, 3))
def test_turns_are_fair_and_bounded(steps: list[tuple[str, bool]], per_host: int) -> None:
    """However coming, going and ending are mixed: first come first served within a host, never too many at once."""
    turns: Turns[tuple[str, int]] = Turns(per_host)
    going: list[tuple[str, int]] = []
    given_out: list[tuple[str, int]] = []

    def take() -> None:
        while (one := turns.next()) is not None:
            going.append(one)
            given_out.append(one)
        assert all(sum(host == other for other, _ in going) <= per_host for host in "abc")

    for at, (host, ends) in enumerate(steps):
        turns.add(host, (host, at))
        take()
        if ends and going:
            turns.end(going.pop(0)[0])
            take()
    while going:
        turns.end(going.pop()[0])
        take()
    for host in "abc":
        order = [at for other, at in given_out if other == host]
        assert order == [at for at, (other, _) in enumerate(steps) if other == host]
        assert not turns.is_wanted(host)


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
