"""`penstock` and `aws` as forks of a Python that has imported them, which takes longer than most of their commands do.

    door.py SOCKET      says that it is open, and forks for whoever comes, until it is ended

Who comes is a `SHIM`, named like the command it stands for. It hands over its words, its folder, its variables and its
three streams, passes on signals, and ends with the command's exit code. A command whose shim is killed is killed, too.
`penstock up` is a program of its own, as ever: it outlives commands.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from end_to_end.scripts.botocore_once import read_once

MODULES: Final = (
    "penstock.cli.run", "penstock.cli.exec", "pandas", "sklearn.ensemble", "sklearn.model_selection", "sklearn.metrics",
    "awscli.clidriver", "awscli.customizations.s3.s3",
)  # fmt: skip
CLIENTS: Final = ("s3", "sts", "sagemaker", "stepfunctions")
COMMANDS: Final = ("penstock", "aws")
LONGEST: Final = 60.0  # seconds, for it to open
PASSED_ON: Final = (signal.SIGTERM, signal.SIGINT)
SHIM: Final = """\
#!{python} -IS
import os, signal, sys
if sys.argv[1:2] == ["up"]:
    os.execv({real!r}, [{real!r}, *sys.argv[1:]])
import json, socket
line = socket.socket(socket.AF_UNIX)
line.connect({door!r})
told = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(line, [{name!r}.ljust(8).encode() + len(told).to_bytes(4, "big")], [0, 1, 2])
line.sendall(told)
for number in {passed_on!r}:
    signal.signal(number, lambda number, frame: line.sendall(bytes([number])))
code = line.recv(1)
os._exit(code[0] if code else 70)
"""


@contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """Open the door; a folder of shims, for the front of a path."""
    programs = folder / "programs"
    programs.mkdir()
    door = str(folder / "door")
    for name in COMMANDS:
        real = str(Path(sys.executable).parent / name)
        shim = SHIM.format(python=sys.executable, real=real, door=door, name=name, passed_on=[*map(int, PASSED_ON)])
        (programs / name).write_text(shim)
        (programs / name).chmod(0o755)
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))}
    process = subprocess.Popen(
        [sys.executable, __file__, door], stdout=subprocess.PIPE, env=variables, start_new_session=True
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], LONGEST)[0], "the door does not open"
        process.stdout.readline()
        yield programs
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def main(path: str) -> NoReturn:
    for name in MODULES:
        importlib.import_module(name)
    read_once(CLIENTS)
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for who keeps a command
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        print("open", flush=True)
        while True:
            line, _ = door.accept()
            if os.fork() == 0:
                keep(line)
            line.close()


def keep(line: socket.socket) -> NoReturn:
    """Keep a command until it has ended, or whoever asked for it is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(line, 12, 3)
    name, size = struct.unpack(">8sI", head)
    told = json.loads(line.recv(size, socket.MSG_WAITALL))
    command = os.fork()
    if command == 0:
        line.close()
        become(name.decode().strip(), streams, *told)
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(command)
    while ended not in select.select([ended, line.fileno()], [], [])[0]:
        asked = line.recv(1)
        signal.pidfd_send_signal(ended, asked[0] if asked else signal.SIGKILL)
        if not asked:
            break
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    try:
        line.sendall(bytes([code if code >= 0 else 128 - code]))
    finally:
        os._exit(0)


def become(name: str, streams: list[int], words: list[str], folder: str, variables: dict[str, str]) -> NoReturn:
    """This process is the command from here on."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    if name == "aws":  # it says by a variable where its data are
        importlib.reload(importlib.import_module("awscli"))
    sys.argv = [name, *words]
    sys.exit(entry(name)())


def entry(name: str) -> Any:
    module = {"penstock": "penstock.cli", "aws": "awscli.clidriver"}[name]
    return importlib.import_module(module).main


if __name__ == "__main__":
    main(sys.argv[1])
