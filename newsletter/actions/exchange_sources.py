"""Sources in from other programs and out to them, as OPML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import format_datetime

from newsletter.actions.app import App, read_publication
from newsletter.actions.noting import deed, noted
from newsletter.gather import opml
from newsletter.gather.opml import OpmlOutline
from newsletter.model.source import Source
from newsletter.publication import sources as sources_file
from newsletter.publication.folder import Folder
from newsletter.publication.publication import SOURCES
from newsletter.publication.write import alone, write


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an OPML file."""

    added: tuple[Source, ...]
    known: int  # feeds that sources.yaml gathers already
    left_out: tuple[str, ...]  # outlines that are no feed we may read, in words


def import_sources(app: App, data: bytes, name: str, *, by: str) -> Imported:
    """Adds the feeds of an OPML file to sources.yaml, all or none, with an entry in the audit log; those it gathers
    already are left as they are. `by` is who does it, as the log names them.

    Raises `ContentError` when the file, called `name`, is no OPML, and `StoreError`.
    """
    found = opml.read_opml(data, name)
    with alone(app.root):
        added = _added(app, found.outlines, by)
    return Imported(added, len(found.outlines) - len(added), found.left_out)


def _added(app: App, outlines: Iterable[OpmlOutline], by: str) -> tuple[Source, ...]:
    """Those that were not known, written behind the others."""
    folder = Folder(app.root)
    known = read_publication(app, folder).sources
    urls, ids = {source.url for source in known}, {source.id for source in known}
    added: list[Source] = []
    for outline in outlines:
        if outline.feed_url not in urls:
            added.append(opml.source_of(outline, ids))
            urls.add(outline.feed_url)
            ids.add(added[-1].id)
    text = (folder.read_text(SOURCES) or "") if folder.exists(SOURCES) else ""
    if added:
        with noted(app, (deed(app, by, "import sources", ", ".join(source.id for source in added)),)):
            write(app.root / SOURCES, sources_file.all_added(text, added))
    return tuple(added)


def export_sources(app: App) -> bytes:
    """All feeds of sources.yaml as OPML 2.0."""
    publication = read_publication(app, Folder(app.root))
    created = format_datetime(app.clock())  # OPML 2.0 dates are those of RFC 822
    return opml.write_opml(publication.sources, publication.schedule.name, created)
