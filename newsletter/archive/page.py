"""An issue's page in one file, style and all: for looking at, without a server and before it is sent."""

from __future__ import annotations

from datetime import datetime

from newsletter.archive.article import pictures_at
from newsletter.archive.assets import style
from newsletter.archive.frame import IN_ONE_FILE, NOWHERE, frame_values
from newsletter.model.archive import ArchivedIssue, Site
from newsletter.model.edition import Edition
from newsletter.model.frame import Frame
from newsletter.model.theme import Theme
from newsletter.templating import SafeHtml, Templates


def archived(edition: Edition, due: datetime) -> ArchivedIssue:
    """The issue as the archive will have it once this edition is sent."""
    return ArchivedIssue(
        issue=edition.issue,
        number=edition.number,
        language=edition.language,
        subject=edition.subject,
        preheader=edition.preheader,
        due=due,
        digest=edition.digest,
        topics=edition.terms.topics,
        people=edition.terms.people,
        numbers=edition.terms.numbers,
        question=edition.terms.question,
        editions=1,
        amendments=(),
        card=None,
    )


def framed(
    article: str,
    *,
    issue: ArchivedIssue,
    permalink: str,
    images: str,
    site: Site,
    theme: Theme,
    frame: Frame,
    templates: Templates,
) -> str:
    """The whole page of an issue; its links lead to the site as the world sees it.

    `article` is page.html of its sent/, or of an edition not yet sent; its pictures stand in images/ beside it.
    `images` is where they stand from the page, with a slash at the end. Lists and other issues are not linked: there is
    no site around it.
    """
    values = {
        **frame_values(site, frame, IN_ONE_FILE, NOWHERE),
        "base": site.site,
        "inline_css": SafeHtml(style(templates, theme, {})),
        "title": issue.subject,
        "description": issue.preheader,
        "address": permalink,
        "card": None,
        "indexed": True,
        "issue": issue,
        "edition": 1,
        "newest_address": permalink,
        "earlier": (),
        "previous": None,
        "next": None,
        "topics": (),
        "people": (),
        "answer": None,
    }
    return templates.render("site/issue.html", {**values, "article": SafeHtml(pictures_at(images, article))})
