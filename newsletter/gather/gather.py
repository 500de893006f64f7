"""Reads every source that lies in the publication's folder. One bad source stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from newsletter.gather import documents, feeds, jsonfeed
from newsletter.model.errors import SourceError
from newsletter.model.item import Gathered, Item
from newsletter.model.source import Source, SourceId, SourceKind
from newsletter.publication.folder import Folder


def gather(sources: tuple[Source, ...], folder: Folder, now: datetime) -> Gathered:
    """The items of all sources, and why a source could not be read."""
    items: list[Item] = []
    failures: list[tuple[SourceId, str]] = []
    for source in sources:
        for outcome in _outcomes(source, folder, now):
            if isinstance(outcome, SourceError):
                failures.append((SourceId(source.id), str(outcome)))
            else:
                items += outcome
    return Gathered(items=tuple(items), failures=tuple(failures))


def _outcomes(source: Source, folder: Folder, now: datetime) -> Iterator[tuple[Item, ...] | SourceError]:
    """One outcome for a feed, one for each document of a folder."""
    if source.kind is SourceKind.FEED:
        yield _outcome_of_feed(source, folder, now)
        return
    names = sorted(name for name in folder.names_below(source.path) if not name.startswith("."))
    if not names:
        yield SourceError(source.id, f"the folder {source.path} is missing or empty")
    for name in names:
        data = folder.read_bytes(f"{source.path}/{name}")
        try:
            if data is None:
                raise SourceError(source.id, f"{name} cannot be read")
            yield (documents.parse(name, data, source, now),)
        except SourceError as error:
            yield error


def _outcome_of_feed(source: Source, folder: Folder, now: datetime) -> tuple[Item, ...] | SourceError:
    data = folder.read_bytes(source.path)
    if data is None:
        return SourceError(source.id, f"the file {source.path} is missing or cannot be read")
    try:
        parse = jsonfeed.parse if data.lstrip()[:1] == b"{" else feeds.parse
        return parse(data, source, now)
    except SourceError as error:
        return error
