"""Whatever an editor writes is shown as it was written: in a real browser, in every field of every kind of section.

A plain mail is made of words that mean nothing, one for each field; a hostile one, of the same files with the same
hostile text in every field. The hostile document must be the plain one with these words exchanged, and nothing else.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route

from newsletter.actions.app import App, Desk, read_issue
from newsletter.actions.build_issue import SAMPLE_READER, framed_page, sample_values
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.model.letter import Slot
from newsletter.model.mailing import Recipient
from newsletter.text.typography import typeset
from tests.conftest import ISSUE, opened
from tests.filling import FOLDER, HOSTILE, PICTURE, SHOWN_KINDS, SITE, Filling, as_yaml, fill_publication

ADDRESS = f"{SITE}/issues/it/"
WIDTHS = (320, 640)  # CSS pixels of the window


@dataclass(frozen=True)
class Seen:
    """What became of one publication."""

    edition: Edition
    mail: str
    text: str
    page: str
    words: tuple[str, ...]  # of its fields
    seen: dict[str, str]


def assembled(app: App) -> tuple[Desk, Edition]:
    issue = IssueId.parse(ISSUE)
    assert issue
    desk = read_issue(app, issue)
    return desk, assemble(desk.draft, desk.publication, desk.frame, app.templates)


def made(app: App, hostile: str | None) -> Seen:
    """The publication filled and assembled, and its slots filled for a reader whose name is as hostile as fits."""
    filling = Filling(hostile)
    words = fill_publication(app.root, filling)
    filling.seen["zqreaderqz"] = " ".join((hostile or "zqreaderqz")[:50].split())
    desk, edition = assembled(app)
    reader = Recipient(seq=1, subscriber="sample-1", address="ana@example.org", name=filling.seen["zqreaderqz"])
    values = sample_values(desk, edition, reader)
    return Seen(
        edition=edition,
        mail=edition.html.fill({slot: escape(value) for slot, value in values.items()}),
        text=edition.text.fill(values),
        page=framed_page(app, desk, edition, images="../../images/"),
        words=words,
        seen=filling.seen,
    )


# Every element, attribute, text and comment of the document in order, each text with whether it takes room on the page.
READ_DOCUMENT = """() => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.ELEMENT_NODE) {
      found.push(["element", node.tagName, "", true]);
      for (const one of node.attributes) found.push(["attribute", node.tagName + " " + one.name, one.value, true]);
      node.childNodes.forEach(walk);
      found.push(["end", node.tagName, "", true]);
    } else if (node.nodeType === Node.TEXT_NODE) {
      const range = document.createRange();
      range.selectNodeContents(node);
      found.push(["text", node.parentNode.tagName, node.data, range.getClientRects().length > 0]);
    } else {
      found.push(["comment", "", node.data || "", true]);
    }
  };
  document.childNodes.forEach(walk);
  return JSON.stringify(found);
}"""
Node = tuple[str, str, str, bool]


@dataclass
class Watched:
    """A real page that notes whatever runs, speaks or asks for something on it."""

    page: Page
    happened: list[str] = field(default_factory=list)
    document: str | None = None  # to be asked for once
    assets: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("dialog", self._dismiss)
        self.page.on("pageerror", lambda error: self.happened.append(f"error {error}"))
        self.page.on("console", lambda message: self.happened.append(f"console {message.text}"))
        self.page.on("download", lambda download: self.happened.append(f"download {download.url}"))
        self.page.on("popup", lambda popup: self.happened.append(f"popup {popup.url}"))
        self.page.route("**/*", self._answer)

    def _dismiss(self, dialog: Dialog) -> None:
        self.happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _answer(self, route: Route) -> None:
        name = route.request.url.rpartition("/images/")[2]
        if route.request.url == ADDRESS and self.document is not None:
            document, self.document = self.document, None
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        elif name in self.assets:
            route.fulfill(body=self.assets[name], content_type="image/png" if name.endswith("png") else "image/jpeg")
        else:
            self.happened.append(f"request {route.request.url}")
            route.abort()

    def overflow(self, width: int) -> int:
        """By how many CSS pixels the document is wider than a window of this width."""
        self.page.set_viewport_size({"width": width, "height": 800})
        found: int = self.page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
        return found

    def load(self, document: str, edition: Edition) -> list[Node]:
        """The document as the browser has it, once everything on it is loaded."""
        self.document, self.happened = document, []
        self.assets = {asset.name: asset.data for asset in edition.assets}
        self.page.goto(ADDRESS, wait_until="load")
        found: list[list[Any]] = json.loads(self.page.evaluate(READ_DOCUMENT))
        if self.page.evaluate("window.hit") is not None:
            self.happened.append("a script ran")
        return [(kind, name, value, shown) for kind, name, value, shown in found]


def exchanged(text: str, seen: dict[str, str], mailto: bool = False) -> str:
    """The plain text with each word exchanged for what is to be seen in its place."""

    def found(word: re.Match[str]) -> str:
        return quote(seen[word[0]], safe="") if mailto else seen[word[0]]

    return re.sub(r"zq(?:\d{4}|reader)qz", found, text)


def differences(plain: list[Node], hostile: list[Node], seen: dict[str, str]) -> Iterator[str]:
    """Where the hostile document is anything but the plain one with its words exchanged."""
    if [node[:2] for node in plain] != [node[:2] for node in hostile]:
        counts = Counter(node[:2] for node in hostile)
        counts.subtract(Counter(node[:2] for node in plain))
        yield f"other elements: { {node: count for node, count in counts.items() if count} or 'another order' }"
        return
    for (kind, name, written, shown), (_, _, found, shown_too) in zip(plain, hostile, strict=True):
        expected = exchanged(written, seen, mailto=kind == "attribute" and written.startswith("mailto:"))
        if found != expected:
            yield f"{kind} {name}: {found[:300]!r} instead of {expected[:300]!r}"
        if shown != shown_too and expected.strip():
            yield f"{kind} {name}: {found[:300]!r} is {'not ' if shown else ''}to be seen"


def squeezed(text: str) -> str:
    return "".join(text.split())


def title_of(document: list[Node]) -> str:
    return next(value for kind, name, value, _ in document if (kind, name) == ("text", "TITLE"))


@pytest.fixture(scope="module")
def filled(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """A copy of the sample, opened once, whose files each test writes anew."""
    return opened(Path(shutil.copytree(pristine, tmp_path_factory.mktemp("filled") / "publication")))


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(color_scheme="light")
    yield Watched(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def plain(filled: App) -> Seen:
    return made(filled, None)


@pytest.fixture(scope="module")
def plain_documents(plain: Seen, watched: Watched) -> dict[str, list[Node]]:
    return {outlet: watched.load(getattr(plain, outlet), plain.edition) for outlet in ("mail", "page")}


@pytest.fixture(scope="module", params=HOSTILE)
def hostile(request: pytest.FixtureRequest, filled: App) -> Seen:
    """The publication with one hostile text in every field."""
    return made(filled, HOSTILE[request.param])


def test_every_kind_with_templates_is_filled(plain: Seen) -> None:
    """The publication the others are compared with has a section of every kind that can be shown."""
    assert set(SHOWN_KINDS) >= {"opening", "number", "read-more", "question"}
    for kind in SHOWN_KINDS:
        assert f'<section class="{kind}"' in plain.page


def test_every_field_is_shown(plain: Seen) -> None:
    """No field is filled in vain: each is in the mail, its headers, its text, the page or the greeting by no name."""
    headers = b"".join(piece for piece in plain.edition.letter.pieces if isinstance(piece, bytes)).decode()
    shown = plain.mail + plain.text.lower() + plain.page + headers + plain.edition.greeting.plain
    assert [word for word in plain.words if word not in shown] == []


def test_a_script_that_runs_is_noticed(plain: Seen, watched: Watched) -> None:
    """The watch would see it, if a value were let through: the same texts, put into the mail as they are, run."""
    for name in ("a script", "a picture that fails", "the end of a style", "an svg"):
        watched.load(exchanged(plain.mail, {**plain.seen, "zqreaderqz": HOSTILE[name]}), plain.edition)
        assert "a script ran" in watched.happened, name


def test_every_field_shows_what_was_written(
    hostile: Seen, watched: Watched, plain_documents: dict[str, list[Node]]
) -> None:
    """Mail and page hold the hostile text in every field, the quotes set in type; nothing runs, nothing else changes.

    No element, attribute or comment is there that the templates did not write, nothing is asked of the network but
    the issue's own pictures, what is to be seen with plain words is to be seen with these, and the page has no
    horizontal scroll on a telephone.
    """
    for outlet, before in plain_documents.items():
        after = watched.load(getattr(hostile, outlet), hostile.edition)
        assert list(differences(before, after, hostile.seen)) == []
        assert watched.page.title() == exchanged(title_of(before), hostile.seen)
        assert [watched.overflow(width) for width in WIDTHS] == [0, 0]
        assert watched.happened == []


def test_the_text_part_says_what_was_written(hostile: Seen, plain: Seen) -> None:
    """The text part is the plain one with its words exchanged, but for where its lines end."""
    capitals = {word.upper(): value.upper() for word, value in hostile.seen.items()}
    expected = re.sub("|".join(capitals), lambda word: capitals[word[0]], exchanged(plain.text, hostile.seen))
    assert squeezed(hostile.text) == squeezed(expected)


def test_the_greeting_without_a_name_says_what_was_written(hostile: Seen, plain: Seen) -> None:
    """A reader whose name is not known is greeted with the text of schedule.yaml, its quotes set in type."""
    assert hostile.edition.greeting.to(None) == hostile.seen[plain.edition.greeting.plain]


def test_a_soft_line_break_between_inlines_is_a_space(plain: Seen, watched: Watched) -> None:
    """Emphasis, strong words and code on lines of their own are words apart in every section."""
    for document in (plain.mail, plain.page):
        watched.load(document, plain.edition)
        assert len(re.findall(r"zq\d{4}qz strong zq\d{4}qz", watched.page.inner_text("body"))) == len(SHOWN_KINDS)


def test_short_numbers_show_what_was_written(filled: App, watched: Watched) -> None:
    """Numbers of one to four letters, which are set in the largest type, hold the same promise."""
    values = ['"', "<b>", "@@", "{{", "&lt;", "\\u{1", "👩\u200d💻", "%", "½", "字"]
    fill_publication(filled.root, Filling(None))
    for at, value in enumerate(values):
        matter = {"value": value, "caption": f"caption {at}", "source": "something", "as_of": "2026-11-24"}
        (filled.root / FOLDER / f"number-{at}.md").write_text(f"---\n{as_yaml(matter)}\n---\n", "utf-8")
    desk, edition = assembled(filled)
    page = framed_page(filled, desk, edition, images="../../images/")
    for document in (edition.html.fill(dict.fromkeys(Slot, "")), page):
        nodes = watched.load(document, edition)
        texts = [value for kind, _, value, _ in nodes if kind == "text" and value.strip()]
        shown = [texts[texts.index(f"caption {at}") - 1] for at in range(len(values))]
        assert shown == [typeset(value, "en") for value in values]
        assert watched.happened == []


def test_a_greeting_of_the_issue_shows_what_was_written(filled: App, watched: Watched) -> None:
    """An issue's own greeting stands in the place of the usual one, whoever reads it."""
    greeting = " ".join(text for text in HOSTILE.values() if len(text) < 100)
    fill_publication(filled.root, Filling(None))
    issue = filled.root / FOLDER / "issue.md"
    issue.write_text(issue.read_text("utf-8").replace("{", f"{{greeting: {as_yaml(greeting)}, ", 1), "utf-8")
    desk, edition = assembled(filled)
    values = sample_values(desk, edition, SAMPLE_READER)
    nodes = watched.load(edition.html.fill({slot: escape(value) for slot, value in values.items()}), edition)
    assert [value for kind, _, value, _ in nodes if kind == "text"].count(typeset(greeting, "en")) == 1
    assert watched.happened == []


def test_a_logo_says_what_was_written(filled: App, watched: Watched) -> None:
    """The words of a logo, which stand where its picture is not shown, keep the promise; so does its file's name."""
    alt = " ".join(text for text in HOSTILE.values() if len(text) < 100)
    light, dark = 'content/it\'s a "logo".png', "content/<b>@@&amp;.png"
    for path in (light, dark):
        shutil.copy(filled.root / FOLDER / "images" / PICTURE, filled.root / path)
    fill_publication(filled.root, Filling(None))
    schedule = filled.root / "schedule.yaml"
    theme = as_yaml({"logo": {"light": light, "dark": dark, "alt": alt, "width": "200"}})
    schedule.write_text(schedule.read_text("utf-8").replace("{", f"{{theme: {theme}, ", 1), "utf-8")
    _, edition = assembled(filled)
    nodes = watched.load(edition.html.fill(dict.fromkeys(Slot, "")), edition)
    assert ("attribute", "IMG alt", typeset(alt, "en"), True) in nodes
    assert watched.happened == []


def test_raw_html_in_a_body_is_refused_with_its_line(filled: App) -> None:
    """HTML in a body is a mistake, told with file and line; in code and behind backslashes it is text, as above."""
    fill_publication(filled.root, Filling(None))
    names = ("a script", "a picture that fails", "the end of a style", "the end of a title", "an svg", "MJML")
    bodies = [f"Fine words.\n\n> - quoted\n\nMore words,\nthen {HOSTILE[name]}\n" for name in names]
    bodies += ["One.\n\n\n\nTwo.\n<!-- a comment -->\n", "\n\n\n\n* a\n* <b>b</b>\n"]
    for kind, body in zip(SHOWN_KINDS, bodies * len(SHOWN_KINDS), strict=False):
        file = filled.root / FOLDER / ("issue.md" if kind == "opening" else f"{kind}.md")
        matter, _, _ = file.read_text("utf-8").partition("\n---\n")
        file.write_text(f"{matter}\n---\n{body}", "utf-8")
    with pytest.raises(ContentError) as refused:
        assembled(filled)
    told = {(mistake.path, mistake.line) for mistake in refused.value.mistakes if "raw HTML" in mistake.what}
    assert told == {(f"{FOLDER}/{'issue' if kind == 'opening' else kind}.md", 9) for kind in SHOWN_KINDS}
    assert len({mistake.what.partition("raw HTML")[0] for mistake in refused.value.mistakes}) == 1


def test_a_picture_whose_file_is_named_oddly_is_shown(filled: App, watched: Watched) -> None:
    """The name of a picture's file is not set in type: with quotes in it, it names the same file."""
    fill_publication(filled.root, Filling(None))
    name = """it's a "quay" & <b>.png"""
    images = filled.root / FOLDER / "images"
    shutil.copy(images / PICTURE, images / name)
    matter = {"title": "t", "url": SITE, "image": {"file": name, "alt": "oddly named", "credit": "c", "licence": "l"}}
    (filled.root / FOLDER / "read-more.md").write_text(f"---\n{as_yaml(matter)}\n---\n", "utf-8")
    _, edition = assembled(filled)
    nodes = watched.load(edition.html.fill(dict.fromkeys(Slot, "")), edition)
    assert ("attribute", "IMG alt", "oddly named", True) in nodes
