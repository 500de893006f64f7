"""A picture that somebody uploads: taken only where it can be decoded, and written anew from its pixels alone.

So nothing else that the file held goes further: no place where it was taken, no second file behind the picture, no
profile, no text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from PIL import Image

from newsletter.pictures.opening import NotAPicture, Unfit, opening
from newsletter.pictures.pixels import in_srgb, jpeg, no_wider, orientation_of, plain, png, upright

MAX_OCTETS = 25_000_000  # of the file as it is sent; a photograph from a large camera is about half of it
MAX_WIDTH = 2400  # pixels that are kept: twice what the widest letter shows at two densities
_LEAST_SIDE, _MOST_SIDE = 16, 20_000  # pixels
_MOST_STRETCHED = 10  # how many times the longer side is the shorter
_MOST_PNG = 6_000_000  # octets; a photograph that was saved as PNG is larger, and becomes a JPEG


class BadCrop(Unfit):
    """Says, as a clause, why a part of a picture cannot be cut out."""


@dataclass(frozen=True, slots=True)
class Crop:
    """The part of a picture that is kept, each edge from 0 to 1 of the picture as it stands upright.

    Raises `BadCrop` for edges that are not within it or hold nothing between them.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):  # nor where one is no number
            raise BadCrop("its edges are not in order between 0 and 1")

    @classmethod
    def parse(cls, text: str) -> Crop:
        """Left, top, right, bottom with spaces or commas between them; the whole picture where nothing is written."""
        parts = [part for part in re.split(r"[\s,]+", text) if part]
        if not parts:
            return WHOLE
        try:
            left, top, right, bottom = (float(part) for part in parts)
        except ValueError as error:
            raise BadCrop("it is not four numbers: left, top, right, bottom") from error
        return cls(left, top, right, bottom)


WHOLE = Crop(0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it is kept: pixels in sRGB, upright, at most `MAX_WIDTH` wide, and nothing beside them."""

    data: bytes
    suffix: str  # ".jpg" or ".png", by what the bytes are, whatever the file was called
    width: int  # pixels
    height: int
    animated: bool  # the file was an animation, of which the first picture is kept


def received(data: bytes, crop: Crop = WHOLE) -> Upload:
    """The picture in an uploaded file, upright and cut: JPEG for a photograph, PNG for a drawing and for transparency.

    The same bytes for the same input, on one machine. Raises `NotAPicture` for anything but a whole JPEG, PNG, GIF or
    WebP file, for more than `MAX_OCTETS` or 60 million pixels, and for a strip; `BadCrop` where too little is left.
    """
    if len(data) > MAX_OCTETS:
        raise NotAPicture(f"it is larger than {MAX_OCTETS // 1_000_000} MB", "save it smaller")
    with opening(data) as opened:
        _refuse_size(opened.width, opened.height)
        return _kept(opened, data, crop)


def _refuse_size(width: int, height: int) -> None:
    """What the file says of itself, before a pixel of it is decoded."""
    longer, shorter = max(width, height), min(width, height)
    if longer > _MOST_SIDE or longer > shorter * _MOST_STRETCHED:
        raise NotAPicture(f"it is {width} by {height} pixels, a strip", "cut a part out of it that readers can see")
    if shorter < _LEAST_SIDE:
        raise NotAPicture(f"it is only {width} by {height} pixels", "find a larger one")


def _kept(opened: Image.Image, data: bytes, crop: Crop) -> Upload:
    is_jpeg = opened.format in ("JPEG", "MPO")  # MPO: a JPEG with further pictures behind it, as telephones write them
    if is_jpeg:
        enough = math.ceil(MAX_WIDTH / min(crop.right - crop.left, crop.bottom - crop.top))
        opened.draft(None, (enough, enough))  # decoded at half the size or less, where that is more than is kept
    animated = not is_jpeg and bool(getattr(opened, "is_animated", False))
    orientation, profile = orientation_of(opened), opened.info.get("icc_profile")
    opened.load()
    image = no_wider(_cut(upright(opened, orientation), crop), MAX_WIDTH)  # first: a large one takes much memory
    image = in_srgb(plain(image), profile)
    is_drawing = opened.format in ("PNG", "GIF") or data[12:16] == b"VP8L"
    suffix, encoded = _encoded(image, is_drawing)
    return Upload(encoded, suffix, image.width, image.height, animated)


def _cut(image: Image.Image, crop: Crop) -> Image.Image:
    if crop == WHOLE:
        return image
    across, down = image.size
    box = (round(crop.left * across), round(crop.top * down), round(crop.right * across), round(crop.bottom * down))
    width, height = box[2] - box[0], box[3] - box[1]
    if min(width, height) < _LEAST_SIDE:
        raise BadCrop(f"only {width} by {height} pixels are left; take a larger part")
    if max(width, height) > min(width, height) * _MOST_STRETCHED:
        raise BadCrop(f"a strip of {width} by {height} pixels is left; take a part nearer to a square")
    return image.crop(box)


def _encoded(image: Image.Image, is_drawing: bool) -> tuple[str, bytes]:
    """The suffix and the file."""
    if is_drawing or image.mode == "RGBA":
        data = png(image)
        if image.mode == "RGBA" or len(data) <= _MOST_PNG:
            return ".png", data
    # QUIRK: neither optimized nor progressive, which Pillow 13 writes into a buffer of an octet for each pixel: noise
    # needs more, and then it raises "broken data stream when writing image file".
    return ".jpg", jpeg(image, 90, subsampling=0)
