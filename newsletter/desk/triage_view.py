"""What the pages of triage show, as plain values for templates. Pure: no page and no file is looked at here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from newsletter.actions.item_page import figures_of, policy_of
from newsletter.actions.read_inbox import Card
from newsletter.actions.triage_board import Board, Figures, Folded, Wanted
from newsletter.desk import triage_words as words
from newsletter.desk.triage_words import Badge
from newsletter.model.item import Item, ItemId, Stamp, Triage
from newsletter.model.source import RightsPolicy, Source, SourceId

LISTS = {Triage.NEW: "New", Triage.KEPT: "Kept", Triage.HELD: "Held", Triage.REJECTED: "Rejected"}
DONE = {Triage.NEW: "Back to new", Triage.KEPT: "Kept", Triage.HELD: "Held", Triage.REJECTED: "Rejected"}
LOOKED_FOR = 200  # characters of what is searched
_OUTLETS = 8  # of a story that its card names; all stand on its page


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks, and when."""

    now: datetime
    zone: str  # of their city
    decides: bool
    writes: bool


def wanted_of(fields: Mapping[str, str]) -> Wanted:
    """What a query or a form asks for; what it says wrongly counts as not said."""
    state = next((one for one in Triage if one.value == fields.get("list")), Triage.NEW)
    looked_for = fields.get("q", "")[:LOOKED_FOR].split()
    after = fields.get("after", "")
    return Wanted(
        state=state,
        words=tuple(looked_for),
        older=fields.get("when") == "older",
        after=ItemId(after) if after else None,
    )


def fields_of(wanted: Wanted) -> dict[str, str]:
    """The same as fields, for `wanted_of`; what is usual is left out."""
    said = {
        "list": "" if wanted.state is Triage.NEW else wanted.state.value,
        "q": " ".join(wanted.words),
        "when": "older" if wanted.older else "",
        "after": wanted.after or "",
    }
    return {name: value for name, value in said.items() if value}


def address(wanted: Wanted, **more: str) -> str:
    """The address of a list of triage."""
    query = urlencode({**fields_of(wanted), **more})
    return f"/triage?{query}" if query else "/triage"


def filters(wanted: Wanted, counts: Mapping[Triage, int], figures: int) -> list[dict[str, Any]]:
    """The lists there are, each with its count and its address."""
    found = [
        {
            "words": "New stories" if state is Triage.NEW and not wanted.older else name,
            "count": counts.get(state, 0),
            "to": address(Wanted(state=state, words=wanted.words, older=wanted.older)),
            "is_here": state is wanted.state,
        }
        for state, name in LISTS.items()
    ]
    to = "/triage/figures" + (f"?{urlencode({'q': ' '.join(wanted.words)})}" if wanted.words else "")
    return [*found, {"words": "Figures", "count": figures, "to": to, "is_here": False}]


def board_values(board: Board, eyes: Eyes, chosen: ItemId | None) -> dict[str, Any]:
    """What desk/triage.html is given. `chosen` is the item beside the list; else the first one stands there."""
    wanted = board.wanted
    cards = [card_values(card, wanted, board.sources, eyes) for card in board.cards]
    here = next((card for card in cards if chosen in card["all"]), cards[0] if cards and chosen is None else None)
    if here:
        here["is_on"] = True
    return {
        "filters": filters(wanted, board.counts, board.figures),
        "wanted": fields_of(wanted),
        "looked_for": " ".join(wanted.words),
        "cards": cards,
        "more": address(_from(wanted, board.after)) if board.after else None,
        "first": address(_from(wanted, None)) if wanted.after else None,
        "week": address(Wanted(state=wanted.state, words=wanted.words)),
        "older": address(Wanted(state=wanted.state, words=wanted.words, older=True)),
        "is_older": wanted.older,
        "since": words.local(board.since, eyes.zone, board.now),
        "folded": [_folded(one, board.sources, eyes) for one in board.folded],
        "folded_copies": words.several(board.folded_copies, "copy", "copies"),
        "reasons": [words.cut(reason, 80) for reason in board.reasons],
        "empty": _empty(wanted),
        "sorting": "" if board.sorting is None or wanted.older else sorting(board.sorting),
        "decides": eyes.decides,
        "writes": eyes.writes,
    }


def sorting(count: int) -> str:
    """What is said while items are grouped. None is new where the text of one has changed, or one was purged."""
    which = f"{words.several(count, 'new item is', 'new items are')} being" if count else "The items are being"
    return f"{which} sorted into stories{' again' if not count else ''}; open this page again in a few seconds."


def _from(wanted: Wanted, after: ItemId | None) -> Wanted:
    return Wanted(state=wanted.state, words=wanted.words, older=wanted.older, after=after)


def _empty(wanted: Wanted) -> str:
    """What an empty list says."""
    if wanted.words:
        where = "older titles" if wanted.older else "this week's stories"
        return f"Nothing in {where} on this list holds “{' '.join(wanted.words)}”."
    if wanted.state is Triage.NEW:
        return "Nothing older waits for a decision." if wanted.older else "Everything that came is decided on."
    return f"Nothing here is {wanted.state.value}."


def card_values(card: Card, wanted: Wanted, sources: Mapping[SourceId, Source], eyes: Eyes) -> dict[str, Any]:
    """One story: its earliest item that may be used gives it the title, and the others stand below."""
    on_list = [item for item in card.items if item.state is wanted.state]
    lead = _lead(on_list or list(card.items), sources)
    others = [item for item in card.items if item is not lead]
    source = sources.get(lead.entry.source)
    return {
        "key": lead.id,
        "items": [item.id for item in on_list],
        "all": [item.id for item in card.items],
        "title": words.cut(lead.entry.title, words.TITLE),
        "language": lead.entry.language,
        "badges": list(_badges(card, lead, sources)),
        "outlet": words.outlet(lead, source),
        "meta": _meta(card, lead, eyes),
        "why": words.cut(card.story.why, words.LINE),
        "differing": [words.cut(one, words.LINE) for one in card.story.differing[:4]],
        "notice": words.cut(lead.entry.rights.notice or "", 120),
        "rows": [_row(item, sources, wanted, eyes) for item in others[:_OUTLETS]],
        "hidden": max(0, len(others) - _OUTLETS),
        "link": words.followed(lead.entry.link),
        "to": address(wanted, item=lead.id) + "#beside",
        "several": len(on_list) if len(on_list) > 1 else 0,
        "buttons": _buttons(wanted.state),
        "decided": _decided(lead, eyes) if wanted.state is not Triage.NEW else "",
        "is_on": False,
    }


def _lead(items: list[Item], sources: Mapping[SourceId, Source]) -> Item:
    usable = (item for item in items if policy_of(item, sources.get(item.entry.source)) is not RightsPolicy.DO_NOT_USE)
    return next(usable, items[0])


def _buttons(state: Triage) -> list[tuple[str, str, str]]:
    """What is decided from a list by one press: value, words, key. To reject wants a reason and has its own form."""
    offered = [(Triage.KEPT, "Keep", "y"), (Triage.HELD, "Hold", "h"), (Triage.NEW, "Back to new", "u")]
    return [(one.value, said, key) for one, said, key in offered if one is not state]


def _badges(card: Card, lead: Item, sources: Mapping[SourceId, Source]) -> Iterator[Badge]:
    yield from _rights(card.items, lead, sources)
    yield Badge("", words.several(len({item.entry.source for item in card.items}), "outlet"))
    if card.uses:
        first = card.uses[0]
        same = all("the same story" in use.why for use in card.uses)
        yield Badge("", f"storyline since No. {first.number}" if same else f"used in No. {first.number}")
    if all(item.entry.published is None or item.entry.published.wall is None for item in card.items):
        yield Badge("warn", "undated")
    for state in (Triage.KEPT, Triage.HELD, Triage.REJECTED):
        count = sum(item.state is state for item in card.items)
        if 0 < count < len(card.items):
            yield Badge("ok" if state is Triage.KEPT else "", f"{count} of {len(card.items)} {state.value}")
    if lead.entry.warnings:
        yield Badge("warn", words.several(len(lead.entry.warnings), "warning"))


def _rights(items: tuple[Item, ...], lead: Item, sources: Mapping[SourceId, Source]) -> Iterator[Badge]:
    """What may be done with the leading item, and how many of the others allow less."""
    order = list(RightsPolicy).index
    policy = policy_of(lead, sources.get(lead.entry.source))
    yield words.rights(policy, sources.get(lead.entry.source))
    stricter = [
        other for item in items if order(other := policy_of(item, sources.get(item.entry.source))) > order(policy)
    ]
    if stricter:
        strictest = max(stricter, key=order)
        yield Badge("no", f"{len(stricter)} of {len(items)}: {words.rights(strictest, None).words}")


def _meta(card: Card, lead: Item, eyes: Eyes) -> str:
    """First seen Tue 14:05 · newest 2 h ago"""
    first = min(item.first_seen for item in card.items)
    said = [f"First seen {words.local(first, eyes.zone, eyes.now)}"]
    newest = [stamp.instant for item in card.items if (stamp := item.entry.published) and stamp.instant]
    if newest:
        said.append(f"newest {words.ago(eyes.now, max(newest))}")
    if changed := words.history(lead):
        said.append(changed)
    return " · ".join(said)


def _row(item: Item, sources: Mapping[SourceId, Source], wanted: Wanted, eyes: Eyes) -> dict[str, Any]:
    return {
        "id": item.id,
        "outlet": words.outlet(item, sources.get(item.entry.source)),
        "title": words.cut(item.entry.title, words.TITLE),
        "language": item.entry.language,
        "age": words.published(item.entry.published, eyes.now),
        "state": "" if item.state is wanted.state else item.state.value,
        "to": address(wanted, item=item.id) + "#beside",
    }


def _decided(item: Item, eyes: Eyes) -> str:
    """Who decided, when and why: "mei, Tue 14:05: promotional"."""
    if item.decision is None:
        return words.cut(item.likeness or "", words.LINE)
    said = f"{item.decision.who}, {words.local(item.decision.when, eyes.zone, eyes.now)}"
    return f"{said}: {words.cut(item.decision.why, words.LINE)}" if item.decision.why else said


def _folded(folded: Folded, sources: Mapping[SourceId, Source], eyes: Eyes) -> dict[str, Any]:
    """Copies of one rejected item: "seen before, rejected in No. 126: promotional"."""
    title = folded.original.entry.title if folded.original else folded.copies[0].entry.title if folded.copies else ""
    decision = folded.original.decision if folded.original else None
    where = f" in No. {folded.number}" if folded.number else ""
    why = f": {words.cut(decision.why, 120)}" if decision and decision.why else ""
    return {
        "title": words.cut(title, words.TITLE),
        "to": f"/triage/{folded.original.id}" if folded.original else None,
        "words": f"seen before, rejected{where}{why}",
        "count": words.several(len(folded.copies), "copy", "copies"),
        "rows": [
            {**_row(item, sources, Wanted(state=Triage.REJECTED), eyes), "to": f"/triage/{item.id}"}
            for item in folded.copies[:_OUTLETS]
        ],
        "items": [item.id for item in folded.copies],
    }


def beside_values(item: Item, source: Source | None, wanted: Wanted, eyes: Eyes) -> dict[str, Any]:
    """What desk/triage_beside.html is given: the item that is looked at."""
    entry = item.entry
    policy = policy_of(item, source)
    return {
        "id": item.id,
        "outlet": words.outlet(item, source),
        "kicker": words.cut(entry.kicker or entry.label or "", 80),
        "age": _out(entry.published, eyes),
        "title": words.cut(entry.title, words.TITLE),
        "deck": words.cut(entry.deck or "", words.LINE),
        "language": entry.language,
        "byline": " · ".join(filter(None, (words.authors(entry), words.history(item)))),
        "excerpt": words.excerpt(entry),
        "is_cut": sum(map(len, entry.paragraphs)) > words.EXCERPT,
        "rights": words.rights(policy, source),
        "rights_from": rights_from(item, source),
        "notice": words.cut(entry.rights.notice or "", words.LINE),
        "figures": [words.cut(one, 40) for one in figures_of(entry)[:6]],
        "warnings": [words.cut(one, words.LINE) for one in entry.warnings[:8]],
        "link": words.followed(entry.link),
        "state": item.state.value,
        "decided": _decided(item, eyes) if item.state is not Triage.NEW else "",
        "buttons": _buttons(item.state),
        "wanted": fields_of(wanted),
        "decides": eyes.decides,
        "writes": eyes.writes,
    }


def _out(stamp: Stamp | None, eyes: Eyes) -> str:
    if stamp is not None and stamp.instant is not None:
        return words.ago(eyes.now, stamp.instant)
    return words.published(stamp, eyes.now)


def rights_from(item: Item, source: Source | None) -> str:
    """Where the rights of an item come from, in words."""
    found, declared = item.entry.rights, source.rights if source else None
    if found.notice and (declared is None or found.policy is not declared):
        return "made stricter by a notice in its text"
    if declared is None:
        return "as its source allowed when it came; it is no longer among the sources"
    if found.policy is not declared and policy_of(item, source) is found.policy:
        return "as its source allowed when it came; it allows more now"
    return "as set for its source"


def done_values(items: Iterable[Item], state: Triage, why: str, wanted: Wanted, decides: bool) -> dict[str, Any]:
    """What was just decided, with what takes it back: "Kept: Ports count the price of waiting (4 items)"."""
    found = tuple(items)
    return {
        "words": DONE[state],
        "why": words.cut(why, words.LINE),
        "title": words.cut(found[0].entry.title, words.TITLE) if found else "",
        "language": found[0].entry.language if found else "en",
        "count": len(found),
        "items": [item.id for item in found],
        "can_undo": decides and state is not Triage.NEW,
        "wanted": fields_of(wanted),
    }


def figures_values(figures: Figures, looked_for: str, eyes: Eyes) -> dict[str, Any]:
    """What desk/figures.html is given."""
    wanted = Wanted(words=tuple(looked_for.split()))
    lists = filters(wanted, figures.counts, figures.total)
    return {
        "sorting": "" if figures.sorting is None else sorting(figures.sorting),
        "filters": [{**one, "is_here": one["words"] == "Figures"} for one in lists],
        "looked_for": looked_for,
        "figures": [
            {
                "value": words.cut(one.value, 40),
                "unit": words.cut(one.unit or "", 40),
                "sentence": words.cut(one.sentence, 500),
                "why": one.why,
                "language": found[0].entry.language if found else "en",
                "items": [
                    {**_row(item, figures.sources, wanted, eyes), "to": f"/triage/{item.id}"} for item in found[:6]
                ],
                "blurb": f"/triage/{found[0].id}/blurb?section=number" if found else None,
            }
            for one, found in figures.shown
        ],
        "more": max(0, figures.total - len(figures.shown)),
        "writes": eyes.writes,
    }
