"""The files that are served as they are: pictures of the issues, their cards, and what the look is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from newsletter.archive.listing import by_year
from newsletter.archive.outputs import Archive, Group, Output, key_of, keys_of
from newsletter.archive.records import Record


def pictures(archive: Archive) -> Iterator[Group]:
    """Every picture of every edition, for mails that were sent show them as well, and every card; by year."""
    for year, records in by_year(archive.records).items():
        yield Group(f"pictures of {year}", key_of(keys_of(records)), partial(_pictures, archive, records))


def _pictures(archive: Archive, records: Sequence[Record]) -> Iterator[Output]:
    seen: set[str] = set()
    for record in records:
        for files, issue in zip(record.files, (*record.earlier, record.issue), strict=True):
            found = [(name, f"{files.path}/images/{name}") for name in files.images]
            if issue.card:
                found.append((issue.card.name, f"{files.path}/card.png"))
            for name, path in found:
                if name not in seen:
                    seen.add(name)
                    yield Output(f"images/{name}", name, partial(archive.files.picture, path, name))


def assets(files: Mapping[str, Callable[[], bytes]]) -> Iterator[Output]:
    """Style, fonts, icon and script, by the path below public/ that holds the digest of their bytes."""
    for path, make in sorted(files.items()):
        yield Output(path, path, make)
