"""Cite: another item stands behind words of an issue, one of its items.yaml or one that was gathered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from newsletter.actions.app import App, known_issue, read_issue
from newsletter.actions.attach_item import attach_item
from newsletter.actions.fix_issue import fix_issue
from newsletter.actions.noting import deed, noted, void_by, voiding
from newsletter.edit import attach
from newsletter.edit.fixes import FixRefused, fixed
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.finding import Finding, Fix, Spot
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.model.item import ItemId
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.write import alone, change

_BEHIND = re.compile(r"""(?:[.,;:!?…。，；：！？”’"'»」』)*_]|\]\([^()\s]*\))*""")


@dataclass(frozen=True, slots=True)
class Cited:
    """An item that a section leans on now."""

    item: str  # its id in items.yaml
    mark: str  # "[^gazette-17]" where it was set into the text; "" where the front matter names it
    left: str  # why no mark was set, in words; "" where all was done


def cite_item(
    app: App, issue: IssueId, section: str, item: str, who: str, finding: Finding, checked: Iterable[InputFile]
) -> Cited:
    """Has the words of a finding lean on an item: in the narrative a mark is set behind them, elsewhere the section's
    `items` name it. One that is not in items.yaml yet is attached first. The audit log has an entry; `who` is the id of
    somebody who is signed in at the desk.

    `checked` are the files as they were when it was found: of one that was saved since, the text is left as it is.
    Raises what `attach_item` raises; `ConfigError` where no mark can be set there.
    """
    known_issue(app, issue)
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; its files stay as they are")
    files, _ = issuefiles.read(Folder(app.root), issue)
    cited = item
    if item not in {one.id for one in files.items}:
        cited = attach_item(app, ItemId(item), section, issue, who).cited.id
    if section == "opening":
        return _marked(app, issue, cited, finding, checked, claimed(who, None))
    _leaning(app, issue, section, cited, claimed(who, None))
    return Cited(cited, "", "")


def _leaning(app: App, issue: IssueId, section: str, item: str, by: str) -> None:
    """Names the item in the section's front matter, where it is not named yet."""
    path = issue_folder(app.root, issue) / f"{section}.md"
    if issuefiles.kind_of(section) is None or not path.is_file():
        raise ConfigError("section", f"the issue {issue} has no section '{section}'")
    with alone(issue_folder(app.root, issue)):
        before, relative = path.read_bytes(), f"{issuefiles.ISSUES}/{issue}/{path.name}"
        text = attach.with_line_ends(before.decode("utf-8"), lambda text: attach.blurb_with(text, {}, item))
        after = text.encode("utf-8")
        if after == before:
            return
        _readable(app, issue, relative, text)
        void = voiding(app, by, void_by(app, (issue,), {relative: after}), f"{path.name} was changed")
        with noted(app, (deed(app, by, "cite", f"{path.name}: leans on {item}", issue), *void)):
            change(path, before, after)


def _marked(app: App, issue: IssueId, item: str, finding: Finding, checked: Iterable[InputFile], by: str) -> Cited:
    mark, path = f"[^{item}]", finding.spot.path
    folder = Folder(app.root)
    text, data = folder.read_text(path), folder.read_bytes(path)
    fix = None if text is None else _behind(finding.spot, text, mark)
    if fix is None or data is None:
        return Cited(item, "", f"set the mark {mark} behind the words yourself")
    try:
        _readable(app, issue, path, fixed(data.decode("utf-8"), [fix]))
    except FixRefused as error:
        return Cited(item, "", f"{error}; set the mark {mark} behind the words yourself")
    mended = fix_issue(app, issue, [replace(finding, fix=fix)], checked, by=by, act="cite")
    if mended.left:
        return Cited(item, "", f"{mended.left[0].why}; set the mark {mark} behind the words yourself")
    return Cited(item, mark, "")


def _behind(spot: Spot, text: str, mark: str) -> Fix | None:
    """The change that sets a mark behind a place, and behind what closes it."""
    lines = text.split("\n")
    if spot.end_column < 2 or not 1 <= spot.end_line <= len(lines):
        return None
    line, last = lines[spot.end_line - 1], spot.end_column - 2
    if last >= len(line):
        return None
    found = _BEHIND.match(line, last + 1)
    old = line[last : found.end() if found else last + 1]
    return Fix(path=spot.path, line=spot.end_line, column=last + 1, old=old, new=old + mark)


def _readable(app: App, issue: IssueId, path: str, text: str) -> None:
    """Raises `ConfigError` where the issue could not be read with this text in the file."""
    try:
        read_issue(app, issue, {path: text.encode("utf-8")})
    except ContentError as error:
        raise ConfigError("finding", f"this cannot be cited here: {error}") from error
