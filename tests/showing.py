"""An issue as a reader has it before the eyes: its mail and its page in a real browser, measured."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict, get_args

from playwright.sync_api import Page, Route

from newsletter.actions.app import read_issue
from newsletter.actions.build_issue import SAMPLE_READER, framed_page, html_for, sample_values
from newsletter.actions.init_publication import init_publication
from newsletter.assemble.edition import assemble
from newsletter.model.draft import Draft
from newsletter.model.issue import IssueId
from newsletter.text.setting import set_in_type
from tests.conftest import opened
from tests.kitchen import coming, fill_sink

Issue = Literal["kitchen sink", "sample"]
Outlet = Literal["mail", "page"]

ISSUES: tuple[Issue, ...] = get_args(Issue)
OUTLETS: tuple[Outlet, ...] = get_args(Outlet)
ADDRESS = "https://reader.test/"
_MEASURE = (Path(__file__).parent / "measure.js").read_text("utf-8")


@dataclass(frozen=True)
class Shown:
    """What a reader is given, and the draft it was made from, set in type."""

    mail: str  # the HTML part, with the sample reader's values
    page: str  # in the frame of the site
    images: dict[str, bytes]  # by name
    draft: Draft

    def html(self, outlet: Outlet) -> str:
        return self.mail if outlet == "mail" else self.page


@cache
def issue_named(name: Issue) -> Shown:
    """One of the issues that are looked at: the kitchen sink, or the sample's coming issue."""
    with tempfile.TemporaryDirectory() as folder:
        root = init_publication(Path(folder) / "publication")
        if name == "kitchen sink":
            fill_sink(root)
        return built(root, coming())


def built(root: Path, issue: IssueId) -> Shown:
    """The issue of a publication, with a clock that stands 48 hours before its coming issue is due."""
    app = opened(root)
    desk = read_issue(app, issue)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    return Shown(
        mail=html_for(edition, sample_values(desk, edition, SAMPLE_READER)),
        page=framed_page(app, desk, edition, images="images/"),
        images={asset.name: asset.data for asset in edition.assets},
        draft=set_in_type(desk.draft, desk.draft.language),
    )


def show(page: Page, html: str, images: dict[str, bytes]) -> None:
    """Opens the HTML in the page; `images` are answered wherever they are asked for, every other address is not."""

    def answer(route: Route) -> None:
        url = route.request.url
        data = images.get(url.rpartition("/")[2])
        if url == ADDRESS:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif data is not None:
            route.fulfill(body=data)
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(ADDRESS, wait_until="load")


class Text(TypedDict):
    """A piece of text between two tags. Colours are red, green, blue, 0 to 255; places and sizes CSS pixels."""

    text: str
    tag: str
    size: float
    serif: bool  # set to be read, not to be operated
    mono: bool
    colour: list[float]
    ground: list[float]
    left: float
    right: float
    top: float
    bottom: float
    lines: int
    extent: float  # the widths of its lines together
    cut: bool  # by what surrounds it


class Link(TypedDict):
    """A link."""

    text: str  # of a picture, its description
    href: str
    underlined: bool
    picture: bool
    filled: bool  # a button
    raised: bool  # the number of a source
    alone: bool  # the name of the site at the head of a page
    left: float
    right: float
    width: float
    height: float


class Picture(TypedDict):
    """A picture, or what stands in its place."""

    alt: str
    width: int  # as the tag says
    height: int
    loaded: bool
    shown_width: float
    shown_height: float
    left: float
    right: float
    needed: float  # the height that its description needs
    size: float  # of its description
    line_height: float
    colour: list[float]
    ground: list[float]


class Name(TypedDict):
    """A name of two to four Chinese letters in a title or a small line."""

    name: str
    lines: int


class View(TypedDict):
    """A document in a window of one width, in light or in dark."""

    width: int
    scroll_width: int
    texts: list[Text]
    names: list[Name]
    links: list[Link]
    pictures: list[Picture]
    levels: list[int]


def measured(page: Page) -> View:
    """What a reader sees of the document that is open."""
    view: View = page.evaluate(_MEASURE)
    return view
