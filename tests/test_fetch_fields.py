"""The header fields of an answer: read as they are meant, and never more than a value or None."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.fetch import fields
from tests.fetching import NOW


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("Wed, 25 Nov 2026 13:02:00 GMT", 120),
        ("Wednesday, 25-Nov-26 13:02:00 GMT", 120),
        ("Wed, 25 Nov 2026 14:02:00 +0100", 120),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 0),
        ("9" * 5000, 31_536_000),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 31_536_000),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("١٢", None),
        ("Wed, 99 Nov 2026 13:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str, seconds: int | None) -> None:
    """Seconds from now, never negative, at most a year; None where nobody could tell."""
    assert fields.retry_after(header, NOW) == seconds


DATE = "Wed, 25 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("cache_control", "expires", "date", "seconds"),
    [
        ("max-age=600", None, None, 600),
        ("public, MAX-AGE = 600", "Wed, 25 Nov 2026 12:01:00 GMT", DATE, 600),
        ('max-age="600"', None, None, 600),
        ("max-age=600, no-cache", None, None, 0),
        ('no-cache="Set-Cookie"', None, None, 0),
        ("No-Store", DATE, DATE, 0),
        ("s-maxage=600", None, None, None),
        ("x-max-age=600", None, None, None),
        ("max-age=later", None, None, None),
        ("max-age=" + "9" * 5000, None, None, 31_536_000),
        ("", "Wed, 25 Nov 2026 12:10:00 GMT", DATE, 600),
        ("", "Wed, 25 Nov 2026 13:10:00 GMT", None, 600),
        ("", "Wed, 25 Nov 2026 11:00:00 GMT", DATE, 0),
        ("", "0", DATE, 0),
        ("", "-1", None, 0),
        ("", None, DATE, None),
    ],
)
def test_freshness_is_read_from_cache_control_or_expires(
    cache_control: str, expires: str | None, date: str | None, seconds: int | None
) -> None:
    """Cache-Control wins; what is not to be kept is stale at once; Expires counts from the server's own date."""
    assert fields.max_age(cache_control, expires, date, NOW) == seconds


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("text/html; charset=ISO-8859-2", ("text/html", "iso-8859-2")),
        ("TEXT/XML", ("text/xml", None)),
        ("text/html; charset='utf-8'", ("text/html", "utf-8")),
        ("text/html;charset=klingon-8", ("text/html", "klingon-8")),
        ("text/html, text/plain", ("text/html", None)),
        ("html", ("", None)),
        ("; charset=utf-8", ("", "utf-8")),
        ("", ("", None)),
        (None, ("", None)),
    ],
)
def test_the_type_is_read_as_declared(header: str | None, found: tuple[str, str | None]) -> None:
    """Right or wrong, the declaration is handed on; who reads the body judges it."""
    assert fields.content_type(header) == found


@given(st.text(max_size=100))
def test_no_header_field_raises(text: str) -> None:
    """Nothing that a server can write into a field is more than a value, or None."""
    fields.content_type(text)
    fields.retry_after(text, NOW)
    fields.max_age(text, text, text, NOW)
    fields.validator(text)
