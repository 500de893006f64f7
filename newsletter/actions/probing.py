"""What the probes of `newsletter doctor` share: how far they may go, and what they say where they may not."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.check.linkplaces import is_sample_host
from newsletter.model.symptom import Check, Level, Symptom

SOON = timedelta(days=21)  # whoever renews certificates by themselves does it earlier
PATIENCE = 60.0  # seconds for a probe to come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far an examination goes."""

    offline: bool = False  # nothing beyond this machine is asked
    round_trip: bool = False  # a mail is sent, from us to us
    resolver: tuple[str, int] | None = None  # a name server; None: those of the machine
    trust: ssl.SSLContext | None = None  # what certificates are verified with; None: as the machine trusts
    patience: float = PATIENCE  # seconds

    def is_sample_name(self, name: str) -> bool:
        """Whether a name is not to be looked up: it is for examples (RFC 2606), and the machine's name servers would be
        asked. One that somebody names is asked for everything."""
        return self.resolver is None and is_sample(name)


def is_sample(host: str) -> bool:
    """Whether a host is one of examples, which no connection is made to. This machine is none, by whatever name."""
    return is_sample_host(host) and host.lower() != "localhost"


def ok(check: Check, what: str) -> Symptom:
    """All is well."""
    return Symptom(check=check, level=Level.OK, what=what)


def told(check: Check, level: Level, what: str, todo: str) -> Symptom:
    """Something that somebody may do something about."""
    return Symptom(check=check, level=level, what=what, todo=todo)


def sample(check: Check, host: str) -> Symptom:
    """A name that stands for an example was not asked for."""
    return Symptom(check=check, level=Level.UNCHECKED, what=f"{host} is a sample address")


def of_certificate(check: Check, host: str, until: datetime, now: datetime) -> Symptom:
    """How long a certificate is good for yet."""
    days = (until - now) // timedelta(days=1)
    what = f"the certificate of {host} is good for {days} more day{'' if days == 1 else 's'}, until {until:%Y-%m-%d}"
    if until - now >= SOON:
        return ok(check, what)
    return told(check, Level.WARN, what, "see why it was not renewed, or ask whoever runs the server")
