"""IAM's roles, through boto3."""

import asyncio
import json

import pytest
from botocore.exceptions import ClientError

from penstock.services.identity.install import PROJECT_ROLES, ensure_project_roles
from services.identity.world import ALLOW, TRUST, World, chance

MANAGED = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"


def message(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Message"])


def test_the_role_of_whoever_asks_can_be_looked_up(world: World) -> None:
    # What the SageMaker SDK's get_execution_role() and the trust check of its third version do.
    arn = world.client("sts").get_caller_identity()["Arn"]

    role = world.client("iam").get_role(RoleName=arn.split("/")[1])["Role"]

    assert arn.startswith("arn:aws:sts::123456789012:assumed-role/")
    assert role["Arn"] == "arn:aws:iam::123456789012:role/PenstockExecutionRole"
    [statement] = role["AssumeRolePolicyDocument"]["Statement"]
    assert "sagemaker.amazonaws.com" in statement["Principal"]["Service"]


def test_a_role_is_what_it_was_made(world: World) -> None:
    iam = world.client("iam")

    made = iam.create_role(
        RoleName="trainer",
        Path="/team/",
        AssumeRolePolicyDocument=TRUST,
        Description="trains",
        MaxSessionDuration=7200,
        Tags=[{"Key": "team", "Value": "churn"}],
        PermissionsBoundary=MANAGED,
    )["Role"]

    assert iam.get_role(RoleName="trainer")["Role"] == made
    assert made["Arn"] == "arn:aws:iam::123456789012:role/team/trainer"
    assert made["RoleId"].startswith("AROA")
    assert made["AssumeRolePolicyDocument"] == json.loads(TRUST)
    assert (made["Description"], made["MaxSessionDuration"]) == ("trains", 7200)
    assert made["Tags"] == [{"Key": "team", "Value": "churn"}]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == MANAGED


def test_a_role_has_no_region(world: World) -> None:
    world.client("iam").create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    elsewhere = world.gateway.client("iam", region="us-east-1", key=world.root)

    assert elsewhere.get_role(RoleName="trainer")["Role"]["RoleName"] == "trainer"


def test_a_role_changes_by_its_updates(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST, Description="old")
    other = TRUST.replace("sagemaker", "states")

    iam.update_role(RoleName="trainer", Description="new", MaxSessionDuration=3700)
    iam.update_assume_role_policy(RoleName="trainer", PolicyDocument=other)
    iam.tag_role(RoleName="trainer", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_role(RoleName="trainer", TagKeys=["a"])

    role = iam.get_role(RoleName="trainer")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("new", 3700)
    assert role["AssumeRolePolicyDocument"] == json.loads(other)
    assert role["Tags"] == iam.list_role_tags(RoleName="trainer")["Tags"] == [{"Key": "b", "Value": "2"}]


def test_what_is_not_there_is_told_in_awss_words(world: World) -> None:
    iam = world.client("iam")

    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.get_role(RoleName="ghost")

    assert caught.value.response["Error"]["Code"] == "NoSuchEntity"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert message(caught) == "The role with name ghost cannot be found."


def test_a_name_is_given_once(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    with pytest.raises(iam.exceptions.EntityAlreadyExistsException) as caught:
        iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    assert message(caught) == "Role with name trainer already exists."


@pytest.mark.parametrize(
    "document",
    ["{", "[]", "{}", '{"Statement":[1]}', '{"Statement":[{"Effect":"Perhaps","Action":"*"}]}', ALLOW],
    ids=["no JSON", "a list", "no statement", "no object", "no effect", "no principal"],
)
def test_what_is_no_trust_policy_is_refused(world: World, document: str) -> None:
    iam = world.client("iam")

    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=document)


def test_roles_are_listed_in_pages_and_by_path(world: World) -> None:
    iam = world.client("iam")
    for number in range(5):
        iam.create_role(RoleName=f"r{number}", Path=f"/{number % 2}/", AssumeRolePolicyDocument=TRUST)

    pages = list(iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 2}))
    odd = iam.list_roles(PathPrefix="/1/")["Roles"]

    assert [len(page["Roles"]) for page in pages] == [2, 2, 2]
    names = [role["RoleName"] for page in pages for role in page["Roles"]]
    assert names == ["PenstockExecutionRole", "r0", "r1", "r2", "r3", "r4"]
    assert [role["RoleName"] for role in odd] == ["r1", "r3"]


def test_the_roles_that_projects_take_for_granted_are_made_once(world: World) -> None:
    iam, database = world.client("iam"), world.database

    for _ in range(2):
        asyncio.run(ensure_project_roles(database, clock=world.clock, chance=chance))
    iam.delete_role(RoleName="AmazonSageMakerProjectsEventsRole")
    asyncio.run(ensure_project_roles(database, clock=world.clock, chance=chance))

    made = iam.list_roles(PathPrefix="/service-role/")["Roles"]
    assert len(made) == len({role["Arn"] for role in made}) == len(PROJECT_ROLES)
    arn = "arn:aws:iam::123456789012:role/service-role/AmazonSageMakerServiceCatalogProductsUseRole"
    assert arn in {role["Arn"] for role in made}


def test_a_marker_that_no_page_gave_out_is_refused(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("iam").list_roles(Marker="nonsense")

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_awss_own_policies_attach_by_their_arns(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    iam.attach_role_policy(RoleName="trainer", PolicyArn=MANAGED)
    iam.attach_role_policy(RoleName="trainer", PolicyArn=MANAGED)

    attached = iam.list_attached_role_policies(RoleName="trainer")["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonSageMakerFullAccess", "PolicyArn": MANAGED}]
    policy = iam.get_policy(PolicyArn=MANAGED)["Policy"]
    assert (policy["PolicyName"], policy["DefaultVersionId"], policy["AttachmentCount"]) == (
        "AmazonSageMakerFullAccess", "v1", 1,
    )  # fmt: skip

    iam.detach_role_policy(RoleName="trainer", PolicyArn=MANAGED)
    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.detach_role_policy(RoleName="trainer", PolicyArn=MANAGED)
    assert message(caught) == f"Policy {MANAGED} was not found."


def test_a_policy_that_cannot_be_is_not_attached(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.attach_role_policy(RoleName="trainer", PolicyArn="arn:aws:s3:::bucket/no-policy")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.attach_role_policy(RoleName="trainer", PolicyArn="arn:aws:iam::123456789012:policy/ghost")


def test_inline_policies_are_written_read_and_deleted(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)

    iam.put_role_policy(RoleName="trainer", PolicyName="data", PolicyDocument=TRUST.replace("Principal", "Resource"))
    iam.put_role_policy(RoleName="trainer", PolicyName="data", PolicyDocument=ALLOW)

    assert iam.list_role_policies(RoleName="trainer")["PolicyNames"] == ["data"]
    assert iam.get_role_policy(RoleName="trainer", PolicyName="data")["PolicyDocument"] == json.loads(ALLOW)

    iam.delete_role_policy(RoleName="trainer", PolicyName="data")
    with pytest.raises(iam.exceptions.NoSuchEntityException) as caught:
        iam.get_role_policy(RoleName="trainer", PolicyName="data")
    assert message(caught) == "The role policy with name data cannot be found."


def test_a_role_is_deleted_when_nothing_hangs_on_it(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
    iam.attach_role_policy(RoleName="trainer", PolicyArn=MANAGED)
    iam.put_role_policy(RoleName="trainer", PolicyName="data", PolicyDocument=ALLOW)

    with pytest.raises(iam.exceptions.DeleteConflictException) as attached:
        iam.delete_role(RoleName="trainer")
    iam.detach_role_policy(RoleName="trainer", PolicyArn=MANAGED)
    with pytest.raises(iam.exceptions.DeleteConflictException) as inside:
        iam.delete_role(RoleName="trainer")
    iam.delete_role_policy(RoleName="trainer", PolicyName="data")
    assert iam.list_instance_profiles_for_role(RoleName="trainer")["InstanceProfiles"] == []
    iam.delete_role(RoleName="trainer")

    assert message(attached) == "Cannot delete entity, must detach all policies first."
    assert message(inside) == "Cannot delete entity, must delete policies first."
    again = iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)["Role"]
    assert "Tags" not in again


def test_a_service_linked_role_has_aws_name_and_goes_by_a_task(world: World) -> None:
    iam = world.client("iam")
    service = "sagemaker.application-autoscaling.amazonaws.com"

    role = iam.create_service_linked_role(AWSServiceName=service, Description="scales")["Role"]
    with pytest.raises(ClientError, match="has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName=service)
    with pytest.raises(ClientError, match="only modifiable by AWS"):
        iam.delete_role(RoleName=role["RoleName"])
    with pytest.raises(ClientError, match="no service-linked role of mine"):
        iam.create_service_linked_role(AWSServiceName="mine")
    task = iam.delete_service_linked_role(RoleName=role["RoleName"])["DeletionTaskId"]

    name = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    assert role["Arn"] == f"arn:aws:iam::123456789012:role/aws-service-role/{service}/{name}"
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": service}
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)
