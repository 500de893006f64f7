"""Content encodings undone in small pieces, so that a bomb is noticed while it is small. Source: RFC 9110 section 8.4.

aiohttp would decode as well, but takes a gzip body that breaks off for a whole one, and hands over an encoding
that it does not know as it came.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]  # none are published

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"

_PIECE = 64 * 1024  # octets that are decoded before anybody counts
_MEMBERS = 1000  # gzip and zstd allow parts without end; starting one costs far more than the 20 octets it takes
_WINDOW_LOG = 23  # RFC 9659: a zstd body on the web needs no window over 8 MiB


class NotDecodable(ValueError):
    """A body that is not what its Content-Encoding says."""


class Decoder(Protocol):
    """Undoes one content encoding."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What the next octets, at least one, decode to: in pieces of about 64 KiB. Raises `NotDecodable`."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether what came so far is a whole body."""
        ...


def decoder(content_encoding: str) -> Decoder:
    """The decoder for a Content-Encoding field. Raises `NotDecodable` for one that we did not offer."""
    match content_encoding.strip().lower():
        case "" | "identity":
            return _Identity()
        case "gzip" | "x-gzip":
            return _Zlib(zlib.MAX_WBITS | 16)
        case "deflate":
            return _Zlib(None)
        case "br":
            return _Brotli()
        case "zstd":
            return _Zstd()
    raise NotDecodable("an encoding that was not offered")


class _Identity:
    is_whole = True

    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Zlib:
    """gzip, of one member or several (RFC 1952 section 2.2), and deflate."""

    def __init__(self, wbits: int | None) -> None:
        self._wbits = wbits
        self._inner = zlib.decompressobj(wbits) if wbits else None
        self._members = 1

    @property
    def is_whole(self) -> bool:
        return self._inner is not None and self._inner.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._inner is None:
            self._inner = zlib.decompressobj(_wbits_of_deflate(data))
        full = False
        while data or full:
            if self._inner.eof and not self._begin_member(data):
                return
            try:
                piece = self._inner.decompress(data, _PIECE)
            except zlib.error as error:
                raise NotDecodable("not what its encoding says") from error
            data = self._inner.unused_data if self._inner.eof else self._inner.unconsumed_tail
            full = len(piece) == _PIECE
            yield piece

    def _begin_member(self, data: bytes) -> bool:
        """Whether another gzip member follows; servers also pad with zeros, which browsers pass over."""
        if self._wbits is None or not data or not b"\x1f\x8b".startswith(data[:2]):
            return False
        self._members += 1
        if self._members > _MEMBERS:
            raise NotDecodable("of too many parts")
        self._inner = zlib.decompressobj(self._wbits)
        return True


def _wbits_of_deflate(data: bytes) -> int:
    # QUIRK: "deflate" is the zlib format (RFC 9110 section 8.4.1.2); old servers send it without the zlib header.
    return zlib.MAX_WBITS if data[0] & 0x0F == 8 else -zlib.MAX_WBITS


class _Brotli:
    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def is_whole(self) -> bool:
        return bool(self._inner.is_finished())

    def pieces(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._inner.process(data, output_buffer_limit=_PIECE)
            while piece:
                yield piece
                piece = b"" if self._inner.is_finished() else self._inner.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise NotDecodable("not what its encoding says") from error


class _Zstd:
    """zstd, of one frame or several (RFC 8878 section 3.1)."""

    def __init__(self) -> None:
        self._inner = _zstd_frame()
        self._members = 1

    @property
    def is_whole(self) -> bool:
        return self._inner.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data or not (self._inner.eof or self._inner.needs_input):
            if self._inner.eof:
                self._members += 1
                if self._members > _MEMBERS:
                    raise NotDecodable("of too many parts")
                self._inner = _zstd_frame()
            try:
                piece = self._inner.decompress(data, _PIECE)
            except zstd.ZstdError as error:
                raise NotDecodable("not what its encoding says") from error
            data = self._inner.unused_data if self._inner.eof else b""
            yield piece


def _zstd_frame() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG})
