"""What EventBridge is told of SageMaker's resources: when, and in which form."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from penstock.engine.facts import RunId
from penstock.services.sagemaker import announcing, registry
from penstock.services.sagemaker.announcer import told
from penstock.services.sagemaker.announcing import Subject, upper
from penstock.services.sagemaker.endpoints.flow import EndpointFlow
from penstock.services.sagemaker.endpoints.model import Plan, State, deployment_of
from penstock.services.sagemaker.pipelines.model import Begin, Execution, Progress
from penstock.services.sagemaker.pipelines.notices import changed_steps, lowered
from penstock.store.database import Transaction
from penstock.store.documents import Document
from services.sagemaker.features.worlds import World as FeaturesWorld
from services.sagemaker.jobs.worlds import World as JobsWorld
from services.sagemaker.jobs.worlds import processing_request, training_request
from services.sagemaker.tuning.worlds import TuningWorld, bowl, scoring, tuned
from services.sagemaker.worlds import World

Json = Any


class Audience:
    """Hears everything."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Json]]] = []

    def __call__(self, tx: Transaction, about: Subject, document: Document, described: Any) -> None:
        self.heard.append((about.kind.detail_type, told(about, described())))

    def of(self, what: str, *members: str) -> list[tuple[Json, ...]]:
        """These members of the details of all events of a type."""
        name = f"SageMaker {what} State Change"
        return [tuple(detail.get(member) for member in members) for kind, detail in self.heard if kind == name]


def test_times_are_milliseconds_wherever_they_stand_and_what_the_model_does_not_know_is_not_told() -> None:
    job = {
        "TrainingJobName": "j", "CreationTime": 1.5, "_Hidden": 1, "HyperParameters": {"CreationTime": "1.5"},
        "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": 2.25}],
    }  # fmt: skip

    assert told(announcing.TRAINING_JOB, job) == {
        "TrainingJobName": "j", "CreationTime": 1500, "HyperParameters": {"CreationTime": "1.5"},
        "SecondaryStatusTransitions": [{"Status": "Starting", "StartTime": 2250}],
    }  # fmt: skip


def test_model_packages_have_their_times_as_text_and_nobodys_name() -> None:
    package = {"ModelPackageArn": "arn", "CreationTime": 0.0, "CreatedBy": {}}

    assert told(announcing.MODEL_PACKAGE, package) == {"ModelPackageArn": "arn", "CreationTime": "1970-01-01T00:00:00Z"}


def test_statuses_and_members_are_spelled_as_these_events_spell_them() -> None:
    assert [upper(each) for each in ("InService", "Creating", "RollingBack")] == [
        "IN_SERVICE", "CREATING", "ROLLING_BACK",
    ]  # fmt: skip
    assert lowered({"ProcessingJob": {"Arn": "a"}}) == {"processingJob": {"arn": "a"}}


def test_a_step_begins_with_starting_and_what_an_earlier_execution_hands_on_is_not_told() -> None:
    handed_on = Progress(status="Succeeded", started_at=1.0, ended_at=2.0)
    runs, is_over = Progress(started_at=5.0), Progress(status="Failed", started_at=5.0, ended_at=5.0)
    begun = Execution(
        begin=Begin("e", "p", "p", "e", 5.0),
        steps={"kept": handed_on, "skipped": Progress(status="Skipped"), "runs": runs, "over": is_over},
    )
    later = replace(begun, steps={**begun.steps, "runs": replace(runs, status="Executing")})

    def seen(before: Execution, after: Execution) -> list[tuple[str, str | None, str]]:
        return [(name, was, progress.status) for name, was, progress in changed_steps(before, after)]

    assert seen(Execution(), begun) == [
        ("runs", None, "Starting"), ("over", None, "Starting"), ("over", "Starting", "Failed"),
    ]  # fmt: skip
    assert seen(begun, later) == [("runs", "Starting", "Executing")]


@pytest.mark.parametrize(("code", "end"), [(0, "Completed"), (1, "Failed")])
async def test_jobs_are_told_of_at_their_beginning_and_at_their_end(tmp_path: Path, code: int, end: str) -> None:
    audience = Audience()
    world = JobsWorld(tmp_path, lambda _: code, announce=audience)
    async with world.open() as client:
        await client.train(**training_request())
        await client.process(**processing_request())

    first, *_, last = audience.of("Training Job", "TrainingJobStatus", "SecondaryStatus")
    assert (first, last) == (("InProgress", "Starting"), (end, end))
    assert audience.of("Processing Job", "ProcessingJobStatus") == [("InProgress",), (end,)]


async def test_tuning_jobs_are_told_of_at_their_beginning_and_at_their_end(tmp_path: Path) -> None:
    audience = Audience()
    async with TuningWorld(tmp_path, scoring(bowl), announce=audience).open() as client:
        await tuned(client)

    found = audience.of("HyperParameter Tuning Job", "HyperParameterTuningJobStatus")
    assert found == [("InProgress",), ("Completed",)]


async def test_models_are_told_of_when_they_come_and_go_and_packages_whenever_they_change(tmp_path: Path) -> None:
    audience, world = Audience(), World.new(tmp_path)
    world.add(registry.services(world.database, world.directory, world.clock, audience))
    await world.ask("CreateModel", ModelName="m", ExecutionRoleArn="role", PrimaryContainer={"Image": "i"})
    await world.ask("DeleteModel", ModelName="m")
    await world.ask("CreateModelPackageGroup", ModelPackageGroupName="g")
    arn = (await world.ask("CreateModelPackage", ModelPackageGroupName="g"))["ModelPackageArn"]
    await world.ask("UpdateModelPackage", ModelPackageArn=arn, ModelApprovalStatus="Approved")
    world.database.close()

    assert audience.of("Model", "ModelName") == [("m",), ("m",)]
    members = ("ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn", "ModelApprovalStatus")
    assert audience.of("Model Package", *members) == [
        ("g", 1, arn, "PendingManualApproval"), ("g", 1, arn, "Approved"),
    ]  # fmt: skip


async def test_endpoints_are_told_of_at_each_status_and_deployments_at_each_step(tmp_path: Path) -> None:
    variants = [{"VariantName": "a", "ModelName": "m", "InitialVariantWeight": 1.0, "InstanceType": "ml.m5.large"}]
    first = deployment_of({"EndpointConfigName": "c", "ProductionVariants": variants})
    second = replace(first, revision=2)
    states = [
        State(),
        State(wanted=first, made=1),
        State(current=first, made=1),
        State(current=first, wanted=second, made=2),
        State(current=first, wanted=second, made=2, step=1, phase="baking"),
        State(current=second, made=2),
        State(current=second, made=2, is_deleted=True),
    ]
    audience, world = Audience(), World.new(tmp_path)
    flow, plan = EndpointFlow(announce=audience), Plan("e", "arn:e", 1.0, first)

    def live(tx: Transaction) -> None:
        for before, after in pairwise(states):
            flow.reflect(tx, RunId("arn:e/1"), world.scope, plan, before, after)

    await world.database.write(live)
    world.database.close()

    assert audience.of("Endpoint", "EndpointStatus") == [
        ("CREATING",), ("IN_SERVICE",), ("UPDATING",), ("IN_SERVICE",), ("DELETING",),
    ]  # fmt: skip
    ((status, pending),) = audience.of("Endpoint Deployment", "EndpointStatus", "PendingDeploymentSummary")
    assert (status, pending["ProductionVariants"][0]["VariantStatus"][0]["Status"]) == ("UPDATING", "Baking")


async def test_feature_groups_are_told_of_from_creating_to_deleting(tmp_path: Path) -> None:
    audience = Audience()

    async with FeaturesWorld(tmp_path / "world", announce=audience).open() as client:
        await client.group()
        await client("DeleteFeatureGroup", FeatureGroupName="orders")

    assert audience.of("Feature Group", "FeatureGroupStatus") == [("Creating",), ("Created",), ("Deleting",)]
