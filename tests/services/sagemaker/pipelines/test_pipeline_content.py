"""Pipelines tagged ``penstock:cache`` = ``content``: what lies in S3 tells runs apart, and not where."""

from pathlib import Path
from typing import Any

import pytest

from penstock.languages.pipeline.tree import AutoML, Constant, StepName, Transform, Tuning
from penstock.services.sagemaker.identify import UNBUILT
from penstock.services.sagemaker.pipelines import content
from penstock.store.blobs import Digest
from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    FUNCTION,
    Play,
    World,
    function,
    get,
    outputs,
    processing,
    training,
    working,
)
from services.sagemaker.pipelines.test_pipeline_crashes import TOKEN
from services.sagemaker.pipelines.two_lives import two_lives

Json = Any
CACHED: Json = {"CacheConfig": {"Enabled": True}}
BY_CONTENT: Json = {"Tags": [{"Key": "penstock:cache", "Value": "content"}]}
DATA, CODE, OUT = "s3://b/data/v1/a.csv", "s3://b/code/prep.py", "s3://b/out/train.csv"


def prep(data: Json = "s3://b/data/v1", output: str = "s3://b/out", **more: Json) -> Json:
    inputs = [
        {"InputName": "data", "S3Input": {"S3Uri": data, "LocalPath": "/in", "S3DataType": "S3Prefix"}},
        {"InputName": "code", "S3Input": {"S3Uri": CODE, "LocalPath": "/code"}},
    ]
    written = [{"OutputName": "train", "S3Output": {"S3Uri": output}}]
    return {**processing("Prep", written, Arguments={"ProcessingInputs": inputs}, **more), **CACHED}


async def make(world: World, *steps: Json, **more: Json) -> None:
    world.objects.update({DATA: b"1,2", CODE: b"pass", OUT: b"made"})
    await world.create_from({"Version": "2020-12-01", "Steps": list(steps), **more}, **BY_CONTENT)


async def run(world: World, **request: Json) -> list[Json]:
    """The steps of an execution, once it is over."""
    arn = await world.start(**request)
    await world.finished(arn)
    return await world.steps(arn)


async def update(world: World, *steps: Json) -> None:
    text = world.written({"Version": "2020-12-01", "Steps": list(steps)})
    await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=text)


def is_hit(step: Json) -> bool:
    return "CacheHitResult" in step


async def test_nothing_changed_is_a_hit_and_the_description_says_so(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await make(world, prep(Description="Prepares."))

        (first,) = await run(world)
        (second,) = await run(world)

        assert first["StepDescription"] == (
            "Prepares.\ncache miss: no run of this step has succeeded with caching enabled"
        )
        assert is_hit(second)
        assert second["Metadata"] == first["Metadata"]
        source = second["CacheHitResult"]["SourcePipelineExecutionArn"]
        assert second["StepDescription"].startswith(f"Prepares.\ncache hit: {source} ran it with the same content")


@pytest.mark.parametrize(
    ("uri", "change", "why"),
    [
        (DATA, b"1,3", "the content of input 'data'"),
        ("s3://b/data/v1/b.csv", b"more", "the content of input 'data'"),
        (CODE, b"raise", "the content of input 'code'"),
    ],
)
async def test_data_or_code_changed_in_place_is_a_miss(tmp_path: Path, uri: str, change: bytes, why: str) -> None:
    async with working(tmp_path) as world:
        await make(world, prep())
        await run(world)

        world.objects[uri] = change
        (second,) = await run(world)

        assert not is_hit(second)
        assert second["StepDescription"].startswith(f"cache miss: {why} changed since ")
        assert len(world.requests_for("CreateProcessingJob")) == 2


async def test_a_package_changed_is_a_miss_and_an_environment_built_for_the_run_is_none(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        step = processing("Prep", Arguments={"AppSpecification": {"ImageUri": "mine:1"}}, **CACHED)
        world.plays["Prep"] = [Play(holds=True)]
        world.environments["mine:1"] = Digest(f"{UNBUILT}mine-1")
        await make(world, step)

        arn = await world.start()
        await world.until(lambda: len(world.played) == 1)
        world.environments["mine:1"] = Digest("1" * 64)
        (job,) = world.played
        await world.release("processing-job", job)
        await world.finished(arn)
        (second,) = await run(world)
        world.environments["mine:1"] = Digest("2" * 64)
        (third,) = await run(world)

        assert is_hit(second)
        assert not is_hit(third)
        assert third["StepDescription"].startswith("cache miss: the environment of the image changed since ")


async def test_an_environment_changed_while_a_run_went_on_is_not_that_of_the_run(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        step = processing("Prep", Arguments={"AppSpecification": {"ImageUri": "mine:1"}}, **CACHED)
        world.plays["Prep"] = [Play(holds=True)]
        world.environments["mine:1"] = Digest("1" * 64)
        await make(world, step)

        arn = await world.start()
        await world.until(lambda: len(world.played) == 1)
        world.environments["mine:1"] = Digest("2" * 64)
        (job,) = world.played
        await world.release("processing-job", job)
        await world.finished(arn)
        (second,) = await run(world)

        assert not is_hit(second)


async def test_the_same_content_under_another_uri_is_a_hit(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await make(world, prep())
        await run(world)

        world.objects["s3://elsewhere/today/a.csv"] = world.objects[DATA]
        await update(world, prep("s3://elsewhere/today/"))
        (second,) = await run(world)

        assert is_hit(second)


async def test_content_that_comes_back_is_a_hit_again(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await make(world, prep())
        before = world.objects[DATA]
        await run(world)
        world.objects[DATA] = b"other"
        await run(world)

        world.objects[DATA] = before
        (third,) = await run(world)

        assert is_hit(third)


async def test_a_run_whose_outputs_were_changed_since_stands_for_nothing(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await make(world, prep())
        await run(world)

        world.objects[OUT] = b"by somebody else"
        (second,) = await run(world)

        assert not is_hit(second)
        assert second["StepDescription"].startswith("cache miss: s3://b/out/ is not as arn:")


async def test_content_that_changed_while_a_step_ran_is_not_taken_for_what_it_read(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Prep"] = [Play(holds=True)]
        await make(world, prep())
        before = world.objects[DATA]
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")
        world.objects[DATA] = b"other"
        job = world.requests_for("CreateProcessingJob")[0]["ProcessingJobName"]
        await world.release("processing-job", job)
        await world.finished(arn)

        world.objects[DATA] = before
        (second,) = await run(world)

        assert not is_hit(second)


async def test_a_step_that_comes_to_the_same_leaves_those_after_it_their_hits(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        train = training(
            "Train",
            InputDataConfig=[
                {
                    "ChannelName": "train",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": get("Steps.Prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"),
                        }
                    },
                }
            ],
            HyperParameters={"depth": 3, "sagemaker_submit_directory": f'"{CODE}"'},
        )
        await make(world, prep(), {**train, **CACHED})
        await run(world)

        world.objects[CODE.replace("prep", "other")] = b"unused"
        world.objects[DATA] = b"other data, which comes to the same"
        prepared, trained = await run(world)

        assert (is_hit(prepared), is_hit(trained)) == (False, True)


async def test_the_code_of_a_function_counts(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION], world.codes[FUNCTION] = {"rows": 3}, "one"
        await make(world, function("Measure", OutputParameters=outputs(rows="Integer"), **CACHED))
        await run(world)
        (same,) = await run(world)
        world.codes[FUNCTION] = "two"
        (changed,) = await run(world)

        assert is_hit(same)
        assert same["Metadata"]["Lambda"]["OutputParameters"] == [{"Name": "rows", "Value": "3"}]
        assert changed["StepDescription"].startswith("cache miss: code of the function changed since ")


async def test_a_manifest_is_never_a_hit_and_says_why(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        step = prep()
        step["Arguments"]["ProcessingInputs"][0]["S3Input"]["S3DataType"] = "ManifestFile"
        await make(world, step)
        await run(world)

        (second,) = await run(world)

        assert second["StepDescription"] == (
            "cache miss: input 'data' is a ManifestFile, and the objects that it lists are not looked into"
        )


async def test_a_pipeline_that_is_not_tagged_describes_its_steps_as_they_are(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(prep(Description="Prepares."))

        (step,) = await run(world)

        assert step["StepDescription"] == "Prepares."


async def test_another_value_of_the_tag_is_refused(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create_from(
            {"Version": "2020-12-01", "Steps": [prep()]}, Tags=[{"Key": "penstock:cache", "Value": "always"}]
        )

        with pytest.raises(ServiceError, match=r"Tag penstock:cache of '.*' must be uri or content, not 'always'\."):
            await world.start()


async def execute_twice(world: World) -> list[bool]:
    """Ask for the pipeline and two executions (again, after a crash): whether each was answered by a run before."""
    text = {"Version": "2020-12-01", "Steps": [prep()]}
    await world.create_from(text, ClientRequestToken=TOKEN, **BY_CONTENT)
    ran = [await run(world, ClientRequestToken=token * 32) for token in "ab"]
    return [is_hit(steps[0]) for steps in ran]


def furnish(world: World) -> None:
    world.objects.update({DATA: b"1,2", CODE: b"pass", OUT: b"made"})


@pytest.mark.parametrize("first", [0, 1])
async def test_a_crash_anywhere_costs_no_hit(tmp_path: Path, first: int) -> None:
    commits, were_two = first, True

    while were_two:
        path = tmp_path / f"{commits}.db"
        lives = await two_lives(path, execute_twice, furnish, commits=commits, after=commits % 2 == 0)
        were_two = lives.were_two
        commits += 2

        assert lives.answer == [False, True], commits

    assert commits >= 6


def test_of_a_transform_step_the_content_of_its_input_counts_and_its_output_folder_is_looked_at() -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/rows"}}
    step = Transform(name=StepName("Batch"), arguments=Constant({}))

    counting, places = content.sources(step, {"ModelName": "m", "TransformInput": {"DataSource": source}})

    assert counting == {
        "ModelName": "m",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix"}}},
    }
    assert places == {"the content of the job's input": "s3://b/rows"}
    assert content.outputs({"TransformOutput": {"S3OutputPath": "s3://b/out"}}) == ["s3://b/out/"]


def test_of_a_tuning_step_the_content_of_each_definition_counts_and_what_its_best_jobs_wrote_is_looked_at() -> None:
    def definition(uri: str, **named: str) -> Any:
        channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}}}
        script = {"sagemaker_submit_directory": f'"{uri}.tar.gz"', "depth": "3"}
        output = {"S3OutputPath": f"{uri}/out"}
        return {"InputDataConfig": [channel], "StaticHyperParameters": script, "OutputDataConfig": output, **named}

    step = Tuning(name=StepName("Tune"))
    one = definition("s3://b/x")
    both = [definition("s3://b/x", DefinitionName="x"), definition("s3://b/y", DefinitionName="y")]
    best = {"TrainingJobName": "t", "TrainingJobDefinitionName": "y"}

    rest, places = content.sources(step, {"TrainingJobDefinition": one})
    _, of_both = content.sources(step, {"TrainingJobDefinitions": both})

    assert places == {
        "the content of input 'train'": "s3://b/x",
        "the content of the script's archive": "s3://b/x.tar.gz",
    }
    assert rest["TrainingJobDefinition"]["StaticHyperParameters"] == {"depth": "3"}
    assert "S3Uri" not in str(rest["TrainingJobDefinition"]["InputDataConfig"])
    assert of_both["the content of input 'train' of y"] == "s3://b/y"
    told = {"TrainingJobDefinitions": both, "TrainingJobSummaries": [best]}
    assert content.outputs(told) == ["s3://b/y/out/t/"]
    told = {"TrainingJobDefinition": one, "TrainingJobSummaries": [{"TrainingJobName": "t"}]}
    assert content.outputs(told) == ["s3://b/x/out/t/"]


def test_of_an_automl_step_the_data_and_what_says_which_columns_count() -> None:
    step = AutoML(name=StepName("Search"))
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/rows"}}
    generation = {"FeatureSpecificationS3Uri": "s3://b/features.json", "AlgorithmsConfig": []}

    rest, places = content.sources(
        step,
        {
            "InputDataConfig": [{"DataSource": source, "TargetAttributeName": "y"}],
            "AutoMLJobConfig": {"Mode": "ENSEMBLING", "CandidateGenerationConfig": generation},
        },
    )

    assert places == {
        "the content of input 'training'": "s3://b/rows",
        "the content of the feature specification": "s3://b/features.json",
    }
    assert "s3://" not in str(rest)
    assert rest["AutoMLJobConfig"]["CandidateGenerationConfig"] == {"AlgorithmsConfig": []}
    told = {"AutoMLJobName": "j", "OutputDataConfig": {"S3OutputPath": "s3://b/out/"}}
    assert content.outputs(told) == ["s3://b/out/j/"]
