"""The archive as a web server gives it out: the files below public/, and nothing beside them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
_UNKNOWN = "application/octet-stream"
_FEEDS = {
    "feed.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
_FOR_EVER = "public, max-age=31536000, immutable"  # the name holds the digest of the bytes
_ASK_AGAIN = "no-cache"  # may be kept, and is asked for again with its ETag
_NAMED_BY_DIGEST = ("assets", "images")
_REDIRECTS = "_redirects"
_WHOLE, _PIECE = 262_144, 65_536  # octets: up to the first, a file is read at once


class Static:
    """The files of one folder, at the paths below `base`; where one is not there, of `others`, by their path below it.

    The look of the live pages may be newer than that of the archive, and is there all the same.
    """

    def __init__(self, root: Path, base: str, others: Callable[[], Mapping[str, bytes]]) -> None:
        self._root = root
        self._base = base
        self._others = others
        self._moved: tuple[object, dict[str, str]] = (None, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await run_in_threadpool(self.answer, request)
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """The file, what has become of it, or that there is none."""
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Nothing can be sent to this address.\n", 405, {"Allow": "GET, HEAD"})
        path = request.scope["path"]
        if path == self._base and self._base:
            return _redirect(f"{path}/", request)
        parts = self._parts(path)
        if parts is not None:
            if new := self._redirects().get(path.removeprefix(self._base)):
                return RedirectResponse(new, 301, {"Cache-Control": _ASK_AGAIN})
            if (found := self._file(parts, request)) is not None:
                return found
            if (data := self._others().get("/".join(parts))) is not None:
                kind = _TYPES.get(Path(parts[-1]).suffix, _UNKNOWN)
                return Response(data, 200, {"Content-Type": kind, "Cache-Control": _FOR_EVER})
        return self._missing()

    def _parts(self, path: str) -> tuple[str, ...] | None:
        """The names of folders and file below the root, "" last for a folder; None for what can be none of ours.

        Percent-encoding is undone once, by the server: what is encoded twice is a name with a percent sign in it.
        """
        if not path.startswith(f"{self._base}/"):
            return None
        parts = tuple(path.removeprefix(f"{self._base}/").split("/"))
        if "" in parts[:-1] or any(map(_is_strange, parts)) or parts == (_REDIRECTS,):
            return None
        return parts

    def _file(self, parts: tuple[str, ...], request: Request) -> Response | None:
        """The file behind these names, or the way to its folder's page; None where there is neither."""
        path = self._root.joinpath(*parts)
        try:
            if path.is_dir() and parts[-1]:
                return _redirect(f"{request.scope['path']}/", request) if (path / "index.html").is_file() else None
            path = path if parts[-1] else path / "index.html"
            if not path.resolve().is_relative_to(self._root.resolve()):
                return None  # a link that leads out of the folder
            file, found = _opened(path)
        except (OSError, ValueError):  # not there, not ours to read, or no name that a file can have
            return None
        with ExitStack() as opened:
            opened.enter_context(file)
            tag = f'"{found.st_mtime_ns:x}-{found.st_size:x}"'
            headers = {"ETag": tag, "Cache-Control": _FOR_EVER if parts[0] in _NAMED_BY_DIGEST else _ASK_AGAIN}
            if _has(request.headers.get("if-none-match", ""), tag):
                return Response(None, 304, headers)
            headers |= {"Content-Type": _type("/".join(parts), path), "Content-Length": str(found.st_size)}
            if request.method == "HEAD":
                return Response(None, 200, headers)
            if found.st_size <= _WHOLE:
                return Response(file.read(), 200, headers)
            return StreamingResponse(_pieces(opened.pop_all(), file), 200, headers)

    def _missing(self) -> Response:
        headers = {"Content-Type": _TYPES[".html"]}
        try:
            return Response((self._root / "404.html").read_bytes(), 404, headers)
        except OSError:
            return PlainTextResponse("There is no page here.\n", 404)

    def _redirects(self) -> dict[str, str]:
        """Old paths below the base, with what they have become, as public/_redirects says now."""
        path = self._root / _REDIRECTS
        try:
            found = path.stat()
            signature = (found.st_mtime_ns, found.st_size, found.st_ino)
            if signature != self._moved[0]:
                lines = path.read_text("utf-8").splitlines()
                self._moved = (signature, dict(_moves(lines, self._base)))
        except (OSError, UnicodeDecodeError):
            return {}
        return self._moved[1]


def _opened(path: Path) -> tuple[BinaryIO, os.stat_result]:
    """A plain file, and what it is at this moment, whatever takes its place. Raises `OSError` for anything else."""
    file = open(path, "rb", opener=_at_once)  # noqa: SIM115  (Path.open takes no opener)
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        file.close()
        raise FileNotFoundError(path)
    return file, found


def _at_once(path: str, flags: int) -> int:
    """Opens it; a pipe would be waited for otherwise."""
    return os.open(path, flags | os.O_NONBLOCK)


def _pieces(opened: ExitStack, file: BinaryIO) -> Iterator[bytes]:
    """A large file bit by bit, so that slow readers fill no memory."""
    with opened:
        while piece := file.read(_PIECE):
            yield piece


def _moves(lines: list[str], base: str) -> list[tuple[str, str]]:
    """Old path below the base and new address of each line of the file: `old new 301`."""
    pieces = (line.split() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return [(unquote(one[0]).removeprefix(base), one[1]) for one in pieces if len(one) in (2, 3)]


def _redirect(path: str, request: Request) -> Response:
    """To a path of ours. It begins with one slash and holds no empty name, so that it names no host (RFC 3986 4.2)."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(quote(path, safe="/") + query, 301, {"Cache-Control": _ASK_AGAIN})


def _is_strange(part: str) -> bool:
    """Whether no file of ours can have this name: "..", hidden ones, those with a backslash or a control in them."""
    return (part.startswith(".") and part != ".well-known") or re.search(r"[\\\x00-\x1f\x7f]", part) is not None


def _has(field: str, tag: str) -> bool:
    """Whether If-None-Match names this ETag (RFC 9110 13.1.2: compared weakly)."""
    return field.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in field.split(","))


def _type(name: str, path: Path) -> str:
    return _FEEDS.get(name) or _TYPES.get(path.suffix.lower(), _UNKNOWN)
