"""Choose: answers of readers are put into the coming issue, where the editors shorten them."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.actions.app import App
from newsletter.actions.list_answers import list_answers
from newsletter.actions.save_text import look_at_text, save_text
from newsletter.edit.replies import replies_md, with_replies
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.saving import Saved
from newsletter.publication.schedule import Schedule

SECTION = "replies"


def choose_answers(
    app: App, schedule: Schedule, asked: IssueId, numbers: Sequence[int], into: IssueId, who: str
) -> Saved:
    """Adds these answers to the question of one issue to the replies of another, which is in preparation.

    Those that stand there already stay as they are. Raises `ConfigError` where none is chosen, and as `save_text`.
    """
    found = list_answers(app, schedule, asked)
    chosen = [one for one in found.answers if one.number in numbers]
    if not chosen:
        raise ConfigError("answers", "no answer is chosen; tick those that readers shall see")
    there = look_at_text(app, into, SECTION)
    question = found.asking.question.text
    text = with_replies(there.text, chosen) if there.text.strip() else replies_md(question, chosen)
    if text is None:
        what = f"{there.path} is written in a way that nothing can be added to it here"
        raise ConfigError("answers", f"{what}; open the section and add them there")
    return save_text(app, into, SECTION, text, there.digest, who)
