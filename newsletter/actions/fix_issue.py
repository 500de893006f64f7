"""Fix-issue: the changes that findings offer and that change no meaning, made in the issue's files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.actions.app import App, known_issue
from newsletter.actions.noting import deed, noted, void_by, voiding
from newsletter.edit.fixes import fixed, standing
from newsletter.model.audit import Deed
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Finding, Fix
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.write import ChangedMeanwhile, alone, change

_CHANGED = "the file has been changed since it was checked"


@dataclass(frozen=True, slots=True)
class Untouched:
    """A fix that was not made, and why, in words."""

    fix: Fix
    why: str


@dataclass(frozen=True, slots=True)
class Mended:
    """What was changed, and what was not."""

    made: tuple[Fix, ...]  # by file and place
    left: tuple[Untouched, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files that were written."""
        return tuple(dict.fromkeys(fix.path for fix in self.made))

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for a person, a line for each place."""
        made = (f"{_where(fix)}: {_change(fix)}" for fix in self.made)
        left = (f"{_where(one.fix)}: left as it is: {one.why}" for one in self.left)
        return (*made, *left)


def _where(fix: Fix) -> str:
    return f"{fix.path}:{fix.line}:{fix.column}"


def _change(fix: Fix) -> str:
    """What was changed, so that it can be seen although it may be a space."""
    if not fix.new.strip() and not fix.old.strip():
        return "put right the space" if fix.new else "deleted the space"
    return f"wrote “{fix.new}” for “{fix.old}”" if fix.new else f"deleted “{fix.old}”"


def fix_issue(
    app: App,
    issue: IssueId,
    findings: Iterable[Finding],
    checked: Iterable[InputFile] = (),
    *,
    by: str,
    act: str = "fix",
) -> Mended:
    """Makes the fixes that findings carry. `checked` are the files as they were when they were checked: `draft.files`.

    A file of these that somebody has saved since is left as it is, and that is told; of a file that is not among them,
    a fix is made where its old words still stand. All else in a file stays byte for byte.
    The audit log has an entry for each file, which calls it `act`, and one where signatures hold no longer; away from
    home there is no log. `by` is who does it, as the log names them.
    Raises `ConfigError` for an unknown issue, and for one that is being sent or has been: its files are kept.
    """
    known_issue(app, issue)
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; its files stay as they are")
    digests = {file.path: file.digest for file in checked}
    by_file: dict[str, list[Fix]] = {}
    for finding in findings:
        if finding.fix is not None:
            by_file.setdefault(finding.fix.path, []).append(finding.fix)
    made: list[Fix] = []
    left: list[Untouched] = []
    with alone(issue_folder(app.root, issue)):
        for path, fixes in sorted(by_file.items()):
            done, why = _mended(app, issue, path, fixes, digests.get(path), (by, act))
            made += done
            left += [Untouched(fix, why) for fix in dict.fromkeys(fixes) if fix not in done]
    return Mended(tuple(made), tuple(left))


def _mended(
    app: App, issue: IssueId, path: str, fixes: list[Fix], digest: str | None, did: tuple[str, str]
) -> tuple[tuple[Fix, ...], str]:
    """The fixes made in one file, and why the others were not."""
    if path.rpartition("/")[0] != f"content/issues/{issue}":
        return (), "it is in a file that does not belong to the issue"
    data = _bytes(app, path)
    if data is None or (digest is not None and hashlib.sha256(data).hexdigest() != digest):
        return (), _CHANGED
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return (), _CHANGED
    chosen = standing(text, fixes)
    after = fixed(text, chosen).encode("utf-8")
    try:
        with noted(app, _deeds(app, issue, path, chosen, after, did) if after != data else ()):
            change(app.root / path, data, after)
    except ChangedMeanwhile:  # this very moment
        return (), _CHANGED
    return chosen, "something else stands there now, or another fix is about the same place; check the issue again"


def _deeds(
    app: App, issue: IssueId, path: str, fixes: tuple[Fix, ...], after: bytes, did: tuple[str, str]
) -> tuple[Deed, ...]:
    (by, act), name = did, path.rpartition("/")[2]
    what = _change(fixes[0]) if len(fixes) == 1 else f"{len(fixes)} places"
    gone = voiding(app, by, void_by(app, (issue,), {path: after}), f"{name} was changed")
    return deed(app, by, act, f"{name}: {what}", issue), *gone


def _bytes(app: App, path: str) -> bytes | None:
    return Folder(app.root).read_bytes(path)
