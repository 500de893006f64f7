"""The card of an issue, drawn once, when it goes out: what stands on it, and what it is set with."""

from __future__ import annotations

from newsletter.actions.app import App, Desk
from newsletter.model.edition import Edition
from newsletter.pictures.card import Lettering, Said, card
from newsletter.templating import Templates
from newsletter.templating.filters import in_words
from newsletter.text.setting import set_in_type

_ALPHABETS = ("latin", "latin-ext")


def card_of(app: App, desk: Desk, edition: Edition) -> bytes | None:
    """The card as PNG: name, number and date, subject, number of the week. None where no face can draw the subject."""
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

    def files(family: str) -> tuple[bytes, ...]:
        names = [f"site/fonts/{family}-{alphabet}-wght-normal.woff2" for alphabet in _ALPHABETS]
        return tuple(templates.read_bytes(name) for name in names)

    return Lettering(serif=files("newsreader"), sans=files("inter"))
