"""Lists whose files are written in a way that no form can change: told with the line, nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.actions.app import App
from tests.desking import Desking, desk_of
from tests.living import Clock

CARD = {"id": "ada-roy", "name": "Ada Roy", "role": "poet", "institute": "", "parent": "", "city": "Rome"}
WAY = (
    "Nothing was saved. content/people.yaml, line 3: the whole list stands between brackets; write each entry on lines"
)


@pytest.fixture
def desk(home: App) -> Iterator[Desking]:
    """The desk of a publication whose people stand between brackets, on the third line of their file."""
    path = home.root / "content" / "people.yaml"
    path.write_text("# People.\n\n[{id: ada-roy, name: Ada Roy, city: Rome}]\n", "utf-8")
    with desk_of(home.root, clock=Clock(home.clock())) as running:
        yield running


def test_a_card_between_brackets_is_shown_and_its_change_refused_with_the_line(desk: Desking) -> None:
    """What was typed stands in the form still; so it is with one card more, and with one less."""
    before = (desk.root / "content" / "people.yaml").read_bytes()
    mei = desk.signed_in("mei")
    page = mei.get("/people/ada-roy")
    assert 'value="Rome"' in page.text
    changed = mei.send(page, "/people/ada-roy", {**CARD, "city": "Xiamen", "base": page.hidden("base")})
    assert changed.status == 422
    assert WAY in changed.text
    assert 'value="Xiamen"' in changed.text
    added = mei.send(mei.get("/people"), "/people", {**CARD, "id": "ben-okoro", "name": "Ben Okoro"})
    assert added.status == 422
    assert WAY in added.text
    assert 'value="Ben Okoro"' in added.text
    removed = mei.send(page, "/people/ada-roy/remove", {"base": page.hidden("base")})
    assert removed.status == 422
    assert WAY in removed.text
    assert (desk.root / "content" / "people.yaml").read_bytes() == before
