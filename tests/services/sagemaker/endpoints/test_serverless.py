"""Serverless variants: servers come with requests and go when they have rested."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker.endpoints import serverless
from penstock.services.sagemaker.endpoints.refusals import check_config
from penstock.wire.call import ServiceError, ValidationError
from services.sagemaker.endpoints.servers import saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
CONFIG = {"MemorySizeInMB": 2048, "MaxConcurrency": 2}


async def create(world: World, **config: int) -> None:
    await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer={"Image": "image"})
    variant = {"VariantName": "a", "ModelName": "m", "ServerlessConfig": {**CONFIG, **config}}
    await world.ask("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[variant])
    await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")


async def until(world: World, living: int) -> None:
    async with asyncio.timeout(DEADLINE):
        while sum(not server.is_over for server in world.servers.servers) != living:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_each_request_has_a_server_and_too_many_are_refused(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with world_at(tmp_path, lambda server: setattr(server, "gate", gate)) as world:
        await create(world)
        found = await world.settled()
        asking = [asyncio.create_task(world.invoke()) for _ in range(2)]
        async with asyncio.timeout(DEADLINE):
            while sum(len(server.asked) for server in world.servers.servers) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        with pytest.raises(ServiceError, match="2 requests are under way") as refusal:
            await world.invoke()
        gate.set()
        answers = {(await each)["Body"] for each in asking}

    variant = found["ProductionVariants"][0]
    assert variant["CurrentServerlessConfig"] == CONFIG
    assert "CurrentInstanceCount" not in variant
    assert (refusal.value.code, refusal.value.status) == ("ThrottlingException", 429)
    assert answers == {b"1", b"2"}
    assert world.servers.settings[0].memory_mib == 2048


async def test_servers_that_rest_are_let_go_and_come_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverless, "IDLE", 0.0)
    monkeypatch.setattr(serverless, "LOOK_EVERY", 0.01)
    async with world_at(tmp_path) as world:
        await create(world)
        await world.settled()
        await until(world, living=0)

        assert (await world.invoke())["Body"] == b"2"
        await until(world, living=0)


async def test_provisioned_servers_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serverless, "IDLE", 0.0)
    monkeypatch.setattr(serverless, "LOOK_EVERY", 0.01)
    async with world_at(tmp_path) as world:
        await create(world, ProvisionedConcurrency=1)
        await world.settled()
        answers = [(await world.invoke())["Body"] for _ in range(3)]
        await until(world, living=1)
        await world.ask("DeleteEndpoint", EndpointName="e")
        await until(world, living=0)

    assert answers == [b"1"] * 3


async def test_a_model_that_does_not_load_fails_the_endpoint(tmp_path: Path) -> None:
    async with world_at(tmp_path, lambda server: setattr(server, "ping", saying(503, "no model"))) as world:
        await create(world)
        found = await world.settled()

    assert found["EndpointStatus"] == "Failed"
    assert "no model" in found["FailureReason"]


@pytest.mark.parametrize(
    ("variant", "more", "sentence"),
    [
        ({"ServerlessConfig": {**CONFIG, "MemorySizeInMB": 1500}}, {}, "multiple of 1024"),
        ({"ServerlessConfig": {**CONFIG, "ProvisionedConcurrency": 3}}, {}, "must not be above MaxConcurrency"),
        ({"ServerlessConfig": CONFIG, "InstanceType": "ml.m5.large"}, {}, "leave InstanceType out"),
        (
            {"ServerlessConfig": CONFIG},
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b"}}},
            "cannot be asked by AsyncInferenceConfig",
        ),
    ],
)
def test_configurations_that_make_no_sense_are_refused(variant: Json, more: Json, sentence: str) -> None:
    named = {"VariantName": "a", "ModelName": "m", **variant}
    with pytest.raises(ValidationError, match=sentence):
        check_config({"ProductionVariants": [named], **more})


async def test_several_containers_are_refused(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        containers = [{"Image": "one"}, {"Image": "two"}]
        await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", Containers=containers)
        variant = {"VariantName": "a", "ModelName": "m", "ServerlessConfig": CONFIG}
        await world.ask("CreateEndpointConfig", EndpointConfigName="c", ProductionVariants=[variant])
        with pytest.raises(ServiceError, match="give it one of one"):
            await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")


async def test_provisioned_concurrency_changes_in_service(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await create(world)
        await world.settled()
        config = {"ProvisionedConcurrency": 3, "MaxConcurrency": 4}
        asked = [{"VariantName": "a", "ServerlessUpdateConfig": config}]
        await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=asked)
        found = await world.settled()

        await until(world, living=3)
        assert found["ProductionVariants"][0]["CurrentServerlessConfig"] == {"MemorySizeInMB": 2048, **config}
        asked = [{"VariantName": "a", "ServerlessUpdateConfig": {"ProvisionedConcurrency": 5}}]
        with pytest.raises(ValidationError, match="must not be above its MaxConcurrency, 4"):
            await world.ask("UpdateEndpointWeightsAndCapacities", EndpointName="e", DesiredWeightsAndCapacities=asked)
