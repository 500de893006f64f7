"""Common misspellings in our own English words."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.check import spelling
from newsletter.check.spelling import CHECK
from newsletter.edit.fixes import fixed
from newsletter.model.finding import Severity
from newsletter.publication.folder import issue_ids
from tests.checking import evidence, inspected
from tests.conftest import ISSUE, opened
from tests.slips import TOP, by_paragraph, found, looked_at


def test_no_issue_of_the_sample_has_a_word_misspelt(pristine: Path) -> None:
    """All five are written in good English."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        assert found(CHECK, inspected(app, issue=str(issue))) == []


def test_common_misspellings_are_told(publication: Path) -> None:
    """In running text, at the beginning of a sentence, in emphasis and in the words of a link."""
    told = {
        "They recieved the goverment's answer.": ["recieved", "goverment's"],
        "Teh port. Seperate talks were held.": ["Teh", "Seperate"],
        "An *occurence* of [accomodation](https://example.org/a).": ["occurence", "accomodation"],
    }
    told["They recieved the goverment's answer."] = ["recieved"]  # the list has no genitives
    assert by_paragraph(CHECK, publication, told) == told


def test_what_may_be_meant_is_left_alone(publication: Path) -> None:
    """British and American spelling, names, quotations, code, addresses, short words of other languages."""
    passing = [
        "The colour and the color, the centre and the center; to organise and to organize.",
        "The painter Recieve lives in Port Seperate. Occurence Bay is wide.",
        '"They recieved it," she said.',
        "See `recieve` and <https://example.org/recieve>.",
        "The als ob and the bund.",
    ]
    assert by_paragraph(CHECK, publication, passing) == {one: [] for one in passing}


def test_words_of_names_and_sources_are_left_alone(publication: Path) -> None:
    """A word that stands in names.yaml or in a cited item was written so on purpose."""
    names = publication / "content" / "names.yaml"
    names.write_text(names.read_text("utf-8") + "- name: seperate peace\n", "utf-8")
    said = evidence("joint-readout", "The recieve is an old term of the harbour.")
    issue = looked_at(publication, {"note.md": f"{TOP}A seperate recieve occured.\n"}, evidence=[said])
    assert [one.words for one in found(CHECK, issue, "note")] == ["occured"]


def test_one_meaning_is_mended_and_two_are_not(publication: Path) -> None:
    """The case of the first letter stays; where several words may be meant they are named."""
    note = f"{TOP}Seperate ports recieved it; the abilty of an assosiate is alow.\nIt was abandonned, byt late.\n"
    told = found(CHECK, looked_at(publication, {"note.md": note}), "note")
    assert {one.severity for one in told} == {Severity.NOTE}
    new = fixed(note, [one.fix for one in told if one.fix])
    assert new.startswith(f"{TOP}Separate ports received it; the ability of an associate")
    assert "abandoned" in new
    several = found(CHECK, looked_at(publication, {"note.md": f"{TOP}They beggin it.\n"}), "note")
    assert [(one.words, one.todo, one.fix) for one in several] == [("beggin", "write “begin” or “begging”", None)]


def test_other_languages_are_not_checked(publication: Path) -> None:
    """The list knows English alone."""
    issue = (publication / "content" / "issues" / ISSUE / "issue.md").read_text("utf-8")
    files = {"issue.md": issue.replace("number: 128", "number: 128\nlanguage: zh-Hans", 1)}
    files["note.md"] = f"{TOP}They recieved it.\n"
    assert found(CHECK, looked_at(publication, files)) == []


def test_without_the_list_nothing_is_held_against_the_issue(publication: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One finding says that spelling was not checked."""
    monkeypatch.setattr(spelling, "_misspellings", lambda: None)
    told = found(CHECK, looked_at(publication, {"note.md": f"{TOP}They recieved it.\n"}))
    assert [one.severity for one in told] == [Severity.UNCHECKED]
