"""Languages: those that our standing texts are in, and the nearest of them to what a reader wants."""

from __future__ import annotations

import re
from contextlib import suppress

from newsletter.actions.app import App, frame_languages, read_frame
from newsletter.model.errors import ContentError
from newsletter.model.frame import Frame
from newsletter.publication.folder import Folder


def frame_in(app: App, wanted: str | None, usual: str) -> Frame:
    """The standing texts of a language, else of its wider one ("zh-Hant" for "zh-Hant-HK", RFC 4647 3.4), else the
    usual ones: nobody goes without a mail because of a language.

    Raises `ContentError` where the usual ones are wrong.
    """
    folder, subtags = Folder(app.root), _subtags(wanted or "")
    for length in range(len(subtags), 0, -1):
        try:
            return read_frame(folder, "-".join(subtags[:length]))
        except ContentError:
            continue
    return read_frame(folder, usual)


def languages(app: App) -> tuple[tuple[str, str], ...]:
    """The languages a reader may choose among: each as BCP 47 writes it and by its own name, in order of the former.

    One whose standing texts are written wrong is left out.
    """
    return tuple((one, name) for one in frame_languages(app.root) if (name := _own_name(app, one)) is not None)


def _own_name(app: App, language: str) -> str | None:
    with suppress(ContentError):
        return read_frame(Folder(app.root), language)["language_name"]
    return None


def _subtags(language: str) -> list[str]:
    """The parts of a language tag in their usual capitals (RFC 5646 2.1.1), for the name of a file; none for no tag."""
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language):
        return []
    first, *rest = language.lower().split("-")
    return [first, *(one.title() if len(one) == 4 else one.upper() if len(one) == 2 else one for one in rest)]
