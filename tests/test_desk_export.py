"""Readers that are written out, at the desk and on the command line: the audit log keeps who has taken them."""

from __future__ import annotations

import getpass

from newsletter.actions.app import App
from newsletter.actions.read_audit import read_audit
from tests.commands import run
from tests.desking import desk_of
from tests.sending import COUNT


def test_the_desk_and_the_command_leave_the_same_line(sender: App) -> None:
    """Who, as far as that is known, and how many; no address is in it."""
    with desk_of(sender.root) as desk:
        daniel = desk.signed_in("daniel")
        answer = daniel.send(daniel.get("/readers"), "/readers/export")
    printed = run("-C", str(sender.root), "subscribers", "export", "--as", "mei")
    assert answer.text.removeprefix("\ufeff").splitlines() == printed.stdout.splitlines()
    deeds = [entry.deed for entry in read_audit(sender).entries if entry.deed.act == "export"]
    assert [(one.who, one.note) for one in deeds] == [
        ("daniel (signed in)", f"{COUNT} readers"),
        (f"mei (login {getpass.getuser()})", f"{COUNT} readers"),
    ]
