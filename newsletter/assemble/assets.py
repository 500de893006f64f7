"""The pictures of an issue as readers get them, at two densities."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter import pictures
from newsletter.model.draft import Draft, image_path
from newsletter.model.edition import Asset
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.kinds import pictures_in
from newsletter.model.theme import Theme
from newsletter.pictures import NotAPicture, Prepared

MARGIN = 64  # CSS pixels beside a picture in the mail, both sides together
LOGO = ""  # stands where a section's name would, for the publication's logo


@dataclass(frozen=True, slots=True)
class Sizes:
    """One picture twice: `fine` has two pixels for each of `plain`, or is the same where the original has no more."""

    plain: Asset
    fine: Asset


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture where a template puts it.

    A mail shows the fine size, because few mail programs choose between two; a page offers both.
    """

    url: str
    fine_url: str
    shown_width: int  # CSS pixels
    shown_height: int
    alt: str
    credit: str
    licence: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    section: str
    field: str
    path: str
    width: int  # CSS pixels
    alt: str
    credit: str
    licence: str
    plays: bool


def prepare(draft: Draft, theme: Theme) -> dict[tuple[str, str], Sizes]:
    """The pictures by section and field, the logo's by `LOGO` and "light" or "dark".

    Raises `ContentError` with every file that cannot be shown.
    """
    originals = dict(draft.images)
    found: dict[tuple[str, str], Sizes] = {}
    mistakes = []
    for wanted in _wanted(draft, theme):
        try:
            plain, fine = (pictures.prepare(originals[wanted.path], wanted.width * density) for density in (1, 2))
        except NotAPicture as error:
            mistakes.append(Mistake(wanted.path, 0, f"the picture cannot be used: {error.what}", error.todo))
            continue
        if wanted.plays:
            plain, fine = (pictures.with_play_mark(size, theme.light.accent) for size in (plain, fine))
        found[wanted.section, wanted.field] = Sizes(_asset(plain, wanted), _asset(fine, wanted))
    if mistakes:
        raise ContentError(mistakes)
    return found


def _wanted(draft: Draft, theme: Theme) -> Iterator[_Wanted]:
    if logo := theme.logo:
        for field, path in (("light", logo.light), ("dark", logo.dark)):
            if path:
                yield _Wanted(LOGO, field, path, logo.width, logo.alt, "", "", False)
    for blurb in draft.blurbs:
        for field, picture, plays in pictures_in(blurb.fields):
            path = image_path(blurb.path, picture.file)
            width = theme.width - MARGIN
            yield _Wanted(blurb.name, field, path, width, picture.alt, picture.credit, picture.licence, plays)


def _asset(ready: Prepared, wanted: _Wanted) -> Asset:
    return Asset(
        name=hashlib.sha256(ready.data).hexdigest()[:20] + ready.suffix,
        data=ready.data,
        width=ready.width,
        height=ready.height,
        alt=wanted.alt,
        credit=wanted.credit,
        licence=wanted.licence,
    )


def shown(sizes: Sizes, url: str, fine_url: str) -> Shown:
    """The picture at the width the plain size has: no wider than the letter, nor than itself."""
    plain = sizes.plain
    return Shown(
        url=url,
        fine_url=fine_url,
        shown_width=plain.width,
        shown_height=plain.height,
        alt=plain.alt,
        credit=plain.credit,
        licence=plain.licence,
    )
