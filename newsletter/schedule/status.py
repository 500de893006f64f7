"""The status server: /health, /ready and /metrics, for this machine alone. It says nothing of readers but their number.

/health: whether this process does its rounds. /ready: whether all that it needs is there; 503 with words where not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import uvicorn
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.model.errors import ConfigError
from newsletter.schedule.metrics import page
from newsletter.serving.listening import LOOPBACK, listening

_TEXT = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus text format
_PATIENCE = 5.0  # seconds for the site or the desk to answer
_GRACE = 2  # seconds for answers that are on their way when we end
_CONNECTIONS = 50


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be so."""

    name: str
    fine: bool
    words: str  # how it is


class StatusServer:
    """Serves in a thread, from `start` to `stop`."""

    def __init__(
        self, port: int, health: Callable[[], Check], checks: Callable[[], tuple[Check, ...]], figures: Collector
    ) -> None:
        """Listens from here on; port 0 takes any that is free. Raises `ConfigError` for one that is taken."""
        try:
            self._listener = listening(LOOPBACK, port)
        except ConfigError as error:
            what = str(error).replace("--port", "--status-port")
            raise ConfigError("status-port", f"the status server: {what}") from error
        config = uvicorn.Config(
            _application(health, checks, figures),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._listener]}, name="status", daemon=True
        )

    @property
    def address(self) -> str:
        """Where it answers: "127.0.0.1:8081"."""
        return f"{LOOPBACK}:{self._listener.getsockname()[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it, started or not."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_GRACE + 1)
        self._listener.close()


def server_answers(name: str, host: str, port: int, base: str) -> Check:
    """Whether the site or the desk answers at its own address, and says that it is well."""
    nearby = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104  (all addresses, one of which is ours)
    connection = HTTPConnection(nearby, port, timeout=_PATIENCE)
    try:
        connection.request("GET", f"{base}/health")
        answer = connection.getresponse()
        words = answer.read(500).decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return Check(name, False, f"does not answer: {error}")
    finally:
        connection.close()
    return Check(name, answer.status == 200, words)


def _application(health: Callable[[], Check], checks: Callable[[], tuple[Check, ...]], figures: Collector) -> Starlette:
    async def show_health(_: Request) -> Response:
        found = health()
        return JSONResponse({"healthy": found.fine, "words": found.words}, 200 if found.fine else 503)

    async def show_ready(_: Request) -> Response:
        found = await run_in_threadpool(checks)
        ready = all(check.fine for check in found)
        said = {check.name: {"fine": check.fine, "words": check.words} for check in found}
        return JSONResponse({"ready": ready, "checks": said}, 200 if ready else 503)

    async def show_metrics(_: Request) -> Response:
        return Response(await run_in_threadpool(page, figures), headers={"Content-Type": _TEXT})

    routes = [Route("/health", show_health), Route("/ready", show_ready), Route("/metrics", show_metrics)]
    # A page that somebody here has open in a browser cannot ask for it under a name of its own.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])
    return Starlette(routes=routes, middleware=[hosts])
