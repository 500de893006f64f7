"""The files of docs/hosting, as people copy them: a real nginx serves the archive, a real git pushes it."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from newsletter.actions.publish_command import PublishFailed, run_publish_command
from newsletter.actions.way_out import read_schedule
from newsletter.site.application import PAGES
from newsletter.site.guard import policies_of
from tests.archiving import built
from tests.certificates import certificates
from tests.conftest import ROOT

HOSTING = ROOT / "docs" / "hosting"
HOST = "focus.example.org"
SITE = f"https://{HOST}"
LIVE = "https://live.example.org"
FIELDS = ("Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy", "X-Content-Type-Options")
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass
class Behind:
    """What stands behind nginx in the place of the live pages: notes what reaches it."""

    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


def handler(behind: Behind) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            behind.asked.append((f"{self.command} {self.path}", dict(self.headers.items()), body))
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Frame-Options", "DENY")
            self.end_headers()
            self.wfile.write(b"live")

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@dataclass
class Nginx:
    """Where it listens, and what stands behind it."""

    ports: tuple[int, int]  # http, https
    behind: Behind
    public: Path
    log: Path  # of requests

    def ask(self, path: str, method: str = "GET", *, secure: bool = True, **more: Any) -> tuple[Any, bytes]:
        """The answer to a request, and its body."""
        trust = ssl.create_default_context(cafile=str(certificates().authority))
        kinds = http.client.HTTPConnection, http.client.HTTPSConnection
        port = self.ports[secure]
        connection = kinds[1]("127.0.0.1", port, timeout=30, context=trust) if secure else kinds[0]("127.0.0.1", port)
        with closing(connection):
            headers = {"Host": HOST, **more.pop("headers", {})}
            connection.request(method, path, headers=headers, **more)
            answer = connection.getresponse()
            return answer, answer.read()


def adapted(text: str, ports: tuple[int, int], behind: int, public: Path) -> str:
    """The file with the four things changed that it says are to be changed, and the ports of a test."""
    good = certificates().good
    changes = {
        r"listen \[::\]:\S+( ssl)?;\n": "",
        r"listen 80;": f"listen 127.0.0.1:{ports[0]};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{ports[1]} ssl;",
        r"127\.0\.0\.1:8080;": f"127.0.0.1:{behind};",
        r"/srv/weekly/public": str(public),
        r"/etc/letsencrypt/live/\S+/fullchain\.pem": str(good.certificate),
        r"/etc/letsencrypt/live/\S+/privkey\.pem": str(good.key),
    }
    for pattern, instead in changes.items():
        text, count = re.subn(pattern, instead, text)
        assert count, pattern
    return text


@pytest.fixture(scope="module")
def nginx(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """A real nginx with our file, on loopback, with the archive of the sample."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.fail("no nginx to test with; `make test` as root installs it, elsewhere install nginx", pytrace=False)
    folder = tmp_path_factory.mktemp("nginx")
    app = built(Path(shutil.copytree(pristine, folder / "publication")))
    behind = Behind()
    with ExitStack() as stack:
        server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), handler(behind)))
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        stack.callback(thread.join)
        stack.callback(server.shutdown)
        listening = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = listening[0].getsockname()[1], listening[1].getsockname()[1]
        text = (HOSTING / "nginx.conf").read_text("utf-8")
        (folder / "ours.conf").write_text(adapted(text, ports, server.server_port, app.root / "public"), "utf-8")
        (folder / "nginx.conf").write_text(around(folder), "utf-8")
        # Sockets that are open already, in the way in which nginx hands them to its own successor.
        environment = os.environ | {"NGINX": "".join(f"{one.fileno()};" for one in listening)}
        command = [program, "-p", str(folder), "-e", str(folder / "errors"), "-c", str(folder / "nginx.conf")]
        process = subprocess.Popen(command, env=environment, pass_fds=[one.fileno() for one in listening])
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        yield Nginx(ports, behind, app.root / "public", folder / "requests")
    assert not [line for line in (folder / "errors").read_text().splitlines() if "[emerg]" in line or "[warn]" in line]


def around(folder: Path) -> str:
    """What an installation of nginx has around such a file."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    user = "user root;\n" if os.getuid() == 0 else ""  # so that it may read the folder of a test
    return f"""{user}daemon off;
pid {folder}/pid;
worker_processes 1;
error_log {folder}/errors notice;
events {{ }}
http {{
include /etc/nginx/mime.types;
default_type application/octet-stream;
access_log {folder}/requests;
{temporary}include {folder}/ours.conf;
}}
"""


def test_every_file_of_the_archive_is_served_as_it_is(nginx: Nginx) -> None:
    """Octet by octet, each by a type that browsers take."""
    types: dict[str, set[str | None]] = {}
    for path in sorted(nginx.public.rglob("*")):
        if not path.is_file() or path.name == "_redirects":
            continue
        name = path.relative_to(nginx.public).as_posix()
        answer, body = nginx.ask("/" + name.removesuffix("index.html"))
        assert (name, answer.status) == (name, 404 if name == "404.html" and answer.status == 404 else 200)
        assert body == path.read_bytes(), name
        types.setdefault(path.suffix, set()).add(answer.getheader("Content-Type"))
    assert types[".html"] == {"text/html; charset=utf-8"}
    assert types[".css"] == {"text/css; charset=utf-8"}
    assert types[".woff2"] == {"font/woff2"}
    assert all(kind for kinds in types.values() for kind in kinds)


def test_its_headers_are_those_of_our_own_server(nginx: Nginx) -> None:
    """On every page, that of 404 too; the search page alone may run its program."""
    policies = policies_of(SITE, SITE)
    for path, status, content in (
        ("/", 200, policies.content),
        ("/about/", 200, policies.content),
        ("/nowhere/", 404, policies.content),
        ("/search/", 200, policies.searching),
    ):
        answer, _ = nginx.ask(path)
        assert (path, answer.status, answer.getheader("Content-Security-Policy")) == (path, status, content)
        assert answer.getheader("Strict-Transport-Security") == "max-age=31536000"
        assert {name: answer.getheader(name) for name in FIELDS} == dict(
            zip(
                FIELDS,
                ("same-origin", "camera=(), geolocation=(), microphone=()", "no-referrer", "nosniff"),
                strict=True,
            )
        )


def test_what_has_its_digest_in_its_name_is_kept_and_nothing_else(nginx: Nginx) -> None:
    """A picture that is not there yet may come later: its 404 is not kept for ever."""
    asset = next((nginx.public / "assets").iterdir()).name
    assert nginx.ask(f"/assets/{asset}")[0].getheader("Cache-Control") == FOR_EVER
    assert nginx.ask("/")[0].getheader("Cache-Control") == "no-cache"
    missing, body = nginx.ask("/images/00112233445566778899.png")
    assert (missing.status, missing.getheader("Cache-Control")) == (404, None)
    assert body == (nginx.public / "404.html").read_bytes()


def test_a_page_that_has_not_changed_is_not_sent_again(nginx: Nginx) -> None:
    """Its ETag is enough; who can, gets it packed."""
    answer, body = nginx.ask("/")
    again, nothing = nginx.ask("/", headers={"If-None-Match": answer.getheader("ETag")})
    assert (again.status, nothing) == (304, b"")
    packed, data = nginx.ask("/", headers={"Accept-Encoding": "gzip"})
    assert packed.getheader("Content-Encoding") == "gzip"
    assert gzip.decompress(data) == body


def test_what_is_no_page_is_not_served(nginx: Nginx) -> None:
    """Files on their way, the list of redirects, folders, and whatever lies beside public/."""
    half = nginx.public / ".index.html.half"
    half.write_text("half")
    for path in ("/.index.html.half", "/_redirects", "/assets/", "/..%2f..%2fschedule.yaml", "/../schedule.yaml"):
        answer, body = nginx.ask(path)
        assert (path, answer.status in (400, 403, 404)) == (path, True)
        assert b"half" not in body
        assert b"sections:" not in body
    half.unlink()


def test_without_a_slash_and_without_a_lock_it_leads_to_the_page(nginx: Nginx) -> None:
    """To the page of the same name, by https, and to no host that the visitor named."""
    answer, _ = nginx.ask("/about")
    assert (answer.status, answer.getheader("Location")) == (301, "/about/")
    plain, _ = nginx.ask("/about/?a=b", secure=False, headers={"Host": "elsewhere.example.com"})
    assert (plain.status, plain.getheader("Location")) == (301, f"{SITE}/about/?a=b")


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_every_live_page_is_asked_of_our_program(path: str, nginx: Nginx) -> None:
    """With the visitor's own address and ours; the answer comes with the program's headers, each once."""
    where = re.sub(r"\{\w+\}", "AbC-123_x", path)
    for method, body in (("GET", None), ("POST", b"List-Unsubscribe=One-Click")):
        headers = {"X-Forwarded-For": "198.51.100.7"}
        answer, said = nginx.ask(where, method, body=body, headers=headers)
        assert (answer.status, said) == (200, b"live")
        assert answer.msg.get_all("X-Frame-Options") == ["DENY"]
        assert answer.msg.get_all("Cache-Control") == ["no-store"]
        assert answer.getheader("Content-Security-Policy") is None
        asked, fields, sent = nginx.behind.asked[-1]
        assert (asked, sent) == (f"{method} {where}", body or b"")
        assert (fields["Host"], fields["X-Forwarded-For"]) == (HOST, "127.0.0.1")


def test_a_token_stands_in_no_log(nginx: Nginx) -> None:
    """What a reader opens is nobody's business."""
    nginx.ask("/u/a-token-of-somebody")
    nginx.ask("/about/")
    log = nginx.log.read_text()
    assert "/about/" in log
    assert "a-token-of-somebody" not in log


def test_a_page_of_the_archive_is_not_taken_for_a_live_one(nginx: Nginx) -> None:
    """/people/ begins as /p does, /privacy/ too."""
    before = len(nginx.behind.asked)
    for path in ("/people/", "/privacy/", "/issues/"):
        nginx.ask(path)
    assert len(nginx.behind.asked) == before


# The static hosts


def test_the_headers_for_netlify_are_ours() -> None:
    """The same as our own server sends, for an archive and live pages on two hosts; its search may run anywhere, for
    one rule stands for all pages, and each page's own policy says where."""
    file = tomllib.loads((HOSTING / "netlify.toml").read_text("utf-8"))
    assert file["build"]["publish"] == "public"
    by_path = {one["for"]: one["values"] for one in file["headers"]}
    everywhere = by_path["/*"]
    policies = policies_of(SITE, LIVE)
    assert directives(everywhere["Content-Security-Policy"]) == directives(policies.searching)
    assert by_path["/assets/*"] == by_path["/images/*"] == {"Cache-Control": FOR_EVER}
    nginx_says = dict(re.findall(r'add_header (\S+) "([^"]*)" always', (HOSTING / "nginx.conf").read_text("utf-8")))
    del nginx_says["Content-Security-Policy"]
    assert {name: everywhere[name] for name in nginx_says} == nginx_says


def directives(policy: str) -> dict[str, str]:
    return dict(one.strip().split(" ", 1) for one in policy.split(";"))


def test_the_workflow_serves_what_was_pushed() -> None:
    """With the rights that it needs and no others, one at a time, and nothing is built there."""
    workflow = YAML(typ="safe").load(HOSTING / "github-pages.yml")
    assert workflow["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}
    assert workflow["concurrency"]["cancel-in-progress"] is False
    steps = workflow["jobs"]["serve"]["steps"]
    assert [step["uses"].partition("@")[0] for step in steps] == [
        "actions/checkout",
        "actions/configure-pages",
        "actions/upload-pages-artifact",
        "actions/deploy-pages",
    ]
    assert all("run" not in step for step in steps)


def test_the_script_pushes_what_is_in_public(
    publication: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is new is there, what is gone is gone, the workflow stays; a run that was cut off is made up for, and one
    that cannot push says so."""
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Ana")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "ana@example.org")
    remote, clone = tmp_path / "site.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    git("clone", "--quiet", str(remote), str(clone))
    git("checkout", "--quiet", "-B", "main", cwd=clone)
    (clone / ".github" / "workflows").mkdir(parents=True)
    shutil.copy(HOSTING / "github-pages.yml", clone / ".github" / "workflows" / "pages.yml")
    git("add", ".", cwd=clone)
    git("commit", "--quiet", "-m", "Begin", cwd=clone)
    git("push", "--quiet", "origin", "main", cwd=clone)

    app = built(publication)
    public = publication / "public"
    script = HOSTING / "push-site.sh"
    path = publication / "schedule.yaml"
    kept = path.read_text("utf-8")

    def push(clone: Path) -> None:
        command = json.dumps({"command": ["sh", str(script), str(clone)]})
        path.write_text(f"{kept.rstrip()}\npublish: {command}\n", "utf-8")
        assert run_publish_command(app, read_schedule(app), threading.Event())

    push(clone)
    assert at(remote) == {".github/workflows/pages.yml"} | below(public)
    (public / "feed.xml").write_text("new")
    shutil.rmtree(public / "about")
    (clone / ".git" / "index.lock").touch()
    push(clone)
    push(clone)
    assert at(remote) == {".github/workflows/pages.yml"} | below(public)
    assert git("show", "main:feed.xml", cwd=remote) == "new"
    with pytest.raises(PublishFailed, match="ended with status"):
        push(tmp_path / "nowhere")


def git(*arguments: str, cwd: Path | None = None) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout


def at(remote: Path) -> set[str]:
    """What the repository holds."""
    return set(git("ls-tree", "-r", "-z", "--name-only", "main", cwd=remote).split("\0")) - {""}


def below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# The manual


def test_the_manual_names_each_file_and_has_its_own_words_for_what_schedule_yaml_takes(publication: Path) -> None:
    """What it shows of schedule.yaml is taken by it as it stands."""
    manual = (ROOT / "docs" / "hosting.md").read_text("utf-8")
    assert set(re.findall(r"\(hosting/([\w.-]+)\)", manual)) == {path.name for path in HOSTING.iterdir()}
    example = re.search(r"```yaml\n(.*?)```", manual, re.DOTALL)
    assert example
    path = publication / "schedule.yaml"
    text = re.sub(r"(?m)^site:.*\n", "", path.read_text("utf-8"))
    path.write_text(example[1] + text, "utf-8")
    schedule = read_schedule(built(publication))
    assert schedule.live == LIVE
    assert schedule.publish.command == ("netlify", "deploy", "--prod", "--no-build", "--dir", "public")
