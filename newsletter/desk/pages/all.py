"""The pages of the desk, all of them."""

from __future__ import annotations

from newsletter.desk.pages import (
    account,
    add,
    answers,
    approve,
    audit,
    beside,
    blurb_from,
    calendar,
    changes,
    cite,
    delivery,
    draft,
    findings,
    first,
    fix,
    frames,
    health,
    issue,
    issues,
    item,
    jobs,
    kept,
    links,
    names,
    new_source,
    open_issue,
    order,
    owner,
    pasted,
    people,
    reader,
    reader_files,
    readers,
    remove,
    section,
    sign_in,
    source,
    sources,
    sources_beside,
    team,
    test_mail,
    today,
    triage,
    unknown,
    waive,
)
from newsletter.desk.routes import APPROVERS, EVERYONE, FILE, OPERATORS, TEAM, WRITERS, Page

PAGES: tuple[Page, ...] = (
    # The program itself
    Page("/health", EVERYONE, health.show),
    #
    # Signing in, and who may
    Page("/sign-in", EVERYONE, sign_in.show, sign_in.take),
    Page("/sign-in/link", EVERYONE, None, sign_in.take_link),
    Page("/sign-in/{secret}", EVERYONE, sign_in.show_link, sign_in.take_by_link),
    Page("/sign-out", TEAM, None, sign_in.take_out),
    Page("/first/{secret}", EVERYONE, first.show, first.take),
    Page("/account", TEAM, account.show),
    Page("/account/password", TEAM, account.show, account.take_password),
    Page("/account/sessions/end", TEAM, None, account.take_end),
    Page("/account/sessions/end-others", TEAM, None, account.take_end_others),
    Page("/team", TEAM, team.show),
    Page("/team/{member}/link", OPERATORS, None, team.take_link),
    Page("/team/{member}/sessions/end", OPERATORS, None, team.take_end),
    #
    # The week
    Page("/", TEAM, today.show),
    Page("/week", TEAM, today.show_week),
    Page("/calendar", TEAM, calendar.show),
    Page("/calendar/skip", TEAM, None, calendar.take_skip, APPROVERS | OPERATORS),
    Page("/jobs", TEAM, jobs.show),
    Page("/jobs/{job}/start", OPERATORS, None, jobs.take_start),
    Page("/audit", TEAM, audit.show),
    #
    # What was gathered
    Page("/triage", TEAM, triage.show, triage.take, WRITERS | APPROVERS),
    Page("/triage/figures", TEAM, triage.show_figures),
    Page("/triage/{item}", TEAM, item.show, item.take, WRITERS | APPROVERS),
    Page("/triage/{item}/beside", TEAM, triage.show_beside),
    Page("/triage/{item}/original", TEAM, item.show_original),
    Page("/triage/{item}/blurb", TEAM, blurb_from.show, blurb_from.take, WRITERS),
    #
    # Issues
    Page("/issues", TEAM, issues.show),
    Page("/issues/open", WRITERS, None, open_issue.take),
    Page("/issues/{issue}", TEAM, issue.show),
    Page("/issues/{issue}/move", APPROVERS, None, issue.take_move),
    Page("/issues/{issue}/order", WRITERS, None, order.take),
    Page("/issues/{issue}/add", WRITERS, None, add.take),
    Page("/issues/{issue}/kept", TEAM, kept.show, kept.take, WRITERS),
    Page("/issues/{issue}/images/{name}", TEAM, issue.show_image),
    #
    # One section of an issue
    Page("/issues/{issue}/sections/{name}", TEAM, section.show),
    Page("/issues/{issue}/sections/{name}/save", WRITERS, None, section.take, most=FILE),
    Page("/issues/{issue}/sections/{name}/draft", WRITERS, None, draft.take),
    Page("/issues/{issue}/sections/{name}/pasted", WRITERS, None, pasted.take, most=FILE),
    Page("/issues/{issue}/sections/{name}/owner", WRITERS, None, owner.take),
    Page("/issues/{issue}/sections/{name}/remove", WRITERS, None, remove.take),
    #
    # Beside its text: the mail, what the checks say, and what to do about it
    Page("/issues/{issue}/frames/{view}", TEAM, frames.show),
    Page("/issues/{issue}/sections/{name}/beside", TEAM, None, beside.take),
    Page("/issues/{issue}/sections/{name}/findings", TEAM, findings.show, findings.take),
    Page("/issues/{issue}/sections/{name}/sources", TEAM, sources_beside.show),
    Page("/issues/{issue}/sections/{name}/waive", TEAM, waive.show, waive.take, WRITERS | APPROVERS),
    Page("/issues/{issue}/sections/{name}/fix", WRITERS, None, fix.take),
    Page("/issues/{issue}/sections/{name}/quote", WRITERS, None, fix.take_quote),
    Page("/issues/{issue}/sections/{name}/cite", WRITERS, cite.show, cite.take),
    Page("/issues/{issue}/sections/{name}/links", WRITERS | APPROVERS, None, links.take),
    #
    # Approved, tried, sent
    Page("/issues/{issue}/changes", TEAM, changes.show, changes.take),
    Page("/issues/{issue}/approve", TEAM, approve.show, approve.take_sign),  # whose signature counts, the action knows
    Page("/issues/{issue}/approve/release", TEAM, None, approve.take_release),
    Page("/issues/{issue}/approve/withdraw", TEAM, None, approve.take_withdraw),
    Page("/issues/{issue}/test", TEAM, test_mail.show, test_mail.take, WRITERS | APPROVERS),
    Page("/issues/{issue}/delivery", TEAM, delivery.show),
    Page("/issues/{issue}/delivery/progress", TEAM, delivery.show_progress),
    Page("/issues/{issue}/delivery/start", APPROVERS, None, delivery.take_start),
    Page("/issues/{issue}/delivery/pause", APPROVERS, None, delivery.take_pause),
    Page("/issues/{issue}/delivery/cancel", APPROVERS, None, delivery.take_cancel),
    Page("/issues/{issue}/delivery/unknown", TEAM, unknown.show, unknown.take, APPROVERS),
    #
    # People, names, sources
    Page("/people", TEAM, people.show, people.take, WRITERS | OPERATORS),
    Page("/people/{person}", TEAM, people.show_one, people.take_one, WRITERS | OPERATORS),
    Page("/people/{person}/remove", WRITERS | OPERATORS, None, people.take_removal),
    Page("/names", TEAM, names.show, names.take, WRITERS | OPERATORS),
    Page("/names/one", TEAM, names.show_one, names.take_one, WRITERS | OPERATORS),
    Page("/names/one/remove", WRITERS | OPERATORS, None, names.take_removal),
    Page("/sources", TEAM, sources.show),
    Page("/sources/_new", OPERATORS, new_source.show, new_source.take),  # no source can be called so
    Page("/sources/_new/look", OPERATORS, None, new_source.take_look),
    Page("/sources/{source}", TEAM, source.show, source.take, OPERATORS),
    Page("/sources/{source}/gather", OPERATORS, None, source.take_gathering),
    Page("/sources/{source}/off", OPERATORS, None, source.take_off),
    Page("/sources/{source}/on", OPERATORS, None, source.take_on),
    Page("/sources/{source}/remove", OPERATORS, None, source.take_removal),
    Page("/sources.opml", TEAM, sources.show_opml, sources.take_opml, OPERATORS, FILE),
    #
    # Readers and what they answer
    Page("/readers", APPROVERS | OPERATORS, readers.show),
    Page("/readers/story", APPROVERS | OPERATORS, reader.show),
    Page("/readers/story/leave", OPERATORS, None, reader.take_leave),
    Page("/readers/story/mend", OPERATORS, None, reader.take_mend),
    Page("/readers/story/erase", OPERATORS, reader.show, reader.take_erase),
    Page("/readers/import", OPERATORS, reader_files.show, reader_files.take, most=FILE),
    Page("/readers/import/agreed", OPERATORS, None, reader_files.take_agreed),
    Page("/readers/import/rejected", OPERATORS, None, reader_files.take_rejected),
    Page("/readers/export", OPERATORS, None, reader_files.take_export),
    Page("/answers", TEAM, answers.show, answers.take, WRITERS),
)
