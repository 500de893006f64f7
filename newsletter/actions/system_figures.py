"""System figures: how the installation is doing, in numbers, for whoever watches it from outside."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.app import App
from newsletter.actions.backups import newest_backup
from newsletter.model.source import Source, SourceId
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.publication import SOURCES
from newsletter.store.engine import open_store
from newsletter.store.figures import Figures, figures


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFigures:
    """What the database counts, and what the machine says."""

    counted: Figures
    disk_free: int  # octets, where the publication lies
    newest_backup: datetime | None  # UTC; None: there is none where schedule.yaml says they are kept


def system_figures(app: App) -> SystemFigures:
    """All of it, as it is now. Changes nothing. Raises `StoreError`, `OSError`."""
    with open_store(app.database) as store:
        counted = figures(store, _paused(app))
    newest = newest_backup(app)
    return SystemFigures(
        counted=counted,
        disk_free=shutil.disk_usage(app.root).free,
        newest_backup=newest.made if newest else None,
    )


def _paused(app: App) -> frozenset[SourceId]:
    """The sources that sources.yaml says are paused, as far as it can be read."""
    folder = Folder(app.root)
    text = folder.read_text(SOURCES) if folder.exists(SOURCES) else None
    sources, _, _ = yamlfile.read_list(text, Source, SOURCES)
    return frozenset(SourceId(source.id) for source in sources if source.paused)
