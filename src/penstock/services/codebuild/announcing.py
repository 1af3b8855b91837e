"""Announcing: what EventBridge is told of builds, in AWS's form.

Times in these events are texts as Java writes them; phases and settings are a part of `additional-information`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from penstock.engine.notices import Kind, Notices
from penstock.services.codebuild.model import Json
from penstock.store.database import Transaction
from penstock.store.documents import Document

SOURCE: Final = "aws.codebuild"
STATE_CHANGE: Final = Kind(SOURCE, "CodeBuild Build State Change")
PHASE_CHANGE: Final = Kind(SOURCE, "CodeBuild Build Phase Change")
DASHED: Final[Mapping[str, str]] = {
    "phaseType": "phase-type", "phaseStatus": "phase-status", "startTime": "start-time", "endTime": "end-time",
    "durationInSeconds": "duration-in-seconds", "contexts": "phase-context",
}  # fmt: skip

Announce = Callable[[Transaction, Document, Mapping[str, Json]], None]  # a build, and what it was before


def unheard(tx: Transaction, build: Document, before: Mapping[str, Json]) -> None:
    """Where there is no EventBridge."""


class Announcer:
    """Tells of builds that have changed."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def __call__(self, tx: Transaction, build: Document, before: Mapping[str, Json]) -> None:
        now = build.body
        known = [each["phaseType"] for each in before.get("phases", ()) if "endTime" in each]
        for phase in now["phases"]:
            if phase["phaseType"] not in known and ("endTime" in phase or phase["phaseType"] == "COMPLETED"):
                self._tell(tx, PHASE_CHANGE, build, lambda phase=phase: phase_detail(now, phase))  # type: ignore[misc]
        if now["buildStatus"] != before.get("buildStatus"):
            self._tell(tx, STATE_CHANGE, build, lambda: state_detail(now))

    def _tell(self, tx: Transaction, kind: Kind, build: Document, detail: Callable[[], Json]) -> None:
        self._notices.keep(tx, build.scope, kind, [build.arn], detail, at=build.modified_at)


def state_detail(build: Mapping[str, Json]) -> Json:
    return {
        "build-status": build["buildStatus"],
        "project-name": build["projectName"],
        "build-id": build["arn"],
        "additional-information": further(build),
        "current-phase": build["currentPhase"],
        "current-phase-context": "[]",
        "version": "1",
    }


def phase_detail(build: Mapping[str, Json], phase: Mapping[str, Json]) -> Json:
    told = dashed(phase)
    return {
        "completed-phase": told.get("phase-type"),
        "project-name": build["projectName"],
        "build-id": build["arn"],
        "completed-phase-context": f"[{', '.join(told.get('phase-context', ()))}]",
        "additional-information": further(build),
        "completed-phase-status": told.get("phase-status", "SUCCEEDED"),
        "completed-phase-duration-seconds": told.get("duration-in-seconds", 0),
        "completed-phase-start": told.get("start-time"),
        "completed-phase-end": told.get("end-time", told.get("start-time")),
        "version": "1",
    }


def further(build: Mapping[str, Json]) -> Json:
    environment = build["environment"]
    return {
        "artifact": build.get("artifacts", {}),
        "environment": {
            "image": environment["image"],
            "privileged-mode": environment.get("privilegedMode", False),
            "compute-type": environment["computeType"],
            "type": environment["type"],
            "environment-variables": environment.get("environmentVariables", []),
        },
        "timeout-in-minutes": build["timeoutInMinutes"],
        "build-complete": build["buildComplete"],
        "build-number": build["buildNumber"],
        "initiator": build["initiator"],
        "build-start-time": javas(build["startTime"]),
        "source": {name: build["source"][name] for name in ("type", "location") if name in build["source"]},
        "source-version": build.get("sourceVersion", ""),
        "logs": {
            name: build["logs"][member]
            for name, member in (("group-name", "groupName"), ("stream-name", "streamName"))
            if member in build["logs"]
        },
        "phases": [dashed(phase) for phase in build["phases"]],
    }


def dashed(phase: Mapping[str, Json]) -> dict[str, Json]:
    told = {DASHED[name]: value for name, value in phase.items()}
    for name in ("start-time", "end-time"):
        if name in told:
            told[name] = javas(told[name])
    if "phase-context" in told:
        contexts = (each for each in told["phase-context"] if any(each.values()))
        told["phase-context"] = [f"{each['statusCode']}: {each['message']}" for each in contexts]
    return told


def javas(moment: float) -> str:
    """`Sep 1, 2017 4:12:29 PM`."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%b} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M:%S %p}"
