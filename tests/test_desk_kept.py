"""Sections that were taken out, put back from the kept texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.app import read_issue
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import save_text
from newsletter.actions.section_files import sections_there
from newsletter.model.saving import ChangedMeanwhile
from tests.approving import COMING, edit, in_issue
from tests.conftest import ISSUE
from tests.desking import Desking, desk_of
from tests.sectionforms import sent_back, text_of

AT = f"/issues/{ISSUE}"


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


@pytest.mark.parametrize("order", ["usual", "its own"])
def test_a_section_whose_file_name_says_no_kind_is_put_back(desk: Desking, order: str) -> None:
    """Its text does; also into an issue with an order of its own."""
    written = text_of(desk, "quote.md").replace("---\n", "---\nkind: quote\n", 1)
    in_issue(desk.root, "quote.md").unlink()
    in_issue(desk.root, "voices.md").write_text(written, "utf-8")
    if order == "its own":
        names = sections_there(desk.app, COMING)
        edit(in_issue(desk.root, "issue.md"), "owners:", f"sections: [{', '.join(names)}]\nowners:")
    edit(in_issue(desk.root, "issue.md"), "  quote: priya\n", "")
    mei, path = desk.signed_in("mei"), f"{AT}/sections/voices"
    page = mei.get(path)
    assert mei.send(page, f"{path}/remove", {"base": sent_back(page)["base"]}).status == 303
    assert not in_issue(desk.root, "voices.md").exists()
    (kept,) = kept_texts(desk.app, COMING)
    listed = mei.get(f"{AT}/kept")
    assert f'href="{path}?kept={kept.number}#body"' in listed.text
    again = mei.get(f"{path}?kept={kept.number}")
    back = mei.send(again, f"{path}/save", {**sent_back(again), "act": "save"})
    assert back.status == 303, back.text
    assert text_of(desk, "voices.md") == written
    read_issue(desk.app, COMING)


def test_a_kept_text_that_says_no_kind_has_words_instead_of_a_button(desk: Desking) -> None:
    """And the section that it was has no page."""
    in_issue(desk.root, "voices.md").write_text("Nothing said of a kind.\n", "utf-8")
    mei, path = desk.signed_in("mei"), f"{AT}/sections/voices"
    with pytest.raises(ChangedMeanwhile):
        save_text(desk.app, COMING, "voices", "More, and no kind.\n", "0" * 64, "mei")
    assert "Put it into Voices" in mei.get(f"{AT}/kept").text
    in_issue(desk.root, "voices.md").unlink()
    listed = mei.get(f"{AT}/kept").text
    assert "Put it into Voices" not in listed
    assert "says what kind of section it was. Add a section" in listed
    assert mei.get(path).status == 404
