"""From a page to its feeds, its articles, and what a source of it may be called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.gather import discovery
from newsletter.gather.discovery import FoundFeed
from newsletter.gather.listpage import MAX_LINKS, article_links
from newsletter.model.errors import SourceError

PAGE = "https://gazette.example.org/news/index.html?edition=eu"
RSS = 'rel="alternate" type="application/rss+xml"'


def feeds(html: str, url: str = PAGE) -> list[str]:
    return [feed.url for feed in discovery.feeds_in(html.encode(), url)]


def test_a_page_names_its_feeds() -> None:
    """Of every kind, with title and type, relative addresses resolved."""
    html = """<head>
      <link rel="alternate" type="application/rss+xml" title="The &lt;b&gt; Gazette" href="/rss.xml">
      <link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="atom.xml">
      <link rel="home alternate" type="Application/Feed+JSON" href="https://feeds.example.com/g.json#top">
      <link rel="stylesheet" type="text/css" href="/a.css"><link rel="alternate" hreflang="fr" href="/fr">
      <link rel="alternate" type="application/json+oembed" href="/oembed">
      <link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">"""
    assert discovery.feeds_in(html.encode(), PAGE) == (
        FoundFeed("https://gazette.example.org/rss.xml", "The <b> Gazette", "application/rss+xml"),
        FoundFeed("https://gazette.example.org/news/atom.xml", "", "application/atom+xml"),
        FoundFeed("https://feeds.example.com/g.json", "", "application/feed+json"),
    )


def test_feeds_of_comments_stand_last() -> None:
    """An editor who takes the first one gets the articles."""
    html = (
        f'<link {RSS} title="Gazette » Comments Feed" href="/a"><link {RSS} href="/comments/feed/">'
        f'<link {RSS} title="Commentary" href="/b">'
    )
    assert feeds(html) == [f"https://gazette.example.org/{path}" for path in ("b", "a", "comments/feed/")]


def test_a_base_moves_relative_addresses() -> None:
    """As in a browser: the first one counts, and it may be relative itself."""
    html = f'<head><base target="_top"><base href="/x/"><base href="/y/"><link {RSS} href="rss"></head>'
    assert feeds(html) == ["https://gazette.example.org/x/rss"]


def test_one_feed_named_twice_is_found_once() -> None:
    """Under the title that comes first."""
    found = discovery.feeds_in(f'<link {RSS} title="A" href="/f#x"><link {RSS} title="B" href=" /f">'.encode(), PAGE)
    assert [(feed.url, feed.title) for feed in found] == [("https://gazette.example.org/f", "A")]


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "file:///etc/passwd", "data:text/xml,x", "http://[", "https://a:b@example.org/", ""]
)
def test_no_feed_leads_out_of_the_web(href: str) -> None:
    """Addresses that are none, or that carry a user name, are left out; an empty one is the page itself."""
    assert feeds(f'<link {RSS} href="{href}">') in ([], [PAGE])


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("//cdn.example.com/f", "https://cdn.example.com/f"),
        ("feed:https://a.example.com/f", "https://a.example.com/f"),
        ("feed://a.example.com/f", "https://a.example.com/f"),
        ("/a b\n.xml", "https://gazette.example.org/a%20b.xml"),
        ("/文.xml", "https://gazette.example.org/%E6%96%87.xml"),
        ("?feed=rss2&amp;lang=en", "https://gazette.example.org/news/index.html?feed=rss2&lang=en"),
    ],
)
def test_an_address_is_read_as_a_browser_reads_it(href: str, url: str) -> None:
    """And put into the form that is safe on the wire."""
    assert feeds(f'<link {RSS} href="{href}">') == [url]


@pytest.mark.parametrize(
    ("url", "first", "count"),
    [
        ("https://a.example.com", "https://a.example.com/feed", 8),
        ("https://a.example.com/?x#y", "https://a.example.com/feed", 8),
        ("https://a.example.com/blog/", "https://a.example.com/blog/feed", 16),
        ("https://a.example.com/blog/index.html", "https://a.example.com/blog/feed", 16),
    ],
)
def test_feeds_are_guessed_where_they_usually_lie(url: str, first: str, count: int) -> None:
    """Beside the page, then at the root; each place once, all on the page's own host."""
    found = discovery.guesses(url)
    assert (found[0], len(found), len(set(found))) == (first, count, count)
    assert {
        "https://a.example.com/rss.xml",
        "https://a.example.com/atom.xml",
        "https://a.example.com/feed.json",
    } <= set(found)
    assert all(one.startswith("https://a.example.com/") for one in found)


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title></feed>'
RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"></rdf:RDF>'
JSON = '{"items": [], "version": "https://jsonfeed.org/version/1.1"}'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize(
    ("text", "kind"), [('<rss version="2.0"/>', "RSS"), (ATOM, "Atom"), (RDF, "RDF"), (JSON, "JSON Feed")]
)
def test_a_feed_is_known_by_its_first_bytes(text: str, kind: str, encoding: str) -> None:
    """In every encoding that feeds come in, with a byte order mark and without."""
    assert discovery.is_feed(text.encode(encoding)) == kind


@pytest.mark.parametrize(
    "before",
    [
        "\n\n  ",
        '<?xml version="1.0" encoding="utf-8"?>\n<?xml-stylesheet href="a.xsl"?>',
        "<!-- <html> -> a comment --><!---->",
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss.dtd">',
        '<!DOCTYPE rss [ <!ENTITY nbsp "&#160;"> <!-- ] --> ]>\n',
        "\ufeff\n",
    ],
)
def test_what_stands_before_a_feed_hides_it_not(before: str) -> None:
    """White space, declarations, comments, a document type."""
    assert discovery.is_feed((before + '<rss version="0.91">').encode()) == "RSS"
    assert discovery.is_feed((before + "<html><rss>").encode()) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><html><head><link type=application/rss+xml>",
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://xmlns.com/foaf/0.1/'/>",
        b'{"version": "1.0", "items": []}',
        b"<rssx>",
        b"feed",
        b"<!-- never closed <rss>",
        b"<?xml",
        b"<!DOCTYPE rss [",
        b"\x1f\x8b\x08\x00",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_feed_is_none(data: bytes) -> None:
    """A page that names feeds, other RDF, other JSON, something broken."""
    assert discovery.is_feed(data) is None


def test_a_json_feed_says_so_wherever() -> None:
    """Behind its items, its slashes escaped."""
    data = b'{"items": [%s], "version" : "https:\\/\\/jsonfeed.org\\/version\\/1"}' % (b'{"id": 1},' * 20_000)
    assert discovery.is_feed(data) == "JSON Feed"


@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_search(data: bytes) -> None:
    """Whatever a server answers."""
    discovery.is_feed(data)
    discovery.is_feed(b"<?xml ?><!DOCTYPE [" + data)
    discovery.feeds_in(data, PAGE)
    discovery.page_title(data)
    discovery.language_of(b"<rss>" + data)
    discovery.language_of(data)
    discovery.feed_title(data)


@pytest.mark.parametrize(
    ("html", "title"),
    [
        ("<title> The\n Gazette &amp; Co </title><svg><title>Logo</title></svg>", "The Gazette & Co"),
        ("<svg><title>Logo</title></svg><p>text", "Logo"),
        ("<title>\u202e</title>", None),
        ("<p>text", None),
        ("", None),
    ],
)
def test_a_page_has_a_title(html: str, title: str | None) -> None:
    """In plain text, on one line."""
    assert discovery.page_title(html.encode()) == title


def test_a_page_is_decoded_as_it_says() -> None:
    """By its own declaration."""
    assert discovery.page_title("<meta charset=windows-1251><title>Вести</title>".encode("cp1251")) == "Вести"


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ('<html lang="de">', "de"),
        ('<html lang="EN_us">', "en-US"),
        ('<html lang="zh-hans-cn">', "zh-hans-CN"),
        ('<html xml:lang="fr">', "fr"),
        ('<html lang=""><meta http-equiv=Content-Language content=nl>', "nl"),
        ('<meta property="og:locale" content="pt_BR">', "pt-BR"),
        ('<html lang="english">', None),
        ('<html lang="{{ lang }}">', None),
        ("<p>text", None),
    ],
)
def test_a_page_claims_a_language(html: str, language: str | None) -> None:
    """As a tag that sources.yaml takes, or none."""
    assert discovery.language_of(html.encode()) == language


@pytest.mark.parametrize(
    ("title", "host", "name"),
    [
        ("The Peninsula Gazette", "x.example.org", "peninsula-gazette"),
        ("Harbour Wire | Latest news", "x.example.org", "harbour-wire"),
        ("Café Müßiggang – Blog", "x.example.org", "cafe-mussiggang"),
        ("Reader's Post-Dispatch", "x.example.org", "readers-post-dispatch"),
        ("港湾观察", "www.gangwan.example.com", "gangwan-example"),
        ("", "localhost", "localhost"),
        ("通讯", "https://www.wire.example.com:8080/feed?x", "wire-example"),
        ("", "", "source"),
        ("2026", "www.example.org", "example"),
        ("An extraordinarily long name of a newspaper", "x.example.org", "extraordinarily-long-name-of-a"),
        ("x" * 200, "x.example.org", "x" * 30),
    ],
)
def test_a_source_gets_a_name_out_of_its_title(title: str, host: str, name: str) -> None:
    """Short, in letters that can be typed; out of the host where the title has none."""
    assert discovery.suggest_id(title, host, set()) == name


@given(title=st.text(max_size=80), host=st.text(max_size=40))
def test_a_suggested_id_is_one_and_is_free(title: str, host: str) -> None:
    """Whatever a page is called."""
    taken = {discovery.suggest_id(title, host, set())}
    again = discovery.suggest_id(title, host, taken)
    assert again not in taken
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) for one in (again, *taken))


@pytest.mark.parametrize(
    ("feed", "title", "language"),
    [
        (
            '<?xml version="1.0" encoding="cp1251"?><rss><channel><image><title>Logo</title></image>'
            "<title>Вести &amp;amp; мир</title><language>ru-ru</language><item><title>x</title></item>",
            "Вести & мир",
            "ru-RU",
        ),
        ("<rss><channel><title><![CDATA[ A </b> & <i>B</i> ]]></title><item/>", "A & B", None),
        ('<feed xml:lang="de"><author><name>x</name></author><title type="html">&lt;b&gt;A</title>', "A", "de"),
        ('<feed><entry xml:lang="de"><title>x</title></entry></feed>', None, None),
        ('{"version": "https://jsonfeed.org/version/1.1", "title": "A <b>", "language": "pt_br"}', "A", "pt-BR"),
        ('{"version": "https://jsonfeed.org/version/1.1"', None, None),
        ("<rss><channel><title></title><language>{{x}}</language>", None, None),
    ],
)
def test_a_feed_says_its_title_and_language(feed: str, title: str | None, language: str | None) -> None:
    """Those of the feed, never of an entry or a logo; in plain text."""
    data = feed.encode("cp1251")
    assert (discovery.feed_title(data), discovery.language_of(data)) == (title, language)


# List pages

LIST = """<header><a href="/">Home</a></header><main>
  <article><a href="/a?x=1"><img src=a.png alt=""></a><h2><a href="/a?x=1#top">First
     <em>piece</em></a></h2></article>
  <article><h2><a href="b/../c">Second &lt;i&gt;</a></h2><a href="#comments">3 comments</a></article>
  <article><a href="https://other.example.com/d"><h2>Third</h2></a></article>
  <article><h2><a href="mailto:a@example.org">Write</a></h2></article>
</main>"""


def links(html: str, selector: str) -> list[tuple[str, str]]:
    return [(link.url, link.title) for link in article_links(html.encode(), PAGE, selector, "gazette")]


@pytest.mark.parametrize("selector", ["article a", "article", "main article h2", "article a, article h2"])
def test_a_list_page_gives_its_articles(selector: str) -> None:
    """Absolute, each once, in order; the selector may pick the link, something inside it or around it."""
    found = links(LIST, selector)
    assert [url for url, _ in found] == [
        "https://gazette.example.org/a?x=1",
        "https://gazette.example.org/news/c",
        "https://other.example.com/d",
    ]
    assert [title for _, title in found][1:] == ["Second <i>", "Third"]


def test_a_link_is_called_by_its_words() -> None:
    """A picture that leads to the same article hides no headline; without words, what describes it counts."""
    assert links(LIST, "article a")[0] == ("https://gazette.example.org/a?x=1", "First piece")
    html = '<a href="/1" aria-label="One"></a><a href="/2"><img alt="Two"></a><a href="/3"> </a>'
    assert [title for _, title in links(html, "a")] == ["One", "Two", ""]


def test_links_to_the_page_itself_are_none() -> None:
    """By a fragment, by its whole address, by nothing at all."""
    html = f'<a href="#x">1</a><a href="{PAGE}#y">2</a><a href="">3</a><a href="/other">4</a>'
    assert links(html, "a") == [("https://gazette.example.org/other", "4")]


def test_a_page_has_no_end_of_links() -> None:
    """200 are read."""
    html = "".join(f'<a href="/{at}">{at}</a>' for at in range(MAX_LINKS + 50))
    assert links(html, "a")[-1] == (f"https://gazette.example.org/{MAX_LINKS - 1}", str(MAX_LINKS - 1))


@pytest.mark.parametrize("selector", ["a[[", "article >", "::before", "123", ".x{}", ""])
def test_a_selector_that_is_none_is_told(selector: str) -> None:
    """With one that would do."""
    with pytest.raises(SourceError, match="gazette: `links` is no CSS selector: .*; write one such as: main h2 a"):
        links(LIST, selector)


@pytest.mark.parametrize(
    ("html", "selector", "told"),
    [
        (
            LIST,
            "section h3 a",
            r"`links` picks nothing \(section h3 a\), and the page has 7 links; .* mend the selector",
        ),
        ("<p>x</p>", "p", "the page has 0 links; its list may be made by a program"),
        ('<p>x</p><a href="/1">1</a>', "p", r"`links` picks 1 elements, none of which leads .*\(the page has 1 link\)"),
    ],
)
def test_a_selector_that_picks_no_link_is_told(html: str, selector: str, told: str) -> None:
    """With how many links there are, so that an editor sees whether the page or the selector is at fault."""
    with pytest.raises(SourceError, match=told):
        links(html, selector)
