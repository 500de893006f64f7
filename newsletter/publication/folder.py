"""The files of one publication, each read once and remembered by its digest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path, PurePath

from newsletter.model.errors import ConfigError, Mistake
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId

SCHEDULE = "schedule.yaml"
MAX_BYTES = 30_000_000  # of one file; a photograph from a large camera is about half of it


class Folder:
    """One reading of a publication's folder. What was opened stands in `opened`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._resolved = root.resolve()
        self._digests: dict[str, str] = {}
        self.mistakes: list[Mistake] = []

    @property
    def opened(self) -> tuple[InputFile, ...]:
        """Every file read so far, by path."""
        return tuple(InputFile(path, digest) for path, digest in sorted(self._digests.items()))

    def exists(self, path: str) -> bool:
        """Whether anything of this name is there; a folder or a broken link is, and is told when it is read."""
        return os.path.lexists(self.root / path)

    def read_bytes(self, path: str) -> bytes | None:
        """The file's bytes; None when it is missing, unreadable or too large, which is noted as a mistake."""
        file = self.root / path
        try:
            resolved = file.resolve()
            if not resolved.is_relative_to(self._resolved):
                self._note(path, "the file lies outside the publication's folder", "move it inside")
                return None
            if _is_private(resolved.relative_to(self._resolved)):
                self._note(path, "the file is a link to what only the program reads", "put a plain file there")
                return None
            if file.stat().st_size > MAX_BYTES:
                self._note(path, f"the file is larger than {MAX_BYTES // 1_000_000} MB", "save it smaller")
                return None
            data = file.read_bytes()
        except FileNotFoundError:
            self._note_missing(path)
            return None
        except IsADirectoryError:
            self._note(path, "a folder stands where a file is expected", "rename the folder, or move it away")
            return None
        except (
            OSError,
            RuntimeError,
        ) as error:  # before Python 3.13, resolve() raises RuntimeError for a link to itself
            reason = error.strerror if isinstance(error, OSError) else "it is a link to itself"
            self._note(path, f"the file cannot be read ({reason})", "mend its permissions, or put a plain file there")
            return None
        self._digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def read_text(self, path: str) -> str | None:
        """The file as UTF-8 with LF line ends; None when it cannot be read, which is noted as a mistake."""
        data = self.read_bytes(path)
        if data is None:
            return None
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            what = f"the file is not UTF-8 text (byte 0x{data[error.start]:02X})"
            self.mistakes.append(Mistake(path, line, what, "save it as UTF-8 in your editor"))
            return None

    def names_below(self, path: str) -> frozenset[str]:
        """The names of all files in a folder, its subfolders left out."""
        folder = self.root / path
        return (
            frozenset(entry.name for entry in folder.iterdir() if entry.is_file()) if folder.is_dir() else frozenset()
        )

    def names(self, path: str, suffix: str) -> tuple[str, ...]:
        """The names with this suffix in a folder, beyond-2 before beyond-10; hidden files and backups left out.

        A name that could not be printed is noted as a mistake.
        """
        found = (name for name in self._listed(path) if PurePath(name).suffix == suffix)
        names = tuple(sorted((name for name in found if not name.startswith((".", "#", "~"))), key=_as_people_count))
        for name in names:
            if not name.isprintable():
                self._note(f"{path}/{ascii(name)[1:-1]}", "the file's name holds an odd character", "rename the file")
        return tuple(name for name in names if name.isprintable())

    def _listed(self, path: str) -> frozenset[str]:
        """Everything that is called something in a folder."""
        folder = self.root / path
        return frozenset(entry.name for entry in folder.iterdir()) if folder.is_dir() else frozenset()

    def _note_missing(self, path: str) -> None:
        self._note(path, "the file is missing", "create it, or copy it from the sample publication")

    def _note(self, path: str, what: str, todo: str) -> None:
        self.mistakes.append(Mistake(path, 0, what, todo))


def _is_private(path: PurePath) -> bool:
    """Whether it is of the program's own, below the publication's folder: its database, its keys, the passwords in
    .env. Whoever may bring a file into content/ may not read these by a link."""
    return any(first == "var" or first.startswith(".") for first in path.parts[:1])


def _as_people_count(name: str) -> tuple[list[tuple[int, str]], str]:
    """Sorts numbers in names as numbers, and a name before those that go on behind it."""
    parts = re.split(r"(\d+)", name.rpartition(".")[0])
    return [(int(part), "") if part.isdigit() and part.isascii() else (0, part) for part in parts], name


def find_root(start: Path) -> Path:
    """The publication that a folder belongs to: the nearest one above it, or itself, with a schedule.yaml."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SCHEDULE).is_file():
            return folder
    raise ConfigError("publication", f"no schedule.yaml in {start.resolve()} or above it; name the folder with -C DIR")


def issue_ids(root: Path) -> tuple[IssueId, ...]:
    """The issues of a publication, oldest first. Folders whose name is no issue's are left out."""
    folder = root / "content" / "issues"
    if not folder.is_dir():
        return ()
    with os.scandir(folder) as entries:  # which tells what is a folder without asking for each
        names = sorted(entry.name for entry in entries if entry.is_dir())  # as issues are: the date in front
    return tuple(issue for issue in map(_issue_of, names) if issue is not None)


_issue_of = lru_cache(maxsize=4096)(IssueId.parse)  # hundreds of them, at every page of the desk


def has_issue(root: Path, issue: IssueId) -> bool:
    """Whether the publication has this issue. Looks at no other one."""
    return issue_folder(root, issue).is_dir()


def sent_issues(root: Path) -> Iterator[IssueId]:
    """The issues that the program has begun to send, newest first. Looks no further back than it is asked."""
    return (issue for issue in reversed(issue_ids(root)) if is_sent(root, issue))


def misnamed(root: Path) -> tuple[str, ...]:
    """Folders among the issues that hold an issue.md and whose name is no issue's, in order."""
    folder = root / "content" / "issues"
    found = [entry.name for entry in folder.iterdir() if (entry / "issue.md").is_file()] if folder.is_dir() else []
    return tuple(sorted(name for name in found if IssueId.parse(name) is None and not name.startswith(".")))


def stamp(path: str | os.PathLike[str]) -> tuple[int, int, int] | None:
    """What is another one once a file has been written: time, octets, number on its disk; None where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  (to make a Path for each of 2,000 takes longer than looking)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def signature(paths: Iterable[Path]) -> str:
    """Another one whenever one of these files or folders has been written. Reads none of them."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(repr((str(path), stamp(path))).encode())
    return digest.hexdigest()


def is_sent(root: Path, issue: IssueId) -> bool:
    """Whether the program has begun to send this issue: its sent/ is there."""
    return (issue_folder(root, issue) / "sent").is_dir()


def issue_folder(root: Path, issue: IssueId) -> Path:
    """Where an issue's files lie."""
    return root / "content" / "issues" / str(issue)
