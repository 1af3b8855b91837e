"""Special: where an optimised integration does more than its service model says. All pure.

`prepared` makes of a state's parameters what the service is asked for, `told` of the answer's result what the state
is told. Both work on Step Functions' spelling; `members` does the rest.
"""

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import msgspec

from penstock.services.stepfunctions.integrations.resources import Resource
from penstock.wire.call import Json, ServiceError
from penstock.wire.sdk.members import as_json, as_text

Parameters = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Caller:
    """Which execution asks, and the token that makes a repeated asking known."""

    execution: str = ""
    token: str = ""


def prepared(resource: Resource, parameters: Parameters, caller: Caller) -> Parameters:
    """The parameters as the service is to have them; raises `ServiceError` where its SDK would not even ask."""
    prepare = _PREPARED.get((resource.called_service, resource.called_operation, resource.is_sdk))
    return parameters if prepare is None else prepare(parameters, caller)


def told(resource: Resource, parameters: Parameters, result: dict[str, Json]) -> dict[str, Json]:
    """What the state is told; raises the failure that an answer may be, though the call succeeded."""
    tell = _TOLD.get((resource.service, resource.action))
    return result if tell is None else tell(parameters, result)


# -------------------------------------------------------------------------------------------------------- lambda


def invocation(arn: str, payload: Json) -> Parameters:
    """What a function's ARN as a resource asks for: the state's input is the payload, text in quotes."""
    return {"FunctionName": arn, "Payload": msgspec.json.encode(payload)}


def returned(result: Mapping[str, Json]) -> Json:
    """What a function returned; raises the error that it ended with."""
    payload = as_json(result.get("Payload") or None)
    if "FunctionError" in result:
        raise _function_error(payload)
    return payload


def _function_error(payload: Json) -> ServiceError:
    """The cause is the payload, written anew: without the spaces that runtimes leave in it."""
    text = as_text(payload)
    named = payload.get("errorType") if isinstance(payload, dict) else None
    if isinstance(named, str) and named:
        return ServiceError(text, code=named)
    return ServiceError(
        f"The cause could not be determined because Lambda did not return an error type. Returned payload: {text}",
        code="Lambda.Unknown",
    )


def _invoke(parameters: Parameters, _: Caller) -> Parameters:
    """A payload that is text is the JSON itself: `"0"` gives the function a number."""
    given = dict(parameters)
    if given.get("Payload") is not None:
        given["Payload"] = as_text(given["Payload"]).encode()
    if given.get("ClientContext") is not None:
        given["ClientContext"] = base64.b64encode(as_text(given["ClientContext"]).encode()).decode()
    return given


def _invoked(parameters: Parameters, result: dict[str, Json]) -> dict[str, Json]:
    kept: dict[str, Json] = {name: result[name] for name in ("ExecutedVersion", "StatusCode") if name in result}
    if parameters.get("InvocationType") in {"Event", "DryRun"}:
        return kept
    return {**kept, "Payload": returned(result)}


def not_found(parameters: Parameters, error: ServiceError) -> ServiceError:
    """Step Functions asks for the version $LATEST where none is named, and Lambda says which it did not find."""
    named = str(parameters.get("FunctionName", ""))
    if error.code != "ResourceNotFoundException" or parameters.get("Qualifier") or named.count(":") == 7:
        return error
    message = error.message
    if "function:" in message and ":" not in message.rpartition("function:")[2]:
        message = f"{message}:$LATEST"
    return ServiceError(message, code=error.code, status=error.status, **error.fields)


# -------------------------------------------------------------------------------------------------------- states


def _start_execution(parameters: Parameters, caller: Caller) -> Parameters:
    """Without a name the child is named for the task that starts it: asked again, it is the same child."""
    name = parameters.get("Name") or named_for(caller.token)
    given = parameters.get("Input")
    return {**parameters, "Name": name, "Input": "{}" if given is None else as_text(given)}


def _put_object(parameters: Parameters, _: Caller) -> Parameters:
    """AWS's SDK says what it sends: text."""
    return {"ContentType": "text/plain; charset=UTF-8", **parameters}


@lru_cache(maxsize=1024)
def named_for(token: str) -> str:
    """A name that is the same whenever the same is asked for."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, token))


def session(role: str, execution: str) -> str:
    """Who asks, when an execution has taken its machine's role; a role that is none stands for itself."""
    place, kind, name = role.partition(":role/")
    if not kind:
        return role
    account = place.rpartition(":")[2]
    return f"arn:aws:sts::{account}:assumed-role/{name.rpartition('/')[2]}/{named_for(execution).replace('-', '')}"


# ---------------------------------------------------------------------------------------------- sqs, sns, events


def _send_message(parameters: Parameters, _: Caller) -> Parameters:
    body = parameters.get("MessageBody")
    if body is None or body == "":
        raise ServiceError(
            "The request must contain the parameter MessageBody.", code="MissingParameter", status=400
        )  # fmt: skip
    _resolvable(str(parameters.get("QueueUrl", "")))
    return {**parameters, "MessageBody": as_text(body)}


def _resolvable(queue_url: str) -> None:
    """A queue's URL has its account and name in the path; without them it is a host that nobody knows."""
    where = urlsplit(queue_url)
    if where.scheme and where.netloc and not where.path.strip("/"):
        raise ServiceError(
            f"Unable to execute HTTP request: {where.hostname}: Name or service not known", code=UNREACHED
        )  # fmt: skip


UNREACHED: Final = "SdkClientException"  # of AWS's SDK: there was no answer, so the cause names no status and request


def _publish(parameters: Parameters, _: Caller) -> Parameters:
    message = parameters.get("Message")
    return parameters if message is None else {**parameters, "Message": as_text(message)}


def _put_events(parameters: Parameters, caller: Caller) -> Parameters:
    """Details become text, and every event names the machine and the execution that sent it."""
    entries = parameters.get("Entries")
    if not isinstance(entries, list):
        return parameters
    return {**parameters, "Entries": [_event(entry, caller) if isinstance(entry, dict) else entry for entry in entries]}


def _event(entry: dict[str, Json], caller: Caller) -> dict[str, Json]:
    senders = [arn for arn in (machine_of(caller.execution), caller.execution) if arn]
    sent = {**entry, "Resources": [*(entry.get("Resources") or ()), *senders]}
    return sent if sent.get("Detail") is None else {**sent, "Detail": as_text(sent["Detail"])}


def machine_of(execution: str) -> str:
    """The state machine of an execution's ARN; empty where that is no execution."""
    parts = execution.split(":")
    if len(parts) < 8 or parts[5] not in {"execution", "express"}:
        return ""
    return ":".join((*parts[:5], "stateMachine", parts[6]))


def _events_put(_: Parameters, result: dict[str, Json]) -> dict[str, Json]:
    if result.get("FailedEntryCount"):
        cause = {"Entries": result.get("Entries", []), "FailedEntryCount": result["FailedEntryCount"]}
        raise ServiceError(as_text(cause), code="EventBridge.FailedEntry")
    return result


_PREPARED: Final[Mapping[tuple[str, str, bool], Callable[[Parameters, Caller], Parameters]]] = {
    ("lambda", "Invoke", False): _invoke,
    ("stepfunctions", "StartExecution", False): _start_execution,
    ("stepfunctions", "StartExecution", True): _start_execution,
    ("s3", "PutObject", True): _put_object,
    ("sqs", "SendMessage", False): _send_message,
    ("sns", "Publish", False): _publish,
    ("events", "PutEvents", False): _put_events,
}
_TOLD: Final[Mapping[tuple[str, str], Callable[[Parameters, dict[str, Json]], dict[str, Json]]]] = {
    ("lambda", "invoke"): _invoked,
    ("events", "putEvents"): _events_put,
}
