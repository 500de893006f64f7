"""The domains that a publication's mail names, and what is wrong with one: what, and what to do next."""

from __future__ import annotations

import re

from newsletter.model.shape import shown

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


def list_id_mistake(list_id: str) -> tuple[str, str] | None:
    """Why this cannot name a list (RFC 2919); None when it can."""
    labels = list_id.split(".")
    fit = all(label and label.replace("-", "").isalnum() and label.isascii() for label in labels)
    if len(labels) >= 3 and fit and len(list_id) <= 255:
        return None
    return f"'{shown(list_id)}' is not the name of a list", "write a label and your domain, as focus.news.example.org"


def signing_mistake(domain: str, sender_domain: str) -> tuple[str, str] | None:
    """Why signatures of this domain say nothing about mail from that one; None when they do.

    The domain is the sender's or one above it: receivers look for it there (RFC 7489 3.1.1).
    """
    if not _DOMAIN.fullmatch(domain):
        return f"'{shown(domain)}' is not a domain", f"write it in small letters, as {sender_domain}"
    if f".{sender_domain}".endswith(f".{domain}"):
        return None
    what = f"mail from {shown(sender_domain)} cannot be signed by {shown(domain)}"
    return what, f"write {sender_domain} or a domain above it, or leave `domain` out"
