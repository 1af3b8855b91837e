"""What the tests of the peripheral services share."""

import json
from dataclasses import dataclass, field
from typing import Any

import boto3

from penstock.services.peripheral import Peripheral
from penstock.wire.call import Answer, Call, Directory, Json, operation
from services.serving import Door

OWN = {
    "events": ("PutEvents",),
    "lambda": ("Invoke",),
    "stepfunctions": ("StartExecution",),
    "logs": ("CreateLogStream", "PutLogEvents"),
    "sagemaker": ("StartPipelineExecution", "DescribeTrainingJob"),
    "ssm": ("StartSession",),
}


@dataclass
class Own:
    """Services of Penstock's own, which note their calls and answer what they are told to, or nothing."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    def enter(self, directory: Directory) -> None:
        for service, operations in OWN.items():
            directory.provide(service, operations, self.note)

    async def note(self, call: Call, _: Json) -> Answer:
        self.calls.append(call)
        return self.answers.get(call.operation, {})


@dataclass(frozen=True)
class Stored:
    """What keeps SSM's parameters, and asks moto for AWS's own."""

    room: Peripheral
    service: str = "ssm"

    @operation("GetParameter")
    async def get(self, call: Call, request: Json) -> Answer:
        if request["Name"].startswith("/aws/"):
            return await self.room.answer(call, request)
        return {"Parameter": {"Name": request["Name"], "Value": "kept here", "LastModifiedDate": 1_800_000_000.5}}


@dataclass(frozen=True)
class Queue:
    """A queue, with the client that reads it."""

    sqs: Any
    url: str
    arn: str

    def bodies(self) -> list[str]:
        """What is in it now, in order; reading takes it out of sight."""
        found = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]

    def documents(self) -> list[Any]:
        return [json.loads(body) for body in self.bodies()]


def client_in(region: str, door: Door, service: str) -> Any:
    return boto3.client(
        service, endpoint_url=door.url, region_name=region, aws_access_key_id="a", aws_secret_access_key="b"
    )


def client_without_checks(door: Door) -> Any:
    """SQS's client, sending whatever it is given."""
    return door.client("sqs", parameter_validation=False)


def new_queue(sqs: Any, name: str = "jobs", **attributes: str) -> Queue:
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return Queue(sqs, url, arn)
