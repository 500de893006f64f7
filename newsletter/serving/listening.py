"""The sockets that our own servers listen on."""

from __future__ import annotations

import errno
import socket
from ipaddress import ip_address

from newsletter.model.errors import ConfigError

LOOPBACK = "127.0.0.1"


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any that is free. Raises `ConfigError` for an address that cannot be had."""
    try:
        family = socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET
    except ValueError as error:
        what = f"'{host}' is no address of this machine"
        raise ConfigError("host", f"{what}; write its IP address, as 127.0.0.1, or 0.0.0.0 for all of them") from error
    # asyncio sends at once (TCP_NODELAY) only on a socket that says it is TCP; else each kept connection waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise ConfigError("port", _why(host, port, error)) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Host and port as a browser writes them."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_of(listener: socket.socket) -> int:
    """The port it listens on."""
    port: int = listener.getsockname()[1]
    return port


def _why(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is in use; name another with --port N, or 0 for any"
        case errno.EACCES:
            return f"port {port} is reserved on this machine; name another with --port N, or 0 for any"
        case errno.EADDRNOTAVAIL:
            return f"{host} is no address of this machine; name one of its own with --host, or 0.0.0.0 for all of them"
    return f"{host} port {port} cannot be listened on: {error.strerror}"
