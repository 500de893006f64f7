"""What Jinja has made of templates, kept for the next environment of the same settings, and for the next run.

Compiling the templates of the site takes several times as long as making the pages that one new issue changes.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from pathlib import Path
from types import CodeType

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

_DIGEST = 32  # octets of a SHA-256

Code = dict[str, tuple[str, CodeType]]  # checksum of the source and what was made of it, by the name of the template


class Compiled(BytecodeCache):
    """The code of all templates of one kind."""

    def __init__(self) -> None:
        self.code: Code = {}
        self.is_new = False  # whether something was compiled that no file has yet

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self.code.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code[bucket.key] = (bucket.checksum, bucket.code)
            self.is_new = True


def take_up(path: Path, kinds: dict[str, Compiled]) -> None:
    """Takes up what an earlier run has kept. A file of another program, and one that is not whole, is passed over.

    What it holds is run: it has to lie where nobody may write who may not change the program, beside its keys.
    """
    try:
        data = path.read_bytes()
    except OSError:
        return
    digest, held = data[:_DIGEST], data[_DIGEST:]
    if digest != _sealed(held):
        return
    for suffix, code in marshal.loads(held).items():  # noqa: S302  (ours, octet by octet)
        if suffix in kinds:
            kinds[suffix].code = {**code, **kinds[suffix].code}


def kept(kinds: dict[str, Compiled]) -> bytes | None:
    """What a file is to hold for `take_up`; None where nothing was compiled since the last time."""
    if not any(kind.is_new for kind in kinds.values()):
        return None
    held = marshal.dumps({suffix: kind.code for suffix, kind in kinds.items()})
    for kind in kinds.values():
        kind.is_new = False
    return _sealed(held) + held


def _sealed(held: bytes) -> bytes:
    """A digest over the octets, and over everything that the same templates may be compiled differently by."""
    own = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    by = f"{sys.version} {jinja2.__version__} {hashlib.sha256(own).hexdigest()}\n".encode()
    return hashlib.sha256(by + held).digest()
