"""AWSUtility::CloudFormation::CommandRunner: a command that is run once, when the resource is made, by CodeBuild.

On AWS it runs on an instance of EC2 of its own. Here a build does what there is to do: the sandbox, the keys of the
role, the log, the time limit; after a crash of the server its end is found.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.services.cloudformation.resources.kind import (
    Begun,
    Failed,
    Made,
    Naming,
    Resource,
    ResourceType,
    Steps,
    ask,
    settled,
)
from penstock.services.cloudformation.resources.shaping import is_intrinsic, text
from penstock.wire.call import Answer

Json = Any
LOG_GROUP: Final = "cloudformation-commandrunner-log-group"
IMAGE: Final = "aws/codebuild/standard:7.0"
TIMEOUT: Final = 600  # seconds
LONGEST: Final = 43_200
LARGEST: Final = 4096  # characters of an output, as many as a parameter has
LOOK_EVERY: Final = 0.25
OUTPUT: Final = "/tmp/command-output.txt"  # noqa: S108 (the build's own)
_OUTPUT: Final = re.compile(r"(?<![\w./-])/command-output\.txt\b")
_STATUS: Final = re.compile(r"exit status (\d+)")
NO_PROFILE: Final = "The Role property specified is not a valid Instance Profile."
NO_KEYS: Final = "unset AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
NOBODY: Final = "arn:aws:iam::{}:role/cloudformation-commandrunner"  # whose keys are not used
TIMED_OUT: Final = 124  # what timeout(1) says


def create(resource: Resource) -> Steps[Made]:
    yield from ask("codebuild", "CreateProject", (yield from project(resource)), pardon=("ResourceAlreadyExists",))
    yield Begun(resource.name)
    started = yield from ask("codebuild", "StartBuild", {"projectName": resource.name})
    ended = yield from settled(
        "codebuild", "BatchGetBuilds", {"ids": [started["build"]["id"]]},
        status=lambda found: found["builds"][0]["buildStatus"], moving={"IN_PROGRESS"}, every=LOOK_EVERY,
    )  # fmt: skip
    build = ended["builds"][0]
    if build["buildStatus"] != "SUCCEEDED":
        raise Failed((yield from reason(build, seconds(resource))), "GeneralServiceException")
    output = written(build)
    if not output or len(output) > LARGEST:
        raise Failed(f"The command must write 1 to {LARGEST} characters to /command-output.txt; it wrote {len(output)}")
    return Made(resource.name, {"Output": output, "Id": resource.name})


def delete(resource: Resource) -> Steps[None]:
    """Forget the command; it is not run again."""
    yield from ask("codebuild", "DeleteProject", {"name": resource.physical_id})


def read(resource: Resource) -> Steps[Mapping[str, Json] | None]:
    found = yield from ask("codebuild", "BatchGetProjects", {"names": [resource.physical_id]})
    return resource.properties if found.get("projects") else None


def project(resource: Resource) -> Steps[dict[str, Json]]:
    """The project whose build runs the command."""
    role = yield from role_of(resource)
    limit = seconds(resource)
    return {
        "name": resource.name,
        "source": {"type": "NO_SOURCE", "buildspec": buildspec(str(resource.properties["Command"]), limit, role)},
        "artifacts": {"type": "NO_ARTIFACTS"},
        "environment": {"type": "LINUX_CONTAINER", "image": IMAGE, "computeType": "BUILD_GENERAL1_SMALL"},
        "serviceRole": role or NOBODY.format(resource.scope.account),
        "timeoutInMinutes": min(limit // 60 + 5, 2160),  # should `timeout` itself hang
        "logsConfig": {
            "cloudWatchLogs": {"status": "ENABLED", "groupName": str(resource.properties.get("LogGroup") or LOG_GROUP)}
        },
    }


def buildspec(command: str, limit: int, role: str) -> str:
    """A build spec that runs the command in a bash of its own, and tells what it has written."""
    script = base64.b64encode(_OUTPUT.sub(OUTPUT, command).encode()).decode()
    folder = OUTPUT.rpartition("/")[0]
    commands = [
        f"printf %s '{script}' | base64 -d > {folder}/command",
        *([] if role else [NO_KEYS]),
        f"timeout --kill-after=5 {limit} bash {folder}/command",
        f"touch {OUTPUT}",
        f'export COMMAND_OUTPUT="$(head -c {2 * LARGEST} {OUTPUT} | base64 -w0)"',
    ]
    env = {"shell": "bash", "exported-variables": ["COMMAND_OUTPUT"]}
    return json.dumps({"version": "0.2", "env": env, "phases": {"build": {"commands": commands}}})


def role_of(resource: Resource) -> Steps[str]:
    """The ARN of the role of the instance profile; of the role of that name where there is no profile."""
    name = resource.properties.get("Role")
    if not name:
        return ""
    profile = yield from ask(
        "iam", "GetInstanceProfile", {"InstanceProfileName": name}, pardon=("NoSuchEntity", "Validation")
    )
    roles = profile.get("InstanceProfile", {}).get("Roles")
    if roles:
        return str(roles[0]["Arn"])
    role = yield from ask("iam", "GetRole", {"RoleName": name}, pardon=("NoSuchEntity", "Validation"))
    if not role:
        raise Failed(NO_PROFILE, "InvalidRequest")
    return str(role["Role"]["Arn"])


def written(build: Mapping[str, Json]) -> str:
    exported = {each["name"]: each["value"] for each in build.get("exportedEnvironmentVariables", ())}
    try:
        return base64.b64decode(exported.get("COMMAND_OUTPUT", "")).decode(errors="replace").strip()
    except binascii.Error:
        return ""


def reason(build: Mapping[str, Json], limit: int) -> Steps[str]:
    """Why the command failed, with the last that it said, and where the rest of it is."""
    contexts = [each for phase in build.get("phases", ()) for each in phase.get("contexts", ()) if each.get("message")]
    message = str(contexts[0]["message"]) if contexts else f"its build is {build['buildStatus']}"
    status = _STATUS.search(message)
    place = build.get("logs", {})
    where = {"logGroupName": place.get("groupName", ""), "logStreamName": place.get("streamName", "")}
    found: Answer = {}
    if all(where.values()):
        found = yield from ask("logs", "GetLogEvents", {**where, "limit": 100}, pardon=("ResourceNotFound",))
    said = [each["message"].strip() for each in found.get("events", ())]
    last = next((each for each in reversed(said) if each and not each.startswith("[Container]")), "")
    if status is not None and int(status[1]) == TIMED_OUT:
        what = f"The command timed out after {limit} seconds"
    elif status is not None:
        what = f"The command failed with exit status {status[1]}"
    else:
        what = f"The command could not be run: {message}"
    return f"{what}{f': {last}' if last else ''}. Its log: {where['logStreamName']} of {where['logGroupName']}"


def seconds(resource: Resource) -> int:
    return int(text(resource.properties.get("Timeout") or TIMEOUT))


def unfit(properties: Mapping[str, Json]) -> Iterator[str]:
    limit = properties.get("Timeout")
    if limit is not None and not (isinstance(limit, Mapping) and is_intrinsic(limit)):
        given = text(limit)
        if not given.isdecimal() or not 1 <= int(given) <= LONGEST:
            yield f"Timeout must be 1 to {LONGEST} seconds, and not {given}"
    if "SecurityGroupId" in properties and "SubnetId" not in properties:
        yield "SecurityGroupId needs SubnetId"


TYPES: Final = (
    ResourceType(
        name="AWSUtility::CloudFormation::CommandRunner",
        properties=frozenset(
            {
                "Command", "DisableTerminateInstancesCheck", "InstanceType", "KeyId", "LogGroup", "Role",
                "SecurityGroupId", "SubnetId", "Timeout",
            }
        ),
        required=frozenset({"Command"}),
        attributes=frozenset({"Id", "Output"}),
        naming=Naming("", longest=128),
        check=unfit,
        longest=LONGEST + 600.0,
        create=create,
        delete=delete,
        read=read,
    ),
)  # fmt: skip
