"""Somebody saved before you: both texts side by side, and put together. Nothing is lost, whatever is chosen."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.merging import beside, merged
from newsletter.desk.office import Office
from newsletter.desk.sectionlist import title
from newsletter.desk.sectionpage import At
from newsletter.desk.sectiontext import WHOLE
from newsletter.model.saving import ChangedMeanwhile


def answered(office: Office, ask: Ask, at: At, mine: str, error: ChangedMeanwhile) -> Response:
    """The page with the ways on; `mine` is kept in the store already."""
    theirs = error.theirs
    together = merged(ask.body("was"), mine, theirs.text)
    values = {
        "issue": str(at.issue),
        "section": {"name": at.name, "title": title(at.name), "address": at.address},
        "rows": beside(mine, theirs.text),
        "mine": mine,
        "theirs": theirs.text,
        "is_gone": not theirs.digest,
        "base": theirs.digest,
        "together": together.text,
        "clashes": together.clashes,
        "kept": error.kept,
        "whole": WHOLE,
    }
    return office.page(ask, "stale.html", "Somebody saved before you", values, 409)
