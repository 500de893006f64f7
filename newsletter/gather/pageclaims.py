"""What a page says about itself: JSON-LD, meta elements, and parts that its classes name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from newsletter.gather import rights, stamps
from newsletter.gather.addresses import link_of, same_host
from newsletter.gather.blocks import Block, Claims
from newsletter.gather.head import same
from newsletter.gather.markup import Element, is_hidden, text_of
from newsletter.model.item import Author, Stamp
from newsletter.text import sanitise

_ARTICLE = re.compile(r"(?i)(?:\w*Article|BlogPosting|Report|Review)$")
_LABELS = {"AnalysisNewsArticle": "Analysis", "OpinionNewsArticle": "Opinion", "ReviewNewsArticle": "Review"}
_KICKER = re.compile(r"(?i)(?:^|[\s_-])(?:kicker|eyebrow|overline|topper|rubric|series-?(?:name|title)?)(?:$|[\s_-])")
_DECK = re.compile(r"(?i)(?:^|[\s_-])(?:deck|dek|standfirst|sub-?title|sub-?head(?:line)?|strapline)(?:$|[\s_-])")
_RELATED = re.compile(r"(?i)(?:^|[\s_-])(?:related|read-?more|see-?also|more-?stories)(?:$|[\s_-])")
_FOOT = re.compile(r"(?i)copyright|rights|legal|footer|colophon")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_SEPARATOR = re.compile(r"\s+[|·•–—-]\s+|\s*[|_]\s*")
_PUBLISHED = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.date", "pubdate")
_MODIFIED = ("article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified")
_MOST_PIECES = 500  # of the foot of a page
_MOST = 12  # related links of one page, authors of one text


def claims_of(tree: Element, data: Sequence[str], url: str | None) -> Claims:
    """What a page claims. `data` are its JSON-LD scripts, `url` where it was found.

    Only what the page states: no date is guessed. A canonical link counts when it stays on the page's host.
    """
    article = _article_of(data)
    meta = _meta(tree)
    title = _title(tree, article, meta)
    link = _link(tree, meta, url)
    return Claims(
        link=link,
        title=title,
        kicker=_marked(tree, _KICKER, 80),
        deck=_marked(tree, _DECK, 400),
        label=_LABELS.get(str(article.get("@type"))),
        authors=_authors(article, meta, tree),
        published=_stamp(_said(article, "datePublished"), *(meta.get(name) for name in _PUBLISHED), *_times(tree)),
        updated=_stamp(_said(article, "dateModified"), *(meta.get(name) for name in _MODIFIED)),
        language=_language(tree, meta, article),
        notice=_notice(tree),
        related=tuple(_related(tree, link or url))[:_MOST],
    )


def _article_of(data: Sequence[str]) -> dict[str, Any]:
    """The first article among the things that JSON-LD scripts describe; empty when there is none."""
    for written in data:
        try:
            things = json.loads(written[:300_000])
        except (ValueError, RecursionError):
            continue
        for thing in _things(things, 4):
            kinds = thing.get("@type")
            kind = next((one for one in (kinds if isinstance(kinds, list) else [kinds]) if _is_article(one)), None)
            if kind:
                return {**thing, "@type": kind}
    return {}


def _is_article(kind: object) -> bool:
    return isinstance(kind, str) and bool(_ARTICLE.match(kind))


def _things(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth and isinstance(value, list):
        for one in value[:100]:
            yield from _things(one, depth - 1)
    elif depth and isinstance(value, dict):
        yield value
        yield from _things(value.get("@graph"), depth - 1)
        yield from _things(value.get("mainEntity"), depth - 1)


def _said(thing: dict[str, Any], key: str) -> str | None:
    value = thing.get(key)
    value = value[0] if isinstance(value, list) and value else value
    return sanitise.plain(value[: 2 * sanitise.MAX_FIELD]) if isinstance(value, str) else None


def _meta(tree: Element) -> dict[str, str]:
    """The first content under each name, in small letters."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = sanitise.line(element.get("content") or "")
        for key in ("property", "name", "itemprop"):
            name = (element.get(key) or "").lower()
            if name and content:
                found.setdefault(name, content)
    return found


def _title(tree: Element, article: dict[str, Any], meta: dict[str, str]) -> str:
    """The headline: a first-order heading that the page's own title repeats; else what metadata say."""
    window = next((text_of(element) for element in tree.iter("title")), "")
    headings = [text for element in tree.iter("h1") if not is_hidden(element) and (text := text_of(element))]
    said = _said(article, "headline") or meta.get("og:title") or meta.get("twitter:title") or ""
    repeated = [text for text in headings if same(text) and same(text) in same(f"{window} {said}")]
    if repeated:
        return max(repeated, key=len)
    if said or not headings:
        return _without_site(said or window, meta.get("og:site_name", ""))
    return headings[0]


def _without_site(title: str, site: str) -> str:
    """A page's title without the name of the site behind it."""
    pieces = _SEPARATOR.split(title)
    if len(pieces) < 2:
        return title
    last = pieces[-1]
    if same(last) == same(site) or (len(last.split()) <= 4 and len(last) < len(title) / 2):
        return title[: title.rfind(last)].rstrip(" |·•–—-_") or title
    return title


def _link(tree: Element, meta: dict[str, str], url: str | None) -> str | None:
    found_at = link_of(url) if url else None
    written = [element.get("href") or "" for element in tree.iter("link") if "canonical" in (element.get("rel") or "")]
    for candidate in [*written, meta.get("og:url", "")]:
        link = link_of(candidate, found_at) if candidate else None
        if link and (found_at is None or same_host(link, found_at)):
            return link
    return found_at


def _marked(tree: Element, form: re.Pattern[str], longest: int) -> str | None:
    """The first short part that a class names; None when there is none."""
    for element in tree.iter("p", "div", "span", "h2", "h3", "a", "strong"):
        if form.search(element.get("class") or "") and 0 < len(text := text_of(element, longest + 1)) <= longest:
            return text
    return None


def _authors(article: dict[str, Any], meta: dict[str, str], tree: Element) -> tuple[Author, ...]:
    said = article.get("author")
    found = [_author(one) for one in (said if isinstance(said, list) else [said])]
    if not any(found):
        marked = [element for element in tree.iter("a", "span") if "author" in (element.get("rel") or "").split()]
        names = [text_of(element) for element in marked] or [meta.get("author", "")]
        found = [
            Author(name=name) for name in names if name and not re.search(r"https?:|@|/", name) and len(name) <= 80
        ]
    by_name = {same(author.name): author for author in reversed(found) if author and same(author.name)}
    own = same(meta.get("og:site_name", ""))
    return tuple(author for name, author in reversed(by_name.items()) if name != own)[:_MOST]


def _author(said: object) -> Author | None:
    if isinstance(said, str):
        said = {"name": said}
    if not isinstance(said, dict) or said.get("@type") == "Organization":
        return None
    name = (_said(said, "name") or "")[:200]
    place = said.get("affiliation") or said.get("worksFor")
    institution = _said(place, "name") if isinstance(place, dict) else None
    return Author(name=name, role=_said(said, "jobTitle") or None, institution=institution or None) if name else None


def _times(tree: Element) -> Iterator[str]:
    """The times that mark themselves as the publication's, then the first time of the article's head."""
    times = [element for element in tree.iter("time") if element.get("datetime")]
    marked = [one for one in times if one.get("pubdate") is not None or one.get("itemprop") == "datePublished"]
    yield from (one.get("datetime") for one in marked)
    if len(times) == 1:
        yield times[0].get("datetime")


def _stamp(*written: str | None) -> Stamp | None:
    """The first that can be read, else the first; None when nothing is written."""
    found = [stamps.parse(sanitise.line(one)) for one in written if one and one.strip()]
    return next((stamp for stamp in found if stamp.wall), found[0] if found else None)


def _language(tree: Element, meta: dict[str, str], article: dict[str, Any]) -> str | None:
    root = next(tree.iter("html"), None)
    said = root.get("lang") if root is not None else None
    for written in (said, _said(article, "inLanguage"), meta.get("og:locale"), meta.get("content-language")):
        if written and _LANGUAGE.fullmatch(written.strip()):
            first, *rest = re.split("[-_]", written.strip())
            return "-".join((first.lower(), *rest))
    return None


def _notice(tree: Element) -> str | None:
    """What the foot of the page forbids. "All rights reserved" stands below every page and is no notice."""
    elements = tree.iter("footer", "div", "p", "section", "small")
    feet = (one for one in elements if one.tag == "footer" or _FOOT.search(f"{one.get('class')} {one.get('id')}"))
    pieces = (piece for foot in feet for piece in foot.iter("p", "div", "span", "small", "footer", "li"))
    return next((text for piece in islice(pieces, _MOST_PIECES) if rights.forbids(text := text_of(piece))), None)


def _related(tree: Element, base: str | None) -> Iterator[Block]:
    """Links that a part named for related pieces holds, when their text is a headline's length."""
    for element in tree.iter("aside", "div", "section", "ul", "p"):
        if not _RELATED.search(f"{element.get('class')} {element.get('id')}"):
            continue
        for anchor in islice(element.iter("a"), 4 * _MOST):
            text, url = text_of(anchor), link_of(anchor.get("href") or "", base)
            if url and (len(text.split()) >= 4 or re.search(r"[\u3400-\u9fff]{6}", text)):
                yield Block(text, url=url)
