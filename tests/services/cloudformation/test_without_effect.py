"""Types that are accepted without effect: records in a stack, which say so; and which types can be accepted."""

import re
from pathlib import Path
from typing import Any

import pytest

from penstock.services.cloudformation import NotAccepted
from penstock.services.cloudformation.resources import accepting
from penstock.services.cloudformation.resources.without_effect import NOTE
from penstock.wire.call import ServiceError
from services.cloudformation.worlds import opened

BUCKET = "AWS::S3::Bucket"


def network(cidr: str = "10.0.0.0/16", bucket: str = "") -> Any:
    """A network beside a bucket; the bucket is tagged with what is told of the network."""
    told = [
        {"Key": "subnet", "Value": {"Ref": "Subnet"}},
        {"Key": "group", "Value": {"Fn::GetAtt": ["Group", "GroupId"]}},
        {"Key": "zone", "Value": {"Fn::GetAtt": ["Subnet", "AvailabilityZone"]}},
        {"Key": "range", "Value": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}},
        {"Key": "door", "Value": {"Fn::Select": [0, {"Fn::GetAtt": ["Door", "DnsEntries"]}]}},
    ]
    named = {"BucketName": bucket} if bucket else {}
    return {
        "Resources": {
            "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": cidr}},
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.0.0.0/24"}},
            "Group": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "jobs"}},
            "Door": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            "Bucket": {"Type": BUCKET, "Properties": {"Tags": told, **named}},
        }
    }


async def test_a_network_beside_what_a_template_is_about_is_a_record_that_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, "AWS::EC2::*") as world:
        stack = await world.create("s", network())
        resources = {each["LogicalResourceId"]: each for each in await world.resources("s")}
        events = await world.events("s")
        (bucket,) = await world.buckets()
        told = (await world.ask("GetBucketTagging", service="s3", Bucket=bucket))["TagSet"]
        await world.ask("DetectStackDrift", StackName="s")
        drifts = (await world.ask("DescribeStackResourceDrifts", StackName="s"))["StackResourceDrifts"]
        with pytest.raises(ServiceError, match="Drift detection is not supported for Vpc: AWS::EC2::VPC has no effect"):
            await world.ask("DetectStackResourceDrift", StackName="s", LogicalResourceId="Vpc")
        gone = await world.delete("s")

    ids = {lid: each["PhysicalResourceId"] for lid, each in resources.items()}
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {lid for lid, each in resources.items() if each.get("ResourceStatusReason") == NOTE} == {
        "Vpc", "Subnet", "Group", "Door",
    }  # fmt: skip
    assert ("Vpc", "CREATE_COMPLETE", NOTE) in events
    assert ("Bucket", "CREATE_COMPLETE", "") in events
    assert re.fullmatch("vpc-[0-9a-f]{17}", ids["Vpc"])
    assert {each["Key"]: each["Value"] for each in told} == {
        "subnet": ids["Subnet"],
        "group": ids["Group"],
        "zone": "us-east-1a",
        "range": "10.0.0.0/16",
        "door": f"none:{ids['Door']}.invalid",
    }
    assert [each["LogicalResourceId"] for each in drifts] == ["Bucket"]
    assert gone["StackStatus"] == "DELETE_COMPLETE"


async def test_records_change_and_are_replaced_and_go_back_as_on_aws(tmp_path: Path) -> None:
    tagged = network()
    tagged["Resources"]["Vpc"]["Properties"]["Tags"] = [{"Key": "a", "Value": "1"}]

    async with opened(tmp_path, "AWS::EC2::*") as world:
        await world.create("s", network())
        ids = [{each["LogicalResourceId"]: each["PhysicalResourceId"] for each in await world.resources("s")}]
        for body in (tagged, network("10.1.0.0/16")):
            await world.update("s", body)
            ids += [{each["LogicalResourceId"]: each["PhysicalResourceId"] for each in await world.resources("s")}]
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        undone = await world.update("s", network("10.2.0.0/16", bucket="taken"))
        resources = {each["LogicalResourceId"]: each for each in await world.resources("s")}

    assert ids[1] == ids[0]
    assert {lid for lid in ids[0] if ids[2][lid] != ids[1][lid]} == {"Vpc", "Subnet", "Door"}
    assert undone["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert {lid: each["PhysicalResourceId"] for lid, each in resources.items()} == ids[2]
    assert resources["Vpc"]["ResourceStatusReason"] == NOTE


async def test_a_stack_with_records_is_deleted_where_they_are_no_longer_accepted(tmp_path: Path) -> None:
    async with opened(tmp_path, "AWS::EC2::*") as world:
        await world.create("s", network())

    async with opened(tmp_path) as world:
        with pytest.raises(ServiceError, match="Unrecognized resource types"):
            await world.update("s", network("10.1.0.0/16"))
        gone = await world.delete("s")

    assert gone["StackStatus"] == "DELETE_COMPLETE"


async def test_what_is_known_of_a_type_is_checked_and_of_others_nothing_is_told(tmp_path: Path) -> None:
    wrong = {"A": {"Type": "AWS::EC2::VPC", "Properties": {"Cidr": "10.0.0.0/16"}}}
    other = {"B": {"Type": "AWS::Batch::JobQueue", "Properties": {"Priority": 1}}}
    asking = {**other, "C": {"Type": BUCKET, "Properties": {"BucketName": {"Fn::GetAtt": ["B", "JobQueueArn"]}}}}

    async with opened(tmp_path, "AWS::EC2::VPC", "AWS::Batch::JobQueue") as world:
        with pytest.raises(ServiceError, match="Encountered unsupported property Cidr"):
            await world.create("a", {"Resources": wrong})
        with pytest.raises(ServiceError, match="resource B does not support attribute type JobQueueArn in Fn::GetAtt"):
            await world.create("b", {"Resources": asking})
        await world.create("c", {"Resources": other})
        (queue,) = await world.resources("c")

    assert queue["PhysicalResourceId"].startswith("c-B-")
    assert queue["ResourceStatusReason"] == NOTE


async def test_a_notebook_has_the_name_it_is_given_or_one_that_stays(tmp_path: Path) -> None:
    shape: dict[str, Any] = {"InstanceType": "ml.t3.medium", "RoleArn": "arn:aws:iam::000000000000:role/r"}
    body: Any = {
        "Resources": {
            "Own": {
                "Type": "AWS::SageMaker::NotebookInstance",
                "Properties": {**shape, "NotebookInstanceName": "study"},
            },
            "Any": {"Type": "AWS::SageMaker::NotebookInstance", "Properties": shape},
        },
        "Outputs": {
            "Own": {"Value": {"Ref": "Own"}},
            "Any": {"Value": {"Fn::Sub": "${Any} ${Any.NotebookInstanceName}"}},
        },
    }

    async with opened(tmp_path, "AWS::SageMaker::NotebookInstance") as world:
        before = outputs(await world.create("s", body))
        shape["InstanceType"] = "ml.t3.large"
        body["Resources"]["Own"]["Properties"]["InstanceType"] = "ml.t3.large"
        after = outputs(await world.update("s", body))

    arn, name = before["Any"].split()
    assert before["Own"] == "arn:aws:sagemaker:us-east-1:123456789012:notebook-instance/study"
    assert arn.endswith(f":notebook-instance/{name}")
    assert after == before


def outputs(stack: Any) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (BUCKET, "AWS::S3::Bucket is made by Penstock, with its effect: it cannot be accepted without"),
        ("AWS::Batch::*", r"No types are known by AWS::Batch::\*: name them one by one"),
        ("EC2", "EC2 is no name of a resource type, such as AWS::EC2::VPC"),
        ("AWS::EC2", "AWS::EC2 is no name of a resource type"),
        ("*", r"\* is no name of a resource type"),
    ],
)
def test_what_cannot_be_accepted_is_refused_at_once(name: str, why: str) -> None:
    with pytest.raises(NotAccepted, match=why):
        accepting([name])


def test_of_a_service_those_are_accepted_that_are_known_and_not_made() -> None:
    types = accepting(["AWS::SageMaker::*"])

    assert types["AWS::SageMaker::Domain"].note == NOTE
    assert types["AWS::SageMaker::Model"].note == ""
    assert "AWS::SageMaker::Modle" not in types
