"""publish.command: a program of the publication's own, told nothing it need not know, and not waited for too long."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.publish_command import PublishFailed, run_publish_command
from newsletter.actions.way_out import read_schedule
from tests.sending import publishing


def commanded(app: App, source: str, **more: object) -> None:
    """A publish.command of Python."""
    publishing(app, command=[sys.executable, "-c", source, *map(str, more.pop("arguments", ()))], **more)  # type: ignore[call-overload]


def run(app: App, stop: threading.Event | None = None) -> bool:
    return run_publish_command(app, read_schedule(app), stop or threading.Event())


def test_without_a_command_nothing_is_run(app: App) -> None:
    """public/ itself is served then."""
    assert run(app) is False


def test_each_word_is_one_argument_and_no_shell_reads_it(app: App) -> None:
    """Quotes, dollars and semicolons arrive as they stand; it runs in the publication's folder, with no input."""
    words = ["a b", "$HOME", "; touch gone", "'\"", "*"]
    source = "import json, os, sys; json.dump([sys.argv[1:], os.getcwd(), sys.stdin.read()], open('said', 'w'))"
    commanded(app, source, arguments=words)
    assert run(app) is True
    assert json.loads((app.root / "said").read_text()) == [words, str(app.root.resolve()), ""]
    assert not (app.root / "gone").exists()


def test_it_gets_the_tokens_of_the_host_and_none_of_our_secrets(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """What .env says reaches it, but for what is ours alone."""
    ours = (
        "SMTP_PASSWORD",
        "NEWSLETTER_PASSWORD_DIGEST",
        "NEWSLETTER_KEYS",
        "RETURNS_PASSWORD",
        "DKIM_KEY",
        "DATABASE_URL",
    )
    lines = [f"{name}=secret-of-ours" for name in ours[:3]]
    (app.root / ".env").write_text("\n".join(["HOST_TOKEN=of-the-host", *lines]) + "\n", "utf-8")
    for name in ours[3:]:
        monkeypatch.setenv(name, "secret-of-ours")
    commanded(app, "import json, os; json.dump(dict(os.environ), open('said', 'w'))")
    run(app)
    said = json.loads((app.root / "said").read_text())
    assert said["HOST_TOKEN"] == "of-the-host"
    assert "secret-of-ours" not in said.values()
    assert "PATH" in said


def test_one_that_is_not_there_is_told(app: App) -> None:
    """With its name, as it is written."""
    publishing(app, command=["no-such-program-here", "public/"])
    with pytest.raises(PublishFailed, match=r"`no-such-program-here public/` cannot be started \(No such file"):
        run(app)


def test_only_the_last_of_what_it_said_is_told(app: App) -> None:
    """Of a flood the last lines, of an odd octet something that can be shown."""
    commanded(app, "import os; [os.write(1, b'line %d \\xff\\n' % n) for n in range(100_000)]; os._exit(1)")
    with pytest.raises(PublishFailed) as caught:
        run(app)
    lines = caught.value.said.splitlines()
    assert lines[-1] == "  line 99999 \N{REPLACEMENT CHARACTER}"
    assert len(lines) == 8


def test_one_that_is_asked_to_stop_ends_with_all_it_has_begun(app: App, tmp_path: Path) -> None:
    """A child of its own that would go on is ended too."""
    ready, stop = tmp_path / "ready", threading.Event()
    os.mkfifo(ready)
    child = "import os, signal; signal.pause()"
    source = (
        "import os, subprocess, sys; child = subprocess.Popen([sys.executable, '-c', sys.argv[2]]);"
        "open(sys.argv[1], 'w').write(f'{child.pid}'); child.wait()"
    )
    commanded(app, source, arguments=(ready, child))
    failed: list[PublishFailed] = []

    def publish() -> None:
        with pytest.raises(PublishFailed) as caught:
            run(app, stop)
        failed.append(caught.value)

    thread = threading.Thread(target=publish)
    thread.start()
    child_of_it = os.pidfd_open(int(ready.read_text()))
    stop.set()
    thread.join(60)
    assert "was ended, as somebody asked us to stop" in str(failed[0])
    assert select.select([child_of_it], [], [], 60)[0], "it goes on"
    os.close(child_of_it)
    with pytest.raises(PublishFailed, match="was not begun, as somebody asked us to stop"):
        run(app, stop)


def test_one_that_takes_too_long_is_ended(app: App) -> None:
    """Nothing waits for a host for ever."""
    commanded(app, "import signal; signal.pause()")
    schedule = read_schedule(app)
    hasty = replace(schedule, publish=replace(schedule.publish, command_minutes=0))
    with pytest.raises(PublishFailed, match="took longer than 0 minutes and was ended"):
        run_publish_command(app, hasty, threading.Event())
