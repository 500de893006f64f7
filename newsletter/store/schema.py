"""The tables: those of what is gathered stand in a module of their own."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, text

from newsletter.store.columns import BYTEWISE, METADATA, Instant, Written
from newsletter.store.schema_desk import drafts as drafts
from newsletter.store.schema_desk import kept_texts as kept_texts
from newsletter.store.schema_desk import passwords as passwords
from newsletter.store.schema_desk import sessions as sessions
from newsletter.store.schema_desk import sign_in_links as sign_in_links
from newsletter.store.schema_gathered import NEWEST_DECISION as NEWEST_DECISION
from newsletter.store.schema_gathered import NEWEST_VERSION as NEWEST_VERSION
from newsletter.store.schema_gathered import decisions as decisions
from newsletter.store.schema_gathered import fingerprints as fingerprints
from newsletter.store.schema_gathered import items as items
from newsletter.store.schema_gathered import links as links
from newsletter.store.schema_gathered import originals as originals
from newsletter.store.schema_gathered import sources as sources
from newsletter.store.schema_gathered import versions as versions
from newsletter.store.schema_running import alarms as alarms
from newsletter.store.schema_running import runs as runs

HEAD = "0009"  # the newest migration; a test holds it to the files

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
    Column("pace", Written),
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
    ("closed", ("seq",), "state IN ('refused', 'expired', 'suppressed')"),  # before anything was handed over, too
):
    Index(
        f"ix_deliveries_{name}",
        *(deliveries.c[column] for column in ("mailing", *columns)),
        sqlite_where=text(condition),
        postgresql_where=text(condition),
    )

# What came back: a row for each address that a returned mail speaks of. Rows are added; `undone` is written into them.
returned = Table(
    "returned",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("taken", Instant, nullable=False),
    Column("digest", BYTEWISE, nullable=False),  # SHA-256 of the mail
    Column("part", Integer, nullable=False),  # from 0: which address of this mail
    Column("nature", BYTEWISE, nullable=False),
    Column("address", Written),  # as the mail has it; erasure empties it, with `said` and `raw`
    Column("status", BYTEWISE),
    Column("said", Written, nullable=False),
    Column("how", BYTEWISE, nullable=False),
    Column("proof", BYTEWISE),
    Column("mailing", Integer),
    Column("seq", Integer),
    Column("mark", LargeBinary),
    Column("consequence", BYTEWISE),
    Column("undone", Instant),
    Column("undone_by", Written),
    Column("raw", LargeBinary),  # of part 0: the mail, zlib; emptied after a time
    Index(None, "digest", "part", unique=True),
    Index(None, "mailing", "seq"),
    Index(None, "mark"),
)

# How far a mailbox of ours was read.
cursors = Table(
    "cursors",
    METADATA,
    Column("name", BYTEWISE, primary_key=True),
    Column("cursor", Written, nullable=False),
)

# How many messages were handed over on each day (UTC): the ledger counts them in the commit of their intents.
days = Table(
    "days",
    METADATA,
    Column("day", BYTEWISE, primary_key=True),  # "2026-11-27"
    Column("handed", Integer, nullable=False),
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
    Column("restored", Instant),  # when the backup was made that this one was put back from; None: it was not
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
    Column("until", Instant),
    Index(None, "state", "next_try"),
    Index(None, "mark", "kind", "asked"),
)

# What visitors of the live pages have asked for and nobody has seen to yet. A row goes when it is seen to.
requests = Table(
    "requests",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("kind", BYTEWISE, nullable=False),
    Column("address", Written, nullable=False),
    Column("language", BYTEWISE),
    Column("page", Written, nullable=False),
    Column("words", Written, nullable=False),
    Column("asked", Instant, nullable=False),
)

# What readers have answered to the question of an issue, for its editors. Not tied to any address.
answers = Table(
    "answers",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("issue", BYTEWISE, nullable=False),
    Column("asked", Written, nullable=False),  # the question, as it stood above the form
    Column("at", Instant, nullable=False),
    Column("name", Written, nullable=False),
    Column("place", Written),
    Column("text", Written, nullable=False),
    Column("words", Written, nullable=False),  # what the reader has agreed to
    Column("state", BYTEWISE, nullable=False),
    Index(None, "issue"),
)

# Readers who may have come since a mailing was planned that has not begun, see newcomers.py.
newcomers = Table(
    "newcomers",
    METADATA,
    Column("mark", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
# And those who come back by themselves.
Index(
    "ix_subscribers_paused",
    subscribers.c.until,
    sqlite_where=text("state = 'paused'"),
    postgresql_where=text("state = 'paused'"),
)
