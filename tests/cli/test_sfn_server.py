"""`penstock sfn run` with a server to send tasks to, and servers that mock their tasks."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from penstock.app import CannotStart, Penstock, Settings
from penstock.cli import up
from penstock.cli.sfn.run import command
from penstock.testing import Server, running
from testing.machines import INVOKE, chain, task

Json = Any
CONFIGURATION = {
    "StateMachines": {"Orders": {"TestCases": {"Happy": {"Charge": "Charged"}}}},
    "MockedResponses": {"Charged": {"0": {"Return": {"charged": True}}}},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    mocks = folder / "mocks.json"
    mocks.write_text(json.dumps(CONFIGURATION))
    with running(folder / "data", mocks=mocks) as server:
        yield server


def run(server: Server, folder: Path, machine: Json) -> Result:
    file = folder / "machine.asl.json"
    file.write_text(json.dumps(machine))
    return CliRunner().invoke(command, [str(file), "--quiet", "--fast", "--data", str(server.data)])


def test_tasks_are_sent_to_the_server_in_the_data_folder(server: Server, tmp_path: Path) -> None:
    put = {"Bucket": "things", "Key": "a", "Body": "hello"}
    machine = chain(
        Make=task(Resource="arn:aws:states:::aws-sdk:s3:createBucket", Parameters={"Bucket": "things"}),
        Put=task(Resource="arn:aws:states:::aws-sdk:s3:putObject", Parameters=put),
        Get=task(Resource="arn:aws:states:::aws-sdk:s3:getObject", Parameters={"Bucket": "things", "Key": "a"}),
        Tell={"Type": "Pass", "OutputPath": "$.Body"},
    )

    result = run(server, tmp_path, machine)

    assert (result.exit_code, result.stdout) == (0, '"\\"hello\\""\n'), result.stderr
    assert server.client("s3").get_object(Bucket="things", Key="a")["Body"].read() == b'"hello"'


def test_what_the_server_refuses_is_told_as_on_aws(server: Server, tmp_path: Path) -> None:
    result = run(server, tmp_path, chain(Charge=task(Resource=INVOKE, Parameters={"FunctionName": "nobody"})))

    assert result.exit_code == 1
    assert result.stderr.startswith("FAILED: Lambda.ResourceNotFoundException\n")


def test_a_server_mocks_the_executions_of_a_test_case(server: Server) -> None:
    sfn = server.client("stepfunctions")
    arn = sfn.create_state_machine(
        name="Orders",
        roleArn="arn:aws:iam::123456789012:role/orders",
        definition=json.dumps(chain(Charge=task())),
    )["stateMachineArn"]

    execution = sfn.start_execution(stateMachineArn=f"{arn}#Happy")["executionArn"]

    deadline = time.monotonic() + 30
    while (told := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert told["output"] == '{"charged":true}'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{", "mocks.json: The mock configuration cannot be read: "), (None, "cannot read .*mocks.json: No such file")],
)
async def test_a_server_does_not_start_with_mocks_that_are_none(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    if text is not None:
        (tmp_path / "mocks.json").write_text(text)

    with pytest.raises(CannotStart, match=sentence):
        async with Penstock(Settings(data=tmp_path / "data", port=0, mocks=tmp_path / "mocks.json")):
            pass


def test_up_says_what_is_wrong_with_its_mocks(tmp_path: Path) -> None:
    mocks = tmp_path / "mocks.json"
    mocks.write_text('{"StateMachines": {}}')

    result = CliRunner().invoke(up.command, ["--data", str(tmp_path / "data"), "--port", "0", "--mocks", str(mocks)])

    assert result.exit_code == 1
    assert "mocks.json: The mock configuration cannot be read: " in result.stderr
