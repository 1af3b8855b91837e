"""Resource types: each is made, read, changed and deleted by calls that may be repeated."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from migrated import migrate
from penstock.composition.rooms import Rooms
from penstock.composition.sources import MIGRATIONS
from penstock.services.cloudformation.driving import Driver
from penstock.services.cloudformation.resources import TYPES
from penstock.services.cloudformation.resources.kind import Resource, identified
from penstock.wire.call import Scope

SCOPE = Scope()
TRUST = {"Version": "2012-10-17", "Statement": []}
GRANT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
ROLE = "arn:aws:iam::123456789012:role/r"

CASES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {  # properties, and what they are changed to
    "AWS::S3::Bucket": (
        {"Tags": [{"Key": "a", "Value": "1"}]},
        {"VersioningConfiguration": {"Status": "Enabled"}},
    ),
    "AWS::IAM::Role": (
        {
            "AssumeRolePolicyDocument": TRUST,
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
            "Policies": [{"PolicyName": "p", "PolicyDocument": GRANT}],
            "MaxSessionDuration": "7200",
        },
        {"AssumeRolePolicyDocument": TRUST, "Description": "changed", "Tags": [{"Key": "a", "Value": "1"}]},
    ),
    "AWS::SageMaker::Model": (
        {"ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": "image", "Environment": {"WORKERS": 2}}},
        {},
    ),
}


@pytest.mark.parametrize("kind", CASES)
async def test_a_resource_is_made_read_changed_and_deleted_and_each_of_it_twice(kind: str, tmp_path: Path) -> None:
    migrate(tmp_path / "penstock.db", MIGRATIONS)
    rooms = Rooms.build(tmp_path)
    drive, of = Driver(rooms.directory, SCOPE, "run#key").drive, TYPES[kind]
    properties, changes = CASES[kind]
    wanted = Resource(logical_id="It", name="stack-it-1", properties=properties, scope=SCOPE)
    try:
        made = await drive(of.create(wanted))
        again = await drive(of.create(wanted))
        there = identified(wanted, made)
        seen = await drive(of.read(there))
        if of.update is not None:
            after = Resource(
                logical_id="It", name=wanted.name, properties=changes, scope=SCOPE, physical_id=made.physical_id
            )
            changed = await drive(of.update(there, after))
            there = identified(after, changed)
        await drive(of.delete(there))
        await drive(of.delete(there))
        gone = await drive(of.read(there))
    finally:
        await rooms.sandbox.close()
        rooms.database.close()

    assert again == made
    assert set(made.attributes) == of.attributes
    assert seen is not None
    assert set(seen) <= of.properties
    assert gone is None
