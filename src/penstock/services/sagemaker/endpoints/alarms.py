"""Alarms: the activity that looks at a deployment's CloudWatch alarms while it bakes, as any customer would ask."""

import asyncio
from collections.abc import Callable
from typing import Final

from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints.model import Json
from penstock.wire.call import Call, Directory, Scope, ValidationError

LOOK_EVERY: Final = 1.0  # seconds


class Alarms:
    """The activity `sagemaker.watch-alarms`."""

    def __init__(self, directory: Directory, clock: Callable[[], float]) -> None:
        self._directory = directory
        self._clock = clock

    async def watch(self, task: Task) -> Json:
        """`Tripped`: the alarms that went off before the time was up. Raises what CloudWatch refuses with."""
        names, until = task.input["Alarms"], task.input["Until"]
        while True:
            tripped = await self._tripped(task.scope, names)
            left = until - self._clock()
            if tripped or left <= 0:
                return {"Tripped": tripped}
            await asyncio.sleep(min(LOOK_EVERY, left))

    async def _tripped(self, scope: Scope, names: list[str]) -> list[str]:
        answer = await self._directory.answer(Call("cloudwatch", "DescribeAlarms", {"AlarmNames": names}, scope))
        found = [*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]
        if missing := sorted(set(names) - {each["AlarmName"] for each in found}):
            raise ValidationError(f"there is no alarm named {', '.join(missing)}")
        return [each["AlarmName"] for each in found if each["StateValue"] == "ALARM"]
