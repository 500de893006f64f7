"""Whom we are measured beside: npm's mjml in Node, and the standard library's EmailMessage."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from html import escape
from pathlib import Path
from types import TracebackType

from newsletter.model.edition import Edition
from newsletter.model.letter import Slot

_BENCH = Path(__file__).parent
_OWN = {  # the headers that differ from reader to reader
    Slot.TO: "To",
    Slot.DATE: "Date",
    Slot.MESSAGE_ID: "Message-ID",
    Slot.LIST_UNSUBSCRIBE: "List-Unsubscribe",
}
_MADE = {"MIME-Version", "Content-Type"}  # what EmailMessage writes by itself
_WARMING = 40  # renderings until Node has compiled what it runs often


def node() -> str | None:
    """The Node that the tests use, else the system's; None when there is none, or npm's mjml is not installed."""
    if not (_BENCH.parent / "tests" / "node" / "node_modules" / "mjml").is_dir():
        return None
    beside = Path(sys.executable).with_name("node")
    return str(beside) if beside.exists() else shutil.which("node")


class NpmMjml:
    """One long-lived Node that renders what it is given."""

    def __init__(self, executable: str) -> None:
        command = [executable, str(_BENCH / "mjml-peer.cjs")]
        self._node = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> NpmMjml:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._node.communicate()

    def warm(self, skeleton: str) -> None:
        for _ in range(_WARMING):
            self.render(skeleton)

    def render(self, skeleton: str) -> float:
        """Seconds that the rendering took, by Node's own clock."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(skeleton) + "\n")
        self._node.stdin.flush()
        return float(self._node.stdout.readline())


class Builder:
    """Builds a reader's mail as most programs do: from the start, with the standard library."""

    def __init__(self, edition: Edition, spliced: bytes) -> None:
        """`spliced` is the mail of any reader; the headers that are the same for all are taken from it."""
        self._edition = edition
        read = BytesParser(policy=SMTP).parsebytes(spliced, headersonly=True)
        self._same = [(name, str(value)) for name, value in read.items() if name not in {*_OWN.values(), *_MADE}]

    def message(self, values: Mapping[Slot, str]) -> bytes:
        message = EmailMessage(policy=SMTP)
        for name, value in self._same:
            message[name] = value
        for slot, name in _OWN.items():
            message[name] = values[slot]
        message.set_content(self._edition.text.fill(values), cte="quoted-printable")
        html = self._edition.html.fill({slot: escape(value) for slot, value in values.items()})
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        return message.as_bytes(policy=SMTP)
