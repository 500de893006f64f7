"""The archive as the site serves it: the files below public/ and nothing beside them, in the right form."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.living import Living, running
from tests.smtpserver import LIMIT

SECRET = b"zq-not-for-the-world-qz"
LARGE = bytes(range(256)) * 4_000


@pytest.fixture(scope="module", params=["", "/newsletter"], ids=["at the root", "below a path"])
def site(request: pytest.FixtureRequest, pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """A site with a small archive of files of every kind, with secrets all around it."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("static") / "publication"))
    base = request.param
    files = {
        "index.html": b"<!DOCTYPE html><title>home</title>",
        "404.html": b"<!DOCTYPE html><title>missing</title>",
        "issues/2026-11-20/index.html": b"<!DOCTYPE html><title>issue</title>",
        "search/index.html": b"<!DOCTYPE html><title>search</title>",
        "feed.xml": b"<rss/>",
        "feed.json": b"{}",
        "atom.xml": b"<feed/>",
        "sitemap.xml": b"<urlset/>",
        "robots.txt": b"User-agent: *",
        "assets/site.0123456789.css": b"body{}",
        "assets/search.0123456789.js": b"1",
        "assets/inter.0123456789.woff2": b"wOF2",
        "images/0123.png": LARGE,
        "pagefind/2026/pagefind.js": b"1",
        "pagefind/2026/wasm.en.pagefind": b"1",
        "a name ü%20 .txt": b"odd",
        ".hidden": SECRET,
        ".git/config": SECRET,
        ".well-known/security.txt": b"Contact: mailto:editor@example.org",
        "_redirects": f"{base}/old/ {base}/issues/2026-11-20/ 301\n{base}/away https://example.org/ 301\n".encode(),
        "old/index.html": b"for hosts that know no redirects",
    }
    for name, data in files.items():
        path = root / "public" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (root / "secret.txt").write_bytes(SECRET)
    (root / "public-too").mkdir()
    (root / "public-too" / "secret.txt").write_bytes(SECRET)
    (root / "public" / "out").symlink_to(root)
    (root / "public" / "out.txt").symlink_to(root / "secret.txt")
    os.mkfifo(root / "public" / "pipe.txt")
    with running(root, base=base, pumping=False) as living:
        yield living


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/issues/2026-11-20/", "text/html; charset=utf-8"),
        ("/feed.xml", "application/rss+xml; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json"),
        ("/sitemap.xml", "application/xml"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/assets/site.0123456789.css", "text/css; charset=utf-8"),
        ("/assets/search.0123456789.js", "text/javascript; charset=utf-8"),
        ("/assets/inter.0123456789.woff2", "font/woff2"),
        ("/images/0123.png", "image/png"),
        ("/pagefind/2026/pagefind.js", "text/javascript; charset=utf-8"),
        ("/pagefind/2026/wasm.en.pagefind", "application/octet-stream"),
        ("/a%20name%20%C3%BC%2520%20.txt", "text/plain; charset=utf-8"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_comes_whole_with_its_type(site: Living, path: str, kind: str) -> None:
    """By GET as it lies there; by HEAD the same without it; and "not changed" to who has it already."""
    answer = site.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert len(answer.body) == int(answer.headers["content-length"])
    head = site.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control", "content-security-policy"):
        assert head.headers[name] == answer.headers[name]
    for asked in (answer.headers["etag"], f'"x", W/{answer.headers["etag"]}', "*"):
        again = site.get(path, {"If-None-Match": asked})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert site.get(path, {"If-None-Match": '"x"'}).status == 200


def test_a_large_file_comes_whole(site: Living) -> None:
    """In pieces, so that a slow reader fills no memory; every octet in its place."""
    assert site.get("/images/0123.png").body == LARGE


def test_what_is_named_by_its_digest_is_kept_for_ever_and_nothing_else(site: Living) -> None:
    """Pages are asked for again, so that a correction is seen at once."""
    for path in ("/assets/site.0123456789.css", "/images/0123.png"):
        assert site.get(path).headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/issues/2026-11-20/", "/feed.xml", "/pagefind/2026/pagefind.js"):
        assert site.get(path).headers["cache-control"] == "no-cache"
    assert site.get("/images/none.png").headers["cache-control"] == "no-store"


def test_a_file_that_is_written_anew_has_another_etag(site: Living) -> None:
    """Also where it is as long as before and replaced by rename."""
    path = site.root / "public" / "changing.html"
    tags, bodies = set(), []
    for text in (b"one", b"two"):
        path.with_name("changing.new").write_bytes(text)
        path.with_name("changing.new").replace(path)
        answer = site.get("/changing.html")
        tags.add(answer.headers["etag"])
        bodies.append(answer.body)
    assert (len(tags), bodies) == (2, [b"one", b"two"])


def test_a_folder_is_asked_for_with_its_slash(site: Living) -> None:
    """The address without it leads there for good, with what was asked behind it."""
    base = site.address.removeprefix(f"http://127.0.0.1:{site.port}")
    answer = site.get("/issues/2026-11-20?from=feed")
    assert (answer.status, answer.headers["location"]) == (301, f"{base}/issues/2026-11-20/?from=feed")
    assert site.get("/issues/").status == 404  # a folder without a page is not listed
    assert site.get("/issues").status == 404
    if base:
        assert site.ask("GET", f"http://127.0.0.1:{site.port}{base}").headers["location"] == f"{base}/"


def test_old_addresses_lead_to_new_ones(site: Living) -> None:
    """As public/_redirects says, also where a small page for other hosts stands there; the file itself is not shown."""
    base = site.address.removeprefix(f"http://127.0.0.1:{site.port}")
    old, away = site.get("/old/"), site.get("/away")
    assert (old.status, old.headers["location"]) == (301, f"{base}/issues/2026-11-20/")
    assert (away.status, away.headers["location"]) == (301, "https://example.org/")
    assert site.get("/_redirects").status == 404


def test_what_is_not_there_is_told_by_the_page_for_it(site: Living) -> None:
    """With 404, and the archive's own page."""
    answer = site.get("/issues/1999-01-01/")
    assert (answer.status, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert b"missing" in answer.body


OUTSIDE = [
    "/../secret.txt",
    "/issues/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2E%2E/secret.txt",
    "/.%2e/secret.txt",
    "/..%2fsecret.txt",
    "/issues%2f..%2f..%2fsecret.txt",
    "/%252e%252e/secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/issues\\..\\..\\secret.txt",
    "/%5c..%5csecret.txt",
    "/secret.txt%00.html",
    "/..%00/secret.txt",
    "/%00",
    "//etc/passwd",
    "///etc/passwd",
    "/%2fetc%2fpasswd",
    "/%2f%2fetc/passwd",
    "/../public-too/secret.txt",
    "/..public-too/secret.txt",
    "-too/secret.txt",
    "/./index.html",
    "/issues/./2026-11-20/",
    "/issues//2026-11-20/",
    "/out/secret.txt",
    "/out.txt",
    "/out/",
    "/pipe.txt",
    "/.hidden",
    "/.git/config",
    "/%2ehidden",
    "/.",
    "/..",
    "/" + "a/" * 5_000,
    "/" + "a" * 15_000,
    "/index.html/",
    "/index.html/x",
    "/~root/",
    "/C:/secret.txt",
    "/secret.txt::$DATA",
]


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: path[:40])
def test_no_path_leads_out_of_the_archive(site: Living, path: str) -> None:
    """However it is written: encoded, doubly encoded, with backslashes or NUL, by links. 404, and no secret."""
    base = site.address.removeprefix(f"http://127.0.0.1:{site.port}")
    answer = _raw(site, f"GET {base}{path} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] in (b"404", b"400")
    assert SECRET not in answer
    assert b"root:" not in answer


def test_a_whole_address_in_the_request_is_no_path(site: Living) -> None:
    """As a proxy is asked: we are none, and fetch nothing for anybody."""
    for target in ("http://example.org/", f"http://127.0.0.1:{site.port}/index.html", "example.org:443", "*"):
        for method in ("GET", "CONNECT", "OPTIONS"):
            answer = _raw(
                site, f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nConnection: close\r\n\r\n"
            )
            assert answer.split(b" ", 2)[1] in (b"404", b"405", b"400")


def test_nothing_can_be_sent_to_the_archive(site: Living) -> None:
    """A POST to a page of it is refused, and so is every other method anywhere."""
    for path in ("/", "/feed.xml", "/nothing"):
        answer = site.post(path, {"a": "b"})
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        for path in ("/", "/subscribe"):
            answer = site.ask(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def _raw(site: Living, request: str) -> bytes:
    """The answer to these very octets."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=LIMIT) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    return answer
