"""The live site as an application: every page in one list, the archive behind them, the guard before all of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.model.errors import NewsletterError
from newsletter.site.ask import PATIENCE, Ask, read_ask
from newsletter.site.guard import Guard, policies_of
from newsletter.site.live import Live
from newsletter.site.pages import answer, confirm, health, me, preferences, subscribe, trouble, unsubscribe
from newsletter.site.static import Static

_AT_ONCE = 20  # live pages; they may wait for the database, and the archive, which waits for nothing, has threads left

Answer = Callable[[Live, Ask], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One live page: what shows it, and what takes what is posted to it. None: nothing can be posted."""

    path: str  # below the base path
    show: Answer
    take: Answer | None = None


PAGES = (
    Page("/health", health.show),
    Page("/subscribe", subscribe.show, subscribe.take),
    Page("/confirm/{token}", confirm.show, confirm.take),
    Page("/u/{token}", unsubscribe.show, unsubscribe.take),
    Page("/p/{token}", preferences.show_known, preferences.take_known),
    Page("/preferences", preferences.show, preferences.take),
    Page("/me/{token}", me.show, me.take),
    Page("/me/{token}/export", me.export),
    Page("/me/{token}/erase", me.show_erase, me.take_erase),
    Page("/answer/{issue}", answer.show, answer.take),
)


def application(live: Live, hosts: tuple[str, ...] = (), patience: float = PATIENCE) -> ASGIApp:
    """The archive in public/ and the live pages, at the addresses that schedule.yaml gives them.

    `hosts` are names with their port that it answers to beside those of schedule.yaml, in small letters. `patience` are
    the seconds in which the body of a request has to arrive.
    """
    look = live.look
    turns = asyncio.Semaphore(_AT_ONCE)
    routes = [_route(f"{look.base}{page.path}", page, live, patience, turns) for page in PAGES]
    archive = Static(live.app.root / "public", look.site.base, lambda: live.look.files)
    inner = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: partial(trouble.refused, live),
            NewsletterError: partial(trouble.troubled, live),
            OSError: partial(trouble.troubled, live),
        },
    )
    inner.router.redirect_slashes = False
    inner.router.default = archive
    return Guard(inner, policies_of(look.schedule.site, look.schedule.live), hosts)


def _route(path: str, page: Page, live: Live, patience: float, turns: asyncio.Semaphore) -> Route:
    async def answer(request: Request) -> Response:
        ask = request.state.ask = await read_ask(request, live.behind, patience)
        does = page.take if request.method == "POST" and page.take else page.show
        async with turns:
            response = await run_in_threadpool(does, live, ask)
        response.headers.setdefault("X-Robots-Tag", "noindex")
        return response

    return Route(path, answer, methods=["GET", "POST"] if page.take else ["GET"])
