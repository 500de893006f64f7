"""DKIM signatures. Source: RFC 6376, RFC 8301."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A private key, and where its public half is published: SELECTOR._domainkey.DOMAIN."""

    domain: str
    selector: str
    pem: bytes = field(repr=False)  # PKCS #8 or PKCS #1, RSA of 2048 bits or more (RFC 8301 3.2)
    left_out: tuple[str, ...] = ()  # header fields that are not signed, since the provider writes them anew
