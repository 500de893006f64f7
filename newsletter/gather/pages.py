"""Web pages as entries. trafilatura tells the text from what stands around it; the page itself tells the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from trafilatura import bare_extraction, load_html

from newsletter.gather import prose
from newsletter.gather.blocks import Block, Claims, Kind
from newsletter.gather.charsets import decoded
from newsletter.gather.head import same
from newsletter.gather.headlines import is_short
from newsletter.gather.markup import Element, blocks_of
from newsletter.gather.pageclaims import claims_of
from newsletter.gather.tame import MAX_HTML, tamed
from newsletter.model.errors import SourceError
from newsletter.model.item import Original, Reading
from newsletter.model.source import Source

# Parts of a page that are not its text, where trafilatura found none and the whole page is read.
_AROUND = re.compile(
    r"(?i)(?:^|[\s_-])(?:cookies?|consent|comments?|share|social|sharing|nav|menu|breadcrumbs?|sidebar|footer|banner|advert"
    r"|newsletter|signup|subscribe|related|pagination|skip|popup|modal)(?:$|[\s_-])"
)
_GAP, _TELLING = 400, 20  # letters that a page may lack of what was found; letters of a block that is told by them
_ENOUGH = 120  # characters; a text that is shorter is not believed to be all


def read(data: bytes, url: str | None, source: Source, charset: str | None = None) -> Reading:
    """The entry of a web page, and the untouched page. `charset` is what the server said.

    Navigation, cookie bars, comments and footers are left out. Raises `SourceError` for a page without any text.
    """
    return _read(data, Claims(link=url), source, charset, "web page")


def read_file(data: bytes, guid: str, link: str | None, source: Source) -> Reading:
    """The entry of a page that was saved as a file, with the identity of the file."""
    return _read(data, Claims(guid=guid, link=link), source, None, "web page")


def _read(data: bytes, given: Claims, source: Source, charset: str | None, method: str) -> Reading:
    if not data.strip():
        raise SourceError(source.id, "the page is empty; ask for it again, or remove the source")
    text = decoded(data[: 4 * MAX_HTML], charset)
    html, scripts = tamed(text)
    tree = load_html(html)
    if tree is None:
        raise SourceError(source.id, "this is no web page; check the file, or the address it came from")
    claims = replace(claims_of(tree, scripts, given.link), guid=given.guid)
    blocks = _blocks(html, tree, claims)
    blocks, claims = _above_the_headline(blocks, claims)
    warnings = [f"only the first {MAX_HTML // 1_000_000} MB of the page were read"] if len(text) > MAX_HTML else []
    entry = prose.entry(blocks, claims, source, method, warnings, marked=True)
    return Reading(entry, Original(media_type="text/html", data=data))


def _blocks(html: str, tree: Element, claims: Claims) -> tuple[Block, ...]:
    """The text of the page: what trafilatura takes for it, in the blocks that the page itself makes."""
    document = bare_extraction(
        html,
        url=claims.link,
        include_comments=False,
        include_links=True,
        include_formatting=True,
        include_tables=True,
    )
    body = getattr(document, "body", None)
    found = blocks_of(body, claims.link, simplified=True) if body is not None else ()
    _drop_what_stands_around(tree)
    whole = blocks_of(next(tree.iter("body"), tree), claims.link)
    if sum(len(block.text) for block in found) < _ENOUGH:
        return whole or found
    return _as_marked(found, whole)


def _drop_what_stands_around(tree: Element) -> None:
    """Removes what is marked as furniture, unless the article stands in it: some pages mark everything."""
    for element in list(tree.iter("nav", "footer", "aside", "div", "section", "ul", "form")):
        marked = element.tag in ("nav", "footer", "aside", "form") or _AROUND.search(element.get("class") or "")
        if marked and element.getparent() is not None and next(element.iter("h1", "article", "main"), None) is None:
            element.drop_tree()


def _as_marked(found: tuple[Block, ...], whole: Sequence[Block]) -> tuple[Block, ...]:
    """The text that was found, in the page's own paragraphs, under its own headings.

    QUIRK: of a short text trafilatura loses the headings, or makes one paragraph. So its words only choose among the
    page's blocks, in their order; where they do not fit together, what it found is taken as it is.
    """
    words = "".join(same(block.text) for block in found)
    kept: list[Block] = []
    headings: list[Block] = []  # directly above the next block
    at = covered = 0
    for block in whole:
        key = same(block.text)
        place = words.find(key, at, at + len(key) + (_GAP if len(key) > _TELLING else 0))
        if key and place >= 0:
            kept += [*headings, block]
            headings, at, covered = [], place + len(key), covered + len(key)
        elif block.kind is Kind.HEADING:
            headings.append(block)
        elif key:
            headings = []
    return tuple(kept) if covered >= 0.95 * len(words) else found


def _above_the_headline(blocks: Sequence[Block], claims: Claims) -> tuple[tuple[Block, ...], Claims]:
    """The blocks from the headline on; a short line directly above it is the kicker when no class names one."""
    top = next((at for at, block in enumerate(blocks[:12]) if same(block.text) == same(claims.title)), None)
    if not top:
        return tuple(blocks), claims
    above = blocks[top - 1]
    usable = above.kind is Kind.PARAGRAPH and above.url is None and is_short(above.text)
    if usable and not claims.kicker and same(above.text) != same(claims.deck or ""):
        claims = replace(claims, kicker=above.text)
    known = {same(claims.kicker or ""), same(claims.title)}
    kept = [block for block in blocks[:top] if same(block.text) not in known and not is_short(block.text)]
    return (*kept, *blocks[top:]), claims
