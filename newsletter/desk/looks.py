"""What an issue looks like and what its checks say, kept for the pages of the desk: each made once, and again after a
file has changed."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.check_issue import check_issue
from newsletter.actions.preview_issue import Fit, Shown, files_token, preview_issue
from newsletter.actions.todays_edition import Today, read_today
from newsletter.check.run import Report
from newsletter.desk.documents import IMAGES, MEDIA_TYPES, documents_of
from newsletter.desk.once import Once
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.model.item import CitedItem

_MOST = 24  # renderings, half a megabyte each; and as many reports
_ISSUES = 4  # editions, of which each holds all its pictures
_FRESH = 300  # seconds for which a report holds: what is gathered and how old it is count as well as the files
_LINKS_FRESH = 3600  # the same for one that asked for links
EVERYBODY = ""  # instead of a session: what the files say, which everybody who is signed in may see


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """What somebody has typed and not saved."""

    session: str  # whose it is; nobody else is shown it
    files: Mapping[str, bytes | None]  # as they would be saved, by path

    @property
    def digest(self) -> str:
        """Another one for another text."""
        parts = (
            f"{path}\0{'' if data is None else hashlib.sha256(data).hexdigest()}" for path, data in self.files.items()
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An issue as its readers would get it, or why it cannot be shown."""

    token: str  # what the address of a frame carries
    documents: Mapping[str, str]  # by the name of a frame; empty where there are mistakes
    text: str
    language: str
    direction: str
    octets: int  # of the mail's HTML
    fit: Fit
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks say of an issue, or which mistakes keep them from looking."""

    at: datetime
    report: Report
    texts: Mapping[str, str]  # of the files that findings point to, by path
    files: tuple[InputFile, ...]  # as they were
    items: tuple[CitedItem, ...]
    links: bool  # whether links were asked for
    mistakes: tuple[Mistake, ...] = ()


class Looks:
    """The newest looks at the issues of one publication."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._renderings: Once[tuple[str, str], Rendering] = Once(_MOST)
        self._good: Once[tuple[str, IssueId], Rendering] = Once(_MOST)
        self._checked: Once[tuple[str, IssueId, str, int], Checked] = Once(_MOST)
        self._todays: Once[tuple[IssueId, str, date], Today] = Once(_ISSUES)
        self._lock = threading.Lock()
        self._asking: dict[IssueId, tuple[str, Future[Checked]]] = {}  # the last that asked for links, with its files

    def rendering(self, issue: IssueId, unsaved: Unsaved | None = None) -> Rendering:
        """The issue as its files say it, or would with what is unsaved. Raises `ConfigError` for an unknown one."""
        session = unsaved.session if unsaved else EVERYBODY
        token = self._token(issue, unsaved)
        found = self._renderings.get((session, token), lambda: self._rendered(issue, token, unsaved))
        if found.documents:
            self._good.put((session, issue), found)
        return found

    def last_good(self, issue: IssueId, session: str) -> Rendering | None:
        """What was shown last, of this session's unsaved text or of the files, while there are mistakes."""
        return self._good.peek((session, issue)) or self._good.peek((EVERYBODY, issue))

    def kept(self, token: str, session: str) -> Rendering | None:
        """The rendering that a frame's address names, where it is still here and may be seen by this session."""
        return self._renderings.peek((EVERYBODY, token)) or self._renderings.peek((session, token))

    def checked(self, issue: IssueId, unsaved: Unsaved | None = None) -> Checked:
        """What the checks say, looked at now where nothing is known."""
        there = self._linked(issue) if unsaved is None else None
        if there is not None:
            return there
        files = None if unsaved is None else unsaved.files
        return self._checked.get(self._key(issue, unsaved), lambda: self._looked_at(issue, files, links=False))

    def today(self, issue: IssueId) -> Today:
        """What the files say now and would be signed, read once; with mistakes in them, anew each time."""
        key = issue, files_token(self._app, issue), self._app.clock().date()
        found = self._todays.get(key, lambda: read_today(self._app, issue))
        return found if found.edition is not None else read_today(self._app, issue)

    def known(self, issue: IssueId, unsaved: Unsaved | None = None) -> Checked | None:
        """The same where it is known already."""
        there = self._linked(issue) if unsaved is None else None
        return there or self._checked.peek(self._key(issue, unsaved))

    def lately(self, issue: IssueId, session: str) -> tuple[Checked, ...]:
        """Everything that the checks have lately said of the issue to this session, the newest first."""
        own = (EVERYBODY, session)
        there = tuple(one for key, one in self._checked.newest() if key[1] == issue and key[0] in own)
        linked = self._linked(issue)
        return there if linked is None else (linked, *there)

    def check_links(self, issue: IssueId, patience: float) -> bool:
        """Has the links of the issue asked for; whether that came to its end within so many seconds. It goes on if not,
        and who asks meanwhile waits for the same answers."""
        token = files_token(self._app, issue)
        with self._lock:
            there = self._asking.get(issue)
            if there is not None and not there[1].done():
                future = there[1]
            else:
                future = Future()
                self._asking[issue] = (token, future)
                threading.Thread(target=self._ask, args=(issue, future), name="links", daemon=True).start()
        try:
            future.result(patience)
        except NotYet:
            return False
        return True

    def is_asking(self, issue: IssueId) -> bool:
        """Whether links are being asked for."""
        with self._lock:
            there = self._asking.get(issue)
        return there is not None and not there[1].done()

    def _ask(self, issue: IssueId, future: Future[Checked]) -> None:
        try:
            future.set_result(self._looked_at(issue, None, links=True))
        except BaseException as error:
            future.set_exception(error)

    def _linked(self, issue: IssueId) -> Checked | None:
        """What was found when links were asked for last, where the files are still the same."""
        with self._lock:
            there = self._asking.get(issue)
        if there is None or not there[1].done() or there[1].exception() is not None:
            return None
        found = there[1].result()
        is_fresh = 0 <= (self._app.clock() - found.at).total_seconds() < _LINKS_FRESH
        return found if is_fresh and there[0] == files_token(self._app, issue) else None

    def _token(self, issue: IssueId, unsaved: Unsaved | None) -> str:
        said = f"{issue}\0{files_token(self._app, issue)}"
        if unsaved is not None:
            said += f"\0{unsaved.session}\0{unsaved.digest}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def _key(self, issue: IssueId, unsaved: Unsaved | None) -> tuple[str, IssueId, str, int]:
        session = unsaved.session if unsaved else EVERYBODY
        return session, issue, self._token(issue, unsaved), int(self._app.clock().timestamp()) // _FRESH

    def _rendered(self, issue: IssueId, token: str, unsaved: Unsaved | None) -> Rendering:
        files = None if unsaved is None else unsaved.files
        preview = preview_issue(self._app, issue, IMAGES, instead=files, weigh=False)
        shown = preview.shown
        if shown is None:
            return Rendering(
                token=token,
                documents={},
                text="",
                language="en",
                direction="ltr",
                octets=0,
                fit=Fit.FITS,
                mistakes=preview.mistakes,
            )
        return Rendering(
            token=token,
            documents=documents_of(shown, _within(shown)),
            text=shown.text,
            language=shown.edition.language,
            direction=shown.desk.frame.direction,
            octets=shown.html_octets,
            fit=shown.fit,
            mistakes=(),
        )

    def _looked_at(self, issue: IssueId, files: Mapping[str, bytes | None] | None, *, links: bool) -> Checked:
        now = self._app.clock()
        try:
            found = check_issue(self._app, issue, links=links, instead=files)
        except ContentError as error:
            return Checked(
                at=now, report=Report((), ()), texts={}, files=(), items=(), links=links, mistakes=error.mistakes
            )
        draft = found.desk.draft
        return Checked(
            at=now,
            report=found.report,
            texts=dict(draft.texts),
            files=draft.files,
            items=draft.items,
            links=links,
        )


def _within(shown: Shown) -> dict[str, str]:
    """The pictures as addresses that hold them: a document in a sandbox has no origin, so no cookie of the desk goes
    along with what it loads, and it needs to load nothing."""
    return {one.name: _inline(MEDIA_TYPES[Path(one.name).suffix], one.data) for one in shown.edition.assets}


def _inline(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"
