"""Signing up on the site: a real server, a real mail server, and the same answer for everybody."""

from __future__ import annotations

import re
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import readers_store
from newsletter.actions.sign_up import confirm_token
from newsletter.actions.unsubscribe_reader import unsubscribe_reader
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Subscriber, SubscriberState
from newsletter.site.live import RATES
from newsletter.store import notices, requests, subscribers
from newsletter.tokens import SAMPLE_RING, Key, KeyRing, Purpose
from tests.conftest import SOAK
from tests.living import Answer, Living, running, text_of

ANA, BEN = "ana@example.org", "ben@example.org"
BURST = RATES["subscribe"].burst


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A site whose pump runs."""
    with running(publication) as living:
        yield living
        assert living.mails.offences == []


@pytest.fixture
def still(publication: Path) -> Iterator[Living]:
    """A site where what is asked for only waits."""
    with running(publication, pumping=False) as living:
        yield living


@pytest.fixture(scope="module")
def quiet(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """The same, for tests that leave nothing behind which another would mind."""
    root = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("quiet") / "publication"))
    with running(root, pumping=False, behind=("127.0.0.1",)) as living:
        yield living


def reader(site: Living, address: str) -> Subscriber | None:
    with readers_store(site.app) as readers:
        return subscribers.find(readers.store, readers.marks(address))


def waiting(site: Living) -> list[str]:
    """The addresses that were written down, in order."""
    with readers_store(site.app) as readers:
        return [one.address for one in requests.waiting(readers.store)]


def from_network(number: int) -> dict[str, str]:
    """Headers of a visitor from the network of this number, as the proxy in front adds them."""
    return {"X-Forwarded-For": f"10.{number // 256}.{number % 256}.7"}


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    """All that a visitor can tell two answers apart by."""
    headers = {name: value for name, value in answer.headers.items() if name != "date"}
    return answer.status, headers, answer.text


# The way of a reader


def test_somebody_signs_up_and_confirms_from_the_mail(site: Living) -> None:
    """Form, mail, page with a button, button: only then do they get the newsletter."""
    asked = site.sign_up(ANA)
    assert (asked.status, "Look into your mailbox" in asked.text) == (200, True)
    mail = site.mails.wait_for(1)[0]
    assert mail.recipients == (ANA,)
    link = site.link_in(mail)
    looked = site.get(link)
    assert (looked.status, "Yes, send it to me" in looked.text) == (200, True)
    there = reader(site, ANA)
    assert there is not None
    assert there.state is SubscriberState.UNCONFIRMED
    confirmed = site.post(link)
    assert (confirmed.status, "You are subscribed" in confirmed.text) == (200, True)
    there = reader(site, ANA)
    assert there is not None
    assert there.state is SubscriberState.CONFIRMED
    assert there.consent.page == f"{site.address}/subscribe"
    assert there.consent.words is not None
    assert there.consent.words in re.sub(r"&#39;", "'", site.get("/subscribe").text)
    assert there.consent.mail is not None
    assert link in there.consent.mail


def test_opening_the_link_any_number_of_times_confirms_nothing(site: Living) -> None:
    """By GET and by HEAD, as scanners of mails do; the button works all the same afterwards, and once more."""
    site.sign_up(ANA)
    link = site.link_in(site.mails.wait_for(1)[0])
    for method in ("GET", "HEAD") * 20:
        assert site.ask(method, link).status == 200
    there = reader(site, ANA)
    assert there is not None
    assert there.state is SubscriberState.UNCONFIRMED
    assert [site.post(link).status for _ in range(3)] == [200, 200, 200]


def test_the_page_and_the_mail_speak_the_language_that_was_chosen(site: Living) -> None:
    """Here Chinese: the form, the answer, the mail, and the page that the button leads to."""
    shown = site.get("/subscribe?language=zh-Hant-TW")
    assert '<html lang="zh-Hant"' in shown.text
    site.clock.forward(seconds=30)
    form = {"shown": shown.hidden("shown"), "language": shown.hidden("language"), "address": ANA}
    assert "請查看您的信箱" in site.post("/subscribe", form).text
    mail = site.mails.wait_for(1)[0]
    assert "請" in text_of(mail)
    assert '<html lang="zh-Hant"' in site.post(site.link_in(mail)).text
    there = reader(site, ANA)
    assert there is not None
    assert there.language == "zh-Hant"


def test_a_language_that_nobody_has_is_the_usual_one(still: Living) -> None:
    """Whatever is asked for, and however long it is."""
    for language in ("tlh", "../../etc/passwd", "en" * 500, "%00", "zh_Hant", "<script>"):
        answer = still.get(f"/subscribe?language={language}")
        assert (answer.status, '<html lang="en"' in answer.text) == (200, True)


# The form


def test_the_form_of_the_home_page_leads_to_the_filled_form_with_a_button(still: Living) -> None:
    """A static page cannot say when it was shown: one more press, nothing to be typed again."""
    second = still.post("/subscribe", {"address": ANA, "website": "", "page": "/", "language": "en"})
    assert (second.status, f'value="{ANA}"' in second.text, waiting(still)) == (200, True, [])
    still.clock.forward(seconds=3)
    form = {"address": ANA, "website": "", "shown": second.hidden("shown"), "language": "en"}
    assert "Look into your mailbox" in still.post("/subscribe", form).text
    assert waiting(still) == [ANA]


def test_who_is_too_quick_or_too_late_presses_once_more(still: Living) -> None:
    """Under two seconds, over a day: the form is there again, filled in; who was only quick need not wait twice."""
    token = still.get("/subscribe").hidden("shown")
    still.clock.forward(seconds=1)
    quick = still.post("/subscribe", {"address": ANA, "shown": token})
    assert (f'value="{ANA}"' in quick.text, quick.hidden("shown"), waiting(still)) == (True, token, [])
    still.clock.forward(days=1, seconds=1)
    late = still.post("/subscribe", {"address": ANA, "shown": token})
    assert (f'value="{ANA}"' in late.text, late.hidden("shown") != token, waiting(still)) == (True, True, [])
    still.clock.forward(seconds=2)
    still.post("/subscribe", {"address": ANA, "shown": late.hidden("shown")})
    assert waiting(still) == [ANA]


def test_a_program_that_fills_in_every_field_is_answered_and_not_heeded(still: Living) -> None:
    """The same answer as for anybody, so that it learns nothing; nothing is written down."""
    robot = still.filled_in("/subscribe", {"address": ANA, "website": "http://example.com/"})
    person = still.filled_in("/subscribe", {"address": BEN})
    assert seen(robot) == seen(person)
    assert waiting(still) == [BEN]


def test_a_page_of_somebody_else_signs_nobody_up(still: Living) -> None:
    """Even with a token of ours in its form: whoever was led there sees the form first."""
    for name, value in (("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")):
        answer = still.filled_in("/subscribe", {"address": ANA}, {name: value})
        assert (answer.status, f'value="{ANA}"' in answer.text) == (200, True)
    assert waiting(still) == []
    for name, value in (("Sec-Fetch-Site", "same-origin"), ("Origin", still.address), ("Origin", "null")):
        still.filled_in("/subscribe", {"address": ANA}, {name: value})
    assert waiting(still) == [ANA] * 3


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana@example",
        "ana@example.org, ben@example.org",
        "ana@example.org\r\nBcc: all@example.org",
        "ana@example.org\nBcc: all@example.org",
        "ana@example.org\0",
        "ana%0d%0aBcc:all@example.org",
        "<ana@example.org>",
        '"ana ben"@example.org',
        "ana@[192.0.2.7]",
        "änne@example.org",
        "ana@example.org.",
        "a" * 65 + "@example.org",
        "ana@" + "a" * 64 + ".org",
        "ana@" + "a." * 200 + "org",
        "a" * 30_000 + "@example.org",
        "ana@-example.org",
        "ana\u202e@example.org",
        "\ufffd@example.org",
        "<script>alert(1)</script>@example.org",
    ],
    ids=lambda address: repr(address[:30]),
)
def test_what_is_no_address_is_told_beside_the_field(quiet: Living, address: str) -> None:
    """With 422, the form filled in as it was typed, escaped; nothing is written down."""
    before = waiting(quiet)
    answer = quiet.filled_in("/subscribe", {"address": address}, from_network(1))
    assert (answer.status, 'aria-invalid="true"' in answer.text) == (422, True)
    assert "<script>" not in answer.text
    assert len(answer.body) < 10_000
    assert waiting(quiet) == before


def test_an_international_domain_is_written_as_mail_needs_it(quiet: Living) -> None:
    """RFC 5891: the rest of the program sees ASCII."""
    assert quiet.filled_in("/subscribe", {"address": " ana@bücher.example.org "}, from_network(2)).status == 200
    assert waiting(quiet)[-1] == "ana@xn--bcher-kva.example.org"


# Who is it? Nobody can tell


def test_member_and_stranger_are_answered_the_same(publication: Path) -> None:
    """One who reads us, one who has left, one who was erased, one who has just asked, one we never heard of: status,
    headers and page are the same to the octet, before and after they are seen to."""
    with running(publication) as site:
        for address in ("member@example.org", "left@example.org", "erased@example.org"):
            site.sign_up(address)
        for mail in site.mails.wait_for(3):
            site.post(site.link_in(mail))
        left = reader(site, "left@example.org")
        assert left is not None
        unsubscribe_reader(site.app, left.mark)
        erase_reader(site.app, "erased@example.org", by="tests")
        names = ("member", "left", "erased", "stranger", "stranger")
        answers = [seen(site.sign_up(f"{name}@example.org")) for name in names]
        site.mails.wait_for(5)  # one more to the stranger, and to the one whom nobody knows any more
        answers += [seen(site.sign_up(f"{name}@example.org")) for name in names]
        assert all(one == answers[0] for one in answers)


def test_the_time_an_answer_takes_tells_nothing(publication: Path) -> None:
    """Interleaved, a thousand readers in the database: the medians of members and of strangers differ by less than
    what a run of either differs from itself."""
    with running(publication, pumping=False, behind=("127.0.0.1",)) as site:
        with readers_store(site.app) as readers, readers.store.writing_alone() as connection:
            for number in range(1_000):
                address = f"member{number}@example.org"
                mark = readers.marks(address)[0]
                state, now = SubscriberState.CONFIRMED, site.clock()
                subscribers.write(connection, Subscriber(mark=mark, address=address, state=state, added=now))
        token = site.get("/subscribe").hidden("shown")
        site.clock.forward(seconds=30)
        took: dict[str, list[float]] = {"member": [], "nobody": []}
        for number in range(400 if SOAK else 40):
            for who in ("member", "nobody") if number % 2 else ("nobody", "member"):
                form = {"address": f"{who}{number}@example.org", "shown": token}
                began = time.perf_counter()
                assert site.post("/subscribe", form, from_network(number)).status == 200
                took[who].append(time.perf_counter() - began)
        members, strangers = (statistics.median(found) for found in took.values())
        spread = statistics.quantiles(took["nobody"], n=4)
        assert abs(members - strangers) <= spread[2] - spread[0] + 0.001


# Bombing


def test_a_thousand_sign_ups_from_one_network_are_held_and_another_is_served(publication: Path) -> None:
    """In a minute: twenty, and two more for each minute; whoever comes from elsewhere meanwhile is served."""
    with running(publication, pumping=False, behind=("127.0.0.1",)) as site:
        token = site.get("/subscribe").hidden("shown")
        site.clock.forward(seconds=30)
        statuses = []
        for number in range(1_000):
            site.seconds[0] = number * 0.06
            form = {"address": f"victim{number}@example.org", "shown": token}
            headers = {"X-Forwarded-For": f"203.0.113.{number % 256}"}
            statuses.append(site.post("/subscribe", form, headers).status)
            if number == 700:
                other = site.post("/subscribe", {"address": ANA, "shown": token}, from_network(3))
                assert other.status == 200
        assert statuses.count(200) == BURST + 1
        assert set(statuses[BURST:]) == {200, 429}
        assert len(waiting(site)) == BURST + 2
        held = site.post("/subscribe", {"address": BEN, "shown": token}, {"X-Forwarded-For": "203.0.113.1"})
        assert (held.status, 0 < int(held.headers["retry-after"]) <= 60) == (429, True)
        assert f'value="{BEN}"' in held.text


def test_who_claims_another_network_without_our_proxy_is_counted_where_they_are(still: Living) -> None:
    """X-Forwarded-For from a stranger makes no difference."""
    token = still.get("/subscribe").hidden("shown")
    still.clock.forward(seconds=30)
    statuses = [
        still.post("/subscribe", {"address": f"v{number}@example.org", "shown": token}, from_network(number)).status
        for number in range(BURST + 3)
    ]
    assert statuses == [200] * BURST + [429] * 3


def test_one_address_gets_one_mail_a_day_from_however_many_networks(publication: Path) -> None:
    """Thirty networks sign the same person up: one mail; those who asked are told the same each time."""
    with running(publication, behind=("127.0.0.1",)) as site:
        token = site.get("/subscribe").hidden("shown")
        site.clock.forward(seconds=30)
        spellings = (ANA, ANA.upper(), "Ana@Example.org")
        bodies = {
            site.post("/subscribe", {"address": spellings[number % 3], "shown": token}, from_network(number)).text
            for number in range(30)
        }
        assert len(bodies) == 1
        site.filled_in("/subscribe", {"address": BEN}, from_network(500))  # the last in the line
        assert [mail.recipients[0].lower() for mail in site.mails.wait_for(2)] == [ANA, BEN]
        with readers_store(site.app) as readers:
            assert len(notices.of(readers.store, readers.marks(ANA))) == 1


def test_no_word_of_a_visitor_stands_in_the_mail(site: Living) -> None:
    """Nothing but our own words and the link: nobody advertises through us."""
    form = {
        "address": ANA,
        "name": "zq0buy",
        "page": "https://zq0evil.example",
        "words": "zq0words",
        "tags": "zq0tag",
    }
    site.filled_in("/subscribe?name=zq0buy", form)
    mail = site.mails.wait_for(1)[0]
    assert b"zq0" not in mail.content
    there = reader(site, ANA)
    assert there is not None
    assert "zq0" not in repr(there)


# Links of the confirmation mail


def test_forged_and_foreign_links_confirm_nothing(site: Living) -> None:
    """Changed in any letter, signed by another key or for another purpose, cut short, or of another reader: one page,
    the same for all of them, which says no more than that."""
    site.sign_up(ANA)
    link = site.link_in(site.mails.wait_for(1)[0])
    token = link.rpartition("/")[2]
    payload = token.split(".")[0]
    with readers_store(site.app) as readers:
        ring, mark = readers.ring, readers.marks(ANA)[0]
    foreign = [ring.sign(purpose, payload) for purpose in Purpose if purpose is not Purpose.CONFIRM]
    foreign += [SAMPLE_RING.sign(Purpose.CONFIRM, payload), ring.sign(Purpose.CONFIRM, mark_text(mark))]
    foreign += [KeyRing((Key("k1", b"another key of the same name"),)).sign(Purpose.CONFIRM, payload)]
    foreign += [token[:-1], token + "a", token.upper(), token.replace(".", "%2E%2E"), "x", ".", "%00", "é", "a" * 5_000]
    foreign += [token[:at] + ("b" if token[at] != "b" else "c") + token[at + 1 :] for at in range(0, len(token), 9)]
    answers = set()
    for one in foreign:
        path = f"/confirm/{one.encode().decode('ascii', 'ignore') or '%C3%A9'}"
        shown, pressed = site.get(path), site.post(path)
        assert (shown.status, pressed.status) == (404, 404), one
        answers |= {shown.text, pressed.text}
    if not any("missing" in one for one in answers):
        assert len(answers) <= 2  # "." and ".." are no tokens but paths
    there = reader(site, ANA)
    assert there is not None
    assert there.state is SubscriberState.UNCONFIRMED


def test_a_link_that_is_over_says_so(site: Living) -> None:
    """After 30 days, and after its reader has left since: nobody is brought back by an old mail."""
    site.sign_up(ANA)
    link = site.link_in(site.mails.wait_for(1)[0])
    site.post(link)
    there = reader(site, ANA)
    assert there is not None
    unsubscribe_reader(site.app, there.mark)
    assert site.post(link).status == 410
    site.sign_up(BEN)
    old = site.link_in(site.mails.wait_for(2)[1])
    site.clock.forward(days=31)
    assert (site.get(old).status, site.post(old).status) == (200, 410)
    for address in (ANA, BEN):
        found = reader(site, address)
        assert found is not None
        assert found.state is not SubscriberState.CONFIRMED


def test_a_link_of_a_stranger_s_mark_confirms_nobody(quiet: Living) -> None:
    """Signed by us, for somebody whom we do not know any more."""
    with readers_store(quiet.app) as readers:
        token = confirm_token(readers.ring, readers.marks("gone@example.org")[0], quiet.clock())
    assert quiet.post(f"/confirm/{token}").status == 410
