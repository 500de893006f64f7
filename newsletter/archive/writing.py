"""public/, brought from the last build to this one: what has changed is written, then what is over is removed.

A build that is cut off at any point leaves each file as it was or as it is to be, and every page that was there. What
it was about to write stands in its journal, so that the next one knows all files that are ours.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.archive.guard import refuse_leaks
from newsletter.archive.outputs import Bundle, Output, Step

Report = Callable[[int, int], None]  # files made so far, and of how many

# Folders of public/ that are all the site's. What else lies in public/ is somebody's own, until a build has made it.
_OURS = ("assets", "images", "issues", "numbers", "pagefind", "people", "search", "topics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last build, as its manifest has it."""

    outputs: Mapping[str, str]  # of each file: key, digest, size and mtime
    groups: Mapping[str, Sequence[str]]  # key and files of each group and bundle


@dataclass(slots=True)
class Outcome:
    """What a build came to."""

    outputs: dict[str, str] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)  # paths below public/
    removed: list[str] = field(default_factory=list)


class Public:
    """public/, and the journal of what is being done to it."""

    def __init__(self, public: Path, journal: Path, last: Last, *, writes: bool) -> None:
        """Without `writes`, everything is made and nothing is written or removed."""
        self._public, self._journal, self._last, self._writes = str(public), journal, last, writes
        self._interrupted = _lines(journal)

    def bring_up_to_date(self, steps: Iterable[Step], report: Report) -> Outcome:
        """Makes what has to be made, in this order, and removes what no step names any more.

        Raises `ContentError` for a page that holds what is meant for one reader, `OSError` where the disk refuses.
        """
        outcome = Outcome()
        due = [one for step in steps for one in self._due(step, outcome)]
        self._note(one.path for one in due if isinstance(one, Output))
        for made, one in enumerate(due, 1):
            self._make(one, outcome)
            report(made, len(due))
        self._remove(outcome)
        return outcome

    def is_whole(self) -> bool:
        """Whether every file is there as the last build left it, and none that a build since was cut off at."""
        there = self._is_there
        return not self._interrupted and all(there(path, entry) for path, entry in self._last.outputs.items())

    def forget(self) -> None:
        """Ends the journal: the manifest knows everything now."""
        self._journal.unlink(missing_ok=True)

    def _due(self, step: Step, outcome: Outcome) -> Iterator[Output | Bundle]:
        """What of a step has to be made: what is made of something else than last time, or is not as it was left.

        The rest goes into the outcome as it is.
        """
        if isinstance(step, Output):
            entry = self._last.outputs.get(step.path)
            if entry is not None and entry.startswith(f"{step.key} ") and self._is_there(step.path, entry):
                outcome.outputs[step.path] = entry
            else:
                yield step
            return
        name = step.folder if isinstance(step, Bundle) else step.name
        key, *paths = self._last.groups.get(name, ("",))
        entries = {path: self._last.outputs.get(path, "-") for path in paths}
        if key == step.key and all(self._is_there(path, entry) for path, entry in entries.items()):
            outcome.groups[name] = [key, *paths]
            outcome.outputs |= entries
        elif isinstance(step, Bundle):
            yield step
        else:
            planned = tuple(step.plan())
            outcome.groups[name] = [step.key, *(output.path for output in planned)]
            for output in planned:
                yield from self._due(output, outcome)

    def _is_there(self, path: str, entry: str) -> bool:
        try:
            found = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (a Path for each of 10,000 takes longer)
        except OSError:
            return False
        return entry.endswith(f" {found.st_size} {found.st_mtime_ns}")

    def _make(self, step: Output | Bundle, outcome: Outcome) -> None:
        if isinstance(step, Output):
            self._put(step.path, step.key, step.make(), outcome)
            return
        files = {f"{step.folder}/{name}": data for name, data in step.make().items()}
        self._note(files)
        for path, data in files.items():
            self._put(path, step.key, data, outcome)
        outcome.groups[step.folder] = [step.key, *files]

    def _put(self, path: str, key: str, data: bytes, outcome: Outcome) -> None:
        """Sees to it that the file holds these bytes; one that does is left alone."""
        refuse_leaks(f"public/{path}", data)
        file = f"{self._public}/{path}"
        if not _holds(file, data):
            outcome.written.append(path)
            if not self._writes:
                return
            _write(file, data)
        found = os.stat(file)  # noqa: PTH116
        digest = hashlib.sha256(data).hexdigest()[:16]
        outcome.outputs[path] = f"{key} {digest} {found.st_size} {found.st_mtime_ns}"

    def _note(self, paths: Iterable[str]) -> None:
        """Writes down what is about to be written, so that a build that is killed leaves nothing nobody knows of."""
        lines = "".join(f"{path}\n" for path in paths)
        if self._writes and lines:
            with self._journal.open("a", encoding="utf-8") as journal:
                journal.write(lines)

    def _remove(self, outcome: Outcome) -> None:
        planned = {*outcome.outputs, *outcome.written}
        known = {*self._last.outputs, *self._interrupted, *(() if self._last.outputs else self._found())}
        for path in sorted(known - planned):
            if not os.path.lexists(f"{self._public}/{path}"):
                continue
            outcome.removed.append(path)
            if self._writes:
                _unlink(self._public, path)
        if self._writes:
            for path in self._interrupted:
                with suppress(OSError):
                    os.unlink(_new(f"{self._public}/{path}"))  # noqa: PTH108

    def _found(self) -> Iterator[str]:
        """Everything in the folders that are all ours, where no manifest says what the last build made."""
        for folder in _OURS:
            for base, _, names in os.walk(f"{self._public}/{folder}"):
                below = os.path.relpath(base, self._public)
                yield from (f"{below}/{name}" for name in names)


def _lines(journal: Path) -> tuple[str, ...]:
    """The journal of a build that was cut off; its last line may be cut as well, and is then none of ours."""
    try:
        text = journal.read_text("utf-8", "replace")
    except OSError:
        return ()
    return tuple(line for line in text.split("\n")[:-1] if line and ".." not in line.split("/"))


def _holds(file: str, data: bytes) -> bool:
    try:
        if os.stat(file).st_size != len(data):  # noqa: PTH116
            return False
        with open(file, "rb") as found:  # noqa: PTH123
            return found.read() == data
    except OSError:
        return False


def _write(file: str, data: bytes) -> None:
    """Puts the bytes into the file at once, for every reader of it.

    No fsync, unlike `publication.write`: what a power cut takes of these files, the next build makes again, and a full
    build writes thousands of them.
    """
    new = _new(file)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        try:
            handle = os.open(new, flags, 0o644)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120
            handle = os.open(new, flags, 0o644)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            os.fchmod(handle, 0o644)  # a host may serve them as another user
        os.replace(new, file)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(new)  # noqa: PTH108
        raise


def _new(file: str) -> str:
    """Where a file stands until it is whole: beside it, so that it gets its name in one step."""
    folder, _, name = file.rpartition("/")
    return f"{folder}/.{name}.new"


def _unlink(public: str, path: str) -> None:
    """Removes a file, and the folders that are empty without it."""
    with suppress(FileNotFoundError):
        os.unlink(f"{public}/{path}")  # noqa: PTH108
    folder = path.rpartition("/")[0]
    while folder:
        try:
            os.rmdir(f"{public}/{folder}")  # noqa: PTH106
        except OSError:
            return
        folder = folder.rpartition("/")[0]
