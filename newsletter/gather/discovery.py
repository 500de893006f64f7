"""Finding the feed of a page, and what a new source may be called. Pure: what is found is fetched by others.

Source: HTML Living Standard 4.6.7.1 (rel=alternate) and 4.2.3 (base); RSS Advisory Board, RSS Autodiscovery.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from newsletter.gather.addresses import link_of
from newsletter.gather.feedclaims import feed_language, language_tag
from newsletter.gather.feedclaims import feed_title as feed_title
from newsletter.gather.sniff import is_feed as is_feed
from newsletter.text import sanitise

MAX_PAGE = 3_000_000  # octets of a page that are looked at
MAX_FOUND = 30  # feeds of one page
_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
)
_COMMENTS = re.compile(r"(?i)\bcomments?\b|commentaires|comentarios|kommentare|reacties|评论|評論|コメント")
_USUAL = ("feed", "rss.xml", "atom.xml", "feed.xml", "index.xml", "rss", "feed.json", "feeds/posts/default")
_PARTING = re.compile(r"\s+[|»·:—–-]+\s+|\s*[|»]\s*|::")  # between a page's name and its site's


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page names."""

    url: str  # absolute http(s) address
    title: str  # plain text; "" where the page gives none
    media_type: str  # as the page claims, in small letters, without parameters


def feeds_in(html: bytes, url: str) -> tuple[FoundFeed, ...]:
    """The feeds that a page at `url` names, each once, in its order but for feeds of comments, which stand last."""
    page = parsed(html)
    base = base_of(page, url)
    found: dict[str, FoundFeed] = {}
    for link in page.css("link[href]"):
        media_type = (link.attributes.get("type") or "").partition(";")[0].strip().lower()
        relations = (link.attributes.get("rel") or "").lower().split()
        address = absolute(link.attributes.get("href") or "", base)
        if address is None or media_type not in _TYPES or not {"alternate", "feed"} & set(relations):
            continue
        # QUIRK: WordPress names its programming interface in the same way as a feed.
        if media_type == "application/json" and "/wp-json/" in address:
            continue
        title = sanitise.line(link.attributes.get("title") or "")
        found.setdefault(address, FoundFeed(address, title, media_type))
    # sorted() keeps the order of equals
    return tuple(sorted(found.values(), key=lambda feed: bool(_COMMENTS.search(f"{feed.title} {feed.url}"))))[
        :MAX_FOUND
    ]


def guesses(url: str) -> tuple[str, ...]:
    """Where a page's feed may lie though it names none, the likeliest first: beside the page, then at the root."""
    page = urlsplit(url)._replace(query="", fragment="")
    folder = page.path.rpartition("/")[0] if "." in page.path.rpartition("/")[2] else page.path.rstrip("/")
    places = dict.fromkeys(page._replace(path=f"{path}/").geturl() for path in (folder, ""))
    return tuple(urljoin(place, name) for place in places for name in _USUAL)


def page_title(html: bytes) -> str | None:
    """The title of a page in plain text; None where it has none."""
    page = parsed(html)
    node = page.css_first("head title") or page.css_first("title")
    return (sanitise.line(node.text()) if node else "") or None


def language_of(data: bytes) -> str | None:
    """The language that a page or a feed claims (BCP 47); None where it claims none that is one."""
    if is_feed(data):
        return language_tag(feed_language(data) or "")
    page = parsed(data)
    claims = []
    if page.root is not None:
        claims += [page.root.attributes.get("lang"), page.root.attributes.get("xml:lang")]
    for node in page.css("meta[content]"):
        name = (node.attributes.get("http-equiv") or node.attributes.get("property") or "").lower()
        if name in ("content-language", "og:locale"):
            claims.append(node.attributes.get("content"))
    return next((tag for claim in claims if claim and (tag := language_tag(claim))), None)


def suggest_id(title: str, host: str, taken: Set[str]) -> str:
    """An id for a new source: out of its title, else its host or address; with a number behind it when it is taken."""
    name = _slug(_PARTING.split(title.strip())[0])
    if not re.search("[a-z]", name):
        labels = re.sub(r"^https?://|[/:?#].*$", "", host.lower()).removeprefix("www.").split(".")
        name = _slug("-".join(labels[:-1] or labels)) or "source"
    number = 1
    while (one := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return one


def _slug(text: str) -> str:
    """At most 30 characters, cut between words."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("’", "").replace("'", ""))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    if len(words) > 1 and words[0] in ("the", "a", "an"):
        words = words[1:]
    slug = words[0][:30] if words else ""
    for word in words[1:]:
        if len(slug) + len(word) >= 30:
            break
        slug += f"-{word}"
    return slug


def parsed(html: bytes) -> LexborHTMLParser:
    """A page as a tree, decoded as it says of itself."""
    return LexborHTMLParser(html[:MAX_PAGE], encoding=True)


def base_of(page: LexborHTMLParser, url: str) -> str:
    """What the links of a page are relative to: its first `base`, itself relative to the page's address."""
    node = page.css_first("base[href]")
    return (absolute(node.attributes.get("href") or "", url) if node else None) or url


def absolute(href: str, base: str) -> str | None:
    """The http(s) address that a browser would go to, without its fragment; None for any other."""
    # A browser strips what stands around, drops line breaks and tabs, and encodes spaces within: URL Standard 4.4.
    written = re.sub(r"[\t\n\r]", "", href.strip(" \t\n\r\f\0")).replace(" ", "%20")
    written = re.sub(r"(?i)^feed:(?://)?(?=https?:)", "", written)  # how pages once called a feed reader
    written = re.sub(r"(?i)^feed://", "https://", written)
    address = link_of(written, base)
    return urldefrag(address).url if address else None
