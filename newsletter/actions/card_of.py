"""The card of an issue, drawn once, before it goes out: what stands on it, and what it is set with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.actions.app import App, Desk, read_issue
from newsletter.model.edition import Edition
from newsletter.publication.write import write
from newsletter.templating import Templates
from newsletter.templating.filters import in_words
from newsletter.text.setting import set_in_type

if TYPE_CHECKING:
    from newsletter.pictures.card import Lettering

_ALPHABETS = ("latin", "latin-ext")


def card_of(app: App, desk: Desk, edition: Edition) -> bytes | None:
    """The card as PNG, as it was drawn ahead or is drawn now. None where no face can draw the subject."""
    try:
        return _ahead(app, edition).read_bytes() or None
    except FileNotFoundError:
        return _drawn(app, desk, edition)


def draw_ahead(app: App, edition: Edition) -> None:
    """Draws the card of an edition that waits for its time, so that its first mail does not wait for it.

    Raises `ContentError` for files with mistakes, `OSError` where it cannot be kept.
    """
    if not _ahead(app, edition).exists():
        write(_ahead(app, edition), _drawn(app, read_issue(app, edition.issue), edition) or b"")


def forget_ahead(app: App) -> None:
    """Forgets what was drawn ahead: an issue that has sent/ keeps its card there."""
    shutil.rmtree(_ahead_of(app), ignore_errors=True)


def _ahead(app: App, edition: Edition) -> Path:
    return _ahead_of(app) / f"{edition.digest}.png"


def _ahead_of(app: App) -> Path:
    return app.root / "var" / "cards"


def _drawn(app: App, desk: Desk, edition: Edition) -> bytes | None:
    """Name, number and date, subject, number of the week."""
    from newsletter.pictures.card import Said, card  # takes long, and most runs find the card drawn

    schedule = set_in_type(desk.publication.schedule, edition.language)
    number = desk.frame["issue_number"].replace("{number}", str(edition.number))
    figure, caption = edition.terms.numbers[0] if edition.terms.numbers else (None, None)
    said = Said(
        name=schedule.name,
        subject=edition.subject,
        dated=f"{number} · {in_words(edition.issue.date, desk.frame, 'date_long')}",
        figure=figure,
        caption=caption,
    )
    return card(said, schedule.theme.light, lettering(app.templates), edition.language)


def lettering(templates: Templates) -> Lettering:
    """The faces of the site, for a card to be set with. Raises `ContentError` where one is not there."""

    from newsletter.pictures.card import Lettering

    def files(family: str) -> tuple[bytes, ...]:
        names = [f"site/fonts/{family}-{alphabet}-wght-normal.woff2" for alphabet in _ALPHABETS]
        return tuple(templates.read_bytes(name) for name in names)

    return Lettering(serif=files("newsreader"), sans=files("inter"))
