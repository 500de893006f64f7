"""A publication's folder as it would be with some files saved that are not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from newsletter.publication.folder import Folder

Instead = Mapping[str, bytes | None]  # what stands at a path, from the publication's folder; None: nothing does


def folder_with(root: Path, instead: Instead | None) -> Folder:
    """The folder as it would be read with these files saved; as it is without any."""
    return Unsaved(root, instead) if instead else Folder(root)


class Unsaved(Folder):
    """One reading of a folder in which some files hold other bytes than on the disk, or are not there."""

    def __init__(self, root: Path, instead: Instead) -> None:
        super().__init__(root)
        self._instead = dict(instead)

    def exists(self, path: str) -> bool:
        return self._instead[path] is not None if path in self._instead else super().exists(path)

    def read_bytes(self, path: str) -> bytes | None:
        if path not in self._instead:
            return super().read_bytes(path)
        data = self._instead[path]
        if data is None:
            self._note_missing(path)
            return None
        self._digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def names_below(self, path: str) -> frozenset[str]:
        return self._changed(path, super().names_below(path))

    def _listed(self, path: str) -> frozenset[str]:
        return self._changed(path, super()._listed(path))

    def _changed(self, path: str, there: frozenset[str]) -> frozenset[str]:
        parted = ((one.rpartition("/"), data) for one, data in self._instead.items())
        here = {name: data for (folder, _, name), data in parted if folder == path}
        return there - here.keys() | {name for name, data in here.items() if data is not None}
