"""Shadow tests over an endpoint whose servers do as the test says."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from penstock.engine.engine import Engine
from penstock.services.sagemaker.shadowtests import deploying
from penstock.services.sagemaker.shadowtests.room import open_shadow_tests
from penstock.wire.call import Directory, ServiceError
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
NOW = 1_000.0  # what the world's clock says
DAY = 86_400.0
FIRST_COMMITS = 2  # the worker's lease and its claim; before them there is no world to stop
ROLE = "arn:aws:iam::123456789012:role/Scientist"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "LOOK_EVERY", 0.005)


@asynccontextmanager
async def shadowing(folder: Path, each: Callable[[Server], None] = lambda _: None, **more: Any) -> AsyncIterator[World]:
    def furnish(engine: Engine, directory: Directory, chance: Callable[[], str]) -> None:
        open_shadow_tests(engine=engine, directory=directory, clock=lambda: NOW, chance=chance)

    async with world_at(folder, each, furnish=furnish, **more) as world:
        yield world


def variant(name: str, count: int = 1) -> Json:
    config = {"InstanceType": "ml.m5.large", "InstanceCount": count}
    infrastructure = {"InfrastructureType": "RealTimeInference", "RealTimeInferenceConfig": config}
    return {"ModelName": "m", "VariantName": name, "InfrastructureConfig": infrastructure}


def request(**more: Json) -> Json:
    shadow = {"ShadowModelVariantName": "b", "SamplingPercentage": 100}
    return {
        "Name": "test",
        "Type": "ShadowMode",
        "RoleArn": ROLE,
        "EndpointName": "e",
        "ModelVariants": [variant("a"), variant("b")],
        "ShadowModeConfig": {"SourceModelVariantName": "a", "ShadowModelVariants": [shadow]},
        **more,
    }


async def stands(world: World, *statuses: str) -> Json:
    """The experiment once it has one of these statuses."""
    async with asyncio.timeout(DEADLINE):
        while True:
            found = await world.ask("DescribeInferenceExperiment", Name="test")
            if found["Status"] in statuses:
                return found
            await asyncio.sleep(0.005)


async def served(world: World) -> list[list[str]]:
    """The names of the endpoint's variants, and of its shadows."""
    found = await world.ask("DescribeEndpoint", EndpointName="e")
    return [
        [each["VariantName"] for each in found.get(kind, ())]
        for kind in ("ProductionVariants", "ShadowProductionVariants")
    ]


def shown(found: Json) -> Json:
    return {each["VariantName"]: each["Status"] for each in found["ModelVariants"]}


async def test_a_shadow_is_tested_and_promoted(tmp_path: Path) -> None:
    async with shadowing(tmp_path) as world:
        await world.create()
        await world.settled()
        answer = await world.ask("CreateInferenceExperiment", **request(Description="is it better?"))
        running = await stands(world, "Running")
        assert await served(world) == [["a"], ["b"]]
        await world.invoke()
        async with asyncio.timeout(DEADLINE):
            while sum(len(server.asked) for server in world.servers.servers) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        with pytest.raises(ServiceError, match="is Running; it must be Created or Completed or Cancelled") as refused:
            await world.ask("DeleteInferenceExperiment", Name="test")
        with pytest.raises(ServiceError, match="as its only variant, in service; it has: a, and a shadow"):
            await world.ask("CreateInferenceExperiment", **request(Name="other"))

        await world.ask(
            "StopInferenceExperiment",
            Name="test",
            ModelVariantActions={"a": "Remove", "b": "Promote"},
            DesiredModelVariants=[variant("b", count=2)],
            Reason="it is",
        )
        over = await stands(world, "Completed")
        assert await served(world) == [["b"], []]
        listed = await world.ask("ListInferenceExperiments", StatusEquals="Completed")
        await world.ask("DeleteInferenceExperiment", Name="test")
        with pytest.raises(ServiceError, match="Could not find inference experiment") as gone:
            await world.ask("DescribeInferenceExperiment", Name="test")

    assert answer["InferenceExperimentArn"] == "arn:aws:sagemaker:us-east-1:123456789012:inference-experiment/test"
    assert (refused.value.code, gone.value.code) == ("ConflictException", "ResourceNotFound")
    assert (shown(running), shown(over)) == (
        {"a": "InService", "b": "InService"},
        {"a": "Deleted", "b": "InService"},
    )
    assert running["Schedule"] == {"StartTime": NOW, "EndTime": NOW + 7 * DAY}
    assert running["EndpointMetadata"]["EndpointStatus"] == "InService"
    assert (over["StatusReason"], over["CompletionTime"]) == ("it is", NOW)
    assert [each["Name"] for each in listed["InferenceExperiments"]] == ["test"]


async def test_an_endpoint_that_is_being_created_cannot_be_tested(tmp_path: Path) -> None:
    async with shadowing(tmp_path, lambda server: setattr(server, "ping_gate", asyncio.Event())) as world:
        await world.create()
        with pytest.raises(ServiceError, match="as its only variant, in service; it has: none in service"):
            await world.ask("CreateInferenceExperiment", **request())


async def test_what_is_captured_meanwhile_is_so_no_longer_when_the_shadow_is_removed(tmp_path: Path) -> None:
    storage = {"Destination": "s3://bucket/both", "ContentType": {"CsvContentTypes": ["text/csv"]}}
    async with shadowing(tmp_path) as world:
        await world.create()
        await world.settled()
        await world.ask("CreateInferenceExperiment", **request(DataStorageConfig=storage))
        await stands(world, "Running")
        during = (await world.settled())["DataCaptureConfig"]
        await world.ask("StopInferenceExperiment", Name="test", ModelVariantActions={"a": "Retain", "b": "Remove"})
        over = await stands(world, "Completed")
        after = await world.settled()

    assert (during["DestinationS3Uri"], during["CurrentSamplingPercentage"]) == ("s3://bucket/both", 100)
    assert "DataCaptureConfig" not in after
    assert shown(over) == {"a": "InService", "b": "Deleted"}


async def test_answers_are_explained_as_before_while_an_experiment_runs_and_afterwards(tmp_path: Path) -> None:
    baseline = {"ShapConfig": {"ShapBaselineConfig": {"ShapBaseline": "0"}}}
    explainer = {"ClarifyExplainerConfig": baseline}
    async with shadowing(tmp_path) as world:
        await world.configure(ExplainerConfig=explainer)
        await world.ask("CreateEndpoint", EndpointName="e", EndpointConfigName="c")
        await world.settled()
        await world.ask("CreateInferenceExperiment", **request())
        await stands(world, "Running")
        during = await world.settled()
        await world.ask("StopInferenceExperiment", Name="test", ModelVariantActions={"a": "Retain", "b": "Remove"})
        await stands(world, "Completed")
        after = await world.settled()

    assert (during["ExplainerConfig"], after["ExplainerConfig"]) == (explainer, explainer)


async def test_an_experiment_waits_for_its_start_and_may_be_changed_or_begun_before(tmp_path: Path) -> None:
    async with shadowing(tmp_path) as world:
        await world.create()
        await world.settled()
        schedule = {"StartTime": NOW + DAY, "EndTime": NOW + 3 * DAY}
        await world.ask("CreateInferenceExperiment", **request(Schedule=schedule))
        waiting = await stands(world, "Created")
        assert (shown(waiting), await served(world)) == ({"a": "InService", "b": "Creating"}, [["a"], []])

        await world.ask("UpdateInferenceExperiment", Name="test", Schedule={"EndTime": NOW + 2 * DAY})
        await world.ask("StartInferenceExperiment", Name="test")
        await stands(world, "Running")
        with pytest.raises(ServiceError, match="is Running; it must be Created"):
            await world.ask("StartInferenceExperiment", Name="test")
        with pytest.raises(ServiceError, match="StartTime cannot change"):
            await world.ask("UpdateInferenceExperiment", Name="test", Schedule={"StartTime": NOW})

        await world.ask(
            "UpdateInferenceExperiment", Name="test", Description="more", ModelVariants=[variant("a"), variant("b", 2)]
        )
        found = await stands(world, "Running")
        shadows = (await world.settled())["ShadowProductionVariants"]

    assert (found["Description"], found["Schedule"]["EndTime"]) == ("more", NOW + 2 * DAY)
    assert [each["DesiredInstanceCount"] for each in shadows] == [2]


async def test_a_shadow_that_does_not_come_up_cancels_the_experiment_and_leaves_the_endpoint(tmp_path: Path) -> None:
    def ill(server: Server) -> None:
        if server.number > 1:
            server.ping = saying(503, "no model")

    async with shadowing(tmp_path, ill) as world:
        await world.create()
        await world.settled()
        await world.ask("CreateInferenceExperiment", **request())
        found = await stands(world, "Cancelled")

        assert await served(world) == [["a"], []]
        assert (await world.invoke())["Body"] == b"1"
    assert "ping health check" in found["StatusReason"]
    assert shown(found) == {"a": "InService", "b": "Deleted"}


async def test_what_cannot_be_tested_is_refused(tmp_path: Path) -> None:
    async with shadowing(tmp_path) as world:
        await world.create()
        await world.settled()
        with pytest.raises(ServiceError, match="Could not find endpoint"):
            await world.ask("CreateInferenceExperiment", **request(EndpointName="none"))
        other = {
            "SourceModelVariantName": "x",
            "ShadowModelVariants": request()["ShadowModeConfig"]["ShadowModelVariants"],
        }
        with pytest.raises(ServiceError, match="must have x, the SourceModelVariantName, as its only variant"):
            await world.ask(
                "CreateInferenceExperiment",
                **request(ShadowModeConfig=other, ModelVariants=[variant("x"), variant("b")]),
            )
        await world.ask("CreateInferenceExperiment", **request(Schedule={"StartTime": NOW + DAY}))
        with pytest.raises(ServiceError, match="has the inference experiment test; stop that first") as refused:
            await world.ask("CreateInferenceExperiment", **request(Name="other"))
        await world.ask("StopInferenceExperiment", Name="test", ModelVariantActions={"a": "Retain", "b": "Remove"},
                        DesiredState="Cancelled")  # fmt: skip
        assert shown(await stands(world, "Cancelled")) == {"a": "InService", "b": "Deleted"}
    assert refused.value.code == "ResourceInUse"


async def test_a_test_whose_endpoint_is_deleted_can_be_stopped(tmp_path: Path) -> None:
    async with shadowing(tmp_path) as world:
        await world.create()
        await world.settled()
        await world.ask("CreateInferenceExperiment", **request())
        await stands(world, "Running")
        await world.ask("DeleteEndpoint", EndpointName="e")
        await world.ask("StopInferenceExperiment", Name="test", ModelVariantActions={"a": "Retain", "b": "Remove"})
        found = await stands(world, "Completed")

    assert found["StatusReason"] == "The endpoint e does not exist any more."
    assert found["EndpointMetadata"] == {"EndpointName": "e"}


async def live(world: World) -> list[list[str]]:
    """Test a shadow and promote it, told again after a crash; what the endpoint has in the end."""

    async def told(operation: str, **request: Json) -> None:
        await world.ask(operation, token=f"once-{operation}", **request)

    await told("CreateInferenceExperiment", **request())
    await stands(world, "Running", "Stopping", "Completed")
    await told("StopInferenceExperiment", Name="test", ModelVariantActions={"a": "Remove", "b": "Promote"})
    await stands(world, "Completed")
    await world.settled()
    return await served(world)


async def live_through_a_crash(before: Path, folder: Path, commits: int) -> bool:
    """One crash and one life afterwards; false if there was no crash."""
    shutil.copytree(before, folder)
    database = StoppingDatabase(folder / "world.db", FIRST_COMMITS + commits, after=commits % 2 == 1)
    async with shadowing(folder, life=2, database=database) as world, asyncio.timeout(DEADLINE):
        stopped = await is_cut_short(live(world), database)

    async with shadowing(folder, life=3) as world:
        assert await live(world) == [["b"], []], commits
    return stopped


async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path) -> None:
    commits = 0
    before = tmp_path / "before"
    before.mkdir()
    async with shadowing(before) as world:
        await world.create()
        await world.settled()

    while await live_through_a_crash(before, tmp_path / str(commits), commits):
        commits += 1

    assert commits >= 10
