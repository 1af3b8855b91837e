"""Steps that make endpoints and inference components: created, or updated where there is one, and waited for."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.worlds import StoppingDatabase, is_cut_short
from migrated import migrate
from penstock.services.sagemaker.pipelines import deploying
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, ValidationError, operation
from services.sagemaker.pipelines.pipelines_world import ENGINE, World, at_work, get, opened, processing, working
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import FIRST_COMMITS

Json = Any


@dataclass
class FakeEndpoints:
    """Endpoints that need two looks to come into service; they outlive their world."""

    there: dict[str, Json] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)  # the calls that did something
    reason: str = ""  # why the next one will not be served
    service = "sagemaker"

    @operation("CreateEndpointConfig")
    async def create_config(self, call: Call, request: Json) -> Answer:
        return {"EndpointConfigArn": f"arn:{request['EndpointConfigName']}"}

    @operation("DescribeEndpointConfig")
    async def describe_config(self, call: Call, request: Json) -> Answer:
        return {"EndpointConfigName": request["EndpointConfigName"]}

    @operation("CreateEndpoint")
    async def create(self, call: Call, request: Json) -> Answer:
        found = self.there.get(request["EndpointName"])
        if found is not None and found["created_by"] != call.token:
            raise ValidationError(f'Cannot create already existing endpoint "{request["EndpointName"]}".')
        if found is None:
            self.begin(call, request, created_by=call.token)
        return {"EndpointArn": f"arn:{request['EndpointName']}"}

    @operation("UpdateEndpoint")
    async def update(self, call: Call, request: Json) -> Answer:
        found = self.there[request["EndpointName"]]
        if found["told_by"] != call.token:
            self.begin(call, request, created_by=found["created_by"])
        return {"EndpointArn": f"arn:{request['EndpointName']}"}

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Json) -> Answer:
        found = self.there[request["EndpointName"]]
        found["looks"] += 1
        status = "Updating" if found["looks"] < 2 else "Failed" if self.reason else "InService"
        reason = {"FailureReason": self.reason} if self.reason else {}
        return {"EndpointName": "ep", "EndpointConfigName": found["config"], "EndpointStatus": status, **reason}

    @operation("CreateInferenceComponent")
    async def create_component(self, call: Call, request: Json) -> Answer:
        if request["InferenceComponentName"] in self.there:
            raise ValidationError("Cannot create already existing inference component.")
        return self.begin_component(call, request)

    @operation("UpdateInferenceComponent")
    async def update_component(self, call: Call, request: Json) -> Answer:
        return self.begin_component(call, request)

    @operation("DescribeInferenceComponent")
    async def describe_component(self, call: Call, request: Json) -> Answer:
        found = self.there[request["InferenceComponentName"]]
        found["looks"] += 1
        status = "Creating" if found["looks"] < 2 else "Failed" if self.reason else "InService"
        reason = {"FailureReason": self.reason} if self.reason else {}
        return {"InferenceComponentName": "part", "EndpointName": "ep", "InferenceComponentStatus": status, **reason}

    def begin_component(self, call: Call, request: Json) -> Answer:
        self.made.append(call.operation)
        self.there[request["InferenceComponentName"]] = {"request": request, "looks": 0}
        return {"InferenceComponentArn": f"arn:{request['InferenceComponentName']}"}

    def begin(self, call: Call, request: Json, created_by: str) -> None:
        self.made.append(call.operation)
        self.there[request["EndpointName"]] = {
            "request": request, "config": request["EndpointConfigName"], "looks": 0,
            "created_by": created_by, "told_by": call.token,
        }  # fmt: skip


CONFIG = {
    "Name": "Config",
    "Type": "EndpointConfig",
    "Arguments": {"EndpointConfigName": "cfg", "ProductionVariants": [{"VariantName": "a"}], "Tags": []},
}
ENDPOINT = {
    "Name": "Deploy",
    "Type": "Endpoint",
    "Arguments": {
        "EndpointName": "ep",
        "EndpointConfigName": get("Steps.Config.EndpointConfigName"),
        "Tags": [{"Key": "team", "Value": "churn"}],
    },
}
USE = processing("use", Arguments={"Environment": {"SERVED_BY": get("Steps.Deploy.EndpointConfigName")}})

COMPONENT: dict[str, Any] = {
    "Name": "Place",
    "Type": "InferenceComponent",
    "Arguments": {
        "InferenceComponentName": "part",
        "EndpointName": "ep",
        "VariantName": "AllTraffic",
        "Specification": {"ModelName": "m", "ComputeResourceRequirements": {"MinMemoryRequiredInMb": 512}},
        "RuntimeConfig": {"CopyCount": 2},
        "Tags": [{"Key": "team", "Value": "churn"}],
    },
}


async def test_an_endpoint_is_created_and_waited_for_and_its_properties_can_be_used(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        endpoints = FakeEndpoints()
        world.directory.register(endpoints)
        await world.create(CONFIG, ENDPOINT, USE)

        arn = await world.start()
        execution = await world.finished(arn)
        shown = await world.steps(arn)

    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert [step["Metadata"] for step in shown[:2]] == [
        {"EndpointConfig": {"Arn": shown[0]["Metadata"]["EndpointConfig"]["Arn"]}},
        {"Endpoint": {"Arn": "arn:ep"}},
    ]
    config = endpoints.there["ep"]["config"]
    assert config.startswith(f"cfg-{arn[-12:]}-")
    assert endpoints.there["ep"]["request"]["Tags"] == [{"Key": "team", "Value": "churn"}]
    assert endpoints.there["ep"]["looks"] == 2
    (used,) = world.requests_for("CreateProcessingJob")
    assert used["Environment"] == {"SERVED_BY": config}


async def test_an_endpoint_that_is_there_is_updated_to_the_configuration_of_this_execution(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        endpoints = FakeEndpoints()
        world.directory.register(endpoints)
        await world.create(CONFIG, ENDPOINT)
        await world.finished(await world.start())

        arn = await world.start()
        execution = await world.finished(arn)

    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert endpoints.made == ["CreateEndpoint", "UpdateEndpoint"]
    assert endpoints.there["ep"]["request"] == {
        "EndpointName": "ep",
        "EndpointConfigName": endpoints.there["ep"]["config"],
    }
    assert arn[-12:] in endpoints.there["ep"]["config"]


async def test_an_endpoint_that_does_not_come_into_service_fails_its_step_with_the_reason(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.directory.register(FakeEndpoints(reason="It did not pass the ping."))
        await world.create(CONFIG, ENDPOINT, USE)

        arn = await world.start()
        execution = await world.finished(arn)
        last = (await world.steps(arn))[-1]

    assert execution["PipelineExecutionStatus"] == "Failed"
    assert (last["StepName"], last["StepStatus"]) == ("Deploy", "Failed")
    assert last["FailureReason"] == (
        "ClientError: The endpoint ep did not come into service. It did not pass the ping."
    )


async def test_an_endpoint_step_without_a_name_is_told_what_is_missing(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create({"Name": "Deploy", "Type": "Endpoint", "Arguments": {"EndpointConfigName": "c"}})

        arn = await world.start()
        await world.finished(arn)
        (step,) = await world.steps(arn)

    assert "EndpointName in Arguments of step 'Deploy' is missing" in step["FailureReason"]


async def test_an_inference_component_is_created_then_updated_and_its_properties_can_be_used(tmp_path: Path) -> None:
    use = processing("use", Arguments={"Environment": {"ON": get("Steps.Place.EndpointName")}})
    async with working(tmp_path) as world:
        endpoints = FakeEndpoints()
        world.directory.register(endpoints)
        await world.create(COMPONENT, use)
        first = await world.start()
        await world.finished(first)
        created = endpoints.there["part"]
        shown, _ = await world.steps(first)

        execution = await world.finished(await world.start())

    assert execution["PipelineExecutionStatus"] == "Succeeded"
    assert endpoints.made == ["CreateInferenceComponent", "UpdateInferenceComponent"]
    assert created["request"] == COMPONENT["Arguments"]
    assert created["looks"] == 2
    assert shown["Metadata"] == {"InferenceComponent": {"Arn": "arn:part"}}
    assert endpoints.there["part"]["request"] == {
        "InferenceComponentName": "part",
        "Specification": COMPONENT["Arguments"]["Specification"],
        "RuntimeConfig": {"CopyCount": 2},
    }
    assert [each["Environment"] for each in world.requests_for("CreateProcessingJob")] == [{"ON": "ep"}] * 2


async def test_an_inference_component_that_does_not_come_into_service_fails_its_step(tmp_path: Path) -> None:
    nameless = {**COMPONENT, "Name": "Nameless", "Arguments": {"EndpointName": "ep"}, "DependsOn": []}
    async with working(tmp_path) as world:
        world.directory.register(FakeEndpoints(reason="It did not pass the ping."))
        await world.create(COMPONENT, nameless)

        arn = await world.start()
        await world.finished(arn)
        reasons = {step["StepName"]: step["FailureReason"] for step in await world.steps(arn)}

    assert reasons["Place"] == (
        "ClientError: The inference component part did not come into service. It did not pass the ping."
    )
    assert "InferenceComponentName in Arguments of step 'Nameless' is missing" in reasons["Nameless"]


def life(number: int, database: SqliteDatabase, endpoints: FakeEndpoints) -> World:
    world = opened(database, number)
    world.directory.register(endpoints)
    return world


async def execute(world: World) -> list[str]:
    """Ask for the pipeline and its execution (again, after a crash), and wait for the end."""
    document = {"Version": "2020-12-01", "Steps": [CONFIG, ENDPOINT, USE]}
    await world.create_from(document, ClientRequestToken=TOKEN)
    arn = await world.start(ClientRequestToken=TOKEN)
    await world.finished(arn)
    return [step["StepStatus"] for step in await world.steps(arn)]


async def live_through_a_crash(path: Path, commits: int, *, after: bool, was_there: bool) -> bool:
    """One crash and one life afterwards; false if there was no crash."""
    migrate(path, [ENGINE])
    database, endpoints = StoppingDatabase(path, FIRST_COMMITS + commits, after=after), FakeEndpoints()
    if was_there:
        endpoints.begin(
            Call("sagemaker", "CreateEndpoint", {}), {"EndpointName": "ep", "EndpointConfigName": "c"}, "me"
        )
    async with at_work(life(1, database, endpoints)) as world, asyncio.timeout(20):
        stopped = await is_cut_short(execute(world), database)
    async with at_work(life(2, SqliteDatabase(path), endpoints)) as world:
        assert await execute(world) == ["Succeeded"] * 3
    assert endpoints.made == (["CreateEndpoint", "UpdateEndpoint"] if was_there else ["CreateEndpoint"])
    return stopped


@pytest.mark.parametrize("was_there", [False, True], ids=["created", "updated"])
@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_makes_an_endpoint_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool, was_there: bool
) -> None:
    monkeypatch.setattr(deploying, "LOOK_EVERY", 0.001)
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after, was_there=was_there):
        commits += 1

    assert commits >= 8
