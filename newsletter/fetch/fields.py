"""Header fields of an answer, read into values. Whatever a server writes there, nothing is raised. Source: RFC 9110."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# A server may say "in ten thousand years"; what we keep must fit a clock.
_YEAR = 365 * 24 * 3600

_TYPE = re.compile(r"\s*([\w.+-]+/[\w.+-]+)\s*(?:;|,|$)", re.ASCII)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]+)", re.ASCII | re.IGNORECASE)
_DIRECTIVE = re.compile(r"(?:^|,)\s*([\w-]+)(?:\s*=\s*\"?([^\",]*)\"?)?", re.ASCII)


def content_type(value: str | None) -> tuple[str, str | None]:
    """The media type in lower case and the charset: ("", None) when there is none that can be read."""
    kind = _TYPE.match(value or "")
    charset = _CHARSET.search(value or "")
    return kind[1].lower() if kind else "", charset[1].lower() if charset else None


def validator(value: str | None) -> str | None:
    """An ETag or a date as it may be sent back: printable ASCII of at most 1,000 octets; else None."""
    if value and len(value) <= 1000 and value.isascii() and value.isprintable():
        return value
    return None


def retry_after(value: str | None, now: datetime) -> int | None:
    """Seconds from now: Retry-After is a number of seconds or a date. A date that has passed gives 0."""
    if value is None:
        return None
    return _seconds(value) if _seconds(value) is not None else _until(value, now)


def max_age(cache_control: str, expires: str | None, date: str | None, now: datetime) -> int | None:
    """How long the body may be taken as fresh: Cache-Control, else Expires minus Date. RFC 9111 section 4.2.1.

    An Expires that is not a date means "already stale" (section 5.3). Without Date, `now` stands for it.
    """
    directives = {name.lower(): value.strip() for name, value in _DIRECTIVE.findall(cache_control)}
    if "no-cache" in directives or "no-store" in directives:
        return 0
    if (age := _seconds(directives.get("max-age", ""))) is not None:
        return age
    if expires is None:
        return None
    return _until(expires, _instant(date or "") or now) or 0


def _seconds(value: str) -> int | None:
    digits = value.strip()
    if not re.fullmatch(r"[0-9]+", digits):
        return None
    return min(int(digits[:12]), _YEAR)


def _until(value: str, since: datetime) -> int | None:
    instant = _instant(value)
    if instant is None:
        return None
    return min(max(int((instant - since).total_seconds()), 0), _YEAR)


def _instant(value: str) -> datetime | None:
    try:
        stamp = parsedate_to_datetime(value)
        return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
