"""Certificates for servers of tests, made by openssl: a good one, and each way in which one can be bad."""

from __future__ import annotations

import atexit
import functools
import shutil
import ssl
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
# What `openssl ca` asks for; `openssl req` makes no certificate that is past its time.
_CONFIG = """
[ca]
default_ca = ours
[ours]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate and its key, as files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server shows itself with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class Certificates:
    """All of them. Only `good` is what a client that trusts `authority` should talk to, as localhost."""

    authority: Path  # a certificate that signs others
    good: Certificate  # for localhost and 127.0.0.1
    wrong_host: Certificate  # for elsewhere.example.org
    expired: Certificate  # for localhost, in 2020
    self_signed: Certificate  # for localhost, by nobody but itself

    def trusting(self) -> ssl.SSLContext:
        """A client's context: the usual one, with our authority instead of the machine's."""
        return ssl.create_default_context(cafile=str(self.authority))


@functools.cache
def certificates() -> Certificates:
    """Made once for each process that runs tests, and gone with it."""
    if shutil.which("openssl") is None:
        pytest.fail(
            "no openssl to test with; `make test` as root installs it, elsewhere install openssl", pytrace=False
        )
    folder = Path(tempfile.mkdtemp(prefix="certificates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "ca.cnf").write_text(_CONFIG, "utf-8")
    (folder / "index.txt").write_text("", "utf-8")
    _request(folder, "authority", "-x509", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE")
    return Certificates(
        authority=folder / "authority.pem",
        good=_signed(folder, "good", "DNS:localhost,IP:127.0.0.1", "20200101000000Z", "20991231000000Z"),
        wrong_host=_signed(folder, "wrong", "DNS:elsewhere.example.org", "20200101000000Z", "20991231000000Z"),
        expired=_signed(folder, "expired", "DNS:localhost,IP:127.0.0.1", "20200101000000Z", "20200102000000Z"),
        self_signed=_request(folder, "alone", "-x509", "-days", "2", "-addext", "subjectAltName=DNS:localhost"),
    )


def _request(folder: Path, name: str, *options: str) -> Certificate:
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    _openssl(
        folder,
        "req",
        *_NEW_KEY,
        "-subj",
        f"/CN={name}",
        *options,
        "-keyout",
        str(made.key),
        "-out",
        str(made.certificate),
    )
    return made


def _signed(folder: Path, name: str, hosts: str, begins: str, ends: str) -> Certificate:
    asked = _request(folder, name, "-addext", f"subjectAltName={hosts}")
    signing = ["ca", "-batch", "-notext", "-config", "ca.cnf", "-cert", "authority.pem", "-keyfile", "authority.key"]
    signed = str(asked.certificate) + ".signed"
    _openssl(folder, *signing, "-startdate", begins, "-enddate", ends, "-in", str(asked.certificate), "-out", signed)
    Path(signed).replace(asked.certificate)
    return asked


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
