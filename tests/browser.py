"""A real Chromium that sets type as a reader's machine does: with a face of Georgia's metrics."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Browser, Playwright

PACKAGES = Path(__file__).parent / "node" / "node_modules"
AXE = PACKAGES / "axe-core" / "axe.min.js"
GELASIO = PACKAGES / "@fontsource" / "gelasio" / "files"
FACES = [f"gelasio-latin-{weight}-{style}.woff" for weight in (400, 700) for style in ("normal", "italic")]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",  # letters stand where a reader's screen has them, not on whole pixels
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)


def launch(playwright: Playwright, fonts: Path) -> Browser:
    """Debian's Chromium, without the windows that nobody sees where it comes so, else the one Playwright installed. It
    finds Gelasio where a page asks for Georgia.

    `fonts` is a folder of its own, which has to outlive the browser.
    """
    system = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)
    environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(install_fonts(fonts))}
    return playwright.chromium.launch(executable_path=system, args=list(FLAGS), env=environment)


def install_fonts(folder: Path) -> Path:
    """Puts Gelasio into the folder; a fontconfig file that adds it to the machine's fonts."""
    faces = folder / "faces"
    faces.mkdir(parents=True, exist_ok=True)
    for name in FACES:
        (faces / name).with_suffix(".ttf").write_bytes(unwrapped((GELASIO / name).read_bytes()))
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?>\n'
        '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
        "<fontconfig>\n"
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n'
        f"<dir>{faces}</dir><cachedir>{folder / 'cache'}</cachedir>\n"
        '<match target="scan"><test name="family"><string>Gelasio</string></test>'
        '<edit name="family" mode="append"><string>Georgia</string></edit></match>\n'
        "</fontconfig>\n",
        "utf-8",
    )
    return config


def unwrapped(woff: bytes) -> bytes:
    """The TrueType font in a WOFF file (W3C WOFF 1.0, sections 4 to 6): Chromium takes no WOFF for a system font."""
    signature, flavor, _, count = struct.unpack_from(">4sIIH", woff)
    assert signature == b"wOFF", "not a WOFF file"
    power = count.bit_length() - 1  # the largest power of two in the number of tables, as the table directory says it
    header = struct.pack(">IHHHH", flavor, count, 16 << power, power, (count - (1 << power)) * 16)
    directory, tables = b"", b""
    for at in range(count):
        tag, offset, packed, length, checksum = struct.unpack_from(">4sIIII", woff, 44 + 20 * at)
        data = woff[offset : offset + packed]
        if packed < length:
            data = zlib.decompress(data)
        directory += struct.pack(">4sIII", tag, checksum, len(header) + 16 * count + len(tables), length)
        tables += data + b"\0" * (-length % 4)
    return header + directory + tables
