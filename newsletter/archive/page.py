"""An issue's article in today's frame of the site."""

from __future__ import annotations

import re

from newsletter.model.frame import Frame
from newsletter.publication.publication import Publication
from newsletter.templating import SafeHtml, Templates, theme_tokens

_IMAGE = re.compile(r'(?<=["\s])images/(?=[0-9a-f]{20}\.(?:jpg|png)[" ])')  # in src and in srcset


def framed(
    article: str,
    *,
    subject: str,
    preheader: str,
    permalink: str,
    images: str,
    publication: Publication,
    frame: Frame,
    templates: Templates,
) -> str:
    """The whole page of an issue.

    `article` is page.html of its sent/, or of an edition not yet sent; its pictures stand in images/ beside it.
    `images` is where they stand from the framed page, with a slash at the end.
    """
    schedule = publication.schedule
    return templates.render(
        "web/frame.html",
        {
            "t": frame,
            "theme": theme_tokens(schedule.theme),
            "lang": frame.language,
            "dir": frame.direction,
            "title": subject,
            "description": preheader,
            "permalink": permalink,
            "name": schedule.name,
            "about": schedule.about,
            "postal_address": schedule.postal_address,
            "site": schedule.site,
            "article": SafeHtml(_IMAGE.sub(images, article)),
        },
    )
