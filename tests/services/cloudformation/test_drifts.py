"""Drift is what somebody else has changed: not how a template writes a value, nor what the stack attaches itself."""

from typing import Any

import pytest

from penstock.services.cloudformation.drifts import differing, without_attached
from penstock.services.cloudformation.model import Instance


@pytest.mark.parametrize(
    ("expected", "actual"),
    [("3", 3), (True, "true"), ({"most": "3"}, '{"most": 3}'), ('{"a": 1}', {"a": "1"})],
)
def test_a_number_is_the_same_as_its_text_at_any_depth(expected: Any, actual: Any) -> None:
    assert list(differing(expected, actual)) == []


def test_what_differs_is_told_as_it_is() -> None:
    (found,) = differing({"Redrive": {"most": "3"}}, {"Redrive": '{"most": 4}'})

    assert found == {
        "PropertyPath": "/Redrive", "ExpectedValue": '{"most": "3"}', "ActualValue": '{"most": 4}',
        "DifferenceType": "NOT_EQUAL",
    }  # fmt: skip


def test_what_a_stack_attaches_to_its_own_role_is_no_drift_of_it() -> None:
    there = [Instance("AWS::IAM::ManagedPolicy", physical_id="own"), Instance("AWS::S3::Bucket", physical_id="foreign")]
    actual = {"ManagedPolicyArns": ["wanted", "own", "foreign"], "Path": "/"}

    left = without_attached(actual, {"ManagedPolicyArns": ["wanted"]}, there)

    assert left == {"ManagedPolicyArns": ["wanted", "foreign"], "Path": "/"}
