"""How requests move from one revision to the next: decisions, and deployments over servers that do as the test says."""

import asyncio
from pathlib import Path
from secrets import token_hex
from typing import Any

import msgspec
import pytest

from penstock.engine.facts import Done, Event, Fact, Fired, Perform, RunId, SetTimer, Signalled, Started
from penstock.services.sagemaker.endpoints import alarms
from penstock.services.sagemaker.endpoints.flow import UP, UPDATE, EndpointFlow
from penstock.services.sagemaker.endpoints.guardrails import policy_of
from penstock.services.sagemaker.endpoints.model import Deployment, Plan, Policy, State, deployment_of
from penstock.wire.call import Answer, Call, ValidationError, operation
from services.sagemaker.endpoints.servers import Server, saying
from services.sagemaker.endpoints.test_operations import DEADLINE, World, world_at

Json = Any
RUN = RunId("run")
AT_ONCE = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}


def deployment(count: int = 4, **policy: Json) -> Deployment:
    variant = {
        "VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": count,
        "InitialVariantWeight": 1.0,
    }  # fmt: skip
    made = deployment_of({"EndpointConfigName": "c", "ProductionVariants": [variant]})
    return Deployment(made.config, made.variants, 2, policy=Policy(**policy))


class Life:
    """An endpoint's run that is in service, and is updated; a second between two events."""

    def __init__(self, wanted: Deployment) -> None:
        self.flow, self.at = EndpointFlow(), 0.0
        self.plan = Plan("e", "arn", 0.0, Deployment("first", wanted.variants, 1))
        self.state = self.flow.begin(self.plan)
        self.hear(Started(), Done("stage-1", {"a": {"containers": []}}), Signalled(UP, {"revision": 1}))
        self.hear(Signalled(UPDATE, msgspec.to_builtins(wanted)), Done("stage-2", {"a": {"containers": []}}))

    def hear(self, *facts: Fact) -> State:
        for fact in facts:
            self.at += 1
            self.state = self.flow.evolve(self.plan, self.state, Event(1, self.at, "0", fact))
        return self.state

    @property
    def asked(self) -> dict[str, Json]:
        return {command.key: command for command in self.flow.decide(self.plan, self.state)}

    def count(self, key: str) -> int:
        """How many instances a fleet is asked to have."""
        command = self.asked[key]
        assert isinstance(command, Perform)
        return int(command.input["variants"][0]["count"])


def up() -> Signalled:
    return Signalled(UP, {"revision": 2})


def test_all_at_once_without_a_wait_is_over_when_the_servers_are_there() -> None:
    life = Life(deployment())

    state = life.hear(up())

    assert (state.current and state.current.revision, state.wanted, state.status) == (2, None, "InService")


def test_a_canary_bakes_and_then_gets_the_rest() -> None:
    life = Life(deployment(steps=(0.25, 1.0), wait=60.0, terminate_after=5.0))

    baking = life.hear(up())
    assert (baking.share, baking.status) == (0.25, "Updating")
    assert life.asked["bake-2-1"] == SetTimer("bake-2-1", life.at + 60)
    assert "watch-2-1" not in life.asked

    ending = life.hear(Fired("bake-2-1"))
    assert (ending.share, ending.phase) == (1.0, "ending")
    assert life.asked["end-2"] == SetTimer("end-2", life.at + 5)

    assert life.hear(Fired("end-2")).revisions == {2}


def test_a_linear_deployment_takes_step_after_step() -> None:
    life = Life(deployment(steps=(0.3, 0.6, 1.0), wait=60.0))
    life.hear(up())

    assert life.hear(Fired("bake-2-1")).share == 0.6
    assert life.hear(Fired("bake-2-1")).share == 0.6  # told twice
    assert life.hear(Fired("bake-2-2")).revisions == {2}


def test_an_alarm_brings_all_requests_back_to_the_old_servers() -> None:
    life = Life(deployment(steps=(0.25, 1.0), wait=60.0, alarms=("too-slow",)))
    life.hear(up())
    assert life.asked["watch-2-1"].input == {"Alarms": ["too-slow"], "Until": life.at + 60}
    assert life.hear(Done("watch-2-1", {"Tripped": []})).phase == "baking"

    state = life.hear(Done("watch-2-1", {"Tripped": ["too-slow"]}))

    assert state.revisions == {1}
    assert (state.share, state.status) == (0.0, "InService")
    assert "too-slow" in state.failure


def test_a_deployment_that_takes_too_long_is_given_up() -> None:
    life = Life(deployment(within=600.0))
    assert life.asked["within-2"].due == life.state.begun + 600

    state = life.hear(Fired("within-2"))

    assert state.revisions == {1}
    assert state.failure == "The deployment did not end within 600 seconds."


def test_a_rolling_deployment_never_has_many_more_servers_than_it_needs() -> None:
    life = Life(deployment(steps=(0.5, 1.0), wait=60.0, is_rolling=True))
    there = life.state.deployment(2)
    assert there is not None
    assert there.variants[0].count == 2

    life.hear(up())
    assert life.count("shrink-2-1") == 2

    growing = life.hear(Fired("bake-2-1"))
    assert (growing.share, life.count("grow-2-2")) == (0.5, 4)

    baking = life.hear(Done("grow-2-2", {"Problem": ""}))
    assert (baking.share, life.count("shrink-2-2")) == (1.0, 0)

    assert life.hear(Fired("bake-2-2")).revisions == {2}


@pytest.mark.parametrize("sign", ["an alarm", "a server that does not come up"])
def test_a_rolling_deployment_that_fails_brings_the_old_servers_back_before_the_new_ones_go(sign: str) -> None:
    life = Life(deployment(steps=(0.5, 1.0), wait=60.0, is_rolling=True, alarms=("bad",)))
    life.hear(up())
    if sign == "an alarm":
        state = life.hear(Done("watch-2-1", {"Tripped": ["bad"]}))
    else:
        state = life.hear(Fired("bake-2-1"), Done("grow-2-2", {"Problem": "no"}))

    assert (state.status, state.share, life.count("restore-2")) == ("RollingBack", 0.5, 4)
    state = life.hear(Done("restore-2", {"Problem": ""}))
    assert state.revisions == {1}
    assert (state.status, bool(state.failure)) == ("InService", True)


def traffic(kind: str, wait: int = 1, **more: Json) -> Json:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **more.pop("sizes", {})},
            **more,
        }
    }


def percent(value: int) -> Json:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def test_policies_are_read_as_steps() -> None:
    def steps(config: Json) -> tuple[float, ...]:
        return tuple(round(step, 3) for step in policy_of(config, deployment(4)).steps)

    assert steps({}) == steps(traffic("ALL_AT_ONCE")) == (1.0,)
    assert steps(traffic("CANARY", sizes={"CanarySize": percent(10)})) == (0.1, 1.0)
    assert steps(traffic("LINEAR", sizes={"LinearStepSize": percent(30)})) == (0.3, 0.6, 0.9, 1.0)
    count = {"Type": "INSTANCE_COUNT", "Value": 2}
    rolling = {"RollingUpdatePolicy": {"MaximumBatchSize": count, "WaitIntervalInSeconds": 1}}
    assert steps(rolling) == (0.5, 1.0)
    assert policy_of(rolling, deployment(4)).is_rolling


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (traffic("CANARY"), "CanarySize is missing"),
        (traffic("CANARY", sizes={"CanarySize": percent(60)}), "CanarySize must be at most 50% .* it is 60%"),
        (traffic("LINEAR", sizes={"LinearStepSize": percent(5)}), "LinearStepSize must be 10% to 50%"),
        (
            traffic("CANARY", 400, sizes={"CanarySize": percent(10)}, MaximumExecutionTimeoutInSeconds=400),
            "MaximumExecutionTimeoutInSeconds must be above 400",
        ),
        ({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}, "WaitIntervalInSeconds above 0"),
        (
            {"RollingUpdatePolicy": {"MaximumBatchSize": percent(50), "RollbackMaximumBatchSize": percent(50)}},
            "RollbackMaximumBatchSize",
        ),
    ],
)
def test_policies_that_cannot_be_followed_are_refused(config: Json, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        policy_of(config, deployment(4))


class FakeAlarms:
    """CloudWatch, as far as deployments ask it."""

    service = "cloudwatch"

    def __init__(self, state: str) -> None:
        self.state = state

    @operation("DescribeAlarms")
    async def describe(self, call: Call, request: Json) -> Answer:
        names = [name for name in request["AlarmNames"] if name != "none"]
        return {"MetricAlarms": [{"AlarmName": name, "StateValue": self.state} for name in names]}


async def updated(world: World, config: Json, **more: Json) -> None:
    await world.configure("other", **more)
    await world.ask("UpdateEndpoint", EndpointName="e", EndpointConfigName="other", DeploymentConfig=config)


async def until_phase(world: World, status: str) -> Json:
    async with asyncio.timeout(DEADLINE):
        while True:
            found = await world.ask("DescribeEndpoint", EndpointName="e")
            told = found.get("PendingDeploymentSummary", {}).get("ProductionVariants", [{}])
            if told[0].get("VariantStatus", [{}])[0].get("Status") == status:
                return found
            await asyncio.sleep(0.01)


def luck() -> str:
    return token_hex(16)


async def test_requests_are_shared_out_while_a_canary_bakes(tmp_path: Path) -> None:
    async with world_at(tmp_path, chance=luck) as world:
        await world.create()
        await world.settled()
        policy = traffic("CANARY", 3600, sizes={"CanarySize": percent(50)})
        await updated(world, policy)
        found = await until_phase(world, "Baking")
        answers = {(await world.invoke())["Body"] for _ in range(60)}

    assert answers == {b"1", b"2"}
    assert found["EndpointConfigName"] == "c"
    assert found["PendingDeploymentSummary"]["EndpointConfigName"] == "other"
    assert found["LastDeploymentConfig"] == policy


async def test_a_deployment_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    async with world_at(tmp_path, chance=luck) as world:
        await world.create()
        await world.settled()
        await updated(world, traffic("CANARY", 3600, sizes={"CanarySize": percent(50)}))
        await until_phase(world, "Baking")

    async with world_at(tmp_path, chance=luck) as world:
        found = await until_phase(world, "Baking")
        async with asyncio.timeout(DEADLINE):
            while len(world.servers.servers) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        answers = {(await world.invoke())["Body"] for _ in range(60)}

    assert (found["EndpointStatus"], answers) == ("Updating", {b"1", b"2"})


async def test_an_update_waits_and_then_replaces_the_old_servers(tmp_path: Path) -> None:
    async with world_at(tmp_path) as world:
        await world.create()
        await world.settled()
        await updated(world, traffic("LINEAR", 0, sizes={"LinearStepSize": percent(50)}, TerminationWaitInSeconds=0))
        found = await world.settled()

    assert (found["EndpointConfigName"], "FailureReason" in found) == ("other", False)


@pytest.mark.parametrize(
    ("state", "name", "sentence"),
    [("ALARM", "slow", "were tripped during the deployment: slow"), ("OK", "none", "there is no alarm named none")],
)
async def test_an_alarm_rolls_a_deployment_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, name: str, sentence: str
) -> None:
    monkeypatch.setattr(alarms, "LOOK_EVERY", 0.01)
    async with world_at(tmp_path) as world:
        world.directory.register(FakeAlarms(state))
        await world.create()
        await world.settled()
        config = {**traffic("ALL_AT_ONCE", 3600), "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]}}
        await updated(world, config)
        found = await world.settled()

        assert (found["EndpointConfigName"], (await world.invoke())["Body"]) == ("c", b"1")
        assert sentence in found["FailureReason"]


async def test_a_rolling_update_replaces_servers_batch_by_batch(tmp_path: Path) -> None:
    policy = {"RollingUpdatePolicy": {"MaximumBatchSize": percent(50), "WaitIntervalInSeconds": 0}}
    async with world_at(tmp_path) as world:
        await world.create(count=2)
        await world.settled()
        await updated(world, policy, count=2)
        found = await world.settled()
        await world.ask("UpdateEndpoint", EndpointName="e", EndpointConfigName="c", RetainDeploymentConfig=True)
        again = await world.settled()

    assert (found["EndpointConfigName"], found["ProductionVariants"][0]["CurrentInstanceCount"]) == ("other", 2)
    assert (again["EndpointConfigName"], again["LastDeploymentConfig"]) == ("c", policy)
    assert len(world.servers.servers) == 6


async def test_a_rolling_update_whose_second_batch_does_not_come_up_is_rolled_back(tmp_path: Path) -> None:
    def sick(server: Server) -> None:
        if server.number == 4:
            server.ping = saying(503, "no room")

    async with world_at(tmp_path, sick) as world:
        await world.create(count=2)
        await world.settled()
        policy = {"RollingUpdatePolicy": {"MaximumBatchSize": percent(50), "WaitIntervalInSeconds": 0}}
        await updated(world, policy, count=2)
        found = await world.settled()

        assert (found["EndpointConfigName"], found["ProductionVariants"][0]["CurrentInstanceCount"]) == ("c", 2)
        assert "no room" in found["FailureReason"]
