"""A symptom: what one look at the installation found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Check(Enum):
    """What is looked at, in the order in which it is told. The value is its name for people and in docs/doctor.md."""

    FILES = "files"  # of the publication
    VERSIONS = "versions"
    ZONES = "time zones"
    SECRETS = "secrets"
    DISK = "disk"
    DATABASE = "database"
    INSTALLATION = "installation"
    LOCKS = "locks"
    JOBS = "jobs"
    BACKUP = "backup"
    ALARMS = "alarms"
    SERVER = "mail server"  # that issues are handed to
    RETURNS = "returns"  # where bounces are read
    ROUND_TRIP = "round trip"  # from that server to there
    SPF = "SPF"
    DKIM = "DKIM"
    DMARC = "DMARC"
    MX = "MX"  # where bounces and answers go
    PTR = "PTR"  # the name of the mail server's address
    SITE = "site"
    CERTIFICATE = "certificate"  # of the site
    CLOCK = "clock"


class Level(Enum):
    """How bad it is, the best first."""

    OK = "ok"
    UNCHECKED = "not checked"
    NOTE = "note"
    WARN = "warn"  # works today; somebody should see to it
    FAIL = "fail"  # something that people rely on does not work


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """One thing that was found."""

    check: Check
    level: Level
    what: str  # one clause or a few, no full stop
    todo: str = ""  # what to do next, an imperative clause, no full stop; "" where nothing is to be done
