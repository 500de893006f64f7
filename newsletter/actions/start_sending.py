"""Start sending: in a process of its own, which goes on when the desk, or whoever asked for it, has gone.

The process is `newsletter send` or `newsletter resume`, and so passes every gate that they have. Its log is
var/logs/send-DATE.log.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from newsletter.actions import own_process
from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.installation import may_send
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.readers import readers_store
from newsletter.actions.way_out import read_schedule
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.store import audit, mailings

_S = MailingState


class Start(Enum):
    """What is begun: the words of the command."""

    NOW = ("send", "--now")  # whatever the time: it is not due yet, or was missed
    GO_ON = ("send",)  # where a sender was stopped, or with copies that somebody planned again
    RESUME = ("resume",)
    MENDED = ("resume", "--mended")  # with the edition that was approved since

    @property
    def words(self) -> tuple[str, ...]:
        """The command and its options, without the issue."""
        found: tuple[str, ...] = self.value
        return found


def starts(mailing: Mailing | None) -> tuple[Start, ...]:
    """How the sending of an issue could be begun, or gone on with, from where its mailing stands; none where it is over
    or waits for a decision."""
    if mailing is None:
        return (Start.NOW,)
    if mailing.state is _S.PAUSED:
        return (Start.RESUME,) if mailing.began is None else (Start.RESUME, Start.MENDED)
    if mailing.began is None:
        return () if mailing.state in (_S.SENT, _S.UNRESOLVED) else (Start.NOW,)
    return (Start.GO_ON,) if mailing.state in (_S.READY, _S.SENDING) else ()


def start_sending(app: App, issue: IssueId, who: str, start: Start, *, login: str | None) -> bool:
    """Begins a process that sends the issue; False where one that was begun so is at it already, and nothing was done.

    Who asked for it stands in the audit log before the process is there. Raises `NotNow` where the mailing is in
    another state than `start` is for, `NotApproved` where a start wants an approval, `NotThisInstallation`,
    `CannotStart`. What the process meets stands in its log: see `last_words`.
    """
    known_issue(app, issue)
    schedule = read_schedule(app)
    with readers_store(app, "sending happens") as (store, _):
        may_send(app, store)
        mailing = mailings.find(store, issue)
        if start not in starts(mailing):
            raise _not_now(issue, mailing)
        if start in (Start.NOW, Start.MENDED):
            approved_edition(app, issue)
        log = own_process.locked(_log_of(app, issue))
        if log is None:
            return False
        with log:
            now, words = app.clock(), (*start.words[:1], str(issue), *start.words[1:])
            note = f"newsletter {' '.join(words)}"
            digest = None if mailing is None else mailing.digest
            deed = Deed(happened=now, who=claimed(who, login), act="start", issue=issue, digest=digest, note=note)
            audit.append(store, deed)
            own_process.begin(app, log, schedule.cities[0], (*words, "--as", who))
    return True


def is_at_it(app: App, issue: IssueId) -> bool:
    """Whether a process that was begun so is at this issue, on this machine."""
    return own_process.is_at_it(_log_of(app, issue))


def last_words(app: App, issue: IssueId) -> tuple[str, ...]:
    """The last lines of what the process said that was begun last for this issue; none where it said nothing."""
    return own_process.last_words(_log_of(app, issue))


def _log_of(app: App, issue: IssueId) -> Path:
    return own_process.log_of(app, f"send-{issue}")


def _not_now(issue: IssueId, mailing: Mailing | None) -> NewsletterError:
    if mailing is None:
        return ConfigError("issue", f"nothing of {issue} has been sent or planned here, so that nothing can go on")
    words = f" ({mailing.words})" if mailing.words else ""
    return NotNow(mailing, f"is {mailing.state.value}{words}", "look at its delivery once more and choose again")
