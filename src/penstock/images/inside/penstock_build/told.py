"""What is told of a build while it runs: a JSON file, replaced whole, that whoever ordered the build looks at.

{"phases": [{"phaseType": "BUILD", "phaseStatus": "SUCCEEDED", "startTime": 1.0, "endTime": 2.0, "contexts": […]}], …}
"""

import json
import os
import time
from pathlib import Path
from typing import Any, Optional

from penstock_build.transcript import Transcript

Json = Any


class Told:
    """The file, and the lines of the log that say the same."""

    def __init__(self, file: Path, transcript: Transcript) -> None:
        self._file = file
        self._transcript = transcript
        self._facts: dict[str, Json] = {"phases": []}

    @property
    def phases(self) -> list[dict[str, Json]]:
        phases: list[dict[str, Json]] = self._facts["phases"]
        return phases

    def enter(self, phase: str) -> None:
        self.phases.append({"phaseType": phase, "phaseStatus": "IN_PROGRESS", "startTime": time.time()})
        self._transcript.say(f"Entering phase {phase}")
        self._write()

    def leave(self, status: str, code: str = "", message: str = "") -> None:
        """End the phase that was entered last."""
        phase, message = self.phases[-1], self._transcript.masked(message)
        contexts = [{"statusCode": code, "message": message}]
        phase.update(phaseStatus=status, endTime=time.time(), contexts=contexts)
        self._transcript.say(f"Phase complete: {phase['phaseType']} State: {status}")
        self._transcript.say(f"Phase context status code: {code} Message: {message}")
        self._write()

    def tell(self, **facts: Json) -> None:
        self._facts.update(facts)
        self._write()

    def under_way(self) -> Optional[str]:
        """The phase that has begun and not ended."""
        last = self.phases[-1] if self.phases else {}
        return last.get("phaseType") if last.get("phaseStatus") == "IN_PROGRESS" else None

    def _write(self) -> None:
        new = self._file.with_name(f".{self._file.name}.new")
        new.write_text(json.dumps(self._facts))
        os.replace(new, self._file)
