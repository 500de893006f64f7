"""Pictures: bytes to bytes. The only room that opens an image file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from newsletter.pictures.opening import MAX_PIXELS as MAX_PIXELS
from newsletter.pictures.opening import NotAPicture as NotAPicture
from newsletter.pictures.opening import opening
from newsletter.pictures.pixels import in_srgb, jpeg, no_wider, orientation_of, plain, png, upright


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture fit for mail: no larger than asked for, without metadata, the same bytes for the same input."""

    data: bytes
    suffix: str  # ".jpg" or ".png"
    width: int  # pixels
    height: int


@lru_cache(maxsize=64)
def prepare(data: bytes, max_width: int) -> Prepared:
    """The picture at most `max_width` pixels wide: PNG where it has transparency or few colours, else JPEG.

    Raises `NotAPicture` for anything but JPEG, PNG, GIF or WebP, a broken file, and more than 60 million pixels.
    """
    with opening(data) as opened:
        orientation, profile = orientation_of(opened), opened.info.get("icc_profile")
        opened.load()
        few_colours = opened.mode in ("P", "1", "L") or opened.mode.startswith("I")  # I: 16 bits of grey
        suffix = ".png" if few_colours or opened.has_transparency_data else ".jpg"
        image = plain(no_wider(upright(opened, orientation), max_width))
        return _encoded(in_srgb(image, profile), suffix)


@lru_cache(maxsize=32)
def with_play_mark(picture: Prepared, accent: str) -> Prepared:
    """The picture with a play mark in its middle: a white disc, a triangle in the accent colour, at any size."""
    image = Image.open(io.BytesIO(picture.data)).convert("RGB")
    smooth = 4  # drawn so many times larger, then made small, for smooth edges
    size = max(24, round(min(image.size) * 0.22))
    mark = Image.new("RGBA", (size * smooth, size * smooth))
    edge = size * smooth - 1
    draw = ImageDraw.Draw(mark)
    draw.ellipse((0, 0, edge, edge), fill=(255, 255, 255, 240))
    # A triangle looks centred when its centre of gravity is, so it stands a little to the right.
    left, right, top, bottom = (edge * part for part in (0.40, 0.70, 0.31, 0.69))
    draw.polygon([(left, top), (right, edge / 2), (left, bottom)], fill=accent)
    mark = mark.resize((size, size), Image.Resampling.LANCZOS)
    image.paste(mark, ((image.width - size) // 2, (image.height - size) // 2), mark)
    return _encoded(image, ".jpg")


def _encoded(image: Image.Image, suffix: str) -> Prepared:
    """The picture without metadata, the same bytes for the same pixels."""
    data = png(image) if suffix == ".png" else jpeg(image, 82, optimize=True, progressive=True)
    return Prepared(data, suffix, image.width, image.height)
