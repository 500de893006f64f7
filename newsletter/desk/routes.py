"""Every page of the desk, in one list: its address, who may see it, and who may send something to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.publication.schedule import Role

Answer = Callable[[Office, Ask], Response]

EVERYONE: frozenset[Role] = frozenset()  # without signing in
TEAM = frozenset(Role)
WRITERS = frozenset({Role.WRITER})
APPROVERS = frozenset({Role.APPROVER})
OPERATORS = frozenset({Role.OPERATOR})
TEXT = 4_000_000  # octets of a form: the longest text there is, written in the longest way
FILE = 32_000_000  # octets where a file may be sent along


@dataclass(frozen=True, slots=True)
class Page:
    """One page, or one thing that can be done: what shows it, and what takes what is sent to it."""

    path: str
    roles: frozenset[Role]  # who may see it; EVERYONE: nobody has to sign in
    show: Answer | None = None  # None: there is nothing to see
    take: Answer | None = None  # None: nothing can be sent to it
    writes: frozenset[Role] | None = None  # who may send something; None: who may see it
    most: int = TEXT  # octets of what is sent

    @property
    def takers(self) -> frozenset[Role]:
        """Who may send something to it."""
        return self.roles if self.writes is None else self.writes
