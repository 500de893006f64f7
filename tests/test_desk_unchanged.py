"""A section that is saved as it was shown, in a real browser: not a byte of its file is another one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.approving import in_issue
from tests.conftest import ISSUE
from tests.desking import Desking, desk_of

AT = f"/issues/{ISSUE}/sections"
BOM = "\ufeff"
# What a form might smooth: spaces within and behind, tabs, empty entries, another order, quotes, comments, folds.
OPENING = """\
---
number:   128   # ours
date: 2026-11-27
subject:  'Two  capitals, one table'
preheader: >-
  A calendar instead of a text,
  what ninety days are worth,   and your answers on student visas.
topics:
  - "trade\u3000talks"   # wide
  - ports  and quays
  -
  - "a\u00a0b "
---

This week \tthe teams sat down.[^joint-readout]  \n\tA tab before, two spaces behind.\x20\x20

\x20\x20
Last words.[^gazette-floor]


"""
NUMBER = """\
---
value:  90
unit: ""
caption: |
  days the
  tariff pause runs
as_of: '2026-11-24'
source: harbour-bookings
items: [pacific-pause,   joint-readout]   # the other way round
---
Ninety of them."""
REPLIES = """\
---
question: "Should   it?"
replies: [{name: Dewi A., text: "My\\tlaboratory  waits. "}, {name:   Ines, place: , text: Why}]
---
"""
VIDEO = """\
---
title:   A Violin
speaker: Marta Quill
url: https://video.example.org/violin
thumbnail: {file: violin.png, alt:  "A violin ", credit: 'Drawing:  us', licence: CC BY 4.0}   # one line
duration: 14 minutes
---
It plays.
"""
FILES = {"opening": OPENING, "number": NUMBER, "replies": REPLIES, "video": VIDEO}
WAYS: dict[str, Callable[[str], str]] = {
    "LF": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "BOM": lambda text: BOM + text.replace("\n", "\r\n"),
    "both ends": lambda text: text.replace("\n", "\r\n", 9),
    "no end": lambda text: text.rstrip("\n"),
}


@pytest.fixture(scope="module")
def desk(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("unchanged") / "publication"))
    with desk_of(root) as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, desk: Desking) -> Iterator[Page]:
    """Mei's browser, without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    desk.sign_in(context, "mei")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "query"), [*((name, "") for name in FILES), ("opening", "?whole=1"), ("number", "?whole=1")]
)
def test_what_is_saved_as_it_was_shown_is_the_very_same_file(
    desk: Desking, page: Page, name: str, query: str, way: str
) -> None:
    """Field by field and as a whole: nothing that a browser does to line ends, spaces or order reaches the file."""
    path = in_issue(desk.root, "issue.md" if name == "opening" else f"{name}.md")
    before = WAYS[way](FILES[name]).encode()
    path.write_bytes(before)
    page.goto(f"{desk.address}{AT}/{name}{query}")
    assert page.locator("#f-title, #f-value, #f-question, #f-subject").count() == (0 if query else 1)
    page.locator("footer.save button.primary").click()
    assert page.get_by_text("Saved.", exact=True).count() == 1
    assert path.read_bytes() == before
