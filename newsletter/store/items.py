"""Items: everything that can be done with them, by one name for whoever stands above this room."""

from __future__ import annotations

from newsletter.store.finding import (
    Tally,
    counts,
    find,
    find_many,
    items,
    known,
    original,
    recent_arrivals,
    rejected,
    versions,
    with_digests,
)
from newsletter.store.purging import purge
from newsletter.store.recording import Batch, record, record_all
from newsletter.store.triage import decide, decide_all, decisions

__all__ = [
    "Batch",
    "Tally",
    "counts",
    "decide",
    "decide_all",
    "decisions",
    "find",
    "find_many",
    "items",
    "known",
    "original",
    "purge",
    "recent_arrivals",
    "record",
    "record_all",
    "rejected",
    "versions",
    "with_digests",
]
