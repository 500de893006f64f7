"""What somebody pastes, as Markdown of our subset: out of Word, Google Docs, LibreOffice, Apple Notes, a mail, a page.

Words, emphasis, links, lists, quotations and headings stay; how they looked goes. What a blurb cannot hold (pictures,
struck words) is left out and told.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from newsletter.text.pasted_reader import Reader
from newsletter.text.tags import tags
from newsletter.text.writing import written

# What is read of a paste. A page of Word's has 50,000 characters, most of them its styles, and some 300 tags.
MAX_PASTE = 2_000_000
_MAX_PIECES = 20_000  # tags, and texts between them


@dataclass(frozen=True, slots=True)
class Pasted:
    """A paste as it may stand in a blurb."""

    markdown: str  # ends in a line feed; "" when the paste holds no words
    left_out: tuple[str, ...]  # what it held besides and what to do about it, a sentence each


def markdown_of(html: str) -> str:
    """The Markdown of what somebody pastes; see `pasted`, which also tells what was left out."""
    return pasted(html).markdown


def pasted(html: str) -> Pasted:
    """The Markdown of pasted HTML, in which `markdown.parse` finds the same words, emphasis and links.

    No input raises; time is in proportion to the length. Links lead past guards such as Google's and Outlook's, without
    what tracks readers. No-break spaces become spaces, typographic quotes stay. Headings have one level, a table of
    data is a line for each row, and lists are four deep at most. A text of more than `markdown.parse` takes
    comes whole: the editor is told there.
    """
    reader = Reader()
    pieces = tags(_fragment(html[:MAX_PASTE]))
    for piece in islice(pieces, _MAX_PIECES):
        reader.read(piece)
    is_cut = len(html) > MAX_PASTE or next(pieces, None) is not None
    return Pasted(written(reader.prose()), tuple(_left_out(reader.left_out, is_cut)))


def _fragment(html: str) -> str:
    """The HTML without the header of the Windows clipboard's format, which some programs hand on with it."""
    return html[max(html.find("<"), 0) :] if re.match(r"Version:\d", html) else html


def _left_out(counts: Counter[str], is_cut: bool) -> list[str]:
    told = []
    if number := counts["picture"]:
        told.append(f"{_number(number, 'picture')} left out: add it as this blurb's, with alt, credit and licence.")
    if number := counts["player"]:
        told.append(f"{_number(number, 'embedded player or frame')} left out: link to its page instead.")
    if number := counts["struck"]:
        told.append(f"{_number(number, 'passage')} struck through left out: write again what should stay.")
    if number := counts["link"]:
        told.append(f"{_number(number, 'link')} without a full web address left out, its words kept: add the address.")
    if is_cut:
        told.append("The end of the paste was not read, it is too long: paste it in pieces.")
    return told


def _number(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"
