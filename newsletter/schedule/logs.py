"""What the program says while it runs: a line an event, for people or for machines, and nothing of a reader in it."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from newsletter.publication.schedule import City


class Style(Enum):
    """How lines are written."""

    PEOPLE = "people"
    JSON = "json"


_OURS = "newsletter"  # the loggers whose every word counts; of others, warnings do
_MARKS = {logging.WARNING: "warning: ", logging.ERROR: "error: ", logging.CRITICAL: "error: "}
# The local part of an address, or what stands before the "@" of another one: a password of DATABASE_URL.
_WHO = re.compile(r"[^\s@<>\"'(),:;=/]+@(?=[\w\[])")
_TOKEN = re.compile(r"(/(?:u|p|me|confirm)/)[\w.~-]{8,}", re.ASCII)  # the addresses of pages that are a reader's own


def scrubbed(text: str) -> str:
    """The text without what would tell who a reader is, or let somebody act as one.

    What is logged has none of that by itself; this is for what others say: a mail server's words, a traceback.
    """
    return _TOKEN.sub(r"\1...", _WHO.sub("...@", text))


class ForPeople(logging.Formatter):
    """One line: the time on a city's clock, who speaks, and words. A traceback follows in lines of its own."""

    def __init__(self, speaker: str, city: City) -> None:
        super().__init__()
        self._speaker, self._city, self._zone = speaker, city.name, ZoneInfo(city.zone)

    def format(self, record: logging.LogRecord) -> str:
        at = _moment(record).astimezone(self._zone)
        words = _one_line(record.getMessage())
        line = f"{at:%a} {at.day} {at:%b %H:%M:%S} {self._city}  {self._speaker}: {_MARKS.get(record.levelno, '')}"
        return f"{line}{words}\n{trace}" if (trace := _trace(self, record)) else f"{line}{words}"


class ForMachines(logging.Formatter):
    """One object of JSON a line: `time` (UTC, ISO 8601), `level`, `from`, `words`, and `trace` where there is one."""

    def __init__(self, speaker: str) -> None:
        super().__init__()
        self._speaker = speaker

    def format(self, record: logging.LogRecord) -> str:
        at = _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said: dict[str, Any] = {"time": at, "level": record.levelname.lower(), "from": self._speaker}
        said["words"] = _one_line(record.getMessage())
        if trace := _trace(self, record):
            said["trace"] = trace
        return json.dumps(said, ensure_ascii=False)


def begin_log(style: Style, speaker: str, city: City) -> None:
    """Writes everything that is logged from now on to what standard error is at this moment, in this style."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ForPeople(speaker, city) if style is Style.PEOPLE else ForMachines(speaker))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(logging.INFO)
    # It warns of a look that takes longer than the next one is away, and is not begun twice: as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.raiseExceptions = False  # whoever reads the log has gone: the work goes on


class _Lines(io.RawIOBase):
    """Takes what a command prints, and logs each whole line of it."""

    def __init__(self, log: logging.Logger) -> None:
        self._log, self._rest = log, b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            if line.strip():
                self._log.info("%s", line.decode(errors="replace").rstrip())
        return len(data)


def log_what_is_printed() -> None:
    """From now on what this process prints, to standard output or error, is logged line by line.

    Whoever writes to the descriptors themselves, as another program does that we start, is not held up.
    """
    for name in ("stdout", "stderr"):
        lines = _Lines(logging.getLogger(f"{_OURS}.{name}"))
        setattr(sys, name, io.TextIOWrapper(lines, "utf-8", "replace", line_buffering=True))


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _one_line(words: str) -> str:
    return scrubbed(" / ".join(words.splitlines()))


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return scrubbed(formatter.formatException(record.exc_info)) if record.exc_info else ""
