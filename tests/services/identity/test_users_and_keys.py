"""Users, their keys, and sessions: what a key opens, and when it does not any more."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from services.identity.world import ALLOW, TRUST, World, credential, identity_world

ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"


def code(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"])


def test_a_user_is_made_renamed_and_deleted(world: World) -> None:
    iam = world.client("iam")
    made = iam.create_user(UserName="ada", Tags=[{"Key": "a", "Value": "b"}])["User"]
    iam.put_user_policy(UserName="ada", PolicyName="data", PolicyDocument=ALLOW)
    iam.attach_user_policy(UserName="ada", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")

    iam.update_user(UserName="ada", NewUserName="countess", NewPath="/nobility/")

    moved = iam.get_user(UserName="countess")["User"]
    assert moved["Arn"] == "arn:aws:iam::123456789012:user/nobility/countess"
    assert (moved["UserId"], moved["Tags"]) == (made["UserId"], made["Tags"])
    assert iam.list_user_policies(UserName="countess")["PolicyNames"] == ["data"]
    assert iam.get_user_policy(UserName="countess", PolicyName="data")["PolicyDocument"] == json.loads(ALLOW)
    assert len(iam.list_attached_user_policies(UserName="countess")["AttachedPolicies"]) == 1
    with pytest.raises(iam.exceptions.NoSuchEntityException, match="The user with name ada cannot be found"):
        iam.get_user(UserName="ada")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_user(UserName="countess")
    iam.detach_user_policy(UserName="countess", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.delete_user_policy(UserName="countess", PolicyName="data")
    iam.delete_user(UserName="countess")
    assert iam.list_users()["Users"] == []


def test_a_renamed_user_does_not_take_anothers_name(world: World) -> None:
    iam = world.client("iam")
    iam.create_user(UserName="ada")
    iam.create_user(UserName="grace")

    with pytest.raises(iam.exceptions.EntityAlreadyExistsException):
        iam.update_user(UserName="ada", NewUserName="grace")

    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada", "grace"]


def test_the_root_makes_the_first_user_and_its_key_works_at_once(guarded: World) -> None:
    iam = guarded.client("iam", guarded.root)
    user = iam.create_user(UserName="ada")["User"]

    key = credential(iam.create_access_key(UserName="ada")["AccessKey"])

    identity = guarded.client("sts", key).get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (user["Arn"], user["UserId"])
    assert guarded.client("iam", key).get_user()["User"]["UserName"] == "ada"
    [listed] = guarded.client("iam", key).list_access_keys()["AccessKeyMetadata"]
    assert (listed["AccessKeyId"], listed["Status"], listed["UserName"]) == (key.access_key, "Active", "ada")
    assert guarded.client("sts", key).get_access_key_info(AccessKeyId=key.access_key)["Account"] == "123456789012"


def test_a_key_that_is_switched_off_or_deleted_opens_nothing(guarded: World) -> None:
    iam = guarded.client("iam", guarded.root)
    iam.create_user(UserName="ada")
    key = credential(iam.create_access_key(UserName="ada")["AccessKey"])
    sts = guarded.client("sts", key)
    sts.get_caller_identity()

    iam.update_access_key(UserName="ada", AccessKeyId=key.access_key, Status="Inactive")
    with pytest.raises(ClientError) as inactive:
        sts.get_caller_identity()
    iam.update_access_key(UserName="ada", AccessKeyId=key.access_key, Status="Active")
    sts.get_caller_identity()
    iam.delete_access_key(UserName="ada", AccessKeyId=key.access_key)
    with pytest.raises(ClientError) as deleted:
        sts.get_caller_identity()

    assert code(inactive) == code(deleted) == "InvalidClientTokenId"


def test_a_user_with_keys_is_not_deleted_and_anothers_key_is_not_touched(world: World) -> None:
    iam = world.client("iam")
    iam.create_user(UserName="ada")
    iam.create_user(UserName="grace")
    key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]

    with pytest.raises(iam.exceptions.DeleteConflictException, match="must delete access keys first"):
        iam.delete_user(UserName="ada")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_access_key(UserName="grace", AccessKeyId=key)


def test_only_a_user_may_leave_its_name_out(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("iam").get_user()

    assert code(caught) == "ValidationError"


def test_an_assumed_role_has_keys_of_its_own(guarded: World) -> None:
    root = guarded.client("sts", guarded.root)

    answer = root.assume_role(RoleArn=ROLE, RoleSessionName="job-1", DurationSeconds=900, SourceIdentity="ada")

    role = guarded.client("iam", guarded.root).get_role(RoleName="PenstockExecutionRole")["Role"]
    session = guarded.client("sts", credential(answer["Credentials"])).get_caller_identity()
    assert session["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert session["Arn"] == "arn:aws:sts::123456789012:assumed-role/PenstockExecutionRole/job-1"
    assert session["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"] == f"{role['RoleId']}:job-1"
    assert answer["SourceIdentity"] == "ada"
    assert answer["Credentials"]["Expiration"].timestamp() == pytest.approx(guarded.clock() + 900, abs=60)


def test_a_session_that_is_over_is_expired_and_its_key_goes_in_the_end(guarded: World) -> None:
    root = guarded.client("sts", guarded.root)
    answer = root.assume_role(RoleArn=ROLE, RoleSessionName="job-1", DurationSeconds=900)

    # The gateway's clock is the real one; the key's end is moved into the past instead.
    guarded.clock.ahead = -2000
    early = root.assume_role(RoleArn=ROLE, RoleSessionName="job-2", DurationSeconds=900)
    guarded.clock.ahead = 0
    with pytest.raises(ClientError) as caught:
        guarded.client("sts", credential(early["Credentials"])).get_caller_identity()
    assert code(caught) == "ExpiredToken"

    guarded.clock.ahead = 3 * 3600
    root.get_session_token()
    for gone in (early, answer):
        with pytest.raises(ClientError):
            root.get_access_key_info(AccessKeyId=gone["Credentials"]["AccessKeyId"])


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:iam::123456789012:role/ghost", "AccessDenied"),
        ("arn:aws:iam::999999999999:role/PenstockExecutionRole", "AccessDenied"),
        ("arn:aws:iam::123456789012:user/PenstockExecutionRole", "AccessDenied"),
    ],
)
def test_a_role_that_is_not_there_is_not_assumed(world: World, arn: str, expected: str) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("sts").assume_role(RoleArn=arn, RoleSessionName="job-1")

    assert code(caught) == expected


def test_a_session_is_no_longer_than_its_role_allows(world: World) -> None:
    world.client("iam").create_role(RoleName="short", AssumeRolePolicyDocument=TRUST)

    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration"):
        world.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/short", RoleSessionName="long", DurationSeconds=7200
        )


def test_a_session_token_is_for_whoever_asked(guarded: World) -> None:
    answer = guarded.client("sts", guarded.root).get_session_token()

    session = guarded.client("sts", credential(answer["Credentials"])).get_caller_identity()

    assert session["Arn"] == "arn:aws:iam::123456789012:root"


def test_nobody_with_mfa_is_waved_through(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("sts").get_session_token(SerialNumber="arn:aws:iam::123456789012:mfa/ada", TokenCode="123456")

    assert code(caught) == "AccessDenied"


def test_a_restart_finds_what_was_made(tmp_path: Path) -> None:
    with identity_world(tmp_path, auth=True) as before:
        iam = before.client("iam", before.root)
        iam.create_role(RoleName="trainer", AssumeRolePolicyDocument=TRUST)
        iam.create_user(UserName="ada")
        key = credential(iam.create_access_key(UserName="ada")["AccessKey"])
        default = iam.get_role(RoleName="PenstockExecutionRole")["Role"]

    with identity_world(tmp_path, auth=True) as after:
        iam = after.client("iam", key)
        assert after.root == before.root
        assert iam.get_role(RoleName="trainer")["Role"]["RoleName"] == "trainer"
        assert iam.get_role(RoleName="PenstockExecutionRole")["Role"] == default
