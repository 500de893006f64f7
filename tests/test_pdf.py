"""PDFs become entries: a child process takes the lines out, where they stand tells paragraphs, headings and margins."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.gather import documents, pdf
from newsletter.gather.blocks import Block, Kind
from newsletter.gather.pdf import Line, blocks_of
from newsletter.model.errors import SourceError
from newsletter.model.item import Entry
from newsletter.model.source import SourceKind
from tests.gathering import source
from tests.tools import make_pdf

DESK = source(id="desk", kind=SourceKind.FOLDER, url=None, path="seeds/documents")
LEFT, RIGHT, TOP, LEADING = 56, 320, 720, 14
PARAGRAPHS = (
    "The lake that feeds the canal stood low on Monday, after sixty-three days with almost no rain. Ships pass one by "
    "one and lighter than their owners would like, and the queue on the southern side has reached fifty-eight.",
    "A second reservoir has been on paper for half a century. It would flood three valleys and move two thousand "
    "people, who have been told four times by now that they were about to be moved, and have not moved yet.",
    "Pumping sea water back into the locks would be quicker, but the lake is also what people drink. Salt has been "
    "measured at an intake that was clean for ninety years. Nobody has asked the ships what they think of it.",
)


def shown(lines: Sequence[str], left: int, top: int, size: int = 9) -> bytes:
    """The operators that show lines below one another."""
    escaped = (
        line.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") for line in lines
    )
    text = b"\n".join(b"(" + line + b") Tj T*" for line in escaped)
    return b"BT /F1 %d Tf %d TL %d %d Td\n%s\nET\n" % (size, LEADING, left, top, text)


def pages_pdf(streams: Sequence[bytes]) -> bytes:
    """A PDF of several A4 pages, each with its content stream; without a table of objects: readers rebuild it."""
    count = len(streams)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (4 + 2 * at) for at in range(count)), count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>",
    ]
    for at, stream in enumerate(streams):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * at)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, written) for number, written in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<< /Size %d /Root 1 0 R >>\n%%%%EOF\n" % (len(objects) + 1)


def read(data: bytes) -> Entry:
    return documents.read("paper.pdf", data, DESK).entry


def wrapped(*paragraphs: str, width: int = 60) -> list[str]:
    return [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, width, break_on_hyphens=False)]


def test_two_columns_are_read_one_after_the_other() -> None:
    """A paragraph goes on at the top of the next column; no line of one column is mixed into the other."""
    lines = wrapped(*PARAGRAPHS, width=48)
    half = len(lines) // 2
    assert not lines[half - 1].endswith(".")
    title = shown(["A canal without rain"], LEFT, 780, 16)
    entry = read(pages_pdf([title + shown(lines[:half], LEFT, TOP) + shown(lines[half:], RIGHT, TOP)]))
    assert (entry.title, entry.paragraphs) == ("A canal without rain", PARAGRAPHS)


def test_the_tool_of_the_sample_makes_columns_too() -> None:
    """The sample's own maker of PDFs, which writes a table of objects, gives the same text."""
    stream = shown(wrapped(PARAGRAPHS[0]), LEFT, TOP) + shown(wrapped(PARAGRAPHS[1]), RIGHT, TOP)
    assert read(make_pdf.pdf(stream)).paragraphs == PARAGRAPHS[:2]


def test_running_headers_and_page_numbers_are_dropped() -> None:
    """What stands at the margin of most pages, and numbers there, are no text; a paragraph goes on over the page."""
    lines = wrapped(*PARAGRAPHS)
    cuts = (0, 4, 8, len(lines))
    streams = [
        shown(["Quay Street Review, issue 17"], LEFT, 810)
        + shown(lines[begin:end], LEFT, TOP)
        + shown([f"Page {number} of 3"], 280, 30)
        for number, (begin, end) in enumerate(pairwise(cuts), 1)
    ]
    entry = read(pages_pdf(streams))
    assert not any(sign in " ".join((entry.title, *entry.paragraphs)) for sign in ("Quay Street", "Page "))
    assert " ".join(entry.paragraphs) == " ".join(PARAGRAPHS)


def test_larger_type_is_a_heading() -> None:
    """The largest near the top is the title, also below a line in small type; later ones are parts."""
    stream = (
        shown(["Working paper"], LEFT, 800, 8)
        + shown(["A canal without rain"], LEFT, 780, 18)
        + shown(wrapped(PARAGRAPHS[0]), LEFT, TOP)
        + shown(["Salt"], LEFT, 600, 12)
        + shown(wrapped(PARAGRAPHS[2]), LEFT, 580)
    )
    entry = read(pages_pdf([stream]))
    assert (entry.title, entry.label) == ("A canal without rain", "Working paper")
    assert [(part.label, part.paragraphs) for part in entry.passages] == [
        (None, (PARAGRAPHS[0],)),
        ("Salt", (PARAGRAPHS[2],)),
    ]


def test_a_hyphen_of_the_printer_goes_where_the_word_stands_closed() -> None:
    """And stays, with a question, where nothing tells."""
    lines = [
        "A longer line that ends in inter-",
        "national trade, and a second one in cross-",
        "border trade, full stop.",
    ]
    entry = read(pages_pdf([shown([*lines, "International trade is the other name of it."], LEFT, TOP)]))
    assert "in international trade, and a second one in cross-border trade" in " ".join(
        (entry.title, *entry.paragraphs)
    )
    assert "kept with the hyphen that ended their line: cross-border; compare with the original" in entry.warnings


def test_an_indented_line_begins_a_paragraph() -> None:
    """Where nothing but an indent parts them."""
    page = [
        Line("The first paragraph runs over two lines and ends at their", 56, 300, 700, 9),
        Line("very end, as paragraphs will do now and again in a paper.", 56, 300, 688, 9),
        Line("The second one begins with an indent, and that is all it", 70, 300, 676, 9),
        Line("has to show for itself.", 56, 160, 664, 9),
    ]
    blocks, _ = blocks_of([page])
    assert [block.text.split()[1] for block in blocks] == ["first", "second"]


def test_bullets_are_items() -> None:
    """Each is its own block, without its mark."""
    blocks, _ = blocks_of([[Line("• One thing", 56, 120, 700, 9), Line("• Another thing", 56, 130, 688, 9)]])
    assert blocks == (Block("One thing", Kind.ITEM), Block("Another thing", Kind.ITEM))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7", b"no pdf at all", b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>", make_pdf.pdf(b"")[:300]],
)
def test_a_broken_pdf_is_told(data: bytes) -> None:
    """With what to do."""
    with pytest.raises(SourceError, match="paper.pdf: the PDF is broken and cannot be opened; ask for it again"):
        read(data)


def test_a_scanned_pdf_is_told() -> None:
    """Pages without any text hold pictures."""
    with pytest.raises(SourceError, match="holds no text, only pictures"):
        read(pages_pdf([b"0 0 100 100 re f", b""]))


def test_a_locked_pdf_is_told() -> None:
    """One that asks for a password."""
    locked = make_pdf.pdf(shown(["text"], LEFT, TOP)).replace(
        b"/Root 1 0 R",
        b"/Root 1 0 R /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]"
        % (b"41" * 32, b"42" * 32),
    )
    with pytest.raises(SourceError, match="locked with a password; ask for an open copy"):
        read(locked)


def test_a_child_beyond_its_limits_is_told() -> None:
    """Killed by the kernel or by our clock, it takes nothing down with it."""
    for program in (
        "import resource as r; r.setrlimit(r.RLIMIT_AS, (600_000_000,) * 2); bytearray(700_000_000)",
        "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
        "import os; os.abort()",
    ):
        assert pdf.answer_of([sys.executable, "-I", "-c", program], b"", wall=10) == {"error": "limits"}
    forever = [sys.executable, "-I", "-c", "import signal; signal.pause()"]
    assert pdf.answer_of(forever, b"", wall=0.2) == {"error": "limits"}


def test_the_child_sets_its_limits_itself() -> None:
    """Memory, time, files and processes, before it reads an octet."""
    program = (
        "import sys, runpy, resource as r; runpy.run_path(sys.argv[1])['limit']();"
        "print(*(r.getrlimit(one)[1] for one in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE, r.RLIMIT_NPROC)))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program, str(pdf.CHILD)], capture_output=True, check=True)
    assert done.stdout.split() == [b"600000000", b"10", b"0", b"0"]


def test_the_child_sees_nothing_of_ours() -> None:
    """Neither the environment, which may hold passwords, nor the working folder."""
    program = "import json, os; print(json.dumps({'env': sorted(os.environ), 'cwd': os.getcwd()}))"
    answer = pdf.answer_of([sys.executable, "-I", "-c", program], b"", wall=10)
    assert set(answer["env"]) <= {"LC_CTYPE"}  # which Python sets itself
    assert answer["cwd"] == "/"


def test_a_very_long_pdf_is_cut_and_says_so() -> None:
    """At 300 pages."""
    entry = read(
        pages_pdf([shown(["A title" if at == 0 else f"A line of page {at}."], LEFT, TOP) for at in range(320)])
    )
    assert "the PDF is very long; only its beginning was read" in entry.warnings
    assert "A line of page 299." in " ".join(entry.paragraphs)
    assert "A line of page 300." not in " ".join(entry.paragraphs)


def lines() -> st.SearchStrategy[Line]:
    place = st.floats(-1_000, 2_000, allow_nan=False)
    words = st.sampled_from(["A line.", "goes on", "war-", "risk", "• item", "12", "Page 3", "Heading", "港口"])
    return st.builds(Line, words, place, place, place, st.sampled_from([0.0, 1.0, 9.0, 12.0]))


@given(st.lists(st.lists(lines(), max_size=8), max_size=4))
def test_lines_anywhere_make_blocks(pages: list[list[Line]]) -> None:
    """Wherever the lines of a PDF claim to stand; no block is empty."""
    blocks, _ = blocks_of(pages)
    assert all(block.text for block in blocks)


def mangled() -> Iterator[bytes]:
    whole = pages_pdf([shown(wrapped(PARAGRAPHS[0]), LEFT, TOP)])
    for at in range(40, len(whole), len(whole) // 6):
        yield whole[:at] + b"\0\xff<<" + whole[at + 9 :]


@settings(max_examples=6)
@given(st.sampled_from(list(mangled())))
def test_a_mangled_pdf_is_an_entry_or_told(data: bytes) -> None:
    """Octets that were overwritten crash nothing."""
    try:
        entry = read(data)
    except SourceError:
        return
    assert entry.title
