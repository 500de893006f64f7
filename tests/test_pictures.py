"""Pictures: two densities, a play mark, a logo in two variants, and nothing that could harm a reader's machine."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from newsletter import pictures
from newsletter.actions.app import read_issue
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition
from newsletter.model.issue import IssueId
from newsletter.pictures import NotAPicture
from tests.conftest import ISSUE
from tests.conftest import opened as opened_app
from tests.uploading import deep_grey, drawn, opened, sized, srgb_profile, unfolding, wide_profile, with_chunks


def edition_of(root: Path) -> Edition:
    issue = IssueId.parse(ISSUE)
    assert issue is not None
    app = opened_app(root)
    desk = read_issue(app, issue)
    return assemble(desk.draft, desk.publication, desk.frame, app.templates)


def test_a_picture_is_made_no_wider_than_asked_and_never_wider_than_it_is() -> None:
    """The proportions stay."""
    assert (pictures.prepare(drawn(2000, 1000), 576).width, pictures.prepare(drawn(2000, 1000), 576).height) == (
        576,
        288,
    )
    assert pictures.prepare(drawn(300, 100), 576).width == 300


def test_metadata_and_rotation_are_resolved() -> None:
    """A photograph taken upright stands upright, and says nothing of where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "A camera"
    ready = pictures.prepare(drawn(200, 100, form="JPEG", exif=exif), 576)
    assert (ready.width, ready.height) == (100, 200)
    assert b"A camera" not in ready.data


@pytest.mark.parametrize(("mode", "suffix"), [("RGB", ".jpg"), ("RGBA", ".png"), ("L", ".png"), ("CMYK", ".jpg")])
def test_each_picture_gets_the_form_that_suits_it(mode: str, suffix: str) -> None:
    """Transparency and line drawings as PNG, photographs as JPEG."""
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert pictures.prepare(drawn(64, 64, mode, form), 576).suffix == suffix


def test_the_same_picture_gives_the_same_bytes() -> None:
    """So its name by content never changes."""
    pictures.prepare.cache_clear()
    first = pictures.prepare(drawn(900, 500), 576)
    pictures.prepare.cache_clear()
    assert pictures.prepare(drawn(900, 500), 576) == first


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_nothing_but_pixels_goes_to_readers(form: str) -> None:
    """No comment, no profile, no note of a camera or a program, whether it is made smaller or not."""
    secret = b"SECRET-41.3,-8.6"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    if form == "GIF":
        data = drawn(640, 480, "P", form, comment=secret)
    else:
        mode = "RGB" if form == "JPEG" else "RGBA"
        data = drawn(640, 480, mode, form, comment=secret, exif=exif, icc_profile=srgb_profile(), xmp=secret)
    if form == "PNG":
        data = with_chunks(data, b"tEXt", b"Comment\0" + secret)
    for ready in (pictures.prepare(data, 320), pictures.prepare(data, 1152)):
        for made in (ready, pictures.with_play_mark(ready, "#a3231f")):
            signs = (secret, b"Exif", b"iCCP", b"ICC_PROFILE", b"tEXt", b"eXIf", b"\xff\xfe")
            assert not [sign for sign in signs if sign in made.data]
            assert set(opened(made.data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", *PASSES}


PASSES = ("progressive", "progression")


def test_colours_of_a_wide_space_come_out_as_they_look() -> None:
    """The red of sRGB, as a telephone writes it in Display P3; what can be seen through stays so."""
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (234, 51, 35, 99)).save(out, "PNG", icc_profile=wide_profile())
    red, green, blue, alpha = opened(pictures.prepare(out.getvalue(), 576).data).getpixel((9, 9))  # type: ignore[misc]
    assert red >= 253
    assert max(green, blue) <= 4
    assert alpha == 99


def test_a_profile_of_the_usual_space_changes_nothing() -> None:
    """Nor one that is broken: the same bytes as without it."""
    without = pictures.prepare(drawn(640, 480), 576)
    for profile in (srgb_profile(), b"no profile"):
        assert pictures.prepare(drawn(640, 480, icc_profile=profile), 576) == without


def test_sixteen_bits_of_grey_stay_grey() -> None:
    """A drawing still, and one level of it may stand for nothing."""
    ready = pictures.prepare(deep_grey((0, 0x4000, 0x8000, 0xFFFF)), 576)
    levels = [opened(ready.data).convert("L").getpixel((at, 9)) for at in (3, 20, 40, 60)]
    assert (ready.suffix, levels) == (".png", [0, 64, 128, 255])
    assert opened(pictures.prepare(deep_grey((0, 0x8000), 0x8000), 576).data).getpixel((20, 9)) == (128, 128, 128, 0)


SMALL = drawn(64, 64)
BAD = {
    "empty": ("not a JPEG", b""),
    "text": ("not a JPEG", b"not a picture"),
    "svg": ("export it as PNG", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    "cut short": ("breaks off", drawn(100, 100)[:200]),
    "60 million and one row": ("60 million", sized(SMALL, 10_000, 6_001)),
    "100 million": ("60 million", sized(SMALL, 10_000, 10_000)),
    "900 million": ("60 million", sized(SMALL, 30_000, 30_000)),
    "profile": ("unfold", with_chunks(SMALL, b"iCCP", unfolding(9_000_000))),
    "notes": ("unfold", with_chunks(SMALL, b"zTXt", unfolding(9_000_000))),
    "words": ("unfold", with_chunks(SMALL, b"iTXt", b"notes\0\1\0\0\0" + unfolding(9_000_000)[7:])),
}


@pytest.mark.parametrize("which", BAD)
def test_what_cannot_be_shown_is_refused_in_words(which: str) -> None:
    """An SVG could hold a script; a bomb would fill the memory. Pillow's own warning, which is of all threads at once,
    has no part in it."""
    words, data = BAD[which]
    with pytest.raises(NotAPicture, match=words):
        pictures.prepare(data, 576)


def test_a_play_mark_stands_in_the_middle() -> None:
    """White around, the accent inside, the corners untouched."""
    plain = pictures.prepare(drawn(600, 400), 600)
    marked = Image.open(io.BytesIO(pictures.with_play_mark(plain, "#a3231f").data))
    red, green, blue = marked.getpixel((300, 200))  # type: ignore[misc]
    assert red > 130 > green + 60
    assert abs(green - blue) < 40
    assert min(marked.getpixel((300, 200 - 36))) > 220  # type: ignore[arg-type]
    before = Image.open(io.BytesIO(plain.data))
    assert max(abs(a - b) for a, b in zip(marked.getpixel((5, 5)), before.getpixel((5, 5)), strict=True)) < 12  # type: ignore[arg-type]


def test_a_mail_shows_the_fine_size_at_plain_width_and_a_page_offers_both(publication: Path) -> None:
    """Width, height and alt on every picture; the page's pictures stand beside it."""
    edition = edition_of(publication)
    html = "".join(piece for piece in edition.html.pieces if isinstance(piece, str))
    widths = {asset.name: asset.width for asset in edition.assets}
    assert sorted(set(widths.values())) == [576, 1152]
    for name in re.findall(r'<img[^>]*src="https://focus\.example\.org/images/([^"]+)"[^>]*width="576"', html):
        assert widths[name] == 1152
    plain, again, fine = re.findall(r"images/([0-9a-f]{20}\.\w+)", edition.page)[:3]
    assert (widths[plain], again, widths[fine]) == (576, plain, 1152)


def test_a_logo_has_a_variant_for_the_dark(publication: Path) -> None:
    """One is shown, the other waits for dark mode; the name is still read aloud."""
    (publication / "content" / "images").mkdir()
    for name in ("light", "dark"):
        size = 480 if name == "light" else 482
        (publication / "content" / "images" / f"{name}.png").write_bytes(drawn(size, 80, "RGBA"))
    schedule = publication / "schedule.yaml"
    theme = "theme:\n  logo: {light: content/images/light.png, dark: content/images/dark.png, alt: Focus This Week}\n"
    schedule.write_text(schedule.read_text("utf-8") + theme, "utf-8")
    edition = edition_of(publication)
    html = "".join(piece for piece in edition.html.pieces if isinstance(piece, str))
    assert len(re.findall(r'<img class="logo-(light|dark)"', html)) == 2
    assert 'alt="Focus This Week"' in html
    assert "content/images/dark.png" in {file.path for file in edition.manifest.inputs}
