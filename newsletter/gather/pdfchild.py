"""The child process that reads one PDF: `python -I pdfchild.py < file.pdf > lines.json`.

PDFium is a large C++ program that reads hostile files, so it runs here: alone, with little memory and time, unable to
write files, with nothing of ours in reach. Only the standard library and pypdfium2 are imported.

It writes {"error": word} or {"pages": [[line, ...], ...], "more": bool, "locked": bool}; a line is [text, left, right,
baseline, size], in points from the lower left corner. A hyphen at the end of a line stays one, and the line ends.
"""

from __future__ import annotations

import ctypes
import json
import resource
import sys
from typing import Any

MEMORY = 600_000_000  # octets of address space
SECONDS = 10  # of the processor
OUTPUT = 8_000_000  # octets of the answer
MAX_PAGES = 300
MAX_CHARACTERS = 600_000

_HYPHEN_MARKS = "\ufffe\u0002\u00ad"  # how PDFium tells a hyphen that ends a line; the line break is swallowed
_BREAKS = "\r\n"
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_MAY_COPY = 1 << 4  # PDF 32000-1, table 22, bit 5


def limit() -> None:
    """Sets this process's limits; the kernel kills it when it passes one."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (OUTPUT, OUTPUT))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def read(data: bytes) -> dict[str, Any]:
    """The lines of each page, or why there are none: "password", "broken"."""
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it publishes no types

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        return {"error": "password" if pdfium.FPDF_GetLastError() == _PASSWORD else "broken"}
    count = pdfium.FPDF_GetPageCount(document)
    pages: list[list[list[Any]]] = []
    room = MAX_CHARACTERS
    for at in range(min(count, MAX_PAGES)):
        lines = _lines(pdfium, document, at, room)
        room -= sum(len(line[0]) for line in lines)
        pages.append(lines)
        if room <= 0:
            break
    locked = not pdfium.FPDF_GetDocPermissions(document) & _MAY_COPY
    return {"pages": pages, "more": len(pages) < count or room <= 0, "locked": locked}


def _lines(pdfium: Any, document: Any, at: int, room: int) -> list[list[Any]]:
    """The lines of one page; none when the page is broken."""
    page = pdfium.FPDF_LoadPage(document, at)
    if not page:
        return []
    text = pdfium.FPDFText_LoadPage(page)
    lines: list[list[Any]] = []
    written: list[str] = []
    first = last = -1
    for place in range(min(max(pdfium.FPDFText_CountChars(text), 0), room)):
        code = pdfium.FPDFText_GetUnicode(text, place)
        character = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
        ends = character in _BREAKS or (character in _HYPHEN_MARKS and _ends_line(pdfium, text, place))
        if character in _HYPHEN_MARKS:
            written.append("-")
        elif character not in _BREAKS:
            written.append(character)
            if not character.isspace():
                first, last = (place if first < 0 else first), place
        if ends and first >= 0:
            lines.append(_line(pdfium, text, "".join(written), first, last))
            written, first, last = [], -1, -1
    if first >= 0:
        lines.append(_line(pdfium, text, "".join(written), first, last))
    pdfium.FPDFText_ClosePage(text)
    pdfium.FPDF_ClosePage(page)
    return lines


def _line(pdfium: Any, text: Any, written: str, first: int, last: int) -> list[Any]:
    left, _, baseline = _box(pdfium, text, first)
    _, right, _ = _box(pdfium, text, last)
    return [written, left, right, baseline, round(pdfium.FPDFText_GetFontSize(text, first), 1)]


def _ends_line(pdfium: Any, text: Any, place: int) -> bool:
    """Whether the character behind a hyphen stands on another line; in the middle of one a hyphen is just that."""
    here, there = (_box(pdfium, text, at)[2] for at in (place, place + 1))
    return abs(here - there) > 1


def _box(pdfium: Any, text: Any, place: int) -> tuple[float, float, float]:
    """Left and right edge of a character, and the height at which its line stands."""
    left, right, bottom, top, across, along = (ctypes.c_double() for _ in range(6))
    pdfium.FPDFText_GetCharBox(text, place, left, right, bottom, top)
    pdfium.FPDFText_GetCharOrigin(text, place, across, along)
    return round(left.value, 1), round(right.value, 1), round(along.value, 1)


if __name__ == "__main__":
    limit()
    json.dump(read(sys.stdin.buffer.read()), sys.stdout)
