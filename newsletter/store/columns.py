"""What the columns of our tables hold, and how values that a column cannot hold by itself are written into it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, MetaData, Text, TypeDecorator

# Order by bytes on both databases; the locale of a PostgreSQL cluster would fold hyphens away.
BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")

_ESCAPED = "\x01"
_UNFIT = re.compile("^\x01|[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC, kept as text of one width, so that the order of the texts is the order of the times.

    A naive time or one in another zone is refused with `ValueError`: whoever brings it has not decided what it means.
    """

    impl = BYTEWISE
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


def instant_text(value: datetime) -> str:
    """ISO 8601 to the microsecond, "2026-11-25T13:00:00.000000+00:00". Raises `ValueError` for anything but UTC."""
    text = value.isoformat(timespec="microseconds")
    if not text.endswith("+00:00"):
        raise ValueError(f"{value!r} is not a time in UTC")
    return text


class Written(TypeDecorator[str]):
    """Any text whatever, read back as it was.

    Neither database takes a lone surrogate, which a server's header may decode to, and PostgreSQL takes no NUL: a text
    that holds one is kept as JSON behind U+0001.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or not _UNFIT.search(value) else _ESCAPED + json.dumps(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else as_written(value)


def as_written(value: str) -> str:
    """The text that a column of `Written` holds, from how it is kept."""
    return str(json.loads(value[1:])) if value.startswith(_ESCAPED) else value


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
