"""What endpoints take, what they refuse by name, and which variant is asked."""

from collections import Counter
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints.api import retained, wanted_sizes
from penstock.services.sagemaker.endpoints.configs import completed
from penstock.services.sagemaker.endpoints.invocations import chosen
from penstock.services.sagemaker.endpoints.model import Deployment, Size, deployment_of
from penstock.services.sagemaker.endpoints.refusals import NotServed, check_config, check_invocation
from penstock.services.sagemaker.endpoints.staging import asked_containers, source_of
from penstock.wire.call import Directory, Scope, ValidationError

VARIANT = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}


def config(**variant: Any) -> dict[str, Any]:
    return {"EndpointConfigName": "c", "ProductionVariants": [{**VARIANT, **variant}]}


def explains(baseline: dict[str, str]) -> dict[str, Any]:
    return {"ClarifyExplainerConfig": {"ShapConfig": {"ShapBaselineConfig": baseline}}}


def deployment(**weights: float) -> Deployment:
    variants = [{**VARIANT, "VariantName": name, "InitialVariantWeight": weight} for name, weight in weights.items()]
    return deployment_of({"EndpointConfigName": "c", "ProductionVariants": variants})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("ExplainerConfig", {}),
        ("ShapBaselineConfig", explains({})),
        ("ShapBaselineUri", explains({"ShapBaselineUri": "https://elsewhere/b"})),
        ("VpcConfig", {"Subnets": ["s"], "SecurityGroupIds": ["g"]}),
        ("EnableNetworkIsolation", True),
        ("DataCaptureConfig", {"DestinationS3Uri": "/tmp"}),
    ],
)
def test_a_configuration_that_cannot_be_honoured_is_refused_by_its_member(member: str, value: Any) -> None:
    asked = {"ExplainerConfig": value} if member.startswith("ShapBaseline") else {member: value}
    with pytest.raises(ValidationError, match=member):
        check_config({**config(), **asked})


def test_only_variants_with_instances_of_a_model_are_explained() -> None:
    serverless = {
        "VariantName": "a",
        "ModelName": "m",
        "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1},
    }
    asked = {"EndpointConfigName": "c", "ProductionVariants": [serverless]}
    with pytest.raises(ValidationError, match="ExplainerConfig is for variants with instances and a ModelName, as a"):
        check_config({**asked, "ExplainerConfig": explains({"ShapBaseline": "0"})})


@pytest.mark.parametrize(
    "variant",
    [
        {"ManagedInstanceScaling": {"Status": "ENABLED"}},  # beside a model
        {"CoreDumpConfig": {"DestinationS3Uri": "s3://b/k"}},
    ],
)
def test_a_variant_that_cannot_be_honoured_is_refused_by_its_member(variant: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=rf"ProductionVariants\[0\]\.{next(iter(variant))}"):
        check_config(config(**variant))


def test_what_is_switched_off_is_no_reason_to_refuse() -> None:
    check_config({**config(), "EnableNetworkIsolation": False})
    check_invocation({"EndpointName": "e", "Body": b"", "InferenceId": "i"})


def test_variants_have_names_of_their_own_and_some_weight() -> None:
    with pytest.raises(ValidationError, match="two variants of the name a"):
        completed({"EndpointConfigName": "c", "ProductionVariants": [VARIANT, VARIANT]})
    with pytest.raises(ValidationError, match="InitialVariantWeight above 0"):
        completed(config(InitialVariantWeight=0.0))
    assert completed(config())["ProductionVariants"][0]["InitialVariantWeight"] == 1.0


def test_requests_are_spread_by_weight() -> None:
    variants = {variant.name: variant for variant in deployment(a=1, b=3, idle=0).variants}
    seen = Counter(chosen(variants, None, f"{number:03x}" + "0" * 29) for number in range(4096))

    assert seen == {"a": 1024, "b": 3072}
    assert chosen(variants, "idle", "0" * 32) == "idle"
    with pytest.raises(NotServed, match="Variant other not found"):
        chosen(variants, "other", "0" * 32)


def test_an_update_may_retain_weights_and_counts() -> None:
    current, asked = deployment(a=1, b=1).sized({"a": Size(0.5, 4)}), deployment(a=1, c=1)

    def sizes(**request: Any) -> dict[str, tuple[float, int]]:
        return {each.name: (each.weight, each.count) for each in retained(asked, current, request).variants}

    assert sizes() == {"a": (0.5, 4), "c": (1, 1)}
    excluded = [{"VariantPropertyType": "DesiredInstanceCount"}]
    assert sizes(ExcludeRetainedVariantProperties=excluded) == {"a": (0.5, 1), "c": (1, 1)}


def test_new_sizes_are_for_variants_that_there_are_and_leave_some_weight() -> None:
    current = deployment(a=1)

    assert wanted_sizes(current, [{"VariantName": "a", "DesiredInstanceCount": 2}]) == {"a": Size(1.0, 2)}
    for wrong in (
        {"VariantName": "b"},
        {"VariantName": "a", "DesiredWeight": 0.0},
        {"VariantName": "a", "DesiredInstanceCount": 0},
        {"VariantName": "a", "ServerlessUpdateConfig": {"MaxConcurrency": 1}},
    ):
        with pytest.raises(ValidationError):
            wanted_sizes(current, [wrong])


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ({"Containers": [{"Image": "i"}, {"Image": "i", "Mode": "MultiModel"}]}, "MultiModel beside others"),
        ({"PrimaryContainer": {"Image": "i", "AdditionalModelDataSources": [{}]}}, "AdditionalModelDataSources"),
        (
            {"PrimaryContainer": {"Image": "i", "MultiModelConfig": {"ModelCacheSetting": "Disabled"}}},
            "ModelCacheSetting Disabled",
        ),
    ],
)
async def test_models_that_cannot_be_served_are_refused_with_the_reason(model: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        await asked_containers(Directory(), Scope(), {"ModelName": "m", **model})


def test_model_data_is_an_archive_an_object_or_all_under_a_prefix() -> None:
    def source(kind: str, compression: str) -> dict[str, Any]:
        at = {"S3Uri": "s3://b/k/", "S3DataType": kind, "CompressionType": compression}
        return {"ModelDataSource": {"S3DataSource": at}}

    assert source_of({"ModelDataUrl": "s3://b/model.tar.gz"}) == ("archive", "s3://b/model.tar.gz")
    assert source_of({}) == ("archive", "")
    assert source_of(source("S3Object", "Gzip")) == ("archive", "s3://b/k/")
    assert source_of(source("S3Object", "None")) == ("object", "s3://b/k/")
    assert source_of(source("S3Prefix", "None")) == ("prefix", "s3://b/k/")
    with pytest.raises(ValidationError, match="it has S3Prefix and Gzip"):
        source_of(source("S3Prefix", "Gzip"))
