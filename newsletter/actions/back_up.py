"""Back up: one file with everything that cannot be made again, while all else goes on."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from newsletter import __version__
from newsletter.actions.app import App
from newsletter.actions.backup_files import BACKUP, files_of
from newsletter.actions.backups import (
    backup_folder,
    backup_path,
    copy_leavers,
    how_many,
    kept_backups,
    leavers_copy,
    name_of,
)
from newsletter.actions.home import NotAtHome
from newsletter.actions.readers import leavers_path
from newsletter.model.backup import Manifest
from newsletter.model.secrets import without_secrets
from newsletter.publication import bundle
from newsletter.store.dumping import Snapshot, snapshot
from newsletter.store.engine import Store, open_as_it_is
from newsletter.store.locks import hold

LOCK = "backup"
_HALF = ".part"  # how the name of a backup ends that is not whole yet


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """A backup that was made."""

    path: Path | None  # None: it went to a stream
    octets: int  # 0: to a stream
    manifest: Manifest
    removed: tuple[Path, ...]  # older ones that it has replaced


def back_up(app: App, out: Path | None = None) -> BackedUp:
    """Writes a backup into the folder of backups, takes the oldest away, and copies var/leavers.log beside them.

    `out`: into this file instead, and nothing is taken away. The file is for its owner's eyes only; it is there whole,
    or not at all. The database is that of one moment, whatever is sent or written meanwhile. Raises `NotAtHome`,
    `AlreadyHeld` while another backup is made, `StoreError`, `OSError`.
    """
    made = app.clock()
    with _store(app) as store, hold(store, LOCK, app.root, made):
        if out is not None:
            return _into(app, store, made, out)
        _clear_away_halves(app)
        done = _into(app, store, made, backup_path(app, made))
        removed = tuple(one.path for one in kept_backups(app)[: -how_many(app)])
        for path in removed:
            path.unlink(missing_ok=True)
    copy_leavers(app)
    return BackedUp(path=done.path, octets=done.octets, manifest=done.manifest, removed=removed)


def back_up_before(app: App, step: str) -> BackedUp:
    """A backup of the database as it is before it is changed, which no later one replaces. `step`: what it is to be
    brought to. Raises as `back_up`."""
    made = app.clock()
    with _store(app) as store, hold(store, LOCK, app.root, made):
        _clear_away_halves(app)
        return _into(app, store, made, backup_path(app, made, before=step))


def write_backup(app: App, stream: BinaryIO) -> BackedUp:
    """The same into a stream, such as a pipe to another machine. Raises as `back_up`."""
    made = app.clock()
    with _store(app) as store, hold(store, LOCK, app.root, made), snapshot(store) as moment:
        return BackedUp(path=None, octets=0, manifest=_write(app, store, moment, made, stream, None), removed=())


def _into(app: App, store: Store, made: datetime, path: Path) -> BackedUp:
    path.parent.mkdir(parents=True, exist_ok=True)
    with snapshot(store) as moment, _whole(path) as file:
        manifest = _write(app, store, moment, made, file, path)
    return BackedUp(path=path, octets=path.stat().st_size, manifest=manifest, removed=())


def _write(app: App, store: Store, moment: Snapshot, made: datetime, stream: BinaryIO, path: Path | None) -> Manifest:
    """Rows before files: keys and leavers that the rows speak of are on disk before the rows are."""
    with bundle.written(stream, made) as writer:
        for part in moment.parts():
            writer.add_rows(part.table, part.number, part.rows, part.data)
        files = files_of(app, () if path is None else (path, backup_folder(app)))
        for name, file in files.paths:
            writer.add_file(name, file)
        manifest = Manifest(
            made=made,
            name=name_of(app),
            program=__version__,
            step=moment.step,
            kind="sqlite" if store.on_sqlite else "postgresql",
            folder=str(app.root.resolve()),
            machine=socket.gethostname(),
            leavers=str(leavers_path(app).resolve()),
            copies=str(leavers_copy(app).resolve()),
            secrets=tuple(sorted(app.secrets.keys() - without_secrets(app.secrets).keys())),
            left_out=files.left_out,
            members=tuple(writer.members),
        )
        writer.close(manifest)
    return manifest


@contextmanager
def _store(app: App) -> Iterator[Store]:
    """The database, whatever step it stands at: a backup comes before an upgrade. Raises `NotAtHome`."""
    if not app.is_home:
        raise NotAtHome("backups are made")
    with open_as_it_is(app.database) as store:
        yield store


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once it is on disk, whole; else nothing of it stays. Readable by its owner alone."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_HALF)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _clear_away_halves(app: App) -> None:
    """Removes what backups left behind that were killed: whoever holds the lock knows that none is being made."""
    folder = backup_folder(app)
    for path in folder.glob(f".{name_of(app)}-*{BACKUP}.*{_HALF}") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            path.unlink()
