"""Fleets: so many of their builds run at a time, first come, first served."""

import asyncio
from pathlib import Path

import pytest

from penstock.services.codebuild.places import capacity
from penstock.wire.call import ServiceError
from services.codebuild.worlds import DEADLINE, Client, Json, World, phases, project

WAITS = "version: 0.2\nphases: {build: {commands: ['until [ -e %s ]; do sleep 0.05; done']}}"


def fleet(**members: Json) -> dict[str, Json]:
    settings = {"environmentType": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_LARGE", "baseCapacity": 1}
    return {"name": "few", **settings, **members}


async def on_a_fleet(client: Client, go: Path, **members: Json) -> str:
    """A project on a fleet, whose builds wait until a file is there."""
    made = (await client("CreateFleet", **fleet(**members)))["fleet"]
    settings = project(spec=WAITS % go)
    settings["environment"]["fleet"] = {"fleetArn": made["arn"]}
    await client("CreateProject", **settings)
    return str(made["arn"])


async def begun(client: Client, build: Json) -> None:
    async with asyncio.timeout(DEADLINE):
        while True:
            if (await client.build(build["id"]))["currentPhase"] == "BUILD":
                return
            await asyncio.sleep(0.05)


async def test_a_build_waits_for_the_one_before_it(world: World, tmp_path: Path) -> None:
    async with world.open() as client:
        await on_a_fleet(client, tmp_path / "go")
        first = (await client("StartBuild", projectName="app"))["build"]
        await begun(client, first)
        second = (await client("StartBuild", projectName="app"))["build"]
        third = (await client("StartBuild", projectName="app"))["build"]
        stopped = (await client("StopBuild", id=third["id"]))["build"]
        stopped = await client.ended(stopped)
        waiting = await client.build(second["id"])
        (tmp_path / "go").touch()
        ended = [await client.ended(each) for each in (first, second)]

    assert (waiting["currentPhase"], stopped["buildStatus"]) == ("QUEUED", "STOPPED")
    assert [each["buildStatus"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]
    assert first["environment"]["computeType"] == "BUILD_GENERAL1_LARGE"
    assert len(world.runtime.started) == 2


async def test_what_a_fleet_cannot_take_may_run_beside_it(world: World, tmp_path: Path) -> None:
    async with world.open() as client:
        await on_a_fleet(client, tmp_path / "go", overflowBehavior="ON_DEMAND")
        both = [(await client("StartBuild", projectName="app"))["build"] for _ in range(2)]
        for each in both:
            await begun(client, each)
        (tmp_path / "go").touch()
        ended = [await client.ended(each) for each in both]

    assert [each["buildStatus"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]
    assert sorted(each.resources.comes_first for each in world.runtime.started) == [False, True]  # in any order


async def test_a_build_waits_no_longer_than_it_may_be_queued(world: World, tmp_path: Path) -> None:
    async with world.open() as client:
        arn = await on_a_fleet(client, tmp_path / "go")
        first = (await client("StartBuild", projectName="app"))["build"]
        second = (await client("StartBuild", projectName="app", queuedTimeoutInMinutesOverride=5))["build"]
        world.passed += 400
        late = await client.ended(second)
        third = (await client("StartBuild", projectName="app"))["build"]
        await client("DeleteFleet", arn=arn)
        (tmp_path / "go").touch()
        ended = [await client.ended(each) for each in (first, third)]
        with pytest.raises(ServiceError, match="there is no fleet few here"):
            await client("StartBuild", projectName="app")

    assert late["buildStatus"] == "TIMED_OUT"
    assert phases(late)["QUEUED"] == "TIMED_OUT"
    assert [each["buildStatus"] for each in ended] == ["SUCCEEDED", "SUCCEEDED"]


async def test_fleets_are_changed_listed_and_deleted(world: World) -> None:
    scaling = {
        "scalingType": "TARGET_TRACKING_SCALING", "maxCapacity": 4,
        "targetTrackingScalingConfigs": [{"metricType": "FLEET_UTILIZATION_RATE", "targetValue": 50.0}],
    }  # fmt: skip
    async with world.open() as client:
        made = (await client("CreateFleet", **fleet()))["fleet"]
        changed = (await client("UpdateFleet", arn=made["arn"], scalingConfiguration=scaling))["fleet"]
        found = await client("BatchGetFleets", names=["few", "none"])
        listed = await client("ListFleets")
        with pytest.raises(ServiceError, match="Fleet already exists"):
            await client("CreateFleet", **fleet())
        with pytest.raises(ServiceError, match="maxCapacity must be there"):
            await client("UpdateFleet", arn=made["arn"], baseCapacity=5)
        await client("DeleteFleet", arn=made["arn"])
        with pytest.raises(ServiceError, match="Fleet cannot be found"):
            await client("UpdateFleet", arn=made["arn"], baseCapacity=5)

    assert made["status"] == {"statusCode": "ACTIVE"}
    assert changed["scalingConfiguration"]["desiredCapacity"] == 1
    assert (found["fleets"], found["fleetsNotFound"]) == ([changed], ["none"])
    assert listed["fleets"] == [made["arn"]]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"environmentType": "WINDOWS_EC2"}, "environmentType: Penstock runs builds on Linux"),
        ({"computeType": "CUSTOM_INSTANCE_TYPE"}, "computeType: there are no instances"),
        ({"computeType": "ATTRIBUTE_BASED_COMPUTE"}, "computeConfiguration is needed"),
        ({"imageId": "ami-1"}, "imageId: there are no machine images"),
        ({"vpcConfig": {"vpcId": "vpc-1"}}, "vpcConfig: builds are in this machine's network"),
    ],
)
async def test_what_no_fleet_can_be(world: World, members: Json, said: str) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError, match=said):
            await client("CreateFleet", **fleet(**members))


@pytest.mark.parametrize(("builds", "machines"), [(0, 2), (1, 2), (3, 4), (9, 6)])
def test_a_fleet_that_scales_keeps_to_its_target_and_its_bounds(builds: int, machines: int) -> None:
    scaling = {"maxCapacity": 6, "targetTrackingScalingConfigs": [{"targetValue": 75.0}]}

    assert capacity({"baseCapacity": 2, "scalingConfiguration": scaling}, builds) == machines
