"""A real IMAP server for tests: Dovecot, started by hand on loopback, as root or as anybody else."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from imap_tools import BaseMailBox, MailBoxUnencrypted

PASSWORD = "swordfish-for-tests"  # every user's; a user exists as soon as it logs in
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))

# One setting a line: the parser of Dovecot 2.3 takes no other block. Nothing changes its root, or its user to one that
# the machine would have to know; wrong passwords cost no time.
_CONFIG = """
base_dir = {run}/base
state_dir = {run}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:{run}/mail/%u
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{run}/cert.pem
ssl_key = <{run}/key.pem
auth_failure_delay = 0 secs
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={run}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server."""

    port: int  # of IMAP in the clear
    tls_port: int  # of IMAP over TLS
    certificate: Path  # for localhost, signed by nobody else

    @contextmanager
    def as_user(self, user: str, folder: str | None = "INBOX") -> Iterator[BaseMailBox]:
        """The mailbox as its owner's mail program sees it."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=10).login(user, PASSWORD, folder) as box:
            yield box

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Puts mails into a folder, unread."""
        with self.as_user(user, None) as box:
            for mail in mails:
                box.append(mail, folder)


@contextmanager
def running() -> Iterator[Dovecot]:
    """A server with its own users and mails, gone without a trace at the end."""
    dovecot, openssl = _program("dovecot", "dovecot-imapd"), _program("openssl", "openssl")
    with ExitStack() as stack:
        # Not below pytest's folders: others may not enter those, and the path of a socket has at most 107 octets.
        run = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dovecot-")))
        run.chmod(0o755)
        _certify(openssl, run)
        port, tls_port = _free_ports()
        (run / "dovecot.conf").write_text(_config(run, port, tls_port), "utf-8")
        server = subprocess.Popen([dovecot, "-F", "-c", str(run / "dovecot.conf")], stderr=subprocess.PIPE, text=True)
        stack.callback(_stop, server)
        _wait(server)
        yield Dovecot(port, tls_port, run / "cert.pem")


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=_PATH)
    if found is None:
        pytest.fail(
            f"no {name} to test with; `make test` as root installs it, elsewhere: apt-get install {package}",
            pytrace=False,
        )
    return found


def _certify(openssl: str, run: Path) -> None:
    names = "subjectAltName=DNS:localhost"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", names]
    command += ["-keyout", str(run / "key.pem"), "-out", str(run / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)


def _config(run: Path, port: int, tls_port: int) -> str:
    owner = pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")  # it opens no mail as root
    (run / "mail").mkdir(mode=0o700)
    os.chown(run / "mail", owner.pw_uid, owner.pw_gid)
    group = subprocess.run(["id", "-gn", owner.pw_name], check=True, capture_output=True, text=True).stdout.strip()
    return _CONFIG.format(
        run=run,
        user=owner.pw_name,
        group=group,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        password=PASSWORD,
        port=port,
        tls_port=tls_port,
    )


def _free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _wait(server: subprocess.Popen[str]) -> None:
    """Until it says that it listens."""
    assert server.stderr is not None
    said: list[str] = []
    for line in server.stderr:
        said.append(line)
        if "starting up" in line:
            return
    pytest.fail(f"dovecot did not start: {''.join(said)}", pytrace=False)


def _stop(server: subprocess.Popen[str]) -> None:
    server.terminate()  # the master takes its children along
    try:
        server.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.communicate()


@contextmanager
def wire(
    port: int, *, cut_after: int | None = None, mute_after: int | None = None, change: tuple[bytes, bytes] = (b"", b"")
) -> Iterator[int]:
    """A port that leads to a server over a bad line, for one connection.

    After so many octets of answers it is cut, or falls silent; one text in the answers is changed into another.
    """
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = threading.Thread(target=_carry, args=(listening, port, cut_after, mute_after, change, done))
        line.start()
        yield listening.getsockname()[1]
        done.set()
        line.join(timeout=10)
        assert not line.is_alive()


def _carry(
    listening: socket.socket,
    port: int,
    cut_after: int | None,
    mute_after: int | None,
    change: tuple[bytes, bytes],
    done: threading.Event,
) -> None:
    listening.settimeout(10)
    client, _ = listening.accept()
    with client, socket.create_connection(("127.0.0.1", port), timeout=10) as server:
        asking = threading.Thread(target=_ask, args=(client, server))
        asking.start()
        carried = 0
        with suppress(OSError):
            while data := server.recv(4096):
                carried += len(data)
                if mute_after is not None and carried > mute_after:
                    done.wait(timeout=10)
                    break
                if cut_after is not None and carried > cut_after:
                    client.sendall(data[: len(data) - carried + cut_after])
                    break
                client.sendall(data.replace(*change) if change[0] else data)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        asking.join(timeout=10)


def _ask(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while data := client.recv(4096):
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)
