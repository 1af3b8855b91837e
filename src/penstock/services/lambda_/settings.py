"""Settings: a function's configuration, from requests and in answers.

What is kept is in Lambda's spelling, with its defaults; what Penstock cannot honour is refused with the member's name.
"""

from collections.abc import Mapping
from typing import Final

from penstock.services.lambda_.failures import InvalidParameterValue
from penstock.services.lambda_.model import LATEST, Request, Target, identifier, moment, version_name
from penstock.services.lambda_.packages import Package
from penstock.services.lambda_.runtimes import check_runtime
from penstock.store.documents import Document
from penstock.wire.call import Json, ValidationError

LONGEST_TIMEOUT: Final = 900
LARGEST_MEMORY: Final = 10_240
LARGEST_VARIABLES: Final = 4096
PLAIN: Final = ("Runtime", "Role", "Handler", "Description", "Timeout", "MemorySize", "KMSKeyArn", "DeadLetterConfig")
LOG_LEVELS: Final = ("ApplicationLogLevel", "SystemLogLevel")
RESERVED: Final = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip
NOT_HERE: Final[Mapping[str, str]] = {
    "FileSystemConfigs": "mount nothing, and use /tmp or S3",
    "ImageConfig": "package the function as a zip file",
    "CodeSigningConfigArn": "leave it out",
    "DurableConfig": "use Step Functions",
    "CapacityProviderConfig": "leave it out",
    "TenancyConfig": "leave it out",
    "AcceleratorConfig": "leave it out",
    "RuntimeConfig": "leave it out",
    "PublishTo": "use Publish",
}


def refuse_what_is_not_here(request: Request) -> None:
    for member, remedy in NOT_HERE.items():
        if request.get(member):
            raise InvalidParameterValue(f"{member} is not available in Penstock: {remedy}.")
    if request.get("PackageType", "Zip") != "Zip":
        raise InvalidParameterValue(
            "PackageType Image is not available in Penstock: package the function as a zip file."
        )
    if (request.get("SnapStart") or {}).get("ApplyOn", "None") != "None":
        raise InvalidParameterValue(
            "SnapStart is not available in Penstock: leave it out; a cold start takes milliseconds."
        )


def defaults(target: Target) -> dict[str, Json]:
    """What a function has that says nothing."""
    return {
        "Description": "", "Timeout": 3, "MemorySize": 128, "PackageType": "Zip", "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"}, "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{target.name}"},
    }  # fmt: skip


def changed(before: Mapping[str, Json], request: Request, available: Mapping[str, str]) -> dict[str, Json]:
    """A configuration with what a request says; raises what Lambda refuses."""
    refuse_what_is_not_here(request)
    after = dict(before)
    after.update({member: request[member] for member in PLAIN if request.get(member) is not None})
    for member in ("TracingConfig", "EphemeralStorage", "Architectures"):
        if request.get(member):
            after[member] = request[member]
    if request.get("LoggingConfig"):
        after["LoggingConfig"] = logging(after["LoggingConfig"], request["LoggingConfig"])
    if request.get("VpcConfig") is not None:
        wanted = request["VpcConfig"]
        after["VpcConfig"] = {
            "SubnetIds": wanted.get("SubnetIds", []), "SecurityGroupIds": wanted.get("SecurityGroupIds", []),
            "VpcId": "", "Ipv6AllowedForDualStack": bool(wanted.get("Ipv6AllowedForDualStack")),
        }  # fmt: skip
    if request.get("Environment") is not None:
        given = request["Environment"].get("Variables") or {}
        check_variables(given)
        after["Environment"] = {"Variables": given}
    if not after.get("Environment", {}).get("Variables"):
        after.pop("Environment", None)
    check(after, available)
    return after


def logging(before: Mapping[str, Json], given: Mapping[str, Json]) -> dict[str, Json]:
    """Where and how a function logs: levels are of JSON's records alone."""
    after = {**before, **{member: value for member, value in given.items() if value is not None}}
    if after["LogFormat"] == "JSON":
        return {**dict.fromkeys(LOG_LEVELS, "INFO"), **after}
    if asked := [level for level in LOG_LEVELS if given.get(level)]:
        raise InvalidParameterValue(f"{asked[0]} is of logs in JSON: give LogFormat JSON, or leave it out.")
    return {member: value for member, value in after.items() if member not in LOG_LEVELS}


def check(settings: Mapping[str, Json], available: Mapping[str, str]) -> None:
    for member in ("Runtime", "Handler"):
        if not settings.get(member):
            raise InvalidParameterValue(f"{member} is mandatory for functions created with deployment packages.")
    check_runtime(settings["Runtime"], available)
    check_at_most("timeout", settings["Timeout"], LONGEST_TIMEOUT)
    check_at_most("memorySize", settings["MemorySize"], LARGEST_MEMORY)


def check_at_most(member: str, value: int, most: int) -> None:
    if value > most:
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            f"Member must have value less than or equal to {most}"
        )


def check_variables(given: Mapping[str, str]) -> None:
    refusal = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided"
    )
    if taken := sorted(RESERVED & given.keys()):
        raise InvalidParameterValue(
            f"{refusal} contains reserved keys that are currently not supported for modification. Reserved keys used "
            f"in this request: {', '.join(taken)}"
        )
    size = sum(len(name.encode()) + len(value.encode()) for name, value in given.items())
    if size > LARGEST_VARIABLES:
        raise InvalidParameterValue(f"{refusal} exceeded the 4KB limit. They have {size} bytes.")


def stamped(settings: Mapping[str, Json], at: float, chance: str) -> dict[str, Json]:
    """A new revision of a configuration."""
    return {**settings, "LastModified": moment(at), "RevisionId": identifier(chance)}


def with_code(settings: Mapping[str, Json], package: Package) -> dict[str, Json]:
    return {**settings, "CodeSha256": package.sha256, "CodeSize": package.size}


def configuration(document: Document, qualifier: str = "") -> dict[str, Json]:
    """A function or version as its configuration is told; its ARN ends in a qualifier where one was asked for."""
    version = version_name(document)
    scope = document.scope
    name = document.name.partition(":")[0]
    shown = {**document.body["Configuration"]}
    if document.body.get("Layers"):
        shown["Layers"] = [{"Arn": each["Arn"], "CodeSize": each["Size"]} for each in document.body["Layers"]]
    arn = scope.arn("lambda", f"function:{name}")
    ending = qualifier or (version if version != LATEST else "")
    runtime = {"RuntimeVersionArn": f"arn:aws:lambda:{scope.region}::runtime:{'0' * 64}"}
    return {
        **shown, "FunctionName": name, "FunctionArn": f"{arn}:{ending}" if ending else arn, "Version": version,
        "State": "Active", "LastUpdateStatus": "Successful", "RuntimeVersionConfig": runtime,
    }  # fmt: skip
