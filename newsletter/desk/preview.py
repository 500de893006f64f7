"""The preview: an issue as each reader's program shows it, side by side, made again whenever a file is saved."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from newsletter import packaged
from newsletter.actions.app import App, open_app
from newsletter.actions.preview_issue import Preview, Shown, files_token, preview_issue
from newsletter.desk.board import board
from newsletter.desk.documents import IMAGES, MEDIA_TYPES, documents_of, frame_answer
from newsletter.desk.guard import Guard
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to be seen, and the token of the files it was made from."""

    token: str
    preview: Preview
    documents: dict[str, str]  # by the name of a frame; empty when there are mistakes


class Window:
    """One issue, looked at again whenever a file has changed since."""

    def __init__(self, app: App, issue: IssueId) -> None:
        self.app = app
        self.issue = issue
        self._lock = threading.Lock()
        self._last: Look | None = None

    def token(self) -> str:
        """The token of the files as they stand now."""
        return files_token(self.app, self.issue)

    def look(self) -> Look:
        """The newest there is. A file that is saved while we look changes the next token, so nothing is missed."""
        with self._lock:
            token, last = self.token(), self._last
            if last is None or last.token != token:
                preview = preview_issue(self.app, self.issue, IMAGES, last.preview if last else None)
                last = Look(token, preview, _documents(preview.shown) if preview.shown else {})
                self._last = last
            return last


def application(app: App, issue: IssueId, port: int) -> Starlette:
    """The pages of one issue's preview. `port` is the one they are served on."""
    window = Window(app, issue)

    def page(_: Request) -> Response:
        return HTMLResponse(_page(window))

    def state(_: Request) -> Response:
        return PlainTextResponse(window.token())

    def view(request: Request) -> Response:
        return _view(window.look(), request.path_params["name"], "measure" in request.query_params)

    def image(request: Request) -> Response:
        return _image(_shown(window.look()), request.path_params["name"])

    def message(_: Request) -> Response:
        named = {"Content-Disposition": f'attachment; filename="{issue}.eml"'}
        return Response(_shown(window.look()).eml, media_type="message/rfc822", headers=named)

    routes = [
        Route("/", page),
        Route("/state", state),
        Route("/view/{name}", view),
        Route("/images/{name}", image),
        Route("/mail.eml", message),
        Route("/preview.css", lambda _: Response(_own("preview.css"), media_type="text/css")),
        Route("/frames.js", lambda _: Response(_own("frames.js"), media_type="text/javascript")),
        Route("/preview.js", lambda _: Response(_own("preview.js"), media_type="text/javascript")),
        Route("/icon.svg", lambda _: Response(_own("icon.svg"), media_type="image/svg+xml")),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard, port=port)])


def _page(window: Window) -> str:
    """The page around the frames. When a template of its own is broken, ours tells it."""
    look = window.look()
    try:
        return window.app.templates.render("desk/preview.html", board(look.preview, look.token, look.documents))
    except ContentError as error:
        broken = replace(look.preview, shown=None, mistakes=error.mistakes)
        return open_app(packaged.root()).templates.render("desk/preview.html", board(broken, look.token, {}))


def _view(look: Look, name: str, measure: bool) -> Response:
    """The document of one frame, or its twin that tells how high it is."""
    _shown(look)
    if name not in look.documents:
        raise HTTPException(404, "There is no such view.")
    return frame_answer(look.documents[name], name, measure=measure, pictures="'self'")


def _image(shown: Shown, name: str) -> Response:
    for asset in shown.edition.assets:
        if asset.name == name:
            return Response(asset.data, media_type=MEDIA_TYPES[Path(name).suffix])
    raise HTTPException(404, "The issue has no such picture.")


def _shown(look: Look) -> Shown:
    if look.preview.shown is None:
        raise HTTPException(409, "Mistakes in the files stand in the way; the preview's own page tells them.")
    return look.preview.shown


def _documents(shown: Shown) -> dict[str, str]:
    return documents_of(shown, {asset.name: IMAGES + asset.name for asset in shown.edition.assets})


def _own(name: str) -> bytes:
    """A file of the page that is ours alone: what runs on the desk, no publication brings along."""
    return (packaged.root() / "templates" / "desk" / name).read_bytes()
