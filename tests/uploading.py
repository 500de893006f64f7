"""Files that people upload as pictures, and files that nobody should."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

from PIL import Image, ImageCms, ImageDraw

# Of Display P3, in XYZ as profiles hold them, adapted to D50.
_PRIMARIES = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def drawn(width: int, height: int, mode: str = "RGB", form: str = "PNG", **options: object) -> bytes:
    """A picture that is dark at its top and light at its foot."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def quarters(form: str = "PNG", **options: object) -> bytes:
    """200 by 100 pixels: red and green above, blue and white below."""
    image = Image.new("RGB", (200, 100), "white")
    on = ImageDraw.Draw(image)
    for left, top, colour in ((0, 0, "#f00"), (100, 0, "#0f0"), (0, 50, "#00f")):
        on.rectangle((left, top, left + 99, top + 49), fill=colour)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def turned(orientation: int) -> Image.Exif:
    """What a camera notes that was held so (TIFF 6.0, page 36)."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A secret camera"
    return exif


def with_chunks(png: bytes, name: bytes, data: bytes, times: int = 1) -> bytes:
    """A PNG with chunks before its pixels."""
    chunk = struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return png[:33] + chunk * times + png[33:]


def unfolding(octets: int) -> bytes:
    """What a chunk of compressed notes holds: a name, and so many octets in a thousandth of the room."""
    return b"notes\0\0" + zlib.compress(b"a" * octets, 9)


def sized(png: bytes, width: int, height: int) -> bytes:
    """A PNG that says of itself to be so large."""
    head = b"IHDR" + struct.pack(">II", width, height) + png[24:29]
    return png[:12] + head + struct.pack(">I", zlib.crc32(head)) + png[33:]


def many_passes(jpeg: bytes, times: int) -> bytes:
    """A progressive JPEG that draws its last pass so many times."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * times + jpeg[-2:]


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def wide_profile() -> bytes:
    """Display P3, the space of telephones and of many screens: the curve of sRGB between other primaries."""
    profile = srgb_profile()
    for name, values in _PRIMARIES.items():
        entry = profile.index(name, 128)  # in the table of tags: name, offset, size (ICC.1:2010, 7.3)
        at = int.from_bytes(profile[entry + 4 : entry + 8], "big") + 8
        profile = profile[:at] + struct.pack(">3i", *(round(one * 65536) for one in values)) + profile[at + 12 :]
    return profile


def deep_grey(levels: Sequence[int], key: int | None = None) -> bytes:
    """A PNG of 64 rows with 16 bits of grey for each pixel, 16 pixels of each level; `key` is seen through."""
    row = b"\0" + b"".join(struct.pack(">H", level) * 16 for level in levels)
    head = struct.pack(">IIBBBBB", 16 * len(levels), 64, 16, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(row * 64)), (b"IEND", b"")]
    if key is not None:
        parts.insert(1, (b"tRNS", struct.pack(">H", key)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
