"""Stopping the world at any commit changes nothing that a user can see of deployments and queued inferences."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from migrated import migrate
from penstock.services.sagemaker.endpoints import queueing
from penstock.wire.call import ServiceError
from services.sagemaker.endpoints.test_components import HOST, SPECIFICATION, stands
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at
from services.sagemaker.endpoints.test_queueing import FakeTopics
from services.sagemaker.jobs.worlds import SOURCE

Json = Any
FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
ASYNC = {"OutputConfig": {"S3OutputPath": "s3://bucket/out", "NotificationConfig": {"SuccessTopic": "good"}}}
POLICY = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "LINEAR",
            "WaitIntervalInSeconds": 0,
            "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        }
    }
}


async def told(world: World, operation: str, **request: Json) -> Json:
    """A call that is told again after a crash."""
    return await world.ask(operation, token=f"once-{operation}", **request)


async def live(world: World) -> str:
    """Create an endpoint, update it, ask it for later; the configuration that serves in the end."""
    container = {"Image": "image"}
    await told(world, "CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer=container)
    variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    for name in ("c", "other"):
        with suppress(ServiceError):  # it is there
            await world.ask(
                "CreateEndpointConfig",
                EndpointConfigName=name,
                ProductionVariants=[variant],
                AsyncInferenceConfig=ASYNC,
            )
    await told(world, "CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    await world.settled()
    await told(world, "UpdateEndpoint", EndpointName="e", EndpointConfigName="other", DeploymentConfig=POLICY)
    await world.settled()
    later = {"EndpointName": "e", "Body": b"x", "Filename": "answer"}
    await told(world, "InvokeEndpointAsync", service="sagemaker-runtime", **later)
    async with asyncio.timeout(DEADLINE):
        while "out/answer" not in world.s3.objects["bucket"]:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return str((await world.settled())["EndpointConfigName"])


async def live_with_a_component(world: World) -> str:
    """Create an endpoint for components and one on it, change it, have more copies; how many there are in the end."""
    with suppress(ServiceError):  # it is there
        await world.ask(
            "CreateEndpointConfig", EndpointConfigName="c", ExecutionRoleArn="role", ProductionVariants=[HOST]
        )
    await told(world, "CreateEndpoint", EndpointName="e", EndpointConfigName="c")
    await world.settled()
    one = {"InferenceComponentName": "one"}
    await told(world, "CreateInferenceComponent", EndpointName="e", Specification=SPECIFICATION, **one)
    await stands(world)
    await told(world, "UpdateInferenceComponent", Specification={"Container": {"Image": "newer"}}, **one)
    await stands(world)
    await told(world, "UpdateInferenceComponentRuntimeConfig", DesiredRuntimeConfig={"CopyCount": 2}, **one)
    found = await stands(world)
    await invoked(world, InferenceComponentName="one")
    return str(found["RuntimeConfig"]["CurrentCopyCount"])


async def invoked(world: World, **more: str) -> Json:
    """An answer, once the servers are there: after a restart they need a moment."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                return await world.invoke(**more)
            except ServiceError as refusal:
                if refusal.code != "ServiceUnavailable":
                    raise
                await asyncio.sleep(0.005)


async def live_through_a_crash(folder: Path, commits: int) -> bool:
    """One crash and one life afterwards; false if there was no crash."""
    folder.mkdir()  # noqa: ASYNC240
    path, objects = folder / "world.db", dict[str, bytes]()
    migrate(path, [SOURCE / "engine" / "migrations"])
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=commits % 2 == 1)
    async with world_at(folder, database=database, objects=objects) as world, asyncio.timeout(DEADLINE):
        world.directory.register(FakeTopics())
        stopped = await is_cut_short(live(world), database)

    async with world_at(folder, life=2, objects=objects) as world:
        world.directory.register(FakeTopics())
        assert await live(world) == "other", commits
        assert objects["out/answer"], commits
    return stopped


async def keep_a_component_through_a_crash(folder: Path, commits: int) -> bool:
    folder.mkdir()  # noqa: ASYNC240
    path = folder / "world.db"
    migrate(path, [SOURCE / "engine" / "migrations"])
    database = StoppingDatabase(path, FIRST_COMMITS + commits, after=commits % 2 == 1)
    async with world_at(folder, database=database) as world, asyncio.timeout(DEADLINE):
        stopped = await is_cut_short(live_with_a_component(world), database)

    async with world_at(folder, life=2) as world:
        assert await live_with_a_component(world) == "2", commits
        ends = [each for each in world.servers.servers if not each.is_over]
        assert len(ends) == 2, commits
    return stopped


async def test_a_crash_anywhere_leaves_as_many_copies_as_were_asked_for(tmp_path: Path) -> None:
    commits = 0

    while await keep_a_component_through_a_crash(tmp_path / str(commits), commits):
        commits += 1

    assert commits >= 10


async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "AGAIN_AFTER", 0.01)
    commits = 0

    while await live_through_a_crash(tmp_path / str(commits), commits):
        commits += 1

    assert commits >= 10
