"""`penstock sfn validate`: what is wrong, where, and the exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from penstock.cli.sfn.validate import command

GOOD = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
BAD = """{
  "StartAt": "Choose",
  "States": {
    "Choose": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.a", "NumericEquals": "one", "Next": "End/of[0]"}
      ]
    },
    "End/of[0]": {"Type": "Wait", "Seconds": -1, "End": true}
  }
}"""


def validate(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(command, arguments, input=given)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    file = tmp_path / "bad.asl.json"
    file.write_text(BAD)
    return str(file)


def test_a_good_definition_is_said_to_be_valid(tmp_path: Path) -> None:
    file = tmp_path / "good.asl.json"
    file.write_text(GOOD)

    result = validate(str(file))

    assert (result.exit_code, result.stdout) == (0, f"{file}: valid\n")


def test_every_mistake_has_its_line_its_pointer_and_a_sentence(bad: str) -> None:
    result = validate(bad)

    assert result.exit_code == 1
    assert (
        f"{bad}:7:29: error: The value must be a number\n    at /States/Choose/Choices/0/NumericEquals ("
        in result.stderr
    )
    assert f"{bad}:10:35: error: " in result.stderr
    assert "    at /States/End~1of[0]/Seconds (SCHEMA_VALIDATION_FAILED)" in result.stderr


def test_json_is_for_programs(bad: str) -> None:
    told: Any = json.loads(validate("--json", bad).stdout)[bad]

    assert told["valid"] is False
    assert told["diagnostics"][0] == {
        "file": bad, "line": 7, "column": 29, "pointer": "/States/Choose/Choices/0/NumericEquals",
        "severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": "The value must be a number",
    }  # fmt: skip


def test_several_files_are_judged_one_by_one(bad: str) -> None:
    result = validate("-", bad, given=GOOD)

    assert result.exit_code == 1
    assert result.stdout == "-: valid\n"


def test_text_that_is_no_json_has_a_place_too() -> None:
    result = validate("-", given='{"StartAt": "A",\n "States" }')

    assert result.exit_code == 1
    assert "-:2:11: error: Unexpected character" in result.stderr


def test_an_express_machine_is_judged_as_one() -> None:
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync", "End": True}
    start["Parameters"] = {"StateMachineArn": "a"}
    sync = json.dumps({"StartAt": "A", "States": {"A": start}})

    assert validate("-", given=sync).exit_code == 0
    assert validate("--type", "EXPRESS", "-", given=sync).exit_code == 1


def test_warnings_count_where_one_is_strict() -> None:
    suspicious = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"a": "$.b"}, "End": true}}}'

    lenient, strict = validate("-", given=suspicious), validate("--strict", "-", given=suspicious)

    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert "warning: " in lenient.stderr


def test_a_file_that_is_not_there_is_a_mistake_of_the_caller() -> None:
    result = validate("nowhere.json")

    assert result.exit_code == 2
    assert "cannot read nowhere.json: No such file or directory" in result.stderr
