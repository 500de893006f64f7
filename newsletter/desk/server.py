"""Serving the desk on this machine alone."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp


def server_of(application: ASGIApp) -> uvicorn.Server:
    """A server that says nothing but errors of ours. `run(sockets=[...])` serves until `should_exit` is set."""
    config = uvicorn.Config(
        application,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Serves until Ctrl-C."""
    try:
        server_of(application).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn has closed everything, and passes the signal on
        pass
    finally:
        listener.close()
