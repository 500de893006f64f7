"""Serving the site: the server, and its end in good order."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from math import ceil
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from newsletter.serving.listening import address_of
from newsletter.serving.patience import BODY_WITHIN, HEAD_WITHIN, Patient

_GRACE = 10  # seconds for answers that are on their way when we are told to stop
_CONNECTIONS = 1_000  # at a time; more are told to come later
_IDLE = 15  # seconds that a connection may stay open between two requests


def local_names(listener: socket.socket) -> tuple[str, ...]:
    """The names by which somebody at this machine asks for it."""
    port = listener.getsockname()[1]
    return (address_of(listener), f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}")


def server_of(
    application: ASGIApp, head_within: float = HEAD_WITHIN, body_within: float = BODY_WITHIN
) -> uvicorn.Server:
    """A server that says nothing but errors of ours. `run(sockets=[...])` serves until `should_exit` is set.

    `head_within` are the seconds in which the head of a request has to arrive, `body_within` those for the rest of a
    body once it is told to end. No log is written of who asked for what: an address may be the token of a reader.
    """
    logging.getLogger("uvicorn.error").addFilter(_is_no_end)
    config = uvicorn.Config(
        application,
        http=partial(  # type: ignore[arg-type]  # it is only called
            Patient, head_within=head_within, body_within=body_within
        ),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",  # what strangers send wrong is no news
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=min(_IDLE, ceil(head_within)),
        timeout_graceful_shutdown=_GRACE,
    )
    return uvicorn.Server(config)


def _is_no_end(record: logging.LogRecord) -> bool:
    """Not where an answer was cut off because we end: how many were, one line before has said."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def serve(application: ASGIApp, listener: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or Ctrl-C; answers that are on their way are given first."""

    def ended(_number: int, _frame: FrameType | None) -> None:
        """uvicorn has closed everything, and passes on the signal that it was told to stop by."""

    with ExitStack() as before:
        for number in (signal.SIGINT, signal.SIGTERM):
            before.callback(signal.signal, number, signal.signal(number, ended))
        before.callback(listener.close)
        ready()
        server_of(application).run(sockets=[listener])
