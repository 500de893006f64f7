"""Pictures: bytes to bytes. The only room that opens an image file."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

MAX_PIXELS = 60_000_000  # decoded; a bomb of a few kilobytes can hold more
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")


class NotAPicture(ValueError):
    """Says, as a clause, why bytes cannot be shown."""


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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise NotAPicture(f"it has more than {MAX_PIXELS // 1_000_000} million pixels")
                image = ImageOps.exif_transpose(opened)
                image.load()
    except UnidentifiedImageError as error:
        raise NotAPicture("it is not a JPEG, PNG, GIF or WebP file") from error
    except (OSError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(f"the file is broken ({error})") from error
    few_colours = image.mode in ("P", "1", "L")
    transparent = "A" in image.getbands() or "transparency" in image.info
    image = image.convert("RGBA" if transparent else "RGB")
    if image.width > max_width:
        height = max(1, round(image.height * max_width / image.width))
        image = image.resize((max_width, height), Image.Resampling.LANCZOS)
    return _encoded(image, ".png" if transparent or few_colours else ".jpg")


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
    out = io.BytesIO()
    if suffix == ".png":
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return Prepared(out.getvalue(), suffix, image.width, image.height)
