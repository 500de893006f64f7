"""Planned rows: each becomes what the ledger hands out when it is asked for, and not before."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, overload

from newsletter.model.mailing import Recipient, Waiting
from newsletter.model.marks import mark_text
from newsletter.store.columns import as_written


class PlannedRows(Sequence[Waiting]):
    """Rows in order of seq, as the driver gave them: seq, mark, address, name as it is kept, attempt, digest.

    To make a thousand of what they say takes several times as long as to read them, and lanes would wait for that.
    """

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[tuple[Any, ...]] = ()) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Waiting: ...

    @overload
    def __getitem__(self, at: slice) -> PlannedRows: ...

    def __getitem__(self, at: int | slice) -> Waiting | PlannedRows:
        if isinstance(at, slice):
            return PlannedRows(self._rows[at])
        seq, mark, address, name, attempt, digest = self._rows[at]
        name = None if name is None else as_written(name)
        return Waiting(
            Recipient(seq=seq, subscriber=mark_text(mark), address=address, name=name), attempt, 0, None, digest
        )

    @property
    def last(self) -> int:
        """The seq of the last row. Raises `IndexError` where there is none."""
        return int(self._rows[-1][0])

    def up_to(self, seq: int) -> PlannedRows:
        """The rows that do not stand behind this one."""
        return PlannedRows([row for row in self._rows if row[0] <= seq])

    def without(self, seqs: Set[int]) -> PlannedRows:
        """The rows but for these. Mostly all of them stand before the first row, and no row is looked at."""
        if not self._rows or not seqs or max(seqs) < self._rows[0][0]:
            return self
        return PlannedRows([row for row in self._rows if row[0] not in seqs])
