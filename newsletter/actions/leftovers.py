"""Leftovers: files and folders that a process was writing when it was killed. Nothing else is ever removed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from newsletter.actions.app import App
from newsletter.publication.write import HALF_WRITTEN

ABANDONED = timedelta(days=2)  # nobody writes so long at one file; a Maildir's tmp/ is given 36 hours by its maker

# A dot, a name, and the eight characters that Python's tempfile thinks up: what is written beside a file, then renamed.
# In var/ alone: elsewhere, an editor's program may name its own backups so.
_BESIDE = re.compile(r"\..+\.[a-z0-9_]{8}")
# The folders of this kind that we make among the issues.
_OPENED, _SENT = re.compile(r"\.open\.[a-z0-9_]{8}"), re.compile(r"\.sent\.[a-z0-9_]{8}")


def remove_leftovers(app: App) -> int:
    """Removes what was left half-written in var/, beside the files of the publication and among the issues for two
    days or more; how many of them.

    What cannot be removed stays for another day.
    """
    before = (app.clock() - ABANDONED).timestamp()
    return sum(_removed(path) for path in sorted(_found(app.root)) if _is_old(path, before))


def _found(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root / "var"):  # follows no link
        here = Path(folder)
        yield from (here / name for name in (*names, *files) if _BESIDE.fullmatch(name) or HALF_WRITTEN.fullmatch(name))
        if here.name == "tmp" and (here.parent / "new").is_dir():  # of a Maildir of ours: the outbox
            yield from (here / name for name in files)
    written = [root, root / "content"]
    issues = root / "content" / "issues"
    for entry in issues.iterdir() if issues.is_dir() else ():
        if _OPENED.fullmatch(entry.name):
            yield entry
        elif entry.is_dir() and not entry.is_symlink():
            yield from (one for one in entry.iterdir() if _SENT.fullmatch(one.name))
            written += [entry, entry / "images"]
    for here in written:
        if here.is_dir() and not here.is_symlink():
            yield from (one for one in here.iterdir() if HALF_WRITTEN.fullmatch(one.name) and one.is_file())


def _is_old(path: Path, before: float) -> bool:
    with suppress(OSError):
        return path.lstat().st_mtime < before
    return False


def _removed(path: Path) -> bool:
    if path.is_symlink():
        return False  # none of ours is one
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
        return True
    return False
