"""What endpoints cannot do here yet: refused by the name of the member, never accepted and ignored."""

from collections.abc import Mapping, Sequence
from typing import Final

from penstock.services.sagemaker.endpoints.model import Json, Variant
from penstock.services.sagemaker.jobs.model import Place
from penstock.wire.call import ValidationError

OF_CONFIGS: Final = (
    "ExplainerConfig", "MetricsConfig", "CrossRegionTrafficConfig",
    "VpcConfig", "EnableNetworkIsolation", "ExecutionRoleArn",
)  # fmt: skip
OF_VARIANTS: Final = (
    "InstancePools", "VariantInstanceProvisionTimeoutInSeconds", "AcceleratorType",
    "CoreDumpConfig", "EnableSSMAccess", "ManagedInstanceScaling", "InferenceAmiVersion", "CapacityReservationConfig",
    "AcceleratorPartitionLayouts",
)  # fmt: skip
OF_INVOCATIONS: Final = (
    "EnableExplanations", "InferenceComponentName", "SessionId", "PrefixAwareId",
)  # fmt: skip
UNSUPPORTED: Final = "One or more endpoint features are not supported using this configuration."  # AWS's sentence
OF_INSTANCES: Final = ("InstanceType", "InitialInstanceCount")
NEEDED: Final = ("ModelName", "InstanceType", "InitialInstanceCount")


def refuse(request: Mapping[str, Json], members: tuple[str, ...], where: str = "") -> None:
    """Raise if a member is given that asks for something; False and empty ask for nothing."""
    for member in members:
        if request.get(member):
            raise ValidationError(f"Penstock's endpoints do not support {where}{member} yet; leave it out.")


def check_config(request: Mapping[str, Json]) -> None:
    refuse(request, OF_CONFIGS)
    if "DataCaptureConfig" in request:
        Place.of(request["DataCaptureConfig"]["DestinationS3Uri"], "DataCaptureConfig.DestinationS3Uri")
    if "AsyncInferenceConfig" in request:
        check_asynchronous(request["AsyncInferenceConfig"])
    for kind in ("ProductionVariants", "ShadowProductionVariants"):
        for number, variant in enumerate(request.get(kind, ())):
            check_variant(variant, request, f"{kind}[{number}].")
    check_shadows(request)


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
    if variant.get("RoutingConfig", {}).get("RoutingStrategy") == "RANDOM":
        raise ValidationError(
            f"{where}RoutingConfig.RoutingStrategy is LEAST_OUTSTANDING_REQUESTS for every variant here; "
            "leave it out instead of asking for RANDOM."
        )
    if "ServerlessConfig" in variant:
        check_serverless(variant, request, where)
    for member in NEEDED:
        if member not in variant and not ("ServerlessConfig" in variant and member in OF_INSTANCES):
            raise ValidationError(f"{where}{member} is missing; Penstock's variants need it.")


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
    if output.get("NotificationConfig", {}).get("IncludeInferenceResponseIn"):
        raise ValidationError(
            "AsyncInferenceConfig.OutputConfig.NotificationConfig.IncludeInferenceResponseIn is not supported yet; "
            "leave it out, and read the answer at the notification's outputLocation."
        )


def check_targets(variant: Variant, request: Mapping[str, Json]) -> None:
    """A request names a container where containers are asked directly, and a model where there are several."""
    contents = variant.contents
    if contents is None:
        return
    hostname, names = request.get("TargetContainerHostname"), [each.name for each in contents.containers]
    if hostname and not contents.is_direct:
        raise ValidationError(
            f"TargetContainerHostname is for models whose InferenceExecutionConfig has the Mode Direct; that of the "
            f"variant {variant.name} has not."
        )
    if contents.is_direct and hostname not in names:
        raise ValidationError(f"TargetContainerHostname must be one of the variant's containers: {', '.join(names)}.")
    if bool(request.get("TargetModel")) != bool(contents.models):
        needs = "needs a TargetModel" if contents.models else "has one model; leave TargetModel out"
        raise ValidationError(f"The variant {variant.name} {needs}.")


def check_invocation(request: Mapping[str, Json]) -> None:
    refuse(request, OF_INVOCATIONS)
