"""The pictures of an issue as readers get them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from newsletter import pictures
from newsletter.model.draft import Draft
from newsletter.model.edition import Asset
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.kinds import pictures_in
from newsletter.pictures import NotAPicture

DENSITY = 2  # pixels of the file for one of the mail, so that fine screens show it sharp
MARGIN = 64  # CSS pixels beside a picture, both sides together


@dataclass(frozen=True, slots=True)
class ShownAsset:
    """A picture where a template puts it."""

    asset: Asset
    url: str
    shown_width: int  # CSS pixels in the mail
    shown_height: int

    @property
    def alt(self) -> str:
        return self.asset.alt

    @property
    def credit(self) -> str:
        return self.asset.credit

    @property
    def licence(self) -> str:
        return self.asset.licence

    @property
    def width(self) -> int:
        return self.asset.width

    @property
    def height(self) -> int:
        return self.asset.height


def prepare(draft: Draft, letter_width: int) -> dict[tuple[str, str], Asset]:
    """The assets of a draft by section name and field. Raises `ContentError` for a file that cannot be shown."""
    originals = dict(draft.images)
    found: dict[tuple[str, str], Asset] = {}
    mistakes = []
    for blurb in draft.blurbs:
        for field, picture in pictures_in(blurb.fields):
            try:
                ready = pictures.prepare(originals[picture.file], (letter_width - MARGIN) * DENSITY)
            except NotAPicture as error:
                folder = blurb.path.rpartition("/")[0]
                what = f"the picture cannot be used: {error}"
                mistakes.append(Mistake(f"{folder}/images/{picture.file}", 0, what, "save it as JPEG or PNG"))
                continue
            found[blurb.name, field] = Asset(
                name=hashlib.sha256(ready.data).hexdigest()[:20] + ready.suffix,
                data=ready.data,
                width=ready.width,
                height=ready.height,
                alt=picture.alt,
                credit=picture.credit,
                licence=picture.licence,
            )
    if mistakes:
        raise ContentError(mistakes)
    return found


def shown(asset: Asset, url: str, letter_width: int) -> ShownAsset:
    """The asset at the width a mail shows it: the letter's, or its own where it is smaller."""
    width = min(letter_width - MARGIN, asset.width)
    return ShownAsset(asset, url, width, max(1, round(asset.height * width / asset.width)))
