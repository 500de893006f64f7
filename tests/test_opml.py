"""OPML: what other programs write is taken in, what we write comes back as it was."""

from __future__ import annotations

from contextlib import suppress
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.gather.opml import OURS, Opml, OpmlOutline, read_opml, source_of, write_opml
from newsletter.model.errors import ContentError
from newsletter.model.source import RightsPolicy, Source, SourceKind
from newsletter.model.urls import parse_url
from newsletter.text import sanitise
from tests.conftest import SOAK

CREATED = "Wed, 25 Nov 2026 13:00:00 GMT"


def opml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">') -> bytes:
    return f"{head}<head><title>T</title></head><body>{body}</body></opml>".encode()


def feed(title: str, url: str) -> str:
    return f'<outline type="rss" text="{title}" xmlUrl="{url}"/>'


def read(body: str) -> Opml:
    return read_opml(opml(body))


def test_folders_become_categories() -> None:
    """The outermost first; what a feed is filed under besides comes behind them."""
    found = read(
        '<outline text="Ports"><outline title="Asia" text="x">'
        '<outline type="rss" text="A" title="The A" xmlUrl="https://a.example.com/f" htmlUrl="https://a.example.com/"'
        ' category="/trade/tariffs,Asia" language="en-gb"/></outline></outline>' + feed("B", "https://b.example.com/f")
    )
    assert found == Opml(
        (
            OpmlOutline(
                "The A",
                "https://a.example.com/f",
                "https://a.example.com/",
                ("Ports", "Asia", "trade", "tariffs"),
                "en-gb",
            ),
            OpmlOutline("B", "https://b.example.com/f", None, ()),
        ),
        (),
    )


def test_opml_1_0_and_odd_spellings_are_read() -> None:
    """Attributes in any case, no type, a feed without a title."""
    data = opml('<OUTLINE xmlurl="http://a.example.com/f" HTMLURL="http://a.example.com"/>', '<opml version="1.0">')
    assert [(one.title, one.page_url) for one in read_opml(data).outlines] == [
        ("a.example.com", "http://a.example.com")
    ]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Ports & Pauses", "Ports & Pauses"),
        ("AT&T;", "AT&T;"),
        ("Ports &amp; Pauses &lt;1&gt; &#8211; x", "Ports & Pauses <1> – x"),
        ("Caf&eacute;&nbsp;&copy", "Café &copy"),
        ("&LT;b&QUOT;", '<b"'),
        ("A\n  B\u202e", "A B"),
    ],
)
def test_a_title_is_read_as_it_was_meant(written: str, title: str) -> None:
    """A bare "&" and the signs that only HTML names are common."""
    assert [one.title for one in read(feed(written, "https://a.example.com/")).outlines] == [title]


def test_a_bare_ampersand_in_an_address_is_kept() -> None:
    """Though what follows looks like a sign of HTML."""
    (one,) = read(feed("A", "https://a.example.com/?a=1&copy=2&amp;lt=3")).outlines
    assert one.feed_url == "https://a.example.com/?a=1&copy=2&lt=3"


def test_what_is_no_feed_is_left_out_and_told() -> None:
    """Each with its reason; the others are taken."""
    found = read(
        feed("Script", "javascript:alert(1)")
        + feed("File", "file:///etc/passwd")
        + feed("A", "https://a.example.com/f")
        + feed("A again", "https://a.example.com/f#x")
        + '<outline type="link" text="Page" url="https://b.example.com/"/>'
        + '<outline type="include" text="More" url="https://b.example.com/x.opml"/><outline text="Note"/>'
    )
    assert [one.title for one in found.outlines] == ["A"]
    assert found.left_out == (
        "Script: javascript:alert(1) is no http(s) address",
        "File: file:///etc/passwd is no http(s) address",
        "A again: its feed stands in the list already",
        "Page: it names a page and no feed; add the page as a source",
        "More: it stands for another list; import that one as well",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1251"])
def test_a_list_is_decoded_as_it_says(encoding: str) -> None:
    """By its mark, or by its declaration."""
    title = "Вести" if encoding != "iso-8859-1" else "Blätter"
    declared = encoding.removesuffix("-sig")
    text = opml(feed(title, "https://a.example.com/"), f'<?xml version="1.0" encoding="{declared}"?><opml>').decode()
    assert [one.title for one in read_opml(text.encode(encoding)).outlines] == [title]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the list: |this is not XML"),
        (b"<opml><body>", r"the list:1: this is not XML \(no element found\); mend it, or export the list again"),
        (b"<opml>\n<body>\n</opml>", r"the list:3: this is not XML \(mismatched tag\)"),
        (b"<rss version='2.0'/>", "the list:1: this is no OPML, it begins with <rss>; export the list as OPML"),
        (b"\n<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "a document type is declared, which OPML has none of; remove"),
        (b"<!DOCTYPE opml SYSTEM 'file:///etc/passwd'><opml/>", "a document type is declared"),
        (opml("<outline text='x'>" * 60 + "</outline>" * 60), "it is nested more than 50 deep"),
        (opml("<a>" * 100_000), "it is nested more than 50 deep"),
        (opml("<outline/>" * 5_001), "it has more than 5,000 outlines; split it"),
        (b"<opml>" + b" " * 5_000_000, "the file is larger than 5 MB; split it"),
        (b"<?xml version='1.0' encoding='base64'?><opml", "this is not XML"),
        (b"PK\x03\x04", "this is not XML"),
    ],
)
def test_what_is_no_opml_is_told(data: bytes, told: str) -> None:
    """With the line, and what to do."""
    with pytest.raises(ContentError, match=told):
        read_opml(data, "the list")


def test_a_feed_of_unknown_rights_gets_the_careful_ones() -> None:
    """Name, address and language come out of the list, the id out of the name."""
    outline = OpmlOutline("The Harbour Wire", "https://wire.example.com/f", None, ("Ports",), "EN_gb")
    source = source_of(outline, {"gazette", "harbour-wire"})
    assert source == Source(
        id="harbour-wire-2",
        name="The Harbour Wire",
        kind=SourceKind.FEED,
        url="https://wire.example.com/f",
        rights=RightsPolicy.SUMMARISE,
        language="en-GB",
    )


def test_a_claim_that_does_not_fit_costs_no_other() -> None:
    """A zone that this machine does not know makes a source no freer."""
    ours = (("id", "Not an id"), ("rights", "do not use"), ("zone", "Mars/Olympus"), ("quote_limit", "many"))
    source = source_of(OpmlOutline("A", "https://a.example.com/f", None, (), "{{lang}}", ours), set())
    assert (source.id, source.rights, source.zone) == ("a", RightsPolicy.DO_NOT_USE, None)
    assert (source.quote_limit, source.language) == (0, "en")


def test_an_exported_id_that_is_taken_is_not_given_twice() -> None:
    """The rest of the source is as it was."""
    outline = OpmlOutline("A", "https://a.example.com/f", None, (), None, (("id", "wire"), ("rights", "ours")))
    assert source_of(outline, set()).id == "wire"
    assert (source_of(outline, {"wire"}).id, source_of(outline, {"wire"}).rights) == ("a", RightsPolicy.OURS)


def test_another_programs_attributes_are_not_ours() -> None:
    """Only our own namespace says what a source may be used for."""
    head = '<opml version="2.0" xmlns:newsletter="https://other.example.com/">'
    body = '<outline text="A" xmlUrl="https://a.example.com/" newsletter:rights="ours" rights="ours"/>'
    (one,) = read_opml(opml(body, head)).outlines
    assert source_of(one, set()).rights is RightsPolicy.SUMMARISE


slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(sanitise.line).filter(bool)
sources = st.builds(
    Source,
    id=slugs,
    name=names,
    kind=st.just(SourceKind.FEED),
    url=st.from_regex(r"https?://[a-z]{1,9}\.example\.com/[a-z0-9?&=;%'!$,.~]{0,30}", fullmatch=True).map(parse_url),
    rights=st.sampled_from(RightsPolicy),
    quote_limit=st.integers(0, 500),
    language=st.sampled_from(["en", "zh-Hans", "pt-BR"]),
    zone=st.sampled_from([None, "Asia/Hong_Kong", "UTC"]),
    fills=st.lists(slugs, max_size=3).map(tuple),
    paused=st.booleans(),
)


@settings(max_examples=5_000 if SOAK else 80)
@given(st.lists(sources, max_size=5, unique_by=(lambda one: one.id, lambda one: one.url)), names)
def test_what_we_write_we_read_back(listed: list[Source], title: str) -> None:
    """Every feed on the web, with all that its publication knows of it."""
    data = write_opml(listed, title, CREATED)
    found = read_opml(data)
    assert [source_of(one, set()) for one in found.outlines] == listed
    assert found.left_out == ()


def test_what_we_write_others_can_read() -> None:
    """OPML 2.0: a version, a head, a type, a text and an address for each; sources that are no feeds are left out."""
    listed = [
        Source(
            id="a",
            name='A & "B" <C>',
            kind=SourceKind.FEED,
            url="https://a.example.com/?x=1&y=2",
            rights=RightsPolicy.OURS,
        ),
        Source(id="b", name="B", kind=SourceKind.FEED, path="seeds/b.xml", rights=RightsPolicy.OURS),
        Source(id="c", name="C", kind=SourceKind.PAGE, url="https://c.example.com/", rights=RightsPolicy.OURS),
    ]
    data = write_opml(listed, "Our \0sources", CREATED)
    root = Xml.fromstring(data)
    assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<opml ")
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [(one.tag, one.text) for one in root.findall("head/*")] == [
        ("title", "Our sources"),
        ("dateCreated", CREATED),
    ]
    assert [one.attrib for one in root.findall("body/outline")] == [
        {
            "type": "rss",
            "text": 'A & "B" <C>',
            "title": 'A & "B" <C>',
            "xmlUrl": "https://a.example.com/?x=1&y=2",
            "language": "en",
            f"{{{OURS}}}id": "a",
            f"{{{OURS}}}rights": "ours",
        }
    ]


@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Whatever a file holds, it is read or told."""
    for attempt in (data, b"<opml><body><outline text='" + data + b"'/></body></opml>"):
        with suppress(ContentError):
            read_opml(attempt)
