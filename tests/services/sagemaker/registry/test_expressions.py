"""Search expressions over plain records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.services.sagemaker.registry.expressions import matches, must_make_sense, number, satisfies, values
from penstock.wire.call import Json, ValidationError

JOB = {
    "TrainingJobName": "abalone-7",
    "CreationTime": 1_700_000_000.0,  # 2023-11-14T22:13:20Z
    "EnableNetworkIsolation": True,
    "HyperParameters": {"eta": "0.3", "objective": "reg:squarederror", "dotted.name": "yes"},
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://sea/train"}}},
        {"ChannelName": "validation", "DataSource": {"S3DataSource": {"S3Uri": "s3://sea/held-out"}}},
    ],
    "Metrics": [{"MetricName": "validation:rmse", "Value": 2.5}, {"MetricName": "train:rmse", "Value": 1.5}],
    "Tags": [{"Key": "team", "Value": "sea"}, {"Key": "sagemaker:project-name", "Value": "shells"}],
}
COMPONENT = {
    "Parameters": {"depth": {"NumberValue": 4.0}, "kind": {"StringValue": "a"}, "l.rate": {"NumberValue": 0.1}},
    "Metrics": [{"MetricName": "test:accuracy", "Max": 0.9, "Last": 0.8, "Count": 3}],
}


def holds(name: str, operator: str = "", value: str = "") -> bool:
    condition = {"Name": name} | ({"Operator": operator} if operator else {}) | ({"Value": value} if value else {})
    return matches({"Filters": [condition]}, JOB)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("TrainingJobName", ["abalone-7"]),
        ("HyperParameters.eta", ["0.3"]),
        ("HyperParameters.dotted.name", ["yes"]),
        ("InputDataConfig.ChannelName", ["train", "validation"]),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", ["s3://sea/train", "s3://sea/held-out"]),
        ("Metrics.validation:rmse", [2.5]),
        ("Tags.team", ["sea"]),
        ("Tags.sagemaker:project-name", ["shells"]),
        ("Tags.Key", ["team", "sagemaker:project-name"]),
        ("Tags.air", []),
        ("Tags.key", []),
        ("trainingjobname", ["abalone-7"]),
        ("Nowhere.at.all", []),
        ("TrainingJobName.too.far", []),
    ],
)
def test_a_path_leads_through_maps_lists_and_named_values(path: str, found: list[Json]) -> None:
    assert values(JOB, path) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Parameters.depth", [4.0]),
        ("Parameters.depth.NumberValue", [4.0]),
        ("Parameters.l.rate", [0.1]),
        ("parameters.kind", ["a"]),
        ("Parameters.Kind", []),  # what customers name keeps its case
        ("Metrics.test:accuracy", [0.8]),
        ("Metrics.test:accuracy.Count", [3]),
        ("metrics.test:accuracy.max", [0.9]),
        ("metrics.Test:accuracy.max", []),
    ],
)
def test_parameters_and_summed_up_metrics_of_a_component_are_values(path: str, found: list[Json]) -> None:
    assert values(COMPONENT, path) == found


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("TrainingJobName", "Equals", "abalone-7"),
        ("TrainingJobName", "", "abalone-7"),
        ("TrainingJobName", "NotEquals", "abalone"),
        ("TrainingJobName", "Contains", "lone"),
        ("TrainingJobName", "In", "whelk-1, abalone-7"),
        ("EnableNetworkIsolation", "Equals", "true"),
        ("HyperParameters.eta", "LessThan", "0.31"),
        ("HyperParameters.eta", "GreaterThanOrEqualTo", "0.3"),
        ("Metrics.validation:rmse", "LessThanOrEqualTo", "2.50"),
        ("Metrics.validation:rmse", "Equals", "2.50"),
        ("CreationTime", "GreaterThan", "2023-11-14T22:13:19"),
        ("CreationTime", "Equals", "2023-11-14T22:13:20Z"),
        ("CreationTime", "LessThan", "2023-11-15"),
        ("InputDataConfig.ChannelName", "Equals", "validation"),
        ("Tags.team", "Exists", ""),
        ("Tags.team", "", ""),
        ("Tags.air", "NotExists", ""),
        ("Tags.air", "NotEquals", "sea"),
    ],
)
def test_these_hold(name: str, operator: str, value: str) -> None:
    assert holds(name, operator, value)


@pytest.mark.parametrize(
    ("name", "operator", "value"),
    [
        ("TrainingJobName", "Equals", "Abalone-7"),
        ("TrainingJobName", "Contains", "whelk"),
        ("TrainingJobName", "GreaterThan", "1"),
        ("InputDataConfig.ChannelName", "NotEquals", "train"),
        ("Tags.air", "Equals", "sea"),
        ("Tags.air", "Exists", ""),
        ("Metrics.validation:rmse", "GreaterThan", "many"),
        ("EnableNetworkIsolation", "GreaterThan", "0"),
    ],
)
def test_these_do_not_hold(name: str, operator: str, value: str) -> None:
    assert not holds(name, operator, value)


def test_one_object_must_satisfy_all_of_a_nested_filter() -> None:
    def nested(channel: str, part: str) -> Json:
        return {
            "NestedFilters": [
                {
                    "NestedPropertyName": "InputDataConfig",
                    "Filters": [
                        {"Name": "InputDataConfig.ChannelName", "Operator": "Equals", "Value": channel},
                        {
                            "Name": "InputDataConfig.DataSource.S3DataSource.S3Uri",
                            "Operator": "Contains",
                            "Value": part,
                        },
                    ],
                }
            ]
        }

    assert matches(nested("train", "sea/train"), JOB)
    assert not matches(nested("train", "held-out"), JOB)


def test_or_needs_one_and_and_needs_all() -> None:
    true, false = {"Name": "Tags.team"}, {"Name": "Tags.air"}

    assert not matches({"Filters": [true, false]}, JOB)
    assert matches({"Filters": [true, false], "Operator": "Or"}, JOB)
    assert matches({"Filters": [true], "SubExpressions": [{"Filters": [false, true], "Operator": "Or"}]}, JOB)
    assert not matches({"Filters": [true], "SubExpressions": [{"Filters": [false]}], "Operator": "And"}, JOB)


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ({}, "at least one of Filters, NestedFilters and SubExpressions"),
        ({"SubExpressions": [{"Operator": "Or"}]}, "at least one of Filters, NestedFilters and SubExpressions"),
        (
            {"Filters": [{"Name": "a", "Operator": "Contains", "Value": "b"}] * 2},
            "'CONTAINS' operator usage limit of 1",
        ),
        ({"Filters": [{"Name": "a", "Operator": "Exists"}] * 51}, "at most 50"),
        ({"Filters": [{"Name": "a", "Operator": "In"}]}, "Filter on 'a' with In needs a Value"),
    ],
)
def test_an_expression_that_says_nothing_or_too_much_is_refused(expression: Json, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        must_make_sense(expression, "TrainingJob")


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        ("Experiment", ["ExperimentName", "ExperimentName", "Tags.team", "Source.SourceArn"]),
        ("ExperimentTrialComponent", ["TrialComponentName", "DisplayName", "InputArtifacts.data.Value"]),
    ],
)
def test_some_properties_of_experiments_may_be_in_several_contains(resource: str, names: list[str]) -> None:
    said = [{"Name": name, "Operator": "Contains", "Value": "a"} for name in names]

    must_make_sense({"Filters": said}, resource)

    with pytest.raises(ValidationError, match="usage limit of 1 exceeded"):
        must_make_sense({"Filters": [*said, *said[-1:]]}, "Pipeline")


scalars = st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=5)
records = st.recursive(
    scalars,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text("ab.", max_size=3), inside, max_size=3),
)
texts = st.text(max_size=5) | st.floats().map(str)


@given(records, st.text("ab.", max_size=7), texts)
def test_the_negative_operators_are_exact_opposites(record: Json, path: str, wanted: str) -> None:
    found = values(record, path)
    for positive, negative in (("Equals", "NotEquals"), ("Exists", "NotExists")):
        assert satisfies({"Operator": positive, "Value": wanted}, found) != satisfies(
            {"Operator": negative, "Value": wanted}, found
        )


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_are_ordered_as_numbers_are(value: float, wanted: float) -> None:
    said = {
        operator: satisfies({"Operator": operator, "Value": repr(wanted)}, [value])
        for operator in ("LessThan", "LessThanOrEqualTo", "Equals", "GreaterThanOrEqualTo", "GreaterThan")
    }

    assert said == {
        "LessThan": value < wanted,
        "LessThanOrEqualTo": value <= wanted,
        "Equals": value == wanted,
        "GreaterThanOrEqualTo": value >= wanted,
        "GreaterThan": value > wanted,
    }


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.sampled_from(["And", "Or"]))
def test_an_expression_is_all_or_any_of_its_parts(parts: list[bool], operator: str) -> None:
    there = {"Name": "Tags.team", "Operator": "Exists"}
    filters = [there if part else there | {"Operator": "NotExists"} for part in parts]

    assert matches({"Filters": filters, "Operator": operator}, JOB) == (any if operator == "Or" else all)(parts)


@given(st.dictionaries(st.text("ab.", min_size=1, max_size=4), st.integers(), min_size=1, max_size=5))
def test_any_key_of_a_map_can_be_named_dots_or_not(held: dict[str, int]) -> None:
    for key, value in held.items():
        assert value in values({"HyperParameters": held}, f"HyperParameters.{key}")


@given(st.dictionaries(st.text(min_size=1, max_size=4), st.text(max_size=4), min_size=1, max_size=5))
def test_any_tag_can_be_named(tags: dict[str, str]) -> None:
    record = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    for key, value in tags.items():
        assert value in values(record, f"Tags.{key}")


@given(st.text() | st.binary() | st.none() | st.booleans())
def test_reading_a_number_never_fails(value: Json) -> None:
    assert number(value) is None or isinstance(number(value), float)
