"""Updates of a stack on a server that is killed while they are under way: each ends as the new stack or as the old.

Every update is a random template: resources come, go, change in place or are replaced, in some order; now and then one
is wrong, so that all of it goes back. In the end of each, what the services hold is compared with what the stack should
be, thing by thing: nothing may be missing, other than it should be, or left over.

`python -m benchmarks.stacks --seed N` has other templates and moments, `--quick` two updates.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.world import QUICK, Client, clients, server
from penstock.cli.place import Place
from penstock.cli.story.server import Server

Json = Any
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
STACK = "kills"
UPDATES = 30
LONGEST = 60.0  # seconds for an update
ATTEMPTS = 12  # of a request, so that a restart is bridged
WRONG = 3  # a value with which a resource is refused by its service
TRUST = {"Version": "2012-10-17", "Statement": []}


def machine(value: int) -> str:
    return json.dumps({"Comment": str(value), "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})


PROPERTIES: Mapping[str, Callable[[int], Json]] = {
    "AWS::S3::Bucket": lambda value: {
        "Tags": [{"Key": "value", "Value": str(value)}],
        **({"BucketName": "taken"} if value == WRONG else {}),
    },
    "AWS::IAM::Role": lambda value: {
        "AssumeRolePolicyDocument": TRUST,
        "MaxSessionDuration": 60 if value == WRONG else 3600 + value,
    },
    "AWS::Logs::LogGroup": lambda value: {"RetentionInDays": (1, 3, 5, 4)[value]},
    "AWS::StepFunctions::StateMachine": lambda value: {
        "RoleArn": ROLE,
        "DefinitionString": "{}" if value == WRONG else machine(value),
    },
    "AWS::SageMaker::Model": lambda value: {  # is replaced
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {
            "Image": "x" * 300 if value == WRONG else "penstock/base:1",
            "Environment": {"VALUE": str(value)},
        },
    },
}
IDS = {f"{kind.rpartition(':')[2]}{number}": kind for kind in PROPERTIES for number in (1, 2)}
Stack = dict[str, tuple[int, tuple[str, ...]]]  # by logical id: a value, and what it comes after


def drawn(chance: random.Random, *, may_fail: bool) -> Stack:
    chosen = chance.sample(sorted(IDS), chance.randint(3, 8))
    found: Stack = {
        lid: (chance.randint(0, 2), tuple(chance.sample(chosen[:place], min(place, chance.randint(0, 2)))))
        for place, lid in enumerate(chosen)
    }
    if may_fail and chance.random() < 0.5:
        wrong = chance.choice(chosen)
        found[wrong] = (WRONG, found[wrong][1])
    return found


def body(stack: Stack) -> str:
    resources = {
        lid: {"Type": IDS[lid], "Properties": PROPERTIES[IDS[lid]](value), "DependsOn": list(needs)}
        for lid, (value, needs) in stack.items()
    }
    return json.dumps({"Resources": resources})


@dataclass(frozen=True)
class Stacks:
    running: Server
    place: Place
    chance: random.Random

    def client(self, service: str) -> Client:
        return clients(self.place, service, attempts=ATTEMPTS)[0]

    def asked(self, operation: str, stack: Stack, token: str) -> None:
        """Ask, under the same token until there is an answer."""
        cloudformation = self.client("cloudformation")
        request = {"StackName": STACK, "TemplateBody": body(stack), "Capabilities": ["CAPABILITY_IAM"]}
        while True:
            with suppress(BotoCoreError):
                getattr(cloudformation, operation)(**request, ClientRequestToken=token)
                return

    def interrupted(self) -> None:
        """Kill the server at some moment, once or twice."""
        for _ in range(self.chance.randint(1, 2)):
            time.sleep(self.chance.uniform(0.0, 0.3))
            self.running.kill()
            self.running.start(port=self.running.port)

    def settled(self) -> str:
        cloudformation, end = self.client("cloudformation"), time.monotonic() + LONGEST
        while time.monotonic() < end:
            status: str = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
            if not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(0.05)
        raise TimeoutError(f"the stack is {status} after {LONGEST:.0f} s")

    def wanted(self, stack: Stack) -> dict[tuple[str, str], str]:
        """What there should be: values by type and physical id."""
        told = self.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        known = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in told}
        return {(IDS[lid], known.get(lid, lid)): str(value) for lid, (value, _) in stack.items()}

    def there(self) -> dict[tuple[str, str], str]:
        """What there is, as the services tell it."""
        s3, iam, logs = self.client("s3"), self.client("iam"), self.client("logs")
        machines, sagemaker = self.client("stepfunctions"), self.client("sagemaker")
        found: dict[str, dict[str, str]] = {kind: {} for kind in PROPERTIES}
        for each in s3.list_buckets()["Buckets"]:
            if (name := each["Name"]).startswith(f"{STACK}-"):
                found["AWS::S3::Bucket"][name] = s3.get_bucket_tagging(Bucket=name)["TagSet"][0]["Value"]
        for each in iam.list_roles()["Roles"]:
            if each["RoleName"].startswith(f"{STACK}-"):
                found["AWS::IAM::Role"][each["RoleName"]] = str(each["MaxSessionDuration"] - 3600)
        for each in logs.describe_log_groups(logGroupNamePrefix=f"{STACK}-")["logGroups"]:
            value = (1, 3, 5).index(each["retentionInDays"])
            found["AWS::Logs::LogGroup"][each["logGroupName"]] = str(value)
        for each in machines.list_state_machines()["stateMachines"]:
            told = machines.describe_state_machine(stateMachineArn=each["stateMachineArn"])
            value = json.loads(told["definition"])["Comment"]
            found["AWS::StepFunctions::StateMachine"][each["stateMachineArn"]] = value
        for each in sagemaker.list_models()["Models"]:
            told = sagemaker.describe_model(ModelName=each["ModelName"])
            value = told["PrimaryContainer"]["Environment"]["VALUE"]
            found["AWS::SageMaker::Model"][each["ModelArn"]] = value
        return {(kind, name): value for kind, named in found.items() for name, value in named.items()}


def killed(updates: int, seed: int) -> list[str]:
    """Update a stack again and again while its server is killed; what is wrong then."""
    chance, complaints = random.Random(seed), []
    with server() as (running, place):
        world = Stacks(running, place, chance)
        world.client("s3").create_bucket(Bucket="taken")
        old = drawn(chance, may_fail=False)
        world.asked("create_stack", old, "create")
        world.interrupted()
        status, expected = world.settled(), "CREATE_COMPLETE"
        for number in range(updates + 1):
            if status != expected:
                complaints.append(f"{number}: {status}, not {expected}")
            if (there := world.there()) != (wanted := world.wanted(old)):
                complaints.append(f"{number}: there is {there}, and should be {wanted}")
            if number == updates:
                break
            new = drawn(chance, may_fail=True)
            try:
                world.asked("update_stack", new, f"update-{number}")
            except ClientError as refusal:
                if "No updates" not in str(refusal):
                    raise
                continue
            world.interrupted()
            is_wrong = any(value == WRONG for value, _ in new.values())
            status, expected = world.settled(), "UPDATE_ROLLBACK_COMPLETE" if is_wrong else "UPDATE_COMPLETE"
            old = old if is_wrong else new
    return complaints


def main() -> None:
    reading = argparse.ArgumentParser(prog="benchmarks.stacks", description=__doc__)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument(QUICK, action="store_true")
    asked = reading.parse_args()
    updates, began = 2 if asked.quick else UPDATES, time.monotonic()
    complaints = killed(updates, asked.seed)
    took = time.monotonic() - began
    print(f"{updates} updates of a stack whose server is killed (seed {asked.seed}): {took:.0f} s")
    if complaints:
        raise SystemExit("\n".join(complaints))


if __name__ == "__main__":
    main()
