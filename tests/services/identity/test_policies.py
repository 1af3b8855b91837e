"""IAM's managed policies, their versions, and the questions about who has them."""

import json

import pytest
from botocore.exceptions import ClientError

from services.identity.world import ALLOW, TRUST, World

OTHER = ALLOW.replace("s3:*", "sagemaker:*")


def test_a_policy_is_what_it_was_made(world: World) -> None:
    iam = world.client("iam")

    made = iam.create_policy(
        PolicyName="data", Path="/team/", PolicyDocument=ALLOW, Description="reads", Tags=[{"Key": "a", "Value": "b"}]
    )["Policy"]

    assert iam.get_policy(PolicyArn=made["Arn"])["Policy"] == made
    assert made["Arn"] == "arn:aws:iam::123456789012:policy/team/data"
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["Description"]) == ("v1", 0, "reads")
    version = iam.get_policy_version(PolicyArn=made["Arn"], VersionId="v1")["PolicyVersion"]
    assert (version["Document"], version["IsDefaultVersion"]) == (json.loads(ALLOW), True)
    assert iam.list_policy_tags(PolicyArn=made["Arn"])["Tags"] == [{"Key": "a", "Value": "b"}]


def test_versions_come_and_go_and_five_are_kept(world: World) -> None:
    iam = world.client("iam")
    arn = iam.create_policy(PolicyName="data", PolicyDocument=ALLOW)["Policy"]["Arn"]

    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER)
    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER)
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v3")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy_version(PolicyArn=arn, VersionId="v3")
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    latest = iam.create_policy_version(PolicyArn=arn, PolicyDocument=OTHER, SetAsDefault=True)["PolicyVersion"]

    listed = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert latest["VersionId"] == "v6"
    assert [each["VersionId"] for each in listed] == ["v6", "v5", "v4", "v3", "v2"]
    assert [each["VersionId"] for each in listed if each["IsDefaultVersion"]] == ["v6"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy_version(PolicyArn=arn, VersionId="v1")


def test_a_policy_in_use_is_not_deleted(world: World) -> None:
    iam = world.client("iam")
    arn = iam.create_policy(PolicyName="data", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)
    iam.create_user(UserName="ada")
    iam.attach_role_policy(RoleName="trainer", PolicyArn=arn)
    iam.attach_user_policy(UserName="ada", PolicyArn=arn)

    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_policy(PolicyArn=arn)

    entities = iam.list_entities_for_policy(PolicyArn=arn)
    assert [role["RoleName"] for role in entities["PolicyRoles"]] == ["trainer"]
    assert [user["UserName"] for user in entities["PolicyUsers"]] == ["ada"]
    assert iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 2

    iam.detach_role_policy(RoleName="trainer", PolicyArn=arn)
    iam.detach_user_policy(UserName="ada", PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_policy(PolicyArn=arn)


def test_policies_are_listed_all_or_attached_only(world: World) -> None:
    iam = world.client("iam")
    arns = [iam.create_policy(PolicyName=f"p{n}", PolicyDocument=ALLOW)["Policy"]["Arn"] for n in range(3)]
    iam.create_user(UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=arns[1])

    assert [each["Arn"] for each in iam.list_policies(Scope="Local")["Policies"]] == arns
    assert [each["Arn"] for each in iam.list_policies(OnlyAttached=True)["Policies"]] == [arns[1]]
    with pytest.raises(ClientError, match="well-formed ARN"):
        iam.list_policies(Scope="AWS")


def test_the_document_of_awss_own_policy_is_said_not_to_be_here(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("iam").get_policy_version(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess", VersionId="v1")

    assert caught.value.response["Error"]["Code"] == "NotImplemented"


def test_the_simulator_allows_every_action_on_every_resource(world: World) -> None:
    iam = world.client("iam")
    role = "arn:aws:iam::123456789012:role/PenstockExecutionRole"

    answer = iam.simulate_principal_policy(
        PolicySourceArn=role, ActionNames=["s3:GetObject", "s3:PutObject"], ResourceArns=["arn:aws:s3:::a", "*"]
    )

    assert [(each["EvalActionName"], each["EvalResourceName"]) for each in answer["EvaluationResults"]] == [
        ("s3:GetObject", "arn:aws:s3:::a"), ("s3:GetObject", "*"),
        ("s3:PutObject", "arn:aws:s3:::a"), ("s3:PutObject", "*"),
    ]  # fmt: skip
    assert {each["EvalDecision"] for each in answer["EvaluationResults"]} == {"allowed"}
    pages = list(
        iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=role, ActionNames=["a:A", "b:B", "c:C"], PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["EvaluationResults"]) for page in pages] == [2, 1]


def test_nobody_is_simulated_who_is_not_there(world: World) -> None:
    iam = world.client("iam")

    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:role/ghost", ActionNames=["s3:GetObject"]
        )


def test_an_account_has_no_alias(world: World) -> None:
    assert world.client("iam").list_account_aliases()["AccountAliases"] == []
