"""What EventBridge hears of a build: its beginning, each phase that is over, and its end."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from penstock.engine.notices import Kind, Notices
from penstock.services.codebuild.announcing import Announcer, javas
from penstock.store.database import Transaction
from penstock.wire.call import Scope
from services.codebuild.worlds import Json, World, project


class Heard:
    """Notices that are kept in a list."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Json]] = []

    def keep(
        self,
        tx: Transaction,
        scope: Scope,
        kind: Kind,
        resources: Sequence[str],
        detail: Callable[[], Any],
        *,
        at: float,
    ) -> None:
        self.told.append((kind.detail_type, detail()))


async def test_a_build_is_told_of_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    heard = Heard()
    world = World(tmp_path, announce=Announcer(cast("Notices", heard)))
    async with world.open() as client:
        await client("CreateProject", **project(spec="version: 0.2\nphases: {build: {commands: ['false']}}"))
        build = await client.run()

    states = [detail for kind, detail in heard.told if kind == "CodeBuild Build State Change"]
    phases = [detail for kind, detail in heard.told if kind == "CodeBuild Build Phase Change"]
    assert [each["build-status"] for each in states] == ["IN_PROGRESS", "FAILED"]
    assert (states[1]["build-id"], states[1]["current-phase"]) == (build["arn"], "COMPLETED")
    assert states[1]["additional-information"]["phases"][-1]["phase-type"] == "COMPLETED"
    assert [each["completed-phase"] for each in phases] == [each["phaseType"] for each in build["phases"]]
    failed = next(each for each in phases if each["completed-phase"] == "BUILD")
    assert failed["completed-phase-status"] == "FAILED"
    assert failed["completed-phase-context"] == (
        "[COMMAND_EXECUTION_ERROR: Error while executing command: false. Reason: exit status 1]"
    )


def test_times_are_as_java_writes_them() -> None:
    assert javas(1504239149) == "Sep 1, 2017 4:12:29 AM"
    assert javas(1504281600) == "Sep 1, 2017 4:00:00 PM"
