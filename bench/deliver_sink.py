"""What all sides send to: one smtp-sink of Postfix, in a process of its own; and a way there on which replies are late.

`python -m bench.deliver_sink PORT SECONDS` is that way: it prints its own port, and ends with its input.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
_BACKLOG = "2000"
_START = 10.0  # seconds
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Sink:
    """A server that takes every message and throws it away."""

    port: int
    pid: int

    @property
    def cpu(self) -> float:
        """Seconds of CPU it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def program(name: str) -> str:
    """Where a program of Debian's package postfix is. Raises `SystemExit` where it is not installed."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        raise SystemExit(f"no {name} to measure with; `make test` as root on Debian installs it (package postfix)")
    return found


@contextmanager
def sink() -> Iterator[Sink]:
    """The server, for as long as the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    command = [program("smtp-sink"), *user, f"127.0.0.1:{port}", _BACKLOG]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _until_greeted(port)
            yield Sink(port, process.pid)
        finally:
            process.terminate()


@contextmanager
def late(port: int, seconds: float) -> Iterator[int]:
    """A port that leads to this one, for as long as the block runs: whatever the server says arrives so much later."""
    command = [sys.executable, "-m", "bench.deliver_sink", str(port), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.stdin.close()


def _until_greeted(port: int) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=_START) as trying:
                if trying.recv(3) == b"220":
                    return
        except ConnectionError:
            time.sleep(0.02)
    raise SystemExit("smtp-sink does not start")


class _Outward(asyncio.Protocol):
    """The client's half: what it says is passed on at once."""

    def __init__(self, port: int, seconds: float) -> None:
        self._port, self._seconds = port, seconds
        self._said = bytearray()  # before the server was reached
        self._server: asyncio.Transport | None = None
        self._reaching: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._reaching = asyncio.ensure_future(self._reach(transport))

    async def _reach(self, client: asyncio.Transport) -> None:
        loop = asyncio.get_running_loop()
        back = _Back(client, self._seconds, loop)
        self._server, _ = await loop.create_connection(lambda: back, "127.0.0.1", self._port)
        self._server.write(bytes(self._said))

    def data_received(self, data: bytes) -> None:
        if self._server is None:
            self._said += data
        else:
            self._server.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._server is not None:
            self._server.close()


class _Back(asyncio.Protocol):
    """The server's half: what it says is kept for a while. Several replies that it says at once are late together."""

    def __init__(self, client: asyncio.Transport, seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._seconds, self._loop = client, seconds, loop

    def data_received(self, data: bytes) -> None:
        self._loop.call_later(self._seconds, self._client.write, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._loop.call_later(self._seconds, self._client.close)


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Outward(port, seconds), "127.0.0.1", 0, backlog=100)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
