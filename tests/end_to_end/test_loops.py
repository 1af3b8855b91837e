"""ForEach and Cleanup steps, and caching by content, through boto3 on real jobs; and through the server's death."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end import supplies
from end_to_end.world import BEGIN_AND_WAIT, BUCKET, ROLE, World, s3_input, step

Json = Any
WRITE = 'mkdir -p /opt/ml/processing/out && echo "made of $1" > /opt/ml/processing/out/made.txt'


def get(text: str) -> Json:
    return {"Get": text}


def writing(uri: Json) -> Json:
    output = {"S3Uri": uri, "LocalPath": "/opt/ml/processing/out", "S3UploadMode": "EndOfJob"}
    return {"ProcessingOutputConfig": {"Outputs": [{"OutputName": "out", "S3Output": output}]}}


def given(arguments: Json, *values: Json) -> Json:
    """The same job with arguments for its script."""
    return {**arguments, "AppSpecification": {**arguments["AppSpecification"], "ContainerArguments": list(values)}}


def loop(name: str, *body: Json, items: Json, at_once: int = 2) -> Json:
    arguments = {"IterableItems": items, "MaxConcurrency": at_once, "ForEachBody": list(body)}
    return {"Name": name, "Type": "ForEach", "Arguments": arguments}


def test_a_loop_runs_its_body_for_each_item_and_later_steps_use_and_delete_what_came_of_it(world: World) -> None:
    item = get("ForEach.CurrentItem.name")
    place = {"Std:Join": {"On": "/", "Values": [f"s3://{world.bucket()}/loops", item]}}
    made = step("Make", given(world.processing("loops-make", WRITE, **writing(place)), item))
    one = get("Steps.Each.IterationOutputs[1].Make.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")
    taken = {"InputName": "one", "S3Input": s3_input(one, "/opt/ml/processing/one")}
    script = "mkdir -p /opt/ml/processing/out && cp /opt/ml/processing/one/made.txt /opt/ml/processing/out/used.txt"
    kept, gone = f"s3://{BUCKET}/loops-used", f"s3://{BUCKET}/loops-gone"
    arn = world.execute(
        "loops",
        loop("Each", made, items='[{"name": "x"}, {"name": "y"}, {"name": "z"}]'),
        step("Use", world.processing("loops-use", script, inputs=[taken], **writing(kept))),
        step("Waste", given(world.processing("loops-waste", WRITE, **writing(gone)), "waste")),
        {
            "Name": "Clean",
            "Type": "Cleanup",
            "Arguments": {"Resources": {"S3": [{"StepName": "Waste", "S3Uris": [f"{gone}/made.txt"]}]}},
        },
    )

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"

    steps = world.steps(arn)
    assert {name for name in steps if "IterationContext" in steps[name]} == {"Make-0", "Make-1", "Make-2"}
    assert steps["Make-2"]["IterationContext"] == {"ParentStepName": "Each", "Index": 2, "Item": '{"name":"z"}'}
    assert steps["Each"]["Metadata"]["ForEach"]["SucceededStepCount"] == 3
    assert [world.get(f"s3://{BUCKET}/loops/{name}/made.txt") for name in "xyz"] == [
        f"made of {name}\n".encode() for name in "xyz"
    ]
    assert world.get(f"{kept}/used.txt") == b"made of y\n"
    assert steps["Clean"]["Metadata"]["Cleanup"]["CleanedSteps"] == ["Waste"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        world.get(f"{gone}/made.txt")


def test_a_loop_goes_on_where_it_was_when_the_server_is_killed(own: World) -> None:
    waits = step("Wait", given(own.processing("killed-wait", BEGIN_AND_WAIT), get("ForEach.CurrentItem")))
    arn = own.execute("killed", loop("Each", waits, items=["x", "y"], at_once=1))
    own.folder("killed-wait")

    own.server.kill()
    own.start()
    own.let_go("killed-wait")
    own.await_step(arn, "Wait-0", "Succeeded")
    own.let_go("killed-wait")

    assert own.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert len(own.jobs("Processing", arn.rpartition("/")[2])) == 2


def test_a_pipeline_cached_by_content_runs_again_what_reads_changed_data_and_nothing_else(world: World) -> None:
    data = {"InputName": "data", "S3Input": s3_input(world.put("content/data.txt", "one"), "/opt/ml/processing/data")}
    first = world.processing("content-first", WRITE, inputs=[data], **writing(f"s3://{BUCKET}/content-first"))
    taken = s3_input(
        get("Steps.First.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"), "/opt/ml/processing/taken"
    )
    second = world.processing("content-second", "echo used", inputs=[{"InputName": "taken", "S3Input": taken}])
    cached: Json = {"CacheConfig": {"Enabled": True}}
    steps = [step("First", given(first, "data"), **cached), step("Second", second, **cached)]
    world.sagemaker.create_pipeline(
        PipelineName="content",
        RoleArn=ROLE,
        PipelineDefinition=json.dumps({"Version": "2020-12-01", "Steps": steps}),
        Tags=[{"Key": "penstock:cache", "Value": "content"}],
    )

    def run() -> dict[str, Json]:
        arn = world.sagemaker.start_pipeline_execution(PipelineName="content")["PipelineExecutionArn"]
        assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
        return world.steps(arn)

    def hits(shown: dict[str, Json]) -> set[str]:
        return {name for name, each in shown.items() if "CacheHitResult" in each}

    assert hits(run()) == set()
    assert hits(run()) == {"First", "Second"}
    world.put("content/data.txt", "two")
    third = run()
    assert hits(third) == {"Second"}
    assert third["First"]["StepDescription"].startswith("cache miss: the content of input 'data' changed since arn:")


SCORE = "def handler(event, context):\n    return {'score': {'a': 0.5, 'b': 2.5, 'c': 1.0}[event['item']]}\n"


def test_the_loop_that_the_sdk_writes_selects_its_best_iteration(world: World) -> None:
    document = supplies.definition("v3-step-foreach")
    supplies.supply(world, "v3-step-foreach", document, {"prep.py": "import sys\nprint(sys.argv[1:])\n"}, {})
    supplies.function_named(world, "score", SCORE)
    world.sagemaker.create_pipeline(PipelineName="sdk-loop", RoleArn=ROLE, PipelineDefinition=json.dumps(document))

    arn = world.sagemaker.start_pipeline_execution(PipelineName="sdk-loop")["PipelineExecutionArn"]

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    steps = world.steps(arn)
    assert steps["Fan"]["Metadata"]["ForEach"]["Selector"] == {"StepName": "Score", "Index": 1}
    execution = arn.rpartition("/")[2]
    (first,), (after,) = (world.jobs("Processing", f"{execution}-{name}-") for name in ("ProcessItem-0", "After"))
    line = world.lines("ProcessingJobs", after)[-1]
    assert line == str(["--best", "2.5", "--first", first, "--status", "Succeeded"])
