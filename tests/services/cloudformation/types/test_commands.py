"""Commands that a stack runs: who runs them, what they have written, and why they have failed."""

import base64
import json
from typing import Any

import pytest

from penstock.services.cloudformation.resources import TYPES
from penstock.services.cloudformation.resources.kind import Failed, Resource
from penstock.wire.call import ServiceError
from services.cloudformation.types.test_played import Play

Json = Any
KIND = TYPES["AWSUtility::CloudFormation::CommandRunner"]
ROLE = "arn:aws:iam::123456789012:role/runner"
PROFILE = {"InstanceProfile": {"Roles": [{"Arn": ROLE}]}}
NOBODY = ServiceError("none", code="NoSuchEntity")


def runner(command: str, **more: Json) -> Resource:
    return Resource(logical_id="Run", name="run-1", physical_id="run-1", properties={"Command": command, **more})


def ended(status: str, written: str = "", message: str = "") -> Json:
    exported = [{"name": "COMMAND_OUTPUT", "value": base64.b64encode(written.encode()).decode()}]
    build = {
        "id": "run-1:b", "buildStatus": status, "exportedEnvironmentVariables": exported,
        "phases": [{"phaseType": "QUEUED"}, {"phaseType": "BUILD", "contexts": [{"message": message}]}],
        "logs": {"groupName": "group", "streamName": "b"},
    }  # fmt: skip
    return {"builds": [build]}


def played(*looks: Json, **answers: Json) -> Play:
    return Play(StartBuild={"build": {"id": "run-1:b"}}, BatchGetBuilds=list(looks), **answers)


def test_a_command_is_run_by_a_build_with_its_roles_keys_and_what_it_wrote_is_its_output() -> None:
    play = played(ended("IN_PROGRESS"), ended("SUCCEEDED", "vpc-1\n"), GetInstanceProfile=PROFILE)
    command = "echo 'a' > /command-output.txt; cat x/command-output.txt"

    made = play.run(KIND.create(runner(command, Role="profile", LogGroup="mine", Timeout="90")))

    assert (made.physical_id, made.attributes) == ("run-1", {"Output": "vpc-1", "Id": "run-1"})
    assert (play.begun, play.pauses) == (["run-1"], 1)
    (project,) = play.requests("CreateProject")
    assert project["serviceRole"] == ROLE
    assert project["logsConfig"]["cloudWatchLogs"] == {"status": "ENABLED", "groupName": "mine"}
    commands = json.loads(project["source"]["buildspec"])["phases"]["build"]["commands"]
    script = base64.b64decode(commands[0].split("'")[1]).decode()
    assert script == "echo 'a' > /tmp/command-output.txt; cat x/command-output.txt"
    assert any("timeout --kill-after=5 90 bash" in each for each in commands)
    assert not any("unset" in each for each in commands)


def test_without_a_role_a_command_has_no_keys() -> None:
    play = played(ended("SUCCEEDED", "x"))

    play.run(KIND.create(runner("true")))

    (project,) = play.requests("CreateProject")
    assert project["logsConfig"]["cloudWatchLogs"]["groupName"] == "cloudformation-commandrunner-log-group"
    assert "unset AWS_CONTAINER_CREDENTIALS_FULL_URI" in project["source"]["buildspec"]


def test_where_there_is_no_profile_of_the_name_it_is_a_roles_and_else_it_is_refused() -> None:
    play = played(ended("SUCCEEDED", "x"), GetInstanceProfile=NOBODY, GetRole={"Role": {"Arn": ROLE}})

    play.run(KIND.create(runner("true", Role="runner")))

    assert play.requests("CreateProject")[0]["serviceRole"] == ROLE
    with pytest.raises(Failed, match="not a valid Instance Profile"):
        played(GetInstanceProfile=NOBODY, GetRole=NOBODY).run(KIND.create(runner("true", Role="nobody")))


@pytest.mark.parametrize(
    ("look", "reason"),
    [
        (ended("FAILED", message="Reason: exit status 3"), "exit status 3: no such file. Its log: b of group"),
        (ended("FAILED", message="Reason: exit status 124"), "timed out after 600 seconds"),
        (ended("FAULT", message="lost"), "could not be run: lost"),
        (ended("SUCCEEDED"), "wrote 0"),
        (ended("SUCCEEDED", "x" * 5000), "wrote 5000"),
    ],
)
def test_a_command_that_fails_or_writes_nothing_says_so(look: Json, reason: str) -> None:
    said = [{"message": each} for each in ("hello", "no such file\n", "[Container] Phase complete: BUILD")]
    play = played(look, GetLogEvents={"events": said})

    with pytest.raises(Failed, match=reason):
        play.run(KIND.create(runner("true")))

    assert play.begun == ["run-1"]  # so a rollback forgets it


def test_a_command_is_there_as_long_as_its_project_and_is_not_run_again() -> None:
    there, play = runner("true"), Play(BatchGetProjects=[{"projects": [{"name": "run-1"}]}, {"projects": []}])

    assert play.run(KIND.read(there)) == {"Command": "true"}
    assert play.run(KIND.read(there)) is None
    play.run(KIND.delete(there))
    assert play.requests("DeleteProject") == [{"name": "run-1"}]
    assert KIND.replaces({"Timeout"})


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"Timeout": 43_201}, "Timeout"), ({"Timeout": "soon"}, "Timeout"), ({"SecurityGroupId": "sg"}, "SubnetId"),
        ({"Timeout": {"Ref": "T"}}, ""), ({"Timeout": "60"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_before_anything_is_created(properties: Json, wrong: str) -> None:
    said = list(KIND.check(properties))

    assert (wrong in said[0]) if wrong else not said
