"""Bodies of answers: encoded, broken off, slow, without end; each is whole or refused, in time and in little memory."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch.answer import Failure, FailureKind, Limits, Request
from newsletter.fetch.encoding import NotDecodable, decoder
from tests.fetching import FEED, HASTY, answered, ask, failed, fetcher
from tests.webserver import (
    OK,
    Reply,
    WebServer,
    bomb,
    compressed,
    drip,
    endless,
    hang,
    late,
    page,
    parted,
    raw,
    redirect,
    webserver,
)


@pytest.fixture
def server() -> Iterator[WebServer]:
    with webserver() as one:
        yield one


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
