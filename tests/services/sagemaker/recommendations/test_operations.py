"""Recommendation jobs over endpoints whose servers do as the test says."""

import asyncio
import io
import re
import tarfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.engine import Engine
from penstock.services.sagemaker.recommendations import benchmarking, load
from penstock.services.sagemaker.recommendations.model import Stage
from penstock.services.sagemaker.recommendations.room import open_recommendations
from penstock.wire.call import Call, Directory, ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
ROLE = "arn:aws:iam::123456789012:role/Scientist"


SAMPLE = {"SamplePayloadUrl": "s3://bucket/sample.tar.gz", "SupportedContentTypes": ["text/csv"]}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchmarking, "LOOK_EVERY", 0.005)
    monkeypatch.setattr(load, "DEFAULT", (Stage(1, 0.02), Stage(2, 0.02)))


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


async def scalable(_: Call, asked: Json) -> Json:
    """One endpoint is scaled by itself."""
    return {"ScalableTargets": [each for each in asked["ResourceIds"] if each == "endpoint/scaled/variant/v"]}


async def served(world: World, name: str, *variants: Json, **more: Json) -> None:
    """An endpoint of the customer's, in service."""
    given = list(variants) or [{"ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}]
    named = [{"VariantName": "vw"[place], **each} for place, each in enumerate(given)]
    await world.ask("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=named, **more)
    await world.ask("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
    async with asyncio.timeout(DEADLINE):
        while (await world.ask("DescribeEndpoint", EndpointName=name))["EndpointStatus"] != "InService":  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@asynccontextmanager
async def recommending(
    folder: Path, each: Callable[[Server], None] = lambda _: None, **more: Any
) -> AsyncIterator[World]:
    def furnish(engine: Engine, directory: Directory, chance: Callable[[], str]) -> None:
        open_recommendations(engine=engine, directory=directory, clock=lambda: 1_000.0, chance=chance)
        directory.provide("application-autoscaling", ["DescribeScalableTargets"], scalable)

    objects = {"sample.tar.gz": archive(a=b"1,2", b=b"3,4"), "plain": b"1,2"}
    async with world_at(folder, each, furnish=furnish, objects=objects, **more) as world:
        container = {"Image": "image", "Environment": {"MINE": "yes"}}
        if more.get("life", 1) == 1:
            await world.ask("CreateModel", ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=container)
        yield world


def request(*configs: Json, payload: str = "s3://bucket/sample.tar.gz", given: Json = None, **more: Json) -> Json:
    sample = {"SamplePayloadUrl": payload, "SupportedContentTypes": ["text/csv"]}
    return {
        "JobName": "job",
        "JobType": "Default",
        "RoleArn": ROLE,
        "InputConfig": {
            "ModelName": "m",
            "ContainerConfig": {"PayloadConfig": sample, "SupportedInstanceTypes": ["ml.c5.large", "ml.m5.large"]},
            **({"EndpointConfigurations": list(configs)} if configs else {}),
            **(given or {}),
        },
        **more,
    }


async def over(world: World) -> Json:
    """The job when it is."""
    async with asyncio.timeout(DEADLINE):
        while True:
            found = await world.ask("DescribeInferenceRecommendationsJob", JobName="job")
            if found["Status"] not in {"IN_PROGRESS", "STOPPING"}:
                return found
            await asyncio.sleep(0.005)


async def test_a_model_is_measured_on_each_instance_type_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    async with recommending(tmp_path) as world:
        made = await world.ask("CreateInferenceRecommendationsJob", **request(JobDescription="which?"))
        found = await over(world)
        steps = (await world.ask("ListInferenceRecommendationsJobSteps", JobName="job"))["Steps"]
        (listed,) = (await world.ask("ListInferenceRecommendationsJobs", ModelNameEquals="m"))[
            "InferenceRecommendationsJobs"
        ]
        left = [
            *(await world.ask("ListEndpoints"))["Endpoints"],
            *(await world.ask("ListEndpointConfigs"))["EndpointConfigs"],
        ]
        models = [each["ModelName"] for each in (await world.ask("ListModels"))["Models"]]

    first, second = found["InferenceRecommendations"]
    assert made["JobArn"] == "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/job"
    assert (found["Status"], found["InputConfig"]["ModelName"]) == ("COMPLETED", "m")
    assert [each["EndpointConfiguration"]["InstanceType"] for each in (first, second)] == ["ml.c5.large", "ml.m5.large"]
    assert re.fullmatch(r"job/\w{8}", first["RecommendationId"])  # what the SDK takes for one
    assert first["RecommendationId"] != second["RecommendationId"]
    assert first["Metrics"]["MaxInvocations"] > 0
    assert first["Metrics"]["ModelLatency"] > 0
    assert {bytes(asked.payload) for server in world.servers.servers for asked in server.asked} == {b"1,2", b"3,4"}
    assert [each["Status"] for each in steps] == ["COMPLETED", "COMPLETED"]
    assert steps[0]["InferenceBenchmark"]["Metrics"] == first["Metrics"]
    assert (listed["JobName"], listed["JobDescription"], listed["SamplePayloadUrl"]) == (
        "job", "which?", "s3://bucket/sample.tar.gz"
    )  # fmt: skip
    assert (left, models) == ([], ["m"])


async def test_an_existing_endpoint_is_measured_beside_the_instance_types_and_stays(tmp_path: Path) -> None:
    async with recommending(tmp_path) as world:
        await served(world, "mine")
        asked = request({"InstanceType": "ml.c5.large"}, given={"Endpoints": [{"EndpointName": "mine"}]})
        await world.ask("CreateInferenceRecommendationsJob", **asked)
        found = await over(world)
        steps = (await world.ask("ListInferenceRecommendationsJobSteps", JobName="job"))["Steps"]
        left = [each["EndpointName"] for each in (await world.ask("ListEndpoints"))["Endpoints"]]

    (performance,) = found["EndpointPerformances"]
    (made,) = found["InferenceRecommendations"]
    assert performance["EndpointInfo"] == {"EndpointName": "mine"}
    assert performance["Metrics"]["MaxInvocations"] > 0
    assert made["EndpointConfiguration"]["InstanceType"] == "ml.c5.large"
    assert steps[0]["InferenceBenchmark"]["EndpointMetrics"] == performance["Metrics"]
    assert steps[0]["InferenceBenchmark"]["EndpointConfiguration"]["VariantName"] == "v"
    assert left == ["mine"]


async def test_an_existing_endpoint_alone_is_load_tested(tmp_path: Path) -> None:
    async with recommending(tmp_path) as world:
        await served(world, "mine")
        alone = {"Endpoints": [{"EndpointName": "mine"}], "ContainerConfig": {"PayloadConfig": SAMPLE}}
        await world.ask("CreateInferenceRecommendationsJob", **request(given=alone, JobType="Advanced"))
        found = await over(world)

    assert found["Status"] == "COMPLETED"
    assert "InferenceRecommendations" not in found
    assert len(found["EndpointPerformances"]) == 1


INSTANCES = {"ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVERLESS = {"ModelName": "m", "ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}}
ASYNCHRONOUS = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://bucket/out"}}}


@pytest.mark.parametrize(
    ("name", "variants", "more", "reason"),
    [
        ("scaled", [INSTANCES], {}, "Endpoint scaled is scaled automatically; deregister endpoint/scaled/variant/v"),
        ("two", [INSTANCES, INSTANCES], {}, "Endpoint two has 2 variants"),
        ("less", [SERVERLESS], {}, "Endpoint less is serverless"),
        ("later", [INSTANCES], ASYNCHRONOUS, "Endpoint later is asynchronous"),
        ("many", [{**INSTANCES, "ModelName": "many"}], {}, "Endpoint many has many models"),
    ],
)
async def test_an_existing_endpoint_that_aws_does_not_take_is_refused(
    tmp_path: Path, name: str, variants: list[Json], more: Json, reason: str
) -> None:
    async with recommending(tmp_path) as world:
        container = {"Image": "image", "Mode": "MultiModel", "ModelDataUrl": "s3://bucket/"}
        await world.ask("CreateModel", ModelName="many", ExecutionRoleArn=ROLE, PrimaryContainer=container)
        await served(world, name, *variants, **more)

        with pytest.raises(ServiceError, match=reason):
            await world.ask(
                "CreateInferenceRecommendationsJob", **request(given={"Endpoints": [{"EndpointName": name}]})
            )


async def test_each_environment_of_a_configuration_is_tried(tmp_path: Path) -> None:
    ranges = {"CategoricalParameterRanges": [{"Name": "THREADS", "Value": ["1", "2"]}]}
    config = {"InstanceType": "ml.m5.large", "EnvironmentParameterRanges": ranges}
    async with recommending(tmp_path) as world:
        await world.ask("CreateInferenceRecommendationsJob", **request(config, JobType="Advanced"))
        found = await over(world)

    assert [each["ModelConfiguration"]["EnvironmentParameters"] for each in found["InferenceRecommendations"]] == [
        [{"Key": "THREADS", "ValueType": "String", "Value": value}] for value in ("1", "2")
    ]
    assert [(each.variables["THREADS"], each.variables["MINE"]) for each in world.servers.settings] == [
        ("1", "yes"), ("2", "yes")
    ]  # fmt: skip


async def test_a_stopped_job_ends_its_test_and_begins_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "DEFAULT", (Stage(1, 0.02),) * 100_000)
    async with recommending(tmp_path) as world:
        await world.ask(
            "CreateInferenceRecommendationsJob", **request(StoppingConditions={"FlatInvocations": "Continue"})
        )
        async with asyncio.timeout(DEADLINE):
            while not any(server.asked for server in world.servers.servers):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await world.ask("StopInferenceRecommendationsJob", JobName="job")
        found = await over(world)
        steps = (await world.ask("ListInferenceRecommendationsJobSteps", JobName="job"))["Steps"]

    assert found["Status"] == "STOPPED"
    assert len(steps) == 1


@pytest.mark.parametrize(
    ("asked", "reply", "reason"),
    [
        ({"payload": "s3://bucket/plain"}, 200, "The sample payload s3://bucket/plain is not an archive"),
        ({"payload": "s3://bucket/none"}, 200, "The specified key does not exist"),
        ({}, 500, "The endpoint refused the sample payload"),
        (
            {"StoppingConditions": {"ModelLatencyThresholds": [{"Percentile": "P95", "ValueInMilliseconds": 0}]}},
            200,
            "did not answer within the latencies that were asked for .P95 0 ms.",
        ),
    ],
)
async def test_a_job_that_can_measure_nothing_fails_with_the_reason(
    tmp_path: Path, asked: Json, reply: int, reason: str
) -> None:
    def answers(server: Server) -> None:
        server.reply = saying(reply, "1")

    async with recommending(tmp_path, answers) as world:
        await world.ask("CreateInferenceRecommendationsJob", **request(**asked))
        found = await over(world)
        left = (await world.ask("ListEndpoints"))["Endpoints"]

    assert found["Status"] == "FAILED"
    assert reason.replace(".P95 0 ms.", "(P95 0 ms)") in found["FailureReason"]
    assert left == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"given": {"ModelPackageVersionArn": "arn:x"}}, "exactly one of ModelName and ModelPackageVersionArn"),
        ({"given": {"Endpoints": [{"EndpointName": "e"}]}}, "Could not find endpoint"),
        ({"given": {"ContainerConfig": {"PayloadConfig": SAMPLE}}}, "No instance types"),
        ({"given": {"ContainerConfig": {}}}, "A SamplePayloadUrl and SupportedContentTypes must be given"),
        ({"JobType": "Advanced"}, "EndpointConfigurations must be given"),
        ({"given": {"ModelName": "other"}}, "Could not find model"),
        ({"OutputConfig": {"CompiledOutputConfig": {"S3OutputUri": "s3://bucket/x"}}}, "CompiledOutputConfig is not"),
        (
            {"StoppingConditions": {"ModelLatencyThresholds": [{"Percentile": "95", "ValueInMilliseconds": 1}]}},
            "The Percentile '95' is none",
        ),
    ],
)
async def test_what_a_job_cannot_do_is_refused(tmp_path: Path, asked: Json, reason: str) -> None:
    async with recommending(tmp_path) as world:
        with pytest.raises(ServiceError, match=reason):
            await world.ask("CreateInferenceRecommendationsJob", **request(**asked))
        with pytest.raises(ServiceError, match="does not exist") as gone:
            await world.ask("DescribeInferenceRecommendationsJob", JobName="job")
        assert gone.value.code == "ResourceNotFound"


async def test_a_name_is_used_once(tmp_path: Path) -> None:
    async with recommending(tmp_path) as world:
        await world.ask("CreateInferenceRecommendationsJob", **request())
        with pytest.raises(ServiceError, match="already exists") as refused:
            await world.ask("CreateInferenceRecommendationsJob", **request())

    assert refused.value.code == "ResourceInUse"


async def test_a_job_goes_on_where_the_server_was_stopped(tmp_path: Path) -> None:
    def silent(server: Server) -> None:
        server.gate = asyncio.Event()

    async with recommending(tmp_path, silent) as world:
        await world.ask("CreateInferenceRecommendationsJob", **request())
        async with asyncio.timeout(DEADLINE):
            while not any(server.asked for server in world.servers.servers):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    async with recommending(tmp_path, life=2) as world:
        found = await over(world)

    assert found["Status"] == "COMPLETED"
    assert len(found["InferenceRecommendations"]) == 2
