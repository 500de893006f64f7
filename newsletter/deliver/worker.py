"""A worker: a process that holds lanes. `python -m newsletter.deliver.worker JOB`, the descriptor of a socket.

Its lanes come over it, and its work with keys and password; nothing of it ever stands in an argument or the
environment. It has no database. It leaves when the ledger does, after the content whose Go it had.
"""

from __future__ import annotations

import signal
import sys
from functools import partial
from pathlib import Path
from socket import recv_fds, socket
from threading import Thread

from newsletter.deliver.hub import Hub
from newsletter.deliver.lane import Parcels, attend
from newsletter.deliver.messages import Channel
from newsletter.deliver.transport import Connect
from newsletter.deliver.work import Files, Smtp, Work
from newsletter.mail.maildir_out import Outbox
from newsletter.mail.smtp import Resumption, connect, verifying
from newsletter.mail.smtp_line import Wait, wait_alone
from newsletter.model.tls import Tls

_READ = 65_536  # octets
_MOST = 253  # descriptors that Linux passes on at once


def start_lanes(work: Work, ends: list[socket]) -> list[Thread]:
    """Lanes, each with one end of its pair of sockets, in threads that hold no process up which wants to end.

    Lanes to a mail server share one thread; those into files wait for the disk, each in its own.
    """
    parcels = Parcels(work)
    if isinstance(work.transport, Smtp):
        hub = Hub()
        connect = connecting(work.transport, hub.wait)
        jobs = [partial(attend, Channel(end, hub.wait), parcels, connect) for end in ends]
        threads = [Thread(target=hub.run, args=(jobs,), daemon=True)]
    else:
        connect = connecting(work.transport)
        threads = [Thread(target=attend, args=(Channel(end), parcels, connect), daemon=True) for end in ends]
    for thread in threads:
        thread.start()
    return threads


def connecting(transport: Files | Smtp, wait: Wait = wait_alone) -> Connect:
    """What opens a session with this transport, which waits for a mail server there."""
    if isinstance(transport, Files):
        return partial(Outbox, Path(transport.folder))
    authority = None if transport.authority is None else Path(transport.authority)
    context = None if transport.server.privacy is Tls.NONE else verifying(authority)
    return partial(
        connect, transport.server, context=context, limits=transport.limits, resumption=Resumption(), wait=wait
    )


def main(arguments: list[str]) -> None:
    """Reads the work, serves the lanes and ends with the last of them; at once where there is no work for it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # whoever stops the program tells the ledger, which tells the lanes
    with socket(fileno=int(arguments[0])) as job:
        ends = [socket(fileno=number) for number in recv_fds(job, 1, _MOST)[1]]
        written = b"".join(iter(lambda: job.recv(_READ), b""))
    if written:
        for thread in start_lanes(Work.from_bytes(written), ends):
            thread.join()


if __name__ == "__main__":
    main(sys.argv[1:])
