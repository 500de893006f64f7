"""/me/TOKEN: a reader's own page, by the link that was just mailed: language, pause, what is kept, leaving, erasure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from starlette.responses import RedirectResponse, Response

from newsletter.actions.access import AccessOver
from newsletter.actions.change_preferences import (
    NotPossible,
    change_language,
    erase_me,
    leave,
    pause_until,
    resume,
    show_preferences,
)
from newsletter.actions.export_reader import export_reader
from newsletter.actions.languages import languages
from newsletter.model.errors import ForgedToken
from newsletter.site.ask import Ask
from newsletter.site.live import Live
from newsletter.site.pages.over import link_is_not_ours, link_is_over

_DONE = ("language", "pause", "resume", "leave")  # what can be done here, and is told afterwards


def show(live: Live, ask: Ask) -> Response:
    """What the reader has chosen, and a form for each thing that can be changed."""
    return _shown(live, ask, ask.query.get("done"))


def take(live: Live, ask: Ask) -> Response:
    """Changes one thing, and leads back to the page, which tells of it."""
    token, what = ask.parts["token"], ask.form.get("do", "")
    try:
        _change(live, token, what, ask)
    except NotPossible:
        return _shown(live, ask, None, wrong=what, status=422)
    except (ForgedToken, AccessOver) as error:
        return _refused(live, error)
    return RedirectResponse(f"{live.schedule.live}/me/{token}?done={what}", 303)


def export(live: Live, ask: Ask) -> Response:
    """Everything that is kept about the reader, as a file."""
    try:
        data = export_reader(live.app, ask.parts["token"])
    except (ForgedToken, AccessOver) as error:
        return _refused(live, error)
    return Response(data, 200, {"Content-Disposition": 'attachment; filename="my-data.json"'}, "application/json")


def show_erase(live: Live, ask: Ask) -> Response:
    """What erasing means, and a button."""
    try:
        own = show_preferences(live.app, ask.parts["token"])
    except (ForgedToken, AccessOver) as error:
        return _refused(live, error)
    back = f"{live.schedule.live}/me/{ask.parts['token']}"
    return live.page("erase.html", "own_erase_title", {"back": back}, language=own.reader.language)


def take_erase(live: Live, ask: Ask) -> Response:
    """Erases the reader, and with them this link."""
    token = ask.parts["token"]
    try:
        language = show_preferences(live.app, token).reader.language
        erase_me(live.app, token)
    except (ForgedToken, AccessOver) as error:
        return _refused(live, error)
    return live.page("erased.html", "own_erased_title", {}, language=language)


def _change(live: Live, token: str, what: str, ask: Ask) -> None:
    does: dict[str, Callable[[], None]] = {
        "language": lambda: change_language(live.app, token, ask.text("language")),
        "pause": lambda: pause_until(live.app, token, _day(ask.text("first"))),
        "resume": lambda: resume(live.app, token),
        "leave": lambda: leave(live.app, token),
    }
    if what not in does:
        raise NotPossible("this form is none of ours; use one of those shown")
    does[what]()


def _day(text: str) -> date:
    """A day as browsers send it, "2026-12-24". Raises `NotPossible`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotPossible("this is no day of the calendar; write it as 2026-12-24") from error


def _shown(live: Live, ask: Ask, done: str | None, *, wrong: str = "", status: int = 200) -> Response:
    token = ask.parts["token"]
    try:
        own = show_preferences(live.app, token)
    except (ForgedToken, AccessOver) as error:
        return _refused(live, error)
    frame = live.look.frame(own.reader.language)
    values = {
        "own": own,
        "state": own.standing.value,
        "languages": languages(live.app),
        "language": frame.language,
        "place": f"{live.schedule.live}/me/{token}",
        "typed": ask.text("first"),
        "wrong": wrong,
        "done": done if done in _DONE else None,
    }
    return live.page("me.html", "own_me_title", values, language=own.reader.language, status=status)


def _refused(live: Live, error: ForgedToken | AccessOver) -> Response:
    return link_is_over(live) if isinstance(error, AccessOver) else link_is_not_ours(live)
