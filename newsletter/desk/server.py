"""Serving the desk on this machine alone."""

from __future__ import annotations

import errno
import socket

import uvicorn
from starlette.types import ASGIApp

from newsletter.model.errors import ConfigError

HOST = "127.0.0.1"


def listening(port: int) -> socket.socket:
    """A socket that listens on the loopback; port 0 takes any that is free. Raises `ConfigError` for one in use."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is in use" if error.errno == errno.EADDRINUSE else "is reserved on this machine"
            raise ConfigError("port", f"port {port} {why}; name another with --port N, or 0 for any") from error
        raise
    return listener


def port_of(listener: socket.socket) -> int:
    """The port it listens on."""
    port: int = listener.getsockname()[1]
    return port


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
