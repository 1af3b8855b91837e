"""Additional attributes: what a message of detail type FULL has beside its event. Of pipelines there are some."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from penstock.services.notifications.catalogue import ACTION, PIPELINE, STAGE, at

Json = Any
OF_SOURCES: Final = ("BranchName", "CommitId", "RepositoryName", "FullRepositoryName")


def needs_actions(event: Mapping[str, Json]) -> bool:
    """Whether it takes the action executions to tell."""
    state = at(event["detail"], "state")
    match event["detail-type"]:
        case kind if kind == PIPELINE:
            return bool(state == "FAILED")
        case kind if kind == STAGE:
            return state in {"FAILED", "STARTED"}
        case kind if kind == ACTION:
            return is_approval_needed(event)
    return False


def is_approval_needed(event: Mapping[str, Json]) -> bool:
    return bool(at(event["detail"], "state") == "STARTED" and at(event["detail"], "type.category") == "Approval")


def additional(event: Mapping[str, Json], actions: Sequence[Json]) -> dict[str, Json]:
    """What is to be told beside an event, of ListActionExecutions' details (the newest first)."""
    detail, kind = event["detail"], event["detail-type"]
    if kind == ACTION and detail.get("state") == "FAILED":
        return {"additionalInformation": at(detail, "execution-result.external-execution-summary") or ""}
    if kind == ACTION and is_approval_needed(event):
        return _asked(actions, detail["action-execution-id"])
    if kind == PIPELINE and detail.get("state") == "FAILED":
        failed = _failed(actions)
        stage = {"failedStage": failed[0]["stageName"]} if failed else {}
        return {**_failures(failed), **stage}
    if kind == STAGE and detail.get("state") == "FAILED":
        return _failures([each for each in _failed(actions) if each["stageName"] == detail["stage"]])
    if kind == STAGE and detail.get("state") == "STARTED":
        sources = [_source(each) for each in _latest(actions) if is_source(each)]
        return {"sourceActions": sources} if sources else {}
    return {}


def is_source(action: Json) -> bool:
    return bool(at(action, "input.actionTypeId.category") == "Source" and action["status"] == "Succeeded")


def _latest(actions: Sequence[Json]) -> list[Json]:
    """The last attempt of each action, in the order of their beginnings."""
    found: dict[tuple[str, str], Json] = {}
    for each in actions:
        found.setdefault((each["stageName"], each["actionName"]), each)
    return [*reversed(found.values())]


def _failed(actions: Sequence[Json]) -> list[Json]:
    return [each for each in _latest(actions) if each["status"] == "Failed"]


def _failures(failed: Sequence[Json]) -> dict[str, Json]:
    told = [
        {
            "action": each["actionName"],
            "additionalInformation": at(each, "output.executionResult.externalExecutionSummary") or "",
        }
        for each in failed
    ]
    return {"failedActionCount": len(told), "failedActions": told}


def _source(action: Json) -> dict[str, Json]:
    variables = at(action, "output.outputVariables") or {}
    return {
        "sourceActionName": action["actionName"],
        "sourceActionProvider": at(action, "input.actionTypeId.provider"),
        "sourceActionVariables": {name: variables[name] for name in OF_SOURCES if name in variables},
    }


def _asked(actions: Sequence[Json], attempt: str) -> dict[str, Json]:
    """What an approval shows to whom it asks."""
    found = (each for each in actions if each["actionExecutionId"] == attempt)
    given = at(next(found, {}), "input.resolvedConfiguration") or {}
    members = {"externalEntityLink": "ExternalEntityLink", "customData": "CustomData"}
    return {name: given[member] for name, member in members.items() if member in given}
