"""What is sent with a request: the fields and files of a form, read within a time and a size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import parse_qsl

from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

PATIENCE = 120.0  # seconds for a body to arrive: a picture from a phone in a train gets through
_FIELDS = 2_000  # of a form: a list of many lines has some for each
_FILES = 10
_LONGEST = 2_000_000  # octets of one field
_LONGEST_FORM = 4_000_000  # octets of all fields: the longest text there is, written in the longest way
_STRANGERS_FORM = 1_000_000  # the same for who is not signed in: taking it apart keeps the others waiting
# So many times what may be sent is read of a form with files: text stands behind a picture that is too large.
_BEYOND = 4
_PLAIN = b"application/x-www-form-urlencoded"
_WITH_FILES = b"multipart/form-data"
# Starlette decodes by whatever codec of Python's a request names: one of them takes minutes for a megabyte, others fail
# in ways that it does not expect.
_CHARSETS = (b"utf-8", b"utf8")

_Pair = tuple[str, "str | Upload"]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent with a form."""

    name: str  # as the sender's machine calls it: anything
    data: bytes


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be sent."""

    text: int  # octets of all fields
    whole: int  # octets with all files
    read: int  # octets that are read of more than that, for what was typed into it


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent."""

    several: Mapping[str, tuple[str, ...]]  # the fields, of one name in the order of the form
    files: Mapping[str, Upload]
    is_too_large: bool = False  # then these are the fields that could be read of it, and no file


class _Endless(Exception):
    """More than is read of anything."""


def room_for(most: int, *, is_signed_in: bool) -> Room:
    """What there is room for where so many octets may be sent."""
    return Room(_LONGEST_FORM, most, most * _BEYOND) if is_signed_in else Room(_STRANGERS_FORM, most, most)


async def read_form(request: Request, patience: float, room: Room) -> Form:
    """The fields and files of a form, plain or with files (RFC 7578); nothing of what is none.

    What is beyond is read by the server, and thrown away: a browser shows no answer before it has sent all. Raises
    `HTTPException`: 400 for a form that cannot be read, 408 where it takes more seconds than `patience`, 413 for more
    text than there is room for.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if options.get(b"charset", b"utf-8").lower() not in _CHARSETS:
        raise HTTPException(400, "This form is written in characters that no browser sends; send it as UTF-8.")
    reading = {_PLAIN: _plain, _WITH_FILES: _with_files}.get(kind)
    if reading is None:
        return Form({}, {})
    try:
        pairs, is_too_large = await asyncio.wait_for(reading(request, room), patience)
    except TimeoutError as error:
        raise HTTPException(408, "This took too long to arrive; try again.", {"Connection": "close"}) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "Nothing has arrived.") from error
    several: dict[str, list[str]] = {}
    files: dict[str, Upload] = {}
    for name, value in pairs:
        if isinstance(value, Upload):
            files.setdefault(name, value)
        else:
            several.setdefault(name, []).append(value)
    if sum(len(name) + sum(map(len, all_of)) for name, all_of in several.items()) > room.text:
        raise _too_much_text()
    return Form({name: tuple(all_of) for name, all_of in several.items()}, files, is_too_large)


def _too_much_text() -> HTTPException:
    return HTTPException(413, "This is more text than any form of ours holds.")


class _Incoming:
    """A body as it comes, its octets counted."""

    def __init__(self, request: Request, most: int) -> None:
        self.octets = 0
        self._request, self._most = request, most

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Piece by piece. Raises `_Endless` beyond the most, `ClientDisconnect`."""
        async with aclosing(self._request.stream()) as stream:
            async for piece in stream:
                self.octets += len(piece)
                if self.octets > self._most:
                    raise _Endless
                yield piece


async def _plain(request: Request, room: Room) -> tuple[Iterable[_Pair], bool]:
    """The fields of a plain form, which is never too large: it raises 413. It is read as one piece: a parser that goes
    from sign to sign is busy for seconds with what means nothing."""
    try:
        async with aclosing(_Incoming(request, min(room.text, room.whole)).pieces()) as pieces:
            body = b"".join([piece async for piece in pieces])
    except _Endless:
        raise _too_much_text() from None
    try:
        # away from the loop, which serves the others meanwhile
        pairs = await run_in_threadpool(
            parse_qsl, body.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS, errors="replace"
        )
    except ValueError as error:
        raise HTTPException(400, "This form has more fields than any of ours.") from error
    return pairs, False


async def _with_files(request: Request, room: Room) -> tuple[Iterable[_Pair], bool]:
    """The fields and files of any other form, and whether it is too large: then without its files."""
    incoming = _Incoming(request, room.read)
    async with aclosing(incoming.pieces()) as pieces:
        parser = MultiPartParser(request.headers, pieces, max_files=_FILES, max_fields=_FIELDS, max_part_size=_LONGEST)
        try:
            form = await parser.parse()
        except MultiPartException as error:
            raise HTTPException(400, error.message) from error
        except _Endless:  # its files are closed
            return _texts(parser.items), True
    try:
        if incoming.octets > room.whole:
            return _texts(form.multi_items()), True
        return [
            (name, value if isinstance(value, str) else Upload(value.filename or "", await value.read()))
            for name, value in form.multi_items()
            if isinstance(value, str) or value.filename
        ], False
    finally:
        await form.close()


def _texts(items: Iterable[tuple[str, str | UploadFile]]) -> list[_Pair]:
    return [(name, value) for name, value in items if isinstance(value, str)]
