"""Remakes sent/ of every finished issue of the sample, after a template or the program has changed on purpose.

Real installations never do this: there sent/ is written once, when an issue goes out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from newsletter.actions.app import App, open_app, read_issue
from newsletter.actions.demo import sample_now
from newsletter.actions.publish_issue import as_sent
from newsletter.assemble.edition import assemble
from newsletter.model.edition import SentIssue
from newsletter.model.issue import IssueId
from newsletter.publication.folder import is_sent, issue_folder, issue_ids
from newsletter.publication.sent import write_sent

ROOT = Path(__file__).parents[2]


def finished(root: Path) -> tuple[IssueId, ...]:
    """The sample's finished issues: all but the last."""
    return issue_ids(root)[:-1]


def made_anew(app: App, issue: IssueId) -> SentIssue:
    desk = read_issue(app, issue)
    return as_sent(app, desk, assemble(desk.draft, desk.publication, desk.frame, app.templates))


def main() -> None:
    for issue in finished(ROOT):
        if is_sent(ROOT, issue):
            shutil.rmtree(issue_folder(ROOT, issue) / "sent")
    now = sample_now(ROOT)
    app = open_app(ROOT, clock=lambda: now)
    for issue in finished(ROOT):
        print(write_sent(ROOT, made_anew(app, issue)).relative_to(ROOT))


if __name__ == "__main__":
    main()
