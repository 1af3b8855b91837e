"""Definitions that real SDKs emitted, run to their ends; where something is not there, to a reason that says so."""

import asyncio
import json
import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import xgboost
from botocore.exceptions import ClientError

from end_to_end import supplies
from end_to_end.conftest import kept_environments
from end_to_end.supplies import EVALUATE, PREPARE, TABLE, TRAIN, archive
from end_to_end.test_endpoints import script
from end_to_end.test_monitoring import SAYS
from end_to_end.test_transform import LINES
from end_to_end.test_transform import model as transforming
from end_to_end.world import IMAGE, ROLE, Json, World
from penstock.cli.reproduce import judge_all, lines
from penstock.cli.stories import read_stories
from penstock.composition.workshop import workshop

pytestmark = pytest.mark.group("samples")

MODEL = {"m/model.tar.gz": archive({"model.txt": "learned"}), "m2/model.tar.gz": archive({"model.txt": "learned"})}
ROWS = {"t/part.csv": TABLE}
SOURCE = {"sourcedir.tar.gz": archive({"train.py": TRAIN})}
ABALONE = {"preprocessing.py": PREPARE, "evaluation.py": EVALUATE, "preprocess.py": PREPARE, "evaluate.py": EVALUATE}

ECHOES = SAYS.replace('return "7"', 'return "\\n".join(line.split(",")[0] for line in data.split())')
STATISTICS = {"version": 0.0, "dataset": {"item_count": 0}, "features": []}
FEATURES = [
    {"name": f"_c{number}", "inferred_type": kind, "completeness": 1.0}
    for number, kind in enumerate(("Fractional", "Integral", "Integral", "Integral"))
]
CONSTRAINTS = {
    "version": 0.0,
    "features": FEATURES,
    "regression_constraints": {"mae": {"threshold": 0.6, "comparison_operator": "GreaterThanThreshold"}},
}


BIASED = {
    "dataset_type": "text/csv", "label": 0, "label_values_or_threshold": [15.0],
    "facet": [{"name_or_index": 2, "value_or_threshold": [0.5]}],
}  # fmt: skip
ASKED = {"instance_type": "ml.m5.large", "initial_instance_count": 1, "accept_type": "text/csv"}
REPORT = {"name": "report", "title": "Analysis Report"}
DATA_BIAS = {**BIASED, "methods": {"pre_training_bias": {"methods": "all"}, "report": REPORT}}
MODEL_BIAS = {**BIASED, "predictor": ASKED, "methods": {"post_training_bias": {"methods": "all"}, "report": REPORT}}
EXPLAINED = {
    "dataset_type": "text/csv", "label": 0, "predictor": ASKED,
    "methods": {"shap": {"baseline": [[20, 1, 2]], "save_local_shap_values": False}, "report": REPORT},
}  # fmt: skip
CHECKS = ("DataQuality", "ModelQuality", "DataBias", "ModelBias", "ModelExplainability")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A sample with what it needs. `steps` are those that must have succeeded; with `reason` the execution must fail,
    and the last step that started says it."""

    steps: tuple[str, ...]
    code: Mapping[str, bytes | str] = field(default_factory=dict)
    data: Mapping[str, bytes | str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


CASES = {
    "step-automl": Case(steps=("AutoML", "Mdl-CreateModel"), code={"t.csv": f"class,a,b,c\n{TABLE}"}),
    "step-tuning": Case(steps=("Tune", "Best-CreateModel"), data={**ROWS, "v/part.csv": TABLE}),
    "pipeline-abalone-train-evaluate-register-transform": Case(
        steps=(
            "AbaloneProcess", "AbaloneTrain", "AbaloneEval", "AbaloneMSECond", "AbaloneRegisterModel-RegisterModel",
            "AbaloneCreateModel-CreateModel", "AbaloneTransform",
        ),
        code={**ABALONE, "abalone-dataset.csv": TABLE, "abalone-dataset-batch": "3,1,2\n4,2,3\n"},
    ),
    "pipeline-v3-train-create-register": Case(
        steps=("PreprocessAbaloneData", "TrainModelTestStep", "CreateModel", "RegisterModel"),
        code={**ABALONE, "abalone.csv": TABLE},
    ),
    "step-condition-all-operators": Case(
        steps=("Eval", "Cond", "Inner"), code={"prep.py": supplies.REPORT, "in.csv": TABLE},
        reason="mse 0.5 exceeds 6.0",
    ),
    "step-fail": Case(steps=(), reason="failed step-fail"),
    "step-legacy-createmodel-registermodel": Case(
        steps=(), data=ROWS, reason="Missing required hyperparameter: num_round"
    ),
    "step-model-create": Case(steps=("MyModel-CreateModel",), data=MODEL),
    "step-model-create-with-repack": Case(
        steps=("Train", "MyModel-RepackModel-0", "MyModel-CreateModel"),
        code={"sourcedir.tar.gz": archive(supplies.REPACKING)}, data=ROWS,
    ),
    "step-model-register": Case(steps=("Reg-RegisterModel",), data=MODEL),
    "step-model-register-with-repack": Case(steps=("RegSk-RegisterModel",), data=MODEL, code=SOURCE),
    "step-pipelinemodel-register": Case(steps=("PM-RegisterModel",), data=MODEL, code=SOURCE),
    "step-processing-script": Case(steps=("Eval",), code={"prep.py": supplies.JUDGE, "train.py": TRAIN}),
    "step-processing-sklearn": Case(steps=("Prep",), code={"prep.py": PREPARE + supplies.REPORT, "in.csv": TABLE}),
    "step-selectors-and-execution-variables": Case(
        steps=(), code={"prep.py": PREPARE}, reason="Execution.TrainingJobName has no value here"
    ),
    "step-training-sklearn-script": Case(steps=("TrainSk",), code=SOURCE, data=ROWS),
    "step-training-xgboost-builtin": Case(steps=("Prep", "Train"), code={"prep.py": PREPARE, "in.csv": TABLE}),
    "step-training-xgboost-script": Case(steps=("TrainXgbScript",), code=SOURCE, data=ROWS),
    "step-emr-existing-cluster": Case(steps=(), reason="Penstock has no Spark, "),
    "step-processing-pyspark": Case(
        steps=(), code={"prep.py": PREPARE, "configuration.json": "{}"}, reason="Penstock has no Spark, "
    ),
    "step-emr-new-cluster": Case(steps=(), reason="Penstock has no Spark, "),
    "v3-step-cleanup-and-run-conditions": Case(steps=("A", "Clean"), code={"prep.py": "pass\n"}),
    "v3-step-emr-serverless": Case(steps=(), reason="Penstock has no Spark, "),
    "v3-step-processing-framework": Case(
        steps=("Fw",), code={"runproc.sh": supplies.RUN_PROCESSING},
        data={"fw-2026-11-22-12-15-13-049/source/prep.py": PREPARE},
    ),
    "v3-step-training-sourcecode": Case(
        steps=("Train",),
        data={
            **ROWS, "mt/mt-20261122121510/input/code/train.py": TRAIN,
            "mt/mt-20261122121510/input/sm_drivers/sm_train.sh": supplies.DRIVER,
        },
    ),
    "pipeline-clarify-model-monitor": Case(
        steps=(
            "PreprocessAbaloneData", "DataQualityCheckStep", "DataBiasCheckStep", "TrainAbaloneModel",
            "AbaloneCreateModel-CreateModel", "AbaloneTransform", "ModelQualityCheckStep", "ModelBiasCheckStep",
            "ModelExplainabilityCheckStep", "EvaluateAbaloneModel", "CheckMSEAbaloneEvaluation",
            "RegisterAbaloneModel-RegisterModel",
        ),
        code={**ABALONE, "abalone.csv": TABLE},
        data={
            f"model-monitor-clarify/{step}checkstep/analysis_cfg/analysis_config.json": json.dumps(config)
            for step, config in
            {"databias": DATA_BIAS, "modelbias": MODEL_BIAS, "modelexplainability": EXPLAINED}.items()
        },
        parameters={
            flag: "true" for check in CHECKS for flag in (f"Skip{check}Check", f"RegisterNew{check}Baseline")
        },
    ),
    "pipeline-hyperparameter-tuning": Case(
        steps=(
            "PreprocessAbaloneDataForHPO", "HPTuning", "CreateBestModel-CreateModel",
            "CreateSecondBestModel-CreateModel", "EvaluateTopModel", "CheckMSEAbaloneEvaluation",
            "RegisterBestAbaloneModel-RegisterModel",
        ),
        code={**ABALONE, "abalone.csv": TABLE},
    ),
}  # fmt: skip


Reproducing = Callable[[str], None]
"""Everything that an execution (its ARN) ran comes out the same again, from its record."""


@contextmanager
def reproducing(world: World) -> Iterator[Reproducing]:
    """All that is asked about is run again in one workshop, so that its warm interpreters are started once."""
    data = world.server.data
    with asyncio.Runner() as runner:
        opened = workshop(data, Path(kept_environments()))
        place = runner.run(opened.__aenter__())

        def assert_reproducible(arn: str) -> None:
            (story,) = read_stories(data, arn)
            found = runner.run(judge_all(place, list(story.steps), twice=False, tell=lambda _: None))
            others = [each for each in found if each.verdict not in ("identical", "not run")]
            assert not others, [(each, lines(each)) for each in others]

        try:
            yield assert_reproducible
        finally:
            runner.run(opened.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def assert_reproducible(world: World) -> Iterator[Reproducing]:
    with reproducing(world) as asserting:
        yield asserting


@pytest.mark.parametrize("name", CASES)
def test_a_sample_runs_to_its_end(world: World, assert_reproducible: Reproducing, name: str) -> None:
    run_to_its_end(world, assert_reproducible, name, CASES[name])


def run_to_its_end(world: World, assert_reproducible: Reproducing, name: str, case: Case) -> None:
    document = supplies.definition(name)
    supplies.supply(world, name, document, case.code, case.data)
    world.sagemaker.create_pipeline(PipelineName=name, RoleArn=ROLE, PipelineDefinition=json.dumps(document))

    started = world.sagemaker.start_pipeline_execution(
        PipelineName=name, PipelineParameters=[{"Name": key, "Value": text} for key, text in case.parameters.items()]
    )
    ended = world.execution(started["PipelineExecutionArn"])

    steps = world.steps(started["PipelineExecutionArn"])
    told = {key: (step["StepStatus"], step.get("FailureReason", "")) for key, step in steps.items()}
    said = json.dumps(told, indent=1)  # whole, where a test fails
    assert {key for key, (status, _) in told.items() if status == "Succeeded"} == set(case.steps), said
    assert ended["PipelineExecutionStatus"] == ("Failed" if case.reason else "Succeeded"), said
    if case.reason:
        assert case.reason in [*told.values()][-1][1], said
    assert_reproducible(started["PipelineExecutionArn"])


def test_the_jobs_of_an_execution_are_components_of_its_trial(world: World) -> None:
    name = "step-processing-script"
    document = supplies.definition(name)
    supplies.supply(world, name, document, CASES[name].code, {})
    document["PipelineExperimentConfig"] = {"ExperimentName": "shells", "TrialName": {"Get": "Execution.PipelineName"}}
    world.sagemaker.create_pipeline(PipelineName="tracked", RoleArn=ROLE, PipelineDefinition=json.dumps(document))

    started = world.sagemaker.start_pipeline_execution(PipelineName="tracked")
    world.execution(started["PipelineExecutionArn"])

    (component,) = world.sagemaker.list_trial_components(TrialName="tracked")["TrialComponentSummaries"]
    assert (component["DisplayName"], component["Status"]["PrimaryStatus"]) == ("Eval", "Completed")
    assert component["TrialComponentSource"]["SourceType"] == "SageMakerProcessingJob"
    assert world.sagemaker.describe_trial(TrialName="tracked")["ExperimentName"] == "shells"


def run(world: World, name: str, **code: bytes | str) -> str:
    """Start a sample; its execution's ARN."""
    document = supplies.definition(name)
    supplies.supply(world, name, document, {**ABALONE, "abalone.csv": TABLE, **code}, {})
    world.sagemaker.create_pipeline(PipelineName=name, RoleArn=ROLE, PipelineDefinition=json.dumps(document))
    arn: str = world.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    return arn


def test_functions_answer_the_steps_that_ask_them(world: World, assert_reproducible: Reproducing) -> None:
    supplies.function_named(
        world, "sample-fn", "def handler(event, context): return {'statusCode': 200, 'msg': 'hi'}\n"
    )
    supplies.function_named(world, "other", "def handler(event, context): return {'seen': event['prev']}\n")

    arn = run(world, "step-lambda")

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded"
    assert_reproducible(arn)
    (story,) = read_stories(world.server.data, arn)
    code = world.client("lambda").get_function_configuration(FunctionName="sample-fn")["CodeSha256"]
    assert {step.name: step.code for step in story.steps}["Lam"] == code
    outputs = world.steps(arn)["Lam"]["Metadata"]["Lambda"]["OutputParameters"]
    assert outputs == [{"Name": "statusCode", "Value": "200"}, {"Name": "msg", "Value": "hi"}]


def test_a_function_deploys_the_model_that_the_pipeline_made(world: World, assert_reproducible: Reproducing) -> None:
    """The function is a client of Penstock's; it answers a number where the step declares a text, as AWS's does."""
    supplies.function_named(world, "sagemaker-lambda-step-endpoint-deploy-11-22-11-55-07", supplies.DEPLOY)

    arn = run(world, "pipeline-lambda-deploy")

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    assert_reproducible(arn)
    (output,) = world.steps(arn)["LambdaStep"]["Metadata"]["Lambda"]["OutputParameters"]
    assert output == {"Name": "statusCode", "Value": "200"}
    name = "demo-lambda-deploy-endpoint-11-22-11-55-07"
    world.sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig={"Delay": 1})
    told = world.client("sagemaker-runtime").invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1,1,1")
    assert float(told["Body"].read()) == pytest.approx(1.5, abs=3)
    world.sagemaker.delete_endpoint(EndpointName=name)


def test_an_endpoint_that_a_pipeline_makes_answers(world: World, assert_reproducible: Reproducing) -> None:
    name = "step-endpoint-config-and-endpoint"
    rows = np.arange(40.0).reshape(-1, 1)
    booster = xgboost.train({}, xgboost.DMatrix(rows, 3 * rows[:, 0]), num_boost_round=10)
    learned = supplies.archive_of({"xgboost-model": bytes(booster.save_raw("ubj"))})

    arn = run(world, name, **{"model.tar.gz": learned})

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    assert set(world.steps(arn)) == {"Mdl-CreateModel", "EpCfg", "Ep"}
    answer = world.client("sagemaker-runtime").invoke_endpoint(EndpointName="ep", ContentType="text/csv", Body="20")
    assert float(answer["Body"].read()) == pytest.approx(60, abs=10)
    world.sagemaker.delete_endpoint(EndpointName="ep")
    assert_reproducible(arn)


def test_a_callback_is_answered_and_the_step_after_it_uses_what_it_said(
    world: World, assert_reproducible: Reproducing
) -> None:
    queue = world.client("sqs").create_queue(QueueName="queue")["QueueUrl"]
    bucket = supplies.bucket_of("step-callback")
    world.client("s3").create_bucket(Bucket=bucket)
    world.client("s3").put_object(Bucket=bucket, Key="called-back/part.csv", Body=TABLE)

    arn = run(world, "step-callback", **{"in.csv": TABLE})
    (message,) = world.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    world.sagemaker.send_pipeline_execution_step_success(
        CallbackToken=json.loads(message["Body"])["token"],
        OutputParameters=[{"Name": "s3_data_out", "Value": f"s3://{bucket}/called-back/"}],
    )

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    assert_reproducible(arn)
    assert world.steps(arn)["Train"]["StepStatus"] == "Succeeded"


def baselines(world: World, name: str) -> dict[str, str]:
    """The two files of a baseline that a table like `TABLE` keeps to, where the SDK's bucket has them; their URIs."""
    bucket = supplies.bucket_of(name)
    world.client("s3").create_bucket(Bucket=bucket)
    world.client("s3").put_object(Bucket=bucket, Key="t/part.csv", Body=TABLE)
    world.client("s3").put_object(Bucket=bucket, Key="t.csv", Body=TABLE)
    ready = {"Statistics": f"s3://{bucket}/statistics.json", "Constraints": f"s3://{bucket}/constraints.json"}
    for uri, content in zip(ready.values(), (STATISTICS, CONSTRAINTS), strict=True):
        world.client("s3").put_object(Bucket=bucket, Key=uri.rpartition("/")[2], Body=json.dumps(content))
    return ready


@pytest.mark.parametrize(
    ("name", "step", "member"),
    [("step-qualitycheck-data", "DQ", "ModelDataQuality"), ("step-qualitycheck-model", "MQ", "ModelQuality")],
)
def test_a_quality_check_uses_the_baseline_of_the_approved_model_package(
    world: World, assert_reproducible: Reproducing, name: str, step: str, member: str
) -> None:
    baseline = baselines(world, name)
    approved(world, {member: baseline})
    document = supplies.definition(name)
    world.sagemaker.create_pipeline(PipelineName=f"{name}-2", RoleArn=ROLE, PipelineDefinition=json.dumps(document))

    started = world.sagemaker.start_pipeline_execution(PipelineName=f"{name}-2")

    assert world.execution(started["PipelineExecutionArn"])["PipelineExecutionStatus"] == "Succeeded"
    assert_reproducible(started["PipelineExecutionArn"])
    told = world.steps(started["PipelineExecutionArn"])[step]["Metadata"]["QualityCheck"]
    assert told["CalculatedBaselineConstraints"].endswith(f"/{step.lower()}/constraints.json")
    used = told["BaselineUsedForDriftCheckConstraints"]
    registers = document["Steps"][0]["RegisterNewBaseline"]
    assert used == (told["CalculatedBaselineConstraints"] if registers else baseline["Constraints"])
    assert "ViolationReport" not in told


def approved(world: World, baselines: Mapping[str, Mapping[str, str]]) -> None:
    """The model package of the group that is approved latest has these baselines."""
    with suppress(ClientError):  # all cases name one group
        world.sagemaker.create_model_package_group(ModelPackageGroupName="sample-group")
    world.sagemaker.create_model_package(
        ModelPackageGroupName="sample-group", ModelApprovalStatus="Approved",
        DriftCheckBaselines={
            member: {key: {"ContentType": "application/json", "S3Uri": uri} for key, uri in files.items()}
            for member, files in baselines.items()
        },
        InferenceSpecification={
            "Containers": [{"Image": IMAGE}], "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )  # fmt: skip


SKEWED = "".join(f"{y}.5,{y},{2 * (y > 19)},{y % 5}\n" for y in range(40))  # one group has all high values: no chance
FAIR = {"value_or_threshold": "(0.5, 2]", "metrics": [{"name": name, "value": 0.0} for name in ("AD", "DPPL")]}
ATTRIBUTED = {"global_shap_values": {"column_1": 10.0, "column_2": 0.0, "column_3": 0.0}, "expected_value": 20.0}


@pytest.mark.parametrize(
    ("name", "step", "config", "member", "baseline", "violated"),
    [
        ("data-bias", "DB", DATA_BIAS, ("Bias", "PreTrainingConstraints"), {}, ""),
        (
            "model-bias", "MB", MODEL_BIAS, ("Bias", "PostTrainingConstraints"),
            {"post_training_bias_metrics": {"facets": {"column_2": [FAIR]}}},
            "DPPL",
        ),
        (
            "explainability", "EX", EXPLAINED, ("Explainability", "Constraints"),
            {"explanations": {"kernel_shap": {"label0": ATTRIBUTED}}}, "",
        ),
    ],
)  # fmt: skip
def test_a_clarify_check_holds_a_model_against_the_approved_one(
    world: World,
    assert_reproducible: Reproducing,
    name: str,
    step: str,
    config: Json,
    member: tuple[str, str],
    baseline: Json,
    violated: str,
) -> None:
    name = f"step-clarifycheck-{name}"
    with suppress(ClientError):  # two cases name one model
        world.sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, PrimaryContainer=script(world, "m", ECHOES))
    bucket = supplies.bucket_of(name)
    document = supplies.definition(name)
    keys = {"t.csv": SKEWED if violated else TABLE, f"cfg/{step.lower()}/analysis_config.json": json.dumps(config),
            "old/analysis.json": json.dumps(baseline)}  # fmt: skip
    supplies.supply(world, name, document, {}, keys)
    approved(world, {member[0]: {member[1]: f"s3://{bucket}/old/analysis.json"}})
    world.sagemaker.create_pipeline(PipelineName=name, RoleArn=ROLE, PipelineDefinition=json.dumps(document))

    arn = world.sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]

    ended = world.execution(arn)
    step_found = world.steps(arn)[step]
    told = step_found["Metadata"]["ClarifyCheck"]
    assert ended["PipelineExecutionStatus"] == ("Failed" if violated else "Succeeded"), step_found
    assert told["BaselineUsedForDriftCheckConstraints"] == f"s3://{bucket}/old/analysis.json"
    if violated:
        assert step_found["FailureReason"].startswith("ClientError: Clarify check failed. See violation report: s3://")
        assert violated in {
            each["metric_name"] for each in json.loads(world.get(told["ViolationReport"]))["violations"]
        }
    else:
        assert json.loads(world.get(told["CalculatedBaselineConstraints"]))["version"] == "1.0"
    assert_reproducible(arn)
    assert not [
        each for each in world.sagemaker.list_endpoints()["Endpoints"] if each["EndpointName"].startswith("sm-clarify")
    ]


def test_a_batch_transform_is_watched_before_it_runs(world: World, assert_reproducible: Reproducing) -> None:
    name = "step-monitor-batch-transform"
    baselines(world, name)
    transforming(world, "my-model", LINES)

    arn = run(world, name)

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    assert_reproducible(arn)
    assert list(world.steps(arn)) == ["Mon-monitoring", "Mon-transform"]


def test_a_model_of_the_examples_scores_what_was_checked(world: World, assert_reproducible: Reproducing) -> None:
    """The columns of the table are no features of the model: it has learned from three of them."""
    name = "pipeline-monitor-batch-transform-data-quality"
    prefix = "sagemaker/demo-model-monitor-batch-transform/data-quality/1795348593"
    bucket = supplies.bucket_of(name)
    world.client("s3").create_bucket(Bucket=bucket)
    rows = np.array([line.split(",") for line in TABLE.split()], dtype=float)
    booster = xgboost.train({}, xgboost.DMatrix(rows[:, 1:], rows[:, 0]), num_boost_round=2)
    content = {
        "xgb-churn-prediction-model.tar.gz": supplies.archive_of({"xgboost-model": pickle.dumps(booster)}),
        "transform_input/validation/part.csv": TABLE.encode(),
        "baselining/results/statistics.json": json.dumps(STATISTICS).encode(),
        "baselining/results/constraints.json": json.dumps(CONSTRAINTS).encode(),
    }
    for key, body in content.items():
        world.client("s3").put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=body)

    arn = run(world, name)

    assert world.execution(arn)["PipelineExecutionStatus"] == "Succeeded", world.steps(arn)
    assert_reproducible(arn)
    scored = world.get(f"s3://{bucket}/{prefix}/transform-outputs/part.csv.out").split()
    assert len(scored) == len(rows)
