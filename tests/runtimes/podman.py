"""A container engine of our own to test with: Podman, on files of its own, with images made on the spot.

No image comes from anywhere: they hold this machine's Python and busybox. The engine runs in a mount namespace of its
own, where the unified cgroup hierarchy of a hybrid machine is out of the way (crun refuses such machines else).
"""

import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from runtimes.worlds import DEADLINE

NEEDED: Final = ("podman", "crun", "conmon", "catatonit", "busybox", "unshare")
APPLETS: Final = ("cat", "echo", "id", "ls", "mkdir", "sh", "sleep", "true")
LEFT_OUT: Final = (
    "site-packages", "dist-packages", "test", "idlelib", "lib2to3", "tkinter", "ensurepip", "turtledemo", "pydoc_data",
    "distutils", "unittest", "sqlite3", "config-",
)  # fmt: skip
CONFIGURATION: Final = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
lock_type = "file"
"""


def lacking() -> str:
    """Why there can be no engine here; empty if there can."""
    if os.geteuid() != 0:
        return "an engine of our own needs root"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)} (scripts/system-packages does it)" if missing else ""


@contextmanager
def podman() -> Iterator[Path]:
    """The socket of an engine that has `localhost/python` and `localhost/train`; nothing of it is left behind."""
    home = Path(tempfile.mkdtemp(prefix="penstock-podman-"))
    (home / "containers.conf").write_text(CONFIGURATION)
    place = home / "podman.sock"
    folders = [f"--{name}={home / name}" for name in ("root", "runroot", "tmpdir")]
    start = ["podman", *folders, "system", "service", "--time=0", f"unix://{place}"]
    prepare = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"'
    with (home / "service.log").open("wb") as log:
        service = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", prepare, "sh", *start],
            cwd=home,  # conmon leaves a file `oom` where its container was out of memory
            env={**os.environ, "CONTAINERS_CONF": str(home / "containers.conf")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(place, service)
        with python_files(home / "python.tar") as files:
            make_image(place, "localhost/python", files, "WORKDIR /opt/ml")
        with busybox_files() as files:
            make_image(place, "localhost/train", files, 'ENTRYPOINT ["sh","-c","echo trains $@","train"]')
        yield place
    finally:
        for each in containers(place):
            ask(place, "DELETE", f"/containers/{each['Id']}?force=true")
        service.kill()
        service.wait(DEADLINE)
        shutil.rmtree(home)


def wait_for(place: Path, service: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + DEADLINE
    while not place.exists():
        assert service.poll() is None, (place.parent / "service.log").read_text()
        assert time.monotonic() < until, "podman did not start in time"
        time.sleep(0.05)


# -- asking it, apart from the runtime that is tested


class Line(http.client.HTTPConnection):
    def __init__(self, place: Path) -> None:
        super().__init__("engine", timeout=DEADLINE)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(DEADLINE)
        self.sock.connect(str(self._place))


def ask(place: Path, method: str, path: str, content: Any = None) -> Any:
    line = Line(place)
    try:
        line.request(method, f"/v1.41{path}", content, {"Content-Type": "application/json"})
        answer = line.getresponse()
        text = answer.read()
        assert answer.status < 400, text
        return json.loads(text) if method == "GET" else text
    finally:
        line.close()


def containers(place: Path) -> list[dict[str, Any]]:
    """Every container that the engine has."""
    found: list[dict[str, Any]] = ask(place, "GET", "/containers/json?all=true")
    return found


def put(place: Path, container: str, name: str, content: bytes = b"") -> None:
    """Make a file in a container, that can be run."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        header = tarfile.TarInfo(name)
        header.size, header.mode = len(content), 0o755
        archive.addfile(header, io.BytesIO(content))
    whole = made.getvalue()[: archive.offset]  # it does not wait for blanks after the end, and fails now and then
    ask(place, "PUT", f"/containers/{container}/archive?path=/", whole)


# -- images


def derive(place: Path, name: str, *changes: str, files: Mapping[str, str] | None = None) -> None:
    """Make `localhost/NAME` of `localhost/python`, with changes as a Dockerfile has them, and more files."""
    plain = json.dumps({"Image": "localhost/python", "Cmd": ["true"]})
    container = json.loads(ask(place, "POST", "/containers/create", plain))["Id"]
    for path, content in (files or {}).items():
        put(place, container, path, content.encode())
    query = urlencode({"container": container, "repo": f"localhost/{name}", "changes": changes}, doseq=True)
    ask(place, "POST", f"/commit?{query}", "{}")
    ask(place, "DELETE", f"/containers/{container}?force=true")


def make_image(place: Path, name: str, files: Any, *changes: str) -> None:
    query = urlencode({"fromSrc": "-", "repo": name, "changes": changes}, doseq=True)
    ask(place, "POST", f"/images/create?{query}", files)


@contextmanager
def busybox_files() -> Iterator[Any]:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        add_busybox(archive)
    made.seek(0)
    yield made


@contextmanager
def python_files(made: Path) -> Iterator[Any]:
    """This machine's Python, without what tests do not need, and busybox."""
    python = Path(sys.executable).resolve()
    stdlib = Path(sysconfig.get_path("stdlib")).resolve()
    with tarfile.open(made, "w") as archive:
        add_busybox(archive)
        archive.add(stdlib, filter=lambda entry: None if is_left_out(entry.name, stdlib) else entry)
        for library in libraries([python, *stdlib.glob("lib-dynload/*.so")]):
            archive.add(library.resolve(), arcname=str(library))
        archive.add(python)
        add_link(archive, "usr/bin/python3", str(python))
    with made.open("rb") as files:
        yield files
    made.unlink()


def is_left_out(name: str, stdlib: Path) -> bool:
    first = Path("/", name).relative_to(stdlib).parts[:1]
    return bool(first) and (first[0].startswith(LEFT_OUT) or name.endswith((".opt-1.pyc", ".opt-2.pyc")))


def add_busybox(archive: tarfile.TarFile) -> None:
    archive.add(Path("/bin/busybox").resolve(), arcname="bin/busybox")
    for name in APPLETS:
        add_link(archive, f"bin/{name}", "/bin/busybox")
    for name in ("tmp", "opt"):
        folder = tarfile.TarInfo(name)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
        archive.addfile(folder)


def add_link(archive: tarfile.TarFile, name: str, target: str) -> None:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    archive.addfile(link)


def libraries(binaries: list[Path]) -> set[Path]:
    """The shared libraries of some programs and extensions, the loader among them."""
    told = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, timeout=DEADLINE, check=False)
    words = {word for line in told.stdout.splitlines() if not line.endswith(":") for word in line.split()}
    return {Path(word) for word in words if word.startswith("/")}
