"""Versions, aliases, and what an execution finds by their ARNs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.services.stepfunctions.finding import Target, find_target, pick
from penstock.wire.call import ServiceError
from services.stepfunctions.machinery import MACHINES, World, build, passing

M = f"{MACHINES}:m"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = build(tmp_path)
    yield made
    made.database.close()


def routes(*weights: int, machine: str = M) -> list[dict[str, Any]]:
    """To the versions 1, 2, … by weight."""
    return [
        {"stateMachineVersionArn": f"{machine}:{number}", "weight": weight} for number, weight in enumerate(weights, 1)
    ]


async def two_versions(world: World) -> None:
    """A machine `m` with the versions 1 and 2."""
    await world.create(publish=True)
    await world.update(definition=passing(2), publish=True)


# versions


async def test_a_revision_is_published_once(world: World) -> None:
    await world.create()

    first = await world.ask("PublishStateMachineVersion", stateMachineArn=M, description="one")
    again = await world.ask("PublishStateMachineVersion", stateMachineArn=M, description="two")

    assert first == again
    told = await world.describe(f"{M}:1")
    assert (told["stateMachineArn"], told["description"], told["name"]) == (f"{M}:1", "one", "m")
    assert told["creationDate"] == first["creationDate"]


async def test_a_version_stays_as_it_was_published(world: World) -> None:
    await two_versions(world)

    await world.update(definition=passing(3))

    assert [(await world.describe(arn))["definition"] for arn in (f"{M}:1", f"{M}:2", M)] == [
        passing(1), passing(2), passing(3)
    ]  # fmt: skip


async def test_versions_are_listed_the_newest_first_whatever_their_number_of_digits(world: World) -> None:
    await world.create(publish=True)
    for number in range(2, 12):
        await world.update(definition=passing(number), publish=True)

    assert await world.versions() == [f"{M}:{number}" for number in range(11, 0, -1)]


async def test_a_number_is_not_used_again(world: World) -> None:
    await two_versions(world)

    await world.ask("DeleteStateMachineVersion", stateMachineVersionArn=f"{M}:2")
    await world.ask("DeleteStateMachineVersion", stateMachineVersionArn=f"{M}:2")
    again = await world.ask("PublishStateMachineVersion", stateMachineArn=M)

    assert again["stateMachineVersionArn"] == f"{M}:3"
    assert await world.versions() == [f"{M}:3", f"{M}:1"]


async def test_a_version_is_published_of_the_revision_that_is_meant_or_not_at_all(world: World) -> None:
    await world.create()
    error = await world.refused("PublishStateMachineVersion", stateMachineArn=M, revisionId="other")
    assert (error.code, error.message) == (
        "ConflictException",
        "Failed to publish the State Machine version for revision other. "
        "The current State Machine revision is INITIAL.",
    )

    await world.ask("PublishStateMachineVersion", stateMachineArn=M, revisionId="INITIAL")
    updated = await world.update(definition=passing(2))
    await world.ask("PublishStateMachineVersion", stateMachineArn=M, revisionId=updated["revisionId"])

    assert await world.versions() == [f"{M}:2", f"{M}:1"]


async def test_a_description_needs_something_to_describe(world: World) -> None:
    error = await world.refused_create(versionDescription="x")

    assert (error.code, error.message) == (
        "ValidationException",
        "Version description can only be set when publish is true",
    )


async def test_a_version_that_an_alias_leads_to_stays(world: World) -> None:
    await two_versions(world)
    await world.ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes(100))

    error = await world.refused("DeleteStateMachineVersion", stateMachineVersionArn=f"{M}:1")

    assert (error.code, error.message) == (
        "ConflictException",
        "Version to be deleted must not be referenced by an alias. "
        "Current list of aliases referencing this version: [PROD]",
    )
    await world.ask("DeleteStateMachineVersion", stateMachineVersionArn=f"{M}:2")
    assert await world.versions() == [f"{M}:1"]


# aliases


async def test_an_alias_is_described_as_it_was_made_and_changed(world: World) -> None:
    await two_versions(world)
    made = await world.ask("CreateStateMachineAlias", name="PROD", description="d", routingConfiguration=routes(100))
    arn = made["stateMachineAliasArn"]
    assert arn == f"{M}:PROD"
    told = await world.ask("DescribeStateMachineAlias", stateMachineAliasArn=arn)
    assert told == {
        "stateMachineAliasArn": arn,
        "name": "PROD",
        "description": "d",
        "routingConfiguration": routes(100),
        "creationDate": made["creationDate"],
        "updateDate": made["creationDate"],
    }

    changed = await world.ask("UpdateStateMachineAlias", stateMachineAliasArn=arn, routingConfiguration=routes(40, 60))

    told = await world.ask("DescribeStateMachineAlias", stateMachineAliasArn=arn)
    assert (told["routingConfiguration"], told["description"]) == (routes(40, 60), "d")
    assert told["updateDate"] == changed["updateDate"] > told["creationDate"]


async def test_the_same_alias_made_again_is_the_one_that_is_there_and_another_is_refused(world: World) -> None:
    await two_versions(world)
    request = {"name": "PROD", "description": "d", "routingConfiguration": routes(100)}

    first, again = (
        await world.ask("CreateStateMachineAlias", **request),
        await world.ask("CreateStateMachineAlias", **request),
    )
    error = await world.refused("CreateStateMachineAlias", **{**request, "description": "e"})

    assert first == again
    assert (error.code, error.message) == (
        "ConflictException",
        "Failed to create alias because an alias with the same name and a different routing configuration "
        "already exists.",
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [(routes(70, 29), "Sum of routing configuration weights must equal 100. Received: [70, 29]"),
     ([*routes(50), *routes(50)],
      f"Routing configuration must contain distinct state machine version ARNs. Received: [{M}:1, {M}:1]"),
     ([{"stateMachineVersionArn": M, "weight": 100}],
      f"Routing configuration must contain state machine version ARNs. Received: [{M}]"),
     ([*routes(50), *routes(50, machine=f"{MACHINES}:n")],
      f"Routing configuration must contain versions of the same state machine. Received: [{M}:1, {MACHINES}:n:1]")],
)  # fmt: skip
async def test_routes_that_lead_to_no_two_versions_of_one_machine_are_refused(
    world: World, given: list[dict[str, Any]], message: str
) -> None:
    await two_versions(world)

    error = await world.refused("CreateStateMachineAlias", name="PROD", routingConfiguration=given)

    assert (error.code, error.message) == ("ValidationException", message)
    assert error.fields == {"reason": "INVALID_ROUTING_CONFIGURATION"}


@pytest.mark.parametrize("given", [routes(50, 50), routes(100, machine=f"{MACHINES}:other")])
async def test_routes_to_a_version_that_is_not_there_are_refused(world: World, given: list[dict[str, Any]]) -> None:
    await world.create(publish=True)

    error = await world.refused("CreateStateMachineAlias", name="PROD", routingConfiguration=given)

    assert (error.code, error.message) == (
        "ResourceNotFound",
        "Request references a resource that does not exist.",
    )


async def test_a_number_cannot_be_the_name_of_an_alias(world: World) -> None:
    await world.create(publish=True)

    error = await world.refused("CreateStateMachineAlias", name="123", routingConfiguration=routes(100))

    assert error.code == "ValidationException"


async def test_an_alias_moves_only_between_versions_of_its_machine(world: World) -> None:
    await world.create(publish=True)
    await world.create("n", publish=True)
    await world.ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes(100))

    error = await world.refused(
        "UpdateStateMachineAlias",
        stateMachineAliasArn=f"{M}:PROD",
        routingConfiguration=routes(100, machine=f"{MACHINES}:n"),
    )

    assert error.code == "ValidationException"


async def test_a_change_of_nothing_about_an_alias_is_refused(world: World) -> None:
    error = await world.refused("UpdateStateMachineAlias", stateMachineAliasArn=f"{M}:PROD")

    assert (error.code, error.fields) == ("ValidationException", {"reason": "MISSING_REQUIRED_PARAMETER"})


async def test_an_alias_that_is_not_there_is_deleted_with_success_and_not_changed(world: World) -> None:
    await world.ask("DeleteStateMachineAlias", stateMachineAliasArn=f"{M}:PROD")

    error = await world.refused("UpdateStateMachineAlias", stateMachineAliasArn=f"{M}:PROD", description="x")

    assert error.code == "ResourceNotFound"


async def test_aliases_are_listed_for_a_machine_and_for_a_version(world: World) -> None:
    await two_versions(world)
    for name, weights in (("B", (100,)), ("A", (50, 50)), ("C", (100,))):
        await world.ask("CreateStateMachineAlias", name=name, routingConfiguration=routes(*weights))

    async def listed(arn: str, **request: Any) -> tuple[list[str], str | None]:
        told = await world.ask("ListStateMachineAliases", stateMachineArn=arn, **request)
        names = [each["stateMachineAliasArn"].rpartition(":")[2] for each in told["stateMachineAliases"]]
        return names, told.get("nextToken")

    assert await listed(M) == (["B", "A", "C"], None)
    assert await listed(f"{M}:2") == (["A"], None)
    first, token = await listed(f"{M}:1", maxResults=2)
    assert (first, await listed(f"{M}:1", maxResults=2, nextToken=token)) == (["B", "A"], (["C"], None))
    error = await world.refused("ListStateMachineAliases", stateMachineArn=f"{MACHINES}:other")
    assert error.code == "StateMachineDoesNotExist"


# what an execution finds


async def found(world: World, arn: str, chance: float = 0.0) -> Target:
    return await world.database.read(lambda tx: find_target(tx, world.scope, arn, chance))


async def test_an_execution_of_a_machine_is_of_what_the_machine_is_now(world: World) -> None:
    await two_versions(world)
    updated = await world.update(definition=passing(3))

    target = await found(world, M)

    assert (target.machine_arn, target.version_arn, target.alias_arn) == (M, None, None)
    assert (target.definition, target.revision_id, target.type) == (passing(3), updated["revisionId"], "STANDARD")


async def test_an_execution_of_a_version_is_of_what_was_published(world: World) -> None:
    await two_versions(world)

    target = await found(world, f"{M}:1")

    assert (target.machine_arn, target.version_arn, target.name) == (M, f"{M}:1", "m")
    assert (target.definition, target.revision_id) == (passing(1), None)


@pytest.mark.parametrize(("chance", "version"), [(0.0, 1), (0.29, 1), (0.3, 2), (0.999, 2)])
async def test_an_alias_picks_by_weight(world: World, chance: float, version: int) -> None:
    await two_versions(world)
    await world.ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes(30, 70))

    target = await found(world, f"{M}:PROD", chance)

    assert (target.version_arn, target.alias_arn, target.definition) == (
        f"{M}:{version}",
        f"{M}:PROD",
        passing(version),
    )


def test_a_route_without_weight_is_never_taken() -> None:
    assert [pick(routes(0, 100), chance) for chance in (0.0, 0.5, 1.0)] == [f"{M}:2"] * 3


@pytest.mark.parametrize("arn", [f"{MACHINES}:other", f"{M}:9", f"{M}:NONE"])
async def test_an_execution_of_what_is_not_there_is_refused(world: World, arn: str) -> None:
    await world.create()

    with pytest.raises(ServiceError) as caught:
        await found(world, arn)

    assert (caught.value.code, caught.value.message) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{arn}'",
    )


async def test_the_description_of_an_alias_is_of_the_version_that_most_goes_to(world: World) -> None:
    await two_versions(world)
    await world.ask("CreateStateMachineAlias", name="PROD", routingConfiguration=routes(30, 70))

    told = await world.describe(f"{M}:PROD")

    assert (told["stateMachineArn"], told["definition"]) == (f"{M}:PROD", passing(2))
