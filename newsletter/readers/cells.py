"""One cell of a table of readers: what it may say, and how a spreadsheet is kept from reckoning with it."""

from __future__ import annotations

import csv
import functools
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.model.incoming import InstantText

LONGEST = 200  # characters of a name, a source or a tag
_NULL_TIMES = ("0000-00-00", "0000-00-00 00:00:00")  # QUIRK: MySQL's way to say that there is none

_BROKEN = "\ufffd"  # what is read for octets that are no character

# What a spreadsheet takes for a formula or for the end of the cell (CWE-1236), and apostrophes that keep it from that.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")

# What a list says of somebody who gets its mail. Whatever else it says, they are not brought in by it.
_WRITABLE = frozenset(
    ("", "confirmed", "subscribed", "active", "enabled", "true", "yes", "1", "已订阅", "已確認", "已确认")
)


class BadCell(ValueError):
    """Says what is wrong with a cell and what to do, as one clause."""


def escaped(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula: with an apostrophe before = + - @, TAB and CR.

    A text that has apostrophes there already gets one more, so that `unescaped` always gives back what was written.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(cell: str) -> str:
    """What `escaped` made the cell of; a cell that it did not touch is as it is."""
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell


def one_line(cell: str, column: str) -> str | None:
    """Text of one line; None: the cell is empty. Raises `BadCell` for characters that are no text, and for too many."""
    text = cell.strip(" ")
    if "'" in text or "  " in text or not text.isprintable():
        text = " ".join(unescaped(text).split())
    if len(text) > LONGEST:
        what = f"{column} is {len(text):,} characters long"
        raise BadCell(f"{what}; keep it under {LONGEST}, or look for a quotation mark that is opened and not closed")
    if not text.isprintable() or (not text.isascii() and _BROKEN in text):
        strange = next(one for one in text if one == _BROKEN or not one.isprintable())
        what = f"{column} holds U+{ord(strange):04X}, which is no character of a text"
        raise BadCell(f"{what}; take it out, or save the file as UTF-8")
    return text or None


source = functools.lru_cache(1024)(one_line)  # the same for many


@functools.lru_cache(1024)
def language(cell: str) -> str | None:
    """A language tag in its usual writing, "en", "zh-Hans". Raises `BadCell`."""
    text = unescaped(cell.strip())
    if not text:
        return None
    found = _LANGUAGE.fullmatch(text)
    if found is None:
        raise BadCell(f"'{shown(text)}' is not a language tag; write it as en, zh-Hans or pt-BR")
    return found[1].lower() + found[2].replace("_", "-")


@functools.lru_cache(1024)
def zone(cell: str) -> str | None:
    """The name of a time zone. Raises `BadCell` for one that the IANA database does not have."""
    text = unescaped(cell.strip())
    if not text:
        return None
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        what = f"'{shown(text)}' is not a time zone"
        raise BadCell(f"{what}; use a name such as America/New_York or Asia/Hong_Kong") from error


@functools.lru_cache(1024)
def tags(cell: str) -> tuple[str, ...]:
    """The tags, sorted, each once. They stand between commas, semicolons or strokes; quoted ones between commas."""
    text = unescaped(cell.strip())
    if not text:
        return ()
    if text.startswith('"'):
        try:
            parts = next(csv.reader([text], skipinitialspace=True, strict=True))
        except csv.Error as error:
            raise BadCell(f"the tags '{shown(text)}' are quoted wrong; write them with commas between them") from error
    else:
        parts = re.split("[,;|]", text)
    found = {tag for part in parts if (tag := one_line(part, "a tag"))}
    return tuple(sorted(found))


def written_tags(several: tuple[str, ...]) -> str:
    """The tags as a cell, for `tags`: between commas, and quoted where one of them needs that."""
    if all(re.fullmatch(r"[^\",;|'=+\-@\s][^\",;|]*", tag) for tag in several):
        return ",".join(several)
    return ",".join('"' + escaped(tag).replace('"', '""') + '"' for tag in several)


def moment(cell: str, column: str) -> InstantText | None:
    """A time in UTC, which is also what one without a zone is taken for. Raises `BadCell` for other than ISO 8601."""
    if len(cell) == 19 and cell[4] == "-" == cell[7] and cell[13] == ":" == cell[16]:  # as nearly all are written
        try:
            datetime.fromisoformat(cell)
            return InstantText(f"{cell[:10]}T{cell[11:]}.000000+00:00")
        except ValueError:
            pass
    return _moment(unescaped(cell.strip()), column)


def _moment(text: str, column: str) -> InstantText | None:
    if not text or text in _NULL_TIMES:
        return None
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
        there = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        what = f"'{shown(text)}' in the column {column} is not a time that can be read in one way only"
        raise BadCell(f"{what}; write it as 2026-11-25 13:00 in UTC, or with its offset") from error
    return InstantText(there.isoformat(timespec="microseconds"))


def is_writable(cell: str) -> bool:
    """Whether this is what a list says of somebody who gets its mail, or nothing."""
    return unescaped(cell.strip()).casefold() in _WRITABLE


def shown(text: str) -> str:
    """What was written, as a reason quotes it: on one line, cut where it is long."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text[:200]).split())
    return line if len(line) <= 60 else f"{line[:59]}…"
