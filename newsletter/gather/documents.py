"""Documents that editors drop in, as items."""

from __future__ import annotations

import re
from datetime import datetime

from newsletter.gather.feeds import text_digest
from newsletter.model.errors import SourceError
from newsletter.model.item import Guid, Item
from newsletter.model.source import Source, SourceId

READABLE = (".md", ".txt")


def parse(name: str, data: bytes, source: Source, now: datetime) -> Item:
    """One document: the first line that is not empty is its title, each block of lines after it a paragraph.

    Raises `SourceError` for a kind of file that is not read, or text that is not UTF-8.
    """
    suffix = name[name.rfind(".") :].lower()
    if suffix not in READABLE:
        raise SourceError(source.id, f"{name} cannot be read; save it as {' or '.join(READABLE)}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(source.id, f"{name} is not UTF-8 text; save it as UTF-8") from error
    first, _, rest = text.replace("\r\n", "\n").strip().partition("\n")
    title = first.lstrip("# ").strip()
    if not title:
        raise SourceError(source.id, f"{name} is empty; write it, or delete it")
    blocks = (" ".join(block.split()) for block in re.split(r"\n[ \t]*\n", rest))
    paragraphs = tuple(block for block in blocks if block)
    return Item(
        guid=Guid(f"{source.id}/{name}"),
        source=SourceId(source.id),
        title=title,
        link=None,
        published=None,
        updated=None,
        authors=(),
        paragraphs=paragraphs,
        language=source.language,
        rights=source.rights,
        first_seen=now,
        digest=text_digest(title, paragraphs),
        warnings=("the document has no date; an editor sets it",),
    )
