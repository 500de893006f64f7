"""Real mail servers for tests, of Debian's package postfix: smtp-sink, and a whole Postfix in a folder of its own.

The machine's own Postfix and its configuration are not touched, nor is it needed that it has any.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.certificates import Certificate, certificates

LIMIT = 20.0  # seconds: no test waits longer for a server
NOBODY_HERE, BUSY = "gone@example.org", "busy@example.org"  # refused by Postfix with 550 5.1.1, with 450 4.2.1
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))

# The server ends, and its folder goes, when the process that started it does, however that ends: the pipe is closed.
_SINK_KEEPER = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 &
read -r _
exec 2>/dev/null
kill $!
wait $!
rm -rf "$folder"
"""
_POSTFIX_KEEPER = """
"$1" -c "$2/conf" check >"$2/out" 2>&1
daemons=$(postconf -c "$2/conf" -h daemon_directory)
setsid "$daemons/master" -d -c "$2/conf" >>"$2/out" 2>&1 &
read -r _
exec 2>/dev/null
kill $!
wait $!
rm -rf "$2"
"""
_MAIN = """
compatibility_level = 3.6
queue_directory = {run}/queue
data_directory = {run}/data
maillog_file = {run}/log
maillog_file_prefixes = {run}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {run}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
relay_domains = example.com
transport_maps = inline:{{ {{ example.com = relay:[127.0.0.1]:{next_port} }} }}
smtpd_recipient_restrictions =
    check_recipient_access inline:{{ {{ {gone} = 550 5.1.1 nobody here }}, {{ {busy} = 450 4.2.1 mailbox busy }} }},
    permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate.certificate}
smtpd_tls_key_file = {certificate.key}
smtp_dns_support_level = disabled
smtp_host_lookup = native
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


@dataclass(frozen=True, slots=True)
class Mta:
    """A running server, and the folder where each message it took becomes a file."""

    host: str
    port: int
    folder: Path

    def files(self, count: int) -> list[bytes]:
        """What was delivered, as soon as it is so many messages."""
        _until(lambda: len(self._paths()) >= count, lambda: f"{len(self._paths())} of {count} messages came")
        return [path.read_bytes() for path in self._paths()]

    def messages(self, count: int) -> list[EmailMessage]:
        """The same, parsed."""
        return [message_from_bytes(each, policy=policy.default) for each in self.files(count)]

    def _paths(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []


@contextmanager
def smtp_sink(*options: str) -> Iterator[Mta]:
    """Postfix's smtp-sink, which takes whatever comes, or with its options refuses it. Files have LF line ends."""
    program, port = _program("smtp-sink"), _free_port()
    with _run_folder("sink-") as run:
        (run / "mails").mkdir()
        account = _nobody()
        shutil.chown(run / "mails", account.pw_uid, account.pw_gid)
        command = [program, *options, "-d", str(run / "mails" / "mail."), f"127.0.0.1:{port}", "100"]
        command[1:1] = ["-u", account.pw_name] if os.getuid() == 0 else []
        with _kept(_SINK_KEEPER, str(run), *command):
            _until_greeted(port, run / "log")
            yield Mta("127.0.0.1", port, run / "mails")


@contextmanager
def postfix(next_port: int = 9) -> Iterator[Mta]:
    """A whole MTA as next hop, with STARTTLS as localhost.

    Mail to anybody at example.org lands in one Maildir, except to `NOBODY_HERE` and `BUSY`, which are refused; mail to
    example.com goes on to `next_port`.
    """
    program = _program("postfix")
    if os.getuid() != 0:
        pytest.fail("Postfix, the MTA to test with, starts as root only; run `make test` as root", pytrace=False)
    account, port = _nobody(), _free_port()
    certificate: Certificate = certificates().good
    with _run_folder("postfix-") as run:
        for name in ("conf", "queue", "data", "mail"):
            (run / name).mkdir()
        shutil.chown(run / "data", "postfix")
        shutil.chown(run / "mail", account.pw_uid, account.pw_gid)
        told = {"run": run, "uid": account.pw_uid, "gid": account.pw_gid, "certificate": certificate}
        main = _MAIN.format(**told, next_port=next_port, gone=NOBODY_HERE, busy=BUSY)
        (run / "conf" / "main.cf").write_text(main, "utf-8")
        (run / "conf" / "master.cf").write_text(_MASTER.format(port=port), "utf-8")
        with _kept(_POSTFIX_KEEPER, program, str(run)):
            _until_greeted(port, run / "log")
            yield Mta("127.0.0.1", port, run / "mail" / "inbox" / "new")


@contextmanager
def _run_folder(prefix: str) -> Iterator[Path]:
    """Not below pytest's folders, which others than root may not enter; gone at the end."""
    with ExitStack() as stack:
        run = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
        stack.callback(shutil.rmtree, run, ignore_errors=True)
        run.chmod(0o755)
        yield run


@contextmanager
def _kept(keeper: str, *arguments: str) -> Iterator[None]:
    """Runs a server for as long as this block, or this process, lasts."""
    environment = {"PATH": _PATH, "LC_ALL": "C"}
    with subprocess.Popen(
        ["/bin/sh", "-c", keeper, "keeper", *arguments], stdin=subprocess.PIPE, cwd="/", env=environment
    ) as kept:
        assert kept.stdin
        try:
            yield
        finally:
            kept.stdin.close()
            kept.wait(LIMIT)


def _program(name: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.fail(
            f"no {name} to test with; `make test` as root on Debian installs it, elsewhere: apt-get install postfix"
            " (choose 'No configuration')",
            pytrace=False,
        )
    return found


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _until_greeted(port: int, log: Path) -> None:
    def greeted() -> bool:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as trying:
                return trying.recv(3) == b"220"
        except ConnectionError:
            return False

    _until(greeted, lambda: f"the mail server does not start: {log.read_text('utf-8') if log.exists() else ''}")


def _until(holds: Callable[[], bool], trouble: Callable[[], str]) -> None:
    """These servers tell nobody when they are ready; they are asked again and again, within the limit."""
    deadline, tick = time.monotonic() + LIMIT, threading.Event()
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(trouble(), pytrace=False)
        tick.wait(0.02)
