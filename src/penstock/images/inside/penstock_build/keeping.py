"""Keeping: a sandbox stays, carries out the commands that are left in its folder, and lets people in by its door.

commands/ID/command     what is to be done; the folder is put there whole
commands/ID/{out,err}   what it says           {began,ended}   when, and `ended` with its exit status
"""

import os
import subprocess
import time
from pathlib import Path
from typing import Callable, Mapping

from penstock_build.door import Door
from penstock_build.transcript import Transcript

LOOK_EVERY = 0.1
PIECE = 1 << 16
MOST = 16  # commands at a time; others wait


class Keeper:
    """Commands start in `folder`, each in a shell of its own."""

    def __init__(self, root: Path, folder: Path, environment: Mapping[str, str], transcript: Transcript) -> None:
        self._root = root
        self._commands = root / "commands"
        self._folder = folder
        self._environment = environment
        self._transcript = transcript
        self._running: dict[Path, "subprocess.Popen[bytes]"] = {}

    def keep(self, is_over: Callable[[], bool]) -> None:
        """Until it is over."""
        self._commands.mkdir(exist_ok=True)
        with Door(self._root / "door", self._folder, self._environment) as door:
            while not is_over():
                self._begin()
                self._end()
                door.wait(LOOK_EVERY)

    def _begin(self) -> None:
        for each in sorted(self._commands.iterdir()):
            is_new = not each.name.startswith(".") and not (each / "began").exists()
            if is_new and len(self._running) < MOST:
                self._running[each] = self._start(each)

    def _start(self, each: Path) -> "subprocess.Popen[bytes]":
        command = (each / "command").read_text()
        self._transcript.say(f"Running command {command.rstrip()}")
        with (each / "out").open("wb") as out, (each / "err").open("wb") as err:
            process = subprocess.Popen(
                ["sh", "-c", command],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        put(each / "began", repr(time.time()))
        return process

    def _end(self) -> None:
        for each, process in list(self._running.items()):
            status = process.poll()
            if status is not None:
                self._tell(each)
                put(each / "ended", f"{time.time()!r} {status if status >= 0 else 128 - status}")
                del self._running[each]

    def _tell(self, each: Path) -> None:
        """In the log, when it is over: what several commands say at a time would be mixed up."""
        for name in ("out", "err"):
            with (each / name).open("rb") as said:
                while piece := said.read(PIECE):
                    self._transcript.write(piece)
            self._transcript.finish_line()


def put(file: Path, text: str) -> None:
    """Whole or not at all."""
    new = file.with_name(f".{file.name}")
    new.write_text(text)
    os.replace(new, file)
