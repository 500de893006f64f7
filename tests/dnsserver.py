"""A name server for tests, on loopback: a real one that speaks UDP and TCP, with the records that a test gives it.

    with DnsServer() as server:
        server.at("news.example.org", "TXT", "v=spf1 -all")
        server.at("news.example.org", "MX", "10 mx.example.org.")
        server.broken.add("dead.example.org")       # SERVFAIL
        server.silent.add("slow.example.org")       # no answer at all
        Resolver(server.address).txt("news.example.org")

It answers for every name: no such name where it was given nothing for it. An answer that is too long for UDP is cut
short there, as RFC 1035 4.2.1 wants, and asked for again by TCP.
"""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.smtpserver import LIMIT

_UDP = 512  # octets of an answer, RFC 1035 4.2.1


class DnsServer:
    """The server, in two threads of its own. `asked` holds (name, type, "UDP" or "TCP"), in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.broken: set[str] = set()
        self.silent: set[str] = set()
        self._records: dict[str, dict[str, list[str]]] = {}
        self._closing = threading.Event()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self._port

    def at(self, name: str, kind: str, *values: str) -> None:
        """Gives a name records, as a zone file writes them; a TXT record is written without quotes."""
        quoted = [_quoted(value) if kind == "TXT" else value for value in values]
        if quoted:
            self._records.setdefault(name.lower(), {}).setdefault(kind, []).extend(quoted)

    def forget(self, name: str) -> None:
        """Takes every record of a name away."""
        self._records.pop(name.lower(), None)

    def __enter__(self) -> Self:
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self._port))
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._by_udp, self._by_tcp)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:  # so that both threads wake and leave
            last.sendto(b"", self.address)
        with suppress(OSError):
            socket.create_connection(self.address, timeout=LIMIT).close()
        for thread in self._threads:
            thread.join(LIMIT)
            assert not thread.is_alive()
        self._udp.close()
        self._tcp.close()

    def _by_udp(self) -> None:
        while True:
            data, where = self._udp.recvfrom(65_535)
            if self._closing.is_set():
                return
            if (answer := self._answer(data, "UDP")) is not None:
                self._udp.sendto(answer.to_wire(max_size=_UDP, prefer_truncation=True), where)

    def _by_tcp(self) -> None:
        while True:
            connection, _ = self._tcp.accept()
            with connection, suppress(OSError, struct.error):
                if self._closing.is_set():
                    return
                connection.settimeout(LIMIT)
                (size,) = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))
                answer = self._answer(connection.recv(size, socket.MSG_WAITALL), "TCP")
                if answer is not None:
                    wire = answer.to_wire(max_size=65_535)
                    connection.sendall(struct.pack("!H", len(wire)) + wire)

    def _answer(self, data: bytes, way: str) -> dns.message.Message | None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind, way))
        if name in self.silent:
            return None
        answer = dns.message.make_response(query, recursion_available=True)
        if name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        known = self._records.get(name)
        if known is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif kind in known:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *known[kind]))
        return answer


def _quoted(value: str) -> str:
    """A TXT record in strings of at most 255 octets (RFC 1035 3.3)."""
    escaped = [value[at : at + 255].replace("\\", "\\\\").replace('"', '\\"') for at in range(0, len(value), 255)]
    return " ".join(f'"{one}"' for one in escaped or [""])
