"""What tuning jobs take, what is filled in, and what is refused with which sentence."""

from typing import Any

import pytest

from penstock.services.sagemaker.tuning.model import Band, Criteria, Plan, Trial
from penstock.services.sagemaker.tuning.ranges import Categorical, Numeric
from penstock.services.sagemaker.tuning.requests import planned
from penstock.services.sagemaker.tuning.training import training_request
from penstock.wire.call import Scope, ServiceError, ValidationError
from services.sagemaker.jobs.worlds import definitions
from services.sagemaker.tuning.worlds import SCORE, config, continuous, definition, request

Json = Any
RESOURCES = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5}
XGB = {"TrainingImage": "an/xgb:1", "TrainingInputMode": "File"}


def plan(**members: Json) -> Plan:
    return planned(Scope(), request(**members), 1_000.0, definitions)


def with_config(**members: Json) -> Plan:
    return plan(HyperParameterTuningJobConfig=config(**members))


def ranged(kind: str, *ranges: Json, **members: Json) -> Plan:
    return with_config(ParameterRanges={f"{kind}ParameterRanges": list(ranges)}, **members)


def test_ranges_and_limits_are_read() -> None:
    ranges = {
        "ContinuousParameterRanges": [continuous("eta", "0.001", "0.5", "Auto")],
        "IntegerParameterRanges": [{"Name": "depth", "MinValue": "2", "MaxValue": "8"}],
        "CategoricalParameterRanges": [{"Name": "booster", "Values": ["gbtree", "dart"]}],
    }
    enough = {
        "TargetObjectiveMetricValue": 0.5,
        "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 9},
    }

    made = with_config(ParameterRanges=ranges, TuningJobCompletionCriteria=enough, limits={"MaxRuntimeInSeconds": 600})

    assert set(made.searches[0].ranges) == {
        Numeric("eta", 0.001, 0.5, "Logarithmic"),
        Numeric("depth", 2, 8, is_integer=True),
        Categorical("booster", ("gbtree", "dart")),
    }
    assert made.criteria == Criteria(target=0.5, not_improving=9, seconds=600)
    assert (made.most, made.parallel, made.seed) == (4, 2, 1)
    assert made.request["HyperParameterTuningJobConfig"]["TrainingJobEarlyStoppingType"] == "Off"


def test_the_metrics_that_come_with_an_image_can_be_objectives() -> None:
    objective = {"Type": "Maximize", "MetricName": "built-in"}

    made = plan(
        HyperParameterTuningJobConfig=config(HyperParameterTuningJobObjective=objective),
        TrainingJobDefinition=definition(AlgorithmSpecification=XGB),
    )

    assert made.searches[0].objective.regex == r"#011built-in:(\S+)"


def test_a_grid_has_as_many_trials_as_combinations() -> None:
    values = [{"Name": "a", "Values": ["1", "2"]}, {"Name": "b", "Values": ["x", "y", "z"]}]

    assert ranged("Categorical", *values, strategy="Grid", most=None).most == 6
    assert ranged("Categorical", *values, strategy="Grid", most=6).most == 6


@pytest.mark.parametrize("fixed", [{"epochs": "27"}, {"n_epochs": '"27"'}])
def test_hyperband_finds_its_greatest_resource_among_the_static_hyperparameters(fixed: Json) -> None:
    made = plan(
        HyperParameterTuningJobConfig=config("Hyperband"),
        TrainingJobDefinition=definition(StaticHyperParameters=fixed),
    )

    assert made.band == Band(1, 27)
    assert made.is_stopping_early


def test_autotune_fills_in_what_is_left_open() -> None:
    made = plan(
        HyperParameterTuningJobConfig=config(
            "Bayesian", most=None, ParameterRanges={"AutoParameters": [{"Name": "eta", "ValueHint": "0.1"}]}
        ),
        Autotune={"Mode": "Enabled"},
    )

    assert made.searches[0].ranges == (Numeric("eta", 0.01, 1.0, "Logarithmic"),)
    assert made.criteria.convergence
    assert made.is_stopping_early
    assert made.most == 750


@pytest.mark.parametrize(
    ("kind", "told", "message"),
    [
        ("Integer", {"MinValue": "1", "MaxValue": "2.5"}, "'2.5' is not an integer"),
        ("Continuous", {"MinValue": "low", "MaxValue": "1"}, "'low' is not a number"),
        ("Continuous", {"MinValue": "1", "MaxValue": "1"}, "MinValue must be less than MaxValue"),
        ("Continuous", {"MinValue": "0", "MaxValue": "1", "ScalingType": "Logarithmic"}, "values greater than 0"),
        ("Continuous", {"MinValue": "0", "MaxValue": "1", "ScalingType": "ReverseLogarithmic"}, "within 0<=x<1.0"),
        ("Integer", {"MinValue": "0", "MaxValue": "9", "ScalingType": "ReverseLogarithmic"}, "continuous values"),
        ("Categorical", {"Values": ["a", "a"]}, "must differ from one another"),
    ],
)
def test_a_range_that_cannot_be_searched_is_refused(kind: str, told: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s)'p'.*{message}"):
        ranged(kind, {"Name": "p", **told})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ParameterRanges": None}, "between 1 and 30 parameter ranges"),
        ({"ParameterRanges": {"AutoParameters": [{"Name": "e", "ValueHint": "1"}]}}, "need Autotune"),
        ({"HyperParameterTuningJobObjective": None}, "HyperParameterTuningJobObjective is required"),
        ({"HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"}}, "'loss' is not defined"),
        ({"strategy": "Grid"}, "CategoricalParameterRanges only"),
        ({"most": None}, "MaxNumberOfTrainingJobs is required"),
        ({"most": 751, "strategy": "Bayesian"}, "at most 750 training jobs"),
        ({"strategy": "Hyperband"}, "MaxResource is required"),
        ({"StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}}}, "for strategy Hyperband only"),
        (
            {
                "strategy": "Hyperband", "TrainingJobEarlyStoppingType": "Auto",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MaxResource": 9}},
            },
            "must be Off",
        ),
        (
            {
                "strategy": "Hyperband",
                "StrategyConfig": {"HyperbandStrategyConfig": {"MinResource": 9, "MaxResource": 9}},
            },
            "MinResource must be less",
        ),
    ],
)  # fmt: skip
def test_a_configuration_that_cannot_be_carried_out_is_refused(changes: Json, message: str) -> None:
    with pytest.raises(ServiceError, match=message):
        with_config(**changes)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"StaticHyperParameters": {"x": "1"}}, "must not be in StaticHyperParameters too"),
        ({"HyperParameterTuningResourceConfig": {**RESOURCES, "InstanceCount": 2}}, "exactly one of ResourceConfig"),
        ({"EnableNetworkIsolation": True}, "EnableNetworkIsolation is not supported"),
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "File", "AlgorithmName": "mine"}},
            "AlgorithmName is not supp",
        ),
        ({"OutputDataConfig": {"S3OutputPath": "nowhere"}}, "OutputDataConfig.S3OutputPath must be an S3 URI"),
        ({"TuningObjective": {"Type": "Minimize", "MetricName": "score"}}, "give it or TuningObjective, not both"),
    ],
)
def test_a_definition_that_cannot_be_trained_is_refused(members: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        plan(TrainingJobDefinition=definition(**members))


def test_one_definition_or_several_with_names() -> None:
    with pytest.raises(ValidationError, match="either TrainingJobDefinition or TrainingJobDefinitions"):
        plan(TrainingJobDefinitions=[definition()])
    with pytest.raises(ValidationError, match="needs a DefinitionName of its own"):
        plan(TrainingJobDefinition=None, TrainingJobDefinitions=[definition(), definition()])
    named = [definition(DefinitionName=name) for name in "ab"]
    with pytest.raises(ValidationError, match="give TuningObjective in each definition instead"):
        plan(TrainingJobDefinition=None, TrainingJobDefinitions=named)


def test_a_training_job_is_what_its_definition_says_with_the_first_of_several_machines() -> None:
    several = {"AllocationStrategy": "Prioritized", "InstanceConfigs": [RESOURCES, {**RESOURCES, "InstanceCount": 2}]}
    told = definition(
        ResourceConfig=None, HyperParameterTuningResourceConfig=several, StaticHyperParameters={"a": "1"},
        Environment={"B": "2"}, RetryStrategy={"MaximumRetryAttempts": 2},
    )  # fmt: skip
    made = plan(TrainingJobDefinition=told)

    asked = training_request(told, made.searches[0].objective, Trial(1, 0, "t-001", {"x": '"quoted"'}, 0.0))

    assert asked["ResourceConfig"] == RESOURCES
    assert asked["HyperParameters"] == {"_tuning_objective_metric": "score", "a": "1", "x": '"quoted"'}
    assert asked["AlgorithmSpecification"]["MetricDefinitions"] == [SCORE]
    assert (asked["Environment"], asked["RetryStrategy"]) == ({"B": "2"}, {"MaximumRetryAttempts": 2})
