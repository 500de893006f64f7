"""What walks through the desk notice: a page that is wrong in some way is told of, with or without JavaScript."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser
from starlette.responses import HTMLResponse, Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.routes import EVERYONE, Page
from tests.desking import Desking, desk_of
from tests.walking import Walker, Way, every_way, walking

HEAD = (
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A page · Focus</title>'
    '<link rel="stylesheet" href="/assets/desk.css"><link rel="stylesheet" href="/assets/plots.css">'
)
PLOT = '<svg class="plot" viewBox="0 0 9 9"><title>A plot</title><text y="9">12</text></svg>'
TABLE = "<details><summary>Figures</summary><table><tbody><tr><td>12</td></tr></tbody></table></details>"
WRONG = {  # what stands on the page, and what is said of it
    "two headings": ("<h1>A</h1><h1>B</h1>", "2 headings of the first level"),
    "none": ("<p>A</p>", "0 headings of the first level"),
    "too wide": ('<h1>A</h1><hr width="1500">', "wider than the window"),
    "inline style": ('<h1 style="color: red">A</h1>', "in the console"),
    "not there": ('<h1>A</h1><img src="/assets/nothing.png" alt="">', "answered 404"),
    "elsewhere": ('<h1>A</h1><img src="http://127.0.0.1:9/a.png" alt="">', "in the console"),
    "small link": ('<h1>A</h1><p><a href="/1">1</a> <a href="/2">2</a></p>', "too small to be pressed: a “1”"),
    "small button": ('<h1>A</h1><input type="checkbox" name="box">', "too small to be pressed: input “box”"),
    "no table": (f"<h1>A</h1><section>{PLOT}</section>", "a plot without its figures as a table"),
    "no name": (
        f"<h1>A</h1><section>{PLOT.replace('A plot', '')}{TABLE}</section>",
        "a plot without a name",
    ),
    "light ground": (
        f'<h1>A</h1><table bgcolor="white"><tr><td><section>{PLOT}{TABLE}</section></table>',
        "cannot be read in a plot: 12",
    ),
}
RIGHT = f"<h1>A</h1><p>A word and <a href='/1'>a link</a>.</p><section>{PLOT}{TABLE}</section>"
PLAIN = Way(phone=True, script=False)


def written(_: Office, ask: Ask) -> Response:
    """A page of the desk's colours with what it is asked for."""
    name = ask.query.get("name", "")
    if name == "always light":
        return HTMLResponse("<title>A page · Focus</title><h1>A</h1>")
    return HTMLResponse(HEAD + (WRONG[name][0] if name in WRONG else RIGHT))


@pytest.fixture(scope="module")
def desk(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("walking") / "publication"))
    with desk_of(root, pages=(Page("/page", EVERYONE, written),)) as running:
        yield running


@every_way
def test_a_page_without_a_mistake_is_let_be(way: Way, desk: Desking, browser: Browser) -> None:
    """A link in a sentence is no target of its own; a plot has its table and can be read, in light and in dark."""
    with walking(browser, desk, way) as walker:
        walker.go("/page", "A page")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_page_is_told(name: str, desk: Desking, browser: Browser) -> None:
    """Each in words, on a phone, where no script of a page runs."""
    with browser_of(browser, desk) as walker, pytest.raises(AssertionError, match=re.escape(WRONG[name][1])):
        walker.go(f"/page?name={quote(name)}", "A page")


def test_another_scheme_title_or_answer_is_told(desk: Desking, browser: Browser) -> None:
    """A page that is light in the dark as well, and one that was to be refused."""
    with browser_of(browser, desk) as walker:
        with pytest.raises(AssertionError, match="dark: its ground is"):
            walker.go("/page?name=always light", "A page")
        with pytest.raises(AssertionError, match="200"):
            walker.go("/page", "A page", status=422)


@contextmanager
def browser_of(browser: Browser, desk: Desking) -> Iterator[Walker]:
    """A walk whose notes are not looked at when it ends."""
    with walking(browser, desk, PLAIN) as walker:
        yield walker
        walker.noted.clear()
