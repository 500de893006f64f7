"""The tables of the desk: who may sign in and who has, and texts that are not in a file."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from newsletter.store.columns import BYTEWISE, METADATA, Instant, Written

# Of a member of the team, argon2id in the form of PHC strings: its salt and costs stand in it.
passwords = Table(
    "passwords",
    METADATA,
    Column("member", BYTEWISE, primary_key=True),
    Column("address", BYTEWISE, nullable=False),  # of the member, with which the id says who it is
    Column("hash", BYTEWISE, nullable=False),
    Column("changed", Instant, nullable=False),
)

# Links that sign in once: the SHA-256 of what stands in the address, in hex. A row is deleted when it is used.
sign_in_links = Table(
    "sign_in_links",
    METADATA,
    Column("digest", BYTEWISE, primary_key=True),
    Column("member", BYTEWISE),  # None: whoever comes first says who they are, while nobody has a password
    Column("address", BYTEWISE),  # as in `passwords`; None where `member` is
    Column("made", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Index(None, "member"),
)

# Who is signed in: the SHA-256 of what the browser keeps, in hex. A row is deleted when it ends.
sessions = Table(
    "sessions",
    METADATA,
    Column("digest", BYTEWISE, primary_key=True),
    Column("member", BYTEWISE, nullable=False),
    Column("address", BYTEWISE, nullable=False),  # as in `passwords`
    Column("began", Instant, nullable=False),
    Column("seen", Instant, nullable=False),
    Column("browser", Written, nullable=False),
    Column("network", Written, nullable=False),
    Index(None, "member"),
)

# What somebody is writing and has not saved: the last of each text.
drafts = Table(
    "drafts",
    METADATA,
    Column("issue", BYTEWISE, primary_key=True),
    Column("path", BYTEWISE, primary_key=True),  # from the publication's folder
    Column("member", BYTEWISE, primary_key=True),
    Column("text", Written, nullable=False),
    Column("base", BYTEWISE, nullable=False),  # SHA-256 of the file it was begun from; "" where there was none
    Column("saved", Instant, nullable=False),
)

# What somebody saved when another had saved before them: it is in no file, and nobody shall have written it in vain.
kept_texts = Table(
    "kept_texts",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("issue", BYTEWISE, nullable=False),
    Column("path", BYTEWISE, nullable=False),
    Column("member", BYTEWISE, nullable=False),
    Column("text", Written, nullable=False),
    Column("base", BYTEWISE, nullable=False),
    Column("kept", Instant, nullable=False),
    Index(None, "issue", "path"),
)
