"""CloudFormation: stacks made, replaced, deleted; change sets made and executed.

An action that is begun again after a crash finds the stack under way, waits for it, and asks again: nothing is left to
be updated then, which is as good as done.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from penstock.services.codepipeline.providers.asking import Asking, Failed, pauses
from penstock.services.codepipeline.work import Work
from penstock.wire import stacks
from penstock.wire.call import Answer, ServiceError
from penstock.wire.stacks import DELETED, NOTHING_TO_DO, REVIEWED, Settled

Json = Any
Read = TypeVar("Read", dict[str, Json], list[Json])
LOOK_EVERY: Final = 1.0  # seconds, in the long run
EMPTY: Final = ("didn't contain changes", NOTHING_TO_DO)
WELL: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})
BROKEN: Final = frozenset(
    {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"}
)


async def deploy_stack(work: Work, asking: Asking) -> Mapping[str, Any]:
    """What the action's mode says; outputs of the stack are variables, and a file if one is asked for."""
    mode, name = work.given("ActionMode"), work.given("StackName")
    match mode:
        case "DELETE_ONLY":
            await _delete(name, work, asking)
            return {"Summary": f"Stack {name} is deleted."}
        case "CREATE_UPDATE" | "REPLACE_ON_FAILURE":
            stack = await _settled(name, asking)
            is_new = stack.status == DELETED
            if mode == "REPLACE_ON_FAILURE" and stack.status in BROKEN:
                await _delete(name, work, asking)
                is_new = True
            await _create_or_update(work, asking, is_new=is_new)
        case "CHANGE_SET_REPLACE":
            await _replace_change_set(work, asking)
            told = {"Summary": f"Change set {work.given('ChangeSetName')} is made."}
            return {**told, "Variables": outputs_of(await _settled(name, asking))}
        case "CHANGE_SET_EXECUTE":
            await _execute_change_set(work, asking)
        case _:
            raise Failed("ConfigurationError", f"ActionMode {mode} is not available.")
    return await _told(work, asking)


async def _create_or_update(work: Work, asking: Asking, *, is_new: bool) -> None:
    request = {**await _request(work, asking), "ClientRequestToken": work.attempt.id}
    if is_new:
        await asking.ask("cloudformation", "CreateStack", request)
        return
    try:
        await asking.ask("cloudformation", "UpdateStack", request)
    except ServiceError as error:
        if NOTHING_TO_DO not in error.message:
            raise


async def _replace_change_set(work: Work, asking: Asking) -> None:
    name, change_set = work.given("StackName"), _change_set(work)
    stack = await _settled(name, asking)
    is_new = stack.status in (REVIEWED, DELETED)
    asked = {"StackName": name, "ChangeSetName": change_set}
    if stack.status != DELETED:
        await _forget_change_set(asked, asking)
    request = await _request(work, asking)
    kind = "CREATE" if is_new else "UPDATE"
    await asking.ask(
        "cloudformation", "CreateChangeSet", {**request, "ChangeSetName": change_set, "ChangeSetType": kind}
    )
    for pause in pauses(LOOK_EVERY):
        found = await asking.ask("cloudformation", "DescribeChangeSet", asked)
        if found["Status"] == "CREATE_COMPLETE" or _is_empty(found):
            return
        if found["Status"] == "FAILED":
            raise Failed("JobFailed", f"Change set {change_set}: {found.get('StatusReason', 'failed')}")
        await asyncio.sleep(pause)


async def _forget_change_set(asked: Mapping[str, str], asking: Asking) -> None:
    """One that is not there is as good as deleted."""
    try:
        await asking.ask("cloudformation", "DeleteChangeSet", asked)
    except ServiceError as error:
        if not error.code.startswith("ChangeSetNotFound"):
            raise


async def _execute_change_set(work: Work, asking: Asking) -> None:
    """One that has no changes has nothing to be executed; one that is gone may have been executed before a crash."""
    name, change_set = work.given("StackName"), _change_set(work)
    asked = {"StackName": name, "ChangeSetName": change_set}
    try:
        found = await asking.ask("cloudformation", "DescribeChangeSet", asked)
        if not _is_empty(found):
            await asking.ask("cloudformation", "ExecuteChangeSet", asked)
    except ServiceError:
        stack = await stacks.described(asking.directory, asking.scope, name)
        if stack is None or f":changeSet/{change_set}/" not in stack.get("ChangeSetId", ""):
            raise


async def _delete(name: str, work: Work, asking: Asking) -> None:
    """A stack that is not there is as good as deleted."""
    if (await _settled(name, asking)).status == DELETED:
        return
    role = {"RoleARN": work.given("RoleArn")} if work.given("RoleArn") else {}
    await asking.ask("cloudformation", "DeleteStack", {"StackName": name, **role})
    left = await _settled(name, asking)
    if left.status != DELETED:
        raise _failure(name, left)


async def _told(work: Work, asking: Asking) -> Mapping[str, Any]:
    """What the stack has come to, once it has."""
    name = work.given("StackName")
    stack = await _settled(name, asking)
    if stack.status not in WELL:
        raise _failure(name, stack)
    outputs = outputs_of(stack)
    for artifact in work.outputs:
        await asking.keep(artifact, {work.given("OutputFileName", "output.json"): json.dumps(outputs).encode()})
    return {"Summary": f"Stack {name} is {stack.status}.", "ExternalId": stack.id, "Variables": outputs}


def outputs_of(stack: Settled) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack.outputs}


async def _settled(name: str, asking: Asking) -> Settled:
    """A stack once nothing is under way in it."""
    try:
        return await stacks.settled(asking.directory, asking.scope, name)
    except TimeoutError:
        raise Failed("JobFailed", f"Stack {name} has been changing for a day.") from None


def _failure(name: str, stack: Settled) -> Failed:
    return Failed("JobFailed", f"Stack {name} is {stack.status}. {stack.reason}".strip())


async def _request(work: Work, asking: Asking) -> dict[str, Json]:
    """The template, and what it is given."""
    if not work.given("TemplatePath"):
        raise Failed("ConfigurationError", f"TemplatePath is required where ActionMode is {work.given('ActionMode')}.")
    settings = json_of(await file_of(work, asking, work.given("TemplateConfiguration")), "TemplateConfiguration", dict)
    overrides = json_of(work.given("ParameterOverrides"), "ParameterOverrides", dict)
    values = {
        **settings.get("Parameters", {}),
        **{name: await _value(work, asking, given) for name, given in overrides.items()},
    }
    policy = settings.get("StackPolicy")
    return {
        "StackName": work.given("StackName"),
        "TemplateBody": await file_of(work, asking, work.given("TemplatePath")),
        "Parameters": [{"ParameterKey": name, "ParameterValue": str(value)} for name, value in values.items()],
        "Tags": [{"Key": name, "Value": value} for name, value in settings.get("Tags", {}).items()],
        "Capabilities": [each.strip() for each in work.given("Capabilities").split(",") if each.strip()],
        **({"RoleARN": work.given("RoleArn")} if work.given("RoleArn") else {}),
        **({"StackPolicyBody": json.dumps(policy)} if policy else {}),
    }


async def file_of(work: Work, asking: Asking, path: str) -> str:
    """A file of an input artifact, `Artifact::path`; nothing where nothing is asked for."""
    if not path:
        return ""
    name, _, inside = path.partition("::")
    artifact = next((each for each in work.inputs if each.name == name), None)
    files = await asking.files(artifact) if artifact is not None else {}
    if inside not in files:
        raise Failed("ConfigurationError", f"There is no file {inside} in an input artifact {name}.")
    return files[inside].decode()


async def _value(work: Work, asking: Asking, given: Json) -> Json:
    """A parameter's value: as it is, of an artifact's place, or of a JSON file in one."""
    match given:
        case {"Fn::GetArtifactAtt": [name, attribute]}:
            artifact = next((each for each in work.inputs if each.name == name), None)
            if artifact is None or attribute not in ("BucketName", "ObjectKey", "URL"):
                raise Failed("ConfigurationError", f"There is no {attribute} of an input artifact {name}.")
            url = f"https://{artifact.bucket}.s3.amazonaws.com/{artifact.key}"
            return {"BucketName": artifact.bucket, "ObjectKey": artifact.key, "URL": url}[attribute]
        case {"Fn::GetParam": [name, inside, key]}:
            values = json_of(await file_of(work, asking, f"{name}::{inside}"), inside, dict)
            if key not in values:
                raise Failed("ConfigurationError", f"There is no {key} in {inside} of artifact {name}.")
            return values[key]
    return given


def json_of(text: str, what: str, kind: type[Read]) -> Read:
    """A JSON object, or list; an empty one of an empty text."""
    try:
        found = json.loads(text) if text else kind()
    except ValueError as error:
        raise Failed("ConfigurationError", f"{what} is not JSON: {error}") from None
    if not isinstance(found, kind):
        raise Failed("ConfigurationError", f"{what} is not a JSON {'object' if kind is dict else 'list'}.")
    return found


def _change_set(work: Work) -> str:
    if not work.given("ChangeSetName"):
        raise Failed("ConfigurationError", f"ChangeSetName is required where ActionMode is {work.given('ActionMode')}.")
    return work.given("ChangeSetName")


def _is_empty(change_set: Answer) -> bool:
    return change_set["Status"] == "FAILED" and any(each in change_set.get("StatusReason", "") for each in EMPTY)
