"""Pictures: two densities, a play mark, a logo in two variants, and nothing that could harm a reader's machine."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from newsletter import pictures
from newsletter.actions.app import read_issue
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition
from newsletter.model.issue import IssueId
from newsletter.pictures import NotAPicture
from tests.conftest import ISSUE, opened


def drawn(width: int, height: int, mode: str = "RGB", form: str = "PNG", **options: object) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def edition_of(root: Path) -> Edition:
    issue = IssueId.parse(ISSUE)
    assert issue is not None
    app = opened(root)
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


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it is 30,000 by 30,000."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", drawn(100, 100)[:200], bomb()],
    ids=["empty", "text", "svg", "cut short", "bomb"],
)
def test_what_cannot_be_shown_is_refused_in_words(data: bytes) -> None:
    """An SVG could hold a script; a bomb would fill the memory."""
    with pytest.raises(NotAPicture):
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
