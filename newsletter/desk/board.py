"""What the page of the preview says beside the frames: sizes, sections, headers, dates, mistakes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.actions.preview_issue import LIMIT_OCTETS, WARN_OCTETS, Fit, Preview, Shown
from newsletter.edit.length import Length
from newsletter.model.errors import Mistake
from newsletter.publication.calendar import in_cities
from newsletter.templating import Verbatim

# By the name of a frame: how it is labelled, what it shows, and how wide it is in CSS pixels, as a class of the page.
_FRAMES = {
    "phone": ("Phone", "390 px", "narrow"),
    "desktop": ("Desktop", "760 px", "wide"),
    "no-images": ("Images off", "390 px", "narrow"),
    "dark": ("Dark", "760 px", "wide"),
    "page": ("Archive page", "730 px", "wide page"),
}
FITS = {
    Fit.FITS: ("ok", "fits"),
    Fit.NEAR: ("warn", "near the limit"),
    Fit.TOO_LARGE: ("bad", "too large; Gmail hides its end"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of the page."""

    name: str
    label: str
    note: str
    width: str
    address: str  # another one when its document is another


def board(preview: Preview, token: str, documents: Mapping[str, str]) -> dict[str, Any]:
    """What desk/preview.html is given."""
    common = {"issue": str(preview.issue), "token": token, "mistakes": [told(one) for one in preview.mistakes]}
    if preview.shown is None:
        return {**common, "shown": None}
    return {**common, "shown": _shown(preview.shown, documents)}


def told(mistake: Mistake) -> dict[str, str]:
    """A mistake as it is shown: where, what, and what to do."""
    where = f"{mistake.path}:{mistake.line}" if mistake.line else mistake.path
    return {"where": where, "what": _sentence(mistake.what), "todo": _sentence(mistake.todo)}


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}{'' if clause.endswith('?') else '.'}"


def _shown(shown: Shown, documents: Mapping[str, str]) -> dict[str, Any]:
    desk, edition = shown.desk, shown.edition
    schedule = desk.publication.schedule
    state, word = FITS[shown.fit]
    loaded = [len(asset.data) for asset in edition.assets if asset.name in shown.html]
    return {
        "name": schedule.name,
        "sender": schedule.sender.name,
        "number": int(desk.draft.number),
        "language": Verbatim(edition.language),
        "direction": Verbatim(desk.frame.direction),
        "subject": edition.subject,
        "preheader": edition.preheader,
        "html": kilobytes(shown.html_octets),
        "limit": kilobytes(LIMIT_OCTETS),
        "filled": min(100, round(shown.html_octets * 100 / LIMIT_OCTETS)),
        "warn_at": WARN_OCTETS * 100 // LIMIT_OCTETS,
        "fit": {"state": state, "word": word},
        "mail": kilobytes(len(shown.eml)),
        "plain": kilobytes(len(shown.text.encode())),
        "pictures": {"count": len(loaded), "size": kilobytes(sum(loaded))},
        "missing": [one.planned.name for one in shown.lengths if one.trouble and not one.planned.written],
        "odd": sum(1 for one in shown.lengths if one.trouble and one.planned.written),
        "sections": _sections(shown),
        "due": [
            {"city": city, "at": f"{at:%a} {at.day} {at:%b %H:%M}"}
            for city, at in in_cities(desk.draft.week.due, schedule.cities)
        ],
        "frames": {name: _frame(name, document) for name, document in documents.items()},
        "text": shown.text,
        "headers": [{"name": name, "value": value} for name, value in shown.headers],
    }


def _sections(shown: Shown) -> list[dict[str, Any]]:
    """Each place in the plan with its words and its share of the HTML, and the share of what stands around them.

    `bar` is per cent of the heaviest.
    """
    octets = {weight.section: weight.octets for weight in shown.weights}
    rest = shown.html_octets - sum(octets.values())
    heaviest = max(rest, *octets.values(), 1)

    def share(size: int | None) -> dict[str, Any]:
        return {"size": None, "bar": 0} if size is None else {"size": kilobytes(size), "bar": size * 100 // heaviest}

    places = [
        {"name": one.planned.name, "state": _state(one), "words": _words(one), **share(octets.get(one.planned.name))}
        for one in shown.lengths
        if one.planned.written or one.planned.required
    ]
    return [*places, {"name": "head and foot", "state": "", "words": "", **share(rest if octets else None)}]


def _state(length: Length) -> str:
    if length.trouble is None:
        return "ok"
    return "warn" if length.planned.written else "bad"


def _words(length: Length) -> str:
    """How long a section is, and what is asked for where it is not that."""
    if not length.planned.written:
        return "not written yet"
    words = "1 word" if length.words == 1 else f"{length.words} words"
    if length.trouble is None:
        return words
    return (
        f"{words}, at least {length.planned.least}"
        if length.words < length.planned.least
        else f"{words}, at most {length.planned.most}"
    )


def _frame(name: str, document: str) -> Frame:
    version = hashlib.sha256(document.encode()).hexdigest()[:12]
    return Frame(name, *_FRAMES[name], address=f"/view/{name}?v={version}")


def kilobytes(octets: int) -> str:
    """A size in words, with a decimal where it says something."""
    return f"{octets / 1000:.1f} kB" if octets < 99_950 else f"{octets / 1000:.0f} kB"
