"""What the lanes report, and what the ledger takes from it: verdicts, rows that come back, troubles, refusals of us."""

from __future__ import annotations

from datetime import datetime

from newsletter.deliver.blame import is_ours
from newsletter.deliver.commits import Commits
from newsletter.deliver.lines import Line, Lines
from newsletter.deliver.messages import Done, Ready, Refused, Report, Returned, Trouble
from newsletter.deliver.pacing import Pacing
from newsletter.deliver.rows import Row, Rows
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import Pause

_ENOUGH = 3  # troubles in a row on every lane; connections lost under one envelope
_KILLED = Answer(Phase.DOT, 0, None, "the worker was killed while it handed the mail over")
_NOBODY = "the program's own sending processes end as soon as they start; look into its log, then resume"


class Reports:
    """Takes one report after the other."""

    def __init__(self, lines: Lines, rows: Rows, commits: Commits, pacing: Pacing) -> None:
        self._lines, self._rows, self._commits, self._pacing = lines, rows, commits, pacing
        self.trouble: str | None = None  # the last, in words; None once something was accepted after it
        self.refusal: str | None = None  # why nobody gets anything for now, in words
        self.pause = Pause.PROVIDER  # what kind of refusal it is: one for a person, or one that may pass by itself

    def take(self, line: Line, reports: list[Report], now: datetime) -> None:
        """What a lane has said at once. It waits for orders then."""
        words = [self._heard(line, report, now) for report in reports]
        if lost := next(filter(None, words), None):
            line.troubled(now)
            self.trouble = lost
            if self.refusal is None and all(one.troubles >= _ENOUGH for one in self._lines.all):
                self.refusal, self.pause = lost, Pause.UNREACHABLE
        line.free = True

    def gone(self, line: Line, now: datetime, *, replace: bool) -> None:
        """A lane has ended that nobody told to: its worker was killed. With its last lane it is replaced."""
        if line.carried:
            self._commits.judge(line.carried, _KILLED, now, ahead=False)
            line.carried = None
        if line.reserved:
            self._rows.back(_let_go(line))
        if replace and self._lines.is_empty(line.seat):
            self._lines.open(line.seat)

    def count_lanes(self) -> None:
        """Without any, nothing can be sent until a person has looked why."""
        if not self._lines.all:
            self._refuse(_NOBODY)

    def _refuse(self, words: str) -> None:
        self.refusal, self.pause = words, Pause.PROVIDER

    def _heard(self, line: Line, report: Report, now: datetime) -> str | None:
        """Takes one of them; the words where the connection was lost."""
        match report:
            case Ready():
                line.ready = True
            case Done(answer=answer):
                return self._done(line, answer, now)
            case Refused(answer=answer):
                self._judge(_let_go(line), answer, now, ahead=True)
                line.troubles = 0
                if is_ours(answer):
                    self._refuse(str(answer))
            case Returned(answer=answer):
                self._returned(_let_go(line), answer, now, first=not line.fruitful)
                return str(answer)
            case Trouble(refused=refused, words=words):
                self._rows.back(_let_go(line))
                self._pacing.cut_off(report.answer, now)
                line.fruitful = False
                if refused:
                    self._refuse(words)
                return words
        return None

    def _done(self, line: Line, answer: Answer, now: datetime) -> str | None:
        row, line.carried = line.carried, None
        assert row is not None, "content was carried that had no intent"
        self._judge(row, answer, now, ahead=False)
        if answer.phase is Phase.DOT and answer.positive:
            self._lines.bears_fruit(line)
            self.trouble = None
        elif answer.code in (0, 421):
            return str(answer)
        else:
            line.troubles = 0
        return None

    def _judge(self, row: Row, answer: Answer, now: datetime, *, ahead: bool) -> None:
        state = self._commits.judge(row, answer, now, ahead=ahead)
        if words := self._pacing.answered(row, answer, state, now):
            self._refuse(words)

    def _returned(self, row: Row, answer: Answer, now: datetime, *, first: bool) -> None:
        """The connection was lost under an envelope. Where it was the `first` on three of them, it may be the cause,
        and waits; else the server had enough of the connection, and another one carries it."""
        row.returned += first
        if first:
            self._pacing.cut_off(answer, now)
        if row.returned < _ENOUGH:
            self._rows.back(row)
        else:
            self._commits.judge(row, answer, now, ahead=True)


def _let_go(line: Line) -> Row:
    row, line.reserved, line.ready = line.reserved, None, False
    assert row is not None, "a lane speaks of a row that it was not given"
    return row
