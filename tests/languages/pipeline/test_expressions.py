"""What expressions come to, what parameters admit, what conditions hold, and when a step is tried again."""

from typing import Any

import pytest

from penstock.languages.pipeline import conditions, expressions
from penstock.languages.pipeline.expressions import Sources, Unresolvable, json_gets, needs, resolve
from penstock.languages.pipeline.retries import (
    CAPACITY_ERROR,
    JOB_INTERNAL_ERROR,
    SERVICE_FAULT,
    THROTTLING,
    delay,
    read_policies,
)
from penstock.languages.pipeline.tree import DefinitionError, Parameter, ParameterType, PropertyFile, StepName
from penstock.languages.pipeline.values import values_of

Json = Any

OUTPUTS = [{"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train/"}}]
SOURCES = Sources(
    parameters={"N": 3, "F": 0.5, "Whole": 6.0, "B": False, "S": "text"},
    execution={"PipelineExecutionId": "x1y2"},
    steps={
        StepName("Prep"): {"ProcessingOutputConfig": {"Outputs": OUTPUTS}},
        StepName("Fit"): {
            "FinalMetricDataList": [{"MetricName": "validation:rmse", "Value": 1.5}],
            "HyperParameters": {"max-depth": "5"},
            "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/in"}}}],
        },
        StepName("Check"): {"Outcome": False},
    },
    property_files={(StepName("Prep"), "Report"): PropertyFile("Report", "train", "out/report.json")},
    documents={"s3://b/train/out/report.json#m.mse['value']": 4.5, "s3://b/k#Result['x']": [1]},
)


def value(node: Json) -> Json:
    return resolve(expressions.read(node, "a test"), SOURCES)


def get(text: str) -> Json:
    return {"Get": text}


def join(*values: Json, on: str = "") -> Json:
    return {"Std:Join": {"On": on, "Values": list(values)}}


REPORT = {"Std:JsonGet": {"PropertyFile": get("Steps.Prep.PropertyFiles.Report"), "Path": "m.mse['value']"}}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("plain", "plain"),
        ({"a": [1, None, {}]}, {"a": [1, None, {}]}),
        ({"Get": "Parameters.N", "More": 1}, {"Get": "Parameters.N", "More": 1}),
        (get("Parameters.N"), 3),
        (get("Parameters.B"), False),
        (get("Execution.PipelineExecutionId"), "x1y2"),
        (join("s3:/", "b", get("Execution.PipelineExecutionId"), on="/"), "s3://b/x1y2"),
        (join(get("Parameters.N")), "3"),
        (join(get("Parameters.F")), "0.5"),
        (join(get("Parameters.Whole")), "6.0"),
        (join(get("Parameters.B")), "false"),
        (join(get("Steps.Check.Outcome")), "false"),
        (join("a", None, [1, {"b": True}], on=" "), 'a null [1,{"b":true}]'),
        (join(join("a", "b", on="-"), "c", on="+"), "a-b+c"),
        ({"x": [get("Parameters.S")], "y": 1}, {"x": ["text"], "y": 1}),
        (get("Steps.Prep.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"), "s3://b/train/"),
        (get('Steps.Prep.ProcessingOutputConfig.Outputs["train"].S3Output.S3Uri'), "s3://b/train/"),
        (get("Steps.Prep.ProcessingOutputConfig.Outputs[0].S3Output.S3Uri"), "s3://b/train/"),
        (get("Steps.Fit.FinalMetricDataList['validation:rmse'].Value"), 1.5),
        (get("Steps.Fit.HyperParameters['max-depth']"), "5"),
        (get("Steps.Fit.InputDataConfig['train'].DataSource.S3DataSource.S3Uri"), "s3://b/in"),
        (REPORT, 4.5),
        ({"Std:JsonGet": {"S3Uri": join("s3://b", "k", on="/"), "Path": "Result['x']"}}, [1]),
    ],
)
def test_an_expression_comes_to_its_value(node: Json, expected: Json) -> None:
    found = value(node)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        (get("Steps.Late.Arn"), "Step 'Late' has no properties yet"),
        (
            get("Steps.Prep.ProcessingOutputConfig.Outputs['test'].S3Output"),
            "there is no test in ProcessingOutputConfig",
        ),
        (get("Steps.Prep.ProcessingOutputConfig.Outputs[7]"), "there is no [7]"),
        (get("Execution.TrainingJobName"), "Execution.TrainingJobName has no value here"),
        (get("ForEach.CurrentItem.score"), "ForEach.CurrentItem.score has no value"),
    ],
)
def test_an_expression_that_comes_to_nothing_says_why(node: Json, sentence: str) -> None:
    with pytest.raises(Unresolvable) as failure:
        value(node)

    assert sentence in str(failure.value)


def test_an_expression_tells_the_steps_and_documents_it_needs() -> None:
    expression = expressions.read({"a": [join(get("Steps.Fit.A")), REPORT], "b": get("Parameters.N")}, "a test")

    assert needs(expression) == {"Fit", "Prep"}
    assert [expressions.address(found, SOURCES) for found in json_gets(expression)] == [
        "s3://b/train/out/report.json#m.mse['value']"
    ]


def test_parameters_given_as_strings_get_their_types() -> None:
    declared = {
        parameter.name: parameter
        for parameter in (
            Parameter("I", "Integer", 1, True),
            Parameter("F", "Float", 1.0, True),
            Parameter("B", "Boolean"),
            Parameter("S", "String", "d", True),
            Parameter("T", "Boolean"),
        )
    }

    found = values_of(declared, {"I": "3", "F": "2", "B": "False", "T": "true"})

    assert found == {"I": 3, "F": 2.0, "B": False, "S": "d", "T": True}
    assert isinstance(found["F"], float)


@pytest.mark.parametrize(
    ("parameter", "given", "sentence"),
    [
        (Parameter("P", "Integer"), {"P": "3.5"}, "Value of parameter 'P' must be of type Integer"),
        (Parameter("P", "Float"), {"P": "much"}, "must be of type Float"),
        (Parameter("P", "Integer"), {"P": " 3"}, "must be of type Integer"),
        (Parameter("P", "Integer"), {"P": "1_000"}, "must be of type Integer"),
        (Parameter("P", "Integer"), {"P": "9" * 5_000}, "must be of type Integer"),
        (Parameter("P", "Float"), {"P": "nan"}, "must be of type Float"),
        (Parameter("P", "Float"), {"P": "1e999"}, "must be of type Float"),
        (Parameter("P", "Boolean"), {"P": "yes"}, "must be of type Boolean"),
        (Parameter("P", "String"), {"P": ""}, '[string "" is too short (length: 0, required minimum: 1)]'),
        (Parameter("P", "String", choices=("a", "b")), {"P": "c"}, "must be one of a, b, not 'c'"),
        (Parameter("P", "String"), {}, "'P' has no default value"),
        (Parameter("P", "String"), {"P": "a", "Q": "b"}, "Unknown parameter(s) Q"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameter: Parameter, given: dict[str, str], sentence: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        values_of({"P": parameter}, given)

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Integer", "-07", -7),
        ("Integer", "123456789012345678901234567890", 123456789012345678901234567890),
        ("Float", ".5", 0.5),
        ("Float", "-1E-3", -0.001),
        ("Boolean", "TRUE", True),
        ("String", "1.0", "1.0"),
    ],
)
def test_numbers_are_read_as_they_are_commonly_written(kind: ParameterType, text: str, value: Json) -> None:
    assert values_of({"P": Parameter("P", kind)}, {"P": text}) == {"P": value}


def compare(kind: str, left: Json, right: Json) -> Json:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (compare("Equals", 1, 1.0), True),
        (compare("Equals", "1.0", 1), True),
        (compare("Equals", "a", 1), False),
        (compare("Equals", "a", "a"), True),
        (compare("Equals", get("Parameters.B"), "False"), True),
        (compare("Equals", False, 0), False),
        (compare("Equals", None, None), True),
        (compare("LessThan", 1, 2), True),
        (compare("LessThan", 2, 2), False),
        (compare("LessThanOrEqualTo", REPORT, 4.5), True),
        (compare("GreaterThan", "10", 9), True),
        (compare("GreaterThan", "10", "9"), False),
        (compare("GreaterThanOrEqualTo", get("Parameters.F"), 0.5), True),
        ({"Type": "In", "QueryValue": get("Parameters.S"), "Values": ["x", "text"]}, True),
        ({"Type": "In", "QueryValue": 3, "Values": [1, 2]}, False),
        ({"Type": "Not", "Condition": compare("Equals", 1, 1)}, False),
        ({"Type": "Or", "Conditions": [compare("Equals", 1, 2), compare("Equals", 2, 2)]}, True),
        ({"Type": "Or", "Conditions": [{"Type": "Not", "Condition": compare("Equals", 1, 1)}]}, False),
    ],
)
def test_a_condition_holds_or_not(test: Json, expected: bool) -> None:
    assert conditions.holds(conditions.read(test, "a test"), SOURCES) is expected


def test_what_has_no_order_is_not_put_in_one() -> None:
    test = conditions.read(compare("LessThan", "much", 3), "a test")

    with pytest.raises(Unresolvable, match="cannot be put in order"):
        conditions.holds(test, SOURCES)


JOBS = {"ExceptionType": [JOB_INTERNAL_ERROR, CAPACITY_ERROR], "IntervalSeconds": 10, "BackoffRate": 3}


@pytest.mark.parametrize(
    ("policies", "errors", "elapsed", "expected"),
    [
        ([{**JOBS, "MaxAttempts": 2}], [CAPACITY_ERROR], 0, 10),
        ([{**JOBS, "MaxAttempts": 2}], [CAPACITY_ERROR, JOB_INTERNAL_ERROR], 0, 30),
        ([{**JOBS, "MaxAttempts": 2}], [CAPACITY_ERROR] * 3, 0, None),
        ([{**JOBS, "MaxAttempts": 0}], [CAPACITY_ERROR], 0, None),
        ([{**JOBS, "MaxAttempts": 1}], [THROTTLING, CAPACITY_ERROR], 0, 10),
        ([{**JOBS, "ExpireAfterMin": 1}], [CAPACITY_ERROR], 49, 10),
        ([{**JOBS, "ExpireAfterMin": 1}], [CAPACITY_ERROR], 51, None),
        ([{**JOBS}], [CAPACITY_ERROR] * 5, 0, 810),
        ([{**JOBS}], [CAPACITY_ERROR] * 6, 0, None),
        ([], [THROTTLING], 0, 1),
        ([], [SERVICE_FAULT] * 5, 0, 16),
        ([], [SERVICE_FAULT] * 6, 0, None),
        ([{"ExceptionType": [THROTTLING], "MaxAttempts": 0}], [THROTTLING], 0, None),
        ([], [CAPACITY_ERROR], 0, None),
        ([], ["something else"], 0, None),
        ([{**JOBS, "BackoffRate": 1e300, "ExpireAfterMin": 1e9}], [CAPACITY_ERROR] * 3, 0, 14_400 * 60),
    ],
)
def test_a_step_is_tried_again_as_its_policies_say(
    policies: list[Json], errors: list[str], elapsed: float, expected: float | None
) -> None:
    assert delay(read_policies(policies, "a step"), errors, elapsed) == expected
