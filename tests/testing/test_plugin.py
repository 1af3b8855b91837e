"""The pytest plugin, in small projects of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import penstock

pytest_plugins = ["pytester"]
SOURCE = Path(penstock.__file__).parents[1]
PLUGIN = ("-p", "no:penstock", "-p", "penstock.testing.plugin", "-p", "no:cacheprovider")


PROJECT = {
    "test_made.py": """
data = []

def test_objects(penstock, penstock_s3, penstock_client):
    penstock_s3.create_bucket(Bucket="things")
    penstock_s3.put_object(Bucket="things", Key="a", Body=b"hello")

    assert penstock_s3.get_object(Bucket="things", Key="a")["Body"].read() == b"hello"
    assert penstock_client("sts").get_caller_identity()["Account"] == "123456789012"
    assert penstock.endpoint.startswith("http://127.0.0.1:")
    assert (penstock.data / "penstock.db").exists()
    data.append(penstock.data)

def test_nothing_is_left_of_it():
    assert not data[0].exists()

def test_machines_run_in_memory(run_machine):
    machine = {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    assert run_machine(machine, {"a": 1}).output == {"a": 1}
""",
    "test_new.py": """
import pytest

@pytest.mark.parametrize("time", [1, 2])
def test_nothing_is_there(penstock_s3, time):
    assert penstock_s3.list_buckets()["Buckets"] == []
    penstock_s3.create_bucket(Bucket="things")
""",
    "test_environment.py": """
import os

import boto3
import pytest

@pytest.fixture(autouse=True)
def somebody(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

def test_with(penstock_environment):
    boto3.client("s3").create_bucket(Bucket="things")
    assert penstock_environment.client("s3").list_buckets()["Buckets"][0]["Name"] == "things"

def test_without(penstock):
    assert os.environ["AWS_PROFILE"] == "somebody"
    assert "AWS_ENDPOINT_URL" not in os.environ
""",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each test of a project ended, in a pytest of its own: what it loads must not be what this one has loaded."""
    folder = tmp_path_factory.mktemp("project")
    for name, text in PROJECT.items():
        (folder / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, "-rA"], cwd=folder, env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    told = re.findall(r"^(PASSED|FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    assert told, done.stdout + done.stderr
    return {test: outcome for outcome, test in told}


def passed(outcomes: dict[str, str], file: str) -> int:
    """How many tests a file has, all of which have passed."""
    mine = {test: outcome for test, outcome in outcomes.items() if test.startswith(f"{file}::")}
    assert set(mine.values()) == {"PASSED"}, mine
    return len(mine)


def test_a_test_has_what_the_plugin_makes_until_it_has_ended(outcomes: dict[str, str]) -> None:
    assert passed(outcomes, "test_made.py") == 3


def test_every_test_has_a_new_one(outcomes: dict[str, str]) -> None:
    assert passed(outcomes, "test_new.py") == 2


def test_sdks_find_it_by_the_environment_where_that_is_asked_for(outcomes: dict[str, str]) -> None:
    assert passed(outcomes, "test_environment.py") == 2


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty folder."""
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    return pytester


def test_a_session_can_have_one(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\npenstock_scope = session\npenstock_region = eu-central-1")
    project.makepyfile("""
        seen = []

        def test_a_bucket_is_made(penstock, penstock_s3):
            seen.append(penstock)
            here = {"LocationConstraint": "eu-central-1"}
            penstock_s3.create_bucket(Bucket="things", CreateBucketConfiguration=here)

        def test_it_is_still_there(penstock, penstock_s3):
            assert seen == [penstock]
            assert [each["Name"] for each in penstock_s3.list_buckets()["Buckets"]] == ["things"]
            assert penstock_s3.meta.region_name == "eu-central-1"
    """)

    project.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=2)


def test_an_unknown_scope_is_refused(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\npenstock_scope = forever")
    project.makepyfile("def test_nothing(penstock): pass")

    result = project.runpytest_subprocess(*PLUGIN)

    result.stdout.fnmatch_lines_random(["*penstock_scope is 'forever', and must be one of function, *"])


MACHINE = """
        import json
        import time

        def ended(sfn, **request):
            arn = sfn.start_execution(**request)["executionArn"]
            deadline = time.monotonic() + 30
            while (told := sfn.describe_execution(executionArn=arn))["status"] == "RUNNING":
                assert time.monotonic() < deadline
                time.sleep(0.01)
            return told

        def machine(sfn):
            task = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "End": True}
            return sfn.create_state_machine(
                name="Orders", roleArn="arn:aws:iam::123456789012:role/orders",
                definition=json.dumps({"StartAt": "Charge", "States": {"Charge": task}}),
            )["stateMachineArn"]
"""


def test_states_are_mocked_on_a_server(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\npenstock_scope = module")
    project.makepyfile(
        MACHINE
        + """
        def test_by_what_the_test_says(penstock, penstock_sfn, penstock_mocks):
            def charge(order):  # it may ask the server itself
                return {**order, "account": penstock.client("sts").get_caller_identity()["Account"]}

            charged = penstock_mocks.state("Orders", "Charge").calls(charge)

            told = ended(penstock_sfn, stateMachineArn=machine(penstock_sfn), input='{"sum": 7}')

            assert json.loads(told["output"]) == {"sum": 7, "account": "123456789012"}
            assert charged.asked == [{"sum": 7}]

        def test_for_one_test_only(penstock_sfn, penstock_mocks):
            told = ended(penstock_sfn, stateMachineArn=machine(penstock_sfn))

            assert told["status"] == "FAILED"
            assert "unction not found" in told["cause"]

        def test_by_a_mock_configuration(penstock_sfn, penstock_mocks):
            penstock_mocks.install({
                "StateMachines": {"Orders": {"TestCases": {"Declined": {"Charge": "No"}}}},
                "MockedResponses": {"No": {"0": {"Throw": {"Error": "Declined", "Cause": "no money"}}}},
            })

            told = ended(penstock_sfn, stateMachineArn=machine(penstock_sfn) + "#Declined")

            assert (told["error"], told["cause"]) == ("Declined", "no money")
    """
    )

    project.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=3)


def test_a_project_that_asks_for_nothing_loads_nothing(project: pytest.Pytester) -> None:
    project.makepyfile("""
        import sys

        def test_it():
            assert "penstock.testing.plugin" in sys.modules
            assert not [name for name in sys.modules if name.startswith(("penstock.app", "penstock.services", "boto3"))]
    """)

    project.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)
