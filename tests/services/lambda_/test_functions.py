"""Functions: made from packages, told, listed, changed, deleted."""

import base64
import hashlib
from pathlib import Path

import pytest

from services.lambda_.worlds import ARN, ECHO, ROLE, lambda_at, package

pytestmark = pytest.mark.group("sandbox")


async def test_a_function_is_told_as_it_was_made_with_lambdas_defaults(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        code = package()
        made = await world.create(Code={"ZipFile": code}, Tags={"team": "blue"})

        assert made["FunctionArn"] == f"{ARN}:f"
        assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(code).digest()).decode()
        assert (made["CodeSize"], made["Timeout"], made["MemorySize"]) == (len(code), 3, 128)
        assert (made["State"], made["LastUpdateStatus"], made["Version"]) == ("Active", "Successful", "$LATEST")
        assert await world.ask("GetFunctionConfiguration", FunctionName="f") == made
        told = await world.ask("GetFunction", FunctionName="f")
        assert told["Configuration"] == made
        assert told["Tags"] == {"team": "blue"}


@pytest.mark.parametrize("name", ["f", "function:f", "123456789012:function:f", f"{ARN}:f", f"{ARN}:f:$LATEST"])
async def test_a_function_is_found_by_name_partial_arn_and_arn(tmp_path: Path, name: str) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        assert await world.result(name, "hello") == "hello"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("g", f"Function not found: {ARN}:g"),
        ("f:3", f"Function not found: {ARN}:f:3"),
        ("f:live", f"Function not found: {ARN}:f:live"),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:f",
            "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
        ),
    ],
)
async def test_what_is_not_there_is_told_by_its_arn(tmp_path: Path, name: str, message: str) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()

        refusal = await world.refused("GetFunction", FunctionName=name)

        assert (refusal.code, refusal.message) == ("ResourceNotFoundException", message)


async def test_a_name_is_taken_once_and_the_same_call_told_twice_is_one_function(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        first = await world.create(token="call-1")

        assert await world.create(token="call-1") == first
        refusal = await world.refused("CreateFunction", **request())
        assert (refusal.code, refusal.message) == ("ResourceConflictException", "Function already exist: f")


def request(**members: object) -> dict[str, object]:
    made = {"FunctionName": "f", "Runtime": "python3.12", "Role": ROLE, "Handler": "handler.handler"}
    return {**made, "Code": {"ZipFile": package()}, **members}


@pytest.mark.parametrize(
    ("members", "code", "words"),
    [
        ({"Runtime": "java21"}, "InvalidParameterValueException", "python3.8 to python3.14"),
        ({"Runtime": None}, "InvalidParameterValueException", "Runtime is mandatory"),
        ({"PackageType": "Image"}, "InvalidParameterValueException", "PackageType Image"),
        ({"Timeout": 901}, "ValidationException", "less than or equal to 900"),
        ({"MemorySize": 127}, "ValidationException", "greater than or equal to 128"),
        ({"FunctionName": "x" * 65}, "ValidationException", "less than or equal to 64"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "AWS_REGION"),
        ({"Environment": {"Variables": {"LARGE": "x" * 4097}}}, "InvalidParameterValueException", "4KB limit"),
        ({"Layers": [f"{ARN[:-9]}:layer:none:1"]}, "InvalidParameterValueException", "layer:none:1 does not exist"),
        ({"LoggingConfig": {"SystemLogLevel": "WARN"}}, "InvalidParameterValueException", "give LogFormat JSON"),
        ({"SnapStart": {"ApplyOn": "PublishedVersions"}}, "InvalidParameterValueException", "SnapStart"),
        ({"DeadLetterConfig": {"TargetArn": "arn:aws:s3:::bucket"}}, "InvalidParameterValueException", "sqs, sns"),
        ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file"),
        ({"Code": {"S3Bucket": "no-such-bucket", "S3Key": "k"}}, "InvalidParameterValueException", "NoSuchBucket"),
        ({"Code": {}}, "InvalidParameterValueException", "Please provide a source"),
    ],
)
async def test_what_cannot_be_had_is_refused_with_the_reason(
    tmp_path: Path, members: dict[str, object], code: str, words: str
) -> None:
    async with lambda_at(tmp_path) as world:
        wanted = {name: value for name, value in request(**members).items() if value is not None}

        refusal = await world.refused("CreateFunction", **wanted)

        assert refusal.code == code
        assert words in refusal.message
        assert (await world.ask("ListFunctions"))["Functions"] == []


async def test_a_package_may_not_reach_out_of_its_folder(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        refusal = await world.refused("CreateFunction", **request(Code={"ZipFile": package(ECHO, **{"../x": ""})}))

        assert refusal.message == "The package has a file outside of itself: ../x"


async def test_code_can_be_an_object_in_s3_which_may_then_go(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="code")
        await world.ask("PutObject", service="s3", Bucket="code", Key="f.zip", Body=package())
        await world.create(Code={"S3Bucket": "code", "S3Key": "f.zip"})
        await world.ask("DeleteObject", service="s3", Bucket="code", Key="f.zip")

        assert await world.result(event=1) == 1


async def test_new_code_is_what_runs_from_then_on(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        before = await world.create(source="def handler(event, context): return 'old'")
        assert await world.result() == "old"

        after = await world.ask(
            "UpdateFunctionCode", FunctionName="f", ZipFile=package("def handler(event, context): return 'new'")
        )

        assert await world.result() == "new"
        assert after["CodeSha256"] != before["CodeSha256"]
        assert after["RevisionId"] != before["RevisionId"]


async def test_a_dry_run_of_new_code_changes_nothing(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        before = await world.create()

        await world.ask("UpdateFunctionCode", FunctionName="f", ZipFile=package("x = 1"), DryRun=True)

        assert await world.ask("GetFunctionConfiguration", FunctionName="f") == before


async def test_a_changed_configuration_is_what_runs_from_then_on(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(
            source="import os\ndef handler(event, context): return [os.environ.get('AA'), context.memory_limit_in_mb]",
            Environment={"Variables": {"AA": "1"}},
        )
        assert await world.result() == ["1", "128"]

        await world.ask("UpdateFunctionConfiguration", FunctionName="f", MemorySize=256)
        assert await world.result() == ["1", "256"]
        await world.ask("UpdateFunctionConfiguration", FunctionName="f", Environment={"Variables": {}})
        assert await world.result() == [None, "256"]


async def test_a_change_of_another_revision_is_refused(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        made = await world.create()
        await world.ask("UpdateFunctionConfiguration", FunctionName="f", Timeout=5)

        refusal = await world.refused(
            "UpdateFunctionConfiguration", FunctionName="f", Timeout=6, RevisionId=made["RevisionId"]
        )

        assert refusal.code == "PreconditionFailedException"


async def test_a_deleted_function_is_gone_with_its_versions_and_its_name_is_free(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create(Publish=True)
        await world.ask("CreateAlias", FunctionName="f", Name="live", FunctionVersion="1")

        await world.ask("DeleteFunction", FunctionName="f")

        assert (await world.refused("Invoke", FunctionName="f")).message == f"Function not found: {ARN}:f:$LATEST"
        assert (await world.refused("Invoke", FunctionName="f:1")).code == "ResourceNotFoundException"
        assert (await world.create(Publish=True))["Version"] == "1"


async def test_functions_are_listed_page_by_page(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        for name in "abc":
            await world.create(name)

        first = await world.ask("ListFunctions", MaxItems=2)
        rest = await world.ask("ListFunctions", MaxItems=2, Marker=first["NextMarker"])

        names = [each["FunctionName"] for each in first["Functions"] + rest["Functions"]]
        assert (names, "NextMarker" in rest) == (["a", "b", "c"], False)


async def test_functions_are_there_after_a_restart_and_run(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        made = await world.create()

    async with lambda_at(tmp_path) as world:
        assert await world.ask("GetFunctionConfiguration", FunctionName="f") == made
        assert await world.result(event="still") == "still"


async def test_tags_are_set_told_and_taken_away(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        arn = (await world.create(Tags={"a": "1"}))["FunctionArn"]

        await world.ask("TagResource", Resource=arn, Tags={"b": "2"})
        await world.ask("UntagResource", Resource=arn, TagKeys=["a"])

        assert (await world.ask("ListTags", Resource=arn))["Tags"] == {"b": "2"}
        assert (await world.refused("ListTags", Resource=f"{arn}x")).code == "ResourceNotFoundException"


async def test_permissions_are_statements_of_the_functions_policy(tmp_path: Path) -> None:
    async with lambda_at(tmp_path) as world:
        await world.create()
        wanted = {
            "FunctionName": "f", "StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
            "SourceArn": "arn:aws:s3:::bucket",
        }  # fmt: skip

        await world.ask("AddPermission", **wanted)

        assert '"Service":"s3.amazonaws.com"' in (await world.ask("GetPolicy", FunctionName="f"))["Policy"]
        assert (await world.refused("AddPermission", **wanted)).code == "ResourceConflictException"
        await world.ask("RemovePermission", FunctionName="f", StatementId="s")
        assert (await world.refused("GetPolicy", FunctionName="f")).code == "ResourceNotFoundException"
