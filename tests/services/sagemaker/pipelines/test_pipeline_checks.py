"""Check steps: which baseline they use, what comes of a violation, and what they are cached by."""

from pathlib import Path
from typing import Any

import pytest

from services.sagemaker.pipelines.pipelines_world import (
    Play,
    World,
    clarify_check,
    get,
    quality_check,
    training,
    working,
)
from services.sagemaker.pipelines.two_lives import two_lives

Json = Any
CACHED = {"Enabled": True, "ExpireAfter": "P30D"}
VIOLATED = {"ExitMessage": "CompletedWithViolations: Job completed successfully with 2 violations."}
PACKAGE = {
    "ModelDataQuality": {
        "Statistics": {"ContentType": "application/json", "S3Uri": "s3://old/statistics.json"},
        "Constraints": {"ContentType": "application/json", "S3Uri": "s3://old/constraints.json"},
    },
    "Bias": {
        "PreTrainingConstraints": {"ContentType": "application/json", "S3Uri": "s3://old/data/analysis.json"},
        "PostTrainingConstraints": {"ContentType": "application/json", "S3Uri": "s3://old/model/analysis.json"},
    },
    "Explainability": {"Constraints": {"ContentType": "application/json", "S3Uri": "s3://old/why/analysis.json"}},
}
SUPPLIED = {
    "SuppliedBaselineStatistics": "s3://mine/stats.json",
    "SuppliedBaselineConstraints": "s3://mine/limits.json",
}
CALCULATED = "s3://b/Check/constraints.json"


async def checked(world: World, *steps: Json, **parameters: Json) -> tuple[Json, Json]:
    """The first step of a pipeline that has ended, and what its metadata say."""
    await world.create(*steps, **parameters)
    arn = await world.start()
    await world.finished(arn)
    step = (await world.steps(arn))[0]
    return step, next(iter(step["Metadata"].values()), {})


@pytest.mark.parametrize(
    ("skips", "registers", "is_held_against", "used"),
    [
        (False, False, True, "s3://old/constraints.json"),
        (False, True, True, CALCULATED),
        (True, False, False, "s3://old/constraints.json"),
        (True, True, False, CALCULATED),
    ],
)
async def test_the_four_ways_of_awss_table(
    tmp_path: Path, skips: bool, registers: bool, is_held_against: bool, used: str
) -> None:
    async with working(tmp_path) as world:
        world.packages["the package"] = PACKAGE
        flags = {"SkipCheck": skips, "RegisterNewBaseline": registers, "ModelPackageGroupName": "group"}

        step, told = await checked(world, quality_check("Check", **flags))

        (request,) = world.requests_for("CreateProcessingJob")
        inputs = {each["InputName"]: each["S3Input"]["S3Uri"] for each in request["ProcessingInputs"]}
        assert step["StepStatus"] == "Succeeded"
        assert ("baseline_constraints" in inputs) == is_held_against
        assert told["BaselineUsedForDriftCheckConstraints"] == used
        assert told["CalculatedBaselineStatistics"] == "s3://b/Check/statistics.json"
        assert (told["CheckType"], told["ModelPackageGroupName"]) == ("DATA_QUALITY", "group")
        assert (told["SkipCheck"], told["RegisterNewBaseline"]) == (skips, registers)
        assert told["CheckJobArn"].endswith(request["ProcessingJobName"])
        assert len(world.requests_for("ListModelPackages")) == (0 if skips and registers else 1)


async def test_the_job_is_told_where_its_baseline_lies(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await checked(world, quality_check("Check", **SUPPLIED))

        (request,) = world.requests_for("CreateProcessingJob")
        assert request["Environment"] == {
            "output_path": "/opt/ml/processing/output",
            "baseline_constraints": "/opt/ml/processing/baseline/baseline_constraints/limits.json",
            "baseline_statistics": "/opt/ml/processing/baseline/baseline_statistics/stats.json",
        }
        assert [each["InputName"] for each in request["ProcessingInputs"]] == [
            "data", "baseline_constraints", "baseline_statistics",
        ]  # fmt: skip


async def test_a_supplied_baseline_goes_before_the_registrys(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.packages["the package"] = PACKAGE

        _, told = await checked(world, quality_check("Check", ModelPackageGroupName="group", **SUPPLIED))

        assert told["BaselineUsedForDriftCheckConstraints"] == "s3://mine/limits.json"
        assert world.requests_for("ListModelPackages") == []


@pytest.mark.parametrize("packages", [{}, {"without baselines": {}}])
async def test_without_a_baseline_there_is_nothing_to_check(tmp_path: Path, packages: Json) -> None:
    async with working(tmp_path) as world:
        world.packages.update(packages)

        step, _ = await checked(world, quality_check("Check", ModelPackageGroupName="group"))

        assert step["StepStatus"] == "Failed"
        assert step["FailureReason"].startswith("ClientError: There is no baseline to check against")
        assert "DriftCheckBaselines.ModelDataQuality.Constraints" in step["FailureReason"]
        assert "set SkipCheck and RegisterNewBaseline" in step["FailureReason"]
        assert world.requests_for("CreateProcessingJob") == []


async def test_a_check_without_a_place_for_its_reports_makes_no_job(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        check = quality_check("Check", **SUPPLIED)
        del check["Arguments"]["ProcessingOutputConfig"]

        step, _ = await checked(world, check)

        assert step["FailureReason"].startswith("ClientError: ProcessingOutputConfig must have an output with S3Output")
        assert world.requests_for("CreateProcessingJob") == []


async def test_whether_a_violation_fails_the_step_must_be_known(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Check"] = [Play(result=VIOLATED)]
        before = training("Train")
        check = quality_check("Check", FailOnViolation=get("Steps.Train.Nothing"), **SUPPLIED)

        await world.create(before, check)
        arn = await world.start()
        await world.finished(arn)

        step = (await world.steps(arn))[1]
        assert step["StepStatus"] == "Failed"
        assert "Nothing" in step["FailureReason"]


async def test_a_violation_fails_the_step_with_awss_reason(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Check"] = [Play(result=VIOLATED)]
        after = training("Train") | {"DependsOn": ["Check"]}

        step, told = await checked(world, quality_check("Check", **SUPPLIED), after)

        report = "s3://b/Check/constraint_violations.json"
        assert step["StepStatus"] == "Failed"
        assert step["FailureReason"] == f"ClientError: Quality check failed. See violation report: {report}"
        assert told["ViolationReport"] == report
        assert world.requests_for("CreateTrainingJob") == []


async def test_a_violation_need_not_fail_the_step(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Check"] = [Play(result=VIOLATED)]

        step, told = await checked(world, quality_check("Check", FailOnViolation=False, **SUPPLIED))

        assert step["StepStatus"] == "Succeeded"
        assert told["ViolationReport"] == "s3://b/Check/constraint_violations.json"


async def test_members_may_be_parameters_and_properties_are_for_later_steps(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        check = quality_check("Check", SkipCheck=get("Parameters.Skip"), RegisterNewBaseline=get("Parameters.Skip"))
        use = training("Use", HyperParameters={
            "new": get("Steps.Check.CalculatedBaselineConstraints"),
            "used": get("Steps.Check.BaselineUsedForDriftCheckStatistics"),
        })  # fmt: skip
        parameter = {"Name": "Skip", "Type": "Boolean", "DefaultValue": True}

        step, _ = await checked(world, check, use, Parameters=[parameter])

        (request,) = world.requests_for("CreateTrainingJob")
        assert step["StepStatus"] == "Succeeded"
        assert request["HyperParameters"] == {"new": CALCULATED, "used": "s3://b/Check/statistics.json"}


@pytest.mark.parametrize(
    ("kind", "used"),
    [
        ("DATA_BIAS", "s3://old/data/analysis.json"),
        ("MODEL_BIAS", "s3://old/model/analysis.json"),
        ("MODEL_EXPLAINABILITY", "s3://old/why/analysis.json"),
    ],
)
async def test_clarifys_checks_have_baselines_of_their_own(tmp_path: Path, kind: str, used: str) -> None:
    async with working(tmp_path) as world:
        world.packages["the package"] = PACKAGE
        world.plays["Check"] = [Play(result=VIOLATED)]

        step, told = await checked(world, clarify_check("Check", kind, ModelPackageGroupName="group"))

        (request,) = world.requests_for("CreateProcessingJob")
        assert request["ProcessingInputs"][1]["S3Input"]["S3Uri"] == used
        report = "s3://b/Check/constraint_violations.json"
        assert step["FailureReason"] == f"ClientError: Clarify check failed. See violation report: {report}"
        assert told == {
            "CheckType": kind, "ModelPackageGroupName": "group", "SkipCheck": False, "RegisterNewBaseline": False,
            "CheckJobArn": told["CheckJobArn"], "ViolationReport": report,
            "CalculatedBaselineConstraints": "s3://b/Check/analysis.json",
            "BaselineUsedForDriftCheckConstraints": used,
        }  # fmt: skip


async def test_the_job_of_a_clarify_check_is_told_its_model(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        flags = {"SkipCheck": True, "RegisterNewBaseline": True}
        model = {"Name": "Model", "Type": "Model", "Arguments": {"ExecutionRoleArn": "role"}}
        check = clarify_check("Check", "MODEL_BIAS", ModelName=get("Steps.Model.ModelName"), **flags)
        use = training("Use", HyperParameters={"used": get("Steps.Check.BaselineUsedForDriftCheckConstraints")})

        await world.create(model, check, use)
        await world.finished(await world.start())

        (made,) = world.requests_for("CreateModel")
        (request,) = world.requests_for("CreateProcessingJob")
        assert request["Environment"]["model_name"] == made["ModelName"]
        assert "baseline_constraints" not in request["Environment"]
        (trained,) = world.requests_for("CreateTrainingJob")
        assert trained["HyperParameters"]["used"] == "s3://b/Check/analysis.json"


@pytest.mark.parametrize(
    ("changed", "is_hit"),
    [
        ({}, True),
        ({"DisplayName": "Check it"}, True),
        ({"FailOnViolation": False}, False),
        ({"SuppliedBaselineConstraints": "s3://other/limits.json"}, False),
        ({"RegisterNewBaseline": True}, False),
    ],
)
async def test_a_check_is_cached_with_what_its_metadata_say(tmp_path: Path, changed: Json, is_hit: bool) -> None:
    async with working(tmp_path) as world:
        check = quality_check("Check", CacheConfig=CACHED, **SUPPLIED)
        _, first = await checked(world, check)
        definition = {"Version": "2020-12-01", "Steps": [{**check, **changed}]}
        await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=world.written(definition))

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert ("CacheHitResult" in step) == is_hit
        if is_hit:
            assert step["Metadata"]["QualityCheck"] == first


@pytest.mark.parametrize(("changes", "is_hit"), [((), True), (("data/part.csv",), False), (("limits.json",), False)])
async def test_a_check_is_cached_by_the_content_of_its_data_and_its_baseline(
    tmp_path: Path, changes: tuple[str, ...], is_hit: bool
) -> None:
    async with working(tmp_path) as world:
        world.objects |= {
            "s3://b/data/part.csv": b"1",
            "s3://b/limits.json": b"{}",
            "s3://b/Check/constraints.json": b"{}",
        }
        check = quality_check("Check", CacheConfig=CACHED, SuppliedBaselineConstraints="s3://b/limits.json")
        tags = [{"Key": "penstock:cache", "Value": "content"}]
        await world.create_from({"Version": "2020-12-01", "Steps": [check]}, Tags=tags)
        await world.finished(await world.start())
        world.objects |= {f"s3://b/{key}": b"changed" for key in changes}

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert ("CacheHitResult" in step) == is_hit, step


async def test_stopping_the_execution_stops_the_checks_job(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["Check"] = [Play(holds=True)]
        await world.create(quality_check("Check", **SUPPLIED))
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["StepStatus"] == "Stopped"
        assert len(world.requests_for("StopProcessingJob")) == 1


async def live_through_a_crash(path: Path, commits: int, *, after: bool) -> bool:
    def furnish(world: World) -> None:
        world.packages["the package"] = PACKAGE
        world.plays["Check"] = [Play(result=VIOLATED)]

    async def execute(world: World) -> tuple[str, Json]:
        check = quality_check("Check", ModelPackageGroupName="group")
        await world.create_from({"Version": "2020-12-01", "Steps": [check]}, ClientRequestToken="t" * 32)
        arn = await world.start(ClientRequestToken="t" * 32)
        execution = await world.finished(arn)
        (step,) = await world.steps(arn)
        return execution["PipelineExecutionStatus"], step

    lives = await two_lives(path, execute, furnish, commits=commits, after=after)

    status, step = lives.answer
    assert status == "Failed", commits
    assert step["Metadata"]["QualityCheck"]["BaselineUsedForDriftCheckConstraints"] == "s3://old/constraints.json"
    assert step["FailureReason"].startswith("ClientError: Quality check failed."), commits
    jobs = {request["ProcessingJobName"] for name, request in lives.requests if name == "CreateProcessingJob"}
    assert len(jobs) == 1, f"one attempt has one name, however often its job is asked for: {jobs}"
    return lives.were_two


@pytest.mark.parametrize("after", [False, True], ids=["the commit is lost", "the commit is kept, its word lost"])
async def test_a_crash_anywhere_changes_nothing_a_user_can_see(tmp_path: Path, after: bool) -> None:
    commits = 0

    while await live_through_a_crash(tmp_path / f"{commits}.db", commits, after=after):
        commits += 1

    assert commits >= 4
