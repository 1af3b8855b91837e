"""Metric math: expressions over series, period by period."""

from typing import Any

import pytest

from penstock.languages.metricmath import Queries, Series, WrongExpression

M1: Series = (1.0, 2.0, None, 4.0)
M2: Series = (2.0, 0.0, 6.0, None)


def stat(name: str, **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "n", "MetricName": name, "Dimensions": [{"Name": "d", "Value": "v"}]}
    return {"Id": name, "MetricStat": {"Metric": metric, "Stat": "Sum", "Period": 60}, "ReturnData": False, **more}


def computed(expression: str) -> Series:
    queries = Queries.of([stat("m1"), stat("m2"), {"Id": "e", "Expression": expression}])
    return queries.computed({"m1": M1, "m2": M2}, 4)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2 * 2", (5.0, 2.0, None, None)),
        ("(m1 + 1) * 2", (4.0, 6.0, None, 10.0)),
        ("m1 / m2", (0.5, None, None, None)),
        ("-m1 - -1", (0.0, -1.0, None, -3.0)),
        ("2 ^ m1", (2.0, 4.0, None, 16.0)),
        ("10 - 3 - 2", (5.0,) * 4),
        ("m1 >= 2", (0.0, 1.0, None, 1.0)),
        ("m1 > 1 AND m1 < 4 OR m1 == 1", (1.0, 1.0, None, 0.0)),
        ("m1 != 2 && 1", (1.0, 0.0, None, 1.0)),
        ("IF(m1 > 1, m1, 0)", (0.0, 2.0, None, 4.0)),
        ("FILL(m1, 0) + FILL(m2, REPEAT)", (3.0, 2.0, 6.0, 10.0)),
        ("FILL(m1, LINEAR)", (1.0, 2.0, 3.0, 4.0)),
        ("SUM(m1)", (7.0,) * 4),
        ("SUM([m1, m2])", (3.0, 2.0, 6.0, 4.0)),
        ("AVG(METRICS())", (1.5, 1.0, 6.0, 4.0)),
        ("m1 - MIN(m1)", (0.0, 1.0, None, 3.0)),
        ("max([m1, m2])", (2.0, 2.0, 6.0, 4.0)),
        ("CEIL(m1 / 3) + FLOOR(ABS(0 - 1.5))", (2.0, 2.0, None, 3.0)),
    ],
)
def test_an_expression_is_computed_period_by_period(expression: str, expected: Series) -> None:
    assert computed(expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("ANOMALY_DETECTION_BAND(m1)", "ANOMALY_DETECTION_BAND is not one that Penstock computes"),
        ("IF(m1)", "IF is not used with as many arguments"),
        ("m1 +", "ends where a value"),
        ("m1 m2", "'m2' is not expected"),
        ("(m1", r"'\)' is missing"),
        ("m1 + $", r"has '\$'"),
        ("m9", "names m9"),
        ("[m1, m2]", "an array stands where one series"),
        ("(" * 100 + "m1" + ")" * 100, "nested more than"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_what_is_wrong(expression: str, words: str) -> None:
    with pytest.raises(WrongExpression, match=words):
        computed(expression)


def test_expressions_may_name_one_another_in_any_order() -> None:
    queries = Queries.of(
        [{"Id": "b", "Expression": "a * 2"}, {"Id": "a", "Expression": "m1 + 1", "ReturnData": False}, stat("m1")]
    )

    assert queries.computed({"m1": (1.0,)}, 1) == (4.0,)
    assert queries.periods == {60}


def test_an_expression_that_another_one_uses_may_be_an_array() -> None:
    several = {"Id": "all", "Expression": "[m1, m2]", "ReturnData": False}

    queries = Queries.of([stat("m1"), stat("m2"), several, {"Id": "e", "Expression": "SUM(all)"}])

    assert queries.computed({"m1": (1.0, 2.0), "m2": (10.0, None)}, 2) == (11.0, 2.0)


@pytest.mark.parametrize(
    ("queries", "words"),
    [
        ([{"Id": "a", "Expression": "b", "ReturnData": False}, {"Id": "b", "Expression": "a"}], "circle"),
        ([stat("m1"), stat("m1")], "must differ"),
        ([stat("m1")], "exactly one"),
        ([{"Id": "a"}], "neither"),
        ([stat("m1", MetricStat={"Metric": {}, "Stat": "median"}, ReturnData=True)], "median"),
    ],
)
def test_queries_that_are_no_computation_are_refused(queries: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(WrongExpression, match=words):
        Queries.of(queries)
