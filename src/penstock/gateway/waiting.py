"""Waiting: a client that waits for something says so with each look, and then the look itself waits.

Waiters look every 5 to 60 seconds, since AWS takes minutes: whoever waits so for a pipeline execution of three seconds
learns of its end after thirty. AWS's SDKs tell in `User-Agent` that a waiter asks (the feature `B`). Such a look at
what is under way is answered when it no longer is, or when the client would soon give up; then the waiter looks again
as always. What any other client asks is answered at once.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from penstock.wire.call import Answer, Call
from penstock.wire.http import HttpRequest

LONGEST: Final = 45.0  # seconds: botocore, and so boto3 and the AWS command, reads for 60
LONGEST_OF_OTHERS: Final = 20.0  # AWS's SDK for Java reads for 30
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 0.5
A_WAITER: Final = re.compile(r"(?:^| )m/(?:[^ ,]+,)*B(?:[, ]|$)")


def one_of(member: str, *statuses: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.get(member) in statuses


def any_stack(answer: Answer) -> bool:
    return any(stack["StackStatus"].endswith("_IN_PROGRESS") for stack in answer["Stacks"])


UNDER_WAY: Final[Mapping[tuple[str, str], Callable[[Answer], bool]]] = {
    ("sagemaker", "DescribePipelineExecution"): one_of("PipelineExecutionStatus", "Executing", "Stopping"),
    ("sagemaker", "DescribeTrainingJob"): one_of("TrainingJobStatus", "InProgress", "Stopping"),
    ("sagemaker", "DescribeProcessingJob"): one_of("ProcessingJobStatus", "InProgress", "Stopping"),
    ("sagemaker", "DescribeTransformJob"): one_of("TransformJobStatus", "InProgress", "Stopping"),
    ("sagemaker", "DescribeEndpoint"): one_of(
        "EndpointStatus", "Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"
    ),
    ("cloudformation", "DescribeStacks"): any_stack,
    ("cloudformation", "DescribeChangeSet"): one_of("Status", "CREATE_PENDING", "CREATE_IN_PROGRESS"),
}


def waits(request: HttpRequest, call: Call) -> bool:
    """Whether a waiter asks, and for something that may be waited for here."""
    told = (call.service, call.operation) in UNDER_WAY
    return told and A_WAITER.search(request.headers.get("user-agent", "")) is not None


def patience(request: HttpRequest) -> float:
    """For how long a look may last."""
    return LONGEST if "botocore" in request.headers.get("user-agent", "").lower() else LONGEST_OF_OTHERS


async def settled(call: Call, look: Callable[[], Awaitable[Answer]], longest: float) -> Answer:
    """What is told of it when it is no longer under way, or when a waiter has waited long enough."""
    now = asyncio.get_running_loop().time
    is_under_way = UNDER_WAY[call.service, call.operation]
    end, pause = now() + longest, FIRST_PAUSE
    while is_under_way(answer := await look()) and now() + pause < end:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    return answer
