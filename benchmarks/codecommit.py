"""What CodeCommit costs a git client: a push of 10,000 files, a clone of 500 commits, a small push.

The floor is git's own `http-backend` behind a small threaded HTTP server: the same protocol, and nothing that follows
from a push; nothing of it is synced either, as is git's custom.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from benchmarks.world import clients, is_quick, server, spread, timed

FILES, COMMITS = 10_000, 500
ENVIRONMENT = {
    "PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@b", "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@b",
}  # fmt: skip


def git(folder: Path, *arguments: str, given: bytes | None = None) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, input=given, check=True, capture_output=True)


class Bridge(BaseHTTPRequestHandler):
    """HTTP in front of `git http-backend`."""

    protocol_version = "HTTP/1.1"
    root = ""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **ENVIRONMENT, "GIT_PROJECT_ROOT": self.root, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path,
            "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "b",
            "CONTENT_TYPE": self.headers.get("content-type", ""), "GIT_PROTOCOL": self.headers.get("git-protocol", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("content-encoding", ""),
        }  # fmt: skip
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=b"".join(self.body()), capture_output=True, check=True
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        self.send_response(200)
        for line in head.decode().splitlines():
            name, _, value = line.partition(": ")
            if name != "Status":
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - as the base class calls it

    def body(self) -> Iterator[bytes]:
        if self.headers.get("transfer-encoding") != "chunked":
            yield self.rfile.read(int(self.headers.get("content-length", 0)))
            return
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class calls it
        pass


@contextmanager
def floor(folder: Path, names: list[str]) -> Iterator[str]:
    """Repositories behind the bridge; their address."""
    for name in names:
        git(folder, "init", "-q", "--bare", "-b", "main", name)
    Bridge.root = str(folder)
    bridge = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    Thread(target=bridge.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{bridge.server_address[1]}"
    finally:
        bridge.shutdown()
        bridge.server_close()


def works(folder: Path) -> tuple[Path, Path]:
    """What is pushed: a commit of many files, and a history of many commits."""
    many, long = folder / "many", folder / "long"
    for work in (many, long):
        work.mkdir()
        git(work, "init", "-q", "-b", "main")
    files, commits = (FILES // 10, COMMITS // 10) if is_quick() else (FILES, COMMITS)
    lines = ["commit refs/heads/main\ncommitter b <b@b> 1700000000 +0000\ndata 1\nx\n"]
    lines += [f"M 644 inline d{number % 100}/f{number}\ndata {len(text)}\n{text}\n" for number, text in texts(files)]
    git(many, "fast-import", "--quiet", given="".join(lines).encode())
    lines = [
        f"commit refs/heads/main\ncommitter b <b@b> {1_700_000_000 + number} +0000\ndata 1\nx\n"
        f"M 644 inline f{number % 50}\ndata {len(text)}\n{text}\n"
        for number, text in texts(commits)
    ]
    git(long, "fast-import", "--quiet", given="".join(lines).encode())
    return many, long


def texts(count: int) -> Iterator[tuple[int, str]]:
    for number in range(count):
        yield number, "".join(f"line {number * line}\n" for line in range(50))


def measure(what: str, address: str, many: Path, long: Path, folder: Path) -> None:
    rounds = range(3)
    pushed = [timed(partial(git, many, "push", "-q", f"{address}/many{each}", "main")) for each in rounds]
    git(long, "push", "-q", f"{address}/long", "main")
    cloned = [timed(partial(git, folder, "clone", "-q", f"{address}/long", f"{what}{each}")) for each in rounds]
    small = []
    for _ in range(10):
        git(long, "commit", "-q", "--allow-empty", "-m", "small")
        small.append(timed(partial(git, long, "push", "-q", f"{address}/long", "main")))
    print(f"{what:14} push of {FILES:,} files   {spread(pushed)}")
    print(f"{what:14} clone of {COMMITS} commits   {spread(cloned)}")
    print(f"{what:14} push of one commit     {spread(small)}")


def main() -> None:
    names = ["many0", "many1", "many2", "long"]
    with tempfile.TemporaryDirectory(prefix="penstock-bench-git-") as place, server() as (_, running):
        folder = Path(place)
        many, long = works(folder)
        (codecommit,) = clients(running, "codecommit")
        for name in names:
            codecommit.create_repository(repositoryName=name)
        (folder / "floor").mkdir()
        with floor(folder / "floor", names) as address:
            measure("http-backend", address, many, long, folder)
        measure("penstock", f"{running.endpoint}/v1/repos", many, long, folder)
