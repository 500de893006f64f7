"""What the pages of the desk share: made once, when the server starts."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.actions.app import App
from newsletter.actions.delivery_progress import After, Copies, count_audience
from newsletter.actions.desk_look import DeskLook, desk_look, desk_signature
from newsletter.actions.diff_issue import Face
from newsletter.actions.keys import made_key_ring
from newsletter.desk import cookies
from newsletter.desk.ask import Ask, SignedIn
from newsletter.desk.assets import read_assets
from newsletter.desk.departed import Departed
from newsletter.desk.looks import Looks
from newsletter.desk.once import Once
from newsletter.desk.standing import Standing
from newsletter.model.errors import ContentError, ForgedToken
from newsletter.pictures.plots import Plot
from newsletter.publication.publication import Publication
from newsletter.publication.schedule import Member, Schedule
from newsletter.serving.limits import Buckets, Rate
from newsletter.serving.visitors import Network
from newsletter.store.planning import Audience
from newsletter.tokens import Purpose

# What may be tried how often, by what it is counted for: a name, a network.
RATES = {
    "sign-in name": Rate(burst=5, every=30.0),  # in one network
    "sign-in name anywhere": Rate(burst=50, every=5.0),
    "sign-in network": Rate(burst=20, every=10.0),
    "link network": Rate(burst=5, every=60.0),
}
_LONGEST_SAID = 1_000  # characters
_SHOWN = 12  # editions that pages have shown, kept for the next ones
_CITIES = 4  # clocks that the plot of readers is kept for
_LOOK_EVERY = 1.0  # seconds between two looks whether a file has changed


class Office:
    """The desk of one publication."""

    def __init__(
        self, app: App, *, behind: Sequence[Network] = (), ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        self.ring = made_key_ring(app)
        self.behind = tuple(behind)  # the proxies that are believed
        self.ticks = ticks  # seconds of a clock that never goes back
        self.assets = read_assets()
        self.standing = Standing(app)
        self.looks = Looks(app)
        self.shown: Once[str, Face] = Once(_SHOWN)  # editions that pages have shown lately, by digest
        self.counted: Once[Hashable, Copies] = Once(_SHOWN)  # the copies of mailings
        self.after: Once[Hashable, After] = Once(_SHOWN)  # and what became of them
        self.growth: Once[tuple[str, int], Plot] = Once(_CITIES)  # the plot of readers, by zone and quarter of an hour
        self._buckets = {name: Buckets(rate) for name, rate in RATES.items()}
        self._counting, self._looking = threading.Lock(), threading.Lock()
        self._signature = desk_signature(app)  # before the look: what changes in between is seen the next time
        self._look, self._looked = desk_look(app), ticks()
        self._trouble: ContentError | None = None
        self._departed = Departed(app)

    def close(self) -> None:
        """Lets go of what it holds open."""
        self.standing.close()

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return self.app.clock()

    @property
    def look(self) -> DeskLook:
        """The look of the files as they stand, a second ago at most; where they have mistakes now, as they stood."""
        with self._looking:
            if not 0 <= self.ticks() - self._looked < _LOOK_EVERY:
                self._looked = self.ticks()
                if (signature := desk_signature(self.app)) != self._signature:
                    self._signature, self._trouble = signature, None
                    try:
                        self._look = desk_look(self.app)
                    except ContentError as error:  # told on every page until it is mended
                        self._trouble = error
            look = self._look
        self._departed.see(look.publication.schedule.team)
        return look

    def look_again(self) -> None:
        """Has the next page look at the files, however short ago one did: for who has just changed one."""
        with self._looking:
            self._looked = self.ticks() - _LOOK_EVERY

    @property
    def publication(self) -> Publication:
        """All but the issues."""
        return self.look.publication

    @property
    def schedule(self) -> Schedule:
        """schedule.yaml."""
        return self.publication.schedule

    def member(self, name: str) -> Member | None:
        """The one of the team with this id; None where schedule.yaml names nobody so."""
        return next((member for member in self.schedule.team if member.id == name), None)

    def audience(self) -> Audience:
        """Whom an issue would reach, counted a minute ago at most. Raises `NotAtHome`."""
        board, _ = self.standing.board(now := self.now())
        found = board.lately_counted(now) if board else None
        return found or count_audience(self.app)

    def wait(self, what: str, key: str) -> float:
        """0 where this may be tried for this key now, and then it counts; else the seconds it has to wait."""
        with self._counting:
            return self._buckets[what].take(key, self.ticks())

    def page(
        self, ask: Ask, template: str, title: str, values: Mapping[str, object] | None = None, status: int = 200
    ) -> HTMLResponse:
        """A page in the frame of the desk. Raises `ContentError` for a template that is written wrong."""
        look = self.look
        signed = ask.who is not None
        frame: dict[str, Any] = {
            **self._common(ask),
            "title": title,
            "said": ask.said,
            "trouble": [str(one) for one in self._mistakes()],
            "standing": self.standing.values(self.now(), ask.me.id) if signed else None,
            **(values or {}),
        }
        response = HTMLResponse(look.templates.render(f"desk/{template}", frame), status)
        if ask.said:
            cookies.drop(response, cookies.SAID, secure=ask.secure)
        return response

    def part(
        self, ask: Ask, template: str, values: Mapping[str, object] | None = None, status: int = 200
    ) -> HTMLResponse:
        """A part of a page, without the frame: for a page that puts it into itself."""
        html = self.look.templates.render(f"desk/{template}", {**self._common(ask), **(values or {})})
        return HTMLResponse(html, status)

    def go(self, ask: Ask, path: str, said: str = "") -> Response:
        """To another page of ours with GET (RFC 9110 15.4.4), which says once what was done."""
        response = RedirectResponse(path, 303)
        if said:
            cookies.say(response, self._sealed(ask, said[:_LONGEST_SAID]), secure=ask.secure)
        return response

    def said(self, bound: str, cookie: str) -> str:
        """What the page before has to say to the browser that its forms are bound to; "" for nothing, or a forgery."""
        try:
            mark, words = json.loads(urlsafe_b64decode(self.ring.verify(Purpose.DESK_FORM, cookie) + "=="))
        except (ForgedToken, ValueError, TypeError):
            return ""
        return str(words) if mark == _mark(bound) else ""

    def _sealed(self, ask: Ask, words: str) -> str:
        payload = json.dumps([_mark(ask.bound), words]).encode()
        return self.ring.sign(Purpose.DESK_FORM, urlsafe_b64encode(payload).decode().rstrip("="))

    def _common(self, ask: Ask) -> dict[str, Any]:
        schedule = self.schedule
        return {
            "publication": schedule.name,
            "assets": self.assets.addresses,
            "token": ask.token,
            "here": ask.path.partition("?")[0],
            "me": ask.who and _shown(ask.who),
        }

    def _mistakes(self) -> Sequence[Any]:
        return self._trouble.mistakes[:5] if self._trouble else ()


def _mark(bound: str) -> str:
    return hashlib.sha256(bound.encode()).hexdigest()


def later(response: Response, seconds: float) -> Response:
    """The answer for somebody who has to wait (RFC 6585 4)."""
    response.status_code = 429
    response.headers["Retry-After"] = str(ceil(seconds))
    return response


def _shown(who: SignedIn) -> dict[str, object]:
    roles = [role.value for role in who.member.roles]
    return {
        "id": who.id,
        "name": who.member.name,
        "roles": ", ".join(roles),
        "writes": "writer" in roles,
        "approves": "approver" in roles,
        "operates": "operator" in roles,
    }
