"""State machines: made, changed, described, listed, deleted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.services.stepfunctions.machines import finish_deleting
from penstock.wire.call import Call
from services.serving import serving
from services.stepfunctions.machinery import MACHINES, ROLE, World, build, passing

LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/states/g:*"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path)
    yield made
    made.database.close()


async def test_a_machine_is_described_as_it_was_made(world: World) -> None:
    created = await world.create(definition=passing(7))

    told = await world.describe(created["stateMachineArn"])

    assert created == {"stateMachineArn": f"{MACHINES}:m", "creationDate": told["creationDate"]}
    assert told == {
        "stateMachineArn": f"{MACHINES}:m",
        "name": "m",
        "status": "ACTIVE",
        "type": "STANDARD",
        "definition": passing(7),
        "roleArn": ROLE,
        "creationDate": created["creationDate"],
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }


async def test_the_same_machine_made_again_is_the_one_that_is_there(world: World) -> None:
    first = await world.create(roleArn=ROLE)

    again = await world.create(roleArn=f"{ROLE}-2", tags=[{"key": "a", "value": "b"}])

    assert again == first
    assert (await world.describe())["roleArn"] == ROLE


@pytest.mark.parametrize(
    "different",
    [{"definition": passing(2)}, {"definition": passing() + " "}, {"type": "EXPRESS"},
     {"tracingConfiguration": {"enabled": True}}, {"publish": True}],
)  # fmt: skip
async def test_another_machine_of_a_name_that_is_taken_is_refused(world: World, different: dict[str, Any]) -> None:
    await world.create()

    error = await world.refused_create(**different)

    assert (error.code, error.message) == (
        "StateMachineAlreadyExists",
        f"State Machine Already Exists: '{MACHINES}:m'",
    )


async def test_a_machine_published_when_made_and_made_again_has_one_version(world: World) -> None:
    request: dict[str, Any] = {"publish": True, "versionDescription": "first"}

    first, again = await world.create(**request), await world.create(**request)

    assert first == again
    assert await world.versions() == [f"{MACHINES}:m:1"]


@pytest.mark.parametrize(
    "name", ["a b", "a/b", "a:b", "a?b", "a#b", "a\tb", 'a"b', "a<b", "a[b", "a%b", "a\x7fb", "a\ud800b", "a&b"]
)
async def test_a_name_with_what_names_must_not_have_is_refused(world: World, name: str) -> None:
    error = await world.refused_create(name)

    assert (error.code, error.message) == ("InvalidName", f"Invalid Name: '{name}'")


@pytest.mark.parametrize("name", ["a.b", "a-b_c", "a(b)", "é", "a+b=c@d!"])
async def test_other_names_are_taken(world: World, name: str) -> None:
    assert (await world.create(name))["stateMachineArn"] == f"{MACHINES}:{name}"


async def test_a_definition_with_mistakes_is_refused_with_each_of_them(world: World) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}})

    error = await world.refused_create(definition=definition)

    assert (error.code, error.message) == (
        "InvalidDefinition",
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next, "
        "MISSING_END_STATE: Workflow has no terminal state at null'",
    )


async def test_a_role_that_is_no_role_is_refused(world: World) -> None:
    error = await world.refused_create(roleArn="somebody")

    assert (error.code, error.message) == ("InvalidArn", "Invalid Role Arn: 'somebody'")


async def test_variables_that_states_refer_to_are_told(world: World) -> None:
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {"Type": "Pass", "InputPath": "$x", "End": True},
    }
    await world.create(definition=json.dumps({"StartAt": "A", "States": states}))

    assert (await world.describe())["variableReferences"] == {"B": ["x"]}

    await world.update(definition=passing())

    assert "variableReferences" not in await world.describe()


async def test_metadata_alone_come_without_the_definition(world: World) -> None:
    await world.create()

    assert (await world.describe(includedData="METADATA_ONLY"))["definition"] == "{}"


# changed


async def test_a_change_makes_a_revision_and_no_change_makes_none(world: World) -> None:
    await world.create()
    assert "revisionId" not in await world.describe()

    first = await world.update(definition=passing(2))
    same = await world.update(definition=passing(2), roleArn=ROLE)
    second = await world.update(roleArn=f"{ROLE}-2")

    told = await world.describe()
    assert first["revisionId"] == same["revisionId"] != second["revisionId"] == told["revisionId"]
    assert (told["definition"], told["roleArn"]) == (passing(2), f"{ROLE}-2")


async def test_a_change_of_nothing_is_refused(world: World) -> None:
    await world.create()

    error = await world.refused("UpdateStateMachine", stateMachineArn=f"{MACHINES}:m")

    assert (error.code, error.message) == (
        "MissingRequiredParameter",
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    )


async def test_a_definition_must_fit_the_type_that_its_machine_was_made_with(world: World) -> None:
    await world.create(type="EXPRESS")
    task = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync", "End": True}

    error = await world.refused(
        "UpdateStateMachine",
        stateMachineArn=f"{MACHINES}:m",
        definition=json.dumps({"StartAt": "A", "States": {"A": task}}),
    )

    assert error.code == "InvalidDefinition"
    assert (await world.describe())["definition"] == passing()


@pytest.mark.parametrize(
    ("arn", "code", "message"),
    [("nonsense", "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: nonsense'"),
     ("arn:aws:states:us-east-1:123456789012:activity:a", "InvalidArn",
      "Invalid Arn: 'Resource type not valid in this context: activity'"),
     (f"{MACHINES}:other", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{MACHINES}:other'"),
     (f"{MACHINES}:m:7", "StateMachineDoesNotExist", f"State Machine Does Not Exist: '{MACHINES}:m:7'")],
)  # fmt: skip
@pytest.mark.parametrize("operation", ["DescribeStateMachine", "UpdateStateMachine"])
async def test_a_machine_that_is_not_there_is_named(
    world: World, operation: str, arn: str, code: str, message: str
) -> None:
    await world.create()
    request = {"roleArn": ROLE} if operation == "UpdateStateMachine" else {}

    error = await world.refused(operation, stateMachineArn=arn, **request)

    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize("operation", ["DescribeStateMachine", "UpdateStateMachine", "DeleteStateMachine"])
async def test_the_arn_of_a_map_inside_a_machine_is_refused(world: World, operation: str) -> None:
    request = {"roleArn": ROLE} if operation == "UpdateStateMachine" else {}

    error = await world.refused(operation, stateMachineArn=f"{MACHINES}:m/label", **request)

    assert (error.code, error.fields) == ("ValidationException", {"reason": "API_DOES_NOT_SUPPORT_LABELED_ARNS"})


# configured


@pytest.mark.parametrize(
    "given",
    [{"level": "ALL"}, {"level": "ERROR", "destinations": []},
     {"level": "OFF", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP}}] * 2}],
)  # fmt: skip
async def test_logging_needs_exactly_one_destination(world: World, given: dict[str, Any]) -> None:
    error = await world.refused_create(loggingConfiguration=given)

    assert (error.code, error.message) == (
        "InvalidLoggingConfiguration",
        "Invalid Logging Configuration: Must specify exactly one Log Destination.",
    )


async def test_logging_needs_a_group_that_is_there(world: World) -> None:
    given = {"level": "ALL", "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP}}]}

    error = await world.refused_create(loggingConfiguration=given)
    assert error.message == "Invalid Logging Configuration: Log Destination not found."

    group = {"logGroupName": "/aws/vendedlogs/states/g"}
    await world.directory.answer(Call("logs", "CreateLogGroup", group, world.scope))
    await world.create(loggingConfiguration=given)
    assert (await world.describe())["loggingConfiguration"] == {**given, "includeExecutionData": False}

    for elsewhere in (LOG_GROUP.replace("us-east-1", "us-west-2"), LOG_GROUP.replace("123456789012", "210987654321")):
        given["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": elsewhere}}]
        error = await world.refused_create(name="n", loggingConfiguration=given)
        assert error.message == "Invalid Logging Configuration: Log Destination not found."


@pytest.mark.parametrize(
    ("destination", "message"),
    [({}, "Must set valid CloudWatch Log Group ARN."),
     ({"cloudWatchLogsLogGroup": {"logGroupArn": "arn:aws:s3:::b"}},
      "Provided ARN is not CloudWatch Logs Log Group ARN."),
     ({"cloudWatchLogsLogGroup": {"logGroupArn": LOG_GROUP.removesuffix(":*")}},
      "Log Group ARN must be provided with '*' qualifier.")],
)  # fmt: skip
async def test_logging_needs_the_arn_of_a_group(world: World, destination: dict[str, Any], message: str) -> None:
    error = await world.refused_create(loggingConfiguration={"level": "ALL", "destinations": [destination]})

    assert error.message == f"Invalid Logging Configuration: {message}"


async def test_a_key_of_ones_own_must_be_named_and_is_kept(world: World) -> None:
    error = await world.refused_create(encryptionConfiguration={"type": "CUSTOMER_MANAGED_KMS_KEY"})
    assert error.code == "InvalidEncryptionConfiguration"

    given = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/k"}
    await world.create(encryptionConfiguration=given)
    kept = (await world.describe())["encryptionConfiguration"]
    assert kept == {**given, "kmsDataKeyReusePeriodSeconds": 300}


# over HTTP


def test_a_client_makes_changes_describes_and_deletes_a_machine(world: World) -> None:
    with serving(world.directory) as door:
        client = door.client("stepfunctions")

        made = client.create_state_machine(name="m", definition=passing(), roleArn=ROLE, publish=True)
        client.update_state_machine(stateMachineArn=made["stateMachineArn"], definition=passing(2))
        told = client.describe_state_machine(stateMachineArn=made["stateMachineVersionArn"])
        with pytest.raises(client.exceptions.StateMachineAlreadyExists):
            client.create_state_machine(name="m", definition=passing(), roleArn=ROLE)
        client.delete_state_machine(stateMachineArn=made["stateMachineArn"])

        assert told["definition"] == passing()
        assert told["creationDate"].timestamp() >= made["creationDate"].timestamp()
        with pytest.raises(client.exceptions.StateMachineDoesNotExist):
            client.describe_state_machine(stateMachineArn=made["stateMachineArn"])


# listed and deleted


async def test_machines_are_listed_page_by_page(world: World) -> None:
    for name in ("c", "a", "b"):
        await world.create(name)

    first = await world.ask("ListStateMachines", maxResults=2)
    second = await world.ask("ListStateMachines", maxResults=2, nextToken=first["nextToken"])

    assert [each["name"] for each in first["stateMachines"]] == ["c", "a"]
    assert [each["name"] for each in second["stateMachines"]] == ["b"]
    assert "nextToken" not in second
    assert set(first["stateMachines"][0]) == {"stateMachineArn", "name", "type", "creationDate"}


async def test_a_token_that_no_list_gave_is_refused(world: World) -> None:
    error = await world.refused("ListStateMachines", nextToken="x")

    assert (error.code, error.message) == ("InvalidToken", "Invalid Token: 'Invalid token'")


async def test_a_deleted_machine_is_gone_with_all_that_is_of_it(world: World) -> None:
    await world.create(publish=True)
    routes = [{"stateMachineVersionArn": f"{MACHINES}:m:1", "weight": 100}]
    await world.ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes)

    await world.ask("DeleteStateMachine", stateMachineArn=f"{MACHINES}:m")
    await world.ask("DeleteStateMachine", stateMachineArn=f"{MACHINES}:m")

    assert (await world.ask("ListStateMachines"))["stateMachines"] == []
    assert await world.versions() == []
    error = await world.refused("DescribeStateMachineAlias", stateMachineAliasArn=f"{MACHINES}:m:PROD")
    assert error.code == "ResourceNotFound"


async def test_a_machine_with_open_executions_goes_when_the_last_of_them_has_ended(world: World) -> None:
    await world.create()
    world.running.add(f"{MACHINES}:m")

    await world.ask("DeleteStateMachine", stateMachineArn=f"{MACHINES}:m")

    assert (await world.describe())["status"] == "DELETING"
    assert (await world.ask("ListStateMachines"))["stateMachines"] == []
    for error in (
        await world.refused_create(),
        await world.refused("UpdateStateMachine", stateMachineArn=f"{MACHINES}:m", roleArn=ROLE),
        await world.refused("PublishStateMachineVersion", stateMachineArn=f"{MACHINES}:m"),
    ):
        assert error.code == "StateMachineDeleting"

    await world.database.write(lambda tx: finish_deleting(tx, world.scope, f"{MACHINES}:m"))

    assert (await world.refused("DescribeStateMachine", stateMachineArn=f"{MACHINES}:m")).code == (
        "StateMachineDoesNotExist"
    )


async def test_the_end_of_an_execution_leaves_an_active_machine_alone(world: World) -> None:
    await world.create()

    await world.database.write(lambda tx: finish_deleting(tx, world.scope, f"{MACHINES}:m"))

    assert (await world.describe())["status"] == "ACTIVE"
