"""What is wrong with a definition: each case a file with a definition and what is said of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.languages.asl.diagnosis import DefinitionError, Diagnostic
from penstock.languages.asl.read import MOST_BYTES, MOST_DEPTH, diagnose, read_machine, read_single_state

CASES = sorted((Path(__file__).parent / "diagnostics").glob("*.json"))
PASS: dict[str, Any] = {"Type": "Pass", "End": True}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_definition_is_told_all_that_is_wrong_with_it(path: Path) -> None:
    case = json.loads(path.read_text())
    definition = case["definition"]
    text = definition if isinstance(definition, str) else json.dumps(definition)

    found = diagnose(text, kind=case.get("kind", "STANDARD"))

    assert [told(each) for each in found] == case["diagnostics"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_machine_is_read_where_nothing_is_an_error(path: Path) -> None:
    case = json.loads(path.read_text())
    definition = case["definition"]
    text = definition if isinstance(definition, str) else json.dumps(definition)
    errors = [each for each in case["diagnostics"] if each["severity"] == "ERROR"]

    if not errors:
        assert read_machine(text, kind=case.get("kind", "STANDARD")).states
        return
    with pytest.raises(DefinitionError) as caught:
        read_machine(text, kind=case.get("kind", "STANDARD"))
    assert [told(each) for each in caught.value.diagnostics] == errors


def told(diagnostic: Diagnostic) -> dict[str, str]:
    found = {"severity": diagnostic.severity, "code": diagnostic.code, "message": diagnostic.message}
    return found if diagnostic.location is None else {**found, "location": diagnostic.location}


def test_an_error_names_every_mistake_and_its_place_in_one_sentence() -> None:
    with pytest.raises(DefinitionError) as caught:
        read_machine(json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}))

    assert str(caught.value) == (
        "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, "
        "MISSING_END_STATE: Workflow has no terminal state at null"
    )


def test_a_definition_larger_than_a_megabyte_is_not_looked_at() -> None:
    text = json.dumps({"Comment": "x" * MOST_BYTES, "StartAt": "A", "States": {"A": PASS}})

    (found,) = diagnose(text)

    assert found.message == f"Definition must not be larger than {MOST_BYTES} bytes"


def test_machines_within_machines_have_a_bound() -> None:
    machine: dict[str, Any] = {"StartAt": "s", "States": {"s": PASS}}
    for depth in range(MOST_DEPTH + 1):
        name = f"p{depth}"
        state = {"Type": "Parallel", "Branches": [machine], "End": True}
        machine = {"StartAt": name, "States": {name: state}}

    found = diagnose(json.dumps(machine))

    assert {each.code for each in found} == {"TOO_DEEPLY_NESTED"}


@pytest.mark.parametrize("opening", ['{"a":', "["])
def test_text_nested_without_end_is_refused(opening: str) -> None:
    (found,) = diagnose(opening * 100_000)

    assert found.code == "INVALID_JSON_DESCRIPTION"


def test_a_template_nested_without_end_is_refused() -> None:
    value: Any = 1
    for _ in range(500):
        value = {"a": value}

    found = diagnose(json.dumps({"StartAt": "A", "States": {"A": {**PASS, "Parameters": value}}}))

    assert [each.location for each in found] == ["/States/A/Parameters"]


def test_whether_an_integration_is_there_is_asked_of_who_knows() -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "Parameters": {}, "End": True}
    text = json.dumps({"StartAt": "A", "States": {"A": state}})

    found = diagnose(text, recognises=lambda arn: not arn.endswith("getObject"))

    assert [each.location for each in found] == ["/States/A/Resource"]
    assert not diagnose(text)


def test_a_state_by_itself_may_lead_anywhere() -> None:
    state = read_single_state(json.dumps({"Type": "Pass", "Next": "elsewhere"}), name="Alone")

    assert (state.name, state.next) == ("Alone", "elsewhere")


def test_a_state_by_itself_is_told_what_is_wrong_with_it() -> None:
    text = json.dumps({"Type": "Parallel", "Branches": [], "Next": "elsewhere"})

    with pytest.raises(DefinitionError) as caught:
        read_single_state(text, name="StateName")

    assert str(caught.value) == "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches"


def test_machines_within_a_state_by_itself_must_make_sense() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "J"}, "K": {"Type": "Succeed"}}}
    text = json.dumps({"Type": "Map", "ItemProcessor": inner, "Next": "elsewhere"})

    with pytest.raises(DefinitionError) as caught:
        read_single_state(text, name="M")

    places = [each.location for each in caught.value.diagnostics]
    assert places == ["/States/M/ItemProcessor/States/I/Next", "/States/M/ItemProcessor/States/K"]


def test_no_more_is_said_than_anybody_could_read() -> None:
    states = {f"s{number}": {"Type": "Pass"} for number in range(20_000)}

    assert len(diagnose(json.dumps({"StartAt": "s0", "States": states}))) == 1000


@pytest.mark.parametrize("field", ["Parameters", "Result", "Assign", "Comment"])
@pytest.mark.parametrize("depth", [90, 300, 900])
def test_a_value_of_any_depth_is_read_or_refused(field: str, depth: int) -> None:
    value = '{"a":' * depth + "1" + "}" * depth
    text = f'{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, "{field}": {value}}}}}}}'

    found = diagnose(text)

    assert {each.code for each in found} <= {"SCHEMA_VALIDATION_FAILED", "TOO_DEEPLY_NESTED"}
    assert found or depth == 90 or field == "Result"
