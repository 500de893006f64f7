"""Search, in a real browser against real files: an old issue is found, in any language, and the index is the same each
time it is made."""

from __future__ import annotations

import gzip
import json
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from newsletter.actions.publish_archive import publish_archive
from newsletter.archive import search
from newsletter.archive.spacing import characters_apart
from newsletter.model.errors import ConfigError
from tests.archiving import add_issue, built, built_anew, opened, public

LAST = "2026-11-20"
BASE = "/newsletter"
OLD = "2023-03-10"
CHINESE = "2024-05-03"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and writes no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@contextmanager
def served(root: Path, folder: Path) -> Iterator[str]:
    """The publication's archive, built and served as a static host would, at BASE; its address."""
    built(root)
    folder.mkdir()
    (root / "public").rename(folder / BASE.strip("/"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{BASE}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def four_years(pristine: Path, folder: Path, language: str = "en") -> Path:
    """A publication with issues of four years, below a path of its host."""
    root = Path(shutil.copytree(pristine, folder / "publication"))
    schedule = root / "schedule.yaml"
    text = schedule.read_text("utf-8").replace("language: en ", f"language: {language} ")
    schedule.write_text(text.replace("site: https://focus.example.org ", f"site: https://focus.example.org{BASE} "))
    add_issue(root, OLD, subject="The lighthouse keeper", said="An aubergine, a zeppelin, and ships.", number=7)
    add_issue(root, "2023-03-17", subject="Another", said="Zeppelins were repainted.", number=8)
    said = "第128期：联合论文减少，据国家图书馆的统计。"
    add_issue(root, CHINESE, subject="谁来为实验室说话", said=said, language="zh-Hans")
    said = "图国馆家书，减文论少，期128第。"
    add_issue(root, "2025-01-03", subject="港口的等待", said=said, language="zh-Hans", number=70)
    return root


@pytest.fixture(scope="module")
def site(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an English site of four years."""
    folder = tmp_path_factory.mktemp("search")
    with served(four_years(pristine, folder), folder / "served") as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Browser, site: str) -> Iterator[Page]:
    """Its search page, which several tests ask; whatever it complains of fails the last of them."""
    with opened_at(browser, site) as opened_page:
        yield opened_page


@contextmanager
def opened_at(browser: Browser, site: str, question: str = "") -> Iterator[Page]:
    """A search page of its own, with a question in its address. What it writes to the console fails the test."""
    complaints: list[str] = []
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}/search/" + (f"?q={question}" if question else ""))
        yield page
    assert complaints == []


def ask(page: Page, question: str) -> None:
    """Types a question, and waits until the page has said what it found."""
    field, status = page.get_by_role("searchbox"), page.locator("[role=status]")
    field.fill("")
    expect(status).to_be_empty()
    field.fill(question)
    expect(status).not_to_be_empty()


def found(page: Page) -> list[str]:
    """The days of the issues that were found, in the order shown."""
    addresses = [str(link.get_attribute("href")) for link in page.locator("#search ol li a").all()]
    assert all(address.startswith(f"{BASE}/issues/") for address in addresses)
    return [address.split("/")[-2] for address in addresses]


def test_an_old_issue_is_found_from_the_field_and_opens(browser: Browser, site: str) -> None:
    """Across years, by another form of the word; the result shows date, number, title and the words around it."""
    with opened_at(browser, site) as page:
        ask(page, "aubergines")
        assert found(page) == [OLD]
        result = page.locator("#search ol li")
        expect(result).to_contain_text("The lighthouse keeper")
        expect(result.locator("time")).to_have_attribute("datetime", OLD)
        expect(result).to_contain_text("No. 7")
        expect(result.locator("mark")).to_have_text("aubergine,")
        page.get_by_role("link", name="The lighthouse keeper").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The lighthouse keeper")


def test_an_address_with_a_question_shows_its_results(browser: Browser, site: str) -> None:
    """So that a search can be sent to somebody, and works from the field of the home page."""
    with opened_at(browser, site, "zeppelin") as page:
        expect(page.locator("[role=status]")).not_to_be_empty()
        assert sorted(found(page)) == [OLD, "2023-03-17"]


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("ships", {OLD, "2026-10-30", "2026-11-20"}),  # of several years, in one list
        ("aubergine zeppelin", {OLD}),  # both words, of which other issues have one
        ("aubergines", {OLD}),  # and none that only has a word beginning with a
        ("zeppelin auber", {OLD}),  # somebody is still typing
        ("zeppelin ave", set()),
        ('"zeppelins were"', {"2023-03-17"}),  # in this order
        ('"were zeppelins"', set()),
        ("zeppelins - were", {"2023-03-17"}),
        ("chip-making", {"2026-10-30"}),
        ("xylophones", set()),
    ],
)
def test_only_issues_that_hold_every_word_are_found(page: Page, question: str, days: set[str]) -> None:
    """Where the index of a year has not got a word, it would give whatever begins like it."""
    ask(page, question)
    assert set(found(page)) == days
    if not days:
        expect(page.locator("[role=status]")).to_contain_text(question)


CHINESE_QUESTIONS = ("为实验室", "论文减少", "国家图书馆", "第128期")


@pytest.mark.parametrize("question", CHINESE_QUESTIONS)
def test_chinese_is_found_inside_a_sentence(page: Page, question: str) -> None:
    """Written without spaces, it is found by any run of its characters, and by no other issue with the same ones."""
    ask(page, question)
    assert found(page) == [CHINESE]
    result = page.locator("#search ol li")
    expect(result).to_contain_text("第128期：联合论文减少，据国家图书馆的统计。")
    expect(result.get_by_role("link")).to_have_text("谁来为实验室说话")


def test_a_chinese_site_finds_both_languages(browser: Browser, pristine: Path, tmp_path: Path) -> None:
    """Its index is made and asked in another way: Pagefind divides a Chinese question by itself."""
    with (
        served(four_years(pristine, tmp_path, "zh-Hans"), tmp_path / "served") as site,
        opened_at(browser, site) as page,
    ):
        for question in CHINESE_QUESTIONS:
            ask(page, question)
            assert found(page) == [CHINESE]
        ask(page, "aubergine zeppelin")
        assert found(page) == [OLD]


def test_without_javascript_the_plain_lists_stand_there(browser: Browser, site: str) -> None:
    """Every year leads to its issues."""
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{site}/search/")
        page.get_by_role("link", name="2023").click()
        expect(page.get_by_role("link", name="The lighthouse keeper")).to_be_visible()


def bundle(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if path.startswith("pagefind/")}


def test_the_same_issues_make_the_same_index(publication: Path) -> None:
    """Byte for byte, from nothing and elsewhere; nothing is in it that a browser does not load."""
    built(publication)
    first = bundle(public(publication))
    assert first
    assert first == bundle(built_anew(publication, publication.parent))
    plain = [path.partition("/2026/")[2] for path in first if "/fragment/" not in path and "/index/" not in path]
    assert {path.partition(".en_")[0] for path in plain} == {
        "pagefind",
        "pagefind-entry.json",
        "pagefind-worker.js",
        "pagefind.js",
        "wasm.en.pagefind",
    }
    assert sum(map(len, first.values())) < 250_000


def test_only_the_years_that_changed_are_indexed_anew(publication: Path) -> None:
    """A new issue leaves the indexes of other years as they are, files and times."""
    add_issue(publication, OLD)
    built(publication)
    old = publication / "public" / "pagefind" / "2023"
    before = {path: path.stat().st_mtime_ns for path in old.rglob("*")}
    add_issue(publication, "2026-11-21", said="Aubergines.")
    done = publish_archive(opened(publication))
    indexed = [path for path in done.written if path.startswith("pagefind/")]
    assert {path.split("/")[1] for path in indexed} == {"2026"}
    assert indexed[-1] == "pagefind/2026/pagefind-entry.json"
    assert {path: path.stat().st_mtime_ns for path in old.rglob("*")} == before


def test_what_went_out_is_all_there_is_to_find(publication: Path) -> None:
    """Articles alone: no list, no frame of the site, and no issue that is not listed yet, nor an earlier edition."""
    add_issue(publication, LAST, edition=2, said="Only in the mended one.")
    built(publication)
    words = indexed_text(publication)
    assert "Only in the mended one" in words[f"/issues/{LAST}/"]
    assert list(words) == sorted(words)
    assert len(words) == 4
    assert not [text for text in words.values() if "Number of the week" in text or "Skip to" in text]


def indexed_text(root: Path) -> dict[str, str]:
    """What the index has of each page: a fragment is JSON behind a mark, packed."""
    found: dict[str, str] = {}
    for path in (root / "public" / "pagefind").rglob("*.pf_fragment"):
        fragment = json.loads(gzip.decompress(path.read_bytes()).removeprefix(b"pagefind_dcd"))
        found[fragment["url"]] = fragment["content"]
    return dict(sorted(found.items()))


def test_settings_of_whoever_runs_us_change_nothing(publication: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pagefind listens to variables and to a file where it runs; ours hears neither."""
    built(publication)
    before = bundle(public(publication))
    shutil.rmtree(publication / "public")
    (publication / "pagefind.yml").write_text("exclude_selectors: ['p']\n", "utf-8")
    monkeypatch.setenv("PAGEFIND_EXCLUDE_SELECTORS", "p")
    monkeypatch.setenv("PAGEFIND_KEEP_INDEX_URL", "true")
    monkeypatch.chdir(publication)
    built(publication)
    assert bundle(public(publication)) == before


@pytest.mark.parametrize(
    ("program", "said"),
    [("#!/bin/sh\necho no room left >&2\nexit 1\n", "no room left"), (None, "does not start")],
)
def test_a_search_that_cannot_be_made_is_told(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, said: str
) -> None:
    """What Pagefind said, or that it does not start; everything before it was written, and the next build goes on."""
    broken = tmp_path / "pagefind"
    if program:
        broken.write_text(program)
        broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    with monkeypatch.context() as patched:
        patched.setattr(search, "_program", lambda: broken)
        with pytest.raises(ConfigError, match=said):
            built(publication)
    assert "public/index.html" in {path.relative_to(publication).as_posix() for path in publication.rglob("*.html")}
    built(publication)
    assert bundle(public(publication))


@pytest.mark.parametrize(
    ("html", "apart"),
    [
        ("两座首都，一张桌子", "两 座 首 都， 一 张 桌 子"),
        ("第128期 of", "第 128 期 of"),
        ("他说：“谁（我）？”", "他 说：“谁（我）？”"),
        ('<p title="两座">两<b>座</b>x</p>', '<p title="两座"> 两<b> 座</b>x</p>'),
        ("<p>No Chinese, 1 &lt; 2.</p>", "<p>No Chinese, 1 &lt; 2.</p>"),
        ("カタカナ 𠀀", "カ タ カ ナ 𠀀"),
    ],
)
def test_chinese_characters_are_set_apart(html: str, apart: str) -> None:
    """Each a word of its own; tags, brackets, quotes and other writing stay as they are."""
    assert characters_apart(html) == apart


@given(st.text(st.sampled_from("ab 两座，。“”<>&;/ \n"), max_size=60))
def test_setting_apart_changes_nothing_but_spaces(text: str) -> None:
    """And once is enough."""
    apart = characters_apart(text)
    assert apart.replace(" ", "") == text.replace(" ", "")
    assert characters_apart(apart).split() == apart.split()
