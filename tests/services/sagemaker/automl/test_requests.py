"""What cannot be asked for, and the sentence that says so; what is asked of a tuning job."""

from typing import Any

import pytest

from penstock.services.sagemaker.automl import contract
from penstock.services.sagemaker.automl.model import Found, State
from penstock.services.sagemaker.automl.requests import of_v2, planned
from penstock.wire.call import Scope, ValidationError
from services.sagemaker.automl.worlds import channel, config, request, request_v2

Json = Any
PARQUET = "x-application/vnd.amazon+parquet"
ALGORITHMS: Json = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["catboost"]}]}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"InputDataConfig": [channel(), channel()]}, "one channel of ChannelType training"),
        (
            {"InputDataConfig": [channel(), channel(ChannelType="validation", TargetAttributeName="z")]},
            "must share the same TargetAttributeName",
        ),
        ({"InputDataConfig": [channel(ContentType="text/csv")]}, "ContentType 'text/csv' is not supported"),
        ({"InputDataConfig": [channel(ContentType=PARQUET, CompressionType="Gzip")]}, "Gzip is for CSV"),
        ({"InputDataConfig": [channel(SampleWeightAttributeName="w")]}, "in mode ENSEMBLING only"),
        ({"ProblemType": "Regression"}, "given both, or neither"),
        ({"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "AUC"}}, "which has MSE, MAE, R2, RMSE"),
        ({"AutoMLJobConfig": config(**ALGORITHMS)}, "must not be set with Mode AUTO"),
        ({"AutoMLJobConfig": config(Mode="ENSEMBLING", **ALGORITHMS)}, "catboost is not supported in mode ENSEMBLING"),
        ({"AutoMLJobConfig": config(DataSplitConfig={"ValidationFraction": 1.0})}, "greater than 0 and less than 1"),
        (
            {"AutoMLJobConfig": config(Mode="ENSEMBLING"), "GenerateCandidateDefinitionsOnly": True},
            "is for mode HYPERPARAMETER_TUNING",
        ),
        ({"ModelDeployConfig": {"AutoGenerateEndpointName": True, "EndpointName": "e"}}, "and not both"),
        ({"ModelDeployConfig": {"AutoGenerateEndpointName": False}}, "give an EndpointName"),
        ({"OutputDataConfig": {"S3OutputPath": "https://somewhere/else"}}, "S3OutputPath"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(changes: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        planned(Scope(), request(**changes), 0.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"AutoMLProblemTypeConfig": {"TextGenerationJobConfig": {}}}, "with TextGenerationJobConfig is not supported"),
        ({"AutoMLComputeConfig": {"EmrServerlessComputeConfig": {}}}, "there is no EMR Serverless here"),
    ],
)
def test_what_is_not_of_tables_is_refused(changes: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        of_v2({**request_v2(), **changes})


def tuning(mode: str, **members: Json) -> Json:
    plan = planned(Scope(), request(AutoMLJobConfig=config(Mode=mode, **members)), 0.0)
    found = Found(problem_type="Regression", metric_name="R2", mode=mode, rows=40)
    return contract.tuning(plan, State(found=found, seed="1"))


def test_each_algorithm_is_a_definition_with_a_share_of_the_candidates() -> None:
    asked = tuning("ENSEMBLING", most=5, limits={"MaxRuntimePerTrainingJobInSeconds": 60})

    limits = asked["HyperParameterTuningJobConfig"]["ResourceLimits"]
    definitions = asked["TrainingJobDefinitions"]
    assert limits == {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 4}  # and the ensemble
    assert [each["DefinitionName"] for each in definitions] == list(contract.ALGORITHMS["ENSEMBLING"])
    assert {each["StoppingCondition"]["MaxRuntimeInSeconds"] for each in definitions} == {60}
    assert definitions[0]["TuningObjective"] == {"Type": "Maximize", "MetricName": "validation:R2"}
    assert len(asked["HyperParameterTuningJobName"]) <= 32


def test_the_algorithms_that_are_named_are_the_only_ones() -> None:
    chosen = {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["mlp"]}]}

    asked = tuning("HYPERPARAMETER_TUNING", most=None, CandidateGenerationConfig=chosen)

    assert [each["DefinitionName"] for each in asked["TrainingJobDefinitions"]] == ["mlp"]
    assert asked["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 250
