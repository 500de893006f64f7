"""/answer/DATE: a reader answers the question of an issue."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from newsletter.actions.take_answer import AnswerSlips, AnswersOver, Asking, find_question, take_answer
from newsletter.model.issue import IssueId
from newsletter.model.reader_answer import LONGEST_ANSWER, LONGEST_NAME, Slip, Typed, slips, tidied
from newsletter.site.ask import Ask
from newsletter.site.forms import Filled, filled, shown_token, token_again
from newsletter.site.live import Live, later

_NOTHING = Typed(name="", place="", text="", consents=False)


def show(live: Live, ask: Ask) -> Response:
    """The question with a form under it; after the last day, that it is over; after sending, a word of thanks."""
    asking = _asking(live, ask)
    if asking is None:
        return live.page("no_question.html", "answer_none_title", {}, status=404)
    if "thanks" in ask.query:
        return live.page("answered.html", "answer_thanks_title", _about(asking), language=asking.language)
    if not asking.is_open:
        return _over(live, asking)
    return _form(live, asking, _NOTHING, shown_token(live.ring, live.app.clock()))


def take(live: Live, ask: Ask) -> Response:
    """Keeps the answer for the editors, with the words its writer agreed to, and leads to a word of thanks."""
    asking = _asking(live, ask)
    if asking is None:
        return live.page("no_question.html", "answer_none_title", {}, status=404)
    now = live.app.clock()
    how, again, typed = filled(live.ring, ask, now), token_again(live.ring, ask, now), _typed(ask)
    thanks = RedirectResponse(f"{live.schedule.live}/answer/{asking.issue}?thanks", 303)
    if how is Filled.BY_A_PROGRAM:
        return thanks
    if not asking.is_open:
        return _over(live, asking)
    if found := slips(typed):
        return _form(live, asking, typed, again, found=found, status=422)
    if how is Filled.ANEW:
        return _form(live, asking, typed, again, anew=True)
    if wait := live.wait("answer", ask.network):
        return later(_form(live, asking, typed, again, busy=True, status=429), wait)
    try:
        take_answer(live.app, live.schedule, asking.issue, typed, _words(live, asking))
    except AnswersOver:  # the day ended, or the issue was taken back, at this very moment
        return _over(live, asking)
    except AnswerSlips as error:
        return _form(live, asking, typed, again, found=error.slips, status=422)
    return thanks


def _asking(live: Live, ask: Ask) -> Asking | None:
    issue = IssueId.parse(ask.parts["issue"])
    return None if issue is None else find_question(live.app, live.schedule, issue)


def _typed(ask: Ask) -> Typed:
    """What was typed, tidied: an answer of a megabyte never comes this far, a body is no longer than 64 KB."""
    form = ask.form
    fields = {name: form.get(name, "") for name in ("name", "place", "text")}
    return tidied(Typed(**fields, consents=form.get("consent") == "yes"))


def _words(live: Live, asking: Asking) -> str:
    """What stands beside the box, as the form shows it."""
    return live.look.frame(asking.language)["answer_consent"].replace("{name}", live.schedule.name)


def _about(asking: Asking) -> dict[str, object]:
    return {
        "question": asking.question.text,
        "asked_in": asking.language,
        "until": asking.question.until,
        "asked": asking.issue.date,
    }


def _over(live: Live, asking: Asking) -> Response:
    return live.page("answers_over.html", "answer_over_title", _about(asking), language=asking.language)


def _form(
    live: Live,
    asking: Asking,
    typed: Typed,
    token: str,
    *,
    found: tuple[Slip, ...] = (),
    anew: bool = False,
    busy: bool = False,
    status: int = 200,
) -> Response:
    values = {
        **_about(asking),
        "typed": typed,
        "shown": token,
        "slips": tuple(one.value for one in found),
        "anew": anew,
        "busy": busy,
        "longest": LONGEST_ANSWER,
        "longest_name": LONGEST_NAME,
    }
    return live.page("answer.html", "answer_title", values, language=asking.language, status=status)
