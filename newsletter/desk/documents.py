"""An issue as documents for frames: one for each kind of program that readers read it with."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from starlette.responses import HTMLResponse

from newsletter.actions.preview_issue import Shown
from newsletter.desk import views
from newsletter.desk.guard import NOTHING, frame_policy
from newsletter.desk.views import Scheme

IMAGES = "/images/"  # where the page of an issue looks for its pictures, before they are given other addresses
MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png"}
# A frame's height is measured in a second frame, unseen and in an origin of its own, where this script alone may run.
# A frame may be loaded before it has its width, so each height is told with the width it holds for. Where words stand
# behind the address, it is told as well how far down they begin: innermost, and last where they stand several times.
MEASURE = """
const letters = (text) => text.toLowerCase().replace(/[^\\p{L}\\p{N}]/gu, "");
const wanted = letters(decodeURIComponent(location.hash.slice(1)));
const place = () => {
  const all = [...document.body.getElementsByTagName("*")];
  const holding = all.filter((one) => letters(one.textContent).includes(wanted));
  return wanted && holding.length ? holding[holding.length - 1].getBoundingClientRect().top : null;
};
const tell = () => {
  const root = document.documentElement;
  const height = Math.ceil(Math.max(root.getBoundingClientRect().height, root.scrollHeight));
  parent.postMessage({ width: innerWidth, height, top: place() }, "*");
};
addEventListener("load", () => { tell(); addEventListener("resize", tell); });
"""
_MEASURE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(MEASURE.encode()).digest()).decode()}'"


def documents_of(shown: Shown, pictures: Mapping[str, str]) -> dict[str, str]:
    """The document of each frame, by its name. `pictures` are the addresses of the pictures, by their names."""
    publication = shown.desk.publication
    here = {publication.image_url(name): address for name, address in pictures.items()}
    mail = views.for_frame(views.with_pictures_here(shown.html, here))
    page = views.with_pictures_here(shown.page, {IMAGES + name: address for name, address in pictures.items()})
    light = views.in_scheme(mail, Scheme.LIGHT)
    return {
        "phone": light,
        "desktop": light,
        "no-images": views.without_pictures(light),
        "dark": views.in_scheme(mail, Scheme.DARK),
        "page": views.in_scheme(views.for_frame(page), Scheme.LIGHT),
    }


def frame_answer(document: str, name: str, *, measure: bool, pictures: str) -> HTMLResponse:
    """The document of one frame, or its twin that tells how high it is. `pictures`: where they may come from."""
    sources, script = (NOTHING if name == "no-images" else pictures), None
    if measure:
        document, script = views.with_script(document, MEASURE), _MEASURE_HASH
    return HTMLResponse(document, headers={"Content-Security-Policy": frame_policy(sources, script)})
