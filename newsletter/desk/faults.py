"""What the machine refuses, in words for somebody who cannot mend it: what it is, and who can. Pure."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable
from pathlib import Path

from newsletter.model.errors import Mistake
from newsletter.pictures.upload import MAX_OCTETS
from newsletter.publication.issuefiles import ISSUES
from newsletter.publication.publication import NAMES, PEOPLE, SOURCES
from newsletter.store.errors import StoreError

_LISTS = {PEOPLE: "/people", NAMES: "/names", SOURCES: "/sources"}
_SECTION = re.compile(rf"{ISSUES}/([^/]+)/([^/]+)\.md")
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


def forms_for(mistakes: Iterable[Mistake]) -> dict[str, str]:
    """Where the files that hold these mistakes are mended at the desk: an address for each that has a form, by path."""
    paths = dict.fromkeys(one.path for one in mistakes)
    return {path: address for path in paths if (address := _form_of(path))}


def _form_of(path: str) -> str:
    if section := _SECTION.fullmatch(path):
        issue, name = section.groups()
        return f"/issues/{issue}/sections/{'opening' if name == 'issue' else name}"
    return _LISTS.get(path, "")


def too_large_words(most: int) -> str:
    """Why more octets than so many were not taken."""
    picture, file = MAX_OCTETS // 1_000_000, most // 1_000_000
    may = (
        f"a picture may have {picture} MB, any other file {file} MB" if most > MAX_OCTETS else f"it may have {file} MB"
    )
    return f"What was sent is too large, and nothing was saved: {may}. Choose a smaller one and send it again."


def _where(root: Path, error: OSError) -> str:
    if not isinstance(error.filename, str):
        return "a file of the desk"
    path = Path(error.filename)
    where = path.relative_to(root) if path.is_relative_to(root) else path
    # a file is written beside the one whose place it takes: that one is the one people know
    name = where.name.rpartition(".")[0].removeprefix(".") if where.name.startswith(".") else where.name
    return str(where.with_name(name or where.name))
