"""An issue's article in today's frame of the site."""

from __future__ import annotations

import re

from newsletter.model.frame import Frame
from newsletter.publication.publication import Publication
from newsletter.templating import SafeHtml, Templates, theme_tokens
from newsletter.text.setting import set_in_type

_PICTURE = re.compile(r"<img [^>]*>")
_ADDRESSES = re.compile(r' (?:src|srcset)="[^"]*"')


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
    schedule = set_in_type(publication.schedule, frame.language)
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
            "article": SafeHtml(_with_pictures_at(images, article)),
        },
    )


def _with_pictures_at(images: str, article: str) -> str:
    """The article with its pictures' addresses, images/..., beginning with `images` instead. Its text stays."""

    def placed(picture: re.Match[str]) -> str:
        return _ADDRESSES.sub(lambda addresses: addresses[0].replace("images/", images), picture[0])

    return _PICTURE.sub(placed, article)
