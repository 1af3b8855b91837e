"""Lineage steps: what they record is there once, whatever is stopped when, and others may use its ARNs."""

from pathlib import Path
from typing import Any

import pytest

from penstock.services.sagemaker import lineage
from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import World, get, processing, working
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import two_lives

Json = Any
ACTION = {"ActionName": "run", "Source": {"SourceUri": "s3://b/run"}, "ActionType": "ModelTraining"}
MODEL = {"ArtifactName": "model", "Source": {"SourceUri": "s3://b/model.tar.gz"}, "ArtifactType": "Model"}
CONTEXT = {"ContextName": "place", "Source": {"SourceUri": "s3://b"}, "ContextType": "Bucket"}
RUN, TO_MODEL = {"Name": "run", "Type": "Action"}, {"Name": "model", "Type": "Artifact"}
PRODUCED = {"Source": RUN, "Destination": TO_MODEL, "AssociationType": "Produced"}
ARNS = {
    "run": "arn:aws:sagemaker:us-east-1:123456789012:action/run",
    "place": "arn:aws:sagemaker:us-east-1:123456789012:context/place",
}


def recording(**arguments: Json) -> Json:
    return {"Name": "Record", "Type": "Lineage", "Arguments": arguments}


def furnish(world: World) -> None:
    for service in lineage.services(world.database, world.directory, lambda: 1_700_000_000.0):
        world.directory.register(service)


async def run(world: World, *steps: Json, **more: Json) -> tuple[dict[str, Json], str]:
    """An execution's steps by name when it is over, and its status."""
    await world.create_from({"Version": "2020-12-01", "Steps": list(steps)}, **more)
    arn = await world.start(**more)
    execution = await world.finished(arn)
    found = {step["StepName"]: step for step in await world.steps(arn)}
    return found, str(execution["PipelineExecutionStatus"])


async def test_what_a_step_tells_of_is_recorded_and_its_arns_are_properties(tmp_path: Path) -> None:
    use = processing("Use", Arguments={"Environment": {"A": get("Steps.Record.ActionArns['run']")}})
    step = recording(Actions=[ACTION], Artifacts=[MODEL], Contexts=[CONTEXT], Associations=[PRODUCED])
    async with working(tmp_path) as world:
        furnish(world)
        steps, status = await run(world, step, use)
        found = await world.call("ListAssociations", SourceArn=ARNS["run"])

        assert status == "Succeeded"
        told = steps["Record"]["Metadata"]["Lineage"]
        (model,) = told["ArtifactArns"].values()
        assert told == {
            "ActionArns": {"run": ARNS["run"]},
            "ArtifactArns": {"model": model},
            "ContextArns": {"place": ARNS["place"]},
            "Associations": [{"SourceArn": ARNS["run"], "DestinationArn": model}],
        }
        (edge,) = found["AssociationSummaries"]
        assert (edge["DestinationArn"], edge["AssociationType"]) == (model, "Produced")
        assert world.requests_for("CreateProcessingJob")[0]["Environment"] == {"A": ARNS["run"]}


async def test_an_end_may_be_what_is_there_already(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        furnish(world)
        await world.call("CreateAction", **ACTION)
        association = {"Source": {"Arn": ARNS["run"]}, "Destination": TO_MODEL}
        _, status = await run(world, recording(Artifacts=[MODEL], Associations=[association]))

        assert status == "Succeeded"
        assert len((await world.call("ListAssociations", SourceArn=ARNS["run"]))["AssociationSummaries"]) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"Actions": [ACTION, ACTION]}, "Failed to invoke sagemaker:CreateAction. Error Details:"),
        ({"Associations": [PRODUCED]}, "The Source of an association must be an Arn, or the Name and Type of what"),
        (
            {"Actions": [ACTION], "Associations": [{"Source": RUN, "Destination": {"Arn": f"{ARNS['run']}s"}}]},
            "Failed to invoke sagemaker:AddAssociation. Error Details: There is no lineage entity",
        ),
    ],
)
async def test_what_cannot_be_recorded_fails_the_step_with_the_reason(
    tmp_path: Path, arguments: Json, why: str
) -> None:
    async with working(tmp_path) as world:
        furnish(world)
        steps, status = await run(world, recording(**arguments))

    assert status == "Failed"
    assert steps["Record"]["FailureReason"].startswith(f"ClientError: {why}")


@pytest.mark.parametrize("arguments", [{}, {"Actions": []}, {"Trials": [ACTION]}, {"Actions": ACTION}])
async def test_arguments_that_are_none_are_known_when_the_pipeline_is_made(tmp_path: Path, arguments: Json) -> None:
    async with working(tmp_path) as world:
        with pytest.raises(ServiceError, match="step 'Record'"):
            await world.create(recording(**arguments))


async def test_a_crash_anywhere_records_once(tmp_path: Path) -> None:
    step = recording(Actions=[ACTION], Artifacts=[MODEL], Associations=[PRODUCED])

    async def live(world: World) -> str:
        _, status = await run(world, step, ClientRequestToken=TOKEN)
        found = await world.call("ListAssociations", SourceArn=ARNS["run"])
        return f"{status}, {len(found['AssociationSummaries'])}"

    commits = 0
    while True:
        lives = await two_lives(tmp_path / f"{commits}.db", live, furnish, commits=commits, after=commits % 2 == 0)
        assert lives.answer == "Succeeded, 1", commits
        if not lives.were_two:
            break
        commits += 1
    assert commits >= 6
