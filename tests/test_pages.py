"""Web pages become entries: their text and what they say of themselves, without what stands around it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather import pages
from newsletter.gather.charsets import decoded
from newsletter.gather.tame import MAX_DEPTH, MAX_TAGS, tamed
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Entry, Passage, Related, Rights
from newsletter.model.source import RightsPolicy, SourceKind
from tests.conftest import ROOT
from tests.gathering import source

SHAPES = ROOT / "tests" / "documents"
PAGE = source(id="quay", kind=SourceKind.PAGE, url="https://quay.example.org/a", rights=RightsPolicy.QUOTE)
URL = "https://quay.example.org/a"
TEXT = (
    "<p>There are two tables of the tides in this estuary, and both of them are right about their own quay.</p>"
    "<p>For a century nobody minded. Pilots carried both, and took the earlier hour when going out to sea.</p>"
)


def read(html: str, url: str | None = URL, **changes: object) -> Entry:
    own = source(id="quay", kind=SourceKind.PAGE, url=URL, **changes)
    return pages.read(html.encode(), url, own).entry


def page(head: str = "", top: str = "", foot: str = "") -> str:
    return (
        f"<html lang='en'><head><title>Two tables | Quay</title>{head}</head><body><article>{top}"
        f"<h1>Two tables</h1>{TEXT}{foot}</article></body></html>"
    )


def json_ld(written: str) -> str:
    return f'<script type="application/ld+json">{written}</script>'


def test_a_page_gives_its_text_and_nothing_around_it() -> None:
    """No cookie bar, navigation, comment or footer; what metadata and marked parts say is kept."""
    data = (SHAPES / "harbour-comment.html").read_bytes()
    reading = pages.read(data, "https://quayreview.example.org/2026/tide-tables", PAGE, "utf-8")
    entry = reading.entry
    assert (entry.title, entry.guid) == ("Tide tables and tempers", None)
    assert entry.link == "https://www.quayreview.example.org/2026/tide-tables"
    assert (entry.kicker, entry.label, entry.language) == ("From the pilot boat", "Opinion", "en-GB")
    assert entry.deck == "Two ports that share one estuary cannot agree on the time of high water."
    assert entry.authors == (Author(name="Ada Fennimore", role="harbour pilot", institution="Pilots' Guild"),)
    assert entry.published is not None
    assert entry.updated is not None
    assert entry.published.instant == datetime(2026, 11, 12, 8, 30, tzinfo=UTC)
    assert entry.updated.instant == datetime(2026, 11, 14, 9, tzinfo=UTC)
    assert [(part.label, len(part.paragraphs)) for part in entry.passages] == [(None, 2), ("What the gauge says", 5)]
    assert entry.paragraphs[3] == "We have never had so many numbers, nor so few that two harbour masters would sign."
    assert entry.paragraphs[4] == "High water at the northern quay: forty minutes before the gauge."
    assert entry.related == (
        Related("Nine meetings and a dinner: the minutes", "https://www.quayreview.example.org/2026/nine-meetings"),
    )
    notice = "Reproduction in whole or in part without permission is prohibited."
    assert entry.rights == Rights(RightsPolicy.SUMMARISE, notice)
    assert entry.warnings == ("updated 2 days after publication",)
    words = " ".join(entry.paragraphs)
    assert not any(word in words for word in ("cookies", "Opinion", "First!", "reserved", "track", "By Ada"))
    assert reading.original is not None
    assert (reading.original.media_type, reading.original.data) == ("text/html", data)


def test_a_chinese_page_is_read() -> None:
    """In GB 18030 under the name of GB 2312, with its own stamp, byline, heading and rights notice."""
    entry = pages.read((SHAPES / "gangwan.html").read_bytes(), "https://gangwan.example/17", PAGE).entry
    assert entry.title == "港口谈判进入第三轮，双方仍未公布日期"
    assert (entry.language, entry.authors) == ("zh-CN", (Author(name="林月"),))
    assert entry.published is not None
    assert (entry.published.wall, entry.published.instant) == (datetime(2026, 11, 19, 15, 5), None)
    assert [(part.label, len(part.paragraphs)) for part in entry.passages] == [(None, 1), ("运力与泊位", 2)]
    assert "“我们等的不是协议，而是日期。”" in entry.paragraphs[1]
    notice = "版权声明：本文版权归《港湾观察》所有，未经许可，任何媒体不得转载。"
    assert entry.rights == Rights(RightsPolicy.SUMMARISE, notice)


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("https://quay.example.org/b?utm_source=x", "https://quay.example.org/b"),
        ("/b", "https://quay.example.org/b"),
        ("https://www.quay.example.org/b", "https://www.quay.example.org/b"),
        ("https://elsewhere.example/b", URL),
        ("javascript:alert(1)", URL),
    ],
)
def test_a_canonical_link_counts_on_its_own_host(written: str, link: str) -> None:
    """A page cannot pass for another site's."""
    assert read(page(f'<link rel="canonical" href="{written}">')).link == link


@pytest.mark.parametrize(
    ("head", "wall"),
    [
        ('<meta property="article:published_time" content="2026-11-12T08:30:00Z">', datetime(2026, 11, 12, 8, 30)),
        ('<meta name="date" content="2026-11-12">', datetime(2026, 11, 12)),
        (json_ld('{"@type":"Article","datePublished":"2026-11-12"}'), datetime(2026, 11, 12)),
        (json_ld('[[[[[{"@type":"Article","datePublished":"2026-11-12"}]]]]]'), None),
        (json_ld('{"@type": 5, "@graph": [null, {"@type": "Article"}]}'), None),
        (json_ld("[" * 100_000), None),
        (json_ld("{"), None),
        ("", None),
    ],
)
def test_a_date_is_what_the_page_states(head: str, wall: datetime | None) -> None:
    """In JSON-LD or meta elements; no date is guessed, and nonsense is nothing."""
    published = read(page(head)).published
    assert (published.wall if published else None) == wall


def test_a_broken_date_gives_way_to_a_printed_one() -> None:
    """What can be read counts."""
    entry = read(page('<meta name="date" content="soon">').replace("</h1>", "</h1><p>November 19, 2026No Comments</p>"))
    assert entry.published is not None
    assert entry.published.wall == datetime(2026, 11, 19)


def test_links_that_lead_nowhere_safe_are_names_only() -> None:
    """A related piece keeps its headline; an address that no reader may follow is none."""
    entry = read(page(foot='<p><a href="javascript:alert(1)">Nine meetings and a dinner: the minutes</a></p>'))
    assert all(one.url is None for one in entry.related)
    assert "javascript" not in str(entry)


def test_a_short_text_keeps_its_paragraphs_and_headings() -> None:
    """Also where extraction gives one paragraph, or loses a heading."""
    entry = read(page(foot="<h2>What the gauge says</h2><p>It is a better instrument than the customs house.</p>"))
    assert [(part.label, len(part.paragraphs)) for part in entry.passages] == [(None, 2), ("What the gauge says", 1)]


def test_a_row_of_a_table_is_one_block() -> None:
    """Its cells stay beside one another; a table that only places things on the page is no table."""
    table = "<table><tr><th>Quay</th><th>Minutes</th></tr><tr><td>northern</td><td>forty</td></tr></table>"
    assert read(page(foot=table)).paragraphs[2:] == ("Quay | Minutes", "northern | forty")
    placed = read(f"<html><body><table><tr><td>{TEXT}</td><td><p>By the way, the gauge is new.</p></td></tr></table>")
    assert len(placed.paragraphs) == 3


def test_an_article_in_marked_furniture_is_still_read() -> None:
    """Some pages name a class of their frame after what it also has."""
    html = page().replace("<body>", "<body><div class='content has-sidebar share'>").replace("</body>", "</div></body>")
    assert len(read(html).paragraphs) == 2


def test_links_side_by_side_are_not_glued() -> None:
    """Two links without a space between them are two words."""
    entry = read(page(foot="<p>See <a href='/b'>tables</a><a href='/c'>gauges</a> and <b>tid</b>es.</p>"))
    assert entry.paragraphs[-1] == "See tables gauges and tides."


def test_markup_never_comes_through() -> None:
    """Scripts, styles, comments and entities leave plain text."""
    foot = "<p>1 &lt; 2 &amp; <b onclick=x()>bold</b><script>alert(1)</script><style>p{}</style><!-- hidden --></p>"
    entry = read(page(foot=foot))
    assert entry.paragraphs[-1] == "1 < 2 & bold"


def test_a_page_that_hides_its_text_from_extraction_is_read_whole() -> None:
    """Where trafilatura finds next to nothing, the page's own blocks are taken, without its furniture."""
    text = "A short text of one sentence, which is all that this page has to say."
    entry = read(f"<html><body><nav><a href='/'>Home</a></nav><div>{text}</div><footer>Foot</footer></body></html>")
    assert entry.passages == (Passage(None, (text,)),)


def test_a_page_without_metadata_takes_its_title_without_the_site() -> None:
    """The name of the site behind a separator is no part of a headline."""
    assert read(f"<html><head><title>Two tables | Quay</title></head><body>{TEXT}</body></html>").title == "Two tables"
    assert read(f"<html><head><title>Ports - a view</title></head><body>{TEXT}</body></html>").title == "Ports"


@pytest.mark.parametrize(
    ("data", "said", "text"),
    [
        ("été ".encode("cp1252") * 20, None, "été"),
        ("港<meta charset='big5'>".encode("big5"), None, "港"),
        (b"\x1b$B9A\x1b(B", "iso-2022-jp", "港"),
        ("港".encode("gb18030"), "gb2312", "港"),
        ("é€".encode("cp1252"), "iso-8859-1", "é€"),
        ("é".encode(), "no-such-charset", "é"),
        ("é".encode(), "idna", "é"),
        ("é".encode(), "hex", "é"),
        ("é".encode("utf-16"), "utf-8", "é"),
        ("é".encode() * 200, "ascii", "é"),
        (b"ok " * 100 + b"\xff", None, "ok "),
    ],
)
def test_a_charset_is_what_fits(data: bytes, said: str | None, text: str) -> None:
    """What was said, what is so, and what pages mean by it; wrong octets are replaced."""
    assert decoded(data, said).startswith(text)


def test_a_page_without_text_is_told() -> None:
    """With what to do."""
    for data in (b"", b" \n", b"<html></html>", b"\0" * 100, b"<html><body><img src=x></body></html>"):
        with pytest.raises(SourceError, match=r"^quay: .*;"):
            pages.read(data, URL, PAGE)


def test_only_the_first_2_mb_are_read() -> None:
    """Of a page of 5 MB, with a warning."""
    html = page(foot="".join(f"<p>Paragraph number {at} of a page without end, full stop.</p>" for at in range(90_000)))
    assert len(html) > 5_000_000
    entry = read(html)
    assert entry.title == "Two tables"
    assert "only the first 2 MB of the page were read" in entry.warnings
    assert "the text is very long; only its beginning was kept" in entry.warnings


HOSTILE = {
    "nested": "<div>" * 10_000 + TEXT + "</div>" * 10_000,
    "deeper": "<div>" * 400_000 + "Hello there",
    "unclosed": "".join(f"<b id={at}>" for at in range(3_000)) + "<p>x" * 3_000,
    "tables": "<table><tr><td>" * 5_000 + "x",
    "attributes": "<p " + " ".join(f"a{at}=1" for at in range(50_000)) + ">x",
    "tags": "<a " * 300_000,
    "quotes": '<a "' * 300_000,
    "brackets": "<" * 300_000,
    "comments": "<!--" * 300_000,
    "scripts": "<script>" * 100_000,
    "entities": '<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><html><p>&b;&b;</p>' + TEXT,
    "closing": "</div>" * 300_000 + TEXT,
    "feet": "<div class=footer>" * 20_000 + TEXT,
    "related": "<div class=related><a href=/a>a b c d e</a>" * 20_000 + TEXT,
    "nothing": "\0" * 1_000 + TEXT,
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_costs_little(html: str) -> None:
    """A few seconds of the processor at most; an entry or a `SourceError`, nothing else."""
    before = process_time()
    with suppress(SourceError):
        assert read(f"<html><body>{html}").title
    assert process_time() - before < 8


def test_text_below_an_abyss_is_still_found() -> None:
    """Ten thousand nested elements hide no paragraph."""
    assert len(read(f"<html><body>{HOSTILE['nested']}").paragraphs) == 2


@given(st.lists(st.sampled_from(["<div>", "</div>", "<p a='<'>", "<a href=x>", "x", "<!--", "-->", "<b", '"', "<ul>"])))
def test_taming_bounds_depth_and_tags(pieces: list[str]) -> None:
    """Whatever the page, and twice as tame is as tame."""
    html, _ = tamed("".join(pieces))
    depth = deepest = 0
    for tag in html.split("<")[1:]:
        depth += -1 if tag.startswith("/") else 1
        deepest = max(deepest, depth)
    assert deepest <= MAX_DEPTH + MAX_TAGS
    assert tamed(html)[0] == html


def test_taming_drops_what_is_too_deep_and_too_much() -> None:
    """The text stays."""
    deep, _ = tamed("<div>" * 1_000 + "text" + "</div>" * 1_000)
    assert deep.count("<div>") <= MAX_DEPTH + 1
    assert deep.count("<div>") == deep.count("</div>")
    many, _ = tamed("<i>x</i>" * 2 * MAX_TAGS)
    assert many.count("<i>") <= MAX_TAGS
    assert many.count("x") == 2 * MAX_TAGS


@given(data=st.binary(max_size=300), charset=st.one_of(st.none(), st.text(max_size=12)))
def test_any_octets_are_a_page_or_told(data: bytes, charset: str | None) -> None:
    """No page and no charset crash the reader."""
    try:
        entry = pages.read(b"<html>" + data, URL, PAGE, charset).entry
    except SourceError:
        return
    assert entry.title
