"""One shell for all commands of a build, so that `cd`, variables and functions of one are there for the next.

The shell reads the names of files to source from one pipe and answers statuses on another; its output comes on a third.
A shell that a command has ended (`exit`, `set -e`) leaves its variables and its folder to the next one.
"""

import os
import pwd
import re
import selectors
import shlex
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Callable, Mapping, Optional

DRIVER = """\
exec 3<&0 4>&2 </dev/null 2>&1
trap 'export -p >"$PENSTOCK_STATE/variables"; pwd >"$PENSTOCK_STATE/folder"' EXIT
while IFS= read -r penstock_next <&3; do
. "$penstock_next" 3<&- 4>&-
echo "=$?" >&4
done
"""
RESTORE = '. "$PENSTOCK_STATE/variables"; cd "$(cat "$PENSTOCK_STATE/folder")"\n'
STATUS = re.compile(rb"^=(\d+)\n", re.MULTILINE)
PIECE = 1 << 16


class Stopped(Exception):
    """The build is told to end."""


class NotThatUser(Exception):
    """The commands cannot run as the user that they are to run as."""


class Session:
    """A shell, started when a command first needs it. `folder` is where it starts; `scratch` is for its own files."""

    def __init__(
        self,
        shell: str,
        folder: Path,
        scratch: Path,
        environment: Mapping[str, str],
        output: Callable[[bytes], None],
        *,
        keeps: bool = True,
    ) -> None:
        self._shell = shell
        self._folder = folder
        self._scratch = scratch
        self._environment = {**environment, "PENSTOCK_STATE": str(scratch)}
        self._output = output
        self._keeps = keeps
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._stopped = False
        self._user = ""

    def run(self, command: str) -> int:
        """Have a command carried out; its exit status."""
        if self._stopped:
            raise Stopped
        if self._process is None:
            self._start()
            if self._stopped:  # meanwhile, when there was nobody to end
                raise Stopped
        script = self._scratch / "command"
        script.write_text(command + "\n")
        try:
            os.write(self._orders, f"{script}\n".encode())
        except BrokenPipeError:  # nobody reads: the shell could not start as that user, or something has killed it
            status = self._bury() or 1
        else:
            status = self._wait()
        if self._stopped:
            raise Stopped
        if not self._keeps:
            self.close()
            (self._scratch / "variables").unlink(missing_ok=True)
        return status

    def export(self, name: str, value: str) -> None:
        """Set a variable for the commands to come."""
        if self._keeps:
            self.run(f"export {name}={shlex.quote(value)}")
        else:
            self._environment[name] = value

    def environ(self, variables: Mapping[str, str]) -> None:
        """Set variables for shells to come."""
        self._environment.update(variables)

    def expand(self, text: str) -> str:
        """A text with what the shell makes of its variables and its `$(…)`; as it is where there is no shell."""
        if "$" not in text and "`" not in text:
            return text
        result = self._scratch / "expanded"
        result.unlink(missing_ok=True)
        self.run(f"cat >{shlex.quote(str(result))} <<PENSTOCK_END\n{text}\nPENSTOCK_END")
        return result.read_text(errors="replace").strip() if result.exists() else text

    def value(self, name: str) -> Optional[str]:
        """What a variable holds; None where it is not set."""
        result = self._scratch / "value"
        result.unlink(missing_ok=True)
        quoted = shlex.quote(str(result))
        self.run(f'if [ -n "${{{name}+is}}" ]; then printf %s "${name}" >{quoted}; fi')
        return result.read_text(errors="replace") if result.exists() else None

    def become(self, user: str) -> None:
        """Have the commands to come run as a user of the machine; raises `NotThatUser`."""
        if user == self._user:
            return
        try:
            is_somebody_else = pwd.getpwnam(user).pw_uid != os.geteuid()
        except KeyError:
            raise NotThatUser(f"run-as: there is no user '{user}' here") from None
        if is_somebody_else and os.geteuid() != 0:
            raise NotThatUser(f"run-as: only root can run commands as '{user}', and this build does not run as root")
        self._leave()
        self._user = user

    @property
    def is_stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """From a signal handler: end the commands, and let no other begin."""
        self._stopped = True
        self._kill()

    def close(self) -> None:
        """End the shell and what it has left running."""
        if self._process is not None:
            self._kill()
            self._bury()

    def _start(self) -> None:
        driver, is_again = self._scratch / "driver", (self._scratch / "variables").exists()
        driver.write_text((RESTORE if is_again else "") + DRIVER)
        self._scratch.chmod(0o777)  # whoever the commands run as
        for each in self._scratch.iterdir():
            each.chmod(0o666)
        orders, self._orders = os.pipe()
        self._statuses, statuses = os.pipe()
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        self._process = subprocess.Popen(
            [self._shell, str(driver)],
            cwd=self._folder,
            env=self._environment,
            stdin=orders,
            stdout=writing,
            stderr=statuses,
            start_new_session=True,
            user=self._user or None,
        )
        for handle in (orders, statuses, writing):
            os.close(handle)

    def _leave(self) -> None:
        """Let the shell end by itself, so that the next one can go on from where it was."""
        if self._process is not None:
            os.close(self._orders)
            self._orders = os.open(os.devnull, os.O_WRONLY)
            self._wait()

    def _wait(self) -> int:
        """Pass the output on until the command has ended, or the shell has."""
        answer = b""
        with selectors.DefaultSelector() as ready:
            ready.register(self._reading, selectors.EVENT_READ)
            ready.register(self._statuses, selectors.EVENT_READ)
            while (found := STATUS.search(answer)) is None:
                for key, _ in ready.select():
                    if key.fd == self._reading:
                        if not self._pass_on():
                            ready.unregister(self._reading)
                        continue
                    piece = os.read(self._statuses, 64)
                    answer += piece
                    if not piece:
                        return self._bury()
        while self._pass_on():
            pass
        return int(found[1])

    def _pass_on(self) -> bool:
        """Pass on what is there; false if nothing is."""
        try:
            piece = os.read(self._reading, PIECE)
        except BlockingIOError:
            return False
        self._output(piece)
        return bool(piece)

    def _bury(self) -> int:
        """The status of a shell that is gone."""
        assert self._process is not None
        status = self._process.wait()
        while self._pass_on():
            pass
        for handle in (self._orders, self._statuses, self._reading):
            os.close(handle)
        self._process = None
        return status if status >= 0 else 128 - status

    def _kill(self) -> None:
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
