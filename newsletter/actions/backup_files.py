"""Which files of a publication go into a backup: all that cannot be made again, and no secret of .env."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter import packaged
from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path

BACKUP = ".newsletter.tar.gz"  # how the name of a backup ends
LEAVERS = ".leavers.log"  # and that of a copy of var/leavers.log beside them
_MADE_AGAIN = ("public", "var")  # at the top
_NEVER = ("__pycache__", "node_modules")  # anywhere
_HIDDEN = (".gitignore", ".gitattributes", ".gitkeep")  # hidden names that are taken nevertheless
_OURS = (*packaged.SAMPLE_PARTS, ".gitignore")  # where the publication is the sample in its checkout


@dataclass(frozen=True, slots=True)
class Files:
    """What is to be copied."""

    paths: tuple[tuple[str, Path], ...]  # the path below the publication's folder, with slashes, and the file
    left_out: tuple[str, ...]  # links to folders, which are not followed


def files_of(app: App, besides: Collection[Path] = ()) -> Files:
    """Every file of the publication, in order: schedule.yaml, content, seeds, templates and whatever else a team keeps
    there; of var, the keys and the log of leavers.

    Left out: what is made again (public), hidden files, .env among them, other backups, the database, and `besides`.
    """
    skipped = {path.resolve() for path in (*besides, *_database(app))}
    left_out = list[str]()
    paths = list(_below(app.root, skipped, left_out))
    paths += [(str(path.relative_to(app.root)), path) for path in _of_var(app)]
    return Files(tuple(sorted(paths)), tuple(sorted(left_out)))


def _below(root: Path, skipped: Collection[Path], left_out: list[str]) -> Iterator[tuple[str, Path]]:
    in_checkout = root.resolve() == packaged.root().resolve()
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        at_top = here == root
        names = [name for name in folders if _is_wanted(name) and not (at_top and name in _MADE_AGAIN)]
        if at_top and in_checkout:
            names = [name for name in names if name in _OURS]
            files = [name for name in files if name in _OURS]
        names = [name for name in names if not (here / name / "pyvenv.cfg").exists()]
        left_out += [str((here / name).relative_to(root)) for name in names if (here / name).is_symlink()]
        folders[:] = [name for name in names if (here / name).resolve() not in skipped]
        for name in files:
            path = here / name
            if _is_wanted(name) and path.is_file() and path.resolve() not in skipped:
                yield path.relative_to(root).as_posix(), path


def _is_wanted(name: str) -> bool:
    if name.startswith("."):
        return name in _HIDDEN
    return name not in _NEVER and not name.endswith((BACKUP, LEAVERS))


def _of_var(app: App) -> Iterator[Path]:
    var = app.root / "var"
    yield from (path for path in (var / "keys", leavers_path(app)) if path.is_file())
    yield from (path for path in sorted((var / "dkim").glob("*.pem")) if path.is_file())


def _database(app: App) -> Iterator[Path]:
    """The files of an SQLite database that lies in the publication's folder, under a name of its own."""
    address = app.database
    if address.startswith("sqlite"):
        path = Path(address.partition("///")[2])
        yield from (path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal", ".lock"))
