"""`penstock sfn run`: a machine without a server; its history, its output, and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from penstock.cli.sfn.run import command
from testing.machines import chain, parallel, task, wait

Json = Any
NOBODY = ("--endpoint", "http://127.0.0.1:1")
CONFIGURATION = {
    "StateMachines": {
        "orders": {"TestCases": {"Happy": {"Charge": "Charged"}, "Declined": {"Charge": "No"}}},
        "other": {"TestCases": {"Only": {"Charge": "Charged"}}},
    },
    "MockedResponses": {
        "Charged": {"0": {"Return": {"charged": True}}},
        "No": {"0": {"Throw": {"Error": "Declined", "Cause": "no money"}}},
    },
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mocks.json").write_text(json.dumps(CONFIGURATION))
    return tmp_path


def run(machine: Json, *arguments: str, given: str | None = None, file: str = "orders.asl.json") -> Result:
    if machine is not None:
        Path(file).write_text(json.dumps(machine))
    return CliRunner().invoke(command, [file, *NOBODY, *arguments], input=given)


def test_the_output_goes_to_standard_output_and_the_history_beside_it(folder: Path) -> None:
    result = run(chain(Hello={"Type": "Pass"}), "--input", '{"a": 1}')

    assert (result.exit_code, result.stdout) == (0, '{"a":1}\n')
    assert "ExecutionStarted" in result.stderr
    assert "→ Hello  Pass" in result.stderr
    assert "ExecutionSucceeded" in result.stderr


def test_quiet_leaves_the_history_out(folder: Path) -> None:
    assert run(chain(Hello={"Type": "Pass"}), "--quiet").stderr == ""


def test_branches_and_iterations_are_indented_and_left_again(folder: Path) -> None:
    inner = parallel(chain(Deep={"Type": "Pass"}))
    each = {"Type": "Map", "ItemProcessor": chain(Item={"Type": "Pass"})}

    lines = run(chain(Fan=parallel(chain(Inner=inner)), Each=each, Bye={"Type": "Pass"})).stderr.splitlines()

    shown = [line.partition("ms  ")[2].split("  ")[0] for line in lines]
    assert [line for line in shown if "→" in line or "←" in line] == [
        "→ Fan", "│0 → Inner", "│0 │0 → Deep", "│0 │0 ← Deep", "│0 ← Inner", "← Fan",
        "→ Each", "│0 → Item", "│0 ← Item", "← Each", "→ Bye", "← Bye",
    ]  # fmt: skip


def test_a_failed_machine_tells_error_and_cause_and_exits_with_1(folder: Path) -> None:
    machine = {"StartAt": "Stop", "States": {"Stop": {"Type": "Fail", "Error": "Broken", "Cause": "it fell"}}}
    failed = run(machine, "--quiet")

    assert (failed.exit_code, failed.stdout, failed.stderr) == (1, "", "FAILED: Broken\nit fell\n")


def test_the_input_may_be_a_file_or_come_in(folder: Path) -> None:
    Path("input.json").write_text("[1, 2]")

    assert run(chain(A={"Type": "Pass"}), "-q", "--input", "input.json").stdout == "[1,2]\n"
    assert run(chain(A={"Type": "Pass"}), "-q", "--input", "-", given="17").stdout == "17\n"
    assert run(chain(A={"Type": "Pass"}), "-q", "--input", "18").stdout == "18\n"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [("{a", "the input is not JSON: "), ("nowhere.json", "cannot read nowhere.json: No such file or directory")],
)
def test_an_input_that_is_none_is_refused(folder: Path, given: str, sentence: str) -> None:
    result = run(chain(A={"Type": "Pass"}), "--input", given)

    assert result.exit_code == 2
    assert sentence in result.stderr


def test_an_input_that_is_too_large_is_refused(folder: Path) -> None:
    Path("input.json").write_text(json.dumps("a" * 262_144))

    result = run(chain(A={"Type": "Pass"}), "--input", "input.json")

    assert result.exit_code == 2
    assert "the input is larger than 262144 bytes" in result.stderr


def test_standard_input_is_one_thing_only(folder: Path) -> None:
    result = run(None, "--input", "-", file="-", given="{}")

    assert result.exit_code == 2
    assert "cannot be both the definition and the input" in result.stderr


def test_a_definition_with_mistakes_is_not_run(folder: Path) -> None:
    result = run({"StartAt": "Nowhere", "States": {"A": {"Type": "Succeed"}}})

    assert result.exit_code == 2
    assert "orders.asl.json:1:" in result.stderr
    assert "Missing 'Next' target: Nowhere" in result.stderr
    assert "ExecutionStarted" not in result.stderr


def test_waits_take_no_time_where_that_is_wanted(folder: Path) -> None:
    result = run(chain(Rest=wait(86_400)), "--fast")

    assert result.exit_code == 0
    assert "86,400" in result.stderr


def test_an_execution_that_does_not_end_is_given_up(folder: Path) -> None:
    result = run(chain(Rest=wait(86_400)), "-q", "--timeout", "0.05")

    assert result.exit_code == 2
    assert "had not ended after 0.05 s. --fast" in result.stderr


def test_states_are_mocked_one_by_one(folder: Path) -> None:
    machine = chain(Charge=task(ResultPath="$.charge"), Ship=task(ResultPath="$.ship"))

    result = run(machine, "-q", "--mock", 'Charge={"paid": true}', "--mock", "Ship=null")

    assert json.loads(result.stdout) == {"charge": {"paid": True}, "ship": None}


def test_states_are_mocked_by_a_test_case(folder: Path) -> None:
    happy = run(chain(Charge=task()), "-q", "--mocks", "mocks.json", "--test-case", "Happy")
    declined = run(chain(Charge=task()), "-q", "--mocks", "mocks.json", "--test-case", "Declined")
    only = run(chain(Charge=task()), "-q", "--mocks", "mocks.json", "--name", "other")

    assert happy.stdout == only.stdout == '{"charged":true}\n'
    assert (declined.exit_code, declined.stderr) == (1, "FAILED: Declined\nno money\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--mock", "Charge"), "--mock is STATE=JSON, but 'Charge' is not: there is no ="),
        (("--mock", "Charge={"), "--mock is STATE=JSON, but 'Charge={' is not: "),
        (("--mock", "Chrage=1"), "--mock names 'Chrage', which is no Task state. There are 'Charge'."),
        (("--mocks", "mocks.json"), "has several test cases: choose one of 'Happy', 'Declined'"),
        (("--mocks", "mocks.json", "--test-case", "Sad"), "has no test case 'Sad'; it has 'Happy', 'Declined'"),
        (("--mocks", "mocks.json", "--name", "x"), "has no state machine 'x'; it has 'orders', 'other'"),
        (("--mocks", "orders.asl.json"), "The mock configuration cannot be read: "),
        (("--test-case", "Happy"), "give that with --mocks FILE"),
    ],
)
def test_mocks_that_are_none_are_refused(folder: Path, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(chain(Charge=task()), *arguments)

    assert result.exit_code == 2
    assert sentence in result.stderr


def test_a_task_that_nobody_is_there_for_is_named_with_what_would_help(folder: Path) -> None:
    result = run(chain(Charge=task()), "-q")

    assert result.exit_code == 2
    assert "nobody is there for state 'Charge' (arn:aws:lambda:" in result.stderr
    assert "no Penstock answers at http://127.0.0.1:1" in result.stderr
    assert "Mock it (--mock 'STATE=JSON', or --mocks FILE --test-case NAME), or give it a server" in result.stderr


def test_a_task_that_nobody_is_there_for_is_told_even_if_the_machine_goes_on(folder: Path) -> None:
    machine = chain(Charge=task(Catch=[{"ErrorEquals": ["States.Runtime"], "Next": "Ship"}]), Ship={"Type": "Pass"})

    result = run(machine, "-q")

    assert result.exit_code == 2
    assert "nobody is there for state 'Charge'" in result.stderr


def test_json_has_the_end_and_the_history(folder: Path) -> None:
    told = json.loads(run(chain(A={"Type": "Pass"}), "--json", "--input", "[1]").stdout)

    assert (told["status"], told["output"], told["error"]) == ("SUCCEEDED", [1], None)
    assert [event["type"] for event in told["history"]] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
