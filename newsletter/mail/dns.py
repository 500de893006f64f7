"""Records of the Domain Name System, asked for within a time. Source: RFC 1035, RFC 2308, RFC 3596."""

from __future__ import annotations

from typing import Any, Protocol

import dns.exception
import dns.name
import dns.resolver
import dns.reversename

from newsletter.model.errors import ConfigError, NewsletterError

SECONDS = 6.0  # for one question, whatever name servers are tried


class DnsUnanswered(NewsletterError):
    """Nobody could say what a name has. That there is no such name is an answer, and no error."""

    def __init__(self, name: str, kind: str, why: str) -> None:
        self.name = name
        super().__init__(f"the {kind} records of {name} could not be had: {why}; try again, then ask who runs its DNS")


class Lookups(Protocol):
    """What names have. Nothing: an empty tuple, whether the name exists or not. Raises `DnsUnanswered`."""

    def txt(self, name: str) -> tuple[str, ...]:
        """Each TXT record, its strings joined without anything between them (RFC 7208 3.3, RFC 6376 3.6.2.2)."""

    def mx(self, name: str) -> tuple[str, ...]:
        """The hosts that take mail, the preferred first; "" is the null MX, which takes none (RFC 7505)."""

    def addresses(self, name: str) -> tuple[str, ...]:
        """Every A and AAAA record."""

    def ptr(self, address: str) -> tuple[str, ...]:
        """The names that an IP address has."""


class Resolver:
    """`Lookups` at the name servers of this machine, or at one that somebody names. Any thread may use it.

    Raises `ConfigError` where none is named and the machine knows none.
    """

    def __init__(self, server: tuple[str, int] | None = None, seconds: float = SECONDS) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=server is None)
        except dns.resolver.NoResolverConfiguration as error:
            what = "this machine names no name server in /etc/resolv.conf; name one with --resolver"
            raise ConfigError("resolver", what) from error
        if server is not None:
            self._resolver.nameservers = [server[0]]
            self._resolver.port = server[1]
        self._resolver.timeout = seconds / 3  # of one try
        self._resolver.lifetime = seconds
        self._resolver.cache = dns.resolver.LRUCache()

    def txt(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(b"".join(one.strings).decode("utf-8", "replace") for one in self._asked(name, "TXT")))

    def mx(self, name: str) -> tuple[str, ...]:
        found = sorted((one.preference, _plain(one.exchange)) for one in self._asked(name, "MX"))
        return tuple(host for _, host in found)

    def addresses(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(one.address for kind in ("A", "AAAA") for one in self._asked(name, kind)))

    def ptr(self, address: str) -> tuple[str, ...]:
        name = dns.reversename.from_address(address).to_text()
        return tuple(sorted(_plain(one.target) for one in self._asked(name, "PTR")))

    def _asked(self, name: str, kind: str) -> list[Any]:
        try:
            answer = self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return []
        except dns.exception.DNSException as error:
            raise DnsUnanswered(name, kind, _why(error)) from error
        return list(answer.rrset or ())


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower().removeprefix(".")


def _why(error: dns.exception.DNSException) -> str:
    match error:
        case dns.resolver.LifetimeTimeout():
            return "no name server answered in time"
        case dns.resolver.NoNameservers():
            return "every name server that was asked refused, or failed itself"
        case dns.name.LabelTooLong() | dns.name.NameTooLong() | dns.name.EmptyLabel():
            return "this is no name of the DNS"
        case _:
            return f"the answer makes no sense ({type(error).__name__})"
