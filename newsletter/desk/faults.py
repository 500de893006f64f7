"""What the machine refuses, in words for somebody who cannot mend it: what it is, and who can. Pure."""

from __future__ import annotations

import errno
from pathlib import Path

from newsletter.store.errors import StoreError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def fault_words(root: Path, error: StoreError | OSError) -> str:
    """Why nothing could be saved, as a sentence of its own."""
    what = disk_words(root, error) if isinstance(error, OSError) else str(error)
    return f"{what[:1].upper()}{what[1:]}."


def disk_words(root: Path, error: OSError) -> str:
    """Why a file could not be read or written, and what to do next; a path below `root` is told from there on."""
    if error.errno in _FULL:
        what = f"the disk of the desk is full ({error.strerror}), and nothing more can be written"
        return f"{what}; whoever runs the desk frees some space, then do this again"
    what = f"{_where(root, error)} cannot be read or written ({error.strerror})"
    return f"{what}; whoever runs the desk mends who may use it, then do this again"


def _where(root: Path, error: OSError) -> str:
    if not isinstance(error.filename, str):
        return "a file of the desk"
    path = Path(error.filename)
    where = path.relative_to(root) if path.is_relative_to(root) else path
    # a file is written beside the one whose place it takes: that one is the one people know
    name = where.name.rpartition(".")[0].removeprefix(".") if where.name.startswith(".") else where.name
    return str(where.with_name(name or where.name))
