"""The files that give the site its look: style, fonts, icon, the program of the search page.

Each is served under a name that holds the digest of its bytes, so that a browser may keep it for ever and never shows
a page with a style that is not its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from newsletter.archive.frame import Assets
from newsletter.model.theme import Theme
from newsletter.templating import Templates, Verbatim, theme_tokens

FONTS = "site/fonts"
STYLE = "site/site.css"
SEARCH = "site/search.js"
ICON = "site/icon.svg"
_AT_ONCE = "-latin-wght-normal.woff2"  # the end of the names of the fonts that every page begins with


def asset_files(templates: Templates) -> dict[str, bytes]:
    """What `site_assets` takes: the fonts, the icon and the search program, by name of template."""
    fonts = [name for name in templates.files(FONTS) if name.endswith(".woff2")]
    others = [name for name in templates.files("site") if name in (ICON, SEARCH)]
    return {name: templates.read_bytes(name) for name in (*fonts, *others)}


def asset_name(name: str, data: bytes) -> str:
    """`site.css` as it is served: `site.<10 hex digits of its SHA-256>.css`."""
    stem, _, suffix = name.rpartition("/")[2].rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:10]}.{suffix}"


def style(templates: Templates, theme: Theme, fonts: Mapping[str, str]) -> str:
    """site.css with the theme's colours and faces. `fonts` are the addresses of font files by stem."""
    placed = {stem: Verbatim(address) for stem, address in fonts.items()}
    return templates.render(STYLE, {"theme": theme_tokens(theme), "fonts": placed})


def site_assets(
    templates: Templates, theme: Theme, base: str, files: Mapping[str, bytes]
) -> tuple[Assets, dict[str, bytes]]:
    """The addresses of the assets, and each by the path below public/ that it is to lie at.

    `files` are the fonts, the icon and the search program by name of template: site/fonts/..., site/icon.svg.
    """
    made: dict[str, bytes] = {}

    def placed(name: str, data: bytes) -> str:
        path = f"assets/{asset_name(name, data)}"
        made[path] = data
        return f"{base}/{path}"

    addresses = {name: placed(name, data) for name, data in sorted(files.items())}
    fonts = {_stem(name): address for name, address in addresses.items() if name.endswith(".woff2")}
    css = placed(STYLE, style(templates, theme, fonts).encode())
    preload = tuple(addresses[name] for name in sorted(files) if name.endswith(_AT_ONCE))
    found = Assets(css=css, search=addresses.get(SEARCH, ""), icon=addresses.get(ICON, ""), preload=preload)
    return found, made


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]
