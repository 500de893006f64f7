"""What the page of an item shows, as plain values for its template. Pure."""

from __future__ import annotations

from typing import Any

from newsletter.actions.item_page import ItemPage, Revision
from newsletter.actions.triage_board import CardNow, Wanted
from newsletter.desk import triage_words as words
from newsletter.desk.triage_view import DONE, Eyes, beside_values, rights_from
from newsletter.model.item import Author, Decision, Item, Stamp

_TEXT = ("text/", "application/xml", "application/json", "message/")


def item_values(page: ItemPage, around: CardNow, eyes: Eyes) -> dict[str, Any]:
    """What desk/item.html is given."""
    item = page.item
    entry = item.entry
    return {
        **beside_values(item, page.source, Wanted(state=item.state), eyes),
        "facts": list(_facts(page, eyes)),
        "passages": _passages(item),
        "is_cut": sum(map(len, entry.paragraphs)) > words.TEXT,
        "rights": words.rights(page.policy, page.source),
        "rights_from": rights_from(item, page.source),
        "figures": [words.cut(one, 40) for one in page.figures],
        "related": [
            {"title": words.cut(one.title, words.TITLE), "link": words.followed(one.url)} for one in entry.related[:20]
        ],
        "sent": page.sent
        and {
            "type": words.cut(page.sent.media_type, 80),
            "size": _size(page.sent.octets),
            "is_text": is_text(page.sent.media_type),
        },
        "revisions": [_revision(one, eyes) for one in page.revisions],
        "versions": item.versions,
        "decisions": [_decision(one, eyes) for one in page.decisions],
        "cited_in": [str(issue) for issue in page.cited_in],
        "copy_of": page.original_of
        and {"id": page.original_of.id, "title": words.cut(page.original_of.entry.title, words.TITLE)},
        "likeness": words.cut(item.likeness or "", words.LINE),
        "others": _others(item, around, eyes),
        "uses": [
            {"issue": use.issue, "number": use.number, "section": use.section, "why": words.cut(use.why, words.LINE)}
            for use in (around.card.uses if around.card else ())
        ],
        "reasons": [words.cut(reason, 80) for reason in around.reasons],
    }


def is_text(media_type: str) -> bool:
    """Whether an original of this type can be shown as plain text."""
    kind = media_type.lower().partition(";")[0].strip()
    return kind.startswith(_TEXT) or kind.endswith(("+xml", "+json"))


def _facts(page: ItemPage, eyes: Eyes) -> list[tuple[str, str]]:
    """What is known of it, each with its name."""
    item, entry = page.item, page.item.entry
    return [
        ("Outlet", words.outlet(item, page.source)),
        ("Name", item.id),
        ("Published", _stamp(entry.published, eyes)),
        *([("Updated", _stamp(entry.updated, eyes))] if entry.updated else []),
        *([("Days in its text", ", ".join(map(str, entry.dates_in_text[:8])))] if entry.dates_in_text else []),
        ("First seen", words.local(item.first_seen, eyes.zone, eyes.now)),
        *([("Authors", "; ".join(map(_author, entry.authors[:12])))] if entry.authors else []),
        *([("Kind of text", words.cut(entry.label, 80))] if entry.label else []),
        ("Language", words.cut(entry.language, 35)),
        ("Read as", entry.method),
    ]


def _author(author: Author) -> str:
    return ", ".join(words.cut(part, 80) for part in (author.name, author.role, author.institution) if part)


def _stamp(stamp: Stamp | None, eyes: Eyes) -> str:
    """A time as our clocks show it, and as it was written where no zone is known."""
    if stamp is None:
        return "its source says nothing"
    if stamp.instant is not None:
        return f"{words.local(stamp.instant, eyes.zone, eyes.now)}, {words.ago(eyes.now, stamp.instant)}"
    written = words.cut(stamp.written, 80)
    return f"“{written}”, zone unknown" if stamp.wall else f"“{written}”, which could not be read"


def _passages(item: Item) -> list[dict[str, Any]]:
    left, found = words.TEXT, []
    for passage in item.entry.passages:
        paragraphs = []
        for paragraph in passage.paragraphs:
            if left > 0:
                paragraphs.append(words.cut(paragraph, max(2, min(left, words.PARAGRAPH))))
                left -= len(paragraph)
        if paragraphs:
            found.append({"label": words.cut(passage.label or "", 120), "paragraphs": paragraphs})
    return found


def _revision(revision: Revision, eyes: Eyes) -> dict[str, Any]:
    return {
        "number": revision.number,
        "seen": words.local(revision.seen, eyes.zone, eyes.now),
        "parts": [
            {"name": name, "paragraphs": [[(run.kind.value, run.words) for run in runs] for runs in paragraphs]}
            for name, paragraphs in (("Title", revision.title), ("Deck", revision.deck), ("Text", revision.text))
            if paragraphs
        ],
        "besides": ", ".join(revision.besides),
        "is_cut": revision.is_cut,
    }


def _decision(decision: Decision, eyes: Eyes) -> dict[str, str]:
    return {
        "words": DONE[decision.state],
        "who": words.cut(decision.who, 80),
        "when": words.local(decision.when, eyes.zone, eyes.now),
        "why": words.cut(decision.why or "", 1_000),
    }


def _others(item: Item, around: CardNow, eyes: Eyes) -> list[dict[str, Any]]:
    """The other items of its story."""
    others = [one for one in around.card.items if one.id != item.id] if around.card else []
    return [
        {
            "to": f"/triage/{one.id}",
            "outlet": words.outlet(one, around.sources.get(one.entry.source)),
            "title": words.cut(one.entry.title, words.TITLE),
            "language": one.entry.language,
            "age": words.published(one.entry.published, eyes.now),
            "state": one.state.value if one.state is not item.state else "",
        }
        for one in others[:20]
    ]


def _size(octets: int) -> str:
    return (
        f"{octets} octets"
        if octets < 1_000
        else f"{octets / 1000:.1f} kB"
        if octets < 99_950
        else f"{octets // 1000} kB"
    )
