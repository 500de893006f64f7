"""/triage: what came, as stories, decided on where they stand."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from newsletter.actions.item_page import source_of
from newsletter.actions.triage_board import (
    Board,
    Wanted,
    read_board,
    read_card,
    read_figures,
    read_items,
    usual_reasons,
)
from newsletter.actions.triage_items import decide
from newsletter.desk import triage_view as view
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.triage_view import Eyes
from newsletter.model.errors import ConfigError
from newsletter.model.item import Item, ItemId, Triage
from newsletter.publication.schedule import Role
from newsletter.store.errors import UnknownItem

DECIDED_AT_ONCE = 300  # items: more than any story has
_FIGURES = 60  # on one page


def eyes_of(office: Office, ask: Ask) -> Eyes:
    """Who looks, by the clocks of their city."""
    me = ask.me
    zone = next(city.zone for city in office.schedule.cities if city.name == me.member.city)
    return Eyes(office.now(), zone, me.may(Role.WRITER, Role.APPROVER), me.may(Role.WRITER))


def show(office: Office, ask: Ask) -> Response:
    """The list, and an item beside it."""
    return _board(office, ask, view.wanted_of(ask.query), ItemId(ask.query.get("item", "")) or None)


def show_beside(office: Office, ask: Ask) -> Response:
    """The item beside the list alone."""
    item = _item(office, ItemId(ask.parts["item"]))
    values = view.beside_values(
        item, source_of(item, office.publication), view.wanted_of(ask.query), eyes_of(office, ask)
    )
    shown = {"beside": values, "decides": values["decides"], "writes": values["writes"]}
    return office.part(ask, "triage_beside_part.html", {**shown, "reasons": usual_reasons(office.app)})


def show_figures(office: Office, ask: Ask) -> Response:
    """The candidates for the number of the week."""
    looked_for = " ".join(ask.query.get("q", "")[: view.LOOKED_FOR].split())
    figures = read_figures(office.app, office.publication, looked_for.split(), _FIGURES)
    values = view.figures_values(figures, looked_for, eyes_of(office, ask))
    return office.page(ask, "figures.html", "Figures", values)


def take(office: Office, ask: Ask) -> Response:
    """Decides on items. A page that shows the list gets the story alone, as it stands then."""
    wanted, names = view.wanted_of(ask.form), _names(ask)
    try:
        state, why = decision_of(ask)
        items = decide(office.app, names, state, ask.me.id, why)
    except ConfigError as error:  # a rejection without its reason
        if ask.is_part:
            return _card(office, ask, names[:1], error=str(error), status=422)
        return _board(office, ask, wanted, None, error=(names, str(error)), status=422)
    if ask.is_part:
        return _card(office, ask, names, done=items, state=state, why=why)
    return office.go(ask, view.address(wanted, did=state.value, items=",".join(names[:DECIDED_AT_ONCE])))


def decision_of(ask: Ask) -> tuple[Triage, str | None]:
    """What a form decides, and why: the words typed, else the reason chosen. Raises `ConfigError`
    for no decision, and for a rejection without its reason."""
    state = next((one for one in Triage if one.value == ask.form.get("state")), None)
    if state is None:
        raise ConfigError("state", "choose what becomes of it: keep, hold, reject or back to new")
    why = ask.text("why") or ask.text("reason")
    if state is Triage.REJECTED and not why:
        raise ConfigError("why", "Say why: whoever meets this again wants to know.")
    return state, why if state is Triage.REJECTED else None


def _names(ask: Ask) -> tuple[ItemId, ...]:
    """The items that a form names. Raises `ConfigError` where it names none."""
    names = tuple(ItemId(name) for name in dict.fromkeys(ask.text("items").split(",")) if name)[:DECIDED_AT_ONCE]
    if not names:
        raise ConfigError("item", "name the items to decide on; open triage again")
    return names


def _item(office: Office, name: ItemId) -> Item:
    for item in read_items(office.app, (name,)):
        return item
    raise UnknownItem(name)


def _board(
    office: Office,
    ask: Ask,
    wanted: Wanted,
    chosen: ItemId | None,
    error: tuple[tuple[ItemId, ...], str] | None = None,
    status: int = 200,
) -> Response:
    eyes = eyes_of(office, ask)
    board = read_board(office.app, office.publication, wanted)
    values = view.board_values(board, eyes, chosen)
    for card in values["cards"]:
        card["error"] = error[1] if error and set(error[0]) & set(card["all"]) else ""
    item = _beside(office, board, chosen)
    beside = item and view.beside_values(item, source_of(item, office.publication), wanted, eyes)
    values |= {"beside": beside, "is_chosen": chosen is not None and item is not None, "done": _done(office, ask, eyes)}
    values["city"] = ask.me.member.city
    return office.page(ask, "triage.html", "Triage", values, status)


def _beside(office: Office, board: Board, chosen: ItemId | None) -> Item | None:
    """The item beside the list: the one that is chosen, else the first."""
    if chosen is not None:
        return next(iter(read_items(office.app, (chosen,))), None)
    return next((item for card in board.cards for item in card.items if item.state is board.wanted.state), None)


def _done(office: Office, ask: Ask, eyes: Eyes) -> dict[str, Any] | None:
    """What the page before has decided, for the line that takes it back."""
    state = next((one for one in Triage if one.value == ask.query.get("did")), None)
    names = [ItemId(name) for name in ask.query.get("items", "").split(",")][:DECIDED_AT_ONCE]
    items = [item for item in read_items(office.app, names) if item.state is state] if state else []
    if state is None or not items:
        return None
    return view.done_values(items, state, "", view.wanted_of(ask.query), eyes.decides)


def _card(
    office: Office,
    ask: Ask,
    names: tuple[ItemId, ...],
    *,
    done: tuple[Item, ...] = (),
    state: Triage = Triage.NEW,
    why: str | None = None,
    error: str = "",
    status: int = 200,
) -> Response:
    """The story as it stands now, with the counts of the lists; once it has left this list, what was done."""
    wanted, eyes = view.wanted_of(ask.form), eyes_of(office, ask)
    now = read_card(office.app, office.publication, names[0], wanted.words)
    card = view.card_values(now.card, wanted, now.sources, eyes) if now.card else None
    if card:
        card |= {"error": error, "is_on": True}
    values = {
        "card": card if card and card["items"] else None,
        "done": view.done_values(done, state, why or "", wanted, eyes.decides) if done else None,
        "filters": view.filters(wanted, now.counts, now.figures) if not wanted.older else None,
        "wanted": view.fields_of(wanted),
        "part": part if (part := ask.form.get("part", "")).removeprefix("story-").isdecimal() else "",
        "reasons": now.reasons,
        "decides": eyes.decides,
        "writes": eyes.writes,
    }
    return office.part(ask, "story_part.html", values, status)
