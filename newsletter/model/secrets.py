"""The variables of the environment that are ours alone: no program that we start is given them."""

from __future__ import annotations

from collections.abc import Mapping

KEYS = "NEWSLETTER_KEYS"
DATABASE = "DATABASE_URL"
SMTP_PASSWORD = "SMTP_PASSWORD"  # noqa: S105  (the names of variables)
RETURNS_PASSWORD = "RETURNS_PASSWORD"  # noqa: S105
DKIM_KEY = "DKIM_KEY"
ALARM_SMTP_PASSWORD = "ALARM_SMTP_PASSWORD"  # noqa: S105
ALARM_WEBHOOK = "ALARM_WEBHOOK"  # an address is a secret where whoever knows it may write there
HEARTBEAT_URL = "HEARTBEAT_URL"
SOURCE_PASSWORD = "NEWSLETTER_PASSWORD_"  # noqa: S105  (what a source's begins with)

_ALL = frozenset(
    {KEYS, DATABASE, SMTP_PASSWORD, RETURNS_PASSWORD, DKIM_KEY, ALARM_SMTP_PASSWORD, ALARM_WEBHOOK, HEARTBEAT_URL}
)


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that has no business with any of them."""
    return {
        name: value for name, value in environment.items() if name not in _ALL and not name.startswith(SOURCE_PASSWORD)
    }
