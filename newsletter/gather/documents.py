"""Documents that editors drop in, as entries. The file's name tells how it is read."""

from __future__ import annotations

import re

from newsletter.gather import mails, marked, pages, pdf, prose, unwrap
from newsletter.gather.blocks import Claims
from newsletter.model.errors import SourceError
from newsletter.model.item import Original, Reading
from newsletter.model.source import Source

READABLE = (".txt", ".md", ".html", ".htm", ".pdf", ".eml")
MAX_DOCUMENT = 20_000_000  # octets of a file
MAX_TEXT_FILE = 2_000_000  # octets of a text file


def read(name: str, data: bytes, source: Source, link: str | None = None) -> Reading:
    """The entry of one document, and the untouched file. Its identity is its name, so an edited file stays one item.

    `link` is where the document was found, if anywhere. Raises `SourceError`, in words, for what cannot be read:
    another kind of file, one without text, a text that is not Unicode, a PDF that is broken, locked or scanned, a file
    that is too large.
    """
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    if suffix not in READABLE:
        raise SourceError(source.id, f"{name} cannot be read; save it as {', '.join(READABLE[:-1])} or {READABLE[-1]}")
    limit = MAX_TEXT_FILE if suffix in (".txt", ".md") else MAX_DOCUMENT
    if len(data) > limit:
        raise SourceError(source.id, f"{name} is too large, over {limit // 1_000_000} MB; keep the part that is wanted")
    if not data.strip():
        raise SourceError(source.id, f"{name} is empty; write it, or delete it")
    guid = f"{source.id}/{name}"
    try:
        if suffix in (".html", ".htm"):
            return pages.read_file(data, guid, link, source)
        if suffix == ".pdf":
            return pdf.read(data, guid, link, source)
        if suffix == ".eml":
            return mails.read(data, source)
        return _read_text(suffix, data, Claims(guid=guid, link=link), source)
    except SourceError as error:
        raise SourceError(source.id, f"{name}: {error.what}") from error


def _read_text(suffix: str, data: bytes, claims: Claims, source: Source) -> Reading:
    text = decoded(data, source)
    if suffix == ".md":
        blocks, claims, warnings = marked.blocks(text, claims)
        media_type, method = "text/markdown", "Markdown file"
    else:
        blocks, warnings = unwrap.blocks(text)
        media_type, method = "text/plain", "text file"
    entry = prose.entry(blocks, claims, source, method, warnings, marked=suffix == ".md")
    return Reading(entry, Original(media_type=media_type, data=data))


def decoded(data: bytes, source: Source) -> str:
    """A text file's text: UTF-8, or UTF-16 that says so by its first two octets."""
    sixteen = re.match(rb"\xff\xfe|\xfe\xff", data)
    try:
        return data.decode("utf-16" if sixteen else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(source.id, "it is not UTF-8 text; save it as UTF-8") from error
