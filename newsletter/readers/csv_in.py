"""Reads a table of readers as programs and people write them: CSV of any usual encoding and separator (RFC 4180).

What is wrong with a row is a value; the rows after it are read. Nothing here holds more than one row.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper

from newsletter.mail.addresses import PLAIN, addr_spec
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.incoming import BadRow, Incoming
from newsletter.model.urls import NotAnAddress
from newsletter.readers import cells
from newsletter.readers.columns import Columns, Field, columns

_PIECE = 1 << 18  # octets read at a time
_CELL = 100_000  # characters; what is longer comes from a quotation mark that is never closed
_HALVES = re.compile("[\ud800-\udfff]")  # octets that are not UTF-8, as "surrogateescape" decodes them
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written."""

    encoding: str  # as Python names it
    told: str | None  # what a person should know about it; None: it is UTF-8
    separator: str
    columns: Columns
    begins: int  # the line that its first row behind the header stands on
    octets: int
    digest: str  # SHA-256 of its octets


def manner(file: BufferedReader, path: str) -> Manner:
    """How this file is written, which is read from beginning to end for it.

    Raises `ContentError`, which names `path`, where the first row does not name the columns, one of them for addresses.
    """
    encoding, told, octets, digest = _encoding(file)
    header, separator, begins = _header(file, encoding, path)
    return Manner(encoding, told, separator, header, begins, octets, digest)


def rows(file: BufferedReader, how: Manner, name: str) -> Iterator[Incoming | BadRow]:
    """Every row below the header, in the order of the file; empty ones are left out.

    `name` is the file's, for the consent of readers whose row does not say where they asked.
    """
    csv.field_size_limit(_CELL)
    with _text(file, how.encoding) as text:
        for _ in range(how.begins - 1):
            text.readline()
        reader = csv.reader(text, delimiter=how.separator)
        read, start = _row_reader(how.columns, name), how.begins
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                what = "a quotation mark is opened here and not closed"
                yield BadRow(start, f"{what}; close it: what follows it was not read", ())
                row = []
            line, start = start, how.begins + reader.line_num
            if row and (row[0] or any(row)):
                yield read(row, line)


def _row_reader(at: Columns, name: str) -> Callable[[list[str], int], Incoming | BadRow]:
    """What makes a reader of a row. It is called a million times: what can be found out before, is."""
    width = len(at.header)
    place = at.at.get
    email, is_plain = at.at[Field.EMAIL], PLAIN.fullmatch
    # A column that is not there is the empty cell which each row gets behind its last one.
    full, first, last = (place(one, width) for one in (Field.NAME, Field.FIRST, Field.LAST))
    tongue, zone, tags = (place(one, width) for one in (Field.LANGUAGE, Field.ZONE, Field.TAGS))
    state, forbidden = place(Field.STATE, width), place(Field.FORBIDDEN, width)
    asked, confirmed, page = (place(one, width) for one in (Field.ASKED, Field.CONFIRMED, Field.PAGE))

    def read(row: list[str], line: int) -> Incoming | BadRow:
        try:
            if len(row) != width:
                _fit(row, width)
            row.append("")
            address = row[email]
            if not is_plain(address):
                address = _address(address)
            if row[state] or row[forbidden]:
                _refuse_leaver(row[state], row[forbidden])
            named = row[full] or f"{row[first]} {row[last]}"
            return Incoming(
                line,
                address,
                cells.one_line(named, "the name"),
                cells.language(row[tongue]),
                cells.zone(row[zone]),
                cells.tags(row[tags]),
                cells.moment(row[asked], at.header[asked]) if row[asked] else None,
                cells.moment(row[confirmed], at.header[confirmed]) if row[confirmed] else None,
                cells.source(row[page], "the source") or f"{name}, line {line}",
            )
        except cells.BadCell as error:
            return BadRow(line, str(error), tuple(row))

    return read


def _fit(row: list[str], width: int) -> None:
    if any(row[width:]):
        what = f"the row has {len(row)} cells, and the first line names {width}"
        raise cells.BadCell(f"{what}; put quotation marks around a cell that holds the separator")
    del row[width:]
    row += [""] * (width - len(row))


def _address(cell: str) -> str:
    text = cells.unescaped(cell.strip())
    if not text:
        raise cells.BadCell("there is no address; write one, or take the row out")
    try:
        return addr_spec(text)
    except NotAnAddress as error:
        what = f"'{cells.shown(text)}' is not an address that mail can be sent to: {error}"
        raise cells.BadCell(f"{what}; mend it, or take the row out") from error


def _refuse_leaver(state: str, forbidden: str) -> None:
    """A list from elsewhere names those who left it as well: they are not brought back by it."""
    said = forbidden if forbidden.strip() else state
    if forbidden.strip() or not cells.is_writable(state):
        raise cells.BadCell(f"the file says '{cells.shown(said)}' of this reader; who does not get its mail stays out")


def _encoding(file: BufferedReader) -> tuple[str, str | None, int, str]:
    """Encoding, what is to be told of it, size, digest."""
    file.seek(0)
    wide, is_utf8 = _wide(file.peek(_PIECE)), True
    digest, decoder, octets = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0
    while piece := file.read(_PIECE):
        octets += len(piece)
        digest.update(piece)
        if is_utf8 and wide is None:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    if wide is not None:
        return wide, f"it is written in {wide.upper()}", octets, digest.hexdigest()
    if is_utf8 or _is_damaged_utf8(file):
        return "utf-8-sig", None, octets, digest.hexdigest()
    told = "it is not UTF-8: read as Windows-1252, the usual one of western Europe; look at names with accents"
    return "cp1252", told, octets, digest.hexdigest()


def _is_damaged_utf8(file: BufferedReader) -> bool:
    """Whether most of what is not ASCII is whole in UTF-8, which hardly ever happens to a file of another encoding."""
    file.seek(0)
    decoder, good, broken = codecs.getincrementaldecoder("utf-8")("surrogateescape"), 0, 0
    while piece := file.read(_PIECE):
        text = decoder.decode(piece)
        halves = len(_HALVES.findall(text))
        good, broken = good + len(text) - len(text.encode("ascii", "ignore")) - halves, broken + halves
    return good > broken


def _wide(head: bytes) -> str | None:
    """The kind of UTF-16 that a file begins in; None: it is not UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(zeros) > 1 and zeros.count(0) > len(zeros) * 0.6:
            return encoding
    return None


def _header(file: BufferedReader, encoding: str, path: str) -> tuple[Columns, str, int]:
    """The columns, the separator, and the line behind them."""
    with _text(file, encoding) as text:
        lines = [text.readline(_CELL) for _ in range(20)]
    skip = 0
    while skip < len(lines) and (not lines[skip].strip() or lines[skip].startswith("sep=")):  # Excel writes "sep=;"
        skip += 1
    found = []
    for separator in _SEPARATORS:
        try:
            reader = csv.reader(lines[skip:], delimiter=separator)
            if at := columns(next(reader, [])):
                found.append((len(at.header), at, separator, skip + reader.line_num + 1))
        except csv.Error:
            continue
    if not found:
        what = "its first line names no column of addresses"
        todo = "write the columns' names there, one of them Email, with commas between them"
        raise ContentError([Mistake(path, skip % len(lines) + 1, what, todo)])
    _, at, separator, begins = max(found, key=lambda one: one[0])
    return at, separator, begins


@contextmanager
def _text(file: BufferedReader, encoding: str) -> Iterator[TextIOWrapper]:
    """The file from its beginning as text. It stays open."""
    file.seek(0)
    text = TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()
