"""The head of a text: kicker, headline, deck, byline and stamps, taken off the paragraphs they stand among."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from newsletter.gather import stamps
from newsletter.gather.blocks import Block, Claims, Kind
from newsletter.gather.headlines import is_furniture, is_label, is_question, is_short, without_comments
from newsletter.model.item import Author, Stamp
from newsletter.text.dates import MONTHS, find_dates

_REACH = 14  # blocks from the top, within which a head ends
_PUBLISHED = (
    r"(?:first )?(?:published|posted|issued)|(?:publication )?date|"
    r"发布(?:时间|日期|于)?|發佈(?:時間|日期|於)?|發布(?:時間|日期|於)?"
)
_UPDATED = r"(?:last )?(?:updated|modified|revised)|更新(?:时间|日期|于|時間|於)?"
_STAMP_NAME = re.compile(rf"(?i)(?:(?P<published>{_PUBLISHED})|(?P<updated>{_UPDATED}))(?: on| at)?\s*[:：]?\s*(?=\S)")
_BY = re.compile(r"(?i)(?:(?:written |reported )?by\b\s*:?|(?:作者|撰文|记者|記者|文)\s*[:：/／])\s*")
_AND = re.compile(r"\s*(?:,? and |,|&|;|、|，|/)\s*")
_NAME = re.compile(r"(?:[^\W\d_][\w.'’-]*\s+){0,4}[^\W\d_][\w.'’-]*")
_PARTICLES = {
    "de",
    "la",
    "van",
    "der",
    "den",
    "von",
    "al",
    "bin",
    "da",
    "di",
    "del",
    "du",
    "le",
    "ten",
    "ter",
    "y",
    "e",
}
_HAN = re.compile(r"[\u3400-\u9fff]")
_STOP = re.compile(r"[.!?…。！？]['\"’”」』)）]*$")


@dataclass(slots=True)
class Head:
    """What stands above a text. Filled while the blocks are read; afterwards nobody changes it."""

    title: str = ""
    kicker: str | None = None
    deck: str | None = None
    label: str | None = None
    authors: tuple[Author, ...] = ()
    published: Stamp | None = None
    updated: Stamp | None = None
    body: list[Block] = field(default_factory=list)  # what is left


def read_head(blocks: Sequence[Block], claims: Claims) -> Head:
    """The head of a text, and its body without it. What `claims` vouches for is not guessed again.

    An empty author after "By" stays empty; a date is never an author.
    """
    head = Head(
        claims.title, claims.kicker, claims.deck, claims.label, claims.authors, claims.published, claims.updated
    )
    known = {same(text) for text in (claims.title, claims.kicker, claims.deck, claims.label) if text}
    lines, rest = _lines(blocks, head, known)
    _title(lines, head)
    head.body = [*lines, *rest]
    return head


def _lines(blocks: Sequence[Block], head: Head, known: set[str]) -> tuple[list[Block], list[Block]]:
    """The short lines at the top that could be headline, kicker or deck, and the rest; stamps and bylines are taken."""
    lines: list[Block] = []
    dated = False
    for at, block in enumerate(blocks):
        text = without_comments(block.text)
        if at >= _REACH or block.url:
            return lines, list(blocks[at:])
        if is_furniture(block.text) or same(text) in known:
            continue
        if _take_stamps(text, head) or _take_byline(text, head):
            dated = True
        elif (not head.title or not lines) and not head.label and is_label(text):
            head.label = text
        elif _is_body(block) or (dated and not _is_deck(text)) or len(lines) == 3:
            return lines, list(blocks[at:])
        else:
            lines.append(block)
    return lines, []


def _title(lines: list[Block], head: Head) -> None:
    """Takes headline, kicker and deck off the lines; what stays there are headings of the body."""
    marked = next((at for at, block in enumerate(lines) if block.kind is Kind.HEADING and block.level == 1), None)
    if not head.title and lines:
        before = marked if marked is not None else int(_has_kicker(lines))
        if before and not head.kicker:
            head.kicker = " · ".join(line.text for line in lines[:before])
        head.title = lines[before].text
        del lines[: before + 1]
    elif not head.title and head.label:  # "Statement" alone above the text is its title
        head.title, head.label = head.label, None
    if not head.deck and lines and lines[0].kind is not Kind.HEADING and _is_deck(lines[0].text):
        head.deck = lines.pop(0).text


def _has_kicker(lines: Sequence[Block]) -> bool:
    """Whether the first line is one: short, above a headline that is a question or that has a deck below it."""
    if len(lines) < 2 or not is_short(lines[0].text) or is_question(lines[0].text) or len(lines[0].text.split()) > 8:
        return False
    return is_question(lines[1].text) or (len(lines) > 2 and is_short(lines[1].text) and _is_deck(lines[2].text))


def _is_body(block: Block) -> bool:
    """A paragraph, because it is long or ends as sentences do; a question may be a headline."""
    if block.kind is Kind.HEADING:
        return block.level > 1
    if block.kind is not Kind.PARAGRAPH or len(block.text) > 300:
        return True
    return (
        bool(_STOP.search(block.text)) and not (is_question(block.text) and is_short(block.text)) and not _short(block)
    )


def _short(block: Block) -> bool:
    """A headline may end in a full stop when it is short enough."""
    return len(block.text) <= 60 and len(block.text.split()) <= 8


def _is_deck(text: str) -> bool:
    """A sentence without a full stop: longer than a heading, shorter than a paragraph."""
    if _STOP.search(text) or text.endswith((":", "：", ",", "，")):
        return False
    return 9 <= len(text.split()) <= 45 or 15 <= len(_HAN.findall(text)) <= 100


def _take_stamps(text: str, head: Head) -> bool:
    """A line that holds stamps and nothing else: a bare date, or dates behind "Published" and "Updated"."""
    if len(text) > 200:
        return False
    names = list(_STAMP_NAME.finditer(text))
    if not names:
        bare = stamps.parse_printed(text)
        head.published = _readable(head.published, bare)
        return bare is not None
    ends = [match.start() for match in names[1:]] + [len(text)]
    pieces = (text[match.end() : end].strip(" /|·•-–—,;") for match, end in zip(names, ends, strict=True))
    found = [stamps.parse_printed(piece) for piece in pieces]
    if names[0].start() > 0 or None in found:
        return False
    for match, stamp in zip(names, found, strict=True):
        if match["published"]:
            head.published = _readable(head.published, stamp)
        else:
            head.updated = _readable(head.updated, stamp)
    return True


def _readable(claimed: Stamp | None, printed: Stamp | None) -> Stamp | None:
    """What metadata say, unless only the printed stamp can be read."""
    if claimed is None or (claimed.wall is None and printed is not None and printed.wall is not None):
        return printed
    return claimed


def _take_byline(text: str, head: Head) -> bool:
    """A line "By" with names, none or several, and perhaps the date behind them."""
    match = _BY.match(text)
    if match is None or len(text) > 200:
        return False
    rest = text[match.end() :]
    days = find_dates(rest)
    begin = days[0].at if days else len(rest)
    begin = min([begin, *(found.start() for found in _STAMP_NAME.finditer(rest) if days)])
    names, printed = rest[:begin].strip(" |·•-–—,;/"), rest[begin:]
    authors = _authors(names)
    if names and not authors:
        return False
    stamped = not printed or _take_stamps(printed.strip(), head)
    if not stamped:
        return False
    head.authors = head.authors or authors
    return bool(authors) or bool(printed) or not names


def _authors(names: str) -> tuple[Author, ...]:
    """Names and, behind a comma in small letters, what they are; nothing when one of them is no name."""
    authors: list[Author] = []
    for piece in filter(None, (piece.strip() for piece in _AND.split(names))):
        if is_name(piece):
            authors.append(Author(name=piece))
        elif authors and piece[0].islower() and len(piece.split()) <= 8:
            authors[-1] = Author(name=authors[-1].name, role=piece)
        else:
            return ()
    return tuple(authors)


def is_name(text: str) -> bool:
    """Whether a text can be somebody's name: at most five words, each with a capital, none of them a month."""
    if _HAN.match(text):
        return len(text) <= 12
    words = text.split()
    if not _NAME.fullmatch(text) or text.lower().rstrip(".") in MONTHS:
        return False
    return words[0][0].isupper() and all(word[0].isupper() or word.lower() in _PARTICLES for word in words)


def same(text: str) -> str:
    """What two texts have in common when only type and spaces differ."""
    return "".join(character for character in text.casefold() if character.isalnum())
