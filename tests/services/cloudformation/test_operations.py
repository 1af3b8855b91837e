"""Operations on stacks: how they are asked for, stopped, and told of; and what resources ask others for."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import pytest

from penstock.services.cloudformation.resources.own import place_of
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, ServiceError
from services.clockwork import at_work
from services.cloudformation.worlds import DEADLINE, World, opened

TOPIC: Final = "arn:aws:sns:us-east-1:123456789012:makers"
BUCKET: Final = "AWS::S3::Bucket"
CDK: Final[Any] = {  # the parts of a template that `cdk synth` puts into each
    "Parameters": {
        "BootstrapVersion": {
            "Type": "AWS::SSM::Parameter::Value<String>",
            "Default": "/cdk-bootstrap/hnb659fds/version",
            "Description": "Version of the CDK Bootstrap resources in this environment. [cdk:skip]",
        }
    },
    "Rules": {
        "CheckBootstrapVersion": {
            "Assertions": [
                {
                    "Assert": {"Fn::Not": [{"Fn::Contains": [["1", "2", "3", "4", "5"], {"Ref": "BootstrapVersion"}]}]},
                    "AssertDescription": "CDK bootstrap stack version 6 required.",
                }
            ]
        }
    },
    "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
    "Resources": {
        "CDKMetadata": {
            "Type": "AWS::CDK::Metadata",
            "Properties": {"Analytics": "v2:deflate64:H4sI"},
            "Metadata": {"aws:cdk:path": "App/CDKMetadata/Default"},
            "Condition": "CDKMetadataAvailable",
        },
        "Data": {
            "Type": BUCKET,
            "Properties": {
                "BucketName": {"Fn::Sub": "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"},
                "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
            },
            "UpdateReplacePolicy": "Retain",
            "DeletionPolicy": "Retain",
        },
    },
}
TAKEN: Final = "cdk-hnb659fds-assets-123456789012-us-east-1"


def bootstrapped(world: World, *before: str) -> None:
    """CDK's parameter is there, after it was others."""
    versions = [*before]

    async def stored(call: Call, request: Any) -> Answer:
        return {"Parameter": {"Name": request["Name"], "Value": versions.pop(0) if versions else "30"}}

    world.directory.provide("ssm", ["GetParameter"], stored)


async def reviewed(world: World, body: Any, **more: Any) -> Any:
    """A stack that is made by executing a change set, as CDK asks for one."""
    asked = {"StackName": "s", "ChangeSetName": "c"}
    await world.ask(
        "CreateChangeSet", **asked, TemplateBody=json.dumps(body), ChangeSetType="CREATE",
        IncludeNestedStacks=True, DeploymentConfig={"Mode": "STANDARD"}, **more,
    )  # fmt: skip
    await world.ask("ExecuteChangeSet", **asked)
    return await world.settled("s")


async def test_what_cdk_puts_into_every_template_is_known(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        bootstrapped(world, "5")
        with pytest.raises(ServiceError, match="CDK bootstrap stack version 6 required"):
            await reviewed(world, CDK)
        made = await reviewed(world, CDK)
        told = await world.ask("GetBucketNotificationConfiguration", service="s3", Bucket=TAKEN)
        gone = await world.delete("s")
        left = await world.buckets()

    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert made["DeploymentConfig"] == {"Mode": "STANDARD"}
    assert told == {"EventBridgeConfiguration": {}}
    assert (gone["StackStatus"], left) == ("DELETE_COMPLETE", [TAKEN])


async def test_a_stack_whose_change_set_is_in_review_has_no_template_yet(tmp_path: Path) -> None:
    request = {"StackName": "s", "ChangeSetName": "c", "ChangeSetType": "CREATE"}

    async with opened(tmp_path) as world:
        await world.ask("CreateChangeSet", **request, TemplateBody=json.dumps({"Resources": {"A": {"Type": BUCKET}}}))

        assert "TemplateBody" not in await world.ask("GetTemplate", StackName="s")


async def test_what_is_there_and_would_be_retained_becomes_the_stacks_where_it_may(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        bootstrapped(world)
        await world.ask("CreateBucket", service="s3", Bucket=TAKEN)
        refused = await reviewed(world, CDK)
        await world.delete("s")
        adopted = await reviewed(world, CDK, ImportExistingResources=True)
        (bucket,) = [each for each in await world.resources("s") if each["LogicalResourceId"] == "Data"]

    assert refused["StackStatus"] == "ROLLBACK_COMPLETE"
    assert adopted["StackStatus"] == "CREATE_COMPLETE"
    assert bucket["PhysicalResourceId"] == TAKEN


async def test_what_was_adopted_stays_when_its_stack_is_rolled_back(tmp_path: Path) -> None:
    body = {**CDK, "Resources": {**CDK["Resources"], "Other": {
        "Type": BUCKET, "Properties": {"BucketName": "other"}, "DependsOn": "Data"}}}  # fmt: skip

    async with opened(tmp_path) as world:
        bootstrapped(world)
        for name in (TAKEN, "other"):
            await world.ask("CreateBucket", service="s3", Bucket=name)
        stack = await reviewed(world, body, ImportExistingResources=True)
        left = await world.buckets()

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert left == [TAKEN, "other"]


FAILING: Final[Any] = {
    "Resources": {
        "Free": {"Type": BUCKET},
        "Taken": {"Type": BUCKET, "Properties": {"BucketName": "taken"}, "DependsOn": "Free"},
    }
}


@pytest.mark.parametrize(
    ("asked", "status", "made"),
    [
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1),
        ({"DisableRollback": True}, "CREATE_FAILED", 1),
        ({"DeploymentConfig": {"Mode": "STANDARD", "DisableRollback": True}}, "CREATE_FAILED", 1),
    ],
)
async def test_what_becomes_of_a_creation_that_fails_is_asked_for(
    asked: Any, status: str, made: int, tmp_path: Path
) -> None:
    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        stack = await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(FAILING), **asked)
        failed = await world.settled(stack["StackId"])
        left = await world.buckets()

    assert failed["StackStatus"] == status
    assert len(left) == 1 + made


async def test_an_operation_that_would_not_wait_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        with pytest.raises(ServiceError, match=r"DeploymentConfig\.Mode EXPRESS is not supported"):
            await world.create("s", FAILING, DeploymentConfig={"Mode": "EXPRESS"})


WAITING: Final[Any] = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Wait": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "600"},
    },
}


async def test_an_update_that_is_cancelled_goes_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.create("s", {"Resources": {"Data": {"Type": BUCKET}}})
        with pytest.raises(ServiceError, match="CancelUpdateStack cannot be called from current stack status"):
            await world.ask("CancelUpdateStack", StackName="s")
        body = {"Resources": {"Data": {"Type": BUCKET}, **WAITING}}
        await world.ask("UpdateStack", StackName="s", TemplateBody=json.dumps(body))
        await world.until_there("s", "Wait")
        await world.ask("CancelUpdateStack", StackName="s")
        stack = await world.settled("s")
        left = await world.resources("s")

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert [each["LogicalResourceId"] for each in left] == ["Data"]


@pytest.mark.parametrize("asked", [{}, {"OnFailure": "DO_NOTHING"}, {"DisableRollback": True}])
async def test_a_stack_that_is_being_made_can_be_deleted_whatever_was_to_become_of_a_failure(
    asked: Any, tmp_path: Path
) -> None:
    body = {"Resources": {"Data": {"Type": BUCKET}, **WAITING, "After": {"Type": BUCKET, "DependsOn": "Wait"}}}
    async with opened(tmp_path) as world:
        made = await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(body), **asked)
        await world.until_there("s", "Data")
        await world.until_there("s", "Wait")
        await world.ask("DeleteStack", StackName="s")
        await world.ask("DeleteStack", StackName="s")
        stack = await world.settled(made["StackId"])
        happened = await world.events(made["StackId"])
        left = [each for each in await world.buckets() if "data" in each]
        await world.create("s", {"Resources": {"Data": {"Type": BUCKET}}})

    assert (stack["StackStatus"], left) == ("DELETE_COMPLETE", [])
    assert ("Wait", "CREATE_FAILED", "Resource creation cancelled") in happened
    assert ("Data", "DELETE_COMPLETE") in [each[:2] for each in happened]
    assert "After" not in [name for name, *_ in happened]
    assert [said[1] for said in happened if said[0] == "s"][::-1] in (
        ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"],
        ["DELETE_COMPLETE", "DELETE_IN_PROGRESS", "CREATE_IN_PROGRESS"],
    )


@pytest.mark.parametrize(
    ("asked", "status", "left"),
    [({}, "ROLLBACK_COMPLETE", 0), ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
     ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1)],
)  # fmt: skip
async def test_a_creation_that_takes_longer_than_it_may_has_failed(
    asked: Any, status: str, left: int, tmp_path: Path
) -> None:
    """Time goes on while the server is down, too."""
    body = {"Resources": {"Data": {"Type": BUCKET}, **WAITING}}
    async with opened(tmp_path) as world:
        made = await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(body), TimeoutInMinutes=2, **asked)
        await world.until_there("s", "Data")
        await world.until_there("s", "Wait")
        told = await world.stack("s")

    async with at_work(World(SqliteDatabase(tmp_path / "penstock.db"), tmp_path, life=2, now=world.now + 120)) as world:
        failed = await world.settled(made["StackId"])
        data = [each for each in await world.buckets() if "data" in each]
        happened = await world.events(made["StackId"])

    assert told["TimeoutInMinutes"] == 2
    assert failed["StackStatus"] == status
    assert len(data) == left
    assert any("Stack creation time exceeded the specified timeout." in reason for *_, reason in happened)
    assert ("Wait", "CREATE_FAILED", "Resource creation cancelled") in happened


def with_custom(size: int) -> Any:
    return {
        "Resources": {"It": {"Type": "Custom::It", "Properties": {"ServiceToken": TOPIC, "Size": size}}},
        "Outputs": {"Answer": {"Value": {"Fn::GetAtt": ["It", "Answer"]}}},
    }


async def test_a_custom_resource_of_a_topic_is_answered_by_whoever_hears(tmp_path: Path) -> None:
    heard: list[Any] = []

    async with opened(tmp_path) as world:

        async def publish(call: Call, request: Any) -> Answer:
            event = json.loads(request["Message"])
            heard.append((request["TopicArn"], event["RequestType"], event["ResourceProperties"].get("Size")))
            bucket, key = place_of(event["ResponseURL"])
            said = {"Status": "SUCCESS", "PhysicalResourceId": "it", "Data": {"Answer": "42"}}
            await world.ask("PutObject", service="s3", Bucket=bucket, Key=key, Body=json.dumps(said).encode())
            return {"MessageId": "m"}

        world.directory.provide("sns", ["Publish"], publish)
        made = await world.create("s", with_custom(1))
        changed = await world.update("s", with_custom(2))
        gone = await world.delete("s")

    assert (made["StackStatus"], made["Outputs"][0]["OutputValue"]) == ("CREATE_COMPLETE", "42")
    assert (changed["StackStatus"], gone["StackStatus"]) == ("UPDATE_COMPLETE", "DELETE_COMPLETE")
    assert heard == [(TOPIC, "Create", "1"), (TOPIC, "Update", "2"), (TOPIC, "Delete", "2")]


async def test_what_is_hidden_is_in_no_event_and_no_drift(tmp_path: Path) -> None:
    tags = [
        {"Key": "user", "Value": {"Fn::Sub": "of ${User}"}},
        {"Key": "made", "Value": {"Fn::GetAtt": ["It", "Key"]}},
    ]
    body = with_custom(1)
    body["Parameters"] = {"User": {"Type": "String", "NoEcho": True}}
    body["Resources"]["Data"] = {"Type": BUCKET, "Properties": {"Tags": tags}}

    async with opened(tmp_path) as world:

        async def publish(call: Call, request: Any) -> Answer:
            bucket, key = place_of(json.loads(request["Message"])["ResponseURL"])
            data = {"Answer": "42", "Key": "made-secret"}
            said = {"Status": "SUCCESS", "PhysicalResourceId": "it", "NoEcho": True, "Data": data}
            await world.ask("PutObject", service="s3", Bucket=bucket, Key=key, Body=json.dumps(said).encode())
            return {"MessageId": "m"}

        world.directory.provide("sns", ["Publish"], publish)
        given = [{"ParameterKey": "User", "ParameterValue": "given-secret"}]
        made = await world.create("s", body, Parameters=given)
        bucket = await world.until_there("s", "Data")
        kept = (await world.ask("GetBucketTagging", service="s3", Bucket=bucket))["TagSet"]
        changed = {"TagSet": [{"Key": "user", "Value": "other-secret"}, kept[1]]}
        await world.ask("PutBucketTagging", service="s3", Bucket=bucket, Tagging=changed)
        drift = await world.ask("DetectStackResourceDrift", StackName="s", LogicalResourceId="Data")
        await world.delete("s")
        events = await world.ask("DescribeStackEvents", StackName=made["StackId"])

    assert [each["Value"] for each in kept] == ["of given-secret", "made-secret"]
    assert drift["StackResourceDrift"]["StackResourceDriftStatus"] == "MODIFIED"
    assert "-secret" not in json.dumps([events, drift])
    told = [
        each for each in events["StackEvents"] if each["LogicalResourceId"] == "Data" and "ResourceProperties" in each
    ]
    assert json.loads(told[0]["ResourceProperties"])["Tags"][0] == {"Key": "user", "Value": "of ****"}


async def test_values_are_looked_up_when_a_resource_is_made_and_kept_nowhere(tmp_path: Path) -> None:
    tags = [
        {"Key": "plain", "Value": "{{resolve:ssm:/team:3}}"},
        {"Key": "secret", "Value": "of {{resolve:secretsmanager:db:SecretString:user}}"},
    ]
    body = {"Resources": {"Data": {"Type": BUCKET, "Properties": {"Tags": tags}}}}
    asked: list[Any] = []

    async def parameter(call: Call, request: Any) -> Answer:
        asked.append(request["Name"])
        return {"Parameter": {"Value": "research"}}

    async def secret(call: Call, request: Any) -> Answer:
        return {"SecretString": json.dumps({"user": "ada"})}

    async with opened(tmp_path) as world:
        world.directory.provide("ssm", ["GetParameter"], parameter)
        world.directory.provide("secretsmanager", ["GetSecretValue"], secret)
        await world.create("s", body)
        (bucket,) = await world.buckets()
        told = await world.ask("GetBucketTagging", service="s3", Bucket=bucket)
        journal = await world.database.read(lambda tx: repr(tx.rows("SELECT body FROM document")))

    assert {each["Key"]: each["Value"] for each in told["TagSet"]} == {"plain": "research", "secret": "of ada"}
    assert asked == ["/team:3"]
    assert "resolve:secretsmanager" in journal


async def test_the_bus_hears_of_stacks_and_of_their_resources(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        world.notices.heed(lambda *_: True)
        stack = await world.create("s", {"Resources": {"Data": {"Type": BUCKET}}})
        rows = await world.database.read(lambda tx: tx.rows("SELECT entry FROM notice ORDER BY place"))

    entries = [json.loads(entry) for (entry,) in rows if isinstance(entry, bytes)]
    told = [
        (each["DetailType"], json.loads(each["Detail"])) for each in entries if each["Source"] == "aws.cloudformation"
    ]
    stacks = [detail["status-details"]["status"] for kind, detail in told if kind.endswith("Stack Status Change")]
    resources = [detail["status-details"]["status"] for kind, detail in told if "Resource" in kind]
    assert stacks == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert resources[-1] == "CREATE_COMPLETE"
    assert all(detail["stack-id"] == stack["StackId"] for _, detail in told)


async def test_a_stack_that_is_protected_is_not_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.create("s", {"Resources": {"Data": {"Type": BUCKET}}}, EnableTerminationProtection=True)
        with pytest.raises(ServiceError, match="cannot be deleted while TerminationProtection is enabled"):
            await world.ask("DeleteStack", StackName="s")
        await world.ask("UpdateTerminationProtection", StackName="s", EnableTerminationProtection=False)
        gone = await world.delete("s")

    assert gone["StackStatus"] == "DELETE_COMPLETE"


async def test_a_text_in_s3_is_included(tmp_path: Path) -> None:
    text = "Type: AWS::S3::Bucket\nProperties: {BucketName: !Sub 'included-${AWS::Region}'}\n"
    include = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://parts/bucket.yaml"}}}

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="parts")
        await world.ask("PutObject", service="s3", Bucket="parts", Key="bucket.yaml", Body=text.encode())
        async with asyncio.timeout(DEADLINE):
            stack = await world.create("s", {"Resources": {"Data": include}}, Capabilities=["CAPABILITY_AUTO_EXPAND"])
        left = await world.buckets()

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert left == ["included-us-east-1", "parts"]
