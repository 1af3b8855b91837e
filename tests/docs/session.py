"""A reader at a terminal, who does what a page says, from top to bottom, in one shell and an empty home.

Where a page has a database made, PostgreSQL's own variables say where, as an administrator would have told the reader.

The reader's `~/.penstock` is the data folder of a server that runs: `penstock up &` is that server, and its port takes
the place of 4599. A second server, in a folder of its own, is started as the page says, on a free port in the place of
4600, and waited for.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from docs.pages import ROOT, Command, File, Part

DEADLINE: Final = 150.0  # seconds for a page
MARK: Final = "\x1e"
PROLOGUE: Final = f"""\
ended() {{ printf '{MARK}%s{MARK}' "$1"; [ "$1" = 0 ] || exit; }}
ready() {{ until said | grep -q 'Penstock is ready at'; do kill -0 $! && sleep 0.1 || return; done; }}
said() {{ awk 'BEGIN {{ RS = "{MARK}" }} {{ last = $0 }} END {{ print last }}' ~/.printed; }}
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT
"""
IDENTITY: Final = "[user]\nname = Reader\nemail = reader@example.com\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has been run."""

    command: Command
    printed: str
    code: int


def read_through(
    parts: list[Part], home: Path, data: Path, port: int, programs: Path, variables: dict[str, str] | None = None
) -> list[Ran]:
    """Do what the page says; what each command printed, up to the first one that failed.

    `programs` are before all others on the reader's path.
    """
    furnish(home, data)
    ports = {"4599": str(port), "4600": str(free_port())}
    commands = [part for part in parts if isinstance(part, Command)]
    script = PROLOGUE + "".join(line for part in parts for line in typed(part, home, ports))
    printed = re.split(f"{MARK}(\\d+){MARK}", bash(script, home, environment(home, programs) | (variables or {})))
    told = zip(commands, printed[::2], printed[1::2], strict=False)
    return [Ran(command, localised(said, ports, home), int(code)) for command, said, code in told]


def furnish(home: Path, data: Path) -> None:
    """What a reader has: the server's folder, the examples, a name for git."""
    (home / ".penstock").symlink_to(data)
    (home / ".gitconfig").write_text(IDENTITY)
    shutil.copytree(ROOT / "examples", home / "examples")


def typed(part: Part, home: Path, ports: Mapping[str, str]) -> Iterator[str]:
    """The part as lines of a script."""
    if isinstance(part, File):
        yield f"mkdir -p {shlex.quote(os.path.dirname(part.name) or '.')}\n"  # noqa: PTH120 - relative to the shell
        yield f"cat >{shlex.quote(part.name)} <<'END-OF-FILE'\n{part.content}END-OF-FILE\n"
    elif isinstance(part, Command):
        text = re.sub(r"\b(4599|4600)\b", lambda found: ports[found[0]], part.text)
        background = re.fullmatch(r"penstock up\b(.*--data (?P<data>\S+))?.* &( +#.*)?", text)
        if background is None:
            yield f"{text}\nended $?\n"
        elif background["data"]:
            yield f"{text}\nready\nended $?\n"
        else:  # it runs already
            yield "ended 0\n"


def bash(script: str, home: Path, variables: dict[str, str]) -> str:
    """Run the script, and everything it leaves in the background, to its end; what was printed."""
    (home / ".script").write_text(script)
    with (home / ".printed").open("w+") as printed:
        process = subprocess.Popen(
            ["bash", ".script"], cwd=home, env=variables, stdin=subprocess.DEVNULL, stdout=printed,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(DEADLINE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        printed.seek(0)
        return printed.read()


def environment(home: Path, programs: Path) -> dict[str, str]:
    """What a reader's shell has: Penstock and its Python on the path, and nothing that leads to AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PENSTOCK_"))}
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    return kept | {"HOME": str(home), "PATH": path, "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "120"}


def localised(printed: str, ports: Mapping[str, str], home: Path) -> str:
    """What was printed, as a reader of the page would have seen it."""
    for documented, real in ports.items():
        printed = printed.replace(f":{real}", f":{documented}")
    return printed.replace(str(home), "/home/you")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        return int(somebody.getsockname()[1])
