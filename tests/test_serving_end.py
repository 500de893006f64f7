"""The end of a server of pages: answers that are on their way are given, and what is half sent holds up nobody."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from newsletter.desk.body import read_form, room_for
from newsletter.serving.listening import listening
from newsletter.serving.server import server_of
from tests.smtpserver import LIMIT

HEAD = "POST /{} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\n"


class Pages:
    """One that reads a form, and one that is at it until it may go on."""

    def __init__(self) -> None:
        self.is_reading, self.is_at_it, self.may_go_on = threading.Event(), threading.Event(), threading.Event()
        self.application = Starlette(
            routes=[Route("/form", self._form, methods=["POST"]), Route("/sits", self._sits, methods=["POST"])]
        )

    async def _form(self, request: Request) -> Response:
        self.is_reading.set()
        form = await read_form(request, LIMIT, room_for(1_000, is_signed_in=True))
        return PlainTextResponse(f"got {form.several}")

    async def _sits(self, request: Request) -> Response:
        await request.body()
        self.is_at_it.set()
        await run_in_threadpool(self.may_go_on.wait, LIMIT)
        return PlainTextResponse("done")


@contextmanager
def serving(pages: Pages, body_within: float) -> Iterator[tuple[uvicorn.Server, threading.Thread, int]]:
    """A server in a thread, which is told to end when the block is over, and has ended then."""
    listener = listening("127.0.0.1", 0)
    server = server_of(pages.application, body_within=body_within)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield server, thread, listener.getsockname()[1]
    finally:
        server.should_exit = True
        pages.may_go_on.set()
        thread.join(2 * LIMIT)
        assert not thread.is_alive()


def sent(port: int, text: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=2 * LIMIT)
    client.sendall(text.encode())
    return client


def is_open(port: int) -> bool:
    """Whether the server takes anybody still: as soon as it is at its end, it does not."""
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def answer(client: socket.socket) -> str:
    """All that comes until the server closes."""
    with client:
        return b"".join(iter(lambda: client.recv(4_096), b"")).decode()


def test_what_is_half_sent_is_left_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """The connection is closed, and the server ends, before answers are cut off: nothing stands in the log."""
    pages = Pages()
    with caplog.at_level(logging.DEBUG), serving(pages, body_within=0.0) as (server, thread, port):
        client = sent(port, HEAD.format("form") + "a=1&")
        assert pages.is_reading.wait(LIMIT)
        server.should_exit = True
        assert answer(client) == ""
        thread.join(2 * LIMIT)
        assert [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING] == []


def test_what_arrives_whole_is_answered_before_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """The rest of a body that comes in time, and a page that is being made while the server is told to end."""
    pages = Pages()
    with serving(pages, body_within=LIMIT) as (server, thread, port):
        sitting, half = sent(port, HEAD.format("sits") + "a=1&b=22"), sent(port, HEAD.format("form") + "a=1&")
        assert pages.is_at_it.wait(LIMIT)
        assert pages.is_reading.wait(LIMIT)
        server.should_exit = True
        while is_open(port):
            pass
        half.sendall(b"b=22")
        assert "got {'a': ('1',), 'b': ('22',)}" in answer(half)
        assert thread.is_alive()
        pages.may_go_on.set()
        assert answer(sitting).endswith("done")
    assert caplog.records == []


def test_an_answer_that_was_cut_off_is_no_mistake_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """The server says how many there were; it writes no traceback for each."""
    server_of(Pages().application)
    logging.getLogger("uvicorn.error").error("an answer", exc_info=asyncio.CancelledError())
    assert caplog.records == []
    logging.getLogger("uvicorn.error").error("an answer", exc_info=ValueError())
    assert len(caplog.records) == 1
