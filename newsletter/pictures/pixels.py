"""A decoded picture as readers are to see it: upright, in colours that every program shows alike, and nothing beside
its pixels."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageCms

from newsletter.pictures.opening import BROKEN

_MIXING = ("L", "LA", "RGB", "RGBA", "CMYK")  # the modes whose pixels can be mixed as they are
_ORIENTATION = 0x0112  # TIFF 6.0, page 36: how a camera was held
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_STEPS = range(0, 256, 51)
_SAMPLE = bytes(level for red in _STEPS for green in _STEPS for blue in _STEPS for level in (red, green, blue))
_UNSEEN = 2  # of 255 levels: so far apart nobody sees two colours as two


def orientation_of(opened: Image.Image) -> int:
    """How the picture is to be turned; 1, as it stands, where its notes cannot be read: they are not the picture."""
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except BROKEN:
        return 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture as it was seen when it was taken."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def no_wider(image: Image.Image, max_width: int) -> Image.Image:
    """The picture at most so many pixels wide, with its proportions."""
    if image.mode not in _MIXING or "transparency" in image.info:
        image = plain(image)
    if image.width <= max_width:
        return image
    height = max(1, round(image.height * max_width / image.width))
    return image.resize((max_width, height), Image.Resampling.LANCZOS)


def plain(image: Image.Image) -> Image.Image:
    """The pixels in one of three modes: RGBA where some can be seen through, CMYK as it is, else RGB."""
    if image.mode.startswith("I"):
        image = _of_8_bits(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return image.convert("RGB") if image.getchannel("A").getextrema() == (255, 255) else image
    return image if image.mode == "CMYK" else image.convert("RGB")


def _of_8_bits(image: Image.Image) -> Image.Image:
    """16 bits of grey as 8: Pillow's own conversion would cut all but the darkest to white."""
    grey = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    key = grey.info.get("transparency")  # the level that stands for nothing (PNG, third edition, 11.3.1.1)
    if isinstance(key, int):
        grey.info["transparency"] = key >> 8
    return grey


def in_srgb(image: Image.Image, profile: object) -> Image.Image:
    """The colours as they look, in the one space that all mail programs assume. `profile` is what the file held.

    One that is broken, is for another kind of picture or is of that space itself changes nothing.
    """
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if isinstance(profile, bytes):
        try:
            meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if image.mode == "CMYK" or not _is_srgb(meant):
                image = _by(meant, image, mode)
        except (ImageCms.PyCMSError, *BROKEN):  # then it says nothing of the picture
            pass
    return image.convert(mode)


def _by(profile: ImageCms.ImageCmsProfile, image: Image.Image, mode: str) -> Image.Image:
    return ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode=mode) or image


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    """Whether its colours are those of sRGB, whatever it calls itself: converting would only blur them."""
    sample = Image.frombytes("RGB", (len(_SAMPLE) // 3, 1), _SAMPLE)
    return max(ImageChops.difference(sample, _by(profile, sample, "RGB")).tobytes()) <= _UNSEEN


def png(image: Image.Image) -> bytes:
    """A file that holds the pixels and nothing beside them."""
    out = io.BytesIO()
    _bare(image).save(out, "PNG", optimize=True)
    return out.getvalue()


def jpeg(image: Image.Image, quality: int, **options: object) -> bytes:
    """The same as JPEG; the picture has no channel to see through."""
    out = io.BytesIO()
    _bare(image).save(out, "JPEG", quality=quality, **options)
    return out.getvalue()


def _bare(image: Image.Image) -> Image.Image:
    """Pillow would write comments, profiles and colours that were once transparent from what it knows of the file."""
    bare = image.copy()
    bare.info = {}
    return bare
