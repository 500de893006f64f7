"""The twelve kinds of section: all together against golden files, each alone, each left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsletter.model.kinds import KINDS
from newsletter.model.letter import Slot
from newsletter.publication.folder import Folder
from newsletter.publication.frame import read
from newsletter.publication.issuefiles import kind_of
from tests.conftest import ROOT
from tests.kitchen import GOLDEN, GOLDEN_FILES, SINK, build_sink, edition_of, fill_sink, keep_sections

NO_VALUES = {slot: f"({slot.value})" for slot in Slot}
NAMES = sorted(path.stem for path in SINK.glob("*.md") if path.stem != "issue")


def test_the_kitchen_sink_has_every_kind() -> None:
    """So a kind that is added is looked at."""
    assert {kind_of(name) for name in NAMES} | {"opening"} == set(KINDS)


def test_every_kind_has_its_three_templates() -> None:
    """Mail, text and page."""
    for kind in KINDS:
        for name in (f"email/{kind}.mjml", f"text/{kind}.txt", f"web/{kind}.html"):
            assert (ROOT / "templates" / name).is_file(), name


def test_all_kinds_together_are_what_was_looked_at(publication: Path, tmp_path: Path) -> None:
    """The mail, the text, the page and the whole message, byte by byte. Meant changes: python -m tests.tools.golden."""
    build_sink(publication, tmp_path / "out")
    for name in GOLDEN_FILES:
        made = (tmp_path / "out" / name).read_bytes().decode("utf-8").split("\n")
        assert made == (GOLDEN / name).read_bytes().decode("utf-8").split("\n"), name


@pytest.mark.parametrize("name", NAMES)
def test_each_section_stands_alone(publication: Path, name: str) -> None:
    """With the opening and nothing else."""
    keep_sections(fill_sink(publication), [name])
    edition = edition_of(publication)
    assert re.search(f'id="{name}"', edition.page)
    text = edition.text.fill(NO_VALUES)
    assert "\n\n\n" not in text
    assert max(len(line) for line in text.splitlines() if "http" not in line) <= 76


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "opening"])
def test_each_kind_can_be_left_out(publication: Path, kind: str) -> None:
    """Nothing of it is left: no heading, no empty space."""
    folder = fill_sink(publication)
    before = edition_of(publication)
    keep_sections(folder, [name for name in NAMES if kind_of(name) != kind])
    edition = edition_of(publication)
    assert f'class="{kind}"' in before.page
    assert f'class="{kind}"' not in edition.page
    frame, _ = read((("", Folder(ROOT)),), "en")
    assert frame is not None
    heading = frame.texts.get(f"{kind.replace('-', '_')}_heading")
    if heading is not None:
        assert f"\n{heading.upper()}\n" in before.text.fill(NO_VALUES)
        assert f"\n{heading.upper()}\n" not in edition.text.fill(NO_VALUES)
    assert "\n\n\n" not in edition.text.fill(NO_VALUES)


def test_a_heading_serves_neighbours_of_one_kind(publication: Path) -> None:
    """Three pieces of reading elsewhere stand under one heading; a blurb with a heading of its own keeps it."""
    fill_sink(publication)
    text = edition_of(publication).text.fill(NO_VALUES)
    assert text.count("\nBEYOND\n") == 1
    assert text.count("\nNUMBER OF THE WEEK\n") == 1
    assert text.count("\nTHE OTHER NUMBER\n") == 1


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.ids += [value for name, value in attrs if name == "id" and value]


def test_the_page_has_an_outline_and_ids_of_its_own(publication: Path) -> None:
    """One h1, no level skipped, no id twice."""
    fill_sink(publication)
    outline = _Outline()
    outline.feed(edition_of(publication).page)
    assert outline.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))


def test_the_opening_greets_each_reader_by_name_or_all_alike(publication: Path) -> None:
    """Never "Dear None"; an issue's own greeting is for all."""
    folder = fill_sink(publication)
    greeting = edition_of(publication).greeting
    assert greeting.to("Ana") == "Dear Ana,"
    assert greeting.to("  Ana \n Lee ") == "Dear Ana Lee,"
    for nothing in (None, "", "   ", "x" * 61):
        assert greeting.to(nothing) == "Dear Focus reader,"
    matter = (folder / "issue.md").read_text("utf-8")
    (folder / "issue.md").write_text(matter.replace("topics:", "greeting: Happy new year!\ntopics:"), "utf-8")
    assert edition_of(publication).greeting.to("Ana") == "Happy new year!"
