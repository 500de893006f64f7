"""Restore: a publication put back from a backup, whole or not at all, that sends nothing until somebody claims it."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.actions.backup_files import LEAVERS
from newsletter.actions.replay_leavers import Replayed, replay_into
from newsletter.model import secrets
from newsletter.model.audit import claimed
from newsletter.model.backup import FILES, TABLES, BadBackup, Manifest, table_of
from newsletter.model.errors import ConfigError
from newsletter.publication import bundle
from newsletter.store import leavers
from newsletter.store.engine import Transaction, file_url, open_as_it_is, open_store
from newsletter.store.leavers import Leavers, Leaving
from newsletter.store.loading import Loading, loading
from newsletter.store.putting_back import PutBack, settle
from newsletter.store.upgrade import is_known

_LOG = "var/leavers.log"
_EXECUTABLE = 0o755  # a restored file is never writable by others


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A publication that was put back."""

    root: Path
    manifest: Manifest
    logs: tuple[Path, ...]  # that tell who has left since the backup; none: nobody knows
    newest: datetime | None  # UTC: of the last line in any of them, the one inside included; None: there is none
    replayed: Replayed
    put_back: PutBack


def restore(
    file: Path,
    target: Path,
    who: str,
    *,
    login: str,
    clock: Callable[[], datetime],
    environment: Mapping[str, str],
    logs: Sequence[Path] = (),
    into_database: bool = False,
) -> Restored:
    """Puts a backup back into a new or empty folder, after every octet of it was checked.

    `into_database`: into the empty database that DATABASE_URL in `environment` names, of either kind, whatever kind the
    backup was made of; else into var/newsletter.db. The tables are brought to today's step. Whoever stands in one of
    `logs`, in the log inside, in the copy beside `file` or, on the same machine, in that of the old folder has left.
    Nothing is sent from here until somebody claims, and what was open is settled, see `PutBack`. Raises `BadBackup`,
    `ConfigError` for a folder or a database that is in use, `StoreError`, `OSError`; then all is as it was before.
    """
    target = target.absolute()
    _may_take(target)
    address = _database(environment, into_database)
    manifest = bundle.verified(file)
    if not is_known(manifest.step):
        raise BadBackup(file, f"was made by a newer version of the program ({manifest.program}), which can restore it")
    found = _logs(file, manifest, logs)
    target.parent.mkdir(parents=True, exist_ok=True)
    now = clock()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as staging:
        made = Path(staging) / "publication"
        made.mkdir()
        _put_files(file, made)
        log = _merged([made / _LOG, *found])
        _write_log(made / _LOG, log)
        done = list[tuple[PutBack, Replayed]]()

        def upgraded(connection: Transaction) -> None:
            note = f"the backup of {manifest.made:%Y-%m-%d %H:%M} UTC from {manifest.machine}, {manifest.folder}"
            settled = settle(connection, manifest.made, now, claimed(who, login), note)
            done.append((settled, replay_into(connection, log, now)))

        place = address or file_url(made / "var" / "newsletter.db")
        with open_as_it_is(place) as store, loading(store, manifest.step, upgraded) as opened:
            _put_rows(file, opened)
        open_store(place).close()  # as every command will
        if target.exists():
            target.rmdir()
        made.rename(target)
    settled, replayed = done[0]
    newest = max((line.at for line in log.lines), default=None)
    return Restored(root=target, manifest=manifest, logs=found, newest=newest, replayed=replayed, put_back=settled)


def _logs(file: Path, manifest: Manifest, named: Sequence[Path]) -> tuple[Path, ...]:
    """The logs of leavers that may be newer than the one inside. One too many only means that nobody is written to who
    was not to be."""
    where = [file.absolute().with_name(f"{manifest.name}{LEAVERS}")]
    where += [Path(manifest.leavers)] if manifest.machine == socket.gethostname() else []
    return tuple(dict.fromkeys((*(path.absolute() for path in named), *(path for path in where if path.is_file()))))


def _may_take(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError("folder", f"{target} is there already and not empty; name a new folder")


def _database(environment: Mapping[str, str], into_database: bool) -> str | None:
    """The address to load into; None: a file of the folder. Raises `ConfigError` where it is not clear which."""
    address = environment.get(secrets.DATABASE)
    if into_database and not address:
        what = "the backup is to be put into a database, and DATABASE_URL in the environment names none"
        raise ConfigError(secrets.DATABASE, f"{what}; set it to an empty database, or leave --database out")
    if address and not into_database:
        what = "DATABASE_URL is set, so that every command looks there and not into var/newsletter.db"
        raise ConfigError(secrets.DATABASE, f"{what}; say --database to restore into it, or unset it first")
    return address


def _put_files(file: Path, made: Path) -> None:
    for name, source, about in bundle.contents(file):
        if not name.startswith(FILES):
            continue
        path = made / name.removeprefix(FILES)
        path.parent.mkdir(parents=True, exist_ok=True)
        # What the program keeps in var is nobody else's, as it was before.
        mode = 0o600 if path.is_relative_to(made / "var") else about.mode & _EXECUTABLE
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as copy:  # noqa: PTH123
            while data := source.read(1 << 20):
                copy.write(data)
        path.chmod(mode)
        os.utime(path, (about.mtime, about.mtime))
    (made / "var").mkdir(exist_ok=True)


def _put_rows(file: Path, opened: Loading) -> None:
    for name, source, _ in bundle.contents(file):
        if name.startswith(TABLES):
            opened.take(table_of(name), source.read())


def _merged(paths: Sequence[Path]) -> Leavers:
    """All lines of these logs, each once. The order of one log is kept where it begins as the others do, which is how
    one grows out of another; else the lines go by their times."""
    read = [leavers.read(path) for path in paths]
    unread = tuple(number for one in read for number in one.unread)
    longest = max((one.lines for one in read), key=len)
    if all(longest[: len(one.lines)] == one.lines for one in read):
        return Leavers(longest, unread)
    lines: dict[Leaving, None] = dict.fromkeys(line for one in read for line in one.lines)
    return Leavers(tuple(sorted(lines, key=lambda line: line.at)), unread)


def _write_log(path: Path, log: Leavers) -> None:
    path.unlink(missing_ok=True)
    leavers.append(path, log.lines)
