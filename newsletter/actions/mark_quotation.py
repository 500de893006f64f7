"""Mark a quotation: words that stand the same in a source are put between quotation marks, where that is safe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from newsletter.actions.app import App
from newsletter.actions.check_issue import check_issue
from newsletter.actions.fix_issue import Mended, fix_issue
from newsletter.edit.fixes import FixRefused, fixed
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Fix, Spot
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder

RULES = ("copied-run", "copied-phrase")
_MARKS = '"“”„«»「」『』‘《》'


def quotation(finding: Finding, text: str) -> Fix | None:
    """The change that marks the words of a finding as somebody else's; None where it is about no such words, or where
    other quotation marks stand among them. `text` is that of the file, with LF line ends."""
    words = _standing(finding.spot, text) if finding.rule in RULES else None
    if words is None or not words.strip() or "\n\n" in words or any(mark in words for mark in _MARKS):
        return None
    spot = finding.spot
    return Fix(path=spot.path, line=spot.line, column=spot.column, old=words, new=f"“{words}”")


def mark_quotation(app: App, issue: IssueId, finding: Finding, checked: Iterable[InputFile], *, by: str) -> Mended:
    """Puts the words of a finding between quotation marks. `checked` are the files as they were when it was found.

    It is tried first on a copy: the finding must be gone, and no mistake come. Raises `ConfigError` where that is not
    so, and what `fix_issue` raises. `by` is who does it, as the audit log names them.
    """
    path = finding.spot.path
    folder = Folder(app.root)
    text, data = folder.read_text(path), folder.read_bytes(path)
    fix = None if text is None else quotation(finding, text)
    if fix is None or data is None:
        raise ConfigError("finding", "these words cannot be marked here; put them in quotation marks by hand")
    try:
        after = fixed(data.decode("utf-8"), [fix])
        then = check_issue(app, issue, ("copied",), instead={path: after.encode("utf-8")})
    except (FixRefused, ContentError) as error:
        raise ConfigError("finding", f"the words cannot be marked here: {error}") from error
    if any((one.rule, one.words) == (finding.rule, finding.words) for one in then.report.findings):
        raise ConfigError("finding", "marks around these words would not make them a quotation; do it by hand")
    return fix_issue(app, issue, [replace(finding, fix=fix)], checked, by=by, act="quote")


def _standing(spot: Spot, text: str) -> str | None:
    """What stands at a place of a text; None where the place is not known to the character."""
    if not spot.column or not spot.end_column or spot.end_line < spot.line:
        return None
    lines = text.split("\n")[spot.line - 1 : spot.end_line]
    if len(lines) != spot.end_line - spot.line + 1:
        return None
    lines[-1] = lines[-1][: spot.end_column - 1]
    lines[0] = lines[0][spot.column - 1 :]
    return "\n".join(lines)
