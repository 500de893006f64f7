"""`newsletter doctor`: every check is told, each finding has a way out, and nothing is changed by looking."""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.backups import backup_path
from newsletter.actions.dkim_key import kept_key, new_dkim_key
from newsletter.actions.doctor import examine
from newsletter.actions.keys import made_key_ring
from newsletter.actions.probe_alarms import look_at_alarms
from newsletter.actions.probe_home import look_at_backup, look_at_installation, look_at_jobs, look_at_locks
from newsletter.actions.probe_machine import first_difference, look_at_zones
from newsletter.actions.probe_mail import look_at_returns, look_at_server
from newsletter.actions.probe_secrets import look_at_secrets
from newsletter.actions.probing import Extent
from newsletter.actions.way_out import read_schedule
from newsletter.mail.dkim import dns_record
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.store import installation
from newsletter.store.locks import hold
from tests.certificates import Certificates, certificates
from tests.comingback import BOUNCES, Installation, installed
from tests.commands import run
from tests.conftest import ROOT
from tests.dnsserver import DnsServer
from tests.postgres import KINDS
from tests.smtpserver import ServerTls, SmtpServer, say

OFFLINE = Extent(offline=True)


@pytest.fixture(scope="module")
def made() -> Certificates:
    return certificates()


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Home: a database, keys, and only schedule.yaml besides."""
    with installed("sqlite", tmp_path_factory.mktemp("publication")) as one:
        (one.app.root / ".env").chmod(0o600)
        yield one


def no_wait(_seconds: float) -> None:
    """No time passes."""


def add(root: Path, *lines: str) -> None:
    """Writes further keys into schedule.yaml, in the place of those of the same name."""
    path = root / "schedule.yaml"
    text = path.read_text("utf-8")
    for line in lines:
        key = line.partition(":")[0]
        text = re.sub(rf"(?ms)^{key}:.*?(?=^\S|\Z)", "", text).rstrip("\n") + f"\n{line}\n"
    path.write_text(text, "utf-8")


def secret(root: Path, *lines: str) -> None:
    path = root / ".env"
    kept = path.read_text("utf-8") if path.exists() else ""
    path.write_text(kept + "".join(f"{line}\n" for line in lines), "utf-8")
    path.chmod(0o600)


def by_level(found: Iterable[Symptom], level: Level) -> list[str]:
    return [one.what for one in found if one.level is level]


def test_every_check_is_told_and_every_trouble_has_a_way_out(app: App) -> None:
    """On the sample as it comes, with no network: nothing fails, and what was not looked at says why."""
    found = examine(app, Extent(), no_wait)
    assert {one.check for one in found} == set(Check) - {Check.CERTIFICATE}
    assert [one.check for one in found] == sorted((one.check for one in found), key=list(Check).index)
    assert by_level(found, Level.FAIL) == []
    assert [one for one in found if one.level in (Level.WARN, Level.NOTE) and not one.todo] == []
    assert "focus.example.org is a sample address" in by_level(found, Level.UNCHECKED)


def test_looking_changes_nothing(app: App) -> None:
    """No file of the publication is another, and none was added."""

    def files() -> dict[str, bytes]:
        return {str(path.relative_to(app.root)): path.read_bytes() for path in app.root.rglob("*") if path.is_file()}

    before = files()
    examine(app, Extent(), no_wait)
    assert files() == before


def test_a_schedule_that_cannot_be_read_is_told_and_the_rest_as_not_checked(app: App) -> None:
    """With its line; nobody is left wondering what else is wrong."""
    add(app.root, "site: nowhere")
    found = examine(app, OFFLINE, no_wait)
    assert any("schedule.yaml" in one for one in by_level(found, Level.FAIL))
    assert {one.check for one in found} == set(Check) - {Check.CERTIFICATE}


def test_offline_asks_nobody(here: Installation) -> None:
    """Not even a mail server on this machine."""
    with SmtpServer() as server:
        add(here.app.root, f"sending: {{ transport: smtp, host: 127.0.0.1, port: {server.port}, tls: none }}")
        found = examine(here.app, OFFLINE, no_wait)
    assert server.connections == 0
    unchecked = {one.check for one in found if one.level is Level.UNCHECKED and one.what == "--offline"}
    assert unchecked == {
        Check.SERVER, Check.SPF, Check.DKIM, Check.DMARC, Check.MX, Check.PTR, Check.SITE,
    }  # fmt: skip


def test_a_sound_installation_has_nothing_to_warn_of_but_its_machine(publication: Path, made: Certificates) -> None:
    """Names at a real name server, a real mail server, and the round trip."""
    app = open_app(publication, lambda: datetime(2026, 11, 25, 13, tzinfo=UTC))
    with SmtpServer() as mails, DnsServer() as names:
        add(
            publication,
            "publish: { live: 'http://127.0.0.1:9' }",
            f"sending: {{ transport: smtp, host: 127.0.0.1, port: {mails.port}, tls: none, "
            "bounces: b@focus.example.org, dkim: { selector: w2026 } }",
        )
        new_dkim_key(app, "w2026")
        record = dns_record(kept_key(app, "w2026"))
        names.at(record.name, "TXT", record.value)
        names.at("focus.example.org", "TXT", "v=spf1 ip4:192.0.2.1 -all")
        names.at("focus.example.org", "MX", "10 mx.example.org.")
        names.at("mx.example.org", "A", "192.0.2.1")
        names.at("_dmarc.example.org", "TXT", "v=DMARC1; p=reject; rua=mailto:d@example.org")
        found = examine(app, Extent(resolver=names.address), no_wait)
    of = {check: [one.level for one in found if one.check is check] for check in Check}
    for check in (Check.SERVER, Check.SPF, Check.DKIM, Check.DMARC, Check.MX):
        assert of[check] == [Level.OK], (check, found)
    assert of[Check.PTR] == [Level.UNCHECKED]  # 127.0.0.1
    assert mails.messages == []


def test_a_name_server_in_trouble_keeps_no_other_look_back(app: App) -> None:
    """What could not be had is told as not checked, and is no failure: nobody knows."""
    with DnsServer() as names:
        names.broken.add("focus.example.org")
        names.at("_dmarc.example.org", "TXT", "v=DMARC1; p=reject; rua=mailto:d@example.org")
        found = examine(app, Extent(resolver=names.address), no_wait)
    (spf,) = [one for one in found if one.check is Check.SPF]
    assert spf.level is Level.UNCHECKED
    assert "refused, or failed itself" in spf.what
    assert spf.todo
    assert any("_dmarc.example.org says" in one.what for one in found if one.check is Check.DMARC)


def test_a_look_that_breaks_down_keeps_no_other_back(here: Installation, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the program is told as one; its traceback is in the log."""

    def broken(_seconds: float) -> None:
        raise ZeroDivisionError

    with SmtpServer() as server:
        sending = f"transport: smtp, host: 127.0.0.1, port: {server.port}, tls: none, bounces: {BOUNCES}"
        add(here.app.root, f"sending: {{ {sending}, returns: {{ maildir: returned }} }}")
        found = examine(here.app, Extent(round_trip=True), broken)
    (told,) = [one for one in found if one.check is Check.ROUND_TRIP]
    assert (told.level, told.what) == (Level.FAIL, "a fault of the program (ZeroDivisionError)")
    assert "the look at round trip failed" in caplog.text
    assert "Traceback" in caplog.text
    assert [one.level for one in found if one.check is Check.SERVER] == [Level.OK]


# --- secrets


def test_secrets_that_others_can_read_are_a_failure(here: Installation) -> None:
    """Each file by its name, with the command that mends it."""
    (here.app.root / ".env").chmod(0o644)
    found = list(look_at_secrets(here.app, read_schedule(here.app)))
    assert by_level(found, Level.FAIL) == [".env holds secrets, and others on this machine may read it"]
    assert found[0].todo == "chmod 600 .env"


@pytest.mark.parametrize(
    ("line", "level", "words"),
    [
        (f"NEWSLETTER_KEYS=k1:{'0f' * 8}", Level.WARN, "is 16 characters long"),
        (f"NEWSLETTER_KEYS=k1:{'ab' * 20}", Level.WARN, "repeats a few characters"),
        ("NEWSLETTER_KEYS=k1-without-a-secret", Level.FAIL, "is not written as id:secret"),
        ("NEWSLETTER_KEYS=k2:0123456789abcdef0123456789abcdef", Level.OK, "are there"),
    ],
)
def test_keys_that_can_be_guessed_are_told(here: Installation, line: str, level: Level, words: str) -> None:
    """By their name, never by their secret."""
    secret(here.app.root, line)
    told = list(look_at_secrets(here.app, read_schedule(here.app)))
    assert words in "\n".join(by_level(told, level))
    assert line.rpartition("=")[2].rpartition(":")[2] not in "".join(f"{one.what}{one.todo}" for one in told)


def test_a_password_that_is_missing_or_well_known_is_told(here: Installation) -> None:
    """For each user that schedule.yaml names."""
    add(here.app.root, "sending: { transport: smtp, host: mail.example.org, user: ada }")
    (missing,) = look_at_secrets(here.app, read_schedule(here.app))
    assert (missing.level, missing.todo) == (Level.FAIL, "set SMTP_PASSWORD in the environment or in .env")
    secret(here.app.root, "SMTP_PASSWORD=changeme")
    (weak,) = look_at_secrets(here.app, read_schedule(here.app))
    assert weak.level is Level.WARN
    assert "changeme" not in f"{weak.what}{weak.todo}"


def test_a_signing_key_that_is_not_there_is_a_failure(here: Installation) -> None:
    """With the command that makes one."""
    add(here.app.root, "sending: { dkim: { selector: w2026 } }")
    (found,) = look_at_secrets(here.app, read_schedule(here.app))
    assert found.level is Level.FAIL
    assert "newsletter dkim new w2026" in found.todo
    with DnsServer() as names:
        told = examine(here.app, Extent(resolver=names.address), no_wait)
    assert [one.level for one in told if one.check is Check.DKIM] == [Level.UNCHECKED]  # once is enough
    assert [one.level for one in told if one.check is Check.SITE] == [Level.UNCHECKED]  # nobody is asked for the web


# --- the mail server


def at_server(here: Installation, port: int, *more: str) -> None:
    parts = ", ".join(("transport: smtp", "host: localhost", f"port: {port}", *more))
    add(here.app.root, f"sending: {{ {parts} }}")
    secret(here.app.root, "SMTP_PASSWORD=correct-horse-battery")


@pytest.mark.parametrize("implicit", [False, True])
def test_a_mail_server_is_opened_as_a_mailing_does_it(here: Installation, made: Certificates, implicit: bool) -> None:
    """TLS verified, logged in, its limit read, and left without a message."""
    tls = ServerTls(made.good.server_context(), implicit=implicit)
    with SmtpServer(tls=tls, users={"ada": "correct-horse-battery"}, size=30_000_000) as server:
        at_server(here, server.port, "user: ada", f"tls: {'implicit' if implicit else 'starttls'}")
        extent = Extent(trust=made.trusting())
        found = list(look_at_server(here.app, read_schedule(here.app), extent))
    assert [one.level for one in found] == [Level.OK, Level.OK]
    assert "lets ada log in, takes messages of 30 MB" in found[0].what
    assert "certificate of localhost is good for" in found[1].what
    assert "MAIL" not in server.verbs()


def test_a_certificate_that_ends_soon_and_a_small_limit_are_told(here: Installation, made: Certificates) -> None:
    """Before either keeps an issue back."""
    app = App(here.app.root, lambda: datetime(2099, 12, 25, tzinfo=UTC))
    with SmtpServer(tls=ServerTls(made.good.server_context()), size=100_000) as server:
        at_server(here, server.port)
        found = list(look_at_server(app, read_schedule(app), Extent(trust=made.trusting())))
    warned = by_level(found, Level.WARN)
    assert "takes messages of 100,000 octets at most" in warned[0]
    assert "good for 6 more days" in warned[1]


@pytest.mark.parametrize(
    ("point", "reply", "words"),
    [
        ("greeting", "554 5.7.1 you are on a list", "554 5.7.1 you are on a list"),
        ("AUTH", "535 5.7.8 wrong", "535 5.7.8 wrong"),
        ("STARTTLS", "454 4.7.0 not now", "454 4.7.0 not now"),
    ],
)
def test_a_mail_server_that_refuses_us_is_told_in_its_words(
    here: Installation, made: Certificates, point: str, reply: str, words: str
) -> None:
    """At whichever step."""
    with SmtpServer(tls=ServerTls(made.good.server_context()), users={"ada": "x"}) as server:
        server.at(point, say(reply))
        at_server(here, server.port, "user: ada")
        (found,) = look_at_server(here.app, read_schedule(here.app), Extent(trust=made.trusting()))
    assert found.level is Level.FAIL
    assert words in found.what
    assert "correct-horse" not in found.what


def test_a_false_certificate_and_no_server_at_all_are_told(here: Installation, made: Certificates) -> None:
    """As a mailing would meet them."""
    with SmtpServer(tls=ServerTls(made.expired.server_context())) as server:
        at_server(here, server.port)
        (false,) = look_at_server(here.app, read_schedule(here.app), Extent(trust=made.trusting()))
    (gone,) = look_at_server(here.app, read_schedule(here.app), Extent(trust=made.trusting()))
    assert "certificate is not to be trusted" in false.what
    assert "it cannot be reached" in gone.what
    assert false.level is gone.level is Level.FAIL


def test_the_mailbox_of_bounces_is_opened(here: Installation) -> None:
    """Where there is one, and where the one that is named is none."""
    (found,) = look_at_returns(here.app, read_schedule(here.app), Extent())
    assert found.level is Level.OK
    add(here.app.root, f"sending: {{ bounces: {BOUNCES}, returns: {{ maildir: elsewhere }} }}")
    told = [one for one in examine(here.app, OFFLINE, no_wait) if one.check is Check.RETURNS]
    assert [one.level for one in told] == [Level.FAIL]
    assert "it is no Maildir" in told[0].what


# --- home


def test_a_database_of_an_older_program_is_told_and_left_as_it_is(here: Installation) -> None:
    """With the command that upgrades it: looking changes nothing."""
    with sqlite3.connect(here.app.root / "var" / "newsletter.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    database.close()
    told = [one for one in examine(here.app, OFFLINE, no_wait) if one.check is Check.DATABASE]
    assert [one.level for one in told] == [Level.FAIL]
    assert "newsletter upgrade" in told[0].todo


def test_whoever_sends_from_elsewhere_is_named(here: Installation) -> None:
    """In a copy that is a failure: nothing is sent from it."""
    (free,) = look_at_installation(here.app)
    assert free.level is Level.OK
    installation.claim(here.store, "another", "otherhost, folder /srv/weekly", "ada", here.app.clock())
    (copy,) = look_at_installation(here.app)
    assert copy.level is Level.FAIL
    assert "otherhost, folder /srv/weekly is the one that sends" in copy.what
    with here.store.writing_alone() as connection:
        installation.take_away(connection, here.app.clock(), here.app.clock(), "ada")
    (restored,) = look_at_installation(here.app)
    assert restored.level is Level.FAIL
    assert "it was put back from a backup" in restored.what


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_is_at_work_is_named_and_not_disturbed(kind: str, tmp_path: Path) -> None:
    """By the locks, which are free again at once."""
    with installed(kind, tmp_path) as here:
        at_work(here)


def at_work(here: Installation) -> None:
    assert by_level(look_at_locks(here.app), Level.NOTE) == [
        "nothing runs by itself here: no `newsletter run` is at work"
    ]
    held, over = threading.Event(), threading.Event()

    def work() -> None:
        with hold(here.store, "clock", here.app.root, here.app.clock()):
            held.set()
            over.wait(30)

    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(30)
    found = list(look_at_locks(here.app))
    over.set()
    thread.join()
    assert [one.level for one in found] == [Level.OK]
    assert f"the timetable: process {os.getpid()}" in found[0].what
    with hold(here.store, "clock", here.app.root, here.app.clock()):  # nobody has kept it
        pass


def test_jobs_that_are_off_are_named(here: Installation) -> None:
    """A warning where issues, bounces or backups wait for a person."""
    add(here.app.root, "jobs: { off: [report] }")
    assert [one.level for one in look_at_jobs(read_schedule(here.app))] == [Level.NOTE]
    add(here.app.root, "jobs: { off: [report, send] }")
    (found,) = look_at_jobs(read_schedule(here.app))
    assert (found.level, found.what) == (Level.WARN, "report, send do not run by themselves")


def test_the_newest_backup_counts(here: Installation) -> None:
    """None, one of today, one of last week; and a folder on the same disk is noted."""
    folder = here.app.root / "var" / "backups"
    assert by_level(look_at_backup(here.app), Level.WARN) == [f"there is no backup in {folder}"]
    folder.mkdir(parents=True)
    for age, level in ((timedelta(days=7), Level.WARN), (timedelta(hours=9), Level.OK)):
        backup_path(here.app, here.app.clock() - age).write_bytes(b"")
        newest, place = look_at_backup(here.app)
        assert newest.level is level
        assert place.level is Level.NOTE


# --- alarms


@pytest.mark.parametrize(
    ("alarms", "env", "level", "words"),
    [
        ("{}", (), Level.WARN, "by one way alone"),
        ("{ mail: { host: mail.example.net } }", (), Level.OK, "and the mail server mail.example.net"),
        ("{ mail: { host: mail.example.org } }", (), Level.WARN, "cannot tell of its own trouble"),
        ("{ webhook: slack }", (), Level.FAIL, "its address is not known"),
        ("{ webhook: slack }", ("ALARM_WEBHOOK=https://hooks.example.org/x",), Level.OK, "a webhook (slack)"),
    ],
)
def test_alarms_need_two_ways(here: Installation, alarms: str, env: tuple[str, ...], level: Level, words: str) -> None:
    """Neither of which depends on the other; the address of a webhook is never shown."""
    add(here.app.root, "sending: { transport: smtp, host: mail.example.org }", f"alarms: {alarms}")
    secret(here.app.root, *env)
    found = list(look_at_alarms(here.app, read_schedule(here.app)))
    assert words in "\n".join(by_level(found, level))
    assert "hooks.example.org" not in str(found)


def test_somebody_is_to_be_named_for_alarms(here: Installation) -> None:
    """What is everybody's business is nobody's."""
    path = here.app.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8").replace(", operator]", "]"), "utf-8")
    found = list(look_at_alarms(here.app, read_schedule(here.app)))
    assert "nobody is named for alarms, so they go to all 3 of the team" in by_level(found, Level.WARN)


# --- time zones


def test_old_zone_data_of_the_machine_is_told_with_the_first_week(
    here: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The machine's Hong Kong is replaced by another zone: from this week on it is another time than ours."""
    import zoneinfo

    now = datetime(2026, 11, 25, 13, tzinfo=UTC)
    assert first_difference("Asia/Hong_Kong", now) is None
    system = next(Path(one) for one in zoneinfo.TZPATH if (Path(one) / "Asia" / "Tokyo").exists())
    for name, like in (("Asia/Hong_Kong", "Asia/Tokyo"), ("America/New_York", "America/New_York")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((system / like).read_bytes())
    (tmp_path / "tzdata.zi").write_text("# version 2009a\n", "ascii")
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        found = list(look_at_zones(read_schedule(here.app), now))
    finally:
        zoneinfo.reset_tzpath(to=list(before))
        zoneinfo.ZoneInfo.clear_cache()
    assert [one.level for one in found] == [Level.WARN]
    assert "from 2026-11-25 on, Asia/Hong_Kong is another time" in found[0].what


# --- the command and its page


def test_the_command_tells_all_and_its_status_says_whether_something_failed(app: App) -> None:
    """0 on the sample; 1 once a file is wrong. Piped, it is plain."""
    made_key_ring(app)
    done = run("-C", str(app.root), "doctor", "--offline")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    for check in set(Check) - {Check.CERTIFICATE}:
        assert re.search(rf"^{re.escape(check.value)} ", done.stdout, re.MULTILINE), check
    assert done.stdout.rstrip().endswith("things not checked.")
    add(app.root, "nonsense: 1")
    failed = run("-C", str(app.root), "doctor", "--offline")
    assert failed.returncode == 1
    assert "fail" in failed.stdout


@pytest.mark.parametrize("written", ["localhost", "127.0.0.1:99999999", "[::1", "1.2.3.4.5", ""])
def test_a_name_server_that_is_no_address_is_misuse(app: App, written: str) -> None:
    """With an example of one."""
    done = run("-C", str(app.root), "doctor", "--offline", "--resolver", written)
    assert done.returncode == 2
    assert "write it as 192.0.2.53" in done.stderr


def test_the_command_asks_the_name_server_that_is_named(app: App) -> None:
    """For names of examples too."""
    with DnsServer() as names:
        names.at("focus.example.org", "TXT", "v=spf1 +all")
        host, port = names.address
        done = run("-C", str(app.root), "doctor", "--resolver", f"{host}:{port}")
    assert "the whole world may send as you" in done.stdout
    assert done.returncode == 1


def test_the_page_names_every_check_and_level() -> None:
    """docs/doctor.md has a paragraph on each, in the order in which they are told."""
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    named = re.findall(r"(?m)^\*\*([^*]+)\.\*\*", page)
    assert sorted(named) == sorted(check.value for check in Check)
    for level in Level:
        assert f"| {level.value} |" in page
