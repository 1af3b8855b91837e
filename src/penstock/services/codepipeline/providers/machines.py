"""Step Functions: an execution of a state machine, named after the attempt, so that it is started once."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from penstock.services.codepipeline.providers.asking import Asking, Failed, pauses
from penstock.services.codepipeline.work import Work
from penstock.wire.call import ServiceError

Json = Any
LOOK_EVERY: Final = 0.5  # seconds, in the long run


async def execute(work: Work, asking: Asking) -> Mapping[str, Any]:
    """Start the machine and wait for its end; an express one is only started."""
    machine = work.given("StateMachineArn")
    prefix = work.given("ExecutionNamePrefix")
    name = f"{prefix}-{work.attempt.id}" if prefix else work.attempt.id
    described = await asking.ask("stepfunctions", "DescribeStateMachine", {"stateMachineArn": machine})
    request = {"stateMachineArn": machine, "name": name, "input": await _input(work, asking)}
    is_express = described["type"] == "EXPRESS"
    arn = await _started(request, asking)
    variables = {"StateMachineArn": machine, "ExecutionArn": arn}
    if is_express:
        return {"ExternalId": arn, "Variables": variables}
    await asking.tell(ExternalId=arn)
    for pause in pauses(LOOK_EVERY):
        found = await asking.ask("stepfunctions", "DescribeExecution", {"executionArn": arn})
        if found["status"] != "RUNNING":
            break
        await asyncio.sleep(pause)
    if found["status"] != "SUCCEEDED":
        why = ": ".join(each for each in (found.get("error"), found.get("cause")) if each)
        raise Failed("JobFailed", f"The state machine execution {arn} is {found['status']}. {why}".strip())
    for artifact in work.outputs:
        await asking.keep(artifact, {"output.json": found["output"].encode()})
    return {"ExternalId": arn, "Summary": "The execution has succeeded.", "Variables": variables}


async def _started(request: Mapping[str, Any], asking: Asking) -> str:
    """The ARN of the execution, which may have been started, and may have ended, before."""
    try:
        arn: str = (await asking.ask("stepfunctions", "StartExecution", request))["executionArn"]
    except ServiceError as error:
        if error.code != "ExecutionAlreadyExists":
            raise
        return f"{request['stateMachineArn'].replace(':stateMachine:', ':execution:')}:{request['name']}"
    return arn


async def _input(work: Work, asking: Asking) -> str:
    given = work.given("Input")
    if work.given("InputType", "Literal") == "Literal":
        return given or "{}"
    if not work.inputs:
        raise Failed("ConfigurationError", "InputType FilePath needs an input artifact.")
    files = await asking.files(work.inputs[0])
    if given not in files:
        raise Failed("ConfigurationError", f"There is no file {given} in artifact {work.inputs[0].name}.")
    return files[given].decode()
