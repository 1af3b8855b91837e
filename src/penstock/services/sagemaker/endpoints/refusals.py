"""What endpoints cannot do here yet: refused by the name of the member, never accepted and ignored."""

from collections.abc import Mapping, Sequence
from typing import Final

from penstock.services.sagemaker.endpoints.model import Json, Variant
from penstock.services.sagemaker.endpoints.sessions import NEW
from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import ServiceError, ValidationError

OF_CONFIGS: Final = (
    "MetricsConfig", "CrossRegionTrafficConfig",
    "VpcConfig", "EnableNetworkIsolation",
)  # fmt: skip
OF_VARIANTS: Final = (
    "InstancePools", "VariantInstanceProvisionTimeoutInSeconds", "AcceleratorType",
    "CoreDumpConfig", "EnableSSMAccess", "InferenceAmiVersion", "CapacityReservationConfig",
    "AcceleratorPartitionLayouts",
)  # fmt: skip
OF_INVOCATIONS: Final = ("PrefixAwareId",)
OF_SPECIFICATIONS: Final = ("InstanceType", "BaseInferenceComponentName", "SchedulingConfig")
UNSUPPORTED: Final = "One or more endpoint features are not supported using this configuration."  # AWS's sentence
OF_INSTANCES: Final = ("InstanceType", "InitialInstanceCount")
NEEDED: Final = ("ModelName", "InstanceType", "InitialInstanceCount")


class NotServed(ServiceError):
    """A request to an endpoint that cannot be put to it, as the runtime's model names that."""

    code = "ValidationError"


def refuse(
    request: Mapping[str, Json], members: tuple[str, ...], where: str = "", by: type[ServiceError] = ValidationError
) -> None:
    """Raise if a member is given that asks for something; False and empty ask for nothing."""
    for member in members:
        if request.get(member):
            raise by(f"Penstock's endpoints do not support {where}{member} yet; leave it out.")


def check_config(request: Mapping[str, Json]) -> None:
    refuse(request, OF_CONFIGS)
    if "DataCaptureConfig" in request:
        Place.of(request["DataCaptureConfig"]["DestinationS3Uri"], "DataCaptureConfig.DestinationS3Uri")
    if "AsyncInferenceConfig" in request:
        check_asynchronous(request["AsyncInferenceConfig"])
    for kind in ("ProductionVariants", "ShadowProductionVariants"):
        for number, variant in enumerate(request.get(kind, ())):
            check_variant(variant, request, f"{kind}[{number}].")
    if "ExplainerConfig" in request:
        check_explainer(request)
    check_hosts(request)
    check_shadows(request)


def check_explainer(request: Mapping[str, Json]) -> None:
    """What is in a ClarifyExplainerConfig is looked at by the explainer itself, before the endpoint is in service."""
    where = "ExplainerConfig.ClarifyExplainerConfig"
    if "ClarifyExplainerConfig" not in request["ExplainerConfig"]:
        raise ValidationError(f"{where} is missing; there is no other explainer.")
    baseline = request["ExplainerConfig"]["ClarifyExplainerConfig"]["ShapConfig"]["ShapBaselineConfig"]
    if ("ShapBaseline" in baseline) == ("ShapBaselineUri" in baseline):
        raise ValidationError(
            f"{where}.ShapConfig.ShapBaselineConfig needs a ShapBaseline, or a ShapBaselineUri, and not both."
        )
    if "ShapBaselineUri" in baseline:
        Place.of(baseline["ShapBaselineUri"], f"{where}.ShapConfig.ShapBaselineConfig.ShapBaselineUri")
    for variant in request["ProductionVariants"]:
        if "ServerlessConfig" in variant or "ModelName" not in variant:
            raise ValidationError(
                f"{UNSUPPORTED} ExplainerConfig is for variants with instances and a ModelName, as "
                f"{variant['VariantName']} is not."
            )


def check_hosts(request: Mapping[str, Json]) -> None:
    """Variants without a model are for inference components, and so is an ExecutionRoleArn."""
    variants = request["ProductionVariants"]
    hosts = [variant for variant in variants if "ModelName" not in variant]
    if not hosts:
        refuse(request, ("ExecutionRoleArn",))
        return
    if len(hosts) < len(variants):
        raise ValidationError(
            "ProductionVariants have a ModelName, or none has one: those are for inference components."
        )
    if "ExecutionRoleArn" not in request:
        raise ValidationError("ExecutionRoleArn is missing; an endpoint for inference components needs it.")
    for member in ("AsyncInferenceConfig", "ShadowProductionVariants"):
        if request.get(member):
            raise ValidationError(f"{UNSUPPORTED} {member} is for variants with a ModelName; leave it out.")


def check_shadows(request: Mapping[str, Json]) -> None:
    shadows = request.get("ShadowProductionVariants", ())
    if not shadows:
        return
    if len(shadows) > 1 or len(request["ProductionVariants"]) > 1:
        raise ValidationError("ShadowProductionVariants is for one shadow of one production variant; give one of each.")
    if "AsyncInferenceConfig" in request or "ServerlessConfig" in shadows[0]:
        raise ValidationError("ShadowProductionVariants are real-time variants with instances; give InstanceType.")


def check_variant(variant: Mapping[str, Json], request: Mapping[str, Json], where: str) -> None:
    refuse(variant, OF_VARIANTS, where)
    if "ServerlessConfig" in variant:
        check_serverless(variant, request, where)
    if "ModelName" not in variant:
        check_host(variant, where)
    elif variant.get("ManagedInstanceScaling"):
        raise ValidationError(f"{where}ManagedInstanceScaling is for inference components; leave it out, or ModelName.")
    for member in NEEDED:
        if member not in variant and member != "ModelName" and "ServerlessConfig" not in variant:
            raise ValidationError(f"{where}{member} is missing; Penstock's variants need it.")


def check_host(variant: Mapping[str, Json], where: str) -> None:
    """A variant without a model is instances for inference components."""
    if "ServerlessConfig" in variant:
        raise ValidationError(f"{where}ModelName is missing; a serverless variant needs it.")
    managed = variant.get("ManagedInstanceScaling", {})
    refuse(managed, ("ScaleInPolicy",), f"{where}ManagedInstanceScaling.")
    if managed.get("Status") != "ENABLED":
        return
    for member in ("MinInstanceCount", "MaxInstanceCount"):
        if member not in managed:
            raise ValidationError(
                f"{where}ManagedInstanceScaling.{member} is missing; it is the bound of what is managed."
            )
    if managed["MinInstanceCount"] > managed["MaxInstanceCount"]:
        raise ValidationError(f"{where}ManagedInstanceScaling.MinInstanceCount must not be above MaxInstanceCount.")


def check_specification(asked: Mapping[str, Json]) -> None:
    """Raise `ValidationError` where an inference component's Specification cannot be honoured."""
    refuse(asked, OF_SPECIFICATIONS, "Specification.")
    if ("ModelName" in asked) == ("Container" in asked):
        raise ValidationError("Specification needs a ModelName, or a Container, and not both.")
    if "Container" in asked:
        refuse(asked["Container"], ("ContainerMetricsConfig",), "Specification.Container.")
        if "Image" not in asked["Container"]:
            raise ValidationError("Specification.Container.Image is missing; copies are servers of it.")
    where = "Specification.ComputeResourceRequirements"
    if "ComputeResourceRequirements" not in asked:
        raise ValidationError(f"{where} is missing; a copy holds what it says of an instance.")
    needed = asked["ComputeResourceRequirements"]
    refuse(needed, ("AcceleratorPartitionType",), f"{where}.")
    if needed.get("MaxMemoryRequiredInMb", needed["MinMemoryRequiredInMb"]) < needed["MinMemoryRequiredInMb"]:
        raise ValidationError(f"{where}.MaxMemoryRequiredInMb must not be below MinMemoryRequiredInMb.")


def check_one_container(model: str, containers: Sequence[Mapping[str, Json]], *, is_multi: bool) -> None:
    if len(containers) > 1 or is_multi:
        raise ValidationError(
            f"{UNSUPPORTED} The model {model} has several containers or models; an inference component has one of one."
        )


def check_serverless(variant: Mapping[str, Json], request: Mapping[str, Json], where: str) -> None:
    asked = variant["ServerlessConfig"]
    if asked["MemorySizeInMB"] % 1024:
        raise ValidationError(f"{where}ServerlessConfig.MemorySizeInMB must be a multiple of 1024.")
    if asked.get("ProvisionedConcurrency", 0) > asked["MaxConcurrency"]:
        raise ValidationError(f"{where}ServerlessConfig.ProvisionedConcurrency must not be above MaxConcurrency.")
    if given := [member for member in OF_INSTANCES if member in variant]:
        raise ValidationError(f"{where}ServerlessConfig has no instances; leave {given[0]} out.")
    if "AsyncInferenceConfig" in request:
        raise ValidationError(
            f"{UNSUPPORTED} {where}ServerlessConfig cannot be asked by AsyncInferenceConfig; leave one of them out."
        )


def check_one_model(containers: Sequence[Mapping[str, Json]], variant: str) -> None:
    if len(containers) > 1 or containers[0].get("Mode") == "MultiModel":
        raise ValidationError(
            f"{UNSUPPORTED} The variant {variant} is serverless and its model has several containers or models; give "
            "it one of one."
        )


def check_asynchronous(config: Mapping[str, Json]) -> None:
    """Raise `ValidationError` where an AsyncInferenceConfig cannot be honoured."""
    output = config["OutputConfig"]
    if "S3OutputPath" not in output:
        raise ValidationError("AsyncInferenceConfig.OutputConfig.S3OutputPath is missing; answers go there.")
    for member in ("S3OutputPath", "S3FailurePath"):
        if member in output:
            Place.of(output[member], f"AsyncInferenceConfig.OutputConfig.{member}")


def check_targets(variant: Variant, request: Mapping[str, Json]) -> None:
    """A request names a container where containers are asked directly, and a model where there are several."""
    contents = variant.contents
    if contents is None:
        return
    hostname, names = request.get("TargetContainerHostname"), [each.name for each in contents.containers]
    if hostname and not contents.is_direct:
        raise NotServed(
            f"TargetContainerHostname is for models whose InferenceExecutionConfig has the Mode Direct; that of the "
            f"variant {variant.name} has not."
        )
    if contents.is_direct and hostname not in names:
        raise NotServed(f"TargetContainerHostname must be one of the variant's containers: {', '.join(names)}.")
    if bool(request.get("TargetModel")) != bool(contents.models):
        needs = "needs a TargetModel" if contents.models else "has one model; leave TargetModel out"
        raise NotServed(f"The variant {variant.name} {needs}.")


def check_session(variant: Variant, request: Mapping[str, Json], *, is_held: bool) -> None:
    """A session is held by an instance, as long as that is there."""
    session, target = request.get("SessionId"), request.get("TargetVariant", variant.name)
    if is_held and target != variant.name:
        raise NotServed(f"The session {session} is with the variant {variant.name}; leave TargetVariant out.")
    if session and variant.serverless:
        raise NotServed(f"SessionId is for instances, and the variant {variant.name} is serverless.")
    if session and session != NEW and not is_held:
        raise NotServed(
            f"There is no session {session}: its model has closed it, or its instance has gone. Begin a NEW_SESSION."
        )


def check_invocation(request: Mapping[str, Json]) -> None:
    refuse(request, OF_INVOCATIONS, by=NotServed)
