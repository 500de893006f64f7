"""How long a connection may take to say what it wants: who opens many and says nothing holds them for seconds only, and
who is in the middle of it does not hold up the end of the server."""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 20.0  # seconds for the head of a request, from its first octet or from the connection's beginning
BODY_WITHIN = 2.0  # seconds for the rest of a body, once the server is told to end


class Patient(H11Protocol):
    """uvicorn's own, which waits for ever for the head of a request, and for a body until all answers are cut off."""

    _late: asyncio.TimerHandle | None = None

    def __init__(self, *args: Any, head_within: float, body_within: float, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_within, self._body_within = head_within, body_within

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._wait()
        else:
            self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """What has arrived is answered first. Of what is half sent, nobody can tell whether the rest will ever come."""
        super().shutdown()
        if self.conn.their_state is h11.SEND_BODY:
            self.loop.call_later(self._body_within, self._leave)

    def _leave(self) -> None:
        if self.conn.their_state is h11.SEND_BODY and not self.cycle.response_started:
            self.transport.close()  # whoever reads the body is told that the client has gone

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self._head_within, self._end)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end(self) -> None:
        self._late = None
        if self.conn.their_state is h11.IDLE:
            self.transport.close()
