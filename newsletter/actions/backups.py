"""Where backups are kept, which there are, and the copy of var/leavers.log beside them."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.backup_files import BACKUP, LEAVERS
from newsletter.actions.readers import leavers_path
from newsletter.publication import schedule as schedules
from newsletter.publication.folder import Folder
from newsletter.publication.running import Backup

_TIME = "%Y-%m-%dT%H%MZ"


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the folder of backups."""

    path: Path
    made: datetime  # UTC, to the minute, as its name says
    octets: int


def backup_folder(app: App) -> Path:
    """Where backups are kept; it need not be there yet."""
    return app.root / _settings(app).folder


def how_many(app: App) -> int:
    """How many are kept."""
    return _settings(app).keep


def kept_backups(app: App) -> tuple[Kept, ...]:
    """The backups of this publication that take turns, the oldest first; one that an upgrade has made stays, and is not
    among them."""
    folder = backup_folder(app)
    found = [_kept(path, name_of(app)) for path in sorted(folder.glob(f"*{BACKUP}"))] if folder.is_dir() else []
    return tuple(sorted((one for one in found if one), key=lambda one: one.made))


def newest_backup(app: App) -> Kept | None:
    """The last one; None: there is none."""
    return next(reversed(kept_backups(app)), None)


def backup_path(app: App, made: datetime, before: str | None = None) -> Path:
    """What a backup made at this time is called. `before`: the step of the program that it was made before."""
    mark = f"-before-{before}" if before else ""
    return backup_folder(app) / f"{name_of(app)}-{made.astimezone(UTC):{_TIME}}{mark}{BACKUP}"


def leavers_copy(app: App) -> Path:
    """Where the copy of var/leavers.log lies, beside the backups."""
    return backup_folder(app) / f"{name_of(app)}{LEAVERS}"


def copy_leavers(app: App) -> bool:
    """Copies var/leavers.log beside the backups where it has changed; whether it was copied.

    Whoever has left since the newest backup is then known where that is put back. Cheap while nothing has changed.
    Where there is no folder of backups none is made: the disk it is on may not be there. Raises `OSError`.
    """
    log, copy = leavers_path(app), leavers_copy(app)
    if not log.exists() or not copy.parent.is_dir():
        return False
    with log.open("rb") as file:
        about = os.fstat(file.fileno())
        if copy.exists() and (copy.stat().st_size, copy.stat().st_mtime_ns) == (about.st_size, about.st_mtime_ns):
            return False
        handle, temporary = tempfile.mkstemp(dir=copy.parent, prefix=f".{copy.name}.")  # readable by its owner alone
        try:
            with os.fdopen(handle, "wb") as beside:
                beside.write(file.read(about.st_size))
                beside.flush()
                os.fsync(beside.fileno())
            os.utime(temporary, ns=(about.st_mtime_ns, about.st_mtime_ns))
            Path(temporary).replace(copy)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    return True


def name_of(app: App) -> str:
    """What the backups of this publication begin with: the name of its folder."""
    return re.sub(r"[^a-z0-9]+", "-", app.root.resolve().name.lower()).strip("-") or "publication"


def _settings(app: App) -> Backup:
    """As schedule.yaml says. Where that holds a mistake a backup is wanted all the same: as usual then."""
    found, _, _ = schedules.read(Folder(app.root))
    return found.backup if found is not None else Backup()


def _kept(path: Path, name: str) -> Kept | None:
    try:
        made = datetime.strptime(path.name, f"{name}-{_TIME}{BACKUP}").replace(tzinfo=UTC)
        return Kept(path, made, path.stat().st_size)
    except (ValueError, FileNotFoundError):
        return None
