"""Messages over one connection, the next envelope on the heels of each.

Source: RFC 5321 3.3, RFC 2920, RFC 1870, RFC 3461.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from newsletter.mail.dot import LAST, Fit
from newsletter.mail.smtp_line import Line, LineLost
from newsletter.mail.smtp_opening import Limits
from newsletter.mail.smtp_replies import Garbled, answered, unanswered
from newsletter.model.answer import Answer, Envelope, Handed, Phase

MAX_PATH = 254  # octets of an address; RFC 5321 4.5.3.1.3 counts the angle brackets too

# Nothing that could end a command or a path early. Addresses in quotes that hold a space are not taken.
_PATH = re.compile(r"[^\x00-\x20\x7f-\xa0<>]*")


_BEYOND_XTEXT = re.compile(r"[^\x21-\x2a\x2c-\x3c\x3e-\x7e]")


def xtext(value: str) -> str:
    """ASCII as the parameter of a command: "+" and "=" and what is not printable become "+" and two hex digits.

    Source: RFC 3461 4.
    """
    return _BEYOND_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}", value)


class SmtpSession:
    """An open way to a mail server, as `newsletter.deliver.transport.Session` asks for it.

    One thread uses it. Between 354 and the end of the content nothing but content can be sent: `hand_over`, `abandon`.
    """

    def __init__(self, line: Line, offers: Mapping[str, str], limits: Limits) -> None:
        self._line = line
        self._offers = offers
        self._limits = limits
        self._open = True
        self._inside = False  # DATA was answered by 354, the content is due
        self._begun = False  # an envelope was begun and refused: RSET comes before the next

    @property
    def usable(self) -> bool:
        """Whether another envelope may follow. A server that hung up meanwhile is noticed here."""
        if self._open and not self._inside and self._line.spoke():
            self.abandon()
        return self._open

    @property
    def most(self) -> int | None:
        """How many octets a message may have for this server (RFC 1870 4); None: it names no limit."""
        limit = self._offers.get("SIZE", "")
        return int(limit) if limit.isdecimal() and int(limit) > 0 else None

    def begin(self, envelope: Envelope) -> Answer:
        """Gives the envelope: 354 at DATA; or the refusal at its phase, after which the next envelope may follow.

        A recipient who could not even be named to this server is refused by us, with the code the server would use.
        """
        assert not self._inside, "the content is due"
        if not self._open:
            return unanswered(Phase.MAIL, "the connection is closed")
        if refusal := self._refusal(envelope):
            return refusal
        if self._line.spoke():
            return self._unasked(Phase.MAIL)
        commands = self._commands(envelope)
        if self._pipelining:
            self._line.send(b"".join(commands), self._limits.block)
            commands = []
        return self._envelope_answered(commands)

    def hand_over(self, message: Fit, ahead: Envelope | None) -> Handed:
        """Content, last dot and the next envelope in one write; without PIPELINING the envelope waits its turn."""
        assert self._inside, "no envelope was taken"
        self._inside = False
        if self._line.spoke():
            return Handed(self._unasked(Phase.CONTENT), None)
        refusal = self._refusal(ahead) if ahead else None
        follows = self._commands(ahead) if ahead and not refusal and self._pipelining else []
        content = message.octets
        handed = self._line.send(b"".join((content, LAST, *follows)), self._limits.block, mark=len(content))
        if handed <= len(content):
            return Handed(self._unasked(Phase.CONTENT), None)
        answer = self._answered(Phase.DOT, self._limits.dot, 250)
        if not self._open or ahead is None:
            return Handed(answer, None)
        following = refusal or (self._envelope_answered([]) if follows else self.begin(ahead))
        return Handed(answer, following if following.code else None)

    def abandon(self) -> None:
        """Hangs up, whatever was begun: an unfinished message is not delivered (RFC 5321 4.1.1.4)."""
        self._open = self._inside = False
        self._line.close()

    def quit(self) -> None:
        """Takes leave (QUIT) and hangs up; a lost connection is no matter."""
        if self._open and not self._inside:
            try:
                self._line.send(b"QUIT\r\n", self._limits.quit)
                self._line.reply(self._limits.quit)
            except (LineLost, Garbled):
                pass
        self.abandon()

    @property
    def _pipelining(self) -> bool:
        return "PIPELINING" in self._offers

    def _refusal(self, envelope: Envelope) -> Answer | None:
        """What the server would say to this envelope, where we know it without asking."""
        for phase, path in ((Phase.MAIL, envelope.sender), (Phase.RCPT, envelope.recipient)):
            if not _PATH.fullmatch(path) or len(path.encode("utf-8", "replace")) > MAX_PATH:
                return Answer(phase, 553, "5.1.3", "not sent: this is no address that can be named in SMTP")
            if not path.isascii() and "SMTPUTF8" not in self._offers:
                words = "not sent: the server takes no address beyond ASCII (it does not offer SMTPUTF8)"
                return Answer(phase, 553, "5.6.7", words)  # RFC 6531 3.5
        if self.most is not None and self.most < envelope.size:
            words = f"not sent: the message has {envelope.size} octets, the server takes at most {self.most}"
            return Answer(Phase.MAIL, 552, "5.3.4", words)
        return None

    def _commands(self, envelope: Envelope) -> list[bytes]:
        """RSET where it is due, MAIL, RCPT, DATA."""
        plain = (envelope.sender + envelope.recipient).isascii()
        mail = f" SIZE={envelope.size}" if "SIZE" in self._offers else ""
        mail += "" if plain else " SMTPUTF8"
        rcpt = ""
        if "DSN" in self._offers and envelope.sender:  # who gets no bounce asks for none
            mail += f" RET=HDRS{f' ENVID={xtext(envelope.id)}' if envelope.id else ''}"
            rcpt = " NOTIFY=FAILURE" + (f" ORCPT=rfc822;{xtext(envelope.recipient)}" if plain else "")
        commands = ["RSET"] if self._begun else []
        commands += [f"MAIL FROM:<{envelope.sender}>{mail}", f"RCPT TO:<{envelope.recipient}>{rcpt}", "DATA"]
        return [f"{command}\r\n".encode() for command in commands]

    def _envelope_answered(self, unsent: list[bytes]) -> Answer:
        """Reads what is said to each command, which is sent first where it did not go ahead: the refusal, or 354."""
        if self._begun and not (answer := self._reset_answered(unsent)).positive:
            return answer
        refusal: Answer | None = None
        for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA):
            if waits := bool(unsent):
                self._line.send(unsent.pop(0), self._limits.block)
            limit = self._limits.data if phase is Phase.DATA else self._limits.command
            answer = self._answered(phase, limit, 354 if phase is Phase.DATA else 250)
            if not self._open:
                return refusal or answer
            if phase is Phase.DATA and answer.positive and refusal:
                self._end_empty()
            elif not answer.positive:
                refusal = refusal or answer
                if waits:
                    break
        self._begun = refusal is not None
        self._inside = refusal is None
        return refusal or answer

    def _reset_answered(self, unsent: list[bytes]) -> Answer:
        """A server that does not forget the envelope before could mix it with this one: then this connection ends."""
        if unsent:
            self._line.send(unsent.pop(0), self._limits.block)
        answer = self._answered(Phase.MAIL, self._limits.command, 250)
        if self._open and not answer.positive:
            self.abandon()
            return unanswered(Phase.MAIL, f"the server does not begin anew: '{answer.code} {answer.said}'")
        return answer

    def _end_empty(self) -> None:
        """A server that says 354 though it refused the recipient gets a lone dot for content (RFC 2920 3.1)."""
        self._line.send(LAST, self._limits.block)
        self._answered(Phase.DOT, self._limits.dot, 250)

    def _answered(self, phase: Phase, limit: float, due: int) -> Answer:
        """The next reply. Where there is none, or one that makes no sense here, the connection is given up."""
        try:
            reply = self._line.reply(limit)
        except LineLost as lost:
            self.abandon()
            return unanswered(phase, str(lost))
        except Garbled as garbled:
            self.abandon()
            return unanswered(phase, f"what the server says is not SMTP: '{garbled}'")
        answer = answered(phase, reply)
        if answer.positive and reply.code // 100 != due // 100:
            self.abandon()
            return unanswered(phase, f"'{reply.code} {answer.said}' where {due or 'nothing'} was due")
        if reply.code == 421:  # the server closes (RFC 5321 3.8)
            self.abandon()
        return answer

    def _unasked(self, phase: Phase) -> Answer:
        """What the server said when it was not its turn, which was its last word: 421, mostly (RFC 5321 3.8)."""
        answer = self._answered(phase, self._limits.quit, 0)
        self.abandon()
        keeps = answer.transient or (answer.permanent and phase is Phase.CONTENT)
        return answer if keeps else unanswered(phase, answer.said)
