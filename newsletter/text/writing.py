"""`Prose` to Markdown, the way back of `markdown.parse`: what would read as a sign and is none gets a backslash."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from newsletter.model.prose import (
    Block,
    Break,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Mark,
    Paragraph,
    Prose,
    Quotation,
    Strong,
    Text,
)

_SIGNS = re.compile(r"[\\`*\[\]]|_(?!(?<=\w_)[^\W_])|<(?!\s)|&(?=#?[0-9A-Za-z]+;)")
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]+;)")
# What begins like an address and is none would be told as a mistake; a colon takes no backslash.
_NO_ADDRESS = re.compile(r"(?<=http)(s?):(?=//(?![A-Za-z0-9-]+(?:\.[A-Za-z0-9-]*[A-Za-z][A-Za-z0-9-]*)+(?![\w:@.%-])))")
_BARE = re.compile(r"https?://[A-Za-z0-9./=?-]*[A-Za-z0-9/]")
_INDENT = " " * 4  # of what stands in an entry of a list; Python-Markdown takes fewer for the next entry


def written(prose: Prose) -> str:
    """The Markdown that `markdown.parse` reads as this prose, ending in a line feed; "" for empty prose.

    Two quotations in a row, and two lists of one kind, come back as one: Markdown has no sign between them. So does a
    list that begins an entry, and a quotation or a heading in an entry comes back as a paragraph of it. Emphasis that
    begins or ends within a word goes where it meets strong emphasis there: Markdown cannot say it.
    """
    lines = list(_blocks(prose.blocks))
    return "\n".join(lines) + "\n" if lines else ""


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    """The lines of blocks, with an empty one between two."""
    for number, block in enumerate(blocks):
        if number:
            yield ""
        match block:
            case Paragraph():
                yield from _lines(block.children)
            case Heading():
                words = _inlines(block.children)
                bare = words.rstrip("#")
                yield f"## {bare}" + "\\#" * (len(words) - len(bare))  # at its end they would close it
            case Quotation():
                yield from (f"> {line}".rstrip(" ") for line in _blocks(block.blocks))
            case Listing():
                yield from _entries(block)


def _entries(listing: Listing) -> Iterator[str]:
    """A list stands close when each entry is a line, with a list below it or none; else its blocks stand apart."""
    close = _is_close(listing)
    for number, entry in enumerate(listing.entries):
        if number and not close:
            yield ""
        sign = f"{listing.start + number}. " if listing.ordered else "- "
        lines = (line for block in entry for line in _blocks((block,))) if close else _blocks(entry)
        for at, line in enumerate(lines):
            yield (sign + line if at == 0 else f"{_INDENT}{line}" if line else "")


def _is_close(listing: Listing) -> bool:
    return all(
        isinstance(entry[0], Paragraph) and (len(entry) == 1 or (len(entry) == 2 and _is_close_list(entry[1])))
        for entry in listing.entries
    )


def _is_close_list(block: Block) -> bool:
    return isinstance(block, Listing) and _is_close(block)


def _lines(children: Sequence[Inline]) -> list[str]:
    """A paragraph's lines, none of which begins like a list, a heading, a quotation or a rule."""
    return [_begun(line) for line in _inlines(children).split("\n")]


def _begun(line: str) -> str:
    """The line with what would make a block of it escaped."""
    if re.match(r"[#>]|[-+](?:\s|$)|(?:-[ ]*){2,}$", line):
        return f"\\{line}"
    if re.match(r"=+\\?$", line):  # underlines a heading, and takes no backslash
        return f"&#61;{line[1:]}"
    return re.sub(r"^(\d+)\.(?=\s|$)", r"\1\\.", line)


def _inlines(children: Sequence[Inline], within: str = "") -> str:
    """The Markdown of inlines; `within` is the sign of emphasis around them."""
    pieces: list[str] = []
    for at, child in enumerate(children):
        match child:
            case Text():
                picture = child.text.endswith("!") and isinstance(_next(children, at), Link | Mark)
                pieces.append(_escaped(child.text.removesuffix("!")) + "\\!" if picture else _escaped(child.text))
            case Code():
                pieces.append(_code(child.text))
            case Break():
                pieces.append("\\\n")
            case Mark():
                pieces.append(f"[^{child.item}]")
            case Strong():
                pieces.append(f"**{_inlines(child.children, '**')}**")
            case Emphasis():
                sign = _sign(children, at, within)
                pieces.append(f"{sign}{_inlines(child.children, sign or within)}{sign}")
            case Link():
                pieces.append(_link(child, children, at))
    return "".join(pieces)


def _next(children: Sequence[Inline], at: int) -> Inline | None:
    return children[at + 1] if at + 1 < len(children) else None


def _sign(children: Sequence[Inline], at: int, within: str) -> str:
    """A star; a line where stars of two kinds would meet; nothing where they meet and a letter stands beside it."""
    before, behind = children[at - 1] if at else None, _next(children, at)
    meets = within or any(isinstance(one, Strong) for one in (before, behind, *_below(children[at])))
    if not meets:
        return "*"
    lettered = (isinstance(before, Text) and re.search(r"\w$", before.text)) or (
        isinstance(behind, Text) and re.match(r"\w", behind.text)
    )
    return "" if lettered else "_"


def _below(inline: Inline) -> Iterator[Inline]:
    if isinstance(inline, Emphasis | Strong | Link):
        for child in inline.children:
            yield child
            yield from _below(child)


def _link(link: Link, children: Sequence[Inline], at: int) -> str:
    """The link as a bare address where its words are its address and nothing touches it."""
    if link.children == (Text(link.url),) and _BARE.fullmatch(link.url):
        before, behind = children[at - 1] if at else None, _next(children, at)
        if (before is None or (isinstance(before, Text) and before.text.endswith(" "))) and (
            behind is None or (isinstance(behind, Text) and behind.text.startswith(" "))
        ):
            return link.url
    address = link.url.translate(_SIGNS_IN_ADDRESS)
    if not re.fullmatch(r"(?:[^()]++|\([^()]*+\))*+", address):
        address = address.translate(_BRACKETS)
    address = _ENTITY.sub(r"\\&", address)
    words = re.sub(r"^\^", "&#94;", _inlines(link.children))  # "[^" would begin a mark; the sign takes no backslash
    return f"[{words}]({address})"


def _coded(signs: str) -> dict[int, str]:
    return str.maketrans({sign: f"%{ord(sign):02X}" for sign in signs})


# What ends an address, begins its title or is a sign within it, as percent-encoding (RFC 3986, 2.1).
_SIGNS_IN_ADDRESS, _BRACKETS = _coded("[]*'`\\\"<> "), _coded("()")


def _escaped(text: str) -> str:
    return _NO_ADDRESS.sub(r"\1&#58;", _SIGNS.sub(r"\\\g<0>", text))


def _code(text: str) -> str:
    """Between more backticks than it holds in a row."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    inner = f" {text} " if text.startswith("`") or text.endswith("`") else text
    return f"{fence}{inner}{fence}"
