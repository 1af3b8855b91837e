"""Stacks: what an operation on one comes to, and what is told of it."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import pytest

from penstock.services.cloudformation import describing
from penstock.services.cloudformation.resources.own import place_of
from penstock.wire.call import Answer, Call, ServiceError
from services.cloudformation.worlds import DEADLINE, World, furnished, opened

BUCKET = "AWS::S3::Bucket"


def template(outputs: Any = None, **resources: Any) -> Any:
    made = {lid: {"Type": BUCKET, **each} for lid, each in resources.items()}
    return {"Resources": made, **({"Outputs": outputs} if outputs else {})}


async def test_a_creation_that_fails_is_rolled_back_and_leaves_what_was_there(tmp_path: Path) -> None:
    body = template(Free={}, Taken={"Properties": {"BucketName": "taken"}, "DependsOn": "Free"})

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        stack = await world.create("s", body)
        events, left = await world.events("s"), await world.buckets()

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert left == ["taken"]
    assert [each[:2] for each in events] == [
        ("s", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_IN_PROGRESS"),
        ("Free", "CREATE_COMPLETE"),
        ("Taken", "CREATE_IN_PROGRESS"),
        ("Taken", "CREATE_FAILED"),
        ("s", "ROLLBACK_IN_PROGRESS"),
        ("Free", "DELETE_IN_PROGRESS"),
        ("Free", "DELETE_COMPLETE"),
        ("s", "ROLLBACK_COMPLETE"),
    ]


async def test_a_wait_condition_waits_for_as_many_signals_as_it_counts(tmp_path: Path) -> None:
    body = {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {
                "Type": "AWS::CloudFormation::WaitCondition",
                "Properties": {"Handle": {"Ref": "Handle"}, "Count": 2, "Timeout": "60"},
            },
        },
        "Outputs": {"Data": {"Value": {"Fn::GetAtt": ["Wait", "Data"]}}},
    }

    async with opened(tmp_path) as world:
        await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(body))
        handle = await world.until_there("s", "Handle")
        for name in ("one", "two"):
            await put(world, handle, {"Status": "SUCCESS", "UniqueId": name, "Data": name.upper(), "Reason": ""})
        stack = await world.settled("s")
        gone = await world.delete("s")

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert json.loads(stack["Outputs"][0]["OutputValue"]) == {"one": "ONE", "two": "TWO"}
    assert gone["StackStatus"] == "DELETE_COMPLETE"


async def test_a_stack_in_a_stack_is_made_changed_and_deleted_with_it(tmp_path: Path) -> None:
    inner = template({"Name": {"Value": {"Ref": "Bucket"}}}, Bucket={"DeletionPolicy": "Delete"})
    inner["Parameters"] = {"Versioning": {"Type": "String"}}
    inner["Resources"]["Bucket"]["Properties"] = {"VersioningConfiguration": {"Status": {"Ref": "Versioning"}}}

    def outer(versioning: str) -> Any:
        nested = {
            "TemplateURL": "https://s3.amazonaws.com/templates/inner.json",
            "Parameters": {"Versioning": versioning},
        }
        return {
            "Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": nested}},
            "Outputs": {"Name": {"Value": {"Fn::GetAtt": "Inner.Outputs.Name"}}},
        }

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="templates")
        await world.ask(
            "PutObject", service="s3", Bucket="templates", Key="inner.json", Body=json.dumps(inner).encode()
        )
        made = await world.create("outer", outer("Suspended"))
        changed = await world.update("outer", outer("Enabled"))
        bucket = changed["Outputs"][0]["OutputValue"]
        versioning = await world.ask("GetBucketVersioning", service="s3", Bucket=bucket)
        stacks = (await world.ask("DescribeStacks"))["Stacks"]
        gone = await world.delete("outer")
        left = await world.buckets()

    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert changed["StackStatus"] == "UPDATE_COMPLETE"
    assert made["Outputs"] == changed["Outputs"]
    assert versioning["Status"] == "Enabled"
    assert [each["ParentId"] for each in stacks if "ParentId" in each] == [made["StackId"]]
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert left == ["templates"]


async def test_what_is_exported_and_imported_stays(tmp_path: Path) -> None:
    exporting = template({"Name": {"Value": {"Ref": "Bucket"}, "Export": {"Name": "bucket"}}}, Bucket={})
    importing = template({"Name": {"Value": {"Fn::ImportValue": "bucket"}}}, Other={})

    async with opened(tmp_path) as world:
        await world.create("exports", exporting)
        await world.create("imports", importing)
        twice = await world.create("again", exporting)
        imports = await world.ask("ListImports", ExportName="bucket")
        withdrawn = await world.update("exports", template(Bucket={}))
        refused = await world.delete("exports")
        await world.delete("imports")
        gone = await world.delete("exports")
        exports = await world.ask("ListExports")

    assert twice["StackStatus"] == "ROLLBACK_COMPLETE"
    assert imports["Imports"] == ["imports"]
    assert refused["StackStatus"] == "DELETE_FAILED"
    assert refused["StackStatusReason"] == "Export bucket cannot be deleted as it is in use by imports"
    assert withdrawn["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert gone["StackStatus"] == "DELETE_COMPLETE"
    assert exports["Exports"] == []


async def test_a_change_set_tells_what_an_update_would_do_and_does_it(tmp_path: Path) -> None:
    old = template(Kept={}, Gone={})
    new = template(Kept={"Properties": {"Tags": [{"Key": "a", "Value": "1"}]}}, New={})

    async with opened(tmp_path) as world:
        await world.create("s", old)
        asked = {"StackName": "s", "ChangeSetName": "c"}
        await world.ask("CreateChangeSet", **asked, TemplateBody=json.dumps(new))
        told = await world.ask("DescribeChangeSet", **asked)
        await world.ask("ExecuteChangeSet", **asked)
        stack = await world.settled("s")
        resources = await world.resources("s")
        await world.ask("CreateChangeSet", **asked, TemplateBody=json.dumps(new))
        empty = await world.ask("DescribeChangeSet", **asked)

    changes = {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told["Changes"]}
    assert {name: each["Action"] for name, each in changes.items()} == {
        "Gone": "Remove",
        "Kept": "Modify",
        "New": "Add",
    }
    assert changes["Kept"]["Replacement"] == "False"
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert sorted(each["LogicalResourceId"] for each in resources) == ["Kept", "New"]
    assert empty["Status"] == "FAILED"
    assert "didn't contain changes" in empty["StatusReason"]


async def test_all_properties_of_a_resource_may_be_a_choice(tmp_path: Path) -> None:
    versions = {"VersioningConfiguration": {"Status": {"Ref": "Versions"}}}
    choice = {"Fn::If": ["IsKept", versions, {"Ref": "AWS::NoValue"}]}
    body = {
        "Parameters": {"Versions": {"Type": "String", "Default": "none"}},
        "Conditions": {"IsKept": {"Fn::Equals": [{"Ref": "Versions"}, "Enabled"]}},
        **template(Data={"Properties": choice}),
    }
    wrong = template(Data={"Properties": {"Fn::If": ["IsKept", {}, {"Unheard": 1}]}})
    deep = template(Data={"Properties": {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "Daily": 1}]}}})

    async with opened(tmp_path) as world:
        with pytest.raises(ServiceError, match="Encountered unsupported property Unheard"):
            await world.create("s", {**body, **wrong})
        with pytest.raises(ServiceError, match="unsupported property LifecycleConfiguration/Rules/0/Daily"):
            await world.create("s", deep)
        await world.create("s", body)
        name = (await world.ask("DescribeStackResource", StackName="s", LogicalResourceId="Data"))[
            "StackResourceDetail"
        ]
        where = {"service": "s3", "Bucket": name["PhysicalResourceId"]}
        before = await world.ask("GetBucketVersioning", **where)
        enabled = [{"ParameterKey": "Versions", "ParameterValue": "Enabled"}]
        changed = await world.update("s", body, Parameters=enabled)
        after = await world.ask("GetBucketVersioning", **where)

    assert changed["StackStatus"] == "UPDATE_COMPLETE"
    assert (before.get("Status"), after["Status"]) == (None, "Enabled")


async def test_types_that_are_not_here_are_all_named_before_anything_is_made(tmp_path: Path) -> None:
    body = {"Resources": {"A": {"Type": "AWS::EC2::VPC"}, "B": {"Type": BUCKET}, "C": {"Type": "AWS::EC2::Subnet"}}}

    async with opened(tmp_path) as world:
        with pytest.raises(ServiceError) as refusal:
            await world.create("s", body)
        with pytest.raises(ServiceError, match="Stack with id s does not exist"):
            await world.stack("s")

    assert refusal.value.message == (
        "Template format error: Unrecognized resource types: [AWS::EC2::Subnet, AWS::EC2::VPC]. "
        "`penstock up --accept-without-effect AWS::EC2::Subnet,AWS::EC2::VPC` would keep them as records without effect"
    )


async def test_what_is_to_be_retained_stays_and_a_policy_forbids_changes(tmp_path: Path) -> None:
    kept = template(Kept={"DeletionPolicy": "Retain"})
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "Update:Modify", "Principal": "*", "Resource": "LogicalResourceId/Kept"},
        ]
    }
    changed = template(Kept={"DeletionPolicy": "Retain", "Properties": {"Tags": [{"Key": "a", "Value": "1"}]}})

    async with opened(tmp_path) as world:
        await world.create("s", kept, StackPolicyBody=json.dumps(policy))
        stack = await world.update("s", changed)
        await world.delete("s")
        left = await world.buckets()

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert [name.startswith("s-kept-") for name in left] == [True]


async def test_drift_is_what_somebody_else_has_changed(tmp_path: Path) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    body = template(Same={"Properties": {"Tags": tags}}, Other={"Properties": {"Tags": tags}}, Gone={})

    async with opened(tmp_path) as world:
        await world.create("s", body)
        names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in await world.resources("s")}
        changed = {"TagSet": [{"Key": "a", "Value": "2"}]}
        await world.ask("PutBucketTagging", service="s3", Bucket=names["Other"], Tagging=changed)
        await world.ask("DeleteBucket", service="s3", Bucket=names["Gone"])
        detection = (await world.ask("DetectStackDrift", StackName="s"))["StackDriftDetectionId"]
        status = await world.ask("DescribeStackDriftDetectionStatus", StackDriftDetectionId=detection)
        first = await world.ask("DescribeStackResourceDrifts", StackName="s", MaxResults=2)
        rest = await world.ask("DescribeStackResourceDrifts", StackName="s", NextToken=first["NextToken"])
        stack = await world.stack("s")

    told = [*first["StackResourceDrifts"], *rest["StackResourceDrifts"]]
    drifts = {each["LogicalResourceId"]: each for each in told}
    assert [len(told), len(drifts), "NextToken" in rest] == [3, 3, False]
    assert (status["StackDriftStatus"], status["DriftedStackResourceCount"]) == ("DRIFTED", 2)
    assert stack["DriftInformation"]["StackDriftStatus"] == "DRIFTED"
    assert {name: each["StackResourceDriftStatus"] for name, each in drifts.items()} == {
        "Same": "IN_SYNC", "Other": "MODIFIED", "Gone": "DELETED",
    }  # fmt: skip
    assert drifts["Other"]["PropertyDifferences"] == [
        {"PropertyPath": "/Tags/0/Value", "ExpectedValue": "1", "ActualValue": "2", "DifferenceType": "NOT_EQUAL"}
    ]


async def test_stacks_are_listed_in_pages_the_newest_first_and_with_those_that_are_gone(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        for name in ("a", "b", "c"):
            await world.create(name, template(Bucket={}))
        await world.delete("b")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(describing, "PAGE", 2)
            first = await world.ask("ListStacks")
            await world.create("d", template(Bucket={}))
            second = await world.ask("ListStacks", NextToken=first["NextToken"])
        living = await world.ask("ListStacks", StackStatusFilter=["CREATE_COMPLETE"])

    assert [each["StackName"] for each in first["StackSummaries"]] == ["c", "b"]
    assert [each["StackName"] for each in second["StackSummaries"]] == ["a"]
    assert "NextToken" not in second
    assert [each["StackName"] for each in living["StackSummaries"]] == ["d", "c", "a"]


async def test_a_wait_condition_with_a_creation_policy_is_signaled(tmp_path: Path) -> None:
    policy = {"ResourceSignal": {"Count": 1, "Timeout": "PT1M"}}
    body = {"Resources": {"Wait": {"Type": "AWS::CloudFormation::WaitCondition", "CreationPolicy": policy}}}

    async with opened(tmp_path) as world:
        await world.ask("CreateStack", StackName="s", TemplateBody=json.dumps(body))
        await world.until_there("s", "Wait")
        await world.ask("SignalResource", StackName="s", LogicalResourceId="Wait", UniqueId="u", Status="FAILURE")
        stack = await world.settled("s")

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"


def with_role(minutes: int, **more: Any) -> Any:
    trust = {"Version": "2012-10-17", "Statement": []}
    properties = {"AssumeRolePolicyDocument": trust, "RoleName": "r", "MaxSessionDuration": minutes * 60}
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}, **more}}


NAMED: Any = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}


async def test_a_rollback_that_fails_goes_on_without_what_is_skipped(tmp_path: Path) -> None:
    async with opened(tmp_path) as world:
        await world.create("s", with_role(60), **NAMED)
        await world.ask("DeleteRole", service="iam", RoleName="r")
        failed = await world.update("s", with_role(90), **NAMED)
        with pytest.raises(ServiceError, match="can only be resources that are in the UPDATE_FAILED state"):
            await world.ask("ContinueUpdateRollback", StackName="s", ResourcesToSkip=["Other"])
        await world.ask("ContinueUpdateRollback", StackName="s")
        again = await world.settled("s")
        await world.ask("ContinueUpdateRollback", StackName="s", ResourcesToSkip=["Role"])
        stack = await world.settled("s")

    assert failed["StackStatus"] == again["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


async def test_a_rollback_goes_on_in_a_stack_in_a_stack_without_what_is_skipped_there(tmp_path: Path) -> None:
    def outer(minutes: int) -> Any:
        return {"Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateURL": f"https://s3.amazonaws.com/templates/{minutes}.json"}}}}  # fmt: skip

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="templates")
        for minutes in (60, 90):
            body = json.dumps(with_role(minutes)).encode()
            await world.ask("PutObject", service="s3", Bucket="templates", Key=f"{minutes}.json", Body=body)
        await world.create("s", outer(60), **NAMED)
        await world.ask("DeleteRole", service="iam", RoleName="r")
        failed = await world.update("s", outer(90), **NAMED)
        await world.ask("ContinueUpdateRollback", StackName="s", ResourcesToSkip=["Inner.Role"])
        stack = await world.settled("s")
        [inner] = [each for each in (await world.ask("DescribeStacks"))["Stacks"] if "ParentId" in each]

    assert failed["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert inner["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


async def test_what_failed_and_was_left_can_be_rolled_back_or_updated_again(tmp_path: Path) -> None:
    taken = {"Type": BUCKET, "Properties": {"BucketName": "taken"}, "DependsOn": "Role"}

    async with opened(tmp_path) as world:
        await world.ask("CreateBucket", service="s3", Bucket="taken")
        await world.create("s", with_role(60), **NAMED)
        failed = await world.update("s", with_role(90, Taken=taken), DisableRollback=True, **NAMED)
        half = (await world.ask("GetRole", service="iam", RoleName="r"))["Role"]["MaxSessionDuration"]
        await world.ask("RollbackStack", StackName="s")
        undone = await world.settled("s")
        whole = (await world.ask("GetRole", service="iam", RoleName="r"))["Role"]["MaxSessionDuration"]
        await world.update("s", with_role(90, Taken=taken), DisableRollback=True, **NAMED)
        again = await world.update("s", with_role(120), **NAMED)
        done = (await world.ask("GetRole", service="iam", RoleName="r"))["Role"]["MaxSessionDuration"]
        left = await world.buckets()

    assert (failed["StackStatus"], half) == ("UPDATE_FAILED", 5400)
    assert (undone["StackStatus"], whole) == ("UPDATE_ROLLBACK_COMPLETE", 3600)
    assert (again["StackStatus"], done) == ("UPDATE_COMPLETE", 7200)
    assert left == ["taken"]


async def test_what_was_made_half_goes_before_it_is_made_anew_under_its_name(tmp_path: Path) -> None:
    def named(**rule: Any) -> Any:
        rules = {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **rule}]}}
        return template(Ours={"Properties": {"BucketName": "ours", **rules}})

    async with opened(tmp_path) as world:
        half = await world.create("s", named(ExpiredObjectDeleteMarker=True), DisableRollback=True)
        made = await world.update("s", named(ExpirationInDays=9))
        events, left = await world.events("s"), await world.buckets()

    assert (half["StackStatus"], made["StackStatus"]) == ("CREATE_FAILED", "UPDATE_COMPLETE")
    assert left == ["ours"]
    assert [status for name, status, _ in events if name == "Ours"] == [
        "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS", "DELETE_COMPLETE",
        "CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE",
    ]  # fmt: skip


async def test_topics_are_told_of_every_event(tmp_path: Path) -> None:
    told: list[str] = []

    async def publish(call: Call, request: Any) -> Answer:
        told.append(request["Message"])
        return {"MessageId": "m"}

    async with opened(tmp_path) as world:
        world.directory.provide("sns", ["Publish"], publish)
        topic = "arn:aws:sns:us-east-1:123456789012:stacks"
        await world.create("s", template(Bucket={}), NotificationARNs=[topic])
        events = await world.events("s")
        async with asyncio.timeout(DEADLINE):
            while True:
                if len(told) >= len(events):
                    break
                await asyncio.sleep(0.005)

    assert sum("ResourceStatus='CREATE_COMPLETE'" in each for each in told) == 2


async def test_a_stack_of_many_resources_is_made_and_deleted(tmp_path: Path) -> None:
    """A chain, so that each is made after another."""
    many = {f"B{n}": {"DependsOn": f"B{n - 1}"} if n else {} for n in range(60)}

    async with opened(tmp_path) as world:
        stack = await world.create("s", template(**many))
        there = await world.buckets()
        gone = await world.delete("s")
        left = await world.buckets()

    assert (stack["StackStatus"], len(there)) == ("CREATE_COMPLETE", 60)
    assert (gone["StackStatus"], left) == ("DELETE_COMPLETE", [])


async def put(world: World, address: str, said: Any) -> None:
    """What somebody outside puts to an address that was given out."""
    bucket, key = place_of(address)
    await world.ask("PutObject", service="s3", Bucket=bucket, Key=key, Body=json.dumps(said).encode())


SAM: Final[Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Machine": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {
                "Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                "Policies": ["AmazonSageMakerReadOnly"],
            },
        }
    },
}


async def test_a_template_of_sam_is_reviewed_as_a_change_set_and_made(tmp_path: Path) -> None:
    asked = {"StackName": "s", "ChangeSetName": "c"}
    request = {**asked, "TemplateBody": json.dumps(SAM), "ChangeSetType": "CREATE"}

    async with furnished(tmp_path) as world:
        with pytest.raises(ServiceError, match=r"Requires capabilities : \[CAPABILITY_AUTO_EXPAND\]"):
            await world.create("s", SAM)
        with pytest.raises(ServiceError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
            await world.ask("CreateChangeSet", **request)
        await world.ask("CreateChangeSet", **request, Capabilities=["CAPABILITY_IAM"])
        in_review = await world.events("s")
        original = await world.ask("GetTemplate", **asked, TemplateStage="Original")
        processed = await world.ask("GetTemplate", **asked, TemplateStage="Processed")
        await world.ask("ExecuteChangeSet", **asked)
        made = await world.settled("s")
        role = await world.ask("DescribeStackResource", StackName="s", LogicalResourceId="MachineRole")
        policies = await world.ask(
            "ListAttachedRolePolicies", service="iam", RoleName=role["StackResourceDetail"]["PhysicalResourceId"]
        )

    assert in_review == [("s", "REVIEW_IN_PROGRESS", "User Initiated")]
    assert json.loads(original["TemplateBody"]) == SAM
    assert json.loads(processed["TemplateBody"])["Resources"]["Machine"]["Type"] == "AWS::StepFunctions::StateMachine"
    assert made["StackStatus"] == "CREATE_COMPLETE"
    assert [each["PolicyName"] for each in policies["AttachedPolicies"]] == ["AmazonSageMakerReadOnly"]
