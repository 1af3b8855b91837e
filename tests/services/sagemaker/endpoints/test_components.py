"""Inference components: copies of models on the instances of an endpoint's variant."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints.components import merged
from penstock.services.sagemaker.endpoints.model import Need
from penstock.services.sagemaker.endpoints.placing import Copies, NoRoom, instances_for
from penstock.services.sagemaker.endpoints.refusals import check_config, check_specification
from penstock.services.sagemaker.jobs.instances import Size
from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, never_ready, world_at

Json = Any
HOST = {"VariantName": "a", "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 1}  # 4 processors, 16 GiB
MANAGED = {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 2}
SPECIFICATION: Json = {
    "Container": {"Image": "image", "Environment": {"MINE": "yes"}},
    "ComputeResourceRequirements": {"NumberOfCpuCoresRequired": 1, "MinMemoryRequiredInMb": 1024},
}


async def hosted(world: World, **more: Json) -> Json:
    """An endpoint for components."""
    variant = {**HOST, **more}
    await world.ask(
        "CreateEndpointConfig", EndpointConfigName="c", ExecutionRoleArn="role", ProductionVariants=[variant]
    )
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    return await world.settled()


async def add(world: World, name: str = "one", *, copies: int = 1, **more: Json) -> Json:
    await world.ask(
        "CreateInferenceComponent",
        InferenceComponentName=name,
        EndpointName="e",
        VariantName="a",
        Specification={**SPECIFICATION, **more},
        RuntimeConfig={"CopyCount": copies},
    )
    return await stands(world, name)


async def stands(world: World, name: str = "one") -> Json:
    """The component when nothing is under way."""
    async with asyncio.timeout(DEADLINE):
        while True:
            found = await world.ask("DescribeInferenceComponent", InferenceComponentName=name)
            if found["InferenceComponentStatus"] in {"InService", "Failed"}:
                return found
            await asyncio.sleep(0.01)


async def test_components_share_an_endpoint_and_each_answers_for_itself(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        endpoint = await hosted(world)
        assert not world.servers.settings  # instances alone run nothing
        assert "DeployedImages" not in endpoint["ProductionVariants"][0]
        with pytest.raises(ServiceError, match=r"^Inference Component Name header is required"):
            await world.invoke()

        one, two = await add(world), await add(world, "two", copies=2)
        said = [await world.invoke(InferenceComponentName=name) for name in ("one", "two", "two")]

    assert one["InferenceComponentArn"] == "arn:aws:sagemaker:us-east-1:123456789012:inference-component/one"
    assert one["Specification"]["Container"] == {
        "DeployedImage": {"SpecifiedImage": "image"}, "Environment": {"MINE": "yes"}
    }  # fmt: skip
    assert two["RuntimeConfig"] == {"DesiredCopyCount": 2, "CurrentCopyCount": 2}
    assert {each["Body"] for each in said} == {b"1", b"2", b"3"}
    assert {each["InvokedProductionVariant"] for each in said} == {"a"}
    setting = world.servers.settings[0]
    assert (setting.variables["ROLE"], setting.variables["OMP_NUM_THREADS"]) == ("role", "1")
    assert setting.memory_mib == 1024
    assert setting.log.parent == tmp_path / "logs/aws/sagemaker/InferenceComponents/one/a"


async def test_a_model_may_be_a_component_and_copies_come_and_go(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await hosted(world)
        await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="its", PrimaryContainer={"Image": "other"})
        needs = SPECIFICATION["ComputeResourceRequirements"]
        request = {"ModelName": "m", "ComputeResourceRequirements": needs}
        await world.ask(
            "CreateInferenceComponent", InferenceComponentName="one", EndpointName="e", Specification=request
        )
        await stands(world)
        assert world.servers.settings[0].variables["ROLE"] == "its"

        await world.ask(
            "UpdateInferenceComponentRuntimeConfig", InferenceComponentName="one", DesiredRuntimeConfig={"CopyCount": 0}
        )
        assert (await stands(world))["RuntimeConfig"] == {"DesiredCopyCount": 0, "CurrentCopyCount": 0}
        assert world.servers.servers[0].is_over
        with pytest.raises(ServiceError, match=r"^Inference Component has no capacity to process this request"):
            await world.invoke(InferenceComponentName="one")

        await world.ask("UpdateInferenceComponent", InferenceComponentName="one", RuntimeConfig={"CopyCount": 2})
        await stands(world)
        assert (await world.invoke(InferenceComponentName="one"))["Body"] == b"2"


async def test_another_specification_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await hosted(world)
        await add(world, copies=2)
        batch = {"MaximumBatchSize": {"Type": "COPY_COUNT", "Value": 1}, "WaitIntervalInSeconds": 0}
        await world.ask(
            "UpdateInferenceComponent",
            InferenceComponentName="one",
            Specification={"Container": {"Image": "newer"}},
            DeploymentConfig={"RollingUpdatePolicy": batch},
        )
        found = await stands(world)
        answers = {(await world.invoke(InferenceComponentName="one"))["Body"] for _ in range(2)}

    assert found["Specification"]["Container"]["DeployedImage"] == {"SpecifiedImage": "newer"}
    assert found["LastDeploymentConfig"] == {"RollingUpdatePolicy": batch}
    assert answers == {b"3", b"4"}
    assert [server.is_over for server in world.servers.servers[:2]] == [True, True]


async def test_a_component_that_does_not_come_up_fails_and_one_that_gets_worse_stays(tmp_path: Path) -> None:
    def ill(server: Server) -> None:
        if server.number != 1:
            server.ping = saying(503, "no model")

    async with world_at(tmp_path, ill) as world:
        await hosted(world)
        await add(world)
        await world.ask(
            "UpdateInferenceComponent", InferenceComponentName="one", Specification={"Container": {"Image": "worse"}}
        )
        kept, failed = await stands(world), await add(world, "two")
        with pytest.raises(ServiceError, match="two of endpoint e not found"):
            await world.invoke(InferenceComponentName="two")
        assert (await world.invoke(InferenceComponentName="one"))["Body"] == b"1"

    assert (kept["InferenceComponentStatus"], failed["InferenceComponentStatus"]) == ("InService", "Failed")
    assert "ping health check" in kept["FailureReason"]
    assert kept["Specification"]["Container"]["DeployedImage"] == {"SpecifiedImage": "image"}


async def test_copies_are_there_again_after_a_restart(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: never_ready(server) if server.number == 2 else None) as world:
        await hosted(world)
        await add(world)
        request = {"InferenceComponentName": "two", "EndpointName": "e", "Specification": SPECIFICATION}
        await world.ask("CreateInferenceComponent", token="once", **request)
    async with world_at(tmp_path, life=2) as world:
        assert (await stands(world, "two"))["InferenceComponentStatus"] == "InService"
        async with asyncio.timeout(DEADLINE):
            while len(world.servers.servers) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        await world.ask("CreateInferenceComponent", token="once", **request)  # told twice
        said = {(await world.invoke(InferenceComponentName=name))["Body"] for name in ("one", "two")}

    assert said == {b"1", b"2"}


async def test_there_is_room_for_as_many_copies_as_instances_hold(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await hosted(world)
        await add(world, copies=3)
        with pytest.raises(ServiceError, match=r"^Not enough hardware .* \(The variant a has 1 of ml\.m5\.xlarge\.\)$"):
            await add(world, "two", copies=2)
        await add(world, "two")
        with pytest.raises(ServiceError, match=r"^Not enough hardware"):
            await world.ask("UpdateInferenceComponent", InferenceComponentName="one", RuntimeConfig={"CopyCount": 4})
        with pytest.raises(ServiceError, match=r"it has inference components \(two, one\); delete them first"):
            await world.ask("DeleteEndpoint", EndpointName="e")
        await world.configure("models")
        with pytest.raises(ServiceError, match="is on the variant a, which models has not as one without a model"):
            await world.ask("UpdateEndpoint", EndpointName="e", EndpointConfigName="models")
        with pytest.raises(ServiceError, match=r'^Cannot create already existing inference component "arn'):
            await add(world, "two")

        on = await world.ask("ListInferenceComponents", EndpointNameEquals="e", VariantNameEquals="a")
        assert [each["InferenceComponentName"] for each in on["InferenceComponents"]] == ["two", "one"]
        other = await world.ask("ListInferenceComponents", VariantNameEquals="b")
        assert other["InferenceComponents"] == []
        for name in ("one", "two"):
            await world.ask("DeleteInferenceComponent", InferenceComponentName=name)
        await world.ask("DeleteEndpoint", EndpointName="e")

    assert all(server.is_over for server in world.servers.servers)


async def test_managed_instances_follow_the_copies_within_their_bounds(tmp_path: Path) -> None:
    async def count(world: World) -> int:
        found = await world.settled()
        return int(found["ProductionVariants"][0]["CurrentInstanceCount"])

    async with world_at(tmp_path) as world:
        endpoint = await hosted(world, ManagedInstanceScaling=MANAGED)
        assert endpoint["ProductionVariants"][0]["ManagedInstanceScaling"] == MANAGED
        await add(world, copies=4)
        assert await count(world) == 1
        await add(world, "two")
        assert await count(world) == 2
        with pytest.raises(ServiceError, match=r"^Not enough hardware"):
            await add(world, "three", copies=4)
        more = [{"VariantName": "a", "DesiredInstanceCount": 2}]
        with pytest.raises(ServiceError, match="The instances of a follow its components"):
            await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=more)
        await world.ask("DeleteInferenceComponent", InferenceComponentName="one")
        assert await count(world) == 1


def test_copies_go_to_the_first_instance_with_room_the_largest_first() -> None:
    size = Size(cpus=4, memory_mib=8192, gpus=1)
    small, large, seeing = Need(1, 0, 1024, 1024), Need(1, 0, 6144, 6144), Need(1, 1, 128, 128)

    assert instances_for([], size, most=0) == 0
    assert instances_for([Copies(small, 4)], size, most=2) == 1
    assert instances_for([Copies(small, 2), Copies(large, 2)], size, most=2) == 2
    assert instances_for([Copies(seeing, 2)], size, most=2) == 2
    for too_much in (Copies(Need(1, 2, 128, 128), 1), Copies(small, 1 << 31)):
        with pytest.raises(NoRoom):
            instances_for([too_much], size, most=2)


def test_an_update_says_what_changes() -> None:
    now = {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 128}}

    assert merged(now, {"Container": {"Image": "i"}}) == {
        "Container": {"Image": "i"}, "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 128}
    }  # fmt: skip
    assert merged(now, {"ModelName": "n"})["ModelName"] == "n"


@pytest.mark.parametrize(
    ("given", "member"),
    [
        ({"BaseInferenceComponentName": "b"}, "BaseInferenceComponentName"),
        ({"SchedulingConfig": {"PlacementStrategy": "SPREAD"}}, "SchedulingConfig"),
        ({"ModelName": "m"}, "ModelName, or a Container"),
        ({"Container": {"ArtifactUrl": "s3://b/k"}}, r"Container\.Image"),
        ({"ComputeResourceRequirements": {"MinMemoryRequiredInMb": 2, "MaxMemoryRequiredInMb": 1}}, "MaxMemory"),
    ],
)
def test_a_specification_that_cannot_be_honoured_is_refused_by_its_member(given: Json, member: str) -> None:
    with pytest.raises(ValidationError, match=member):
        check_specification({**SPECIFICATION, **given})


@pytest.mark.parametrize(
    ("variant", "more", "member"),
    [
        ({}, {"ExecutionRoleArn": ""}, "ExecutionRoleArn is missing"),
        ({}, {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/k"}}}, "AsyncInferenceConfig"),
        ({"ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1}}, {}, "MaxInstanceCount is missing"),
        ({"ManagedInstanceScaling": {**MANAGED, "MinInstanceCount": 3}}, {}, "must not be above"),
        ({"ModelName": "m"}, {}, "ExecutionRoleArn"),
    ],
)
def test_a_host_that_cannot_be_honoured_is_refused_by_its_member(variant: Json, more: Json, member: str) -> None:
    request = {"ExecutionRoleArn": "role", "ProductionVariants": [{**HOST, **variant}], **more}
    with pytest.raises(ValidationError, match=member):
        check_config({name: value for name, value in request.items() if value})
