"""Whatever somebody does at the desk that a person looks for a year later leaves its line in the audit log.

Every page that takes something stands in one of three tables: it leaves a line, which is seen here; another test sees
it; or it leaves none, and why. A page that comes later has to be put into one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest

from newsletter.actions.audit_words import WORDS
from newsletter.actions.demo import sample_now
from newsletter.actions.sign_in_links import first_secret, make_link
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.desk.pages.all import PAGES
from newsletter.model.audit import Deed
from newsletter.model.mailing import MailingState
from newsletter.model.subscriber import Reason
from newsletter.store import audit
from newsletter.store.engine import open_store
from tests.approving import rules
from tests.beside import FOLDER, LAST, SECTION, findings, key
from tests.conftest import ISSUE, ROOT
from tests.desking import Desking, Reply, desk_of
from tests.living import Clock
from tests.sectionforms import sent_back

AT, NOTE = f"/issues/{ISSUE}", f"/issues/{ISSUE}/sections/note"
LATER = "2026-12-11"
GOOD, BETTER = "four plain words here", "four other words there"
OPML = b'<opml version="2.0"><head/><body><outline type="rss" text="Wire" xmlUrl="https://wire.example.com/f"/></body></opml>'


class Office:
    """The desk, and those who sit there."""

    def __init__(self, desk: Desking) -> None:
        self.desk = desk
        self.mei, self.daniel = desk.signed_in("mei"), desk.signed_in("daniel")

    def first(self) -> Reply:
        path = f"/first/{first_secret(self.desk.app, self.desk.clock())}"
        stranger = self.desk.stranger()
        return stranger.send(stranger.get(path), path, {"member": "priya", "password": GOOD, "again": GOOD})

    def sign_in(self) -> Reply:
        stranger = self.desk.stranger()
        return stranger.send(stranger.get("/sign-in"), "/sign-in", {"name": "priya", "password": GOOD})

    def by_link(self) -> Reply:
        stranger, path = self.desk.stranger(), f"/sign-in/{make_link(self.desk.app, 'priya', self.desk.clock())}"
        return stranger.send(stranger.get(path), path, {})

    def password(self) -> Reply:
        priya = self.desk.signed_in("priya")
        fields = {"current": GOOD, "password": BETTER, "again": BETTER}
        return priya.send(priya.get("/account"), "/account/password", fields)

    def approve(self) -> Reply:
        page = self.mei.get(f"{AT}/approve")
        return self.mei.send(page, f"{AT}/approve", {"digest": page.hidden("digest")})

    def release(self) -> Reply:
        page = self.mei.get(f"{AT}/approve")
        fields = {"digest": page.hidden("digest"), "reason": "alone here"}
        return self.mei.send(page, f"{AT}/approve/release", fields)

    def copied(self) -> None:
        """Somebody ends the narrative with words of a source."""
        path = self.desk.root / FOLDER / "issue.md"
        path.write_text(f"{path.read_text('utf-8').rstrip()}\n\n{LAST}\n", "utf-8")
        self.desk.office.look_again()

    def about(self, rule: str, way: str, **fields: str) -> Reply:
        page = findings(self.mei)
        return self.mei.send(page, f"{SECTION}/{way}", {"finding": key(page, rule), **fields})

    def fix(self) -> Reply:
        self.copied()
        return self.about("double-space", "fix")

    def waive(self) -> Reply:
        self.copied()
        return self.about("copied-run", "waive", why="their standing phrase")

    def order(self) -> Reply:
        page = self.mei.get(f"{AT}/sections/number")
        names = re.findall(r'<input type="hidden" name="name" value="([^"]+)"', page.text)
        base = re.search(r'name="base" value="([^"]+)"><input type="hidden" name="here"', page.text)
        assert base
        moved = [("base", base[1]), *(("name", one) for one in names), ("move", "up number")]
        return self.mei.send(page, f"{AT}/order", moved)

    def own(self) -> Reply:
        page = self.mei.get(NOTE)
        order = re.search(r'name="order" value="([^"]+)"', page.text)
        assert order
        return self.mei.send(page, f"{NOTE}/owner", {"owner": "priya", "order": order[1]})

    def out(self) -> Reply:
        page = self.mei.get(NOTE)
        return self.mei.send(page, f"{NOTE}/remove", {"base": sent_back(page)["base"]})

    def with_base(self, page: str, path: str, **fields: str) -> Reply:
        shown = self.daniel.get(page)
        return self.daniel.send(shown, path, {"base": shown.hidden("base"), **fields})

    def sent(self, page: str, path: str, **fields: str) -> Reply:
        return self.daniel.send(self.daniel.get(page), path, fields)

    def mend(self) -> Reply:
        suppress_reader(self.desk.app, "a@example.org", Reason.HARD_BOUNCE, who="returned mail")
        return self.sent("/readers", "/readers/story/mend", address="a@example.org")

    def opml(self) -> Reply:
        return self.daniel.upload(self.daniel.get("/sources"), "/sources.opml", {}, "opml", ("wire.opml", OPML))


ZOE, BAKU = {"name": "Zoë Lin", "role": "captain"}, {"name": "Baku", "variants": "Bakou"}
WIRE = {"kind": "feed", "name": "New Wire", "url": "https://new.example.com/feed", "rights": "summarise and link only"}
_PERSON, _NAME, _SOURCE = "/people/zoe-lin", "/names/one?name=Baku", "/sources/new-wire"

LINES: Mapping[str, tuple[str, Callable[[Office], Reply]]] = {  # the act of the line, and how it is done; in this order
    "/first/{secret}": ("first-user", Office.first),
    "/sign-in": ("sign-in", Office.sign_in),
    "/sign-in/{secret}": ("sign-in", Office.by_link),
    "/account/password": ("set-password", Office.password),
    "/team/{member}/link": ("make-link", lambda at: at.sent("/team", "/team/priya/link")),
    "/team/{member}/sessions/end": ("end-sessions", lambda at: at.sent("/team", "/team/priya/sessions/end")),
    "/issues/{issue}/approve": ("approve", Office.approve),
    "/issues/{issue}/approve/withdraw": ("withdraw", lambda at: at.mei.send(at.mei.get(AT), f"{AT}/approve/withdraw")),
    "/issues/{issue}/approve/release": ("release", Office.release),
    "/issues/{issue}/sections/{name}/fix": ("fix", Office.fix),
    "/issues/{issue}/sections/{name}/cite": (
        "cite",
        lambda at: at.about("figure-not-found", "cite", item="harbour-bookings"),
    ),
    "/issues/{issue}/sections/{name}/quote": ("quote", lambda at: at.about("copied-run", "quote")),
    "/issues/{issue}/sections/{name}/waive": ("waive", Office.waive),
    "/issues/{issue}/add": ("add", lambda at: at.mei.send(at.mei.get(AT), f"{AT}/add", {"kind": "note"})),
    "/issues/{issue}/order": ("reorder", Office.order),
    "/issues/{issue}/sections/{name}/owner": ("assign", Office.own),
    "/issues/{issue}/sections/{name}/remove": ("remove", Office.out),
    "/issues/open": ("open", lambda at: at.sent("/issues", "/issues/open", issue="2026-12-04")),
    "/issues/{issue}/move": ("move", lambda at: at.sent(AT, f"{AT}/move", to=LATER)),
    "/calendar/skip": ("skip", lambda at: at.sent("/calendar", "/calendar/skip", day="2026-12-18", sure="yes")),
    "/people": ("add person", lambda at: at.sent("/people", "/people", **ZOE)),
    "/people/{person}": ("change person", lambda at: at.with_base(_PERSON, _PERSON, **{**ZOE, "role": "dean"})),
    "/people/{person}/remove": ("remove person", lambda at: at.with_base(_PERSON, f"{_PERSON}/remove")),
    "/names": ("add name", lambda at: at.sent("/names", "/names", **BAKU)),
    "/names/one": (
        "change name",
        lambda at: at.with_base(_NAME, "/names/one", was="Baku", **{**BAKU, "variants": "Bacu"}),
    ),
    "/names/one/remove": ("remove name", lambda at: at.with_base(_NAME, "/names/one/remove", was="Baku")),
    "/sources/_new": ("add source", lambda at: at.sent("/sources/_new?kind=feed", "/sources/_new", **WIRE)),
    "/sources/{source}": (
        "change source",
        lambda at: at.with_base(_SOURCE, _SOURCE, **{**WIRE, "rights": "free to quote"}),
    ),
    "/sources/{source}/off": ("switch off source", lambda at: at.sent(_SOURCE, f"{_SOURCE}/off")),
    "/sources/{source}/on": ("switch on source", lambda at: at.sent(_SOURCE, f"{_SOURCE}/on")),
    "/sources/{source}/remove": ("remove source", lambda at: at.with_base(_SOURCE, f"{_SOURCE}/remove")),
    "/sources.opml": ("import sources", Office.opml),
    "/readers/story/mend": (
        "undo",
        Office.mend,
    ),
    "/readers/story/erase": (
        "erase",
        lambda at: at.sent(
            "/readers/story/erase", "/readers/story/erase", address="a@example.org", again="a@example.org"
        ),
    ),
    "/readers/export": ("export", lambda at: at.sent("/readers", "/readers/export")),
}
_DELIVERY = "test_desk_delivery.py"
SEEN_ELSEWHERE: Mapping[str, tuple[str, str, str]] = {  # the act, and the test that sees its line
    "/jobs/{job}/start": (
        "run-job",
        "test_desk_jobs.py",
        "test_a_job_is_done_by_a_process_of_its_own_and_the_page_tells_how_it_ended",
    ),
    "/issues/{issue}/test": ("test", _DELIVERY, "test_a_test_mail_goes_to_oneself_and_others"),
    "/issues/{issue}/delivery/start": ("start", _DELIVERY, "test_it_is_sent_by_a_process_that_outlives_the_desk"),
    "/issues/{issue}/delivery/pause": ("pause", _DELIVERY, "test_it_is_paused_in_the_middle_and_gone_on_with"),
    "/issues/{issue}/delivery/cancel": ("cancel", _DELIVERY, "test_it_is_cancelled_in_the_middle"),
    "/issues/{issue}/delivery/unknown": ("resolve", _DELIVERY, "test_unknown_copies_are_decided_on_one_by_one_and_all"),
}
_OWN = "it is about one's own browsers; where another signs them out, that is a line"
_SAVE = "a save: a line only where approvals hold no longer; the owner stands in issue.md, the text in the files"
_ASKS = "it asks and shows, and changes nothing of the publication's"
_ITEM = "each item keeps every decision, with who, when and why"
NO_LINE: Mapping[str, str] = {
    "/sign-in/link": "it mails a link to whoever's name it is; using it is a line",
    "/sign-out": _OWN,
    "/account/sessions/end": _OWN,
    "/account/sessions/end-others": _OWN,
    "/triage": _ITEM,
    "/triage/{item}": _ITEM,
    "/triage/{item}/blurb": _ITEM,
    "/issues/{issue}/kept": "somebody drops an unsaved text of their own",
    "/issues/{issue}/sections/{name}/save": f"{_SAVE}; a picture is a line: see test_adding_pictures.py",
    "/issues/{issue}/sections/{name}/draft": "a draft is nobody's but its writer's, until it is saved",
    "/issues/{issue}/sections/{name}/pasted": _ASKS,
    "/issues/{issue}/sections/{name}/beside": _ASKS,
    "/issues/{issue}/sections/{name}/findings": _ASKS,
    "/issues/{issue}/sections/{name}/links": _ASKS,
    "/issues/{issue}/changes": "who has read which edition, and when, has its own rows",
    "/sources/_new/look": _ASKS,
    "/sources/{source}/gather": _ASKS,
    "/readers/story/leave": "the reader's story keeps who did it, when and why",
    "/readers/import": _ASKS,
    "/readers/import/agreed": "each import has its row: which file, who, when, and on which ground",
    "/readers/import/rejected": _ASKS,
    "/answers": _SAVE,
}


@pytest.fixture(scope="module")
def desk(pristine_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desking]:
    root = Path(shutil.copytree(pristine_home, tmp_path_factory.mktemp("deeds") / "publication"))
    rules(root, "{in_charge: mei}")
    with desk_of(root, clock=Clock(sample_now(root))) as running:
        yield running


def test_every_page_that_takes_something_stands_in_one_table() -> None:
    """A new one is put where it belongs: it leaves a line, or the reason is written down why it does not."""
    told = [*LINES, *SEEN_ELSEWHERE, *NO_LINE]
    assert sorted(told) == sorted(page.path for page in PAGES if page.take)


def test_each_deed_leaves_its_line_and_is_told_in_plain_words(desk: Desking) -> None:
    """One after the other, as a team does them: what was done, by whom, proved by the desk; on the page of the log as
    words."""
    at, missing = Office(desk), {}
    for path, (act, does) in LINES.items():
        before = len(log(desk))
        answer = does(at)
        added = log(desk)[before:]
        if act not in {one.act for one in added if one.who.endswith(" (signed in)")}:
            missing[path] = (answer.status, [(one.act, one.who) for one in added], words(answer)[-300:])
    assert missing == {}
    shown = words(at.mei.get("/audit")) + words(at.mei.get("/audit?before=5"))
    for act, _ in LINES.values():
        assert f" {WORDS[act]} " in shown, act
    with open_store(desk.app.database) as store:
        assert audit.verify(store) is None


@pytest.mark.parametrize("path", SEEN_ELSEWHERE)
def test_the_tests_that_see_the_other_lines_are_there(path: str) -> None:
    act, file, name = SEEN_ELSEWHERE[path]
    test = re.search(rf"\ndef {name}\(.*?(?=\n\n\n)", (ROOT / "tests" / file).read_text("utf-8"), re.DOTALL)
    assert test
    assert f'"{act}"' in test[0]


def test_every_act_has_its_words() -> None:
    """Those that the program's own modules write down."""
    rooms = [*(ROOT / "newsletter" / "actions").rglob("*.py"), *(ROOT / "newsletter" / "store").glob("*.py")]
    source = "\n".join(path.read_text("utf-8") for path in rooms)
    ways = (r'\bact="', r'\bact: str = "', r'\bdeed\(app, [^"()]*"', r'\bnote\(app, [^"()]*"', r'\b_told\([^"\n]*"')
    acts = {act for way in ways for act in re.findall(way + r"([a-z][a-z -]*)\"", source)}
    acts |= {state.value for state in (MailingState.SENT, MailingState.UNRESOLVED)}
    assert {"move", "open", "fix", "quote", "voids", "erase", "end-sessions", "add source", "mend"} <= acts
    assert acts - set(WORDS) == set()


def log(desk: Desking) -> list[Deed]:
    with open_store(desk.app.database) as store:
        return [entry.deed for entry in audit.entries(store)]


def words(reply: Reply) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", reply.text)))
