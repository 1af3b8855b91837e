"""Steps with a CacheConfig: an earlier run with the same arguments stands for them, if it is young enough."""

import logging
from pathlib import Path
from typing import Any

import pytest

from penstock.engine.facts import RunId
from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    FUNCTION,
    Play,
    World,
    callback,
    function,
    get,
    outputs,
    processing,
    training,
    transform,
    working,
)

Json = Any
CACHED = {"Enabled": True, "ExpireAfter": "P30D"}
MODEL = "s3://b/model.tar.gz"


def step(depth: Json = 3, **more: Json) -> Json:
    return {**training("Train", HyperParameters={"depth": depth}, **more), "CacheConfig": CACHED}


async def run(world: World, **request: Json) -> str:
    arn = await world.start(**request)
    await world.finished(arn)
    return arn


async def source(world: World, arn: str) -> str | None:
    """The execution whose run stands for the first step of this one."""
    first, *_ = await world.steps(arn)
    found: Json = first.get("CacheHitResult", {}).get("SourcePipelineExecutionArn")
    return found if found is None else str(found)


async def cache_reason(world: World, arn: str) -> str:
    view = await world.database.read(lambda tx: world.engine.look(tx, RunId(arn)))
    assert view is not None
    return str(view.state.steps["Train"].cache)


async def update(world: World, *steps: Json, **more: Json) -> None:
    text = {"Version": "2020-12-01", "Steps": list(steps), **more}
    await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=world.written(text))


async def test_a_step_with_the_same_arguments_is_answered_by_the_run_before(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Train"] = [Play(result={"ModelArtifacts": {"S3ModelArtifacts": MODEL}})]
        use = get("Steps.Train.ModelArtifacts.S3ModelArtifacts")
        await world.create(
            step(), {"Name": "Make", "Type": "Model", "Arguments": {"PrimaryContainer": {"ModelDataUrl": use}}}
        )

        first = await run(world)
        second = await run(world)

        assert len(world.requests_for("CreateTrainingJob")) == 1
        assert await source(world, first) is None
        assert await source(world, second) == first
        one, other = (await world.steps(first))[0], (await world.steps(second))[0]
        assert other["StepStatus"] == "Succeeded"
        assert other["Metadata"] == one["Metadata"]
        models = world.requests_for("CreateModel")
        assert [model["PrimaryContainer"]["ModelDataUrl"] for model in models] == [MODEL, MODEL]


async def test_a_hit_names_the_execution_that_ran_and_not_one_that_was_a_hit_itself(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step())
        first = await run(world)
        await run(world)

        assert await source(world, await run(world)) == first


async def test_machines_roles_and_outputs_do_not_count_and_what_the_job_computes_does(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step())
        first = await run(world)

        await update(world, step(RoleArn="another", ResourceConfig={"InstanceCount": 9}, OutputDataConfig={"x": 1}))
        alike = await source(world, await run(world))
        await update(world, step(4))
        other = await source(world, await run(world))

        assert (alike, other) == (first, None)


async def test_of_a_transform_job_its_model_input_and_processing_count(tmp_path: Path) -> None:
    def score(**arguments: Json) -> Json:
        return {**transform("Score", **arguments), "CacheConfig": CACHED}

    async with working(tmp_path) as world:
        await world.create(score())
        first = await run(world)

        await update(world, score(TransformOutput={"S3OutputPath": "s3://b/else"}, BatchStrategy="SingleRecord"))
        alike = await source(world, await run(world))
        others = []
        for different in (
            {"ModelName": "n"},
            {"Environment": {"A": "b"}},
            {"DataProcessing": {"JoinSource": "Input"}},
            {"TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/more"}}}},
        ):
            await update(world, score(**different))
            others.append(await source(world, await run(world)))

        assert alike == first
        assert others == [None] * 4


async def test_values_of_parameters_count_and_not_how_they_are_written(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step(get("Parameters.D")), Parameters=[{"Name": "D", "Type": "Integer", "DefaultValue": 3}])
        first = await run(world)

        await update(world, step(3))
        constant = await source(world, await run(world))

        assert constant == first


async def test_the_latest_of_several_runs_stands_for_the_step(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step())
        await run(world)
        await update(world, {**step(), "CacheConfig": {"Enabled": True, "ExpireAfter": "PT1S"}})
        second = await run(world)  # the world's clock is two seconds on whenever it is looked at twice
        await update(world, step())

        assert await source(world, second) is None
        assert await source(world, await run(world)) == second


async def test_runs_that_failed_or_were_made_without_a_cache_config_stand_for_none(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Train"] = [Play("Failed", {"FailureReason": "AlgorithmError"})]
        await world.create(step())
        await run(world)
        await update(world, {**step(), "CacheConfig": {"Enabled": False}})
        await run(world)
        await update(world, step())

        assert await source(world, await run(world)) is None


async def test_other_pipelines_and_other_steps_have_caches_of_their_own(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step())
        await run(world)
        await world.create(step(), name="churn2")
        other_pipeline = await source(world, await run(world, name="churn2"))
        await update(world, {**step(), "Name": "Other"})
        other_step = await source(world, await run(world))

        assert (other_pipeline, other_step) == (None, None)


async def test_a_deleted_pipelines_runs_are_forgotten(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(step())
        await run(world)
        await world.call("DeletePipeline", PipelineName="churn", ClientRequestToken="x" * 32)
        await world.create(step())

        assert await source(world, await run(world)) is None


async def test_a_function_and_a_callback_are_answered_with_the_outputs_of_the_run_before(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.functions[FUNCTION] = {"rows": 12}
        rows, verdict = get("Steps.Measure.OutputParameters['rows']"), get("Steps.Approve.OutputParameters['verdict']")
        await world.create(
            function("Measure", CacheConfig=CACHED, OutputParameters=outputs(rows="Integer")),
            callback("Approve", {"rows": rows}, CacheConfig=CACHED, OutputParameters=outputs(verdict="String")),
            processing("Use", Arguments={"Environment": {"VERDICT": verdict}}),
        )
        first = await world.start()
        await world.until(lambda: bool(world.messages))
        said = [{"Name": "verdict", "Value": "fine"}]
        await world.call(
            "SendPipelineExecutionStepSuccess", CallbackToken=world.messages[0]["token"], OutputParameters=said
        )
        await world.finished(first)

        second = await run(world)

        measure, approve, use = await world.steps(second)
        assert measure["CacheHitResult"] == approve["CacheHitResult"] == {"SourcePipelineExecutionArn": first}
        assert measure["Metadata"] == (await world.steps(first))[0]["Metadata"]
        assert approve["Metadata"]["Callback"]["OutputParameters"] == said
        assert "CacheHitResult" not in use
        assert (len(world.requests_for("Invoke")), len(world.messages)) == (1, 1)
        assert world.requests_for("CreateProcessingJob")[1]["Environment"] == {"VERDICT": "fine"}


async def test_a_parameter_may_switch_caching_off(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        cached = {"Enabled": get("Parameters.Reuse"), "ExpireAfter": "30d"}
        await world.create(
            {**step(), "CacheConfig": cached}, Parameters=[{"Name": "Reuse", "Type": "Boolean", "DefaultValue": True}]
        )
        first = await run(world)

        off = await source(world, await run(world, PipelineParameters=[{"Name": "Reuse", "Value": "false"}]))
        on = await source(world, await run(world))

        assert (off, on) == (None, first)


async def test_the_reason_of_every_hit_and_miss_is_kept_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "penstock.services.sagemaker.pipelines.flow")
    async with working(tmp_path) as world:
        await world.create(step())
        first = await run(world)
        hit = await run(world)
        await update(world, step(4))
        miss = await run(world)

        reasons = [await cache_reason(world, arn) for arn in (first, hit, miss)]

        assert reasons[0] == "cache miss: no run of this step has succeeded with caching enabled"
        assert reasons[1].startswith(f"cache hit: {first} ran it with the same arguments")
        assert reasons[2] == f"cache miss: HyperParameters changed since {first}"
        assert [record.getMessage().partition(": step Train: ")[2] for record in caplog.records] == reasons


async def test_an_expiry_that_is_no_duration_is_refused(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        with pytest.raises(
            ServiceError, match="ExpireAfter of CacheConfig of step 'Train' must be an ISO 8601 duration"
        ):
            await world.create({**step(), "CacheConfig": {"Enabled": True, "ExpireAfter": "soon"}})
