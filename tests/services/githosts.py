"""A git host to test with: a bare repository behind `git http-backend`, a token, and an API of commit statuses.

It speaks as GitHub Enterprise, GitLab or Bitbucket do: in what it sends to webhooks, and where it is told statuses.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

Json = Any
TOKEN: Final = "t0ken"
FULL_NAME: Final = "team/app"
ZERO: Final = "0" * 40
API: Final = re.compile(r"/api/v3/repos/team/app/|/api/v4/projects/team%2Fapp/|/2\.0/repositories/team/app/")
WHO: Final = re.compile(r"/(?:collaborators|members/all|users)/([^/]+)")
HOOKS: Final = "/api/v3/repos/team/app/hooks"
COMMIT: Final = re.compile(r"/(?:statuses|commit)/([0-9a-f]{12,40})")
ROLES: Final[Json] = {  # what is answered of who may write, or only read
    "GITHUB_ENTERPRISE": [
        {"permission": "read", "role_name": "triage"},
        {"permission": "write", "role_name": "maintain"},
    ],
    "GITLAB_SELF_MANAGED": [{"access_level": 20}, {"access_level": 40}],
    "BITBUCKET": [{"permission": "read"}, {"permission": "write"}],
}
REQUESTS: Final = {"GITHUB_ENTERPRISE": "refs/pull/3/head", "GITLAB_SELF_MANAGED": "refs/merge-requests/3/head"}


@dataclass
class GitHost:
    kind: str  # CodeBuild's source type
    folder: Path
    url: str = ""
    told: list[tuple[str, Json]] = field(default_factory=list)  # commit, body
    is_down: bool = False
    writers: tuple[str, ...] = ()
    hooks: dict[str, Json] = field(default_factory=dict)  # by their ids

    @property
    def bare(self) -> Path:
        return self.folder / "host" / f"{FULL_NAME}.git"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def git(self, *words: str, at: Path | None = None) -> str:
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_{what}": "ada@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }  # fmt: skip
        done = subprocess.run(
            ["git", "-C", str(at or self.work), *words], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def push(self, branch: str, message: str, **files: str) -> tuple[str, str]:
        """Commit files on a branch, which leaves main where it is new; the commits before and after."""
        known = self.git("branch", "--list", branch)
        self.git("checkout", "-q", *(() if known else ("-b",)), branch, *(() if known else ("main",)))
        before = self.git("rev-parse", "HEAD") if known else ZERO
        for name, text in files.items():
            path = self.work / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", ".")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", str(self.bare), branch)
        return before, self.git("rev-parse", "HEAD")

    # -- what it sends: headers in lower case, and a body

    def pushed(self, secret: str, branch: str, before: str, after: str) -> tuple[dict[str, str], bytes]:
        message = self.git("log", "-1", "--format=%B", after)
        files = self.git("diff-tree", "-r", "--name-only", "--root", "--no-commit-id", after).splitlines()
        commit = {"id": after, "message": message, "added": files, "modified": [], "removed": []}
        ref = f"refs/heads/{branch}"
        moved = {"ref": ref, "before": before, "after": after, "commits": [commit]}
        match self.kind:
            case "GITHUB_ENTERPRISE":
                return self._sent(secret, "push", {**moved, "head_commit": commit})
            case "GITLAB_SELF_MANAGED":
                return self._sent(secret, "push", {**moved, "checkout_sha": after, "user_id": 7})
        new = {"type": "branch", "name": branch, "target": {"hash": after, "message": message}}
        old = None if before == ZERO else {"type": "branch", "name": branch, "target": {"hash": before}}
        return self._sent(secret, "repo:push", {"push": {"changes": [{"new": new, "old": old}]}})

    def commented(self, secret: str, who: str, text: str) -> tuple[dict[str, str], bytes]:
        """Somebody says something of the pull request."""
        match self.kind:
            case "GITHUB_ENTERPRISE":
                comment, issue = {"body": text, "user": {"login": who}}, {"number": 3, "pull_request": {"url": ""}}
                return self._sent(secret, "issue_comment", {"action": "created", "issue": issue, "comment": comment})
            case "GITLAB_SELF_MANAGED":
                note = {"noteable_type": "MergeRequest", "note": text}
                told = {"object_attributes": note, "user": {"id": who}, "merge_request": {"iid": 3}}
                return self._sent(secret, "note", told)
        said = {"comment": {"content": {"raw": text}}, "pullrequest": {"id": 3}, "actor": {"account_id": who}}
        return self._sent(secret, "pullrequest:comment_created", said)

    def requested(self, secret: str, branch: str, by: str = "ada") -> tuple[dict[str, str], bytes]:
        """A pull request from a branch into main, number 3, is opened; by others than Ada it is from a fork."""
        fork = FULL_NAME if by == "ada" else f"{by}/app"
        head, base = self.git("rev-parse", branch), self.git("rev-parse", "main")
        if self.kind in REQUESTS:
            self.git("update-ref", REQUESTS[self.kind], head, at=self.bare)
        match self.kind:
            case "GITHUB_ENTERPRISE":
                sides = {
                    side: {"ref": ref, "sha": commit, "repo": {"full_name": name}}
                    for side, ref, commit, name in (("head", branch, head, fork), ("base", "main", base, FULL_NAME))
                }
                request = {"number": 3, "title": "a title", "user": {"login": by}, **sides}
                return self._sent(secret, "pull_request", {"action": "opened", "number": 3, "pull_request": request})
            case "GITLAB_SELF_MANAGED":
                attributes = {
                    "action": "open", "iid": 3, "title": "a title", "source_branch": branch, "target_branch": "main",
                    "last_commit": {"id": head}, "author_id": by, "source_project_id": fork,
                    "target_project_id": FULL_NAME,
                }  # fmt: skip
                return self._sent(secret, "merge_request", {"object_attributes": attributes, "user": {"id": 7}})
        ends = {
            name: {"branch": {"name": where}, "commit": {"hash": commit[:12]}, "repository": {"full_name": full}}
            for name, where, commit, full in (("source", branch, head, fork), ("destination", "main", base, FULL_NAME))
        }
        request = {"id": 3, "title": "a title", "author": {"account_id": by}, **ends}
        return self._sent(secret, "pullrequest:created", {"pullrequest": request})

    def _sent(self, secret: str, event: str, content: Json) -> tuple[dict[str, str], bytes]:
        repository = {"repository": {"full_name": FULL_NAME}}
        match self.kind:
            case "GITHUB_ENTERPRISE":
                body = json.dumps({**repository, "sender": {"id": 7}, **content}).encode()
                headers = {"x-github-event": event, "x-github-delivery": named(body)}
                return {**headers, "x-hub-signature-256": signature(secret, body)}, body
            case "GITLAB_SELF_MANAGED":
                project = {"object_kind": event, "project": {"path_with_namespace": FULL_NAME}}
                body = json.dumps({**project, **content}).encode()
                headers = {"x-gitlab-event": event, "x-gitlab-event-uuid": named(body), "x-gitlab-token": secret}
                return headers, body
        body = json.dumps({**repository, "actor": {"account_id": "7"}, **content}).encode()
        headers = {"x-event-key": event, "x-request-uuid": named(body)}
        return {**headers, "x-hub-signature": signature(secret, body)}, body


def named(body: bytes) -> str:
    """A delivery's name: sent again it has the same."""
    return hashlib.sha256(body).hexdigest()[:32]


def signature(secret: str, body: bytes) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


class Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, *given: Any, host: GitHost) -> None:
        self.host = host
        super().__init__(*given)

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def do_PATCH(self) -> None:
        self._answer(self._body())

    def do_DELETE(self) -> None:
        self._answer(b"")

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        if self.host.is_down:
            self._send(503, b"", {})
        elif not self._is_let_in():
            self._send(401, b"", {"www-authenticate": 'Basic realm="host"'})
        elif f"/{FULL_NAME}.git/" in self.path:
            self._git(body)
        elif API.match(self.path) and (asked := WHO.search(self.path)):
            may = ROLES[self.host.kind][asked[1] in self.host.writers]
            self._send(200, json.dumps(may).encode(), {})
        elif self.path.startswith(HOOKS):
            self._hook(self.path.removeprefix(HOOKS).strip("/"), body)
        elif API.match(self.path):
            found = COMMIT.search(self.path)
            assert found is not None
            self.host.told.append((found[1], json.loads(body)))
            self._send(201, b"{}", {})
        else:
            self._send(404, b"", {})

    def _hook(self, number: str, body: bytes) -> None:
        """Hooks, as GitHub keeps them: one for an address."""
        kept, told = self.host.hooks, json.loads(body) if body else {}
        match self.command:
            case "GET":
                self._send(200, json.dumps([{"id": int(each), **hook} for each, hook in kept.items()]).encode(), {})
            case "POST" if any(each["config"]["url"] == told["config"]["url"] for each in kept.values()):
                self._send(422, b'{"message": "Hook already exists on this repository"}', {})
            case "POST":
                number = str(max(map(int, kept), default=40) + 1)
                kept[number] = told
                self._send(201, json.dumps({"id": int(number)}).encode(), {})
            case _ if number not in kept:
                self._send(404, b"{}", {})
            case "PATCH":
                kept[number] |= told
                self._send(200, json.dumps({"id": int(number)}).encode(), {})
            case "DELETE":
                del kept[number]
                self._send(204, b"", {})

    def _is_let_in(self) -> bool:
        given = self.headers.get("authorization", "") or f"Bearer {self.headers.get('private-token', '')}"
        scheme, _, word = given.partition(" ")
        return TOKEN in (base64.b64decode(word).decode() if scheme == "Basic" else word)

    def _git(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        zipped = self.headers.get("content-encoding", "")
        done = subprocess.run(
            ["git", "-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true", "http-backend"],
            input=body, capture_output=True, check=True,
            env={
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.host.folder / "host"), "PATH_INFO": path,
                "GIT_HTTP_EXPORT_ALL": "1", "REQUEST_METHOD": self.command, "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("content-type", ""), "CONTENT_LENGTH": str(len(body)),
                "GIT_PROTOCOL": self.headers.get("git-protocol", ""), "HTTP_CONTENT_ENCODING": zipped,
            },
        )  # fmt: skip
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self._send(int(headers.pop("Status", "200").split()[0]), content, headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def git_host(kind: str, folder: Path) -> Iterator[GitHost]:
    """A host with one commit on main."""
    host = GitHost(kind, folder)
    host.bare.mkdir(parents=True)
    host.work.mkdir()
    host.git("init", "-q", "--bare", "-b", "main", at=host.bare)
    host.git("init", "-q", "-b", "main")
    host.git("commit", "-q", "--allow-empty", "-m", "the first")
    host.git("push", "-q", str(host.bare), "main")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, host=host))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host.url = f"http://127.0.0.1:{server.server_address[1]}/{FULL_NAME}.git"
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
