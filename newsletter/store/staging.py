"""The rows of an import, waiting to be written: a file of any size, given back in the order of the readers' marks.

In that order a table keyed by the mark is written from its beginning to its end, each page of it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple, NewType, Self, cast

from newsletter.model.incoming import Incoming
from newsletter.model.subscriber import Mark
from newsletter.store.subscribers import tags_text

_BINS = 64  # by the first bits of the mark, which is as good as random: each takes as many
_AT_ONCE = 5_000  # rows in memory; then they go into the file
_HEX = 32  # digits of a mark
_UNIT = "\x1f"  # between fields, none of which holds a control character

_KEY = itemgetter(slice(_HEX))

# A row as it stands in the file. Most are read, sorted and written, and nothing looks into them.
Row = NewType("Row", str)

_Text = str | None
# The newest mark, address, name, language, zone, tags, when asked and confirmed, page.
Columns = tuple[Mark, str, _Text, _Text, _Text, _Text, _Text, _Text, str]


class Double(NamedTuple):
    """A row whose address a row before it has."""

    line: int
    first: int  # the line of that one
    address: str


class Staging:
    """Rows are added, then read as often as one likes. The file has no name: it goes when the program does."""

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115  (`__exit__` closes it)
        self._bins: list[list[str]] = [[] for _ in range(_BINS)]
        self._pieces: list[list[tuple[int, int]]] = [[] for _ in range(_BINS)]  # where in the file, how long
        self._waiting = 0
        self.count = 0  # rows added

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, marks: Sequence[bytes], row: Incoming) -> None:
        """Takes a row in. `marks` are of its address, the newest first."""
        line, address, name, language, zone, tags, asked, confirmed, page = row
        text = _UNIT.join(
            (
                marks[0].hex() if len(marks) == 1 else b"".join(marks).hex(),
                str(line),
                address,
                name or "",
                language or "",
                zone or "",
                (_tags(tags) or "") if tags else "",
                asked or "",
                confirmed or "",
                page,
            )
        )
        self._bins[marks[0][0] * _BINS >> 8].append(text)
        self.count += 1
        self._waiting += 1
        if self._waiting >= _AT_ONCE:
            self._flush()

    def chunks(self, size: int, double: Callable[[Double], None] | None = None) -> Iterator[list[Row]]:
        """Each reader once, as the first of their rows says it, in the order of the marks, so many at a time.

        Whoever asks for it is told of the other rows on the way.
        """
        rows = self._readers(double)
        while chunk := list(islice(rows, size)):
            yield chunk

    def _readers(self, double: Callable[[Double], None] | None) -> Iterator[Row]:
        self._flush()
        for pieces in self._pieces:
            first = Row("")
            for row in sorted(self._rows(pieces), key=_KEY):  # rows of one mark stay in the order of the file
                if _KEY(row) != _KEY(first):
                    yield (first := row)
                elif double is not None:
                    double(Double(_line(row), _line(first), row.split(_UNIT, 3)[2]))

    def _rows(self, pieces: list[tuple[int, int]]) -> list[Row]:
        rows: list[str] = []
        for start, length in pieces:
            self._file.seek(start)
            rows += self._file.read(length).decode().split("\n")
        return cast(list[Row], rows)

    def _flush(self) -> None:
        place = self._file.seek(0, 2)
        for rows, pieces in zip(self._bins, self._pieces, strict=True):
            if rows:
                written = self._file.write("\n".join(rows).encode())
                pieces.append((place, written))
                place += written
                rows.clear()
        self._waiting = 0


_tags = lru_cache(1024)(tags_text)


def first_mark(row: Row) -> Mark:
    """The mark of a row's address under the newest key."""
    return Mark(bytes.fromhex(row[:_HEX]))


def older_marks(row: Row) -> tuple[Mark, ...]:
    """Its marks under the other keys, the newest first."""
    digits = row[_HEX : row.index(_UNIT)]
    return tuple(Mark(bytes.fromhex(digits[at : at + _HEX])) for at in range(0, len(digits), _HEX))


def columns_of(row: Row) -> Columns:
    """What a row says of a reader, as the table takes it."""
    marks, _, address, name, language, zone, tags, asked, confirmed, page = row.split(_UNIT)
    mark = Mark(bytes.fromhex(marks[:_HEX]))
    return (
        mark,
        address,
        name or None,
        language or None,
        zone or None,
        tags or None,
        asked or None,
        confirmed or None,
        page,
    )


def _line(row: Row) -> int:
    return int(row.split(_UNIT, 2)[1])
