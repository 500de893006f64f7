"""What the pages of the desk load: styles, programs, typefaces, a picture. All of them are ours, and come from here."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from newsletter import packaged

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
_FOLDERS = ("templates/desk", "templates/desk/vendor", "templates/site/fonts")
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}  # another content has another address


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name. No publication brings any along: what runs on the desk is the program's own."""

    files: Mapping[str, bytes]
    addresses: Mapping[str, str]  # with a digest of the content behind each, for templates

    def answer(self, request: Request) -> Response:
        """The file that is asked for."""
        if request.method == "POST":
            raise HTTPException(405, "This is a file; nothing that is sent to it is done.", {"Allow": "GET, HEAD"})
        name = request.path_params["name"]
        if name not in self.files:
            raise HTTPException(404, "There is no such file.")
        return Response(self.files[name], media_type=_TYPES[Path(name).suffix], headers=_KEPT)


def read_assets() -> Assets:
    """All of them, read once."""
    found = {
        path.name: path.read_bytes()
        for folder in _FOLDERS
        for path in sorted((packaged.root() / folder).iterdir())
        if path.suffix in _TYPES
    }
    digests = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in found.items()}
    return Assets(found, {name: f"/assets/{name}?v={digest}" for name, digest in digests.items()})
