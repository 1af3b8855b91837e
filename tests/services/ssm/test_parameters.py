"""Parameters: what they are told to be, what they were, and what they cannot be."""

import json
from typing import Any

import pytest

from penstock.store.sealing import Sealing
from penstock.wire.call import ServiceError
from services.sagemaker.worlds import ROLE
from services.serving import serving
from services.ssm.worlds import SECRET, Store

ARN = "arn:aws:ssm:us-east-1:123456789012:parameter"


async def refusal(store: Store, operation: str, **request: Any) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        await store.ask(operation, **request)
    return refused.value


# ------------------------------------------------------------------------------------------------------ versions


async def test_each_overwrite_makes_a_version_that_says_what_was_not_said_again(store: Store) -> None:
    await store.put("/model/name", "a", Description="which", AllowedPattern="^[a-z]$")

    assert await store.again("/model/name", "b") == 2

    found = (await store.ask("GetParameter", Name="/model/name"))["Parameter"]
    assert found == {
        "Name": "/model/name", "Type": "String", "Value": "b", "Version": 2, "DataType": "text",
        "ARN": f"{ARN}/model/name", "LastModifiedDate": store.world.now,
    }  # fmt: skip
    history = (await store.ask("GetParameterHistory", Name="/model/name"))["Parameters"]
    assert [(each["Version"], each["Value"], each["Description"], each["LastModifiedUser"]) for each in history] == [
        (1, "a", "which", ROLE), (2, "b", "which", ROLE)
    ]  # fmt: skip
    assert (await refusal(store, "PutParameter", Name="/model/name", Value="B", Overwrite=True)).message == (
        "Parameter value, cannot be validated against allowedPattern: ^[a-z]$"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("p", "3"), ("p:2", "2"), ("p:first", "1"), (f"{ARN}/p", "3"), (f"{ARN}/p:1", "1"), (" p ", "3")],
)
async def test_a_version_is_named_by_its_number_or_a_label(store: Store, name: str, value: str) -> None:
    await store.put("p", "1")
    await store.ask("LabelParameterVersion", Name="p", Labels=["first"])
    await store.again("p", "2")
    await store.again("p", "3")

    found = (await store.ask("GetParameter", Name=name))["Parameter"]

    assert found["Value"] == value
    assert found.get("Selector", "") == (f":{name.rpartition(':')[2]}" if name[-2:] in {":2", "st", ":1"} else "")


@pytest.mark.parametrize(
    ("name", "code"),
    [("q", "ParameterNotFound"), ("p:2", "ParameterVersionNotFound"), ("p:none", "ParameterVersionNotFound"),
     (f"{ARN}/q", "ParameterNotFound"), (f"{ARN.replace('us-east-1', 'eu-west-1')}/p", "ParameterNotFound")],
)  # fmt: skip
async def test_what_is_not_there_is_told_by_name(store: Store, name: str, code: str) -> None:
    await store.put("p")

    assert (await refusal(store, "GetParameter", Name=name)).code == code
    assert (await store.ask("GetParameters", Names=["p", name])).items() >= {"InvalidParameters": [name]}.items()


async def test_the_oldest_of_a_hundred_versions_goes_unless_it_is_labelled(store: Store) -> None:
    await store.put("p", "1")
    for number in range(2, 102):
        await store.again("p", str(number))

    history = await store.ask("GetParameterHistory", Name="p", MaxResults=50)
    rest = await store.ask("GetParameterHistory", Name="p", MaxResults=50, NextToken=history["NextToken"])
    assert [each["Version"] for page in (history, rest) for each in page["Parameters"]] == list(range(2, 102))
    assert "NextToken" not in rest
    await store.ask("LabelParameterVersion", Name="p", ParameterVersion=2, Labels=["live"])
    refused = await refusal(store, "PutParameter", Name="p", Value="102", Overwrite=True)
    assert refused.code == "ParameterMaxVersionLimitExceeded"
    assert "Version 2, the oldest version, can't be deleted because it has a label" in refused.message
    await store.ask("LabelParameterVersion", Name="p", ParameterVersion=3, Labels=["live"])
    assert await store.again("p", "102") == 102
    assert await store.value("p:live") == "3"


async def test_a_label_is_on_one_version_and_moves(store: Store) -> None:
    await store.put("p", "1")
    await store.again("p", "2")

    first = await store.ask("LabelParameterVersion", Name="p", ParameterVersion=1, Labels=["live", "aws-x", "1st"])
    await store.ask("LabelParameterVersion", Name="p", Labels=["live", "new"])

    assert first == {"InvalidLabels": ["aws-x", "1st"], "ParameterVersion": 1}
    history = (await store.ask("GetParameterHistory", Name="p"))["Parameters"]
    assert [each["Labels"] for each in history] == [[], ["live", "new"]]
    removed = await store.ask("UnlabelParameterVersion", Name="p", ParameterVersion=2, Labels=["live", "old"])
    assert removed == {"RemovedLabels": ["live"], "InvalidLabels": ["old"]}
    many = [f"l{number}" for number in range(10)]
    refused = await refusal(store, "LabelParameterVersion", Name="p", Labels=many)
    assert refused.code == "ParameterVersionLabelLimitExceeded"
    assert (await refusal(store, "LabelParameterVersion", Name="p", ParameterVersion=7, Labels=["x"])).code == (
        "ParameterVersionNotFound"
    )


async def test_a_put_that_is_told_twice_makes_one_version(store: Store) -> None:
    for token, value, overwrite in (("a", "1", False), ("a", "1", False), ("b", "2", True), ("b", "2", True)):
        await store.ask("PutParameter", token=token, Name="p", Value=value, Type="String", Overwrite=overwrite)

    assert len((await store.ask("GetParameterHistory", Name="p"))["Parameters"]) == 2


# ------------------------------------------------------------------------------------------------ secure strings


async def test_a_secure_string_is_sealed_for_whoever_does_not_ask_for_it_open(store: Store) -> None:
    await store.put("password", "hunter2", "SecureString")
    await store.again("password", "hunter3")

    sealed = await store.value("password")

    assert "hunter" not in sealed
    assert await store.value("password", WithDecryption=True) == "hunter3"
    assert await store.value("password:1", WithDecryption=True) == "hunter2"
    history = (await store.ask("GetParameterHistory", Name="password", WithDecryption=True))["Parameters"]
    assert [(each["Value"], each["KeyId"]) for each in history] == [
        ("hunter2", "alias/aws/ssm"), ("hunter3", "alias/aws/ssm")
    ]  # fmt: skip
    assert b"hunter" not in store.files()


def test_what_was_sealed_is_opened_after_a_restart() -> None:
    before, after = Sealing(), Sealing()
    before.seal_with(SECRET)
    after.seal_with(SECRET)

    assert after.opened(before.sealed("ä")) == "ä"
    assert after.found(before.hidden("ä")) == "ä"
    assert after.found("kept before there were seals") == "kept before there were seals"


# --------------------------------------------------------------------------------------------------------- lists

NAMES = ("a", "/b", "/p/a", "/p/b", "/p/q/c", "/pq/d")


@pytest.mark.parametrize(
    ("path", "recursive", "names"),
    [("/", False, ["/b", "a"]), ("/", True, sorted(NAMES)), ("/p", False, ["/p/a", "/p/b"]),
     ("/p/", True, ["/p/a", "/p/b", "/p/q/c"]), ("/nothing", True, [])],
)  # fmt: skip
async def test_a_path_holds_its_level_or_all_below_it(store: Store, path: str, recursive: bool, names: Any) -> None:
    for name in NAMES:
        await store.put(name)

    found = await store.ask("GetParametersByPath", Path=path, Recursive=recursive)

    assert [each["Name"] for each in found["Parameters"]] == names
    assert "NextToken" not in found


async def test_pages_go_on_where_the_last_one_ended(store: Store) -> None:
    for name in NAMES:
        await store.put(name, kind="StringList" if name == "/p/b" else "String")
    wanted: Any = {"ParameterFilters": [{"Key": "Type", "Values": ["String"]}], "MaxResults": 2}

    pages = [await store.ask("DescribeParameters", **wanted)]
    while token := pages[-1].get("NextToken"):
        pages.append(await store.ask("DescribeParameters", **wanted, NextToken=token))

    assert [[each["Name"] for each in page["Parameters"]] for page in pages] == [
        ["/b", "/p/a"], ["/p/q/c", "/pq/d"], ["a"]
    ]  # fmt: skip
    assert (await refusal(store, "DescribeParameters", NextToken="rubbish")).code == "InvalidNextToken"


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ([("Name", "BeginsWith", "/p/")], ["/p/a", "/p/b", "/p/q/c"]),
        ([("Name", "Contains", "q")], ["/p/q/c", "/pq/d"]),
        ([("Name", None, "a", "/b")], ["/b", "a"]),
        ([("Path", "Recursive", "/p"), ("tag:team", None, "red")], ["/p/b"]),
        ([("Path", "OneLevel", "/p", "/pq")], ["/p/a", "/p/b", "/pq/d"]),
        ([("tag:team", None)], ["/p/b", "a"]),
        ([("Tier", None, "Advanced")], ["/p/a"]),
        ([("KeyId", None, "alias/mine")], ["/p/q/c"]),
    ],
)
async def test_every_filter_of_a_description_must_fit(store: Store, filters: Any, names: list[str]) -> None:
    more: dict[str, Any] = {
        "a": {"Tags": [{"Key": "team", "Value": "blue"}]}, "/p/b": {"Tags": [{"Key": "team", "Value": "red"}]},
        "/p/a": {"Tier": "Advanced"}, "/p/q/c": {"kind": "SecureString", "KeyId": "alias/mine"},
    }  # fmt: skip
    for name in NAMES:
        await store.put(name, **more.get(name, {}))

    asked = [
        {"Key": key, **({"Option": option} if option else {}), **({"Values": values} if values else {})}
        for key, option, *values in filters
    ]
    found = (await store.ask("DescribeParameters", ParameterFilters=asked))["Parameters"]

    assert [each["Name"] for each in found] == names
    assert all("Value" not in each for each in found)


async def test_below_a_path_labels_may_be_asked_for(store: Store) -> None:
    await store.put("/p/a")
    await store.put("/p/b")
    await store.ask("LabelParameterVersion", Name="/p/b", Labels=["live"])

    found = await store.ask("GetParametersByPath", Path="/p", ParameterFilters=[{"Key": "Label", "Values": ["live"]}])

    assert [each["Name"] for each in found["Parameters"]] == ["/p/b"]


FILTERED = [
    ("GetParametersByPath", {"Path": "p"}, "ValidationException"),
    ("GetParametersByPath", {"Path": "/p", "ParameterFilters": [{"Key": "Name", "Values": ["x"]}]}, "InvalidFilterKey"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Label", "Values": ["x"]}]}, "InvalidFilterKey"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Type", "Option": "Contains", "Values": ["x"]}]},
     "InvalidFilterOption"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Type"}]}, "InvalidFilterValue"),
    ("DescribeParameters", {"ParameterFilters": [{"Key": "Type", "Values": ["String"]}] * 2}, "ValidationException"),
    ("DescribeParameters", {"Shared": True}, "ValidationException"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "request_", "code"), FILTERED)
async def test_a_filter_that_cannot_be_is_refused(store: Store, operation: str, request_: Any, code: str) -> None:
    assert (await refusal(store, operation, **request_)).code == code


# ------------------------------------------------------------------------------------------------------ refusals

WRONG = [
    ({"Name": "aws-x"}, "ValidationException", "can't be prefixed"),
    ({"Name": "/aws/x"}, "AccessDeniedException", "No access to reserved parameter name: /aws/x."),
    ({"Name": "/SSM/x"}, "ValidationException", "can't be prefixed"),
    ({"Name": "a b"}, "ValidationException", "can't be prefixed"),
    ({"Name": "a/b"}, "ValidationException", "fully qualified name"),
    ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException", "maximum of 15 levels"),
    ({"Name": "n" * 1000}, "ValidationException", "longer than 1011 characters"),
    ({"Name": "/there"}, "ValidationException", "Parameter there has the ARN"),
    ({"Name": "there"}, "ParameterAlreadyExists", "set the overwrite option in the request to true"),
    ({"Type": None}, "ValidationException", "A parameter type is required when you create a parameter."),
    ({"Value": ""}, "ValidationException", "greater than or equal to 1"),
    ({"Value": "{{ other }}"}, "ValidationException", "can't nest another parameter"),
    ({"Value": "x" * 4097}, "ValidationException", "maximum parameter value of 4096 characters. To create a larger"),
    ({"Value": "x" * 8193, "Tier": "Intelligent-Tiering"}, "ValidationException", "value of 8192 characters."),
    ({"AllowedPattern": "["}, "InvalidAllowedPatternException", "is no regular expression"),
    ({"AllowedPattern": r"^\d+$"}, "ParameterPatternMismatchException", "allowedPattern: ^\\d+$"),
    ({"DataType": "aws:ec2:image"}, "ValidationException", "data type is not supported: aws:ec2:image"),
    ({"Policies": '[{"Type": "Expiration"}]'}, "ValidationException", "Policies: "),
    ({"KeyId": "alias/mine"}, "ValidationException", "KeyId is for parameters of the type SecureString"),
    ({"Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}, "ValidationException", "can't be used together"),
    ({"Name": "there", "Type": "SecureString", "Overwrite": True}, "HierarchyTypeMismatchException", "to a Secure"),
    ({"Name": "large", "Tier": "Standard", "Overwrite": True}, "ValidationException", "can't downgrade"),
    ({"Tags": [{"Key": str(number), "Value": ""} for number in range(51)]}, "TooManyTagsError", "at most 50 tags"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "code", "sentence"), WRONG)
async def test_what_no_parameter_can_be_is_refused(store: Store, said: Any, code: str, sentence: str) -> None:
    await store.put("there")
    assert await store.put("large", "x" * 4097, Tier="Intelligent-Tiering") == 1
    request = {"Name": "new", "Value": "v", "Type": "String", **said}

    refused = await refusal(
        store, "PutParameter", **{name: value for name, value in request.items() if value is not None}
    )

    assert refused.code == code
    assert sentence in refused.message
    assert (await store.ask("GetParameters", Names=["new"]))["Parameters"] == []


# ----------------------------------------------------------------------------------------- tags, events, removal


async def test_tags_are_a_parameters_and_go_with_it(store: Store) -> None:
    where = {"ResourceType": "Parameter", "ResourceId": "p"}
    await store.put("p", Tags=[{"Key": "a", "Value": "1"}])
    await store.ask("AddTagsToResource", **where, Tags=[{"Key": "b", "Value": "2"}])
    await store.ask("RemoveTagsFromResource", **where, TagKeys=["a"])
    assert (await store.ask("ListTagsForResource", **where))["TagList"] == [{"Key": "b", "Value": "2"}]

    await store.ask("DeleteParameter", Name="p")

    assert (await refusal(store, "ListTagsForResource", **where)).code == "InvalidResourceId"
    await store.put("p")
    assert (await store.ask("ListTagsForResource", **where))["TagList"] == []


async def test_a_parameter_goes_with_every_version(store: Store) -> None:
    await store.put("p", "1")
    await store.again("p", "2")

    removed = await store.ask("DeleteParameters", Names=["p", "q"])

    assert removed == {"DeletedParameters": ["p"], "InvalidParameters": ["q"]}
    assert (await refusal(store, "DeleteParameter", Name="p")).code == "ParameterNotFound"
    assert await store.put("p", "3") == 1
    assert (await refusal(store, "GetParameter", Name="p:2")).code == "ParameterVersionNotFound"


async def test_every_change_is_told(store: Store) -> None:
    await store.put("/p/q", Description="d")
    await store.again("/p/q", "w")
    await store.ask("LabelParameterVersion", Name="/p/q", Labels=["live"])
    await store.ask("DeleteParameter", Name="/p/q")

    told = await store.told()

    assert {(each["Source"], each["DetailType"], *each["Resources"]) for each in told} == {
        ("aws.ssm", "Parameter Store Change", f"{ARN}/p/q")
    }
    assert [json.loads(each["Detail"]) for each in told] == [
        {"operation": operation, "name": "/p/q", "type": "String", "description": "d"}
        for operation in ("Create", "Update", "LabelParameterVersion", "Delete")
    ]


# ---------------------------------------------------------------------------------------------------- the others


async def test_what_is_aws_own_is_asked_of_others(store: Store) -> None:
    await store.put("p")
    public = "/aws/service/ami"
    store.others.answer = {"Parameters": [{"Name": public}], "InvalidParameters": ["/aws/no"]}

    found = await store.ask("GetParameters", Names=["p", public, "/aws/no"])
    await store.ask("GetParameter", Name=f"arn:aws:ssm:us-east-1::parameter{public}")
    await store.ask("GetParametersByPath", Path="/aws/service")
    await store.ask("ListTagsForResource", ResourceType="Document", ResourceId="d")

    assert [each["Name"] for each in found["Parameters"]] == [public, "p"]
    assert found["InvalidParameters"] == ["/aws/no"]
    assert [call.operation for call in store.others.calls] == [
        "GetParameters", "GetParameter", "GetParametersByPath", "ListTagsForResource"
    ]  # fmt: skip
    assert store.others.calls[0].request["Names"] == [public, "/aws/no"]


def test_boto3_reads_what_is_answered(store: Store) -> None:
    with serving(store.world.directory) as door:
        ssm = door.client("ssm")
        ssm.put_parameter(Name="/p/a", Value="1", Type="String")
        ssm.label_parameter_version(Name="/p/a", Labels=["live"])

        found = ssm.get_parameter(Name="/p/a:live")["Parameter"]
        (past,) = ssm.get_parameter_history(Name="/p/a")["Parameters"]
        (described,) = next(iter(ssm.get_paginator("describe_parameters").paginate()))["Parameters"]
        with pytest.raises(ssm.exceptions.ParameterNotFound, match="Parameter /p/b not found"):
            ssm.get_parameter(Name="/p/b")

    assert (found["Value"], found["Selector"], found["LastModifiedDate"].year) == ("1", ":live", 2023)
    assert past["Labels"] == ["live"]
    assert (described["ARN"], described["Tier"], described["Policies"]) == (f"{ARN}/p/a", "Standard", [])
