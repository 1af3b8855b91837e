"""Deploying: the activity that gives an endpoint another configuration, and waits until it serves that or has not.

Performed again after a crash, its calls carry the tokens of the first time.
"""

import asyncio
from typing import Final

from penstock.engine.outbox import Task
from penstock.services.sagemaker.shadowtests.model import Json
from penstock.wire.call import Answer, Call, Directory, Scope, ValidationError

LOOK_EVERY: Final = 0.2  # seconds
LONGEST: Final = 4 * 3600.0
UNDER_WAY: Final = frozenset({"Creating", "Updating", "RollingBack"})
GONE: Final = "The endpoint {name} does not exist any more."
TOO_LONG: Final = "The endpoint {name} was still being updated after {hours:.0f} hours."


class Deploying:
    """The activity `sagemaker.deploy-shadow-test`."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def deploy(self, task: Task) -> Json:
        """`Problem` says why the endpoint does not serve the configuration; `IsGone` that there is none any more.

        Raises what it is refused with.
        """
        name, wanted = task.input["Endpoint"], task.input["Configuration"]
        token, config = f"{task.run}#{task.key}", wanted["EndpointConfigName"]
        update = {"EndpointName": name, "EndpointConfigName": config}
        try:
            async with asyncio.timeout(LONGEST):
                if await self._settled(task.scope, name) is None:  # somebody else may be changing it
                    return {"Problem": GONE.format(name=name), "IsGone": True}
                await self._directory.answer(Call("sagemaker", "CreateEndpointConfig", wanted, task.scope, token))
                await self._directory.answer(Call("sagemaker", "UpdateEndpoint", update, task.scope, token))
                found = await self._settled(task.scope, name)
        except TimeoutError:
            return {"Problem": TOO_LONG.format(name=name, hours=LONGEST / 3600)}
        if found is None:
            return {"Problem": GONE.format(name=name), "IsGone": True}
        if found["EndpointConfigName"] == config:
            return {"Problem": ""}
        return {"Problem": found.get("FailureReason", f"The endpoint {name} was changed meanwhile.")}

    async def _settled(self, scope: Scope, name: str) -> Answer | None:
        """The endpoint when it is not being changed; None where there is none."""
        while True:
            try:
                call = Call("sagemaker", "DescribeEndpoint", {"EndpointName": name}, scope)
                found = await self._directory.answer(call)
            except ValidationError:
                return None
            if found["EndpointStatus"] not in UNDER_WAY:
                return found
            await asyncio.sleep(LOOK_EVERY)
