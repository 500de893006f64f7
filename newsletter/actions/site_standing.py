"""How the issues stand with their readers: what the archive has to know of the mailings, and nothing else of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from newsletter.actions.app import App
from newsletter.model.issue import IssueId

if TYPE_CHECKING:
    from newsletter.store.engine import Store

# What is imported inside a function here is heavy, and a build whose database has not changed runs without it.


@dataclass(frozen=True, slots=True)
class Standing:
    """What sending has to say of the issues that have a page."""

    unlisted: frozenset[IssueId] = frozenset()  # whose first mail has not left: they have a page, and no list names it
    cut_short: frozenset[IssueId] = frozenset()  # whose mailing was ended after it


def standing_of(store: Store) -> Standing:
    """The standing as the database says it now."""
    from newsletter.store import mailings

    return Standing(mailings.unlisted(store), mailings.cut_short(store))


def standing_now(app: App, known: Mapping[str, Any]) -> tuple[Standing, dict[str, Any]]:
    """The standing, and what is to be kept of it. `known` is what was kept last time.

    The database is opened only where its files are others than they were; in a clone, which has none, every issue with
    sent/ is listed.
    """
    asked = bool(_secret(app, "DATABASE_URL"))
    signature = "" if asked else _signature(app)
    if not asked and not signature:
        return Standing(), {}
    if signature and known.get("signature") == signature:
        return from_kept(known), dict(known)
    from newsletter.store.engine import open_store

    with open_store(app.database) as store:
        standing = standing_of(store)
    return standing, {**kept(standing), "signature": signature}


def kept(standing: Standing) -> dict[str, Any]:
    """The standing as JSON."""
    return {
        "unlisted": sorted(map(str, standing.unlisted)),
        "cut_short": sorted(map(str, standing.cut_short)),
    }


def from_kept(known: Mapping[str, Any]) -> Standing:
    """The standing that was kept as JSON."""
    return Standing(_issues(known.get("unlisted", ())), _issues(known.get("cut_short", ())))


def _issues(names: list[str] | tuple[()]) -> frozenset[IssueId]:
    return frozenset(issue for issue in map(IssueId.parse, names) if issue is not None)


def _signature(app: App) -> str:
    """Another one whenever a transaction was written to the database; "" where there is no database."""
    parts = []
    for name in ("newsletter.db", "newsletter.db-wal"):
        try:
            found = os.stat(app.root / "var" / name)  # noqa: PTH116
        except OSError:
            if name == "newsletter.db":
                return ""
        else:
            if found.st_size:
                parts.append(f"{found.st_size} {found.st_mtime_ns} {found.st_ino}")
    return ", ".join(parts)


def _secret(app: App, name: str) -> str | None:
    if (app.root / ".env").exists():
        return app.secrets.get(name)
    return os.environ.get(name)
