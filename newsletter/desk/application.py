"""The desk as an application: who asks is found out first, then whether they may, then what they send is read."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp

from newsletter.actions import sessions
from newsletter.actions.accounts import account_of
from newsletter.desk import cookies
from newsletter.desk.ask import Ask, SignedIn, browser_asking, is_ours, network_asking, of_query
from newsletter.desk.body import PATIENCE, Form, read_form, room_for
from newsletter.desk.faults import disk_words, forms_for, too_large_words
from newsletter.desk.gate import Gate, names_of
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import TEXT, Page
from newsletter.model.errors import ConfigError, ContentError, Mistake, NewsletterError
from newsletter.tokens import Purpose

_AT_ONCE = 12  # pages that are made at a time; the rest wait
_STRANGERS = 4  # the same for who is not signed in: passwords are hashed there, and nobody at work waits for that
_NOT_OURS = "This was sent by a page that is not the desk's, and nothing was done."
_ANOTHER_SESSION = "This form is of another session: somebody signed in or out since. Open the page again, and send it."
_ONLY_SHOWN = "This page is only shown; nothing that is sent to it is done.", {"Allow": "GET, HEAD"}
_ONLY_TAKEN = "There is nothing to see at this address; something is sent to it by a button.", {"Allow": "POST"}
_METHODS = ("GET", "POST")  # and HEAD; the gate lets no other one in
_SECRET = ("token", "password", "again", "current")
_OURS = ("act", "base", "order", "seen", "was")  # what forms carry along, and nobody has typed
_TITLES = {
    400: "This cannot be read",
    403: "This is not for you",
    404: "There is nothing here",
    405: "This is not done here",
    408: "This took too long",
    413: "This is too large",
    500: "Something went wrong here",
    503: "This cannot be done at the moment",
}
_TO_MEND = "A file has to be mended first"
_DIGEST = re.compile("[0-9a-f]{64}")  # by which forms say what they have shown
_WORD = 40  # characters of what is soon typed again
_LOG = logging.getLogger(__name__)


def application(
    office: Office, hosts: tuple[str, ...], patience: float = PATIENCE, pages: tuple[Page, ...] = PAGES
) -> ASGIApp:
    """All pages of the desk.

    `hosts` are the names with their port that it answers to beside the one in schedule.yaml, in small letters.
    `patience` are the seconds in which what is sent has to arrive.
    """
    named, secure = names_of(office.schedule.desk)
    door = Door(office, named if secure else frozenset(), patience)
    inner = Starlette(
        routes=[
            Route("/assets/{name}", office.assets.answer, methods=_METHODS),
            *(door.route(page) for page in pages),
        ],
        exception_handlers={
            HTTPException: door.refused,
            NewsletterError: door.troubled,
            OSError: door.stuck,
            Exception: door.failed,
        },
    )
    inner.router.redirect_slashes = False
    inner.router.default = request_response(door.missing)
    return Gate(inner, named | frozenset(hosts), named if secure else frozenset())


class Door:
    """What stands before every page."""

    def __init__(self, office: Office, secure: frozenset[str], patience: float) -> None:
        self._office = office
        self._secure = secure
        self._patience = patience
        self._turns, self._strangers = asyncio.Semaphore(_AT_ONCE), asyncio.Semaphore(_STRANGERS)

    def route(self, page: Page) -> Route:
        """The page behind its door."""

        async def answer(request: Request) -> Response:
            return await self._answered(page, request)

        return Route(page.path, answer, methods=_METHODS)

    async def missing(self, request: Request) -> Response:
        """What stands at every other address: strangers are answered as at a page of ours."""
        ask = request.state.ask = await self._at_the_door(request)
        if ask.who is None:
            return await self._signed_out(request, ask, TEXT if request.method == "POST" else None)
        raise HTTPException(404, f"There is no page at {request.url.path[:200]}.")

    async def _answered(self, page: Page, request: Request) -> Response:
        is_sent = request.method == "POST"
        try:
            ask = request.state.ask = await self._at_the_door(request)
        except (NewsletterError, OSError):  # nobody can tell who asks; whoever it is gets back what they sent
            if is_sent and is_ours(request):
                await self._read(request, page.most)
            raise
        wanted = page.takers if is_sent else page.roles
        if wanted:
            if ask.who is None:
                return await self._signed_out(request, ask, page.most if is_sent else None)
            if not ask.who.may(*wanted):
                may = " or ".join(sorted(role.value for role in wanted))
                raise HTTPException(403, f"This is for whoever is {may}; the page Team shows who that is.")
        does = page.take if is_sent else page.show
        if does is None:
            raise HTTPException(405, *(_ONLY_SHOWN if is_sent else _ONLY_TAKEN))
        if is_sent:
            ask = request.state.ask = await self._with_form(request, ask, page.most)
        async with self._turns if ask.who else self._strangers:
            response = await run_in_threadpool(does, self._office, ask)
        if ask.who is None and not cookies.value_of(request.headers, cookies.FORM, ask.secure):
            cookies.keep(response, cookies.FORM, ask.cookie, secure=ask.secure)
        return response

    async def _at_the_door(self, request: Request) -> Ask:
        """Who asks, for what. Nothing that they send is read yet."""
        office = self._office
        secure = self._is_secure(request)
        cookie = cookies.value_of(request.headers, cookies.SESSION, secure)
        who = await run_in_threadpool(self._who, cookie) if cookie else None
        form = cookies.value_of(request.headers, cookies.FORM, secure) or secrets.token_urlsafe(32)
        bound = who.session if who else f"before {form}"
        token = sessions.form_token(office.ring, bound)
        return Ask(
            path=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            parts={name: str(value) for name, value in request.path_params.items()},
            query=of_query(request),
            network=network_asking(request, office.behind),
            browser=browser_asking(request),
            cookie=cookie if who else form,
            bound=bound,
            token=token,
            who=who,
            is_part="hx-request" in request.headers,
            secure=secure,
            said=office.said(bound, cookies.value_of(request.headers, cookies.SAID, secure)),
        )

    def _who(self, cookie: str) -> SignedIn | None:
        """The one of the team whose session this is. Another who has got their id since is not."""
        session = sessions.find(self._office.app, cookie, self._office.now())
        member = self._office.member(session.member) if session else None
        if session is None or member is None or session.account != account_of(member):
            return None
        return SignedIn(member, session.digest)

    async def _signed_out(self, request: Request, ask: Ask, most: int | None) -> Response:
        """To the sign-in, and from there back here. What was sent, of `most` octets, is shown, for whoever wrote it to
        take along; None: nothing was sent."""
        if most is None:
            return RedirectResponse(f"/sign-in?next={quote(ask.path, safe='')}", 303)
        if not is_ours(request):
            raise HTTPException(403, _NOT_OURS)
        await self._read(request, most)
        values = {"texts": request.state.texts}
        async with self._strangers:
            return await run_in_threadpool(
                self._office.page, ask, "signed_out.html", "You are signed out", values, status=401
            )

    async def _with_form(self, request: Request, ask: Ask, most: int) -> Ask:
        """The request with what is sent, which a page of ours must have sent, in the same session.

        Raises `HTTPException` 403 for what comes from elsewhere, 413 for more than `most` octets.
        """
        if not is_ours(request):
            raise HTTPException(403, _NOT_OURS)
        sent = await self._read(request, most)
        form = {name: all_of[0] for name, all_of in sent.several.items()}
        if not self._office.ring.is_seal(Purpose.DESK_FORM, ask.bound.encode(), form.get("token", "")):
            raise HTTPException(403, _ANOTHER_SESSION)
        return replace(ask, form=form, several=sent.several, files=sent.files)

    async def _read(self, request: Request, most: int) -> Form:
        """What is sent. Whatever page is shown in the end, it can give back what somebody has typed."""
        ask: Ask | None = getattr(request.state, "ask", None)
        sent = await read_form(request, self._patience, room_for(most, is_signed_in=bool(ask and ask.who)))
        typed = (text for name, all_of in sent.several.items() if name not in _SECRET + _OURS for text in all_of)
        request.state.texts = [text for text in typed if text.strip() and not _DIGEST.fullmatch(text)]
        if sent.is_too_large:
            raise HTTPException(413, too_large_words(most))
        return sent

    def _is_secure(self, request: Request) -> bool:
        return request.headers["host"].lower() in self._secure

    def refused(self, request: Request, error: Exception) -> Response:
        """What is not there, or not for the one who asks."""
        assert isinstance(error, HTTPException)
        return self._told(request, error.status_code, [error.detail], error.headers)

    def troubled(self, request: Request, error: Exception) -> Response:
        """What an action refuses: its own words say what to do."""
        if isinstance(error, ContentError):
            return self._told(request, 422, [str(one) for one in error.mistakes], mistakes=error.mistakes)
        return self._told(request, 422 if isinstance(error, ConfigError) else 409, [str(error)])

    def stuck(self, request: Request, error: Exception) -> Response:
        """What the disk refuses: full, not ours to write, or gone."""
        assert isinstance(error, OSError)
        if error.strerror is None:
            return self.failed(request, error)
        what = disk_words(self._office.app.root, error)
        _LOG.error("a page of the desk failed: %s: %s", request.url.path, what)
        return self._told(request, 503, [what])

    def failed(self, request: Request, error: Exception) -> Response:
        """A mistake of ours: the log gets it whole, whoever asked is told that it is not theirs."""
        _LOG.error("a page of the desk failed: %s", request.url.path, exc_info=error)
        return self._told(request, 500, ["This is a mistake in the program; the log of the desk says more."])

    def _told(
        self,
        request: Request,
        status: int,
        words: list[str],
        headers: Mapping[str, str] | None = None,
        mistakes: Sequence[Mistake] = (),
    ) -> Response:
        ask: Ask = getattr(request.state, "ask", None) or Ask()
        title = _TO_MEND if mistakes else _TITLES.get(status, "This did not work")
        texts = [text for text in getattr(request.state, "texts", ()) if len(text.split()) > 1 or len(text) > _WORD]
        values: dict[str, Any] = {
            "words": words,
            "texts": texts,
            "is_file": bool(mistakes),
            "forms": forms_for(mistakes),
        }
        if mistakes:
            values["trouble"] = ()  # it stands here
        response: Response
        if ask.is_part:
            response = self._office.part(ask, "trouble_part.html", values, status)
        else:
            response = self._page(ask, title, values, status)
        response.headers.update(headers or {})
        return response

    def _page(self, ask: Ask, title: str, values: Mapping[str, Any], status: int) -> Response:
        try:
            return self._office.page(ask, "trouble.html", title, values, status)
        except ContentError as error:  # in a template that this page needs as well: then without any
            words = [title, *values["words"], *map(str, error.mistakes), *values["texts"]]
            return PlainTextResponse("\n\n".join(dict.fromkeys(words)) + "\n", status)
