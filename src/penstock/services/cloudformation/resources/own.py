"""AWS::CloudFormation::…: stacks in stacks, and what waits for an answer that is put to an address.

A custom resource's function, and who signals a wait condition, are given an address in a bucket of CloudFormation's own
to which they put what they have to say. The bucket keeps versions: many may speak at one address.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from penstock.services.cloudformation.resources.kind import (
    Address,
    Ask,
    Begun,
    Failed,
    Made,
    Naming,
    Pause,
    Resource,
    ResourceType,
    Steps,
    ask,
    settled,
)
from penstock.services.cloudformation.resources.shaping import text, texts
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Scope

Json = Any
LOOK_EVERY: Final = 0.25  # seconds between two looks for an answer
LONGEST_ANSWER: Final = 3600  # seconds that a custom resource may take, unless it says so itself
LONGEST_WAIT: Final = 43_200
GONE: Final = ("does not exist",)
MOVING: Final = "PROGRESS"  # how a status ends that passes
MADE: Final = frozenset({"CREATE_COMPLETE"})
CHANGED: Final = frozenset({"UPDATE_COMPLETE", "CREATE_COMPLETE"})
UNDONE: Final = frozenset({"UPDATE_ROLLBACK_COMPLETE"})
NO_ANSWER: Final = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [{}]. "
    "If you are using the Python cfn-response module, you may need to update your Lambda function code so that "
    "CloudFormation can attach the updated version."
)

# ------------------------------------------------------------------------------------------------------ nested stacks


def create_stack(resource: Resource) -> Steps[Made]:
    answer = yield from ask("cloudformation", "CreateStack", stack_request(resource, resource.name))
    yield Begun(answer["StackId"])
    return (yield from settled_stack(answer["StackId"], MADE, "created"))


def update_stack(before: Resource, after: Resource) -> Steps[Made]:
    yield from undo_stack(after)
    request = stack_request(after, after.physical_id)
    begun = yield from ask("cloudformation", "UpdateStack", request, pardon=("No updates are to be performed",))
    return (yield from settled_stack(after.physical_id, CHANGED if begun else CHANGED | UNDONE, "updated"))


def undo_stack(resource: Resource) -> Steps[None]:
    """Where a stack's own rollback has failed, have it go on, without what is to be skipped in it."""
    where = {"StackName": resource.physical_id}
    stack = yield from stack_at_rest(where)
    if stack.get("StackStatus") == "UPDATE_ROLLBACK_FAILED":
        yield from ask("cloudformation", "ContinueUpdateRollback", {**where, "ResourcesToSkip": list(resource.skipped)})
        yield from settled_stack(resource.physical_id, UNDONE, "updated")


def delete_stack(resource: Resource) -> Steps[None]:
    where = {"StackName": resource.physical_id}
    yield from ask("cloudformation", "DeleteStack", where, pardon=GONE)
    left = yield from stack_at_rest(where)
    if left and left["StackStatus"] != "DELETE_COMPLETE":
        raise Failed(f"Embedded stack {resource.physical_id} was not deleted: {left.get('StackStatusReason', '')}")


def read_stack(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask("cloudformation", "DescribeStacks", {"StackName": resource.physical_id}, pardon=GONE)
    if not found or found["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE":
        return None
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in found["Stacks"][0].get("Parameters", [])}
    return {"Parameters": parameters} if parameters else {}


def stack_request(resource: Resource, name: str) -> dict[str, Json]:
    given = resource.properties.get("Parameters") or {}
    minutes = resource.properties.get("TimeoutInMinutes")
    values = {
        key: ",".join(map(text, value)) if isinstance(value, list) else text(value) for key, value in given.items()
    }
    return {
        "StackName": name,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()],
        "Capabilities": list(resource.capabilities),
        **resource.only("TemplateURL", "Tags", "NotificationARNs"),
        **({"TimeoutInMinutes": int(minutes)} if minutes is not None and not resource.physical_id else {}),
    }


def stack_at_rest(where: Mapping[str, str]) -> Steps[Answer]:
    """A stack in which nothing is under way; empty if there is none."""
    answer = yield from settled(
        "cloudformation", "DescribeStacks", where,
        status=lambda found: found["Stacks"][0]["StackStatus"].rpartition("_IN_")[2], moving={MOVING}, pardon=GONE,
        every=LOOK_EVERY,
    )  # fmt: skip
    found: Answer = answer["Stacks"][0] if answer else {}
    return found


def settled_stack(stack_id: str, well: frozenset[str], verb: str) -> Steps[Made]:
    stack = yield from stack_at_rest({"StackName": stack_id})
    if stack.get("StackStatus") not in well:
        reason = stack.get("StackStatusReason") or stack.get("StackStatus")
        raise Failed(f"Embedded stack {stack_id} was not successfully {verb}: {reason}")
    outputs = {f"Outputs.{each['OutputKey']}": each["OutputValue"] for each in stack.get("Outputs", [])}
    return Made(stack_id, outputs)


# --------------------------------------------------------------------------------------------------- custom resources


def create_custom(resource: Resource) -> Steps[Made]:
    return (yield from told_custom(resource, "Create", {}))


def update_custom(before: Resource, after: Resource) -> Steps[Made]:
    more = {"PhysicalResourceId": after.physical_id, "OldResourceProperties": texts(before.properties)}
    return (yield from told_custom(after, "Update", more))


def delete_custom(resource: Resource) -> Steps[None]:
    yield from told_custom(resource, "Delete", {"PhysicalResourceId": resource.physical_id})


def read_custom(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    """Only its function knows."""
    yield from ()
    return resource.properties


def told_custom(resource: Resource, kind: str, more: Mapping[str, Json]) -> Steps[Made]:
    """Tell a custom resource's function what is wanted, and wait for what it says."""
    bucket = yield from own_bucket(resource.scope)
    key = f"custom/{resource.token}"
    answer = yield from spoken(bucket, key)
    if not answer:
        yield from send(resource, kind, more, (yield Address(bucket, key)))
        longest = int(resource.properties.get("ServiceTimeout") or LONGEST_ANSWER)
        for _ in range(int(longest / LOOK_EVERY)):
            answer = yield from spoken(bucket, key)
            if answer:
                break
            yield Pause(LOOK_EVERY)
        else:
            raise Failed(NO_ANSWER.format(request_id(resource)), "NotStabilized")
    physical_id = str(answer[-1].get("PhysicalResourceId") or resource.physical_id or resource.name)
    if answer[-1].get("Status") != "SUCCESS":
        if kind == "Create":
            yield Begun(physical_id)
        reason = answer[-1].get("Reason") or "no reason was given"
        raise Failed(f"Received response status [FAILED] from custom resource. Message returned: {reason}")
    yield from forget(bucket, key)
    is_hidden = text(answer[-1].get("NoEcho", False)) == "true"
    return Made(physical_id, dict(answer[-1].get("Data") or {}), is_hidden)


def send(resource: Resource, kind: str, more: Mapping[str, Json], address: str) -> Steps[None]:
    service_token = str(resource.properties["ServiceToken"])
    event = json.dumps(
        {
            "RequestType": kind,
            "ServiceToken": service_token,
            "ResponseURL": address,
            "StackId": resource.stack_id,
            "RequestId": request_id(resource),
            "LogicalResourceId": resource.logical_id,
            "ResourceType": resource.type,
            "ResourceProperties": texts(resource.properties),
            **more,
        }
    )
    if Arn.of(service_token).service == "sns":
        subject = "AWS CloudFormation custom resource request"
        yield Ask("sns", "Publish", {"TopicArn": service_token, "Subject": subject, "Message": event}, mark=kind)
    else:
        request = {"FunctionName": service_token, "InvocationType": "Event", "Payload": event.encode()}
        yield Ask("lambda", "Invoke", request, mark=kind)


def request_id(resource: Resource) -> str:
    return resource.token.replace("/", "-").rpartition(":")[2]


# -------------------------------------------------------------------------------------------------------------- waits


def create_handle(resource: Resource) -> Steps[Made]:
    bucket = yield from own_bucket(resource.scope)
    address = yield Address(bucket, f"wait/{resource.token}")
    return Made(address)


def delete_handle(resource: Resource) -> Steps[None]:
    yield from forget(*place_of(resource.physical_id))


def read_handle(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    yield from ()
    return {}


def create_wait(resource: Resource) -> Steps[Made]:
    """Wait until enough have said that they are done."""
    place = place_of(str(resource.properties["Handle"])) if "Handle" in resource.properties else None
    policy = (resource.creation_policy or {}).get("ResourceSignal", {})
    bucket, key = place or (
        (yield from own_bucket(resource.scope)),
        signals_key(resource.stack_id, resource.logical_id),
    )
    wanted = int(resource.properties.get("Count") or policy.get("Count") or 1)
    seconds = float(resource.properties.get("Timeout") or duration(str(policy.get("Timeout") or "PT5M")))
    yield Begun(resource.name)
    for _ in range(int(min(seconds, LONGEST_WAIT) / LOOK_EVERY) + 1):
        said = {each.get("UniqueId", str(n)): each for n, each in enumerate((yield from spoken(bucket, key)))}
        for each in said.values():
            if each.get("Status") == "FAILURE":
                reason = each.get("Reason") or "no reason was given"
                raise Failed(f"WaitCondition received failed message: '{reason}' for uniqueId: {each.get('UniqueId')}")
        if len(said) >= wanted:
            return Made(
                resource.name, {"Data": json.dumps({name: each.get("Data", "") for name, each in said.items()})}
            )
        yield Pause(LOOK_EVERY)
    raise Failed(f"WaitCondition timed out. Received {len(said)} conditions when expecting {wanted}", "NotStabilized")


def nothing_to_delete(resource: Resource) -> Steps[None]:
    yield from ()


def duration(text_of: str) -> float:
    """Seconds of an ISO 8601 duration of hours, minutes and seconds."""
    units, number, seconds = {"H": 3600.0, "M": 60.0, "S": 1.0}, "", 0.0
    for letter in text_of.removeprefix("PT"):
        if letter in units and number:
            seconds, number = seconds + float(number) * units[letter], ""
        elif letter.isdigit() or letter == ".":
            number += letter
        else:
            raise Failed(f"Invalid duration: {text_of}")
    return seconds


def signals_key(stack_id: str, logical_id: str) -> str:
    """Where signals that name a resource go."""
    return f"signals/{stack_id.rpartition('/')[2]}/{logical_id}"


# -------------------------------------------------------------------------------------------- what CDK says of itself


def create_metadata(resource: Resource) -> Steps[Made]:
    yield from ()
    return Made(resource.name)


def update_metadata(before: Resource, after: Resource) -> Steps[Made]:
    yield from ()
    return Made(after.physical_id)


def read_metadata(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    yield from ()
    return resource.properties


# ---------------------------------------------------------------------------------------------------------- addresses


def bucket_name(scope: Scope) -> str:
    return f"cloudformation-responses-{scope.account}-{scope.region}"


def own_bucket(scope: Scope) -> Steps[str]:
    """The bucket to which answers are put; it is made where it is not there."""
    name, region = bucket_name(scope), scope.region
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    found = yield from ask("s3", "GetBucketVersioning", {"Bucket": name}, pardon=("NoSuchBucket",))
    if found.get("Status") != "Enabled":
        yield from ask("s3", "CreateBucket", {"Bucket": name, **where}, pardon=("BucketAlreadyOwnedByYou",))
        enabled = {"Status": "Enabled"}
        yield from ask("s3", "PutBucketVersioning", {"Bucket": name, "VersioningConfiguration": enabled})
    return name


def place_of(address: str) -> tuple[str, str]:
    """Bucket and key of an address that was given out."""
    bucket, _, key = unquote(urlsplit(address).path).lstrip("/").partition("/")
    return bucket, key


def versions(bucket: str, key: str) -> Steps[list[Json]]:
    """All that was put to an address, the oldest first."""
    found = yield from ask("s3", "ListObjectVersions", {"Bucket": bucket, "Prefix": key}, pardon=("NoSuchBucket",))
    return [each for each in reversed(found.get("Versions", [])) if each["Key"] == key]


def spoken(bucket: str, key: str) -> Steps[list[Json]]:
    """What was said at an address, as far as it is JSON."""
    said = []
    for each in (yield from versions(bucket, key)):
        answer = yield Ask("s3", "GetObject", {"Bucket": bucket, "Key": key, "VersionId": each["VersionId"]})
        try:
            found = json.loads(answer["Body"])
        except ValueError:
            found = {"Status": "FAILURE", "Reason": "the answer is not JSON"}
        said.append(found if isinstance(found, dict) else {})
    return said


def forget(bucket: str, key: str) -> Steps[None]:
    for each in (yield from versions(bucket, key)):
        yield Ask("s3", "DeleteObject", {"Bucket": bucket, "Key": key, "VersionId": each["VersionId"]})


NESTED: Final = ResourceType(
    name="AWS::CloudFormation::Stack",
    properties=frozenset({"NotificationARNs", "Parameters", "Tags", "TemplateURL", "TimeoutInMinutes"}),
    required=frozenset({"TemplateURL"}),
    any_attribute=True,
    naming=Naming("", longest=128),
    tagging="list",
    longest=43_200.0,
    create=create_stack,
    update=update_stack,
    delete=delete_stack,
    read=read_stack,
)
CUSTOM: Final = ResourceType(
    name="AWS::CloudFormation::CustomResource",
    properties=frozenset({"ServiceToken", "ServiceTimeout"}),
    required=frozenset({"ServiceToken"}),
    create_only=frozenset({"ServiceToken"}),
    any_property=True,
    any_attribute=True,
    naming=Naming("", longest=128),
    longest=2.0 * LONGEST_ANSWER,
    create=create_custom,
    update=update_custom,
    delete=delete_custom,
    read=read_custom,
)
HANDLE: Final = ResourceType(
    name="AWS::CloudFormation::WaitConditionHandle",
    properties=frozenset(),
    create=create_handle,
    delete=delete_handle,
    read=read_handle,
)
WAIT: Final = ResourceType(
    name="AWS::CloudFormation::WaitCondition",
    properties=frozenset({"Count", "Handle", "Timeout"}),
    attributes=frozenset({"Data"}),
    naming=Naming("", longest=128),
    longest=float(LONGEST_WAIT + 600),
    create=create_wait,
    delete=nothing_to_delete,
    read=read_handle,
)
METADATA: Final = ResourceType(
    name="AWS::CDK::Metadata",
    properties=frozenset({"Analytics"}),
    naming=Naming("", longest=128),
    create=create_metadata,
    update=update_metadata,
    delete=nothing_to_delete,
    read=read_metadata,
)
TYPES: Final = (NESTED, CUSTOM, HANDLE, WAIT, METADATA)
