"""What a job's request asks for: its tests, their load, and what is refused."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from penstock.services.sagemaker.recommendations.load import stages_of
from penstock.services.sagemaker.recommendations.model import VARIANT, Limits, Plan, Test, Threshold, arn_of
from penstock.wire.call import Scope, ValidationError

Json = Any
PERCENTILE: Final = re.compile(r"[Pp](\d{1,3}(?:\.\d+)?)")
LONGEST: Final = 7200  # seconds, of a job that says nothing else
MOST_TESTS: Final = 10
OF_CONTAINERS: Final = ("Image", "ModelDataUrl", "ModelDataSource", "Environment", "Mode")
TOLD: Final = ("JobName", "JobType", "RoleArn", "JobDescription", "InputConfig", "StoppingConditions", "OutputConfig")


def plan_of(
    scope: Scope,
    request: Mapping[str, Json],
    subject: Mapping[str, Json],
    existing: tuple[Test, ...],
    luck: str,
    at: float,
) -> Plan:
    """`subject` describes the model, or the version of a model package, that is tested. Raises `ValidationError`."""
    given = request["InputConfig"]
    config = given.get("ContainerConfig") or {}
    package = given.get("ModelPackageVersionArn")
    spec = subject.get("InferenceSpecification", {})
    payload = config.get("PayloadConfig") or {}
    url = payload.get("SamplePayloadUrl") or subject.get("SamplePayloadUrl")
    types = payload.get("SupportedContentTypes") or spec.get("SupportedContentTypes")
    if not url or not types:
        raise ValidationError(
            "A SamplePayloadUrl and SupportedContentTypes must be given, in ContainerConfig.PayloadConfig or by the "
            "model package."
        )
    container = container_of(subject)
    suggested = config.get("SupportedInstanceTypes") or spec.get("SupportedRealtimeInferenceInstanceTypes") or ()
    limit = given.get("ResourceLimit") or {}
    own = tested(given, container, suggested, f"sm-epc-{luck[:40]}")[: limit.get("MaxNumberOfTests", MOST_TESTS)]
    if not own and not existing:
        raise ValidationError("No instance types: EndpointConfigurations or SupportedInstanceTypes must name some.")
    return Plan(
        name=request["JobName"], arn=arn_of(scope, request["JobName"]), created_at=at, role=request["RoleArn"],
        parent=package or given["ModelName"], told={each: request[each] for each in TOLD if each in request},
        payload=url, content_type=types[0], tests=(*existing, *own), at_once=limit.get("MaxParallelOfTests", 1),
        stages=stages_of(given.get("TrafficPattern")), limits=limits_of(request.get("StoppingConditions") or {}),
        until=at + given.get("JobDurationInSeconds", LONGEST),
    )  # fmt: skip


def refuse(request: Mapping[str, Json]) -> None:
    """Raise where a job asks for what is not done here."""
    given = request["InputConfig"]
    if bool(given.get("ModelName")) == bool(given.get("ModelPackageVersionArn")):
        raise ValidationError("InputConfig must have exactly one of ModelName and ModelPackageVersionArn.")
    if request["JobType"] == "Advanced" and not (given.get("EndpointConfigurations") or given.get("Endpoints")):
        raise ValidationError("InputConfig.EndpointConfigurations must be given for jobs of type Advanced.")
    if (request.get("OutputConfig") or {}).get("CompiledOutputConfig"):
        raise ValidationError("OutputConfig.CompiledOutputConfig is not supported; models are tested as they are.")
    for each in given.get("EndpointConfigurations", ()):
        if each.get("InferenceSpecificationName"):
            raise ValidationError("InferenceSpecificationName is not supported; the package's own one is tested.")
        if bool(each.get("InstanceType")) == bool(each.get("ServerlessConfig")):
            raise ValidationError("An EndpointConfiguration has exactly one of InstanceType and ServerlessConfig.")


def container_of(subject: Mapping[str, Json]) -> dict[str, Json]:
    """A model's only container, or a package's, which need not be approved. Raises `ValidationError` for several."""
    spec = subject.get("InferenceSpecification", subject)
    containers = [subject["PrimaryContainer"]] if subject.get("PrimaryContainer") else spec.get("Containers", [])
    if len(containers) != 1:
        raise ValidationError(f"The model has {len(containers)} containers; jobs test models of one.")
    return {member: containers[0][member] for member in OF_CONTAINERS if member in containers[0]}


def tested(
    given: Mapping[str, Json], container: dict[str, Json], suggested: Sequence[str], prefix: str
) -> tuple[Test, ...]:
    """Every endpoint to be made and tried: each configuration with each of its environments."""
    configs = given.get("EndpointConfigurations") or [{"InstanceType": each} for each in suggested]
    wanted = [(config, environment) for config in configs for environment in environments(config)]
    return tuple(
        Test(
            endpoint=f"{prefix}-{number}",
            members={"VariantName": VARIANT, **hosted(config)},
            container=container,
            environment=environment,
        )
        for number, (config, environment) in enumerate(wanted)
    )


def hosted(config: Mapping[str, Json]) -> dict[str, Json]:
    if config.get("ServerlessConfig"):
        return {"ServerlessConfig": config["ServerlessConfig"]}
    return {"InstanceType": config["InstanceType"], "InitialInstanceCount": 1}


def environments(config: Mapping[str, Json]) -> Iterator[dict[str, str]]:
    """Every combination of the values that a configuration's variables may have."""
    ranges = (config.get("EnvironmentParameterRanges") or {}).get("CategoricalParameterRanges") or ()
    for values in itertools.product(*(each["Value"] for each in ranges)):
        yield {each["Name"]: value for each, value in zip(ranges, values, strict=True)}


def limits_of(conditions: Mapping[str, Json]) -> Limits:
    return Limits(
        invocations=conditions.get("MaxInvocations", 0),
        thresholds=tuple(
            Threshold(percentile(each.get("Percentile", "P95")), float(each["ValueInMilliseconds"]))
            for each in conditions.get("ModelLatencyThresholds", ())
            if "ValueInMilliseconds" in each
        ),
        is_flat_enough=conditions.get("FlatInvocations", "Stop") == "Stop",
    )


def percentile(said: str) -> float:
    found = PERCENTILE.fullmatch(said)
    if found is None or not 0 < float(found[1]) <= 100:
        raise ValidationError(f"The Percentile '{said}' is none; one is written P95.")
    return float(found[1])
