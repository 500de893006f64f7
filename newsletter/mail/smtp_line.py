"""The connection to a mail server: octets out, replies in, each within its time. It knows what it handed over."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable

from newsletter.mail.smtp_replies import Reply, take

_RECORD = 16_384  # octets: no more fit into one TLS record (RFC 8446 5.1)
_CHUNK = 65_536
_WAIT = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


# Whether one of the events of poll(2) came to a socket within so many seconds.
Wait = Callable[[socket.socket, int, float], bool]


def wait_alone(on: socket.socket, events: int, seconds: float) -> bool:
    """Waits, and the whole thread with it."""
    poll = select.poll()
    poll.register(on, events)
    return bool(poll.poll(max(0.0, seconds) * 1000))


class LineLost(Exception):
    """The connection is gone, or was silent for too long. The text says which."""


class TlsFailed(Exception):
    """The other side can be reached but not be trusted, or speaks no TLS. The text says why."""


class Resumption:
    """The last TLS session with one server, which the next connection takes up: half a handshake (RFC 8446 2.2).

    It belongs to one context. The server was verified when it was begun.
    """

    def __init__(self) -> None:
        self.session: ssl.SSLSession | None = None


class Line:
    """One connection.

    `clock` counts seconds and never goes back; all limits are seconds. `wait` is where it waits for the other side.
    """

    def __init__(self, connected: socket.socket, clock: Callable[[], float], wait: Wait = wait_alone) -> None:
        connected.setblocking(False)
        self._wait = wait
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # each write is all that is to be said
        self._socket = connected
        self._clock = clock
        self._buffer = bytearray()
        self._lost: str | None = None
        self._resumption: Resumption | None = None

    @property
    def encrypted(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket)

    def spoke(self) -> bool:
        """Whether anything came that was not read yet, or the server hung up. Does not wait."""
        if not self._buffer and not self._lost:
            self._receive()
        return bool(self._buffer or self._lost)

    def reply(self, limit: float) -> Reply:
        """The next reply, complete within the limit. Raises `LineLost`, `Garbled`."""
        deadline = self._clock() + limit
        while (reply := take(self._buffer)) is None:
            if self._lost:
                raise LineLost(self._lost)
            if self._holds_more or self._ready(select.POLLIN, deadline):
                self._receive()
            else:
                self._lost = f"no answer within {limit:g} s"
        return reply

    def send(self, data: bytes, limit: float, mark: int | None = None) -> int:
        """Hands the octets to the kernel; how many of them may have left.

        Fewer than all when the line is lost or takes nothing for as long as the limit, which `reply` tells, or when the
        server speaks before the octet at `mark` has left, where nobody asked it. The count is never too low: not one
        octet beyond it has left; and what is before the mark goes in other TLS records than what is behind it.
        """
        sent, deadline = 0, self._clock() + limit
        while sent < len(data):
            early = mark is not None and sent <= mark
            piece = self._piece(data, sent, mark)
            try:
                sent += self._socket.send(piece)
                deadline = self._clock() + limit
                continue
            except _WAIT as wanted:
                events = select.POLLIN if isinstance(wanted, ssl.SSLWantReadError) else select.POLLOUT
                waits = self._ready(events | (select.POLLIN if early else 0), deadline)
                problem = None if waits else f"nothing was taken for {limit:g} s"
            except OSError as error:
                problem = _words(error)
            if problem is None and not (early and self.spoke()):
                continue
            if problem:
                self._receive()  # the last words, if there were any
                self._lost = self._lost or problem
            return sent + (len(piece) if self.encrypted else 0)
        return sent

    def encrypt(self, context: ssl.SSLContext, host: str, limit: float, resumption: Resumption | None = None) -> None:
        """From here on all is TLS, with a server that has proved to be `host`. Raises `LineLost`, `TlsFailed`.

        What was said in the clear and not read yet could be anybody's: it is refused (CVE-2011-0411).
        """
        if self.spoke() and not self._lost:
            raise TlsFailed("it does not speak the TLS we ask for: it goes on in the clear")
        deadline = self._clock() + limit
        try:
            wrapped = context.wrap_socket(
                self._socket,
                server_hostname=host,
                do_handshake_on_connect=False,
                session=resumption.session if resumption else None,
            )
            self._socket, self._resumption = wrapped, resumption
            while True:
                try:
                    return wrapped.do_handshake()
                except _WAIT as wanted:
                    events = select.POLLIN if isinstance(wanted, ssl.SSLWantReadError) else select.POLLOUT
                    if not self._ready(events, deadline):
                        raise LineLost(f"no TLS within {limit:g} s") from None
        except ssl.SSLCertVerificationError as error:
            raise TlsFailed(f"its certificate is not to be trusted: {error.verify_message}") from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
            raise LineLost("the server hung up while TLS was begun") from error
        except ssl.SSLError as error:
            raise TlsFailed(f"it does not speak the TLS we ask for: {error.reason or error}") from error
        except OSError as error:
            raise LineLost(_words(error)) from error

    def close(self) -> None:
        """Hangs up."""
        self._lost = self._lost or "we hung up"
        if self._resumption and isinstance(self._socket, ssl.SSLSocket):  # only now: TLS 1.3 sends it behind the rest
            self._resumption.session = self._socket.session or self._resumption.session
        self._socket.close()

    @property
    def _holds_more(self) -> bool:
        """Whether TLS has taken in what nobody has read yet: poll(2) knows nothing of that."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _piece(self, data: bytes, sent: int, mark: int | None) -> memoryview:
        """All that is left; under TLS, which counts whole pieces only, one record on one side of the mark."""
        end = len(data)
        if self.encrypted:
            end = min(sent + _RECORD, mark if mark is not None and sent < mark else end)
        return memoryview(data)[sent:end]

    def _receive(self) -> bool:
        """Takes in what has come; False when nothing has."""
        try:
            data = self._socket.recv(_CHUNK)
        except _WAIT:
            return False
        except OSError as error:
            self._lost = _words(error)
            return True
        self._buffer += data
        if not data:
            self._lost = "the server hung up"
        return True

    def _ready(self, events: int, deadline: float) -> bool:
        return self._wait(self._socket, events, deadline - self._clock())


def _words(error: OSError) -> str:
    return f"the connection was lost ({error.strerror or type(error).__name__})"
