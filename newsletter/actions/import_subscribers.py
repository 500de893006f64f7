"""Import: readers from a file. First what it would change, then, once somebody has agreed, the change.

It adds facts and never takes any back: whoever has left, complained, bounced or was erased stays out, whatever the file
says (the dry run counts them), and nobody's state changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TextIO

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, readers_store
from newsletter.model.errors import ConfigError
from newsletter.model.incoming import BadRow
from newsletter.readers import csv_in, csv_out
from newsletter.readers.columns import Field
from newsletter.readers.csv_in import Manner
from newsletter.store import importing
from newsletter.store.importing import Effect, Import
from newsletter.store.staging import Double, Staging

_SUFFIX = ".rejected.csv"
_OFTEN = 5_000  # rows between two reports

Report = Callable[[str, int, int], None]  # what is being done; how much of it is, and how much there is to do


@dataclass(frozen=True, slots=True)
class DryRun:
    """What bringing a file in would do, and all that is needed to do it. Good within the block that made it."""

    path: Path
    manner: Manner
    effect: Effect
    bad: int  # rows
    doubles: int  # rows whose address another row before them has
    rejected: Path | None  # the file that names these rows with line and reason; None where there are none
    before: Import | None  # when exactly this file was brought in last
    readers: Readers
    staging: Staging


@contextmanager
def dry_run(app: App, path: Path, report: Report) -> Iterator[DryRun]:
    """Reads a file of readers to its end and changes nothing. The bad rows are written beside it, as NAME.rejected.csv.

    At no time are more than some ten thousand rows in memory. Raises `ContentError` for what is no table of readers.
    """
    with readers_store(app, "readers are imported") as readers, ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        manner = csv_in.manner(file, str(path))
        staging = stack.enter_context(Staging(_scratch(app)))
        rejects = stack.enter_context(_Rejects(path.with_suffix(_SUFFIX), manner))
        _stage(file, manner, readers, staging, rejects, report)
        bad = rejects.count
        report("comparing", 0, staging.count)
        compared = Counter[str]()

        def seen(count: int) -> None:
            compared["rows"] += count
            report("comparing", compared["rows"], staging.count)

        effect = importing.foreseen(readers.store, staging, rejects.double, seen)
        doubles, where = rejects.count - bad, rejects.close()
        before = importing.last_of(readers.store, manner.digest)
        yield DryRun(path, manner, effect, bad, doubles, where, before, readers, staging)


def import_subscribers(app: App, run: DryRun, *, basis: str, who: str, report: Report) -> tuple[Import, Effect]:
    """Brings in what a dry run has read, and returns what that did: others may have come or left since.

    `basis` is the ground on which these people may be written to, in words; it is kept. Cut off, it has done a part,
    and may simply be run again. Raises `ConfigError` where there is no such ground.
    """
    if not basis.strip():
        raise ConfigError("basis", "an import needs a ground on which these people may be written to; say it in words")
    store, now = run.readers.store, app.clock()
    begun = importing.begin(
        store, file=run.path.name, digest=run.manner.digest, basis=basis, who=who, now=now, key=run.readers.key
    )
    written = Counter[str]()

    def seen(count: int) -> None:
        written["rows"] += count
        report("writing", written["rows"], run.staging.count)

    return importing.bring_in(store, run.staging, begun, seen)


def _scratch(app: App) -> Path:
    """Where a file without a name may hold a copy of the rows: on the disk of the database, not in a /tmp of memory."""
    folder = app.root / "var"
    folder.mkdir(exist_ok=True)
    return folder


def _stage(
    file: BufferedReader, manner: Manner, readers: Readers, staging: Staging, rejects: _Rejects, report: Report
) -> None:
    marks, take = readers.ring.marks, staging.add
    for number, row in enumerate(csv_in.rows(file, manner, Path(file.name).name)):
        if isinstance(row, BadRow):
            rejects.write(row)
        else:
            take([mark for _, mark in marks(row.address)], row)
        if number % _OFTEN == 0:
            report("reading", file.tell(), manner.octets)
    report("reading", manner.octets, manner.octets)


class _Rejects:
    """The file of bad rows, made with the first of them. One that an earlier run left is removed."""

    def __init__(self, path: Path, manner: Manner) -> None:
        self.count = 0
        self._path, self._columns = path, manner.columns
        self._file: TextIO | None = None

    def __enter__(self) -> _Rejects:
        self._path.unlink(missing_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, bad: BadRow) -> None:
        if self._file is None:
            # With the mark that tells spreadsheets that it is UTF-8.
            self._file = self._path.open("w", encoding="utf-8-sig", errors="replace", newline="")
            self._file.write(csv_out.rejected_header(self._columns.header))
        self.count += 1
        self._file.write(csv_out.rejected(bad))

    def double(self, double: Double) -> None:
        cells = [""] * len(self._columns.header)
        cells[self._columns.at[Field.EMAIL]] = double.address
        what = f"line {double.first} has the same address, and the first one counts; take one of them out"
        self.write(BadRow(double.line, what, tuple(cells)))

    def close(self) -> Path | None:
        """Where the bad rows stand; None: there were none."""
        if self._file is not None:
            self._file.close()
        return self._path if self.count else None
