"""The tables of what is gathered."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, and_

from newsletter.store.columns import BYTEWISE, METADATA, Instant, Written

# How asking each source has gone: the fields of `SourceState`, and the number that its newest item was given.
sources = Table(
    "sources",
    METADATA,
    Column("source", BYTEWISE, primary_key=True),
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
    Column("source", BYTEWISE, ForeignKey("sources.source"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("identity", BYTEWISE, nullable=False),  # SHA-256 of all it is recognised by: the guard against doubles
    Column("guid", Written),  # from here to `digest`: as the newest version has it
    Column("link", Written),
    Column("title", Written, nullable=False),
    Column("published", Written),
    Column("digest", Written, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("appeared", Instant, nullable=False),  # published where that is known and not after first_seen, else that
    Column("version", Integer, nullable=False),  # the newest
    Column("triage", BYTEWISE, nullable=False),
    Column("decision", Integer, nullable=False),  # the newest; 0: none
    Column("copy_of", BYTEWISE),  # no foreign key: the rejected item may be purged before its copies
    Column("likeness", Written),
    Index(None, "identity", unique=True),
    Index(None, "first_seen"),
    Index(None, "triage"),
    Index(None, "source", "appeared"),
)

originals = Table(
    "originals",
    METADATA,
    Column("digest", BYTEWISE, primary_key=True),  # SHA-256 of media type and data
    Column("media_type", Written, nullable=False),
    Column("data", LargeBinary, nullable=False),  # zlib
)

versions = Table(
    "versions",
    METADATA,
    Column("source", BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("seen", Instant, nullable=False),
    Column("entry", Written, nullable=False),  # JSON, see entries.py
    Column("original", BYTEWISE, ForeignKey("originals.digest")),
    ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"]),
    Index(None, "original"),
)

NEWEST_VERSION = and_(
    versions.c.source == items.c.source, versions.c.number == items.c.number, versions.c.version == items.c.version
)

decisions = Table(
    "decisions",
    METADATA,
    Column("source", BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("decision", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("state", BYTEWISE, nullable=False),
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
    Column("source", BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # of the item, that was read
    Column("marks", LargeBinary, nullable=False),  # see fingerprints.py
    ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"]),
)

# How each link was found when it was last asked for.
links = Table(
    "links",
    METADATA,
    Column("url", BYTEWISE, primary_key=True),
    Column("seen", Instant, nullable=False),
    Column("state", BYTEWISE, nullable=False),
    Column("said", Written, nullable=False),
    Column("final", Written),
    Column("title", Written),
    Column("tries", Integer, nullable=False),  # how often in a row it was found in this state
)
