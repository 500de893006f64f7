"""What the world finds under the names that our mail is sent in: a real resolver asks a real name server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.dkim import DkimKey, dns_record, new_key
from newsletter.mail.dmarc import Vouching, judge_dmarc
from newsletter.mail.dns import DnsUnanswered, Resolver
from newsletter.mail.records import judge_dkim, judge_mx, judge_ptr
from newsletter.mail.spf import Malformed, judge_spf, parse_spf
from newsletter.model.symptom import Level, Symptom
from tests.dnsserver import DnsServer

DOMAIN = "news.example.org"
SPF_OK = "v=spf1 ip4:192.0.2.0/24 -all"


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer() as started:
        yield started


@pytest.fixture
def names(server: DnsServer) -> Resolver:
    return Resolver(server.address, seconds=5)


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return DkimKey(domain=DOMAIN, selector="w2026", pem=new_key())


def worst(found: Iterable[Symptom]) -> tuple[Level, str]:
    """The worst level, and all that was said at it."""
    told = list(found)
    level = max((one.level for one in told), key=list(Level).index)
    return level, "\n".join(one.what for one in told if one.level is level)


def test_a_name_has_what_its_server_says(server: DnsServer, names: Resolver) -> None:
    """Strings of one record joined, hosts by preference, addresses of both kinds, the name of an address."""
    long = "k=" + "x" * 700
    server.at(DOMAIN, "TXT", long, "v=spf1 -all")
    server.at(DOMAIN, "MX", "20 a.example.org.", "10 B.example.org.")
    server.at(DOMAIN, "A", "192.0.2.1")
    server.at(DOMAIN, "AAAA", "2001:db8::1")
    server.at("1.2.0.192.in-addr.arpa", "PTR", "mail.example.org.")
    assert names.txt(DOMAIN) == (long, "v=spf1 -all")
    assert (DOMAIN, "TXT", "TCP") in server.asked  # it was too long for one datagram
    assert names.mx(DOMAIN) == ("b.example.org", "a.example.org")
    assert names.addresses(DOMAIN) == ("192.0.2.1", "2001:db8::1")
    assert names.ptr("192.0.2.1") == ("mail.example.org",)


def test_a_null_mx_is_a_host_without_a_name(server: DnsServer, names: Resolver) -> None:
    """RFC 7505: the domain takes no mail."""
    server.at(DOMAIN, "MX", "0 .")
    assert names.mx(DOMAIN) == ("",)


def test_a_name_that_is_not_there_has_nothing(server: DnsServer, names: Resolver) -> None:
    """Neither one that does not exist, nor one without records of this kind."""
    server.at(DOMAIN, "A", "192.0.2.1")
    assert names.txt("nobody.example.org") == names.txt(DOMAIN) == names.mx(DOMAIN) == ()


@pytest.mark.parametrize(
    ("how", "words"), [("silent", "no name server answered in time"), ("broken", "refused, or failed itself")]
)
def test_a_server_in_trouble_is_no_answer(server: DnsServer, how: str, words: str) -> None:
    """It is told in words, within the time: nothing is concluded from it."""
    getattr(server, how).add(DOMAIN)
    with pytest.raises(DnsUnanswered, match=words):
        Resolver(server.address, seconds=0.5).txt(DOMAIN)


def test_what_is_no_name_is_told(names: Resolver) -> None:
    """Instead of a traceback."""
    with pytest.raises(DnsUnanswered, match="no name of the DNS"):
        names.txt("a" * 64 + ".example.org")


# RFC 7208, appendix A: the zone, and which addresses each record lets pass.
def rfc_zone(server: DnsServer) -> None:
    for name, kind, *values in (
        ("example.com", "A", "192.0.2.10", "192.0.2.11"),
        ("example.com", "MX", "10 mail-a.example.com.", "20 mail-b.example.com."),
        ("example.org", "MX", "10 mail-c.example.org."),
        ("mail-a.example.com", "A", "192.0.2.129"),
        ("mail-b.example.com", "A", "192.0.2.130"),
        ("mail-c.example.org", "A", "192.0.2.140"),
    ):
        server.at(name, kind, *values)


@pytest.mark.parametrize(
    ("record", "passing", "failing"),
    [
        ("v=spf1 a -all", ["192.0.2.10", "192.0.2.11"], ["192.0.2.129"]),
        ("v=spf1 a:example.org ?all", [], ["192.0.2.10"]),
        ("v=spf1 mx -all", ["192.0.2.129", "192.0.2.130"], ["192.0.2.10"]),
        ("v=spf1 mx:example.org -all", ["192.0.2.140"], ["192.0.2.129"]),
        ("v=spf1 mx mx:example.org -all", ["192.0.2.129", "192.0.2.130", "192.0.2.140"], ["192.0.2.10"]),
        ("v=spf1 mx/30 mx:example.org/30 -all", ["192.0.2.131", "192.0.2.143"], ["192.0.2.132"]),
        ("v=spf1 ip4:192.0.2.128/28 -all", ["192.0.2.129", "192.0.2.140"], ["192.0.2.65"]),
    ],
)
def test_the_examples_of_rfc_7208_let_pass_whom_they_say(
    server: DnsServer, names: Resolver, record: str, passing: list[str], failing: list[str]
) -> None:
    """Appendix A.1, by mechanism."""
    rfc_zone(server)
    server.at("example.com", "TXT", record)

    def is_outside(address: str) -> bool:
        return any("does not allow" in one.what for one in judge_spf("example.com", (address,), names))

    assert [one for one in passing if is_outside(one)] == []
    assert [one for one in failing if not is_outside(one) and "?all" not in record] == []


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([SPF_OK], Level.OK, "0 of 10 look-ups, allows 192.0.2.1"),
        (["some other text"], Level.FAIL, "has no SPF record"),
        ([SPF_OK, "v=spf1 mx -all"], Level.FAIL, "has 2 SPF records"),
        (["v=spf10 -all"], Level.FAIL, "has no SPF record"),
        (["v=spf1 ip4:192.0.2.0/24 +all"], Level.FAIL, "the whole world may send as you"),
        (["v=spf1 ip4:192.0.2.0/24 all"], Level.FAIL, "the whole world may send as you"),
        (["v=spf1 ip4:192.0.2.0/24 ?all"], Level.WARN, "forbids nobody anything"),
        (["v=spf1 ip4:192.0.2.0/24"], Level.WARN, "has no end"),
        (["v=spf1 ip4:192.0.2.0/24 ptr -all"], Level.WARN, "uses ptr"),
        (["v=spf1 ip4:198.51.100.0/24 ~all"], Level.WARN, "does not allow 192.0.2.1"),
        (["v=spf1 ?include:_spf.example.org -all"], Level.WARN, "does not allow 192.0.2.1"),
        (["v=spf1 -ip4:192.0.2.0/24 ~all"], Level.WARN, "does not allow 192.0.2.1"),
        (["v=spf1 exists:%{i}.allowed.example.org -all"], Level.OK, "1 of 10 look-ups"),
        (["v=spf1 ip4:192.0.2.256 -all"], Level.FAIL, "names no network"),
        (["v=spf1 ip6:192.0.2.0/24 -all"], Level.FAIL, "network of the other kind"),
        (["v=spf1 ipv4:192.0.2.1 -all"], Level.FAIL, "is no mechanism"),
        (["v=spf1 a:%{x}.example.org -all"], Level.FAIL, "names no domain"),
        (["v=spf1 include:gone.example.net -all"], Level.FAIL, "gone.example.net, which has no SPF record"),
        (["v=spf1 include:news.example.org -all"], Level.FAIL, "leads back to itself"),
        (["v=spf1 redirect=_spf.example.org"], Level.OK, "1 of 10 look-ups, allows 192.0.2.1"),
        (["v=spf1 redirect=a.example.org redirect=b.example.org"], Level.FAIL, "stands in it twice"),
        (["v=spf1 include:_spf.example.org unknown=thing -all"], Level.OK, "1 of 10 look-ups, allows 192.0.2.1"),
        (["v=spf1 a:x1.example.org a:x2.example.org a:x3.example.org -all"], Level.FAIL, "3 hosts without an address"),
        (["v=spf1 " + " ".join(f"include:i{at}.example.org" for at in range(5)) + " -all"], Level.OK, "10 of 10"),
        (
            ["v=spf1 mx " + " ".join(f"include:i{at}.example.org" for at in range(5)) + " -all"],
            Level.FAIL,
            "11 look-ups",
        ),
        (["v=spf1 include:wide.example.org -all"], Level.FAIL, "more than 40 look-ups"),
    ],
)
def test_an_spf_record_is_judged_as_receivers_do(
    server: DnsServer, names: Resolver, records: list[str], level: Level, words: str
) -> None:
    """One record, in order, at most ten look-ups with all that it refers to, and an end (RFC 7208 3.2, 4.5, 4.6.4)."""
    server.at(DOMAIN, "TXT", *records)
    server.at(DOMAIN, "MX", "10 mx.example.org.")
    server.at("mx.example.org", "A", "192.0.2.1")
    server.at("_spf.example.org", "TXT", SPF_OK)
    for at in range(5):
        server.at(f"i{at}.example.org", "TXT", "v=spf1 a:mx.example.org ?all")
    server.at("wide.example.org", "TXT", "v=spf1 " + " ".join(f"a:w{at}.example.org" for at in range(60)) + " -all")
    found = worst(judge_spf(DOMAIN, ("192.0.2.1",), names))
    assert found[0] is level
    assert words in found[1]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=120))
def test_any_text_is_an_spf_record_or_is_refused(text: str) -> None:
    """Whatever stands in the DNS, nothing else is raised."""
    with suppress(Malformed):
        assert all(term.kind for term in parse_spf(f"v=spf1 {text}"))


def test_the_record_that_we_print_is_the_one_that_is_asked_for(
    server: DnsServer, names: Resolver, key: DkimKey
) -> None:
    """As `newsletter dkim show` has it, in strings of 255 octets."""
    record = dns_record(key)
    server.at(record.name, "TXT", record.value)
    assert worst(judge_dkim(key, names)) == (Level.OK, f"the key at {record.name} is ours")


@pytest.mark.parametrize(
    ("texts", "level", "words"),
    [
        ([], Level.FAIL, "there is no key at"),
        (["{ours}", "{other}"], Level.FAIL, "has 2 TXT records"),
        (["{other}"], Level.FAIL, "is not the one that we sign with"),
        (["v=DKIM1; k=rsa; p="], Level.FAIL, "revokes the key"),
        (["hello"], Level.FAIL, "holds no key"),
        (["{ours}; t=y"], Level.WARN, "says t=y"),
        (["{ours}; t=s; n=note"], Level.OK, "is ours"),
        (["{ours}; h=sha1"], Level.FAIL, "forbids SHA-256"),
        (["{ours}; s=tlsrpt"], Level.FAIL, "for other services"),
        (["v=DKIM1; k=ed25519; p={p}"], Level.FAIL, "the key is RSA"),
        (["v=DKIM1; p={broken}"], Level.OK, "is ours"),
    ],
)
def test_a_dkim_record_is_held_against_the_key_that_signs(
    server: DnsServer, names: Resolver, key: DkimKey, texts: list[str], level: Level, words: str
) -> None:
    """Byte by byte, white space aside, and with every tag that could forbid its use (RFC 6376 3.6.1)."""
    ours = dns_record(key)
    p = ours.value.partition("p=")[2]
    other = "v=DKIM1; k=rsa; p=" + p[:-10] + "AAAAAAAAAA"
    filled = [one.format(ours=ours.value, other=other, p=p, broken=f"{p[:80]} {p[80:]}") for one in texts]
    server.at(ours.name, "TXT", *filled)
    found = worst(judge_dkim(key, names))
    assert found[0] is level
    assert words in found[1]


US = Vouching(sender="news.example.org", envelope="bounces.news.example.org", signing="news.example.org")


@pytest.mark.parametrize(
    ("records", "names_of", "level", "words"),
    [
        ({}, US, Level.WARN, "has no DMARC record"),
        ({"news.example.org": "v=DMARC1; p=reject; rua=mailto:d@example.org"}, US, Level.NOTE, "has not agreed"),
        ({"news.example.org": "v=DMARC1; p=reject; rua=mailto:d@news.example.org"}, US, Level.OK, "SPF and DKIM vouch"),
        (
            {"example.org": "v=DMARC1;p=reject;rua=mailto:d@example.org"},
            US,
            Level.OK,
            "_dmarc.example.org says p=reject",
        ),
        ({"example.org": "v=DMARC1;p=reject;sp=none;rua=mailto:d@example.org"}, US, Level.NOTE, "only watches"),
        ({"example.org": "v=DMARC1; p=quarantine"}, US, Level.NOTE, "asks for no reports"),
        ({"example.org": "p=none; v=DMARC1"}, US, Level.WARN, "has no DMARC record"),
        ({"example.org": "v=DMARC1; p=monitor"}, US, Level.FAIL, "p=monitor"),
        (
            {"example.org": "v=DMARC1; p=reject; aspf=s; adkim=s; rua=mailto:d@example.org"},
            US,
            Level.NOTE,
            "SPF does not vouch",
        ),
        (
            {"example.org": "v=DMARC1; p=reject; rua=mailto:d@example.org"},
            Vouching(sender="news.example.org", envelope="provider.example.net", signing=None),
            Level.FAIL,
            "by p=reject it is refused",
        ),
        (
            {"example.org": "v=DMARC1; p=reject; rua=mailto:d@example.org"},
            Vouching(sender="news.example.org", envelope="example.org", signing=None),
            Level.WARN,
            "SPF does not outlive forwarding",
        ),
        (
            {"example.org": "v=DMARC1; p=reject; psd=y", "news.example.org": "v=DMARC1; p=reject; rua=mailto:a@b"},
            Vouching(sender="news.example.org", envelope="other.example.org", signing=None),
            Level.FAIL,
            "nothing vouches",
        ),
        (
            {"news.example.org": "v=DMARC1; p=reject; rua=mailto:d@news.example.org"},
            Vouching(sender="news.example.org", envelope="example.net", signing="example.org"),
            Level.WARN,
            "receivers differ",
        ),
        ({"example.org": "v=DMARC1; p=reject; rua=d@example.org"}, US, Level.WARN, "no report can go to"),
    ],
)
def test_dmarc_is_found_and_aligned_as_receivers_do(
    server: DnsServer, names: Resolver, records: dict[str, str], names_of: Vouching, level: Level, words: str
) -> None:
    """By walking up from the sender's domain; by the relaxed mode whoever is of one organisation vouches."""
    for name, text in records.items():
        server.at(f"_dmarc.{name}", "TXT", text)
    found = worst(judge_dmarc(names_of, names))
    assert found[0] is level, found
    assert words in found[1]


def test_two_dmarc_records_are_none(server: DnsServer, names: Resolver) -> None:
    """RFC 7489 6.6.3."""
    server.at(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert worst(judge_dmarc(US, names))[0] is Level.FAIL


def test_whoever_agrees_is_sent_reports(server: DnsServer, names: Resolver) -> None:
    """RFC 7489 7.1: by a record of their own."""
    server.at(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=reject; rua=mailto:us@reports.example.net!10m")
    server.at(f"{DOMAIN}._report._dmarc.reports.example.net", "TXT", "v=DMARC1")
    assert worst(judge_dmarc(US, names))[0] is Level.OK


def test_a_deep_name_is_walked_in_eight_steps(server: DnsServer, names: Resolver) -> None:
    """However many labels it has (DMARCbis 4.10)."""
    deep = Vouching(sender="a.b.c.d.e.f.g.h.i.example.org", envelope="x.example.org", signing=None)
    server.at("_dmarc.example.org", "TXT", "v=DMARC1; p=none; rua=mailto:d@example.org")
    assert "_dmarc.example.org says p=none" in "".join(one.what for one in judge_dmarc(deep, names))
    assert len({name for name, _, _ in server.asked if name.endswith("a.b.c.d.e.f.g.h.i.example.org")}) == 1
    assert len({name for name, _, _ in server.asked if name.startswith("_dmarc.")}) <= 8 + 1


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ({("news.example.org", "MX"): "10 mx.example.org.", ("mx.example.org", "A"): "192.0.2.1"}, Level.OK, "bounces"),
        ({("news.example.org", "A"): "192.0.2.1"}, Level.WARN, "has no MX"),
        ({}, Level.FAIL, "nothing takes mail for"),
        ({("news.example.org", "MX"): "0 ."}, Level.FAIL, "takes no mail at all"),
        ({("news.example.org", "MX"): "10 gone.example.org."}, Level.FAIL, "gone.example.org, which has no address"),
    ],
)
def test_bounces_need_somebody_who_takes_them(
    server: DnsServer, names: Resolver, records: dict[tuple[str, str], str], level: Level, words: str
) -> None:
    """An MX that has an address (RFC 5321 5.1), and not the null one (RFC 7505)."""
    for (name, kind), value in records.items():
        server.at(name, kind, value)
    found = worst(judge_mx(DOMAIN, "bounces", names))
    assert found[0] is level
    assert words in found[1]


@pytest.mark.parametrize(
    ("named", "leads_to", "level", "words"),
    [
        ("mail.example.org.", "8.8.4.4", Level.OK, "8.8.4.4 is mail.example.org"),
        ("mail.example.org.", "8.8.8.8", Level.WARN, "does not lead back"),
        (None, None, Level.WARN, "has no name"),
    ],
)
def test_the_mail_server_has_a_name_that_leads_back(
    server: DnsServer, names: Resolver, named: str | None, leads_to: str | None, level: Level, words: str
) -> None:
    """As receivers ask of whoever hands them mail."""
    if named and leads_to:
        server.at("4.4.8.8.in-addr.arpa", "PTR", named)
        server.at(named.rstrip("."), "A", leads_to)
    found = worst(judge_ptr("mail.example.org", "8.8.4.4", names))
    assert found[0] is level
    assert words in found[1]


def test_an_address_of_this_machine_says_nothing(names: Resolver) -> None:
    """A relay beside us: mail leaves from another address."""
    assert worst(judge_ptr("localhost", "127.0.0.1", names))[0] is Level.UNCHECKED
