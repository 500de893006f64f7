"""Who the site is by, and what its own pages say: made of schedule.yaml and content/pages."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.model.archive import Page, Site
from newsletter.model.errors import Mistake
from newsletter.publication.pages import PageFile
from newsletter.publication.schedule import Schedule
from newsletter.text import html, markdown
from newsletter.text.setting import set_in_type
from newsletter.text.typography import typeset_prose

_FIRST = ("about", "privacy")


def site_of(schedule: Schedule) -> Site:
    """What the site needs to know of the publication, set in type."""
    schedule = set_in_type(schedule, schedule.language)
    return Site(
        name=schedule.name,
        tagline=schedule.tagline,
        language=schedule.language,
        site=schedule.site,
        live=schedule.live,
        about=schedule.about,
        postal_address=schedule.postal_address,
        reply_to=schedule.sender.reply_to,
    )


def pages_of(files: Sequence[PageFile], language: str) -> tuple[tuple[Page, ...], list[Mistake]]:
    """The pages beside the issues, about and privacy first and the others by title; and every mistake in their text."""
    pages, mistakes = [], []
    for file in files:
        prose, troubles = markdown.parse(file.body)
        mistakes += [Mistake(file.path, file.body_line + one.line - 1, one.what, one.todo) for one in troubles]
        mistakes += [
            Mistake(file.path, file.body_line + mark.line - 1, f"[^{mark.item}] marks a source", "write a link instead")
            for mark in prose.marks
        ]
        matter = set_in_type(file.matter, language)
        shown = str(html.render(typeset_prose(prose, language), {}, heading="h2"))
        pages.append(Page(name=file.name, title=matter.title, description=matter.description, html=shown))
    return tuple(sorted(pages, key=_place)), mistakes


def _place(page: Page) -> tuple[int, str]:
    return (_FIRST.index(page.name) if page.name in _FIRST else len(_FIRST)), page.title
