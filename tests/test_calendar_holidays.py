"""Days off, as content/holidays.yaml says them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.check_files import check_files
from newsletter.publication import holidays
from newsletter.publication.folder import Folder
from newsletter.publication.holidays import Holiday
from newsletter.publication.schedule import City
from tests.conftest import ROOT

CITIES = (City(name="Hong Kong", zone="Asia/Hong_Kong"), City(name="New York", zone="America/New_York"))


def write(root: Path, text: str) -> Path:
    (root / "content").mkdir(exist_ok=True)
    (root / holidays.HOLIDAYS).write_text(text, "utf-8")
    return root


def test_the_sample_knows_the_holidays_of_both_cities() -> None:
    """In order; a day may be one in both, or in one of them."""
    found, mistakes = holidays.read(Folder(ROOT), CITIES)
    assert mistakes == []
    by_date = {one.date: one for one in found}
    assert by_date[date(2026, 11, 26)] == Holiday(
        date=date(2026, 11, 26), name="Thanksgiving Day", cities=("New York",)
    )
    assert by_date[date(2027, 1, 1)].cities == ("Hong Kong", "New York")
    assert [one.date for one in found] == sorted(one.date for one in found)
    assert {one.date.year for one in found} == {2026, 2027}
    assert not [one for one in found if one.date.weekday() == 6]  # what falls on a Sunday is kept on another day


def test_a_publication_need_not_have_the_file(tmp_path: Path) -> None:
    """Nor anything in it."""
    write(tmp_path, "# none yet\n")
    assert holidays.read(Folder(tmp_path), CITIES) == ((), [])
    (tmp_path / holidays.HOLIDAYS).unlink()
    assert holidays.read(Folder(tmp_path), CITIES) == ((), [])


def test_a_holiday_without_cities_is_one_everywhere(tmp_path: Path) -> None:
    """The cities are those of schedule.yaml, in its order."""
    write(
        tmp_path, "- { date: 2026-12-25, name: Christmas Day }\n- { date: 2026-12-26, name: B, cities: [New York] }\n"
    )
    found, _ = holidays.read(Folder(tmp_path), CITIES)
    assert [one.cities for one in found] == [("Hong Kong", "New York"), ("New York",)]


@pytest.mark.parametrize(
    ("written", "line", "what"),
    [
        ("- { date: 2026-13-25, name: A }", 1, "'2026-13-25' is not a date of the calendar"),
        ("- { date: 2026-12-25 }", 1, "`name` is missing"),
        ("- { date: 2026-12-25, name: A, city: Hong Kong }", 1, "did you mean `cities`?"),
        ("- { date: 2026-12-25, name: A, cities: [Hongkong] }", 1, "did you mean 'Hong Kong'?"),
        ("- { date: 2026-12-25, name: A, cities: [Accra] }", 1, "the cities of schedule.yaml are Hong Kong, New York"),
        (
            "- { date: 2026-12-25, name: A }\n- { date: 2026-12-25, name: B, cities: [New York] }",
            2,
            "the other is on line 1",
        ),
        ("2026-12-25: Christmas Day", 1, "the file is no list"),
        ("- [2026-12-25", 1, ""),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, written: str, line: int, what: str) -> None:
    """And with what to do."""
    write(tmp_path, f"{written}\n")
    _, mistakes = holidays.read(Folder(tmp_path), CITIES)
    assert [(one.path, one.line) for one in mistakes] == [(holidays.HOLIDAYS, line)]
    assert what in str(mistakes[0])


def test_one_wrong_entry_hinders_no_other(tmp_path: Path) -> None:
    """It is left out, and so is a city that is none of ours."""
    write(tmp_path, "- { date: x, name: A }\n- { date: 2026-12-25, name: B, cities: [New York, Accra] }\n")
    found, mistakes = holidays.read(Folder(tmp_path), CITIES)
    assert [(one.name, one.cities) for one in found] == [("B", ("New York",))]
    assert [one.line for one in mistakes] == [1, 2]


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Another encoding, say."""
    write(tmp_path, "")
    (tmp_path / holidays.HOLIDAYS).write_bytes("- { date: 2026-12-25, name: Noël }\n".encode("latin-1"))
    found, mistakes = holidays.read(Folder(tmp_path), CITIES)
    assert found == ()
    assert "not UTF-8" in str(mistakes[0])


def test_check_files_tells_them(app: App) -> None:
    """With all other mistakes of the publication; without, it has nothing to tell of the file."""
    assert check_files(app, issues=()).mistakes == ()
    write(app.root, "- { date: 2026-12-25, name: A, cities: [Accra] }\n")
    (mistake,) = check_files(app, issues=()).mistakes
    assert (mistake.path, mistake.line) == (holidays.HOLIDAYS, 1)
