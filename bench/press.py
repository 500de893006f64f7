"""What a signed message costs beside the operation that no signer can do without: `python -m bench.press`.

Nothing here is a test. The newsletter is of two parts and 60 KB, its first value at the top of each: next to nothing of
it can be hashed ahead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import cycle

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.timing import Figure, Side, by_turns, table
from newsletter.deliver.personal import Signing, slot_values
from newsletter.mail.dkim import DkimKey, Signer, new_key
from newsletter.mail.dot import fit
from newsletter.mail.mime import Heading, compile_letter, splice
from newsletter.mail.press import Press
from newsletter.model.letter import Greeting, Letter, Slot, Slotted
from newsletter.model.mailing import Recipient
from newsletter.tokens import Key, KeyRing, Purpose
from tests.mailing import COMING, DUE

ROUNDS = 2_000  # of one message each: short, so that other work rarely falls into one, and slows all sides alike
OCTETS = 60_000
READERS = 1_000
AIM = 1.1  # times the bare operation
_WORDS = "Two countries, one table: what mattered between them this week, and who said so.\n"
_ROW = '<tr><td style="padding: 8px 16px">  What mattered between the two this week</td></tr>\n'


def main() -> None:
    letter = _letter()
    key = DkimKey(domain="focus.example.org", selector="w2026", pem=new_key())
    private = load_pem_private_key(key.pem, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    signer = Signer(key)
    signed, unsigned = Press(letter, signer), Press(letter)
    readers = list(_values())
    print(f"a message of {unsigned.message(readers[0]).size:,} octets, signed {signed.message(readers[0]).size:,}\n")
    scheme, digest = padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())

    press, bare, alone = by_turns(
        [
            _side(lambda values: signed.message(values), readers),
            _side(lambda _: private.sign(bytes(32), scheme, digest), readers),
            _side(lambda values: unsigned.message(values), readers),
        ],
        ROUNDS,
    )
    slow, whole = by_turns(
        [
            _side(lambda values: fit(splice(letter, values)), readers),
            _side(lambda values: fit(signer.sign(splice(letter, values))), readers),
        ],
        ROUNDS // 10,
    )
    times = press.median / bare.median
    aim = f"at most {AIM} times"
    figures = [
        Figure("splice, hash and sign", press, "the bare RSA operation", bare, aim, times <= AIM),
        Figure("splice alone", alone, "splice, then look over all of it", slow),
        Figure("splice, hash and sign", press, "the same, each message as a whole", whole),
    ]
    print(table(figures))
    print(
        f"\n{times:.2f} times the bare operation; the quickest beside the quickest {press.quickest / bare.quickest:.2f}"
    )


def _side(work: Callable[[dict[Slot, str]], object], readers: list[dict[Slot, str]]) -> Side:
    """One message for the next reader. Its time is that of the processor, for it never waits."""
    following = cycle(readers)

    def turn() -> float:
        values = next(following)
        start = time.thread_time_ns()
        work(values)
        return (time.thread_time_ns() - start) / 1e9

    return turn


def _letter() -> Letter:
    heading = Heading(
        sender_name="Focus This Week",
        sender_address="weekly@focus.example.org",
        reply_to="editor@focus.example.org",
        subject="Two capitals, one table",
        list_name="Focus This Week",
        list_id="weekly.focus.example.org",
        feedback_id="2026-11-27:issue:weekly:focus.example.org",
    )
    foot = (Slot.UNSUBSCRIBE_URL, "\n", Slot.PREFERENCES_URL, "\n")
    text = Slotted((Slot.GREETING, "\n\n" + _WORDS * (OCTETS // 4 // len(_WORDS)), *foot))
    rows = _ROW * (OCTETS * 3 // 4 // (len(_ROW) + 6))
    return compile_letter(heading, text, Slotted(("<p>", Slot.GREETING, "</p>\n<table>\n", rows, "</table>\n", *foot)))


def _values() -> Iterator[dict[Slot, str]]:
    signing = Signing(
        ring=KeyRing((Key("k1", b"a key of the bench, which is long"),)),
        unsubscribe=Purpose.UNSUBSCRIBE,
        preferences=Purpose.PREFERENCES,
        message_id=Purpose.MESSAGE_ID,
    )
    for seq in range(1, READERS + 1):
        name = f"Reader {seq}" if seq % 3 else None
        yield slot_values(
            Recipient(seq=seq, subscriber=f"{seq:032x}", address=f"reader.{seq}@example.org", name=name),
            issue=COMING,
            kind="issue",
            greeting=Greeting(plain="Dear reader,", named="Dear {name},"),
            live="https://focus.example.org",
            domain="focus.example.org",
            due=DUE,
            signing=signing,
        )


if __name__ == "__main__":
    main()
