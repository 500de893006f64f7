"""The look of the desk: the publication's own files and the desk's templates, as they stand now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter import packaged
from newsletter.actions.app import App, read_publication
from newsletter.publication.folder import SCHEDULE, Folder, signature
from newsletter.publication.publication import NAMES, PEOPLE, SOURCES, Publication
from newsletter.templating import Templates

_DESK = Path("templates") / "desk"


@dataclass(frozen=True, slots=True)
class DeskLook:
    """What every page of the desk is shown with, read once."""

    publication: Publication
    templates: Templates


def desk_look(app: App) -> DeskLook:
    """The look of the files as they stand. Raises `ContentError` with every mistake in them."""
    return DeskLook(read_publication(app, Folder(app.root)), app.templates)


def desk_signature(app: App) -> str:
    """Another one whenever a file has changed that `desk_look` reads, and on another day. It reads none."""
    watched = [app.root / name for name in (SCHEDULE, PEOPLE, NAMES, SOURCES)]
    for base in {app.root / _DESK, packaged.root() / _DESK}:
        watched += [base, *base.glob("*")]
    return f"{app.clock().date()} {signature(watched)}"
