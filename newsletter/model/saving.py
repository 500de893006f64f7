"""Saving: the text of a file as somebody was shown it, what became of it, and texts that stand in no file."""

from __future__ import annotations

import codecs
import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId

_ENDS = re.compile("\r\n|\r")


@dataclass(frozen=True, slots=True)
class FileText:
    """A text file as a form shows it, and by what a save tells whether it is still the same."""

    path: str  # from the publication's folder
    text: str  # without a byte order mark, its lines ended by LF; "" where there is no file
    digest: str  # SHA-256 of its bytes, hex; "" where there is no file
    is_utf8: bool = True  # False: the text is what other programs write, as it may be meant

    @classmethod
    def of(cls, path: str, data: bytes | None) -> Self:
        """The text of these bytes; None where there is no file. What is no UTF-8 is read as Windows writes text."""
        if data is None:
            return cls(path, "", "")
        written, is_utf8 = decoded(data)
        return cls(path, with_line_feeds(written), hashlib.sha256(data).hexdigest(), is_utf8)


def decoded(data: bytes) -> tuple[str, bool]:
    """The text of these bytes, and whether they are UTF-8: else UTF-16 where they begin as such, else Windows-1252, or
    Latin-1 where that has no sign for one of them."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-8", "utf-16" if marked else "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding == "utf-8"
    return data.decode("latin-1"), False


def with_line_feeds(text: str) -> str:
    """The text as browsers and readers know it: no byte order mark, LF at the end of its lines."""
    return _ENDS.sub("\n", text.removeprefix("\ufeff"))


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that was written, or that says what was to be written already."""

    path: str
    digest: str  # of the file now: what the next save goes out from; "" where it was taken away
    voids: tuple[str, ...]  # the names of those whose approvals hold no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftText:
    """What somebody is writing and has not saved."""

    issue: IssueId
    path: str
    member: str
    text: str
    base: str  # digest of the file it was begun from; "" where there was none
    saved: datetime  # our clock


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptText:
    """What somebody wrote and that stands in no file, because another saved before or took the section out."""

    number: int
    issue: IssueId
    path: str
    member: str
    text: str
    base: str  # digest of the file it was begun from
    kept: datetime  # our clock


@dataclass(frozen=True, slots=True)
class Writing:
    """Somebody who is at a section at the moment."""

    section: str
    member: str
    saved: datetime  # when what they type was last kept


class ChangedMeanwhile(NewsletterError):
    """A file that somebody has saved since it was read; it was left as it is."""

    def __init__(self, theirs: FileText, kept: int = 0) -> None:
        self.theirs = theirs  # the file as it is now
        self.kept = kept  # number of the text that was not saved, among the kept ones; 0: there was none
        mine = "; your text is kept beside it" if kept else "; do it once more"
        super().__init__(f"{theirs.path} was saved by somebody else meanwhile and is left as it is{mine}")
