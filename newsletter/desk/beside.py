"""The mail beside the text of a section: what its frames, its size and its mistakes are, for the templates."""

from __future__ import annotations

from typing import Any

from newsletter.actions.preview_issue import LIMIT_OCTETS
from newsletter.actions.save_text import unsaved_files
from newsletter.desk.ask import Ask
from newsletter.desk.board import FITS, told
from newsletter.desk.looks import EVERYBODY, Rendering, Unsaved
from newsletter.desk.office import Office
from newsletter.model.issue import IssueId

# By the name of a view, in the order of the tabs: its word, and how wide its frame is, as a class of the page.
_VIEWS = {
    "phone": ("Phone", "narrow"),
    "desktop": ("Desktop", "wide"),
    "dark": ("Dark", "wide"),
    "no-images": ("No images", "narrow"),
    "text": ("Text", ""),
    "page": ("Archive page", "wide"),
}


def beside_values(office: Office, ask: Ask, issue: IssueId, name: str, text: str | None = None) -> dict[str, Any]:
    """What desk/beside.html is given: {"beside": ...}.

    `text` is the whole file of the section as it would be saved; None: as it is. Where mistakes stand in the way, the
    frames are those that were shown last, and the mistakes are told above them. Raises `ConfigError` for an issue or a
    section that there is not.
    """
    unsaved = unsaved_text(office, ask, issue, name, text)
    now = office.looks.rendering(issue, unsaved)
    shown = now if now.documents else office.looks.last_good(issue, ask.me.session)
    return {
        "beside": {
            "issue": str(issue),
            "name": name,
            "mistakes": [told(one) for one in now.mistakes],
            "is_unsaved": unsaved is not None,
            "shown": None if shown is None else _shown(issue, shown),
        }
    }


def unsaved_text(office: Office, ask: Ask, issue: IssueId, name: str, text: str | None) -> Unsaved | None:
    """The text of a section that whoever asks has typed and not saved; None where it is what the file says."""
    if text is None:
        return None
    return Unsaved(session=ask.me.session or EVERYBODY, files=unsaved_files(office.app, issue, name, text))


def _shown(issue: IssueId, rendering: Rendering) -> dict[str, Any]:
    state, word = FITS[rendering.fit]
    views = [
        {"name": name, "label": label, "width": width, "address": frame_address(issue, name, rendering.token)}
        for name, (label, width) in _VIEWS.items()
    ]
    return {
        "token": rendering.token,
        "views": views,
        "text": rendering.text,
        "language": rendering.language,
        "direction": rendering.direction,
        "size": f"{round(rendering.octets / 1000)} kB of {LIMIT_OCTETS // 1000} kB",
        "filled": min(100, round(rendering.octets * 100 / LIMIT_OCTETS)),
        "fit": {"state": state, "word": word},
    }


def frame_address(issue: IssueId, view: str, token: str) -> str:
    """Where a frame finds its document."""
    return f"/issues/{issue}/frames/{view}?v={token}"
