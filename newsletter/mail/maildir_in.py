"""Mails out of a Maildir, which is left exactly as it was. Source: the Maildir format, D. J. Bernstein."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from newsletter.mail.arrived import MAX_MAIL, MAX_READING, Arrived, MailboxError, too_large, waiting
from newsletter.model.shape import shown

MAX_FILES = 20_000  # of one Maildir; the cursor names each mail that lies in it
_NAME = 6  # octets that stand for a name in the cursor: by chance two of 20,000 agree once in a million Maildirs
_SIGN = "maildir:"
_FLAGS = re.compile("[:;!]2,")  # where a file system takes no colon, programs write another sign


@dataclass(frozen=True, slots=True)
class _Mail:
    name: str  # unique in its Maildir for ever: the file's name up to the flags
    path: Path
    size: int
    mtime: int  # nanoseconds; it orders, and decides nothing: clocks jump and copies lie

    @property
    def mark(self) -> bytes:
        """What the cursor keeps of it."""
        return hashlib.sha256(os.fsencode(self.name)).digest()[:_NAME]


def read_maildir(folder: Path, cursor: str | None, limit: int) -> Arrived:
    """The mails of new/ and cur/ that no reading before this cursor gave, at most `limit`, the oldest first.

    Nothing is moved, renamed or flagged. The cursor names what has been read and still lies there, so neither the clock
    nor a mail program that moves a mail from new/ to cur/ brings one twice or hides one. A mail that cannot be opened
    is noted and tried again, one over 10 MB is noted once. Raises `MailboxError`.
    """
    known = _marks(cursor)
    mails, refused = _listed(folder)
    if len(mails) > MAX_FILES:
        what = f"it holds {len(mails):,} mails, and {MAX_FILES:,} can be kept track of"
        raise MailboxError(str(folder), what, "give the newsletters a folder of their own, or move old ones away")
    fresh = sorted((mail for mail in mails if mail.mark not in known), key=lambda mail: (mail.mtime, mail.name))
    taken: list[bytes] = []
    read, large = set(), []
    octets = left = 0
    for mail in fresh:
        if mail.size > MAX_MAIL:
            large.append(mail)
            read.add(mail.mark)
        elif len(taken) >= limit or (taken and octets + mail.size > MAX_READING):
            left += 1
        elif isinstance(data := _read(mail.path), bytes):
            taken.append(data)
            octets += len(data)
            read.add(mail.mark)
        elif data is not None:
            refused.append(f"{shown(mail.name)} {data}")
    there = {mail.mark for mail in mails}
    notes = (
        [] if known is not _UNREADABLE else ["what was read before is not known any more: it is read from the start"]
    )
    notes += [too_large(", ".join(shown(mail.name) for mail in large[:3]), len(large))] if large else []
    notes += _few(refused)
    notes += [waiting(left)] if left else []
    return Arrived(tuple(taken), _cursor(known & there | read), "; ".join(notes) or None)


def _listed(folder: Path) -> tuple[list[_Mail], list[str]]:
    """Every mail of a Maildir, and why a file in it is none, in words."""
    mails: dict[str, _Mail] = {}
    refused: list[str] = []
    for part in ("new", "cur"):  # in the order in which mails move, so that none slips past
        for path in _files(folder, part):
            try:
                found = _mail(path, folder)
            except FileNotFoundError:
                continue  # it was moved a moment ago: from new/ it comes up in cur/, else in the next reading
            except (OSError, RuntimeError):  # before Python 3.13, resolve() raises RuntimeError for a link to itself
                found = "cannot be looked at; mend its permissions"
            if isinstance(found, _Mail):
                mails[found.name] = found
            else:
                refused.append(f"{part}/{shown(path.name)} {found}")
    return list(mails.values()), refused


def _files(folder: Path, part: str) -> list[Path]:
    there = folder / part
    try:
        if not there.resolve().is_relative_to(folder.resolve()):
            raise MailboxError(str(folder), f"{part}/ is a link that leaves it", "put a folder there")
        return sorted(path for path in there.iterdir() if not path.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError) as error:
        what = f"it is no Maildir, it has no {part}/ in it"
        raise MailboxError(str(folder), what, "check the path that names it") from error
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is a link to itself"
        raise MailboxError(str(folder), f"{part}/ cannot be read ({reason})", "mend its permissions") from error


def _mail(path: Path, folder: Path) -> _Mail | str:
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        return "is a link that leaves the Maildir, and is not followed"
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "is no file"
    return _Mail(_FLAGS.split(path.name)[0], path, status.st_size, status.st_mtime_ns)


def _read(path: Path) -> bytes | str | None:
    """The mail, or in words why not; None when it has just been moved and comes up in the next reading."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MAIL + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"cannot be read ({error.strerror}); mend its permissions"
    return data if len(data) <= MAX_MAIL else "is still growing; it is read when it has come to rest"


def _few(refused: list[str]) -> list[str]:
    more = [f"so it is with {len(refused) - 3} more files"] if len(refused) > 3 else []
    return refused[:3] + more


_UNREADABLE: frozenset[bytes] = frozenset({b""})  # a cursor of another kind of mailbox


def _marks(cursor: str | None) -> frozenset[bytes]:
    if not cursor:
        return frozenset()
    try:
        data = base64.b64decode(cursor.removeprefix(_SIGN), validate=True)
    except ValueError:
        return _UNREADABLE
    if not cursor.startswith(_SIGN) or len(data) % _NAME:
        return _UNREADABLE
    return frozenset(data[at : at + _NAME] for at in range(0, len(data), _NAME))


def _cursor(marks: Iterable[bytes]) -> str:
    return _SIGN + base64.b64encode(b"".join(sorted(marks))).decode("ascii")
