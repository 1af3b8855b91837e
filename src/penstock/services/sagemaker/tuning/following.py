"""Following: the activity that tells a run the values of a trial's objective metric while its training job runs.

The job's log is a file (`store.streams`); its stream is found at Logs' front door. Values are told together, once a
second at the most: each telling is a commit.
"""

import asyncio
from typing import Final

from penstock.engine.facts import Json
from penstock.engine.outbox import Task
from penstock.services.sagemaker.jobs.metrics import followed
from penstock.services.sagemaker.jobs.model import NAMES
from penstock.services.sagemaker.tuning.flow import TOLD
from penstock.store.streams import Streams
from penstock.wire.call import Call, Directory, Scope, ServiceError

LOOK_EVERY: Final = 1.0  # seconds
UNDER_WAY: Final = frozenset({"InProgress", "Stopping"})
GROUP: Final = NAMES["training-job"].log_group


class Following:
    """Reads the logs of trials."""

    def __init__(self, directory: Directory, streams: Streams) -> None:
        self._directory = directory
        self._streams = streams

    async def follow(self, task: Task) -> Json:
        """Tell what the log shows until the training job has ended; the rest is the answer."""
        trial, job = task.input["Trial"], task.input["TrainingJobName"]
        stream = await self._stream(task.scope, job)
        if stream is None:
            return {"First": 1, "Values": []}
        told = 0
        async with followed(self._streams.path(task.scope, GROUP, stream), task.input["Regex"]) as values:
            while await self._is_under_way(task.scope, job):
                news = await values.within(LOOK_EVERY)
                if news:
                    await task.tell(TOLD, {"Trial": trial, "First": told + 1, "Values": news})
                    told += len(news)
            return {"First": told + 1, "Values": await values.rest()}

    async def _stream(self, scope: Scope, job: str) -> str | None:
        """The log stream of a job's first instance, waited for; None if the job ended without one."""
        request = {"logGroupName": GROUP, "logStreamNamePrefix": f"{job}/algo-1-"}
        while True:
            is_last = not await self._is_under_way(scope, job)
            try:
                found = await self._directory.answer(Call("logs", "DescribeLogStreams", request, scope))
            except ServiceError:  # the group is made with the first stream
                found = {}
            if streams := found.get("logStreams"):
                return str(streams[0]["logStreamName"])
            if is_last:
                return None
            await asyncio.sleep(LOOK_EVERY)

    async def _is_under_way(self, scope: Scope, job: str) -> bool:
        try:
            call = Call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": job}, scope)
            return (await self._directory.answer(call))["TrainingJobStatus"] in UNDER_WAY
        except ServiceError:  # it was deleted
            return False
