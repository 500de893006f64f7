"""The files that the site is made of, read only when they have changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import newsletter
from newsletter import packaged
from newsletter.publication.folder import SCHEDULE

_ROOMS = ("archive", "model", "publication", "templating", "text", "actions/site_facts.py")  # where pages are made
_LOOK = ("templates/site", "templates/site/fonts")
_TEXTS = ("templates/frame",)
_OWN = (SCHEDULE, "content/redirects.yaml")
_OWN_FOLDERS = ("content/pages",)


class Inputs:
    """Digests of files: of those whose size, time and place are as they were, the digest is as well."""

    def __init__(self, known: Mapping[str, list[str]]) -> None:
        self._known = known
        self.digests: dict[str, list[str]] = {}  # of every file that was asked for: signature and SHA-256

    def digest(self, path: str) -> str:
        """The SHA-256 of a file; "" where there is none."""
        try:
            found = os.stat(path)  # noqa: PTH116
        except OSError:
            return ""
        signature = f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"
        known = self._known.get(path)
        if known is None or known[0] != signature:
            known = [signature, hashlib.sha256(Path(path).read_bytes()).hexdigest()]
        self.digests[path] = known
        return known[1]

    def digest_of_all(self, paths: Iterable[str], below: str) -> str:
        """One digest for many files, by their names below a folder."""
        whole = hashlib.sha256()
        for path in sorted(paths):
            whole.update(f"{path.removeprefix(below)}\0{self.digest(path)}\n".encode("utf-8", "surrogateescape"))
        return whole.hexdigest()


def design_of(inputs: Inputs, root: Path) -> str:
    """A digest of what all pages are made with: the program, the templates and the standing texts."""
    package = str(Path(newsletter.__file__).parent)
    bases = dict.fromkeys((str(root.resolve()), str(packaged.root().resolve())))
    program = inputs.digest_of_all(_files(package, _ROOMS), package)
    looks = [inputs.digest_of_all(_files(base, (*_LOOK, *_TEXTS)), base) for base in bases]
    return hashlib.sha256("\0".join((newsletter.__version__, program, *looks)).encode()).hexdigest()


def facts_key(inputs: Inputs, root: Path, design: str) -> str:
    """A digest of everything that the facts of the site are made of."""
    base = str(root)
    own = inputs.digest_of_all([f"{base}/{name}" for name in _OWN] + _files(base, _OWN_FOLDERS), base)
    return hashlib.sha256(f"{design}\0{own}".encode()).hexdigest()


def _files(base: str, places: Iterable[str]) -> list[str]:
    """The files in some folders, their subfolders left out; a place may be a file itself."""
    found = []
    for place in places:
        folder = f"{base}/{place}"
        if place.endswith(".py"):
            found.append(folder)
            continue
        try:
            with os.scandir(folder) as entries:
                found += [entry.path for entry in entries if entry.is_file() and not entry.name.startswith(".")]
        except OSError:
            continue
    return found
