"""Sources: how each is doing, and in what rhythm it brings something; the list as OPML, out and in."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.exchange_sources import export_sources, import_sources
from newsletter.actions.source_board import Doing, source_board
from newsletter.desk import sources_view as view
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.model.audit import claimed
from newsletter.model.errors import ContentError
from newsletter.publication.schedule import Role

_TOLD = 5  # outlines that were left out, by name


def show(office: Office, ask: Ask) -> Response:
    """The sources, all of them or those that are looked for."""
    return _list(office, ask)


def show_opml(office: Office, _ask: Ask) -> Response:
    """All feeds, for other programs."""
    headers = {"Content-Disposition": 'attachment; filename="sources.opml"'}
    return Response(export_sources(office.app), media_type="text/x-opml", headers=headers)


def take_opml(office: Office, ask: Ask) -> Response:
    """The feeds of another program's list that are not gathered yet."""
    file = ask.files.get("opml")
    if file is None:
        return _list(office, ask, "Choose a file that another program has written as OPML.")
    try:
        imported = import_sources(office.app, file.data, file.name, by=claimed(ask.me.id, None))
    except ContentError as error:
        return _list(office, ask, f"Nothing was added: {error.mistakes[0].what}; {error.mistakes[0].todo}.")
    office.look_again()
    added, left = len(imported.added), imported.left_out
    words = f"{added} {'source was' if added == 1 else 'sources were'} added, {imported.known} known already"
    return office.go(ask, "/sources", f"{words}, {len(left)} left out{''.join(f'; {one}' for one in left[:_TOLD])}.")


def _list(office: Office, ask: Ask, wrong: str | None = None) -> Response:
    words, page = " ".join(ask.query.get("q", "").split()), ask.query.get("page", "")
    doing = next((one for one in Doing if one.value == ask.query.get("state")), None)
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    board = source_board(office.app, office.publication.sources, words, doing, number)
    zone, now = view.zone_of(ask.me.member.city, office.schedule.cities), office.now()
    values = {
        "words": words,
        "state": doing.value if doing else "",
        "rows": [view.row(card, zone, now) for card in board.cards],
        "filters": view.filters(board, words, doing),
        "pages": view.pages(board, words, doing),
        "wrong": wrong,
        "may": ask.me.may(Role.OPERATOR),
    }
    return office.page(ask, "sources.html", "Sources", values, 422 if wrong else 200)
