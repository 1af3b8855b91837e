"""Phases: one after the other, and what comes after one that has failed.

INSTALL and PRE_BUILD that fail end the build; after BUILD that has failed, POST_BUILD runs with
CODEBUILD_BUILD_SUCCEEDING=0; `on-failure` says otherwise.
"""

import re
from typing import Any, Iterable, Mapping, Optional

from penstock_build.session import NotThatUser, Session
from penstock_build.told import Told
from penstock_build.transcript import Transcript

Json = Any
TAIL = 1 << 16  # bytes of output that a pattern of `on-failure` is looked for in


class Tail:
    """The output on its way to the log, its end remembered."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self.kept = b""

    def write(self, piece: bytes) -> None:
        self._transcript.write(piece)
        self.kept = (self.kept + piece)[-TAIL:]


class CommandFailed(Exception):
    """A command has ended with a status that is not 0."""


class Phases:
    """The phases that an order names, in one session. `pause` is a command for when one has failed for good."""

    def __init__(
        self, session: Session, told: Told, transcript: Transcript, tail: Tail, pause: Optional[str] = None
    ) -> None:
        self._session = session
        self._told = told
        self._transcript = transcript
        self._tail = tail
        self._pause = pause
        self.is_succeeding = True

    def run(self, phases: Iterable[Mapping[str, Json]]) -> bool:
        """Carry them out; false if the build ends here, with nothing to be uploaded."""
        for phase in phases:
            if not self._phase(phase):
                self.is_succeeding = False
                if not goes_on(phase):
                    return phase["name"] in ("build", "post_build") and not phase.get("action")
        return True

    def _phase(self, phase: Mapping[str, Json]) -> bool:
        """Carry one out, again where `on-failure` says so; whether it has succeeded."""
        self._told.enter(phase["name"].upper())
        times = phase["times"] if phase.get("action") == "RETRY" else 0
        for attempt in range(times + 1):
            self._tail.kept = b""
            try:
                self._attempt(phase, is_last=attempt == times)
            except (CommandFailed, NotThatUser) as failure:
                reason = str(failure)
            else:
                self._told.leave("SUCCEEDED")
                return True
            if attempt == times or not self._is_worth_another(phase):
                break
            self._transcript.say(f"{reason}. Trying phase {phase['name'].upper()} again: {attempt + 1} of {times}")
        self._told.leave("FAILED", "COMMAND_EXECUTION_ERROR", reason)
        return False

    def _is_worth_another(self, phase: Mapping[str, Json]) -> bool:
        return bool(re.search(phase["pattern"], self._tail.kept.decode(errors="replace")))

    def _attempt(self, phase: Mapping[str, Json], *, is_last: bool) -> None:
        if phase.get("user"):
            self._session.become(phase["user"])
        self._session.export("CODEBUILD_BUILD_SUCCEEDING", str(int(self.is_succeeding)))
        try:
            self._commands(phase["commands"])
        except CommandFailed:
            if self._pause is not None and (is_last or not self._is_worth_another(phase)):
                self._session.run(self._pause)
            raise
        finally:
            if phase["finally"]:
                self._commands(phase["finally"])

    def _commands(self, commands: Iterable[str]) -> None:
        for command in commands:
            self._transcript.say(f"Running command {command.rstrip()}")
            status = self._session.run(command)
            self._transcript.finish_line()
            if status:
                self._transcript.say(f"Command did not exit successfully {command.rstrip()} exit status {status}")
                raise CommandFailed(f"Error while executing command: {command.rstrip()}. Reason: exit status {status}")


def goes_on(phase: Mapping[str, Json]) -> bool:
    """Whether a failure of this phase lets the next one begin."""
    action = phase.get("action")
    return action == "CONTINUE" or (action is None and phase["name"] == "build")
