"""Safe fixes change one place and no other byte, and never what somebody else has just saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions import fix_issue as fixing
from newsletter.actions.app import App, read_issue
from newsletter.actions.fix_issue import fix_issue
from newsletter.check.typing import CHECK
from newsletter.edit.fixes import FixRefused, fixed, standing
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Finding, Fix
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from tests.checking import inspected
from tests.conftest import ISSUE

NAME = f"content/issues/{ISSUE}/note.md"
NOTE = "---\n# one  comment\ntitle: Two  words\n---\nThree  words ,  and more.\n"
MENDED = "---\n# one  comment\ntitle: Two words\n---\nThree words, and more.\n"


def fix(line: int, column: int, old: str, new: str) -> Fix:
    return Fix(path="note.md", line=line, column=column, old=old, new=new)


def coming() -> IssueId:
    issue = IssueId.parse(ISSUE)
    assert issue is not None
    return issue


def put(app: App, data: bytes) -> Path:
    path = app.root / NAME
    path.write_bytes(data)
    return path


def checked(app: App) -> tuple[list[Finding], tuple[InputFile, ...]]:
    return list(CHECK.find(inspected(app))), read_issue(app, coming()).draft.files


def test_fixes_are_made_where_they_stand() -> None:
    """All of one file at once, whatever their order; each once."""
    one, two, three = fix(1, 4, "  ", " "), fix(1, 9, " ,", ","), fix(2, 1, "", "\n")
    assert fixed("one  two , three\n", [two, one, three, one]) == "one two, three\n\n"
    assert fixed("", []) == ""


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_stay(ending: str, mark: str) -> None:
    """A line end that is added is the file's own."""
    text = f"{mark}a  b{ending}c  d"
    made = fixed(text, [fix(1, 2, "  ", " "), fix(2, 2, "  ", " "), fix(2, 5, "", "\n")])
    assert made == f"{mark}a b{ending}c d{ending}"


@pytest.mark.parametrize(
    "wrong",
    [
        fix(1, 3, "  ", " "),
        fix(9, 1, "x", ""),
        fix(0, 1, "a", ""),
        fix(1, 0, "a", ""),
        fix(1, 6, "c", ""),
        fix(1, 2, "", "x"),
    ],
)
def test_a_fix_whose_words_no_longer_stand_is_refused(wrong: Fix) -> None:
    """Another place, a line that is not there, a place beyond the line's end, something put between words."""
    text = "a  b\nc\n"
    with pytest.raises(FixRefused, match=f"note.md, line {wrong.line}: .*no longer stands there; check the issue"):
        fixed(text, [fix(1, 2, "  ", " "), wrong])
    assert standing(text, [fix(1, 2, "  ", " "), wrong]) == (fix(1, 2, "  ", " "),)


def test_of_two_fixes_about_one_place_neither_is_guessed() -> None:
    """`fixed` makes none of them; `standing` keeps the first."""
    one, other = fix(1, 2, "   ", " "), fix(1, 3, " ", "-")
    with pytest.raises(FixRefused, match="two fixes are about"):
        fixed("a   b\n", [one, other])
    assert standing("a   b\n", [other, one]) == (one,)


@given(st.text(alphabet="ab \r\n\ufeff—", max_size=40), st.data())
def test_only_the_places_named_are_changed(text: str, data: st.DataObject) -> None:
    """Between the fixes every character stays; those made together are those that stand together."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    fixes = []
    for _ in range(data.draw(st.integers(0, 4))):
        line = data.draw(st.integers(1, len(lines)))
        column = data.draw(st.integers(1, len(lines[line - 1]) + 1))
        old = lines[line - 1][column - 1 : column - 1 + data.draw(st.integers(1, 3))]
        if old:
            fixes.append(fix(line, column, old, data.draw(st.sampled_from(["", "X", "XY"]))))
    kept = standing(text, fixes)
    made = fixed(text, kept)
    assert made.count("X") == sum("X" in one.new for one in kept)
    assert len(made) == len(text) + sum(len(one.new) - len(one.old) for one in kept)
    if not kept:
        assert made == text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_issue_is_mended_byte_for_byte(app: App, ending: str) -> None:
    """Comments, line ends and a byte order mark stay; no other file is written."""
    path = put(app, b"\xef\xbb\xbf" + NOTE.replace("\n", ending).encode())
    others = {file: file.read_bytes() for file in path.parent.rglob("*") if file.is_file() and file != path}
    findings, files = checked(app)
    mended = fix_issue(app, coming(), findings, files, by="mei")
    assert path.read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", ending).encode()
    assert {file: file.read_bytes() for file in others} == others
    assert mended.files == (NAME,)
    assert len(mended.made) == 4
    assert mended.left == ()
    assert mended.lines[0] == f"{NAME}:3:11: put right the space"
    assert list(CHECK.find(inspected(app))) == []


def test_a_file_saved_since_the_check_is_left(app: App) -> None:
    """Whoever saved it wins, and it is said."""
    path = put(app, NOTE.encode())
    findings, files = checked(app)
    saved = put(app, NOTE.replace("more", "much more").encode()).read_bytes()
    mended = fix_issue(app, coming(), findings, files, by="mei")
    assert path.read_bytes() == saved
    assert mended.made == ()
    assert {one.why for one in mended.left} == {"the file has been changed since it was checked"}
    assert all("left as it is: the file has been changed" in line for line in mended.lines)


def test_a_file_saved_while_it_is_mended_is_left(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing as well."""
    path = put(app, NOTE.encode())
    findings, files = checked(app)

    def slowly(text: str, fixes: tuple[Fix, ...]) -> str:
        path.write_text("---\ntitle: Mine\n---\nMine.\n", "utf-8")
        return fixed(text, fixes)

    monkeypatch.setattr(fixing, "fixed", slowly)
    assert fix_issue(app, coming(), findings, files, by="mei").made == ()
    assert path.read_text("utf-8") == "---\ntitle: Mine\n---\nMine.\n"


def test_without_digests_only_what_still_stands_is_mended(app: App) -> None:
    """A fix whose words have moved is left, the others are made."""
    path = put(app, NOTE.encode())
    findings, _ = checked(app)
    put(app, NOTE.replace("Three", "Thirteen").encode())
    mended = fix_issue(app, coming(), findings, by="mei")
    assert path.read_text("utf-8") == NOTE.replace("Three", "Thirteen").replace("Two  words", "Two words")
    assert (len(mended.made), len(mended.left)) == (1, 3)


def test_files_of_others_and_of_sent_issues_are_never_written(app: App) -> None:
    """A fix may name no file outside the issue; what was sent stays."""
    put(app, NOTE.encode())
    findings, files = checked(app)
    people = app.root / "content" / "people.yaml"
    before = people.read_bytes()
    first = next(one for one in findings if one.fix)
    assert first.fix is not None
    for path in ("content/people.yaml", f"content/issues/{ISSUE}/../../people.yaml"):
        stray = replace(first, fix=Fix(path, 1, 1, "#", "!"))
        assert fix_issue(app, coming(), [stray], by="mei").made == ()
        assert people.read_bytes() == before
    sent = IssueId.parse("2026-11-20")
    assert sent is not None
    with pytest.raises(ConfigError, match="has been sent; its files stay as they are"):
        fix_issue(app, sent, findings, files, by="mei")
    with pytest.raises(ConfigError, match="there is no issue"):
        fix_issue(app, IssueId(sent.date, "extra"), findings, files, by="mei")
