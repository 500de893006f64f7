"""Broken bytes: whatever a slip of the hand makes of a file, what is told of it are words for an editor."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import packaged
from newsletter.actions.app import App
from newsletter.actions.check_files import check_files
from tests.breaking import one_issue, plain
from tests.conftest import SOAK, opened


@pytest.fixture(scope="module")
def with_templates(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The sample with its coming issue and all of our templates as its own."""
    root = one_issue(pristine, tmp_path_factory.mktemp("mutated") / "publication")
    for kind in ("email", "text", "web", "frame"):
        shutil.copytree(packaged.root() / "templates" / kind, root / "templates" / kind)
    return opened(root)


# What breaks things: signs of YAML, Markdown, Jinja and MJML, and bytes that are no text of ours.
SIGNS = (
    *b"--- ... &a !a [ ] { } ~ % ? | ' \" ` \\ <b> ![a](b) []() [^a] *** javascript: &#0; 0 -1 9999 2026-02-30".split(),
    *b"{{ }} {% %} {# #} |safe .__class__ () < > </ /> <mj-text> </mj-text> <!-- --> <!a <?a <![CDATA[ @@".split(),
    *(b"\t", b"- ", b": ", b" #", b"*a ", b"> ", b"    ", b"{% if a %}", b"{% endif %}", b"{% raw %}", b"\r", b"\n\n"),
    *(b"\0", b"\xff", b"\xc2\xa0", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xef\xb7\x90", b"\xf0\x9f\x98\x80"),
)
EDITS = ("insert", "overwrite", "cut out", "cut off", "drop line", "repeat line", "swap lines", "indent line")


def edited(data: bytes, edit: str, at: int, sign: bytes) -> bytes:
    """The file after one slip: `at` says where, `sign` what."""
    place = at % (len(data) + 1)
    lines = data.split(b"\n")
    row, other = at % len(lines), at // 7 % len(lines)
    match edit:
        case "insert":
            return data[:place] + sign + data[place:]
        case "overwrite":
            return data[:place] + sign + data[place + len(sign) :]
        case "cut out":
            return data[:place] + data[place + 1 + at % 30 :]
        case "cut off":
            return data[:place]
        case "drop line":
            lines[row : row + 1] = []
        case "repeat line":
            lines[row:row] = [lines[other]]
        case "swap lines":
            lines[row], lines[other] = lines[other], lines[row]
        case _:
            lines[row] = sign + lines[row]
    return b"\n".join(lines)


@settings(max_examples=20_000 if SOAK else 80)
@given(
    which=st.integers(0, 10**6),
    edits=st.lists(
        st.tuples(st.sampled_from(EDITS), st.integers(0, 10**6), st.sampled_from(SIGNS) | st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    ),
)
def test_no_slip_in_any_file_ends_in_a_traceback(
    with_templates: App, which: int, edits: list[tuple[str, int, bytes]]
) -> None:
    """Whatever becomes of the bytes of a file: there are mistakes to tell in plain words, or nothing to tell."""
    root = with_templates.root
    files = sorted(path for path in root.rglob("*") if path.is_file())
    path = files[which % len(files)]
    was = data = path.read_bytes()
    for edit, at, sign in edits:
        data = edited(data, edit, at, sign)
    path.write_bytes(data)
    try:
        found = check_files(with_templates).mistakes
    finally:
        path.write_bytes(was)
    assert [str(mistake) for mistake in found if not plain(mistake)] == []
