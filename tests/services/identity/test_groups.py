"""Groups of users, and instance profiles."""

import pytest

from services.identity.world import ALLOW, TRUST, World

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_a_group_has_users_and_policies_and_keeps_them_under_another_name(world: World) -> None:
    iam = world.client("iam")
    made = iam.create_group(GroupName="makers", Path="/a/")["Group"]
    for name in ("ada", "grace"):
        iam.create_user(UserName=name)
        iam.add_user_to_group(GroupName="makers", UserName=name)
        iam.add_user_to_group(GroupName="makers", UserName=name)
    iam.put_group_policy(GroupName="makers", PolicyName="data", PolicyDocument=ALLOW)
    iam.attach_group_policy(GroupName="makers", PolicyArn=READ_ONLY)

    iam.update_user(UserName="ada", NewUserName="countess")
    iam.update_group(GroupName="makers", NewGroupName="builders", NewPath="/b/")

    told = iam.get_group(GroupName="builders")
    assert told["Group"]["Arn"] == "arn:aws:iam::123456789012:group/b/builders"
    assert told["Group"]["GroupId"] == made["GroupId"]
    assert {user["UserName"] for user in told["Users"]} == {"countess", "grace"}
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName="countess")["Groups"]] == ["builders"]
    assert iam.list_group_policies(GroupName="builders")["PolicyNames"] == ["data"]
    assert iam.list_entities_for_policy(PolicyArn=READ_ONLY)["PolicyGroups"][0]["GroupName"] == "builders"
    assert iam.list_groups(PathPrefix="/b/")["Groups"] == [told["Group"]]


def test_a_group_goes_when_nothing_is_in_it_and_a_user_when_in_no_group(world: World) -> None:
    iam = world.client("iam")
    iam.create_group(GroupName="makers")
    iam.create_user(UserName="ada")
    iam.add_user_to_group(GroupName="makers", UserName="ada")

    with pytest.raises(iam.exceptions.DeleteConflictException, match="must remove users from group first"):
        iam.delete_group(GroupName="makers")
    with pytest.raises(iam.exceptions.DeleteConflictException, match="must remove users from group first"):
        iam.delete_user(UserName="ada")
    iam.remove_user_from_group(GroupName="makers", UserName="ada")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.remove_user_from_group(GroupName="makers", UserName="ada")
    iam.delete_user(UserName="ada")
    iam.delete_group(GroupName="makers")

    assert iam.list_groups()["Groups"] == []
    with pytest.raises(iam.exceptions.NoSuchEntityException, match="The group with name makers cannot be found"):
        iam.get_group(GroupName="makers")


def test_an_instance_profile_has_one_role(world: World) -> None:
    iam = world.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    made = iam.create_instance_profile(InstanceProfileName="p", Path="/a/", Tags=[{"Key": "a", "Value": "1"}])
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")

    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    with pytest.raises(iam.exceptions.DeleteConflictException):
        iam.delete_instance_profile(InstanceProfileName="p")
    with pytest.raises(iam.exceptions.DeleteConflictException, match="must remove roles from instance profile first"):
        iam.delete_role(RoleName="r")
    [of_role] = iam.list_instance_profiles_for_role(RoleName="r")["InstanceProfiles"]
    told = iam.get_instance_profile(InstanceProfileName="p")["InstanceProfile"]
    iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="r")
    iam.delete_instance_profile(InstanceProfileName="p")
    iam.delete_role(RoleName="r")

    assert told["Arn"] == "arn:aws:iam::123456789012:instance-profile/a/p"
    assert [role["RoleName"] for role in told["Roles"]] == ["r"]
    assert told["Tags"] == made["InstanceProfile"]["Tags"] == [{"Key": "a", "Value": "1"}]
    assert of_role["InstanceProfileId"] == told["InstanceProfileId"]
    assert iam.list_instance_profiles()["InstanceProfiles"] == []
