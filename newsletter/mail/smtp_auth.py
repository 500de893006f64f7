"""Logging in: PLAIN, else LOGIN, over TLS only. Source: RFC 4954, RFC 4616."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace

from newsletter.mail.smtp_opening import Opening
from newsletter.mail.smtp_replies import Reply, answered, unanswered
from newsletter.model.answer import Phase

_TODO = "check `user` of `sending` in schedule.yaml and SMTP_PASSWORD in .env; nothing was sent"
_TELLING = 12  # characters by which a secret is known again, however much of it is repeated


def log_in(opening: Opening, offers: Mapping[str, str]) -> None:
    """Proves who we are, where the server is to know. The password is told over TLS only, and stands in no error.

    Raises `SendingRefused` (a wrong password, no mechanism we know, no TLS) and `ConnectionLost` (4yz).
    """
    server = opening.server
    if server.user is None:
        return
    if not opening.line.encrypted:
        todo = "set `tls` of `sending` to starttls or implicit, or leave out `user`"
        opening.refused(unanswered(Phase.AUTH, "a password is not told without TLS"), todo)
    user, password = server.user.encode(), (server.password or "").encode()
    mechanisms = offers.get("AUTH", "").upper().split()
    if "PLAIN" in mechanisms:
        secrets = [_coded(b"\0" + user + b"\0" + password)]
        reply = _asked(opening, f"AUTH PLAIN {secrets[0]}")
    elif "LOGIN" in mechanisms:
        secrets = [_coded(user), _coded(password)]
        reply = _asked(opening, "AUTH LOGIN")
        for secret in secrets:
            if reply.code == 334:
                reply = _asked(opening, secret)
    else:
        what = f"the server lets nobody log in by PLAIN or LOGIN (it offers {' '.join(mechanisms) or 'nothing'})"
        opening.refused(unanswered(Phase.AUTH, what), "leave out `user`, or ask whoever runs the server")
    if reply.code != 235:
        _refuse(opening, reply, (*secrets, server.password or ""))


def _refuse(opening: Opening, reply: Reply, secrets: tuple[str, ...]) -> None:
    """A server may repeat what it was told, or the beginning of it; what we tell others leaves that out."""
    for secret in filter(None, secrets):
        told = re.compile(re.escape(secret[:_TELLING]) + r"\S*")
        reply = replace(reply, lines=tuple(told.sub("***", line) for line in reply.lines))
    if reply.code < 400:
        words = f"'{answered(Phase.AUTH, reply)}' where 235 was due"
        opening.refused(unanswered(Phase.AUTH, words), _TODO)
    opening.no(Phase.AUTH, reply, _TODO)


def _asked(opening: Opening, line: str) -> Reply:
    return opening.ask(Phase.AUTH, line, opening.limits.command)


def _coded(secret: bytes) -> str:
    return base64.b64encode(secret).decode("ascii")
