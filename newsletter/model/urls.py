"""Web and mail addresses as strings that are safe on the wire. Source: RFC 3986, RFC 3987 section 3.1, RFC 5321."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address
from typing import NoReturn
from urllib.parse import quote, urlsplit, urlunsplit

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDR_SPEC = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")

# An address of which nothing needs to be read twice: most that feeds carry.
_PLAIN = re.compile(
    r"https?://(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!xn--)[a-z]{2,24}(?:/[\w./-]*)?", re.ASCII
)

# What quote() leaves alone: reserved and unreserved characters of RFC 3986 section 2, and the "%" of what is quoted.
_KEPT = "!#$%&'()*+,/:;=?@[]~"


class NotAnAddress(ValueError):
    """Says, as a clause, why a text is not an address."""


def parse_url(text: str) -> str:
    """The absolute http(s) address in ASCII: the host in its IDNA form, everything else percent-encoded.

    Raises `NotAnAddress` for another scheme, a missing host, white space inside, user names, or more than 2,000 octets.
    """
    address = text.strip()
    if len(address) <= 2000 and _PLAIN.fullmatch(address):
        return address
    if re.search(r"[\s<>\"\\]", address):
        raise NotAnAddress("it has a space, a quote or a bracket in it")
    if re.search("[\ud800-\udfff]", address):
        raise NotAnAddress("it holds half a character")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAnAddress("its host cannot be read") from error
    if parts.scheme not in ("http", "https"):
        raise NotAnAddress("it does not begin with https://")
    if "@" in parts.netloc:
        raise NotAnAddress("it carries a user name")
    if not host:
        raise NotAnAddress("it names no host")
    netloc = _host(host) + (f":{port}" if port is not None else "")
    pieces = (parts.scheme, netloc, quote(parts.path, _KEPT), quote(parts.query, _KEPT), quote(parts.fragment, _KEPT))
    url = urlunsplit(pieces)
    if len(url) > 2000:
        raise NotAnAddress("it is longer than 2,000 octets")
    return url


def _host(host: str) -> str:
    if ":" in host:  # an IPv6 literal; urlsplit took its brackets
        try:
            return f"[{IPv6Address(host)}]" if "%" not in host else _no_host()
        except AddressValueError:
            _no_host()
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        _no_host()
    if not re.fullmatch(rf"(?:{_LABEL}\.)*{_LABEL}\.?", name) or _is_broken_number(name):
        _no_host()
    return name


def _is_broken_number(host: str) -> bool:
    """Whether a host ends in a number, so that browsers read it as an IPv4 address, and is none. URL Standard 3.5."""
    labels = host.rstrip(".").split(".")
    if not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", labels[-1]):
        return False
    return (
        len(labels) > 4
        or not all(re.fullmatch(r"\d+|0[xX][0-9a-fA-F]*", one) for one in labels)
        or (len(labels) == 4 and any(one.isdigit() and not one.startswith("0") and int(one) > 255 for one in labels))
    )


def _no_host() -> NoReturn:
    raise NotAnAddress("its host name is not one of the Domain Name System")


def parse_email(text: str) -> str:
    """The addr-spec of an ASCII mailbox, at most 254 octets with a local part of at most 64 (RFC 5321 4.5.3.1).

    Quoted local parts and address literals are refused: no reader has one. Raises `NotAnAddress`.
    """
    address = text.strip()
    match = _ADDR_SPEC.fullmatch(address)
    if not match:
        raise NotAnAddress("it is not of the form name@host.tld in plain letters")
    if len(address) > 254 or len(match["local"]) > 64:
        raise NotAnAddress("it is too long")
    return address
