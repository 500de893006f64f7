"""Accounts of the desk: whose they are, and how they end when somebody leaves the team."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.way_out import read_schedule
from newsletter.model.audit import Deed
from newsletter.model.errors import ConfigError
from newsletter.model.session import Account
from newsletter.model.shape import shown
from newsletter.publication.schedule import Member, Schedule
from newsletter.store import accounts, audit

WHERE = "signing in happens"  # how `NotAtHome` begins


def account_of(member: Member) -> Account:
    """The account of one of the team. Capitals make no other address of it."""
    return Account(member.id, member.address.casefold())


def member_named(schedule: Schedule, name: str) -> Member | None:
    """The one of the team with this id or mail address, whatever the capitals; None where there is none."""
    folded = name.strip().casefold()
    return next((one for one in schedule.team if folded in (one.id, one.address.casefold())), None)


def member_of_team(app: App, name: str) -> Member:
    """The same of the team as it stands in the file. Raises `ConfigError` for somebody who is not of the team,
    `ContentError` for schedule.yaml."""
    schedule = read_schedule(app)
    member = member_named(schedule, name)
    if member is None:
        there = ", ".join(one.id for one in schedule.team) or "nobody yet"
        raise ConfigError("name", f"'{shown(name)}' is nobody of the team in schedule.yaml; there are: {there}")
    return member


def end_departed(app: App, team: Collection[Member]) -> None:
    """Ends every account that is nobody's of this team, with a line in the audit log for each: of who has left, and of
    who has another mail address now, for it may be another person who was given the id.

    A team of nobody ends none: that is sooner a slip in the file than a wish. Raises `NotAtHome`, `StoreError`.
    """
    if not team:
        return
    staying, ids = {account_of(member) for member in team}, {member.id for member in team}
    with home_store(app, WHERE) as store:
        with store.reading() as connection:
            if staying.issuperset(accounts.known(connection)):
                return
        with store.writing_alone() as connection:
            for account in accounts.known(connection):
                if account not in staying:
                    accounts.end(connection, account)
                    why = "has another mail address now" if account.member in ids else "is of the team no more"
                    note = f"of {account.member}, who {why}"
                    deed = Deed(
                        happened=app.clock(), who="the desk", act="end-account", issue=None, digest=None, note=note
                    )
                    audit.write(connection, deed)
