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
from functools import partial
from pathlib import Path

from newsletter.archive.guard import refuse_leaks
from newsletter.archive.outputs import Bundle, Output, Step
from newsletter.archive.twofold import in_two

Report = Callable[[int, int], None]  # files made so far, and of how many

# Folders of public/ that are all the site's. What else lies in public/ is somebody's own, until a build has made it.
_OURS = ("assets", "images", "issues", "numbers", "pagefind", "people", "search", "topics")

_PIECE = 20  # files that a process takes at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last build, as its manifest has it."""

    outputs: Mapping[str, str]  # by path, of each file in no group: key, digest, size and mtime
    groups: Mapping[str, list[str]]  # key of each group and bundle, and of each file in it path and the same

    def paths(self) -> set[str]:
        """Every file there was to be."""
        return {*self.outputs, *(path for group in self.groups.values() for path in group[1::2])}


@dataclass(slots=True)
class Outcome:
    """What a build came to."""

    outputs: dict[str, str] = field(default_factory=dict)  # as in `Last`, as the groups
    groups: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)  # paths below public/
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0  # files
    planned: dict[str, tuple[str, list[str]]] = field(default_factory=dict)  # key and files of groups planned anew

    def close(self) -> None:
        """What was planned together stands together."""
        for name, (key, paths) in self.planned.items():
            entries = ((path, self.outputs.get(path, "")) for path in paths)
            self.groups[name] = [key, *(part for pair in entries for part in pair)]
        grouped = {path for _, paths in self.planned.values() for path in paths}
        self.outputs = {path: entry for path, entry in self.outputs.items() if path not in grouped}


class Public:
    """public/, and the journal of what is being done to it."""

    def __init__(self, public: Path, journal: Path, last: Last, *, writes: bool) -> None:
        """Without `writes`, everything is made and nothing is written or removed."""
        self._public, self._journal, self._last, self._writes = str(public), journal, last, writes
        self._interrupted = _lines(journal)

    def bring_up_to_date(self, stages: Iterable[Iterable[Step]], report: Report) -> Outcome:
        """Makes what has to be made, one stage after the other, and removes what no step names any more.

        Raises `ContentError` for a page that holds what is meant for one reader, `OSError` where the disk refuses.
        """
        outcome = Outcome()
        due = [[one for step in stage for one in self._due(step, outcome)] for stage in stages]
        self._note(one.path for stage in due for one in stage if isinstance(one, Output))
        made, whole = 0, sum(map(len, due))
        for stage in due:
            self._make_all(stage, outcome, partial(_report_behind, report, made, whole))
            made += len(stage)
        outcome.close()
        self._remove(outcome)
        return outcome

    def is_whole(self) -> bool:
        """Whether every file is there as the last build left it, and none that a build since was cut off at."""
        last = self._last
        return (
            not self._interrupted
            and all(self._is_there(path, entry) for path, entry in last.outputs.items())
            and all(self._are_there(group) for group in last.groups.values())
        )

    @property
    def count(self) -> int:
        """How many files there were to be after the last build."""
        return len(self._last.paths())

    def forget(self) -> None:
        """Ends the journal: the manifest knows everything now."""
        self._journal.unlink(missing_ok=True)

    def _due(self, step: Step, outcome: Outcome) -> Iterator[Output | Bundle]:
        """What of a step has to be made: what is made of something else than last time, or is not as it was left.

        The rest goes into the outcome as it is.
        """
        if isinstance(step, Output):
            yield from self._due_of(step, self._last.outputs.get(step.path), outcome)
            return
        name = step.folder if isinstance(step, Bundle) else step.name
        group = self._last.groups.get(name, [""])
        if group[0] == step.key and self._are_there(group):
            outcome.groups[name] = group
        elif isinstance(step, Bundle):
            yield step
        else:
            entries = dict(zip(group[1::2], group[2::2], strict=True))
            outputs = tuple(step.plan())
            outcome.planned[name] = (step.key, [output.path for output in outputs])
            for output in outputs:
                yield from self._due_of(output, entries.get(output.path), outcome)

    def _due_of(self, output: Output, entry: str | None, outcome: Outcome) -> Iterator[Output]:
        if entry is not None and entry.startswith(f"{output.key} ") and self._is_there(output.path, entry):
            outcome.outputs[output.path] = entry
        else:
            yield output

    def _are_there(self, group: Sequence[str]) -> bool:
        """`_is_there` for all files of a group."""
        public, stat = self._public, os.stat
        try:
            for path, entry in zip(group[1::2], group[2::2], strict=True):
                found = stat(f"{public}/{path}")
                if not entry.endswith(f" {found.st_size} {found.st_mtime_ns}"):
                    return False
        except OSError:
            return False
        return True

    def _is_there(self, path: str, entry: str) -> bool:
        try:
            found = os.stat(f"{self._public}/{path}")  # noqa: PTH116  (a Path for each of 10,000 takes longer)
        except OSError:
            return False
        return entry.endswith(f" {found.st_size} {found.st_mtime_ns}")

    def _make_all(self, stage: Sequence[Output | Bundle], outcome: Outcome, report: Callable[[int], None]) -> None:
        """Makes everything in a stage; where it is much, two processes do."""
        size = 1 if any(isinstance(one, Bundle) for one in stage) else _PIECE
        pieces = [stage[at : at + size] for at in range(0, len(stage), size)]
        made = 0

        def work(number: int) -> None:
            nonlocal made
            for one in pieces[number]:
                self._make(one, outcome)
                made += 1
                report(made)

        def begin() -> None:
            nonlocal outcome, report
            outcome, report = Outcome(), _quiet

        if pieces:
            work(0)  # what it has to prepare is then there for both
            del pieces[0]
        theirs = in_two(len(pieces), work, begin, lambda: [outcome.outputs, outcome.planned, outcome.written])
        if theirs is not None:
            outcome.outputs |= theirs[0]
            outcome.planned |= theirs[1]
            outcome.written += theirs[2]
            report(len(stage))

    def _make(self, step: Output | Bundle, outcome: Outcome) -> None:
        if isinstance(step, Output):
            self._put(step.path, step.key, step.make(), outcome)
            return
        files = {f"{step.folder}/{name}": data for name, data in step.make().items()}
        self._note(files)
        for path, data in files.items():
            self._put(path, step.key, data, outcome)
        outcome.planned[step.folder] = (step.key, list(files))

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
        last, made = self._last.paths(), Last(outputs=outcome.outputs, groups=outcome.groups).paths()
        planned = {*made, *outcome.written}
        known = {*last, *self._interrupted, *(() if last else self._found())}
        outcome.unchanged = len(planned) - len(set(outcome.written))
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


def _quiet(_made: int) -> None:
    """Tells nobody."""


def _report_behind(report: Report, before: int, whole: int, made: int) -> None:
    """Reports what was made in a stage, behind what was made before it."""
    report(before + made, whole)


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
