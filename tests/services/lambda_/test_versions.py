"""Versions, aliases and layers: functions as they were, names for them, and what several have in common."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from penstock.services.lambda_.routing import chosen
from penstock.store.documents import Document
from penstock.wire.call import Scope
from services.lambda_.worlds import ARN, World, lambda_at, package

pytestmark = pytest.mark.group("sandbox")

VERSION = "def handler(event, context): return [{number}, context.function_version, context.invoked_function_arn]"


async def versions(world: World, count: int) -> None:
    """A function whose versions answer their numbers."""
    await world.create(source=VERSION.format(number=1), Publish=True)
    for number in range(2, count + 1):
        source = package(VERSION.format(number=number))
        await world.ask("UpdateFunctionCode", FunctionName="f", ZipFile=source, Publish=True)


async def test_a_version_stays_as_it_was(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 2)
        await world.ask("UpdateFunctionCode", FunctionName="f", ZipFile=package(VERSION.format(number=3)))

        assert await world.result("f:1") == [1, "1", f"{ARN}:f:1"]
        assert await world.result("f", Qualifier="2") == [2, "2", f"{ARN}:f:2"]
        assert await world.result("f") == [3, "$LATEST", f"{ARN}:f"]
        assert (await world.invoke("f:2"))["ExecutedVersion"] == "2"
        listed = await world.ask("ListVersionsByFunction", FunctionName="f")
        assert [each["Version"] for each in listed["Versions"]] == ["$LATEST", "1", "2"]


async def test_what_has_not_changed_is_not_published_again(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 1)

        again = await world.ask("PublishVersion", FunctionName="f", Description="the same")

        assert again["Version"] == "1"


async def test_publishing_other_code_than_was_meant_is_refused(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 1)

        refusal = await world.refused("PublishVersion", FunctionName="f", CodeSha256="other")

        assert refusal.code == "InvalidParameterValueException"


async def test_an_alias_runs_what_it_points_to_and_is_told_to_the_function_by_its_name(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 2)
        await world.ask("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")
        assert await world.result("f:live") == [1, "1", f"{ARN}:f:live"]

        await world.ask("UpdateAlias", FunctionName="f", Name="live", FunctionVersion="2")

        assert await world.result("f:live") == [2, "2", f"{ARN}:f:live"]
        assert (await world.ask("GetAlias", FunctionName="f", Name="live"))["FunctionVersion"] == "2"
        assert [each["Name"] for each in (await world.ask("ListAliases", FunctionName="f"))["Aliases"]] == ["live"]
        refusal = await world.refused("DeleteFunction", FunctionName="f", Qualifier="2")
        assert refusal.code == "ResourceConflictException"
        await world.ask("DeleteAlias", FunctionName="f", Name="live")
        refusal = await world.refused("GetAlias", FunctionName="f", Name="live")
        assert refusal.message == f"Cannot find alias arn: {ARN}:f:live"


async def test_an_alias_with_all_its_weight_on_another_version_runs_that(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 2)
        weights = {"AdditionalVersionWeights": {"2": 1.0}}
        await world.ask("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1", RoutingConfig=weights)

        assert (await world.result("f:live"))[0] == 2


def test_an_alias_chooses_by_its_weights() -> None:
    body = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.25}}}
    alias = Document(kind="", scope=Scope(), name="", arn="", created_at=0, modified_at=0, body=body)
    lucks = [f"{number:032x}" for number in range(0, 1 << 32, 1 << 26)]

    found = [chosen(alias, luck) for luck in lucks]

    assert (found.count("1"), found.count("2")) == (48, 16)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"FunctionVersion": "9"}, "ResourceNotFoundException"),
        ({"FunctionVersion": "1", "Name": "7"}, "ValidationException"),
        ({"FunctionVersion": "$LATEST", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
         "InvalidParameterValueException"),
        ({"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}},
         "InvalidParameterValueException"),
    ],
)  # fmt: skip
async def test_an_alias_to_nothing_is_refused(tmp_path: Path, members: dict[str, Any], code: str) -> None:
    async with lambda_at(tmp_path) as world:
        await versions(world, 1)

        assert (await world.refused("CreateAlias", **{"FunctionName": "f", "Name": "live", **members})).code == code


# -- layers


def layer(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/") + ".py", text)
    return buffer.getvalue()


async def test_a_function_imports_what_its_layers_have_later_ones_over_earlier_ones(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        first = layer(python__shared="NAME = 'first'", python__own="NAME = 'own'")
        arns = [
            (await world.ask("PublishLayerVersion", LayerName=name, Content={"ZipFile": content}))["LayerVersionArn"]
            for name, content in (("one", first), ("two", layer(python__shared="NAME = 'second'")))
        ]
        source = "import shared, own\ndef handler(event, context): return [shared.NAME, own.NAME, shared.__file__]"
        made = await world.create(source=source, Layers=arns)

        assert await world.result() == ["second", "own", "/opt/python/shared.py"]
        assert [each["Arn"] for each in made["Layers"]] == arns


async def test_a_deleted_layer_stays_with_the_functions_that_have_it(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        content = {"ZipFile": layer(python__shared="NAME = 'kept'")}
        arn = (await world.ask("PublishLayerVersion", LayerName="one", Content=content))["LayerVersionArn"]
        await world.create(source="import shared\ndef handler(event, context): return shared.NAME", Layers=[arn])

        await world.ask("DeleteLayerVersion", LayerName="one", VersionNumber=1)

        assert await world.result() == "kept"
        assert (await world.refused("GetLayerVersionByArn", Arn=arn)).code == "ResourceNotFoundException"


async def test_layers_are_numbered_and_listed_the_latest_first(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        for runtime in ("python3.11", "python3.12"):
            await world.ask(
                "PublishLayerVersion", LayerName="one", Content={"ZipFile": layer(x="")}, CompatibleRuntimes=[runtime]
            )

        listed = await world.ask("ListLayerVersions", LayerName="one")
        assert [each["Version"] for each in listed["LayerVersions"]] == [2, 1]
        (one,) = (await world.ask("ListLayers", CompatibleRuntime="python3.11"))["Layers"]
        assert (one["LayerName"], one["LatestMatchingVersion"]["Version"]) == ("one", 1)
        told = await world.ask("GetLayerVersion", LayerName="one", VersionNumber=2)
        assert told["CompatibleRuntimes"] == ["python3.12"]
