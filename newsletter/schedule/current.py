"""schedule.yaml while the system runs: what is saved is taken over at once; a mistake leaves the old one."""

from __future__ import annotations

import logging
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.way_out import read_schedule
from newsletter.model.errors import ContentError
from newsletter.publication.folder import SCHEDULE
from newsletter.publication.schedule import Schedule

_LOG = logging.getLogger(__name__)
_GONE = "schedule.yaml is not there; put it back"
_Signature = tuple[int, int, int] | None


class Current:
    """The newest schedule that was written without a mistake."""

    def __init__(self, app: App) -> None:
        """Raises `ContentError` for one that is wrong from the beginning."""
        self._app = app
        self._seen = _signature(app.root / SCHEDULE)  # before it is read: what is saved in between is seen later
        self.schedule: Schedule = read_schedule(app)
        self.mistake: str | None = None  # what the file has wrong now, in words

    def look(self) -> bool:
        """Reads the file where it is another than at the last look; whether the schedule is another."""
        signature = _signature(self._app.root / SCHEDULE)
        if signature == self._seen:
            return False
        self._seen = signature
        try:
            found = read_schedule(self._app)
        except (ContentError, OSError) as error:
            self.mistake = str(error) or _GONE
            _LOG.warning("schedule.yaml cannot be taken over, and the one before it stands: %s", self.mistake)
            return False
        changed, mended = found != self.schedule, self.mistake is not None
        self.schedule, self.mistake = found, None
        if changed or mended:
            _LOG.info("schedule.yaml has changed; everything is due by the new one from now on")
        return changed or mended


def _signature(path: Path) -> _Signature:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
