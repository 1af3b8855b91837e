"""Watching: the alarms that undo an operation on a stack, from its beginning until its monitoring time is over.

One activity looks at them as long as the operation goes forward, and answers once: which alarm rings or is not there,
or that the time is over. A server that was down looks on when it is there again.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from penstock.engine.engine import Engine
from penstock.engine.outbox import Task
from penstock.services.cloudformation.turn import GOING
from penstock.wire.arns import Arn
from penstock.wire.call import Call, Directory

Json = Any
LOOK_EVERY: Final = 1.0  # seconds


@dataclass(frozen=True)
class Watching:
    engine: Engine
    directory: Directory
    clock: Callable[[], float]

    async def watch(self, task: Task) -> Json:
        """Look until an alarm rings, the time is over, or there is nothing to be undone any more."""
        while True:
            seen = await self.engine.database.read(lambda tx: self.engine.look(tx, task.run))
            assert seen is not None
            if seen.state.phase not in GOING or seen.state.failure:
                return {}
            if ringing := await self._ringing(seen.plan.order.alarms):
                return {"Ringing": ringing}
            if seen.state.phase == "watch" and self.clock() >= seen.state.until:
                return {}
            await asyncio.sleep(LOOK_EVERY)

    async def _ringing(self, alarms: Iterable[str]) -> str:
        """Why an operation must not go on; nothing where it may."""
        for arn in alarms:
            scope, name = Arn.of(arn).scope, Arn.of(arn).resource.removeprefix("alarm:")
            told = await self.directory.answer(Call("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]}, scope))
            states = [each["StateValue"] for each in told.get("MetricAlarms", ())]
            if not states:
                return f"Rollback trigger {arn} does not exist."
            if "ALARM" in states:
                return f"Rollback trigger {arn} is in ALARM state."
        return ""
