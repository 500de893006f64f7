"""The file of a backup: tar in gzip (RFC 1952), written and read from front to end, its list of contents last.

`tar -xzf` opens it; sha256sum agrees with the list. Nothing is held in memory but one member at a time, or less.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from newsletter.model.backup import FILES, TABLES, BadBackup, Manifest, Member
from newsletter.model.errors import NewsletterError

MANIFEST = "manifest.json"
_FORMAT = 1  # of the file; a newer one may hold what this program would lose
_LEVEL = 5  # of 9: behind it, each step costs twice the time for a percent of the size
_CHUNK = 1 << 20  # octets
_BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, tarfile.TarError)


class ChangedMeanwhile(NewsletterError):
    """A file that became shorter while it was copied."""


class Writer:
    """A backup that is being written, which `written` makes."""

    def __init__(self, tar: tarfile.TarFile, made: datetime) -> None:
        self._tar = tar
        self._made = made
        self.members: list[Member] = []

    def add_rows(self, table: str, number: int, rows: int, data: bytes) -> None:
        """One part of a table."""
        name = f"{TABLES}{table}.{number:04}.jsonl"
        self._add(name, len(data), 0o600, self._made.timestamp(), io.BytesIO(data), rows)

    def add_file(self, name: str, path: Path) -> bool:
        """A file of the publication, as it is now; False where it has gone meanwhile. `name` is its path inside.

        Raises `ChangedMeanwhile`, `OSError`.
        """
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        with file:
            about = os.fstat(file.fileno())
            try:
                self._add(f"{FILES}{name}", about.st_size, about.st_mode & 0o777, about.st_mtime, file, None)
            except OSError as error:
                if error.errno is None:  # tarfile's own, for a file that ends before its size
                    raise ChangedMeanwhile(f"{path} became shorter while it was copied; try again") from error
                raise
        return True

    def close(self, manifest: Manifest) -> None:
        """The list of contents, which ends the backup."""
        told = {"format": _FORMAT, **asdict(manifest), "made": manifest.made.isoformat()}
        data = json.dumps(told, indent=1).encode("ascii")
        self._tar.addfile(self._about(MANIFEST, len(data), 0o600, self._made.timestamp()), io.BytesIO(data))

    def _add(self, name: str, octets: int, mode: int, changed: float, source: IO[bytes], rows: int | None) -> None:
        told = _Told(source)
        self._tar.addfile(self._about(name, octets, mode, changed), told)
        self.members.append(Member(name, octets, told.digest.hexdigest(), rows))

    def _about(self, name: str, octets: int, mode: int, changed: float) -> tarfile.TarInfo:
        about = tarfile.TarInfo(name)
        about.size, about.mode, about.mtime = octets, mode, int(changed)
        return about


class _Told:
    """A file that keeps a digest of what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        return data


@contextmanager
def written(stream: BinaryIO, made: datetime) -> Iterator[Writer]:
    """A backup written to a stream that need not be able to go back, such as a pipe. The stream stays open."""
    with (
        gzip.GzipFile("", "wb", _LEVEL, stream, mtime=int(made.timestamp())) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar, made)


def verified(path: Path) -> Manifest:
    """What the backup holds, once every octet of it was read and each file in it is as it was written.

    Raises `BadBackup`, `OSError`.
    """
    with _in_words(path):
        manifest, found = _read_through(path)
    if manifest is None:
        raise BadBackup(path, "is cut off, or is no backup of ours: it has no list of its contents")
    listed = {one.name: (one.octets, one.digest) for one in manifest.members}
    for name in sorted(listed.keys() | found.keys()):
        if listed.get(name) != found.get(name):
            raise BadBackup(path, f"is damaged: '{name}' in it is not as it was written")
        if not _is_safe(name):
            raise BadBackup(path, f"names a file outside the publication's folder: '{name}'")
    return manifest


def _read_through(path: Path) -> tuple[Manifest | None, dict[str, tuple[int, str]]]:
    """The list, and what is there: size and digest by name."""
    manifest, found = None, dict[str, tuple[int, str]]()
    for name, source, _ in _members(path):
        if name == MANIFEST:
            manifest = _manifest(path, source.read())
            continue
        told, octets = _Told(source), 0
        while data := told.read(_CHUNK):
            octets += len(data)
        if name in found:
            raise BadBackup(path, f"is damaged: '{name}' stands in it twice")
        found[name] = (octets, told.digest.hexdigest())
    return manifest, found


def contents(path: Path) -> Iterator[tuple[str, IO[bytes], tarfile.TarInfo]]:
    """Each file of a verified backup, in order: its name, what it holds, to be read before the next is asked for, and
    its mode and time."""
    return (one for one in _members(path) if one[0] != MANIFEST)


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], tarfile.TarInfo]]:
    with gzip.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
        for about in tar:
            source = tar.extractfile(about) if about.isreg() else None
            if source is None:
                raise BadBackup(path, f"holds '{about.name}', which is no plain file")
            yield about.name, source, about
        while packed.read(_CHUNK):  # to the end: the sum over all of it stands there
            pass


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise BadBackup(path, f"is cut off or damaged, or is no backup of ours ({error})") from error


def _manifest(path: Path, data: bytes) -> Manifest:
    try:
        told: dict[str, Any] = json.loads(data)
        if told.pop("format") != _FORMAT:
            raise BadBackup(path, "was made by a newer version of the program, which alone can read it")
        told["made"] = datetime.fromisoformat(told["made"])
        told["members"] = tuple(Member(**one) for one in told["members"])
        for key in ("secrets", "left_out"):
            told[key] = tuple(told[key])
        return Manifest(**told)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(path, f"is damaged: its list of contents cannot be read ({error})") from error


def _is_safe(name: str) -> bool:
    """Whether a name stays inside the folder that it is put into, whatever it says."""
    parts = PurePosixPath(name).parts
    inside = name.startswith((TABLES, FILES)) and ".." not in parts and "\0" not in name
    return inside and len(parts) > 1 and name == "/".join(parts)
