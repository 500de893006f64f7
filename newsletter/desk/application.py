"""The desk as an application: who asks is found out first, then whether they may, then what they send is read."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.actions import sessions
from newsletter.desk import cookies
from newsletter.desk.ask import PATIENCE, Ask, SignedIn, browser_asking, is_ours, network_asking, of_query, read_form
from newsletter.desk.gate import Gate, names_of
from newsletter.desk.office import Office
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import TEAM, Page
from newsletter.model.errors import ConfigError, ContentError, NewsletterError
from newsletter.tokens import Purpose

_AT_ONCE = 12  # pages that are made at a time; the rest wait
_NOT_OURS = "This was sent by a page that is not the desk's, and nothing was done."
_ANOTHER_SESSION = "This form is of another session: somebody signed in or out since. Open the page again, and send it."
_SECRET = ("token", "password", "again", "current")
_TITLES = {
    400: "This cannot be read",
    403: "This is not for you",
    404: "There is nothing here",
    405: "This is not done here",
    408: "This took too long",
    413: "This is too large",
    500: "Something went wrong here",
}
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
            Route("/assets/{name}", office.assets.answer),
            *(door.route(page) for page in pages),
            door.route(Page("/{rest:path}", TEAM, _missing)),
        ],
        exception_handlers={HTTPException: door.refused, NewsletterError: door.troubled, Exception: door.failed},
    )
    inner.router.redirect_slashes = False
    return Gate(inner, named | frozenset(hosts), named if secure else frozenset())


def _missing(_: Office, ask: Ask) -> Response:
    raise HTTPException(404, f"There is no page at {ask.path.partition('?')[0][:200]}.")


class Door:
    """What stands before every page."""

    def __init__(self, office: Office, secure: frozenset[str], patience: float) -> None:
        self._office = office
        self._secure = secure
        self._patience = patience
        self._turns = asyncio.Semaphore(_AT_ONCE)

    def route(self, page: Page) -> Route:
        """The page behind its door."""

        async def answer(request: Request) -> Response:
            return await self._answered(page, request)

        methods = [name for name, does in (("GET", page.show), ("POST", page.take)) if does]
        limit = Middleware(RequestBodyLimitMiddleware, max_body_size=page.most)
        return Route(page.path, answer, methods=methods, middleware=[limit])

    async def _answered(self, page: Page, request: Request) -> Response:
        ask = await self._at_the_door(request)
        request.state.ask = ask
        is_sent = request.method == "POST"
        wanted = page.takers if is_sent else page.roles
        if wanted:
            if ask.who is None:
                return await self._signed_out(request, ask, is_sent)
            if not ask.who.may(*wanted):
                may = " or ".join(sorted(role.value for role in wanted))
                raise HTTPException(403, f"This is for whoever is {may}; schedule.yaml says who that is.")
        if is_sent:
            ask = request.state.ask = await self._with_form(request, ask)
        does = page.take if is_sent else page.show
        assert does is not None, "the router lets no other method through"
        async with self._turns:
            response = await run_in_threadpool(does, self._office, ask)
        if ask.who is None and not cookies.value_of(request.cookies, cookies.FORM, ask.secure):
            cookies.keep(response, cookies.FORM, ask.cookie, secure=ask.secure)
        return response

    async def _at_the_door(self, request: Request) -> Ask:
        """Who asks, for what. Nothing that they send is read yet."""
        office = self._office
        secure = self._is_secure(request)
        cookie = cookies.value_of(request.cookies, cookies.SESSION, secure)
        session = await run_in_threadpool(sessions.find, office.app, cookie, office.now()) if cookie else None
        member = office.member(session.member) if session else None
        who = SignedIn(member, session.digest) if session and member else None
        form = cookies.value_of(request.cookies, cookies.FORM, secure) or secrets.token_urlsafe(32)
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
            said=office.said(bound, cookies.value_of(request.cookies, cookies.SAID, secure)),
        )

    async def _signed_out(self, request: Request, ask: Ask, is_sent: bool) -> Response:
        """To the sign-in, and from there back here. What was sent is shown, for whoever wrote it to take along."""
        if not is_sent:
            return RedirectResponse(f"/sign-in?next={quote(ask.path, safe='')}", 303)
        if not is_ours(request):
            raise HTTPException(403, _NOT_OURS)
        several, _ = await read_form(request, self._patience)
        texts = [text for name, all_of in several.items() if name not in _SECRET for text in all_of if text.strip()]
        return self._office.page(ask, "signed_out.html", "You are signed out", {"texts": texts}, 401)

    async def _with_form(self, request: Request, ask: Ask) -> Ask:
        """The request with what is sent, which a page of ours must have sent, in the same session.

        Raises `HTTPException` 403 for what comes from elsewhere.
        """
        if not is_ours(request):
            raise HTTPException(403, _NOT_OURS)
        several, files = await read_form(request, self._patience)
        form = {name: all_of[0] for name, all_of in several.items()}
        if not self._office.ring.is_seal(Purpose.DESK_FORM, ask.bound.encode(), form.get("token", "")):
            raise HTTPException(403, _ANOTHER_SESSION)
        return replace(ask, form=form, several=several, files=files)

    def _is_secure(self, request: Request) -> bool:
        return request.headers["host"].lower() in self._secure

    def refused(self, request: Request, error: Exception) -> Response:
        """What is not there, or not for the one who asks."""
        assert isinstance(error, HTTPException)
        return self._told(request, error.status_code, [error.detail], error.headers)

    def troubled(self, request: Request, error: Exception) -> Response:
        """What an action refuses: its own words say what to do."""
        if isinstance(error, ContentError):
            words = [f"{one.path}:{one.line}: {one.what}; {one.todo}" for one in error.mistakes]
            return self._told(request, 422, words)
        return self._told(request, 422 if isinstance(error, ConfigError) else 409, [str(error)])

    def failed(self, request: Request, error: Exception) -> Response:
        """A mistake of ours: the log gets it whole, whoever asked is told that it is not theirs."""
        _LOG.error("a page of the desk failed: %s", request.url.path, exc_info=error)
        return self._told(request, 500, ["This is a mistake in the program; the log of the desk says more."])

    def _told(
        self, request: Request, status: int, words: list[str], headers: Mapping[str, str] | None = None
    ) -> Response:
        ask: Ask = getattr(request.state, "ask", None) or Ask()
        title = _TITLES.get(status, "This did not work")
        values = {"words": words}
        if ask.is_part:
            response = self._office.part(ask, "trouble_part.html", values, status)
        else:
            response = self._office.page(ask, "trouble.html", title, values, status)
        response.headers.update(headers or {})
        return response
