"""An uploaded picture: taken where it can be decoded, upright and cut, and nothing of the file but its pixels."""

from __future__ import annotations

import io
import random
import struct
import time
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, ImageOps

from newsletter.pictures import NotAPicture
from newsletter.pictures.upload import MAX_WIDTH, WHOLE, BadCrop, Crop, received
from tests.uploading import (
    deep_grey,
    drawn,
    many_passes,
    opened,
    quarters,
    sized,
    srgb_profile,
    turned,
    unfolding,
    with_chunks,
)

SMALL, SMALL_JPEG = drawn(64, 64), drawn(64, 64, form="JPEG")


@pytest.mark.parametrize(
    ("data", "suffix", "form"),
    [
        (drawn(64, 64, form="JPEG"), ".jpg", "JPEG"),
        (drawn(64, 64, "CMYK", "JPEG"), ".jpg", "JPEG"),
        (SMALL, ".png", "PNG"),
        (drawn(64, 64, "LA"), ".png", "PNG"),
        (drawn(64, 64, "P", "GIF"), ".png", "PNG"),
        (drawn(64, 64, form="WEBP"), ".jpg", "JPEG"),
        (drawn(64, 64, form="WEBP", lossless=True), ".png", "PNG"),
        (drawn(64, 64, form="MPO", save_all=True, append_images=[Image.new("RGB", (32, 32))]), ".jpg", "JPEG"),
    ],
    ids=["jpeg", "cmyk", "png", "grey", "gif", "webp", "webp-drawing", "telephone"],
)
def test_every_form_that_people_have_is_kept_as_jpeg_or_png(data: bytes, suffix: str, form: str) -> None:
    """By what the bytes are, the same bytes each time, and of the size it had."""
    upload = received(data)
    kept = opened(upload.data)
    assert (upload.suffix, kept.format, kept.size) == (suffix, form, (64, 64))
    assert kept.mode in ("RGB", "RGBA")
    assert received(data) == upload


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_as_the_camera_was_held(form: str, orientation: int) -> None:
    """All eight ways of TIFF 6.0; what is cut out of it is what a person sees there."""
    data = quarters(form, exif=turned(orientation), **({"lossless": True} if form == "WEBP" else {}))
    upright = ImageOps.exif_transpose(opened(data))
    upload = received(data)
    assert (upload.width, upload.height) == upright.size
    assert [_near(upload.data, at) for at in _corners(upright)] == [_at(upright, at) for at in _corners(upright)]
    corner = received(data, Crop(0.5, 0, 1, 0.5))
    assert (corner.width * 2, corner.height * 2) == upright.size
    assert _near(corner.data, (20, 20)) == _at(upright, (upright.width - 20, 20))
    assert b"secret" not in upload.data


def _corners(image: Image.Image) -> tuple[tuple[int, int], ...]:
    right, foot = image.width - 20, image.height - 20
    return (20, 20), (right, 20), (20, foot), (right, foot)


def _near(data: bytes, at: tuple[int, int]) -> str:
    return _at(opened(data), at)


def _at(image: Image.Image, at: tuple[int, int]) -> str:
    """The colour there, roughly."""
    pixel = image.convert("RGB").getpixel(at)
    assert isinstance(pixel, tuple)
    return "".join("f" if level > 128 else "0" for level in pixel)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_but_pixels_is_kept(form: str) -> None:
    """No place, no comment, no profile, no thumbnail, and no second file behind the picture or in its notes."""
    secret = b"SECRET-41.3,-8.6"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    if form == "GIF":
        data = drawn(64, 64, form=form, comment=secret)
    else:
        data = drawn(64, 64, form=form, comment=secret, exif=exif, icc_profile=srgb_profile(), xmp=secret)
    if form == "PNG":
        data = with_chunks(data, b"tEXt", b"Comment\0" + secret)
    upload = received(data + b"<script>alert(1)</script>PK\x03\x04" + secret)
    assert secret not in upload.data
    signs = (b"<script", b"PK\x03", b"Exif", b"iCCP", b"ICC_PROFILE", b"tEXt")
    assert not [sign for sign in signs if sign in upload.data]
    kept = opened(upload.data)
    assert not kept.getexif()
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


def test_colours_look_as_they_did_where_they_were_taken() -> None:
    """A profile of another space is reckoned into sRGB; one that is broken, or for another mode, is left out."""
    swapped = srgb_profile().replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    profiles = (srgb_profile(), swapped, grey, b"no profile")
    red = [
        _near(received(quarters(form, icc_profile=one)).data, (20, 20)) for form in ("PNG", "JPEG") for one in profiles
    ]
    assert red == ["f00", "00f", "f00", "f00"] * 2


def test_sixteen_bits_of_grey_stay_grey() -> None:
    """Pillow's own conversion makes almost all of it white. One level of it may stand for nothing."""
    found = opened(received(deep_grey((0, 0x8000, 0xFFFF))).data)
    assert [found.getpixel((at, 9)) for at in (3, 20, 40)] == [(0, 0, 0), (128, 128, 128), (255, 255, 255)]
    assert opened(received(deep_grey((0, 0x8000), key=0x8000)).data).getchannel("A").getcolors() == [
        (1024, 0),
        (1024, 255),
    ]


def test_what_can_be_seen_through_stays_so_and_what_cannot_needs_no_such_channel() -> None:
    """Also where one colour of a palette stands for nothing; shots of a screen have the channel and do not use it."""
    assert opened(received(drawn(64, 64, "RGBA")).data).mode == "RGB"
    hole, half = io.BytesIO(), io.BytesIO()
    Image.new("P", (64, 64), 3).save(hole, "GIF", transparency=3)
    assert opened(received(hole.getvalue()).data).getchannel("A").getextrema() == (0, 0)
    Image.new("RGBA", (64, 64), (9, 9, 9, 99)).save(half, "WEBP", lossless=True)
    assert opened(received(half.getvalue()).data).getpixel((3, 3)) == (9, 9, 9, 99)


def test_a_photograph_from_a_large_camera_is_made_as_small_as_a_letter_needs() -> None:
    """Twice what two densities show; the proportions stay, and what is cut out is as fine as the camera took it."""
    data = drawn(6000, 4000, form="JPEG")
    whole, part = received(data), received(data, Crop(0.25, 0.25, 0.65, 0.65))
    assert (whole.width, whole.height) == (MAX_WIDTH, MAX_WIDTH * 2 // 3)
    assert (part.width, part.height) == (2400, 1600)
    assert received(drawn(5000, 600, "P", "GIF")).width == MAX_WIDTH


def test_a_photograph_saved_as_png_becomes_a_jpeg() -> None:
    """It would be many times larger, in every clone of the publication for ever."""
    noise = Image.merge("RGB", [Image.effect_noise((1800, 1700), 90) for _ in "rgb"])
    out = io.BytesIO()
    noise.save(out, "PNG", compress_level=1)
    upload = received(out.getvalue())
    assert upload.suffix == ".jpg"
    assert len(upload.data) < len(out.getvalue())


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_the_first_picture_of_an_animation_is_kept_and_told(form: str) -> None:
    """No mail program can be relied on to play it."""
    more = [Image.new("RGB", (64, 64), colour) for colour in ("#00f", "#0f0")]
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "#f00").save(out, form, save_all=True, append_images=more, duration=50)
    upload = received(out.getvalue())
    assert upload.animated
    assert _near(upload.data, (9, 9)) == "f00"
    assert getattr(opened(upload.data), "n_frames", 1) == 1
    assert not received(SMALL).animated


HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99)
SVG = b'<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("not a JPEG", lambda: b""),
    "heic": ("HEIC photograph", lambda: HEIC),
    "avif": ("AVIF picture", lambda: HEIC.replace(b"heic", b"avif")),
    "svg": ("SVG drawing", lambda: SVG),
    "svg with a mark": ("SVG drawing", lambda: b"\xef\xbb\xbf" + SVG),
    "page": ("not a JPEG", lambda: b"<html><script>alert(1)</script>"),
    "pdf": ("PDF document", lambda: b"%PDF-1.7\n"),
    "program": ("not a JPEG", lambda: b"MZ" + bytes(200)),
    "page that begins as a gif": ("not a JPEG", lambda: b"GIF89a<script>alert(1)</script>"),
    "postscript": ("not a JPEG", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
    "tiff": ("not a JPEG", lambda: drawn(64, 64, form="TIFF")),
    "bmp": ("not a JPEG", lambda: drawn(64, 64, form="BMP")),
    "jpeg cut off": ("breaks off", lambda: drawn(900, 900, form="JPEG")[:4000]),
    "png cut off": ("breaks off", lambda: drawn(900, 900)[:900]),
    "webp cut off": ("broken", lambda: drawn(300, 300, form="WEBP")[:-100]),
    "gif cut off": ("breaks off", lambda: drawn(300, 300, "P", "GIF")[:-900]),
    "strip": ("a strip", lambda: drawn(1, 20_001)),
    "long strip": ("a strip", lambda: sized(SMALL, 1, 100_000)),
    "wider strip": ("a strip", lambda: sized(SMALL, 300, 3_001)),
    "dot": ("only 15 by 15", lambda: sized(SMALL, 15, 15)),
    "60 million and one row": ("60 million", lambda: sized(SMALL, 10_000, 6_001)),
    "120 million": ("60 million", lambda: sized(SMALL, 12_000, 10_000)),
    "361 million": ("60 million", lambda: sized(SMALL, 19_000, 19_000)),
    "50 MB": ("larger than 25 MB", lambda: SMALL + bytes(50_000_000)),
    "notes": ("unfold", lambda: with_chunks(SMALL, b"zTXt", unfolding(50_000_000))),
    "profile": ("unfold", lambda: with_chunks(SMALL, b"iCCP", unfolding(50_000_000))),
    "words": ("unfold", lambda: with_chunks(SMALL, b"iTXt", b"notes\0\1\0\0\0" + unfolding(50_000_000)[7:])),
    "chunks": ("more parts", lambda: with_chunks(SMALL, b"ruBy", b"", 1_000_000)),
    "segments": ("more parts", lambda: SMALL_JPEG[:2] + b"\xff\xe1\0\x09Exif\0\0x" * 300_000 + SMALL_JPEG[2:]),
    "filled": ("more parts", lambda: SMALL_JPEG[:2] + b"\xff" * 1_000_000 + SMALL_JPEG[2:]),
    "passes": ("more parts", lambda: many_passes(drawn(2000, 2000, form="JPEG", progressive=True), 500)),
}


@pytest.mark.parametrize("which", BAD)
def test_a_bad_file_is_refused_in_words_and_at_once(which: str) -> None:
    """Each says what it is and what to do; none takes the machine's time or memory."""
    words, made = BAD[which]
    data, began = made(), time.process_time()
    with pytest.raises(NotAPicture, match=words):
        received(data)
    assert time.process_time() - began < 1


def test_a_second_file_in_the_notes_of_a_picture_is_gone() -> None:
    """A picture that is a page, or an archive, as well: what is stored is the picture alone."""
    page = b"*/=1;alert(1)/*<html><body onload=alert(1)>"
    jpeg = drawn(64, 64, form="JPEG")
    both = jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + jpeg[2:] + b"PK\x05\x06" + bytes(18)
    kept = received(both).data
    assert b"alert" not in kept
    assert b"PK\x05\x06" not in kept
    assert kept.startswith(b"\xff\xd8\xff\xe0")
    assert kept.endswith(b"\xff\xd9")


def test_no_slip_of_the_bytes_is_more_than_a_refusal() -> None:
    """Whatever is changed, taken out or cut off: a picture, or a clause that says what is wrong."""
    chance = random.Random(11)
    forms: tuple[Callable[[], bytes], ...] = (
        lambda: drawn(64, 48, form="JPEG", exif=turned(6), icc_profile=srgb_profile()),
        lambda: drawn(64, 48, form="JPEG", progressive=True),
        lambda: drawn(64, 48, form="PNG", exif=turned(6), icc_profile=srgb_profile()),
        lambda: drawn(64, 48, "P"),
        lambda: drawn(64, 48, "P", "GIF"),
        lambda: drawn(64, 48, form="WEBP", exif=turned(6)),
    )
    whole = [form() for form in forms]
    taken = refused = 0
    for _ in range(1500):
        data = bytearray(chance.choice(whole))
        for _ in range(chance.choice((1, 2, 9))):
            at = chance.randrange(min(len(data), chance.choice((40, 100_000))))
            data[at : at + chance.randrange(3)] = bytes([chance.randrange(256)])
        end = chance.choice((len(data), len(data), chance.randrange(len(data))))
        try:
            taken += received(bytes(data[:end])).width > 0
        except NotAPicture:
            refused += 1
    assert min(taken, refused) > 50


@pytest.mark.parametrize("text", ["", "  ", "0,0,1,1", "0 0 1 1"])
def test_nothing_written_is_the_whole_picture(text: str) -> None:
    """As with its four edges written out."""
    assert Crop.parse(text) == WHOLE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0.5 0 0.5 1", "in order"),
        ("1 0 0 1", "in order"),
        ("-0.1 0 1 1", "in order"),
        ("0 0 1.1 1", "in order"),
        ("nan 0 1 1", "in order"),
        ("0 0 inf 1", "in order"),
        ("0 0 1", "four numbers"),
        ("a b c d", "four numbers"),
        ("0 0 0.07 1", "pixels are left"),
        ("0 0 1 0.16", "a strip"),
    ],
)
def test_a_part_that_cannot_be_cut_out_is_told(text: str, words: str) -> None:
    """Four numbers in order between 0 and 1, with enough between them for a reader to see."""
    with pytest.raises(BadCrop, match=words):
        received(drawn(200, 100), Crop.parse(text))
