"""Open: the folder of the issue whose week begins."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.jobs import JobContext
from newsletter.actions.open_issue import open_issue
from newsletter.model.audit import claimed
from newsletter.model.job import Occasion, Outcome, RunState
from newsletter.publication.folder import issue_folder, issue_ids


def do(app: App, occasion: Occasion, context: JobContext) -> Outcome:
    """Makes the issue's folder where nobody has; MISSED where there is none when the issue is due already."""
    issue = occasion.issue
    if issue is None:
        raise ValueError(f"'{occasion.key}' names no issue that could be opened")
    where = issue_folder(app.root, issue).relative_to(app.root)
    if issue in issue_ids(app.root):
        return Outcome(state=RunState.DONE, words=f"{where} is there already")
    if occasion.until is not None and occasion.until <= app.clock():
        words = f"{issue} was due before there was a folder for it; `newsletter open {issue}` makes one still"
        return Outcome(state=RunState.MISSED, words=words)
    opened = open_issue(app, issue, who=context.who, by=claimed(context.who, context.login))
    cited = len(opened.filled.cited)
    items = f", with {cited:,} item{'s' * (cited != 1)} that {'were' if cited != 1 else 'was'} kept" if cited else ""
    return Outcome(state=RunState.DONE, words=f"{where} is open{items}")
