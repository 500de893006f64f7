"""Whom an answer is about: a reader, us, or the connection. Source: RFC 5321 3.8 and 4.2.1."""

from __future__ import annotations

from newsletter.model.answer import Answer, Phase

ABOUT_THE_READER = frozenset({Phase.RCPT, Phase.DATA, Phase.CONTENT, Phase.DOT})


def is_ours(answer: Answer) -> bool:
    """Whether it is a refusal of us, not of a reader: nobody gets anything until a person has looked."""
    return answer.permanent and answer.phase not in ABOUT_THE_READER


def is_about_the_connection(answer: Answer) -> bool:
    """Whether an envelope was not refused but cut off: another connection may carry it at once (RFC 5321 3.8)."""
    return answer.code == 0 or (answer.code == 421 and answer.phase not in ABOUT_THE_READER)
