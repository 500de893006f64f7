"""A connection kept private, or none at all: there is no way back to the clear. Source: RFC 3207, RFC 8314."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from newsletter.mail.smtp_line import LineLost, Resumption, TlsFailed
from newsletter.mail.smtp_opening import Opening
from newsletter.mail.smtp_replies import unanswered
from newsletter.model.answer import Phase

_TODO = (
    "nothing was sent, since it would have gone in the clear; check host, port and tls of `sending` in schedule.yaml,"
    " then ask whoever runs the server"
)


def verifying(authority: Path | None = None) -> ssl.SSLContext:
    """What a server's certificate is checked with: the machine's authorities, or one file of them instead."""
    return ssl.create_default_context(cafile=None if authority is None else str(authority))


def start_tls(
    opening: Opening, offers: Mapping[str, str], context: ssl.SSLContext, resumption: Resumption | None
) -> None:
    """Asks for TLS and begins it; nothing that was offered before counts any more (RFC 3207 4.2).

    Raises `SendingRefused` where the server does not offer it, whoever took the offer out on the way.
    """
    if "STARTTLS" not in offers:
        opening.refused(unanswered(Phase.STARTTLS, "the server does not offer STARTTLS"), _TODO)
    reply = opening.ask(Phase.STARTTLS, "STARTTLS", opening.limits.command)
    if reply.code != 220:
        opening.no(Phase.STARTTLS, reply, _TODO)
    encrypt(opening, Phase.STARTTLS, context, resumption)


def encrypt(opening: Opening, phase: Phase, context: ssl.SSLContext, resumption: Resumption | None) -> None:
    """The handshake, with the certificate and the host's name in it verified."""
    assert context.verify_mode is ssl.CERT_REQUIRED, "certificates are verified"
    assert context.check_hostname, "and so is the name in them"
    try:
        opening.line.encrypt(context, opening.server.host, opening.limits.command, resumption)
    except LineLost as lost:
        opening.lost(unanswered(phase, str(lost)), lost)
    except TlsFailed as failed:
        opening.refused(unanswered(phase, str(failed)), _TODO, failed)
