"""Steps that ask somebody outside: what a function or a queue is told, and what their answers come to.

    Lambda      ─► the function, its event being the step's arguments          ─► what it returns
    Callback    ─► a message on a queue, with a token      … whoever has it …  ─► SendPipelineExecutionStepSuccess

Of an answer the declared outputs are kept, each of the type that it was declared with. Neither can be stopped: an
execution that is stopping waits for them, and tells the holder of a callback's token so.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from penstock.languages.pipeline.expressions import Sources, resolve
from penstock.languages.pipeline.tree import DefinitionError, Expression, Output
from penstock.languages.pipeline.values import admitted, written
from penstock.services.sagemaker.pipelines.model import Begin, Progress

Json = Any
CALL_FUNCTION: Final = "pipelines.function"
SEND_MESSAGE: Final = "pipelines.callback-message"
LONGEST_CALL: Final = 600  # seconds that a Lambda step takes at most, whatever its function's own time limit
LONGEST_WAIT: Final = 28  # days that an execution takes at most, and so a callback


class UnfitOutput(Exception):
    """An answer that is not what the step declares; the message says how."""


def payload(arguments: Expression, sources: Sources) -> str:
    """The event that a function is given. Raises `Unresolvable`."""
    return msgspec.json.encode(resolve(arguments, sources)).decode()


def message(begin: Begin, progress: Progress, arguments: Json, status: str) -> dict[str, Json]:
    """What the activity sends: a message of AWS's shape, whose status is Executing at first and Stopping later."""
    body = {"token": progress.token, "pipelineExecutionArn": begin.arn, "arguments": arguments, "status": status}
    return {
        "QueueUrl": progress.queue,
        "Token": progress.token,
        "Execution": begin.execution_id,
        "Body": msgspec.json.encode(body).decode(),
    }


def outputs(declared: Iterable[Output], answered: Json) -> dict[str, Json]:
    """The outputs that a step has after this answer. One that is missing shows when a step uses it.

    Nested values count as the text of their JSON. Raises `UnfitOutput`.
    """
    given: Mapping[str, Json] = answered if isinstance(answered, dict) else {}
    try:
        return {
            output.name: admitted(output.type, _flat(given[output.name]), where=f"Output '{output.name}'")
            for output in declared
            if given.get(output.name) is not None
        }
    except DefinitionError as error:
        raise UnfitOutput(str(error)) from None


def _flat(value: Json) -> Json:
    return written(value) if isinstance(value, dict | list) else value


def shown(found: Mapping[str, Json]) -> list[dict[str, str]]:
    """Outputs as answers show them."""
    return [{"Name": name, "Value": written(value)[:1024]} for name, value in found.items()]
