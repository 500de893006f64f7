"""The picture of a section at the desk, cut where it stands: by four numbers, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approving import at_home, in_issue, sign
from tests.conftest import ISSUE
from tests.desking import Client, Desking, Reply, desk_of
from tests.sectionforms import sent_back, text_of

VIDEO = f"/issues/{ISSUE}/sections/video"
PART = {"cut-left": "0", "cut-top": "0", "cut-right": "50", "cut-bottom": "100"}


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with at_home(publication), desk_of(publication) as running:
        yield running


def cut(client: Client, page: Reply, **fields: str) -> Reply:
    return client.send(page, f"{VIDEO}/save", {**sent_back(page), **PART, **fields, "act": "cut"})


def test_a_picture_is_cut_where_it_stands(desk: Desking) -> None:
    """Its words stay, the whole one too, and what else was typed is not lost."""
    mei, before = desk.signed_in("mei"), text_of(desk, "video.md")
    done = cut(mei, mei.get(VIDEO), **{"f-title": "Another title"})
    assert done.status == 303, done.text
    assert text_of(desk, "video.md") == before.replace("violin.png", "violin-2.png")
    page = mei.follow(done)
    assert "The picture is cut. The rest is not saved yet." in page.text
    assert sent_back(page)["f-title"] == "Another title"
    assert in_issue(desk.root, "images/violin.png").exists()
    assert mei.get(f"/issues/{ISSUE}/images/violin-2.png").status == 200


def test_what_is_wrong_with_a_cut_stands_beside_its_numbers(desk: Desking) -> None:
    """Which stand there as they were typed; the place for another picture stays closed."""
    mei, before = desk.signed_in("mei"), text_of(desk, "video.md")
    wrong = cut(mei, mei.get(VIDEO), **{"cut-right": "half"})
    assert wrong.status == 422
    assert re.search(r'id="w-cut">.*not four numbers', wrong.text)
    assert re.search(r'id="cut-right"[^>]* value="half"', wrong.text)
    assert '<details class="upload">' in wrong.text
    late = cut(mei, mei.get(VIDEO), **{"f-thumbnail-file": "quay.png"})
    assert late.status == 409
    assert re.search(r'id="w-cut">[^\n]*Somebody has put another picture', late.text)
    assert text_of(desk, "video.md") == before


def test_a_cut_that_voids_an_approval_is_made_at_the_second_word(desk: Desking) -> None:
    """The page names who signed, with the numbers as they were."""
    sign(desk.app, "mei")
    daniel, before = desk.signed_in("daniel"), text_of(desk, "video.md")
    asked = cut(daniel, daniel.get(VIDEO))
    assert re.search(r'id="w-cut">[^\n]*This voids the approval of Mei Okafor\. To cut it all the same', asked.text)
    assert re.search(r'id="cut-right"[^>]* value="50"', asked.text)
    assert text_of(desk, "video.md") == before
    done = daniel.send(asked, f"{VIDEO}/save", {**sent_back(asked), **PART, "act": "cut"})
    assert done.status == 303, done.text
    assert "violin-2.png" in text_of(desk, "video.md")
