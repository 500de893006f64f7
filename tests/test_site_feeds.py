"""The feeds and the sitemap, as strangers read them: feedparser, feedsmith, an XML parser."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.site_standing import Standing
from newsletter.archive.feedparts import absolutely, updated
from newsletter.archive.feeds import rfc_822, rfc_3339
from newsletter.model.archive import Amendment, ArchivedIssue
from newsletter.model.issue import IssueId, IssueNumber
from tests.archiving import add_issue, built, fridays, opened, public
from tests.independent import run_node

SITE = "https://focus.example.org"
FIRST, LAST = "2026-10-30", "2026-11-20"
FEEDS = ("feed.xml", "atom.xml", "feed.json")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def plain(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The sample's archive, built; the tests that only read it share it."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("feeds") / "publication"))
    built(root)
    return public(root)


def issue(name: str) -> IssueId:
    found = IssueId.parse(name)
    assert found is not None
    return found


def based(root: Path, base: str, live: str = "") -> None:
    """Moves the site below a path of its host, its live pages to another address."""
    schedule = root / "schedule.yaml"
    text = schedule.read_text("utf-8").replace(f"site: {SITE} ", f"site: {SITE}{base} ")
    schedule.write_text(f"{text}\npublish:\n  live: {live}\n" if live else text, "utf-8")


def read_by_feedsmith(files: dict[str, bytes]) -> dict[str, Any]:
    given = {name: files[path].decode() for name, path in zip(("rss", "atom", "json"), FEEDS, strict=True)}
    read: dict[str, Any] = json.loads(run_node("feeds.mjs", json.dumps(given)))
    return read


class Addresses(HTMLParser):
    """Every address in a piece of HTML, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.found.append(value)
            if name == "srcset" and value:
                self.found += [one.split()[0] for one in value.split(",")]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


@pytest.mark.parametrize("base", ["", "/newsletter"])
def test_three_feeds_say_the_same_to_an_independent_parser(publication: Path, base: str) -> None:
    """Title, permalink, full text and time of every issue, the newest first, in RSS, Atom and JSON Feed."""
    based(publication, base)
    built(publication)
    read = read_by_feedsmith(public(publication))
    rss, atom, plain = read["rss"]["items"], read["atom"]["entries"], read["json"]["items"]
    permalinks = [f"{SITE}{base}/issues/{day}/" for day in (LAST, "2026-11-13", "2026-11-06", FIRST)]
    assert [one["guid"] for one in rss] == [{"value": link, "isPermaLink": True} for link in permalinks]
    assert [one["id"] for one in atom] == permalinks
    assert [one["id"] for one in plain] == [one["url"] for one in plain] == permalinks
    assert [one["title"] for one in rss] == [one["title"] for one in plain]
    assert [one["content"]["encoded"] for one in rss] == [one["content_html"] for one in plain]
    assert rss[0]["title"] == "The price of waiting in port"
    assert rss[0]["pubDate"] == "Fri, 20 Nov 2026 13:00:00 +0000"
    assert atom[0]["published"] == plain[0]["date_published"] == "2026-11-20T13:00:00Z"
    assert plain[0]["tags"] == ["ports", "trade", "students"]
    assert read["json"]["feed_url"] == f"{SITE}{base}/feed.json"


@pytest.mark.parametrize("path", ["feed.xml", "atom.xml"])
def test_feedparser_finds_no_fault(plain: dict[str, bytes], path: str) -> None:
    """It reads strictly, with every date and permalink understood, and the feed names its own address."""
    read = feedparser.parse(plain[path])
    assert not read.bozo, read.get("bozo_exception")
    assert [entry.id for entry in read.entries] == [entry.link for entry in read.entries]
    assert {entry.published_parsed.tm_year for entry in read.entries} == {2026}
    assert [one.href for one in read.feed.links if one.rel == "self"] == [f"{SITE}/{path}"]
    assert all(len(entry.content[0].value) > 2_000 for entry in read.entries)


def test_an_entry_holds_the_whole_article_and_leads_out_of_a_feed_reader(publication: Path) -> None:
    """Each word of the page's article is there; links, pictures and notes to sources are absolute addresses."""
    based(publication, "/newsletter")
    built(publication)
    files = public(publication)
    (first, *_) = json.loads(files["feed.json"])["items"]
    entry = Addresses(first["content_html"])
    assert entry.words == Addresses((publication / f"content/issues/{LAST}/sent/page.html").read_text("utf-8")).words
    assert all(re.match(r"(https://|mailto:)", address) for address in entry.found)
    assert f"{SITE}/newsletter/issues/{LAST}/#source-harbour-rain" in entry.found
    pictures = [address for address in entry.found if "/images/" in address]
    assert len(pictures) == 3
    assert all(address.removeprefix(f"{SITE}/newsletter/") in files for address in pictures)


def test_a_feed_holds_the_newest_twenty(publication: Path) -> None:
    """More would be read again every hour, by everybody."""
    for at, name in enumerate(fridays("2026-01-02", 21)):
        add_issue(publication, name, number=at)
    built(publication)
    items = json.loads(public(publication)["feed.json"])["items"]
    assert [len(items), items[0]["id"]] == [20, f"{SITE}/issues/{LAST}/"]


def test_what_is_not_listed_yet_is_in_no_feed_and_no_sitemap(publication: Path) -> None:
    """Its page is there, for its address stands in the mail; subscribers of a feed come after the mail has begun."""
    app = opened(publication)
    publish_archive(app, standing=Standing(unlisted=frozenset({issue(LAST)}), cut_short=frozenset()))
    files = public(publication)
    assert f"issues/{LAST}/index.html" in files
    told = [path for path, data in files.items() if LAST.encode() in data and path.endswith(("xml", "json"))]
    assert told == []


def test_a_correction_is_told_in_the_feed_and_moves_its_time_on(publication: Path) -> None:
    """Readers of a feed see what was wrong, above a text that stays as it went out; a second one is seen as well."""
    built(publication)
    before = json.loads(public(publication)["feed.json"])["items"][-1]
    corrections = publication / "content" / "issues" / FIRST / "corrections.yaml"
    more = '- date: 2026-11-02\n  was: "Nineteen < twenty ships."\n  now: Twenty ships.\n'
    corrections.write_text(corrections.read_text("utf-8") + more, "utf-8")
    built(publication)
    after = json.loads(public(publication)["feed.json"])["items"][-1]
    assert [before["date_modified"], after["date_modified"]] == ["2026-11-02T00:00:01Z", "2026-11-02T00:00:02Z"]
    assert before["date_published"] == after["date_published"]
    above, below = after["content_html"].split("<article", 1)
    assert "Corrected 2 November 2026: Nineteen &lt; twenty ships. <strong>Twenty ships.</strong>" in above
    assert before["content_html"].endswith(below)


def test_a_mailing_that_was_cut_short_says_so_in_the_feed(publication: Path) -> None:
    """As its page does; the key of the feed holds it, so that the feed is made anew."""
    app = built(publication)
    before = public(publication)["atom.xml"]
    publish_archive(app, standing=Standing(unlisted=frozenset(), cut_short=frozenset({issue(LAST)})))
    assert b"Not every reader got this issue by mail" not in before
    assert b"Not every reader got this issue by mail" in public(publication)["atom.xml"]


def test_a_site_without_an_issue_has_valid_feeds_and_sitemaps(publication: Path) -> None:
    """They are there before the first issue, for a reader may subscribe to them."""
    for folder in (publication / "content" / "issues").iterdir():
        if (folder / "sent").is_dir():
            (folder / "sent").rename(publication / folder.name)
    built(publication)
    files = public(publication)
    read = feedparser.parse(files["atom.xml"])
    assert (read.bozo, read.entries, read.feed.updated) == (False, [], "1970-01-01T00:00:00Z")
    assert json.loads(files["feed.json"])["items"] == []
    assert [one.text for one in ElementTree.fromstring(files["sitemap.xml"]).iter(f"{SITEMAP}loc")] == [
        f"{SITE}/sitemap-site.xml"
    ]


def test_markup_and_controls_in_a_text_leave_a_feed_valid(publication: Path) -> None:
    """A subject may hold what XML keeps for itself, and an old text what XML cannot hold at all."""
    subject = 'Ships & "tariffs" <b>]]></b> \x0b\ufffe\U0001f6a2'
    add_issue(publication, "2026-11-21", subject=subject, topics=("a&b\x01",), said="One ]]> &amp; two \x0c.")
    built(publication)
    files = public(publication)
    for path in ("feed.xml", "atom.xml"):
        read = feedparser.parse(files[path])
        assert not read.bozo
        assert read.entries[0].tags[0].term == "a&b"
    read = read_by_feedsmith(files)
    assert read["json"]["items"][0]["title"] == 'Ships & "tariffs" <b>]]></b> \U0001f6a2'


@pytest.mark.parametrize("base", ["", "/newsletter"])
def test_the_sitemaps_name_every_page_that_search_engines_may_list_and_no_other(publication: Path, base: str) -> None:
    """sitemap.xml names one a year and one of other pages; a page that says noindex is in none of them."""
    based(publication, base)
    add_issue(publication, "2025-12-26", topics=("外交", "Chips & Tools"), people=[("lin-yue", "Lin Yue")])
    add_issue(publication, FIRST, edition=2)
    built(publication)
    files = public(publication)
    maps = [loc.text or "" for loc in ElementTree.fromstring(files["sitemap.xml"]).iter(f"{SITEMAP}loc")]
    assert maps == [f"{SITE}{base}/sitemap-{name}.xml" for name in ("2026", "2025", "site")]
    named = [
        loc.text or ""
        for one in maps
        for loc in ElementTree.fromstring(files[one.removeprefix(f"{SITE}{base}/")]).iter(f"{SITEMAP}loc")
    ]
    pages = [data.decode() for path, data in files.items() if path.endswith(".html") and b"noindex" not in data]
    canonical = [found[1] for one in pages if (found := re.search(r'<link rel="canonical" href="([^"]*)"', one))]
    assert sorted(named) == sorted(canonical)


def test_a_sitemap_gives_the_day_an_issue_last_changed(plain: dict[str, bytes]) -> None:
    """The day it went out, or that of its newest correction."""
    urls = ElementTree.fromstring(plain["sitemap-2026.xml"])
    days = {url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod") for url in urls}
    assert days[f"{SITE}/issues/{LAST}/"] == LAST
    assert days[f"{SITE}/issues/{FIRST}/"] == "2026-11-02"


@pytest.mark.parametrize(
    ("base", "live", "closed"),
    [
        ("", "", ["/u/x", "/p/x", "/me/x", "/confirm/x"]),
        ("/newsletter", "", ["/newsletter/u/x", "/newsletter/me/x/export"]),
        ("/newsletter", f"{SITE}/live", ["/live/u/x", "/live/confirm/x"]),
        ("", "https://live.example.org", []),
    ],
)
def test_robots_may_read_everything_but_what_is_meant_for_one_reader(
    publication: Path, base: str, live: str, closed: list[str]
) -> None:
    """As the standard library reads robots.txt: issues are open, addresses out of mails are not."""
    based(publication, base, live)
    built(publication)
    robots = RobotFileParser()
    robots.parse(public(publication)["robots.txt"].decode().splitlines())
    assert robots.can_fetch("anybody", f"{SITE}{base}/issues/{LAST}/")
    assert robots.can_fetch("anybody", f"{SITE}{base}/people/")
    assert [path for path in closed if robots.can_fetch("anybody", f"{SITE}{path}")] == []
    assert robots.site_maps() == [f"{SITE}{base}/sitemap.xml"]


def archived(due: datetime, amendments: tuple[Amendment, ...] = (), editions: int = 1) -> ArchivedIssue:
    return ArchivedIssue(
        issue=issue(LAST),
        number=IssueNumber(1),
        language="en",
        subject="",
        preheader="",
        due=due,
        digest="",
        topics=(),
        people=(),
        numbers=(),
        question=None,
        editions=editions,
        amendments=amendments,
        card=None,
    )


DUE = datetime(2026, 11, 20, 13, tzinfo=UTC)


@given(
    st.lists(st.dates(date(2026, 11, 20), date(2027, 11, 20)), max_size=5).map(sorted),
    st.integers(1, 3),
)
def test_every_change_moves_the_time_of_an_issue_on(days: list[date], editions: int) -> None:
    """Also one of the same day: a reader's program shows an entry again only when its time has changed."""
    amendments = tuple(Amendment(date=day, was="", now="") for day in days)
    times = [updated(archived(DUE, amendments[:many], editions)) for many in range(len(amendments) + 1)]
    assert times == sorted(set(times))
    assert updated(archived(DUE, amendments, editions + 1)) > times[-1] >= DUE


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_times_are_written_as_their_standards_have_them(moment: datetime) -> None:
    """What is written is read back, whatever language the machine speaks."""
    assert datetime.strptime(rfc_822(moment), "%a, %d %b %Y %H:%M:%S %z") == moment.replace(microsecond=0)
    assert datetime.fromisoformat(rfc_3339(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="#one">', '<a href="https://a.test/b/issues/1/#one">'),
        ('<a href="/b/people/x/">', '<a href="https://a.test/b/people/x/">'),
        ('<a href="mailto:a@b.test?subject=x">', '<a href="mailto:a@b.test?subject=x">'),
        ('<a href="https://c.test/?a=1&amp;b=2">', '<a href="https://c.test/?a=1&amp;b=2">'),
        (
            '<img src="/b/images/1.jpg" srcset="/b/images/1.jpg 1x, /b/images/2.jpg 2x" alt="href=&quot;/&quot;">',
            '<img src="https://a.test/b/images/1.jpg" srcset="https://a.test/b/images/1.jpg 1x, '
            'https://a.test/b/images/2.jpg 2x" alt="href=&quot;/&quot;">',
        ),
        ('<p>Write href="/x" so</p>', '<p>Write href="/x" so</p>'),
    ],
)
def test_addresses_in_an_entry_are_absolute(html: str, expected: str) -> None:
    """Resolved from the issue's page; what only looks like an address in the text stays."""
    assert absolutely(html, "https://a.test/b/issues/1/") == expected
