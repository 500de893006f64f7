"""Mails out of an IMAP folder, which is opened for looking only. Source: RFC 3501, RFC 2683 section 3.4."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from imaplib import IMAP4
from itertools import zip_longest
from threading import Event, Timer

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailboxFolderSelectError, MailboxLoginError
from imap_tools import MailBoxUnencrypted as ClearMailBox

from newsletter.mail.arrived import MAX_MAIL, MAX_READING, Arrived, MailboxError, count_of, too_large, waiting
from newsletter.model.shape import shown
from newsletter.model.source import Mailbox

TIMEOUT = 20.0  # seconds for the connection, and for each answer to begin or go on
DEADLINE = 300.0  # seconds for a whole reading
BATCH = 50  # mails asked for at once

_TRY_AGAIN = "nothing is lost, it is tried again at the next reading"
_UID = re.compile(rb"\bUID (\d+)")
_Data = Sequence[bytes | tuple[bytes, bytes] | None]  # of an answer to FETCH, as imaplib hands it out


def read_imap(
    mailbox: Mailbox,
    password: str,
    cursor: str | None,
    limit: int,
    *,
    timeout: float = TIMEOUT,
    deadline: float = DEADLINE,
) -> Arrived:
    """The mails after the cursor, at most `limit`, in the order of their UIDs; none is marked, moved or deleted.

    The cursor is "UIDVALIDITY:last UID". When the server has numbered the folder anew, it is read from the start and
    the note says so; who keeps the mails knows them by their Message-ID. A mail over 10 MB is noted, not fetched. TLS
    is verified; without it only this machine is spoken to. Raises `MailboxError`, which never holds the password.
    """
    where = f"mailbox {shown(mailbox.folder)} on {shown(mailbox.host)}:{mailbox.port}"
    _refuse_unfit(mailbox, password, where)
    with _connected(mailbox, where, timeout) as box, _words_for_trouble(box, password, where, timeout, deadline):
        _log_in(box, mailbox, password, where)
        validity = _open(box, mailbox, where)
        arrived = _arrived(box, validity, cursor, limit)
        with suppress(OSError, IMAP4.error, ImapToolsError):  # the mails are here; a rude goodbye changes nothing
            box.logout()
        return arrived


def _refuse_unfit(mailbox: Mailbox, password: str, where: str) -> None:
    if not mailbox.tls and not mailbox.is_local:
        what = "it is to be read without TLS, which would show the password to everyone on the way"
        raise MailboxError(where, what, "remove `tls: false`; it is for a server on this machine")
    for name, value in (("user", mailbox.user), ("folder", mailbox.folder), ("password", password)):
        if re.search(r"[\x00-\x1f\x7f]", value):
            raise MailboxError(where, f"its {name} holds a line break or another control character", "remove it")


@contextmanager
def _connected(mailbox: Mailbox, where: str, timeout: float) -> Iterator[BaseMailBox]:
    """A connection to the server, closed at the end without a word."""
    try:
        if mailbox.tls:
            context = ssl.create_default_context()  # imaplib's own would trust any certificate
            box: BaseMailBox = MailBox(mailbox.host, mailbox.port, timeout, ssl_context=context)
        else:
            box = ClearMailBox(mailbox.host, mailbox.port, timeout)
    except (OSError, UnicodeError, IMAP4.error) as error:
        raise MailboxError(where, *_unreached(error, timeout)) from error
    _limit_literals(box.client)
    try:
        yield box
    finally:
        with suppress(OSError):
            box.client.shutdown()


def _unreached(error: Exception, timeout: float) -> tuple[str, str]:
    """What and todo for a server with which no conversation began."""
    check = "check `host` and `port` of the mailbox"
    match error:
        case ssl.SSLCertVerificationError():
            what = f"its certificate is not to be trusted ({error.verify_message.rstrip('.')})"
            return what, "write `host` as the certificate names it, or ask who runs the server"
        case ssl.SSLError():
            return f"TLS could not begin ({error.reason or 'no reason given'})", f"{check}; 993 is the usual port"
        case TimeoutError():
            return f"no answer came within {timeout:g} seconds", f"{_TRY_AGAIN}; if it stays so, {check}"
        case socket.gaierror() | UnicodeError():
            return "there is no such host", check
        case ConnectionRefusedError():
            return "nothing listens there", check
        case IMAP4.abort():
            return "the server hung up before it said anything", f"{_TRY_AGAIN}; if it stays so, {check}"
        case IMAP4.error():
            return "what answers there is no IMAP server", check
        case _:
            return f"it cannot be reached ({getattr(error, 'strerror', None) or error})", check


def _limit_literals(client: IMAP4) -> None:
    """Bounds what the server may announce in one piece, since memory for it is taken before it comes."""
    receive = client.read

    def read(size: int) -> bytes:
        if size > 2 * MAX_MAIL:
            raise IMAP4.abort(f"it announced {size} octets in one piece")
        return receive(size)

    client.read = read  # type: ignore[method-assign]  # imaplib names it as one to be overridden


@contextmanager
def _words_for_trouble(box: BaseMailBox, password: str, where: str, timeout: float, deadline: float) -> Iterator[None]:
    """Hangs up at the deadline; turns what goes wrong on the wire into a `MailboxError`."""
    late = Event()

    def hang_up() -> None:
        late.set()
        with suppress(OSError):
            box.client.sock.shutdown(socket.SHUT_RDWR)

    watch = Timer(deadline, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, IMAP4.error, ImapToolsError, UnicodeError) as error:
        if late.is_set():
            what = f"reading it took longer than {deadline:g} seconds"
        elif isinstance(error, TimeoutError):
            what = f"the server fell silent for {timeout:g} seconds"
        elif isinstance(error, OSError | IMAP4.abort):
            what = f"the connection was lost ({_said(error, password)})"
        else:
            what = f"the server's answer cannot be understood ({_said(error, password)})"
        raise MailboxError(where, what, _TRY_AGAIN) from error
    finally:
        watch.cancel()


def _said(error: Exception, password: str) -> str:
    """What the server or the system said, as one short line that never holds the password."""
    result = getattr(error, "command_result", None)
    words = " ".join(one.decode("ascii", "replace") for one in result[1] if isinstance(one, bytes)) if result else ""
    return shown((words or str(error) or type(error).__name__).replace(password or "\0", "…"))


def _log_in(box: BaseMailBox, mailbox: Mailbox, password: str, where: str) -> None:
    plain = (mailbox.user + password).isascii()  # LOGIN takes nothing else; AUTHENTICATE PLAIN takes UTF-8
    try:
        (box.login if plain else box.login_utf8)(mailbox.user, password, initial_folder=None)
    except IMAP4.abort:
        raise
    except (MailboxLoginError, IMAP4.error) as error:
        what = f"the server refuses the user or the password ({_said(error, password)})"
        todo = "check `user` of the mailbox and the password in the environment; some providers want one of its own"
        raise MailboxError(where, what, todo) from None  # what the server said may repeat the password


def _open(box: BaseMailBox, mailbox: Mailbox, where: str) -> int:
    """Opens the folder read-only, so that nothing in it can change. Returns its UIDVALIDITY."""
    try:
        box.folder.set(mailbox.folder, readonly=True)
    except MailboxFolderSelectError as error:
        known = ""
        with suppress(ImapToolsError, ValueError):  # names that are not encoded as they should be
            known = ", ".join(shown(folder.name) for folder in box.folder.list()[:12])
        todo = f"write one of: {known}" if known else "check `folder` of the mailbox"
        raise MailboxError(where, "there is no such folder, or it cannot be opened", todo) from error
    _, (validity, *_) = box.client.response("UIDVALIDITY")
    if not validity or not validity.isdigit():
        raise MailboxError(where, "the server does not number its mails for good", "read it by another server")
    return int(validity)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What one reading fetches."""

    fetch: tuple[int, ...]
    large: tuple[int, ...]  # never fetched
    last: int  # the UID up to which nothing is left to do


def _arrived(box: BaseMailBox, validity: int, cursor: str | None, limit: int) -> Arrived:
    last, notes = _start(cursor, validity)
    found = _uids_after(box, last)
    choice = _choose(found[:limit], _sizes(box, found[:limit]), last)
    mails = _mails(box, choice.fetch)
    left = sum(uid > choice.last for uid in found)
    lost = [uid for uid in choice.fetch if uid not in mails]
    notes += [too_large(_named(choice.large), len(choice.large))] if choice.large else []
    notes += [f"{count_of(len(lost))} could not be had ({_named(lost)}): deleted just now, or damaged"] if lost else []
    notes += [waiting(left)] if left else []
    return Arrived(
        tuple(mails[uid] for uid in choice.fetch if uid in mails), f"{validity}:{choice.last}", "; ".join(notes) or None
    )


def _start(cursor: str | None, validity: int) -> tuple[int, list[str]]:
    """The last UID read, 0 for none, and what is to be said about it."""
    match = re.fullmatch(r"(\d+):(\d+)", cursor or "")
    if match and int(match[1]) == validity:
        return int(match[2]), []
    if not cursor:
        return 0, []
    return 0, ["the server has numbered the folder anew (UIDVALIDITY): it is read from the start"]


def _uids_after(box: BaseMailBox, last: int) -> list[int]:
    # QUIRK: "UID 205:*" gives the last mail even when that is 204 (RFC 3501 section 6.4.8).
    found = box.uids(f"UID {last + 1}:*", charset=None)
    return sorted(int(uid) for uid in found if uid.isdecimal() and int(uid) > last)


def _choose(uids: Iterable[int], sizes: dict[int, int], last: int) -> _Choice:
    """In order, as many as fit into one reading; at least one."""
    fetch: list[int] = []
    large: list[int] = []
    octets = 0
    for uid in uids:
        size = sizes.get(uid, 0)
        if size > MAX_MAIL:
            large.append(uid)
        elif fetch and octets + size > MAX_READING:
            break
        else:
            fetch.append(uid)
            octets += size
        last = uid
    return _Choice(tuple(fetch), tuple(large), last)


def _sizes(box: BaseMailBox, uids: list[int]) -> dict[int, int]:
    sizes: dict[int, int] = {}
    for one in _fetch(box, uids, "(UID RFC822.SIZE)"):
        text = one if isinstance(one, bytes) else b""
        uid, size = _UID.search(text), re.search(rb"\bRFC822\.SIZE (\d+)", text)
        if uid and size:
            sizes[int(uid[1])] = int(size[1])
    return sizes


def _mails(box: BaseMailBox, uids: tuple[int, ...]) -> dict[int, bytes]:
    return _by_uid(list(_fetch(box, uids, "(UID BODY.PEEK[])")))


def _by_uid(data: _Data) -> dict[int, bytes]:
    """The mails of an answer to FETCH by their UID, which the server names before or behind each of them.

    imap-tools would pair the pieces of the answer two by two, which goes wrong as soon as another program marks a mail
    meanwhile and the server mentions it in between.
    """
    mails: dict[int, bytes] = {}
    for one, behind in zip_longest(data, data[1:]):
        if isinstance(one, tuple):
            after = behind if isinstance(behind, bytes) else b""
            if uid := _UID.search(one[0]) or _UID.search(after):
                mails[int(uid[1])] = one[1]
    return mails


def _fetch(box: BaseMailBox, uids: Sequence[int], parts: str) -> Iterator[bytes | tuple[bytes, bytes] | None]:
    for at in range(0, len(uids), BATCH):
        answer, data = box.client.uid("FETCH", ",".join(map(str, uids[at : at + BATCH])), parts)
        if answer != "OK" and not any(data):  # with some of them given, the rest was deleted meanwhile
            raise IMAP4.error(f"FETCH {answer} {data!r}")
        yield from data


def _named(uids: Iterable[int]) -> str:
    few = list(uids)
    return "UID " + ", ".join(map(str, few[:5])) + (" ..." if len(few) > 5 else "")
