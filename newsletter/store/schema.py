"""The tables, and how values that a column cannot hold by itself are written into it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    and_,
)

HEAD = "0002"  # the newest migration; a test holds it to the files

# Order by bytes on both databases; the locale of a PostgreSQL cluster would fold hyphens away.
_BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")

_ESCAPED = "\x01"
_UNFIT = re.compile("^\x01|[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware time in UTC, kept as text of one width, so that the order of the texts is the order of the times.

    A naive time or one in another zone is refused with `ValueError`: whoever brings it has not decided what it means.
    """

    impl = _BYTEWISE
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
        if value is None or not value.startswith(_ESCAPED):
            return value
        return str(json.loads(value[1:]))


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# How asking each source has gone: the fields of `SourceState`, and the number that its newest item was given.
sources = Table(
    "sources",
    METADATA,
    Column("source", _BYTEWISE, primary_key=True),
    Column("declared", Written),
    Column("address", Written),
    Column("etag", Written),
    Column("last_modified", Written),
    Column("body", Written),
    Column("cursor", Written),
    Column("tried", Instant),
    Column("succeeded", Instant),
    Column("brought", Instant),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Instant),
    Column("missing_since", Instant),
    Column("error", Written),
    Column("note", Written),
    Column("next_try", Instant),
    Column("retired", Instant),
    Column("last_number", Integer, nullable=False, server_default="0"),
)

# One row for each item that ever came. Purging takes its versions; the row stays, so that its entry, which may stand in
# the feed for years, is still recognised, and its number is never given again.
items = Table(
    "items",
    METADATA,
    Column("source", _BYTEWISE, ForeignKey("sources.source"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("identity", _BYTEWISE, nullable=False),  # SHA-256 of all it is recognised by: the guard against doubles
    Column("guid", Written),  # from here to `digest`: as the newest version has it
    Column("link", Written),
    Column("title", Written, nullable=False),
    Column("published", Written),
    Column("digest", Written, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("appeared", Instant, nullable=False),  # published where that is known and not after first_seen, else that
    Column("version", Integer, nullable=False),  # the newest
    Column("triage", _BYTEWISE, nullable=False),
    Column("decision", Integer, nullable=False),  # the newest; 0: none
    Column("copy_of", _BYTEWISE),  # no foreign key: the rejected item may be purged before its copies
    Column("likeness", Written),
    Index(None, "identity", unique=True),
    Index(None, "first_seen"),
    Index(None, "triage"),
    Index(None, "source", "appeared"),
)

originals = Table(
    "originals",
    METADATA,
    Column("digest", _BYTEWISE, primary_key=True),  # SHA-256 of media type and data
    Column("media_type", Written, nullable=False),
    Column("data", LargeBinary, nullable=False),  # zlib
)

versions = Table(
    "versions",
    METADATA,
    Column("source", _BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("seen", Instant, nullable=False),
    Column("entry", Written, nullable=False),  # JSON, see entries.py
    Column("original", _BYTEWISE, ForeignKey("originals.digest")),
    ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"]),
    Index(None, "original"),
)

NEWEST_VERSION = and_(
    versions.c.source == items.c.source, versions.c.number == items.c.number, versions.c.version == items.c.version
)

decisions = Table(
    "decisions",
    METADATA,
    Column("source", _BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("decision", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("state", _BYTEWISE, nullable=False),
    Column("who", Written, nullable=False),
    Column("decided", Instant, nullable=False),
    Column("why", Written),
    ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"]),
)

NEWEST_DECISION = and_(
    decisions.c.source == items.c.source,
    decisions.c.number == items.c.number,
    decisions.c.decision == items.c.decision,
)

# Which runs of words an item's newest version holds, so that copied text is found without reading every item.
fingerprints = Table(
    "fingerprints",
    METADATA,
    Column("source", _BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # of the item, that was read
    Column("marks", LargeBinary, nullable=False),  # see fingerprints.py
    ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"]),
)

# How each link was found when it was last asked for.
links = Table(
    "links",
    METADATA,
    Column("url", _BYTEWISE, primary_key=True),
    Column("seen", Instant, nullable=False),
    Column("state", _BYTEWISE, nullable=False),
    Column("said", Written, nullable=False),
    Column("final", Written),
    Column("title", Written),
    Column("tries", Integer, nullable=False),  # how often in a row it was found in this state
)

# Editions whose bytes are kept: those that somebody approved or looked at. A row is never changed.
editions = Table(
    "editions",
    METADATA,
    Column("digest", _BYTEWISE, primary_key=True),
    Column("issue", _BYTEWISE, nullable=False),
    Column("stored", Instant, nullable=False),
    Column("data", LargeBinary, nullable=False),  # see editions.py
    Index(None, "issue"),
)

# Signatures, and signatures taken back. Rows are added, never changed.
approvals = Table(
    "approvals",
    METADATA,
    Column("issue", _BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 in each issue
    Column("digest", _BYTEWISE, ForeignKey("editions.digest"), nullable=False),
    Column("act", _BYTEWISE, nullable=False),  # "sign", "release", "withdraw"
    Column("who", _BYTEWISE, nullable=False),  # id of the team
    Column("signed", Instant, nullable=False),
    Column("note", Written),
    Column("mac", _BYTEWISE, nullable=False),
)

# The last edition of an issue that somebody has looked at.
looks = Table(
    "looks",
    METADATA,
    Column("issue", _BYTEWISE, primary_key=True),
    Column("who", _BYTEWISE, primary_key=True),
    Column("digest", _BYTEWISE, ForeignKey("editions.digest"), nullable=False),
    Column("looked", Instant, nullable=False),
)

# Who did what, for ever: each row carries a digest over itself and the one before it, so that a change shows.
audit = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("happened", Instant, nullable=False),
    Column("who", Written, nullable=False),
    Column("act", _BYTEWISE, nullable=False),  # "approve", "withdraw", "waive" ...
    Column("issue", _BYTEWISE),
    Column("digest", _BYTEWISE),  # of the edition it was about
    Column("note", Written),
    Column("chain", _BYTEWISE, nullable=False),
    Index(None, "issue"),
)
