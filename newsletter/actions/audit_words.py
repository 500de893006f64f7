"""The audit log in words, as every shell shows them: what somebody did."""

from __future__ import annotations

from types import MappingProxyType

_THINGS = {"person": "an author’s card", "name": "a name", "source": "a source"}

WORDS = MappingProxyType(
    {
        # an issue, until it is signed
        "open": "opened it",
        "move": "gave it another date",
        "skip": "left its week out",
        "unskip": "took its week in again",
        "add": "added a section",
        "remove": "took a section out",
        "reorder": "changed the order",
        "assign": "gave a section to somebody",
        "picture": "put a picture in",
        "fix": "corrected the text where a finding offered it",
        "quote": "marked a quotation",
        "cite": "had words lean on a source",
        "waive": "let a finding pass",
        "voids": "changed it, so approvals hold no longer",
        # its signatures, and its way out
        "approve": "signed",
        "release": "released it alone",
        "withdraw": "took a signature back",
        "test": "sent test mails",
        "start": "had it sent",
        "plan": "planned its sending anew",
        "send": "sending began",
        "pause": "paused it",
        "resume": "went on with it",
        "mend": "gave the rest another edition",
        "miss": "it was missed",
        "cancel": "cancelled it",
        "resolve": "decided on unknown copies",
        "unresolved": "copies are left that nobody knows about",
        "sent": "it was sent",
        # what issues draw on
        **{f"add {one}": f"added {words}" for one, words in _THINGS.items()},
        **{f"change {one}": f"changed {words}" for one, words in _THINGS.items()},
        **{f"remove {one}": f"removed {words}" for one, words in _THINGS.items()},
        "switch off source": "paused a source",
        "switch on source": "had a source asked again",
        "import sources": "added sources from a list",
        # readers
        "erase": "erased a reader",
        "export": "wrote all readers out",
        "undo": "let an address be written to again",
        # who may sign in, and what runs
        "sign-in": "signed in",
        "first-user": "chose the first password",
        "set-password": "chose a password",
        "make-link": "made a sign-in link",
        "end-sessions": "signed browsers out",
        "end-account": "ended an account",
        "run-job": "ran a job",
        "claim": "made this the installation that sends",
        "restore": "put a backup back",
    }
)


def done(act: str) -> str:
    """What somebody did, as it stands behind their name: "signed". An act of another version is told as it is."""
    return WORDS.get(act, act)
