"""The tables of what runs by itself: jobs and alarms."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from newsletter.store.columns import BYTEWISE, METADATA, Instant, Written

# What became of each time at which a job was due. The primary key is the promise that there is one run of each.
runs = Table(
    "runs",
    METADATA,
    Column("job", BYTEWISE, primary_key=True),
    Column("key", BYTEWISE, primary_key=True),
    Column("due", Instant, nullable=False),
    Column("state", BYTEWISE, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("next_try", Instant),
    Column("words", Written, nullable=False),
    Column("who", Written, nullable=False),
    Index(None, "job", "due"),
    Index(None, "job", "state"),  # of years of runs, those that are not over
)

# What people were told of that needs them, and whether it is over.
alarms = Table(
    "alarms",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1
    Column("key", BYTEWISE, nullable=False),
    Column("subject", Written, nullable=False),
    Column("text", Written, nullable=False),
    Column("since", Instant, nullable=False),
    Column("told", Written, nullable=False),  # JSON: way -> ISO 8601, the last time
    Column("trouble", Written),
    Column("ended", Instant),
    Column("end_told", Integer, nullable=False),
    Index(None, "ended"),
)
