"""newsletter approve"""

from __future__ import annotations

import getpass

import click

from newsletter.actions.app import App, read_publication
from newsletter.actions.approve_issue import (
    SHORTEST,
    AnotherEdition,
    approve_issue,
    may_release,
    may_sign,
    release_issue,
    withdraw_approval,
)
from newsletter.actions.approved_edition import Proposal, proposal
from newsletter.actions.diff_issue import difference, face_of, last_look, note_look
from newsletter.cli import findings
from newsletter.cli.arguments import AS, IssueArgument, in_words, named_or_coming, opened
from newsletter.cli.differences import shown
from newsletter.cli.terminal import console
from newsletter.model.approval import Act, Standing
from newsletter.model.changes import listed
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder


@click.command("approve")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@AS
@click.option("--note", metavar="TEXT", help="What is to be kept beside the signature.")
@click.option("--yes", is_flag=True, help="Do not ask; the edition must be named with --digest.")
@click.option("--digest", metavar="PREFIX", help=f"The first {SHORTEST} digits or more of the edition that is meant.")
@click.option("--withdraw", is_flag=True, help="Take back what you have signed of the issue.")
@click.option("--release", is_flag=True, help="For the one in charge: approve alone, with the reason in --note.")
@click.pass_obj
def command(
    folder: str,
    issue: IssueId | None,
    who: str,
    note: str | None,
    yes: bool,
    digest: str | None,
    withdraw: bool,
    release: bool,
) -> int:
    """Sign an issue: exactly these bytes may be sent, and nothing else.

    DATE is the name of the issue's folder; without it, the issue in preparation. Shows what would be signed, what is
    new in it since you last looked, and what stands in the way; then asks. Any later change that readers would see
    takes the signature away.

    \b
    Example:
      newsletter approve 2026-11-27 --as mei
    """
    if withdraw and (release or yes or digest):
        raise click.UsageError("--withdraw stands alone, or with --as and --note.")
    if yes and not digest:
        raise click.UsageError(
            "--yes wants --digest: the edition that you have looked at, as `newsletter diff` names it."
        )
    app = opened(folder)
    name, login = named_or_coming(app, issue), getpass.getuser()
    if withdraw:
        withdraw_approval(app, name, who, login=login, note=note)
        click.echo(f"{who} has signed nothing of {name} any more.")
        return 0
    expected = digest if yes else _confirmed(app, name, who, digest, release)
    if expected is None:
        click.echo("Nothing was signed.", err=True)
        return 1
    from newsletter.actions.check_issue import blocking  # all the checks: only who signs pays for them

    if release:
        approved = release_issue(app, name, who, login=login, expected=expected, refuse=blocking, reason=note)
    else:
        approved = approve_issue(app, name, who, login=login, expected=expected, refuse=blocking, note=note)
    click.echo(f"{who} has signed {name}, edition {approved.edition.digest[:16]}.")
    click.echo(_standing(approved.standing))
    return 0


def _confirmed(app: App, issue: IssueId, who: str, digest: str | None, release: bool) -> str | None:
    """The digest of the edition that was shown and agreed to; None where nothing is to be signed."""
    proposed = proposal(app, issue)
    found = proposed.edition.digest
    if digest is not None and not found.startswith(digest.lower()):
        raise AnotherEdition(issue, digest, found)
    (may_release if release else may_sign)(proposed.signers, who)
    _show(app, proposed, who)
    note_look(app, proposed.edition, who)
    from newsletter.actions.check_issue import check_issue

    checked = check_issue(app, issue)
    told = [one for one in checked.report.findings if one.severity in (Severity.BLOCK, Severity.WARN)]
    if told:
        console().print(findings.shown(told, dict(checked.desk.draft.texts)))
    click.echo(f"Checks: {findings.counted(checked.report.findings)}.")
    if checked.report.blocks:
        click.echo("What blocks must be mended, or waived in waivers.yaml, before it can be signed.", err=True)
        return None
    what = "Release" if release else "Sign"
    return found if click.confirm(f"{what} the edition {found[:16]} as {who}?", err=True) else None


def _show(app: App, proposed: Proposal, who: str) -> None:
    edition, signers = proposed.edition, proposed.signers
    html = len("".join(piece for piece in edition.html.pieces if isinstance(piece, str)).encode()) / 1000
    pictures = sum(len(asset.data) for asset in edition.assets) / 1000
    click.echo(f"No. {edition.number}, {edition.issue}: {edition.subject}")
    click.echo(f"  {edition.preheader}")
    sizes = f"HTML {html:.1f} kB, {len(edition.assets)} pictures of {pictures:.0f} kB"
    click.echo(f"  edition {edition.digest[:16]}: {sizes}")
    cities = read_publication(app, Folder(app.root)).schedule.cities
    click.echo(f"  to be signed by {in_words(signers.approve_by, cities)}")
    for void in proposed.voided:
        names = listed(dict.fromkeys(signers.name(one.who) for one in void.signatures))
        click.echo(f"  the approval of {names} is void: {void.words}")
    for uncounted in proposed.standing.uncounted:
        click.echo(f"  does not count: {uncounted.why}")
    click.echo(f"  {_standing(proposed.standing)}")
    before = last_look(app, edition.issue, who)
    if before is not None:
        console().print(shown(difference(before, face_of(edition, "what would be signed")), cities))


def _standing(standing: Standing) -> str:
    if standing.complete:
        how = "released" if standing.release else "approved"
        return f"It is {how}: {listed(f'{one.who} ({_DONE[one.act]})' for one in standing.signatures)}."
    signed = f"Signed by {listed(one.who for one in standing.counted)}; it" if standing.counted else "It"
    return f"{signed} needs {standing.missing}."


_DONE = {Act.SIGN: "signed", Act.RELEASE: "released it alone", Act.WITHDRAW: "took it back"}
