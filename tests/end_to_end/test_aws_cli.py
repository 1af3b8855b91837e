"""The AWS CLI, version 1 and 2, as it is installed: storage, pipelines, identity, logs."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from end_to_end.world import BUCKET, ROLE, World, step

V1 = (sys.executable, str(Path(sys.executable).with_name("aws")))
V2 = "/usr/bin/aws"


def said(world: World, *command: str) -> str:
    done = world.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def aws(world: World, *arguments: str) -> str:
    return said(world, *V1, *arguments)


def test_files_are_copied_synchronised_listed_and_removed(world: World, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("a")
    (source / "deep" / "b.txt").write_text("b")
    (source / "large.bin").write_bytes(bytes(range(256)) * (9 << 12))
    for path in source.rglob("*.*"):
        os.utime(
            path, (1_700_000_000, 1_700_000_000)
        )  # S3 tells whole seconds: a file of this second is newer than that

    aws(world, "s3", "mb", "s3://cli-files")
    aws(world, "s3", "sync", str(source), "s3://cli-files/data")
    again = aws(world, "s3", "sync", str(source), "s3://cli-files/data")
    aws(world, "s3", "cp", "s3://cli-files/data", str(back), "--recursive")
    listing = aws(world, "s3", "ls", "s3://cli-files/data/")
    aws(world, "s3", "rm", "s3://cli-files/data/a.txt")
    left = aws(world, "s3", "ls", "s3://cli-files", "--recursive")

    assert again == ""
    assert {path.relative_to(back): path.read_bytes() for path in back.rglob("*") if path.is_file()} == {
        path.relative_to(source): path.read_bytes() for path in source.rglob("*") if path.is_file()
    }
    assert [line.split()[-1] for line in listing.splitlines()] == ["deep/", "a.txt", "large.bin"]
    assert [line.split()[-1] for line in left.splitlines()] == ["data/deep/b.txt", "data/large.bin"]


def test_a_presigned_address_needs_no_client(world: World) -> None:
    world.put("presigned.txt", "for anybody who has the address")

    address = aws(world, "s3", "presign", f"s3://{BUCKET}/presigned.txt").strip()

    with urlopen(address, timeout=10) as answer:
        assert answer.read() == b"for anybody who has the address"


def test_the_steps_of_an_execution_are_listed(world: World) -> None:
    arn = world.execute("cli-steps", step("Prepare", world.processing("cli-steps", "echo prepared")))
    world.execution(arn)

    told = json.loads(aws(world, "sagemaker", "list-pipeline-execution-steps", "--pipeline-execution-arn", arn))

    (prepare,) = told["PipelineExecutionSteps"]
    assert (prepare["StepName"], prepare["StepStatus"]) == ("Prepare", "Succeeded")


def test_machines_are_checked_tried_and_run(world: World) -> None:
    state: dict[str, Any] = {"Type": "Pass", "Parameters": {"b.$": "$.a"}, "End": True}
    definition = json.dumps({"StartAt": "A", "States": {"A": state}})

    def states(command: str, *arguments: str) -> Any:
        return json.loads(aws(world, "stepfunctions", command, *arguments))

    checked = states("validate-state-machine-definition", "--definition", definition)
    tried = states("test-state", "--definition", json.dumps(state), "--input", '{"a": 1}')
    made = states(
        "create-state-machine", "--name", "quick", "--role-arn", ROLE, "--definition", definition, "--type", "EXPRESS"
    )
    ran = states("start-sync-execution", "--state-machine-arn", made["stateMachineArn"], "--input", '{"a": 2}')

    assert checked["result"] == "OK"
    assert (tried["status"], json.loads(tried["output"])) == ("SUCCEEDED", {"b": 1})
    assert (ran["status"], json.loads(ran["output"])) == ("SUCCEEDED", {"b": 2})


def test_who_i_am_and_which_roles_there_are(world: World) -> None:
    me = json.loads(aws(world, "sts", "get-caller-identity"))
    role = json.loads(aws(world, "iam", "get-role", "--role-name", "PenstockExecutionRole"))["Role"]

    assert me["Account"] == "123456789012"
    assert role["Arn"] == "arn:aws:iam::123456789012:role/PenstockExecutionRole"


def test_version_two_tails_the_log_of_a_job(world: World) -> None:
    version = said(world, V2, "--version") if Path(V2).exists() else "nothing"
    assert version.startswith("aws-cli/2"), (
        f"{V2} must be the AWS CLI 2: apt-get install awscli (on Debian 12 or later)"
    )
    world.job(world.process("tailed", "echo one; echo two"))

    told = said(world, V2, "logs", "tail", "/aws/sagemaker/ProcessingJobs", "--log-stream-name-prefix", "tailed/")

    lines = [line.split() for line in told.splitlines()]
    assert [line[-1] for line in lines] == ["one", "two"]
    assert all(line[1].startswith("tailed/algo-1-") for line in lines)
