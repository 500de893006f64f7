"""What delivery costs, beside peers in the same run: `python -m bench.deliver [RECIPIENTS] [PART...]`. No test.

The parts are `speed`, `delay` and `start`, all three where none is named, and `memory`; with 1000000 for RECIPIENTS
`start memory` takes half an hour or more. All sides send to one smtp-sink, by turns, the same newsletter with each
reader's own greeting and links; ours with its ledger on disk. Slow peers send fewer messages: what counts is the rate.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from bench.deliver_ours import first_taken
from bench.deliver_ready import Ready, Way, due_of, for_peers, made_ready, messages, new_key
from bench.deliver_sides import ROUNDS, Field, Side, by_turns, child, kind
from bench.deliver_sink import Sink, late, sink
from newsletter.actions.app import open_app
from newsletter.actions.demo import WHO
from newsletter.actions.readers import readers_store
from newsletter.model.mailing import MailingKind
from newsletter.store import mailings

RECIPIENTS = 10_000
LANES, LANES_OF_LATE = 10, 20
DELAY = 0.02  # seconds
MEGABYTES = 64
FIRST = 0.5  # seconds

_GLANCE, _MORE = 0.1, 0.5  # seconds between two looks whether a sender has begun; that it may go on after that


@dataclass(frozen=True, slots=True)
class Aim:
    """How many times a peer's rate ours is to be."""

    ours: Side
    theirs: Side
    times: float

    @property
    def row(self) -> tuple[str, ...]:
        found = self.ours.rate / self.theirs.rate
        return (self.ours.name, self.theirs.name, f"{found:.2f}", f"at least {self.times:g}", _met(found >= self.times))


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    parts = [word for word in sys.argv[1:] if not word.isdigit()] or ["speed", "delay", "start"]
    count = numbers[0] if numbers else RECIPIENTS
    with tempfile.TemporaryDirectory(prefix="bench-") as name, sink() as server:
        field, signs = _prepared(Path(name), server, count)
        for part in parts:
            print(f"\n{_PARTS[part](field, signs)}", flush=True)


def _prepared(folder: Path, server: Sink, count: int) -> tuple[Field, bool]:
    """All that is needed; and whether ours signs when schedule.yaml says so, which is looked for in its messages."""
    pem = new_key()
    key, letter, message = folder / "key.pem", folder / "letter.json", folder / "message"
    key.write_bytes(pem)
    plain, *_ = messages(folder, pem, signed=False)
    signs = all(b"DKIM-Signature:" in one for one in messages(folder, pem, signed=True))
    message.write_bytes(plain.replace(b"\r\n", b"\n"))
    began = perf_counter()
    ready, edition = made_ready(folder, count, pem, Way(server.port, LANES, signs))
    for_peers(edition, letter)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}; medians of {ROUNDS} rounds"
    print(f"{machine} in which sides take turns\na message of {len(plain):,} octets, {'' if signs else 'never '}signed")
    print(f"{count:,} readers brought in and planned for in {perf_counter() - began:.0f} s", flush=True)
    return Field(server, ready, letter, message, key), signs


def speed(field: Field, signs: bool) -> str:
    """Messages a second."""
    port, count = field.server.port, field.ready.count
    ours, limit = field.ours(port, LANES, signed=False), field.source(count, LANES, keeping=True)
    usual = field.source(count, LANES, keeping=False)
    nodemailer = field.nodemailer(min(count, 2_000), port, LANES, signed=False)
    sides = [ours, limit, usual, nodemailer, field.python("smtplib", 300), field.python("django", 300)]
    aims = [Aim(ours, limit, 1.0), Aim(ours, usual, 1.0)]
    if signs:
        ours = field.ours(port, LANES, signed=True)
        nodemailer = field.nodemailer(min(count, 1_000), port, LANES, signed=True)
        dkimpy = field.python("smtplib", 80, signed=True)
        sides += [ours, nodemailer, dkimpy]
        aims += [Aim(ours, limit, 0.45), Aim(ours, usual, 0.45), Aim(ours, nodemailer, 5), Aim(ours, dkimpy, 15)]
    by_turns(sides, field.server)
    return "\n".join((f"Over {LANES} connections", _figures(sides), "", _verdicts(aims), "", _memory(sides)))


def delay(field: Field, signs: bool) -> str:
    """Messages a second where a reply takes its time, as it does from afar."""
    some, aims = min(field.ready.count, 1_000), []
    sides: list[Side] = []
    with late(field.server.port, DELAY) as port:
        for signed in (False, True) if signs else (False,):
            ours = field.ours(port, LANES_OF_LATE, signed=signed)
            nodemailer = field.nodemailer(some, port, LANES_OF_LATE, signed=signed)
            sides += [ours, nodemailer]
            aims.append(Aim(ours, nodemailer, 3))
        by_turns(sides, field.server)
    told = f"Over {LANES_OF_LATE} connections on which each reply comes {DELAY * 1e3:.0f} ms later"
    return "\n".join((told, _figures(sides), "", _verdicts(aims)))


def start(field: Field, signs: bool) -> str:
    """How soon the first message of a mailing that is ready leaves."""
    lines = [f"A mailing to {field.ready.count:,} that is ready, {kind(signs)}"]
    for name, send in (("send_issue is called", _called), ("`newsletter send` is started", _commanded)):
        taken = []
        for _ in range(ROUNDS):
            field.ready.anew(Way(field.server.port, LANES, signs))
            taken.append(send(field.ready))
        told = f"{median(taken):.2f} s after {name}, at best {min(taken):.2f}"
        lines.append(f"the first message is taken {told}; aim: {FIRST} s: {_met(median(taken) <= FIRST)} in this run")
    return "\n".join(lines)


def memory(field: Field, signs: bool) -> str:
    """What it takes to send all of them, once."""
    side = field.ours(field.server.port, LANES, signed=signs)
    side.take_turn(field.server)
    return "\n".join((_figures([side]), "", _memory([side])))


_PARTS: dict[str, Callable[[Field, bool], str]] = {
    "speed": speed,
    "delay": delay,
    "start": start,
    "memory": memory,
}


def _called(ready: Ready) -> float:
    """Seconds until the ledger knows that the first message is taken, in a process that has imported the program."""
    return child(sys.executable, "-m", "bench.deliver_ours", "first", str(ready.root))["seconds"]


def _commanded(ready: Ready) -> float:
    """The same from the start of the command, which is ended soon after."""
    command = [
        sys.executable,
        "-m",
        "newsletter",
        "-C",
        str(ready.root),
        "send",
        str(ready.issue),
        "--now",
        "--as",
        WHO,
    ]
    asked, due = datetime.now(UTC), due_of(ready.root)
    app = open_app(ready.root, clock=lambda: due)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with readers_store(app) as (store, _):
            while process.poll() is None:
                sleep(_GLANCE)
                mailing = mailings.find(store, ready.issue, MailingKind.ISSUE)
                if mailing is not None and mailing.began is not None:
                    break
        sleep(_MORE)
        process.terminate()
    return (first_taken(app, ready.issue) - asked).total_seconds()


def _figures(sides: Sequence[Side]) -> str:
    rows: list[tuple[str, ...]] = [
        ("", "messages", "best/s", "median/s", "CPU/message", "sink's CPU", "worker", "ledger")
    ]
    for side in sides:
        rates = (f"{side.count:,}", f"{side.quickest:,.0f}", f"{side.rate:,.0f}")
        used = (f"{1e3 * side.cpu:.2f} ms", f"{1e3 * side.sink:.2f} ms")
        taken = (f"{peak:.0f} MB" if peak else "" for peak in (side.worker, side.ledger))
        rows.append((side.name, *rates, *used, *taken))
    return _table(rows, words={0})


def _verdicts(aims: Sequence[Aim]) -> str:
    return _table([("", "beside", "times", "aim", "this run"), *(aim.row for aim in aims)], words={0, 1, 3, 4})


def _memory(sides: Sequence[Side]) -> str:
    peak = max(side.worker for side in sides)
    if not peak:
        return "so few messages were sent by threads, without worker processes"
    return f"memory of a worker at its peak: {peak:.0f} MB; aim: at most {MEGABYTES}: {_met(peak <= MEGABYTES)}"


def _met(holds: bool) -> str:
    return "met" if holds else "missed"


def _table(rows: Sequence[tuple[str, ...]], words: set[int]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) if at in words else cell.rjust(width) for at, (cell, width) in enumerate(cells))
        for cells in (zip(row, widths, strict=True) for row in rows)
    )
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    main()
