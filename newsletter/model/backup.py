"""A backup: one file with everything that cannot be made again, and a list of what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.model.errors import NewsletterError


class BadBackup(NewsletterError):
    """A file that is no backup of ours, or is not as it was written."""

    def __init__(self, path: Path, what: str) -> None:
        self.path = path
        super().__init__(f"{path} {what}; nothing was changed. Take another backup")


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a backup."""

    name: str  # "tables/NAME.NNNN.jsonl", or "files/" and its path below the publication's folder
    octets: int
    digest: str  # SHA-256, hex
    rows: int | None = None  # of a table; None for a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself; the last of its files."""

    made: datetime  # UTC: the database stands as it did then, files are no older
    name: str  # of the publication's folder
    program: str  # its version
    step: str  # the migration that the tables stand at
    kind: str  # of database: "sqlite", "postgresql"
    folder: str  # where the publication was
    machine: str
    leavers: str  # where var/leavers.log was, and may be newer than the one inside
    copies: str | None  # where its copies lie beside the backups; None: nowhere
    secrets: tuple[str, ...]  # the names of variables that were set; their values are not inside
    left_out: tuple[str, ...]  # links to folders, which are not followed
    members: tuple[Member, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each table, in the order in which they are filled again."""
        counts: dict[str, int] = {}
        for one in self.members:
            if one.rows is not None:
                table = table_of(one.name)
                counts[table] = counts.get(table, 0) + one.rows
        return counts

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files inside, below the publication's folder."""
        return tuple(one.name.removeprefix(FILES) for one in self.members if one.name.startswith(FILES))


TABLES = "tables/"
FILES = "files/"


def table_of(name: str) -> str:
    """The table that a member holds rows of."""
    return name.removeprefix(TABLES).partition(".")[0]
