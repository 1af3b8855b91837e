"""Pipelines run from end to end on the real engine and store; jobs, models and S3 answer as the world says."""

from pathlib import Path

import pytest

from penstock.wire.call import ServiceError
from services.sagemaker.pipelines.pipelines_world import (
    ROLE,
    Play,
    churn_pipeline,
    condition,
    get,
    processing,
    training,
    transform,
    working,
)

ARTIFACTS = Play(result={"ModelArtifacts": {"S3ModelArtifacts": "s3://b/model.tar.gz"}})
GOOD = b'{"metrics": {"rmse": 4.5}}'
BAD = b'{"metrics": {"rmse": 9}}'


async def test_a_pipeline_prepares_trains_evaluates_and_registers(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        steps, more = churn_pipeline()
        world.plays["Train"] = [ARTIFACTS]
        world.objects["s3://b/evaluation/report.json"] = GOOD
        await world.create(*steps, **more)

        arn = await world.start(PipelineParameters=[{"Name": "Approval", "Value": "Approved"}])
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Succeeded"
        assert execution["PipelineExecutionDisplayName"].startswith("execution-17000000")
        shown = await world.steps(arn)
        assert [step["StepName"] for step in shown] == ["Prep", "Train", "Evaluate", "Good", "Make", "Register"]
        assert {step["StepStatus"] for step in shown} == {"Succeeded"}
        metadata = {step["StepName"]: step["Metadata"] for step in shown}
        assert metadata["Good"] == {"Condition": {"Outcome": "True"}}
        assert metadata["Register"]["RegisterModel"]["Arn"].endswith("model-package/group/1")
        assert metadata["Train"]["TrainingJob"]["Arn"].startswith(
            f"arn:aws:sagemaker:us-east-1:123456789012:training-job/pipelines-{arn[-12:]}-Train-"
        )
        (train,) = world.requests_for("CreateTrainingJob")
        assert train["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] == "s3://b/train"
        (evaluate,) = [job for job in world.requests_for("CreateProcessingJob") if "ProcessingInputs" in job]
        assert evaluate["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://b/model.tar.gz"
        assert world.requests_for("CreateModelPackageGroup") == [{"ModelPackageGroupName": "churn"}]
        assert world.requests_for("CreateModelPackage") == [
            {"ModelPackageGroupName": "churn", "ModelApprovalStatus": "Approved"}
        ]


async def test_steps_are_listed_newest_first_and_in_pages(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"), processing("b", DependsOn=["a"]), processing("c", DependsOn=["b"]))
        arn = await world.start()
        await world.finished(arn)

        first = await world.call("ListPipelineExecutionSteps", PipelineExecutionArn=arn, MaxResults=2)
        rest = await world.call(
            "ListPipelineExecutionSteps", PipelineExecutionArn=arn, MaxResults=2, NextToken=first["NextToken"]
        )

        assert [step["StepName"] for step in first["PipelineExecutionSteps"]] == ["c", "b"]
        assert [step["StepName"] for step in rest["PipelineExecutionSteps"]] == ["a"]
        assert "NextToken" not in rest
        with pytest.raises(ServiceError, match="NextToken"):
            await world.call("ListPipelineExecutionSteps", PipelineExecutionArn=arn, NextToken="elsewhere")


async def test_a_model_that_is_not_good_enough_fails_the_execution_with_the_pipelines_own_words(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        steps, more = churn_pipeline()
        world.plays["Train"] = [ARTIFACTS]
        world.objects["s3://b/evaluation/report.json"] = BAD
        await world.create(*steps, **more)

        arn = await world.start()
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Failed"
        assert execution["FailureReason"] == "Step failure: One or multiple steps failed."
        last = (await world.steps(arn))[-1]
        assert last["StepName"] == "TooBad"
        assert last["FailureReason"] == "9 is worse than 6.0"
        assert last["Metadata"] == {"Fail": {"ErrorMessage": "9 is worse than 6.0"}}
        listed = await world.call("ListPipelineExecutions", PipelineName="churn")
        assert listed["PipelineExecutionSummaries"][0]["PipelineExecutionFailureReason"] == execution["FailureReason"]


async def test_a_missing_property_file_fails_the_step_that_asks_for_it(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        steps, more = churn_pipeline()
        world.plays["Train"] = [ARTIFACTS]
        await world.create(*steps, **more)

        arn = await world.start()
        await world.finished(arn)

        last = (await world.steps(arn))[-1]
        assert (last["StepName"], last["StepStatus"]) == ("Good", "Failed")
        assert "s3://b/evaluation/report.json could not be read" in last["FailureReason"]


async def test_a_failed_step_keeps_its_followers_from_starting_and_disturbs_no_other(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["bad"] = [Play("Failed", {"FailureReason": "AlgorithmError: , exit code: 1"})]
        await world.create(
            processing("bad"),
            processing("after", DependsOn=["bad"]),
            processing("other"),
            processing("last", DependsOn=["other"]),
        )

        arn = await world.start()
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Failed"
        shown = {step["StepName"]: step for step in await world.steps(arn)}
        assert {name: step["StepStatus"] for name, step in shown.items()} == {
            "bad": "Failed",
            "other": "Succeeded",
            "last": "Succeeded",
        }
        assert shown["bad"]["FailureReason"] == "ClientError: AlgorithmError: , exit code: 1"


async def test_a_retried_execution_runs_only_what_did_not_succeed(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays["train"] = [Play("Failed", {"FailureReason": "AlgorithmError"}), ARTIFACTS]
        use = get("Steps.prep.ProcessingOutputConfig.Outputs['o'].S3Output.S3Uri")
        await world.create(
            processing("prep", [{"OutputName": "o", "S3Output": {"S3Uri": "s3://b/o"}}]),
            training("train", Environment={"FROM": use}),
            processing("test", DependsOn=["train"]),
        )
        arn = await world.start()
        await world.finished(arn)

        again = await world.call("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="r" * 32)
        execution = await world.finished(arn, run="#2")

        assert again == {"PipelineExecutionArn": arn}
        assert execution["PipelineExecutionStatus"] == "Succeeded"
        assert "FailureReason" not in execution
        assert [step["StepName"] for step in await world.steps(arn)] == ["prep", "train", "test"]
        assert len(world.requests_for("CreateTrainingJob")) == 2
        assert world.requests_for("CreateTrainingJob")[1]["Environment"] == {"FROM": "s3://b/o"}
        assert len(world.requests_for("CreateProcessingJob")) == 2
        told_twice = await world.call("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="r" * 32)
        assert told_twice == {"PipelineExecutionArn": arn}
        with pytest.raises(ServiceError, match="only an execution that is Failed or Stopped"):
            await world.call("RetryPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="s" * 32)


async def test_a_stopped_execution_stops_its_jobs_and_starts_nothing_more(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        world.plays = {"a": [Play(holds=True)], "b": [Play(holds=True)]}
        await world.create(processing("a"), training("b"), processing("c", DependsOn=["a", "b"]))
        arn = await world.start()
        await world.until_steps_are(arn, "Executing")

        await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="t" * 32)
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Stopped"
        assert {step["StepName"]: step["StepStatus"] for step in await world.steps(arn)} == {
            "a": "Stopped",
            "b": "Stopped",
        }
        assert len(world.requests_for("StopProcessingJob") + world.requests_for("StopTrainingJob")) == 2
        with pytest.raises(ServiceError, match="is Stopped: only an execution that is Executing"):
            await world.call("StopPipelineExecution", PipelineExecutionArn=arn, ClientRequestToken="u" * 32)


async def test_a_transform_step_is_a_job_whose_output_the_next_step_reads(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        scores = get("Steps.Score.TransformOutput.S3OutputPath")
        measure = processing("Measure", Arguments={"ProcessingInputs": [{"S3Input": {"S3Uri": scores}}]})
        await world.create(transform("Score", MaxPayloadInMB=6, ExperimentConfig={"ExperimentName": "e"}), measure)

        arn = await world.start()
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Succeeded"
        (job,) = world.requests_for("CreateTransformJob")
        assert job["TransformJobName"].startswith(f"pipelines-{arn[-12:]}-Score-")
        assert (job["ModelName"], job["MaxPayloadInMB"], "ExperimentConfig" in job) == ("m", 6, False)
        (step, _) = await world.steps(arn)
        job_arn = f"arn:aws:sagemaker:us-east-1:123456789012:transform-job/{job['TransformJobName']}"
        assert step["Metadata"] == {"TransformJob": {"Arn": job_arn}}
        (measured,) = world.requests_for("CreateProcessingJob")
        assert measured["ProcessingInputs"][0]["S3Input"]["S3Uri"] == "s3://b/scores"


async def test_a_transform_step_is_stopped_and_tried_again_like_every_job(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        policy = {"ExceptionType": ["SageMaker.JOB_INTERNAL_ERROR"], "MaxAttempts": 2}
        failed = Play("Failed", {"FailureReason": "InternalServerError: We encountered an internal error."})
        world.plays["Score"] = [failed, Play(holds=True)]
        await world.create({**transform("Score"), "RetryPolicies": [policy]})

        arn = await world.start()
        await world.until(lambda: len(world.requests_for("CreateTransformJob")) == 2)
        await world.until_steps_are(arn, "Executing")
        await world.call("StopPipelineExecution", PipelineExecutionArn=arn)
        execution = await world.finished(arn)

        assert execution["PipelineExecutionStatus"] == "Stopped"
        names = [request["TransformJobName"] for request in world.requests_for("CreateTransformJob")]
        assert world.requests_for("StopTransformJob") == [{"TransformJobName": names[1]}]
        assert len(set(names)) == 2


async def test_a_parallelism_limit_is_kept_and_can_be_raised(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        names = [f"s{number}" for number in range(4)]
        world.plays = {name: [Play(holds=True)] for name in names}
        await world.create(*(processing(name) for name in names))

        arn = await world.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 2})
        await world.until(lambda: len(world.requests) == 2)
        started = [step["StepName"] for step in await world.steps(arn)]
        await world.call(
            "UpdatePipelineExecution",
            PipelineExecutionArn=arn,
            ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
            PipelineExecutionDescription="three at once",
        )
        await world.until(lambda: len(world.requests) == 3)

        assert started == ["s0", "s1"]
        assert [step["StepName"] for step in await world.steps(arn)] == ["s0", "s1", "s2"]
        described = await world.call("DescribePipelineExecution", PipelineExecutionArn=arn)
        assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
        assert described["PipelineExecutionDescription"] == "three at once"


async def test_a_limit_is_the_pipelines_unless_the_execution_has_its_own_and_a_retry_another(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        names = [f"s{number}" for number in range(4)]
        world.plays = {name: [Play("Failed")] * 2 + [Play(holds=True)] * 3 for name in names}
        text = {"Version": "2020-12-01", "Steps": [processing(name) for name in names]}
        await world.create_from(text, ParallelismConfiguration={"MaxParallelExecutionSteps": 1})

        own = await world.start(ParallelismConfiguration={"MaxParallelExecutionSteps": 2})
        await world.finished(own)
        described = await world.call("DescribePipelineExecution", PipelineExecutionArn=own)
        inherited = await world.start()
        await world.finished(inherited)
        world.requests.clear()
        await world.call(
            "RetryPipelineExecution",
            PipelineExecutionArn=inherited,
            ClientRequestToken="r" * 32,
            ParallelismConfiguration={"MaxParallelExecutionSteps": 3},
        )
        await world.until(lambda: len(world.requests) >= 3)
        retried = await world.steps(inherited)
        world.requests.clear()
        later = await world.start()
        await world.until(lambda: len(world.requests) >= 1)

        assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 2}
        described = await world.call("DescribePipelineExecution", PipelineExecutionArn=inherited)
        assert described["ParallelismConfiguration"] == {"MaxParallelExecutionSteps": 3}
        assert len(retried) == 3
        assert len(await world.steps(later)) == 1


async def test_a_step_type_that_is_not_carried_out_fails_and_says_so(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create({"Name": "hub", "Type": "HubContent", "Arguments": {"X": 1}})

        arn = await world.start()
        await world.finished(arn)

        (step,) = await world.steps(arn)
        assert step["FailureReason"] == "ClientError: The step type HubContent is not supported by this Penstock yet."


async def test_a_start_told_twice_starts_one_execution(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"))

        first = await world.start(ClientRequestToken="t" * 32)
        await world.finished(first)
        again = await world.start(ClientRequestToken="t" * 32)
        other = await world.start(ClientRequestToken="u" * 32)
        await world.finished(other)

        assert first == again
        assert other != first
        assert len(world.requests_for("CreateProcessingJob")) == 2


async def test_what_an_execution_was_started_with_can_be_seen_after_the_pipeline_changed(tmp_path: Path) -> None:
    async with working(tmp_path) as world:
        parameters = [{"Name": "N", "Type": "Integer", "DefaultValue": 1}, {"Name": "S", "Type": "String"}]
        experiment = {
            "ExperimentName": get("Execution.PipelineName"),
            "TrialName": get("Execution.PipelineExecutionId"),
        }
        step = condition("c", get("Parameters.N"), 5)
        await world.create(step, Parameters=parameters, PipelineExperimentConfig=experiment)
        given = [{"Name": "S", "Value": "x"}, {"Name": "N", "Value": "3"}]
        arn = await world.start(PipelineParameters=given, PipelineExecutionDisplayName="first")
        await world.finished(arn)
        definition = (await world.call("DescribePipeline", PipelineName="churn"))["PipelineDefinition"]
        await world.call("UpdatePipeline", PipelineName="churn", PipelineDefinition=definition.replace("3", "4"))

        shown = await world.call("ListPipelineParametersForExecution", PipelineExecutionArn=arn)
        then = await world.call("DescribePipelineDefinitionForExecution", PipelineExecutionArn=arn)
        described = await world.call("DescribePipelineExecution", PipelineExecutionArn=arn)

        assert shown["PipelineParameters"] == given
        assert then["PipelineDefinition"] == definition
        assert described["PipelineExecutionDisplayName"] == "first"
        assert described["PipelineExperimentConfig"] == {"ExperimentName": "churn", "TrialName": arn[-12:]}


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"PipelineParameters": [{"Name": "X", "Value": "1"}]}, "Unknown parameter"),
        ({"PipelineParameters": [{"Name": "N", "Value": "one"}]}, "must be of type Integer"),
        ({}, "'N' has no default value"),
        ({"PipelineVersionId": 2}, "has no version 2"),
        ({"MlflowExperimentName": "e"}, "MlflowExperimentName is not supported"),
        ({"RoleArn": ROLE}, "its executions use the pipeline's role"),
        ({"PipelineParameters": [{"Name": "X", "Value": str(n)} for n in range(2)]}, "more than one value"),
        ({"PipelineName": "nobody"}, "pipeline/nobody' does not exist"),
    ],
)
async def test_a_start_that_cannot_be_is_refused(tmp_path: Path, request_: dict[str, object], sentence: str) -> None:
    async with working(tmp_path) as world:
        await world.create(processing("a"), Parameters=[{"Name": "N", "Type": "Integer"}])

        with pytest.raises(ServiceError) as refusal:
            await world.call("StartPipelineExecution", **{"PipelineName": "churn", **request_})

        assert sentence in refusal.value.message
        listed = await world.call("ListPipelineExecutions", PipelineName="churn")
        assert listed["PipelineExecutionSummaries"] == []
