"""List pages: the articles that a page links to, picked by a CSS selector. Source: Selectors Level 4."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from newsletter.gather.discovery import absolute, base_of, parsed
from newsletter.gather.parsed import FoundLink
from newsletter.model.errors import SourceError
from newsletter.model.shape import shown
from newsletter.text import sanitise

MAX_LINKS = 200  # of one page; a page that lists more is an archive, and the newest stand first


def article_links(html: bytes, url: str, selector: str, source: str = "") -> tuple[FoundLink, ...]:
    """The links that the selector picks from the page at `url`: each once, in the page's order, 200 at most.

    What it picks may be the link itself, something inside it or something around it. Links to the page itself are
    dropped. Raises `SourceError` for a selector that is none, or that picks no link.
    """
    page = parsed(html)
    base = base_of(page, url)
    try:
        picked = page.css(selector)
    except SelectolaxError as error:
        what = f"`links` is no CSS selector: {shown(selector)}; write one such as: main h2 a"
        raise SourceError(source, what) from error
    here = absolute(url, url)
    found: dict[str, FoundLink] = {}
    for node in picked:
        link = _link(node)
        address = absolute(link.attributes.get("href") or "", base) if link else None
        if link is None or address is None or address == here:
            continue
        # A picture that links comes before its headline as a rule, and has no words.
        known = found.get(address)
        if len(found) < MAX_LINKS if known is None else not known.title:
            found[address] = FoundLink(address, _title(link))
    if not found:
        raise SourceError(source, _nothing(page, selector, len(picked)))
    return tuple(found.values())


def _link(node: LexborNode) -> LexborNode | None:
    """The link that a picked element is, holds or stands in."""
    if _is_link(node):
        return node
    if (inner := node.css_first("a[href]")) is not None:
        return inner
    around = node.parent
    while around is not None and not _is_link(around):
        around = around.parent
    return around


def _is_link(node: LexborNode) -> bool:
    return node.tag == "a" and "href" in node.attributes


def _title(link: LexborNode) -> str:
    pictures = [node.attributes.get("alt") for node in link.css("img[alt]")]
    claims = (link.text(separator=" "), link.attributes.get("aria-label"), link.attributes.get("title"), *pictures)
    return next((title for claim in claims if claim and (title := sanitise.line(claim))), "")


def _nothing(page: LexborHTMLParser, selector: str, picked: int) -> str:
    links = len(page.css("a[href]"))
    there = f"the page has {links} link{'' if links == 1 else 's'}"
    if not links:
        return f"{there}; its list may be made by a program in the browser: look for a feed of it"
    if picked:
        return f"`links` picks {picked} elements, none of which leads to another page ({there}); mend the selector"
    return f"`links` picks nothing ({shown(selector)}), and {there}; the page may have changed: mend the selector"
