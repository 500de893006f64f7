"""What the page that makes a blurb of an item shows, as plain values for its template. Pure."""

from __future__ import annotations

from typing import Any

from newsletter.actions.blurb_choices import OPENING, Choice, Choices
from newsletter.actions.item_page import ItemPage
from newsletter.actions.triage_board import Wanted
from newsletter.desk import triage_words as words
from newsletter.desk.sectionform import label
from newsletter.desk.sectionlist import title
from newsletter.desk.triage_view import Eyes, beside_values


def blurb_values(page: ItemPage, choices: Choices, eyes: Eyes, chosen: str, day: str) -> dict[str, Any]:
    """What desk/blurb_from.html is given. `chosen` and `day` are what was asked for, or typed."""
    first = next((one.section for one in choices.choices if one.fits), OPENING)
    known = {one.section for one in choices.choices}
    here = chosen if chosen in known else first
    shown = [_choice(one, one.section == here) for one in choices.choices]
    return {
        **beside_values(page.item, page.source, Wanted(), eyes),
        "issue": str(choices.issue),
        "refused": choices.refused,
        "fitting": [one for one in shown if one["fits"] and not one["title"]],
        "others": [one for one in shown if not (one["fits"] and not one["title"])],
        "needs_day": choices.day is None,
        "day": day,
        "days": [str(one) for one in choices.days[:8]],
    }


def _choice(choice: Choice, is_chosen: bool) -> dict[str, Any]:
    if choice.section == OPENING:
        note = "the narrative: listed among what it leans on, with a mark to put behind the sentence"
    elif choice.title:
        note = f"“{words.cut(choice.title, 80)}” stands there: its words stay, this is added to what it leans on"
    else:
        note = "empty" if choice.is_there else "a new section"
    return {
        "section": choice.section,
        "called": title(choice.section),
        "note": note,
        "title": choice.title,
        "fits": choice.fits,
        "credit": [(label(key), words.cut(value, words.TITLE)) for key, value in choice.credit],
        "is_chosen": is_chosen,
    }
