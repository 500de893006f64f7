"""The key of a publication: made once, found again, told in words what to do where it is missing or of no use."""

from __future__ import annotations

import base64
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from newsletter.actions.app import App
from newsletter.actions.dkim_key import dkim_key, new_dkim_key
from newsletter.actions.way_out import read_schedule
from newsletter.cli.dkim import command
from newsletter.mail.dkim import DkimKey, Signer, dns_record, new_key
from newsletter.mail.mime import splice
from newsletter.model.errors import ConfigError, ContentError
from newsletter.publication.domains import signing_mistake
from tests.delivering import edition
from tests.dkim_verifiers import a_key, by_dkimpy
from tests.test_mime import VALUES


def typed(app: App, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=str(app.root), catch_exceptions=False, standalone_mode=False)


def written(app: App, dkim: str) -> App:
    """With this under `sending: dkim:`."""
    path = app.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + f"\nsending:\n  dkim: {dkim}\n", "utf-8")
    return app


def kept(app: App, pem: bytes, selector: str = "w2026") -> Path:
    path = app.root / "var" / "dkim" / f"{selector}.pem"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pem)
    return path


def found(app: App) -> DkimKey:
    key = dkim_key(app, read_schedule(app))
    assert key
    return key


@pytest.fixture(autouse=True)
def no_key_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DKIM_KEY", raising=False)


def test_a_new_key_signs_what_its_record_proves(app: App) -> None:
    """From `dkim new` over the DNS and schedule.yaml to a message that a stranger finds good."""
    told = typed(app, "new", "w2026").stdout
    key = found(written(app, "{ selector: w2026 }"))
    record = dns_record(key)
    assert record.name == "w2026._domainkey.focus.example.org"
    for words in (record.name, record.value, record.line, "sending:\n  dkim:\n    selector: w2026\n", "dig TXT"):
        assert words in told
    assert by_dkimpy(Signer(key).sign(splice(edition().letter, VALUES)), record)


def test_only_its_owner_can_read_a_new_key(app: App) -> None:
    """And nothing of it is shown; no half-written file stays beside it."""
    told = typed(app, "new", "w2026").stdout
    path = app.root / "var" / "dkim" / "w2026.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "PRIVATE" not in told
    assert [one.name for one in path.parent.iterdir()] == ["w2026.pem"]


def test_a_key_is_never_overwritten(app: App) -> None:
    """What it has signed must stay good."""
    new_dkim_key(app, "w2026")
    path = app.root / "var" / "dkim" / "w2026.pem"
    before = path.read_bytes()
    with pytest.raises(ConfigError, match=r"var/dkim/w2026\.pem is there already; take another selector"):
        new_dkim_key(app, "w2026")
    assert path.read_bytes() == before
    assert [one.name for one in path.parent.iterdir()] == ["w2026.pem"]


def test_the_record_is_shown_again(app: App) -> None:
    """Of a key that is not used yet by its name, of the one in use without."""
    new_dkim_key(app, "w2026")
    kept(app, a_key().pem, "later")
    later = dns_record(replace(a_key(), selector="later")).line
    assert later in typed(app, "show", "later").stdout
    with pytest.raises(ConfigError, match="names no key under `sending: dkim:`"):
        typed(app, "show")
    written(app, "{ selector: w2026 }")
    assert dns_record(found(app)).line in typed(app, "show").stdout
    assert later in typed(app, "show", "later").stdout


def test_a_selector_must_fit_the_dns(app: App) -> None:
    """And be the name of a file that lies nowhere else."""
    for bad in ("../x", "W2026", "a_b", "x" * 64, ""):
        done = CliRunner().invoke(command, ["new", bad], obj=str(app.root))
        assert done.exit_code == 2
        assert "cannot name a key" in done.stderr


def test_without_a_selector_nothing_is_signed(app: App) -> None:
    """Whatever keys there are."""
    kept(app, a_key().pem)
    assert dkim_key(app, read_schedule(app)) is None


@pytest.mark.parametrize("form", ["pem", "base64"])
def test_the_environment_comes_first(app: App, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DKIM_KEY as it is, or its base64 on one line, which any file of settings can hold."""
    pem = a_key().pem.decode("ascii")
    monkeypatch.setenv("DKIM_KEY", pem if form == "pem" else base64.b64encode(a_key().pem).decode("ascii"))
    key = found(written(app, "{ selector: w2026 }"))
    assert dns_record(key) == dns_record(a_key())


def test_env_file_holds_a_key(app: App) -> None:
    """.env, on one line."""
    (app.root / ".env").write_text(f"DKIM_KEY={base64.b64encode(a_key().pem).decode('ascii')}\n", "ascii")
    assert dns_record(found(written(app, "{ selector: w2026 }"))) == dns_record(a_key())


def test_two_keys_of_one_name_are_told(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with the wrong one, every message would fail; the same key twice is no matter."""
    written(app, "{ selector: w2026 }")
    kept(app, a_key().pem)
    monkeypatch.setenv("DKIM_KEY", base64.b64encode(a_key().pem).decode("ascii"))
    assert found(app).pem == a_key().pem
    monkeypatch.setenv("DKIM_KEY", base64.b64encode(new_key()).decode("ascii"))
    with pytest.raises(ConfigError, match=r"DKIM_KEY holds one key and var/dkim/w2026\.pem another"):
        found(app)


def test_a_missing_key_is_told(app: App) -> None:
    """Nothing goes out unsigned that was to be signed; the words say where the key belongs."""
    with pytest.raises(ConfigError, match=r"'w2026', and there is none; put it back into var/dkim/w2026\.pem or DKIM"):
        found(written(app, "{ selector: w2026 }"))


def short() -> bytes:
    private = rsa.generate_private_key(65537, 1024)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(("pem", "why"), [(lambda: b"nonsense", "not a private key in PEM"), (short, "1024 bits")])
def test_a_key_of_no_use_is_told(app: App, pem: object, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file, and in the environment; never with a part of it."""
    assert callable(pem)
    octets = pem()
    path = kept(written(app, "{ selector: w2026 }"), octets)
    with pytest.raises(ConfigError, match=rf"var/dkim/w2026\.pem holds no key that can sign: it .*{why}"):
        found(app)
    path.unlink()
    for value in (octets.decode("ascii"), base64.b64encode(octets).decode("ascii")):
        monkeypatch.setenv("DKIM_KEY", value)
        with pytest.raises(ConfigError, match="DKIM_KEY holds no key that can sign") as caught:
            found(app)
        assert "nonsense" not in str(caught.value)


def test_what_is_left_out_and_who_vouches(app: App) -> None:
    """As schedule.yaml says it."""
    kept(app, a_key().pem)
    key = found(written(app, "{ selector: w2026, domain: example.org, leave_out: [message-id, date] }"))
    assert (key.domain, key.left_out) == ("example.org", ("message-id", "date"))


def test_a_domain_that_proves_nothing_is_a_mistake(app: App) -> None:
    """It is found when the file is read, with its line."""
    written(app, "\n    selector: w2026\n    domain: example.com")
    with pytest.raises(ContentError, match=r"schedule\.yaml:\d+: mail from focus\.example\.org cannot be signed by"):
        read_schedule(app)


@pytest.mark.parametrize(
    ("domain", "fits"),
    [
        ("focus.example.org", True),
        ("example.org", True),
        ("org", False),
        ("us.example.org", False),
        ("mail.focus.example.org", False),
        ("example.com", False),
        ("Example.org", False),
        ("example.org.", False),
        ("-.org", False),
    ],
)
def test_which_domain_may_vouch(domain: str, fits: bool) -> None:
    """The sender's, or one above it of two labels or more."""
    assert (signing_mistake(domain, "focus.example.org") is None) is fits
