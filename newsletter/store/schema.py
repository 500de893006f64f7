"""The tables."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    and_,
    text,
)

from newsletter.store.columns import BYTEWISE, METADATA, Instant, Written

HEAD = "0003"  # the newest migration; a test holds it to the files

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

# Editions whose bytes are kept: those that somebody approved or looked at. A row is never changed.
editions = Table(
    "editions",
    METADATA,
    Column("digest", BYTEWISE, primary_key=True),
    Column("issue", BYTEWISE, nullable=False),
    Column("stored", Instant, nullable=False),
    Column("data", LargeBinary, nullable=False),  # see editions.py
    Index(None, "issue"),
)

# Signatures, and signatures taken back. Rows are added, never changed.
approvals = Table(
    "approvals",
    METADATA,
    Column("issue", BYTEWISE, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 in each issue
    Column("digest", BYTEWISE, ForeignKey("editions.digest"), nullable=False),
    Column("act", BYTEWISE, nullable=False),  # "sign", "release", "withdraw"
    Column("who", BYTEWISE, nullable=False),  # id of the team
    Column("signed", Instant, nullable=False),
    Column("note", Written),
    Column("mac", BYTEWISE, nullable=False),
)

# The last edition of an issue that somebody has looked at.
looks = Table(
    "looks",
    METADATA,
    Column("issue", BYTEWISE, primary_key=True),
    Column("who", BYTEWISE, primary_key=True),
    Column("digest", BYTEWISE, ForeignKey("editions.digest"), nullable=False),
    Column("looked", Instant, nullable=False),
)

# Who did what, for ever: each row carries a digest over itself and the one before it, so that a change shows.
audit = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("happened", Instant, nullable=False),
    Column("who", Written, nullable=False),
    Column("act", BYTEWISE, nullable=False),  # "approve", "withdraw", "waive" ...
    Column("issue", BYTEWISE),
    Column("digest", BYTEWISE),  # of the edition it was about
    Column("note", Written),
    Column("chain", BYTEWISE, nullable=False),
    Index(None, "issue"),
)

# Readers. The mark is the keyed hash of the address: it finds a reader, and is all that stays of one who was erased.
subscribers = Table(
    "subscribers",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("address", Written, nullable=False),
    Column("name", Written),
    Column("language", BYTEWISE),
    Column("zone", BYTEWISE),
    Column("tags", Written),  # JSON list, sorted; None: none
    Column("state", BYTEWISE, nullable=False),
    Column("until", Instant),
    Column("asked", Instant),  # from here to `mail`: the consent
    Column("confirmed", Instant),
    Column("page", Written),
    Column("words", Written),
    Column("mail", Written),
    Column("imported", Integer),  # the number of an import
    Column("added", Instant, nullable=False),
    sqlite_with_rowid=False,
)

# Addresses that must not be written to: those whose newest row is not lifted.
suppressions = Table(
    "suppressions",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 for each mark
    Column("reason", BYTEWISE, nullable=False),
    Column("since", Instant, nullable=False),
    Column("note", Written),
    Column("lifted", Instant),
    Column("lifted_by", Written),
    sqlite_with_rowid=False,
)

# What happened to each reader, but for what an import brought, which stands in `imports`.
happenings = Table(
    "happenings",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 for each mark
    Column("at", Instant, nullable=False),
    Column("act", BYTEWISE, nullable=False),
    Column("who", Written, nullable=False),
    Column("note", Written),
    sqlite_with_rowid=False,
)

imports = Table(
    "imports",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("file", Written, nullable=False),  # its name, without its folder
    Column("digest", BYTEWISE, nullable=False),  # SHA-256 of its bytes
    Column("at", Instant, nullable=False),
    Column("who", Written, nullable=False),
    Column("basis", Written, nullable=False),  # on which ground these people may be written to, as told
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
)

# The keys that marks were made with: none of them may be missing from the ring.
mark_keys = Table(
    "mark_keys",
    METADATA,
    Column("key", BYTEWISE, primary_key=True),
)

# One run of sending. An issue has at most one mailing of kind "issue".
mailings = Table(
    "mailings",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("issue", BYTEWISE, nullable=False),
    Column("kind", BYTEWISE, nullable=False),
    Column("number", Integer, nullable=False),  # 1, or which correction of this issue
    Column("digest", BYTEWISE, ForeignKey("editions.digest"), nullable=False),
    Column("key", BYTEWISE, nullable=False),  # the id of the key that its messages are signed with
    Column("state", BYTEWISE, nullable=False),
    Column("due", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("total", Integer, nullable=False),
    Column("team", Integer, nullable=False),
    Column("rest_from", Instant),
    Column("began", Instant),
    Column("ended", Instant),
    Column("pause", BYTEWISE),
    Column("words", Written),
    Index(None, "issue", "kind", "number", unique=True),
)

# The ledger: one row for each reader of a mailing. The unique index is the promise that nobody gets two.
deliveries = Table(
    "deliveries",
    METADATA,
    Column("mailing", Integer, ForeignKey("mailings.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("mark", LargeBinary, nullable=False),
    Column("address", Written),  # frozen when it was planned; erasure empties it and the name
    Column("name", Written),
    Column("state", BYTEWISE, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("first_try", Instant),  # the first deferral that counted
    Column("next_try", Instant),
    Column("digest", BYTEWISE),
    Column("pinned", Integer, nullable=False, server_default="0"),  # 1: it may have arrived; only the same goes again
    Column("phase", BYTEWISE),  # from here to `said`: the last answer
    Column("code", Integer),
    Column("status", BYTEWISE),
    Column("said", Written),
    Column("changed", Instant),
    Index(None, "mailing", "mark", unique=True),
    sqlite_with_rowid=False,
)
# Rows that somebody still looks for. Either database uses such an index only where a query says its condition as it
# stands here; a value bound to the statement would not do. All begin with the primary key but one: a planner that knows
# no figures yet may then take any of them to find a row by its number.
for name, columns, condition in (
    ("planned", ("seq",), "state = 'planned'"),
    ("deferred", ("next_try", "seq"), "state = 'deferred'"),
    ("handing_over", ("seq",), "state = 'handing_over'"),
    ("unknown", ("seq",), "state = 'unknown'"),
):
    Index(
        f"ix_deliveries_{name}",
        *(deliveries.c[column] for column in ("mailing", *columns)),
        sqlite_where=text(condition),
        postgresql_where=text(condition),
    )

# The one installation that may send: a copy of folder and database is another, and sends nothing until it claims.
installation = Table(
    "installation",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1; the newest holds
    Column("identity", BYTEWISE, nullable=False),
    Column("claimed", Instant, nullable=False),
    Column("who", Written, nullable=False),
    Column("words", Written, nullable=False),  # the machine and folder, for people
)

# Mails of our own to one person. Not of the ledger.
notices = Table(
    "notices",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("kind", BYTEWISE, nullable=False),
    Column("mark", LargeBinary),  # of the address, for the cap
    Column("address", Written, nullable=False),
    Column("subject", Written, nullable=False),
    Column("text", Written, nullable=False),
    Column("asked", Instant, nullable=False),
    Column("state", BYTEWISE, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try", Instant, nullable=False),
    Column("said", Written),
    Index(None, "state", "next_try"),
    Index(None, "mark", "kind", "asked"),
)
