"""Waiters, as boto3 has them: their look waits, anybody else's does not."""

from dataclasses import dataclass, field

import pytest
from botocore.exceptions import WaiterError

from gateway.running import Running, running
from penstock.gateway import waiting
from penstock.wire.call import Call, Json, operation


@dataclass
class Endpoints:
    """An endpoint that is created while it is looked at."""

    service = "sagemaker"
    statuses: list[str]
    looks: list[str] = field(default_factory=list)

    @operation("DescribeEndpoint")
    async def describe(self, call: Call, request: Json) -> Json:
        self.looks.append(self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0])
        return {
            "EndpointName": request["EndpointName"],
            "EndpointArn": call.scope.arn("sagemaker", "endpoint/churn"),
            "EndpointStatus": self.looks[-1],
            "CreationTime": 0.0,
            "LastModifiedTime": 0.0,
        }


def await_once(gateway: Running) -> None:
    """A waiter that looks once: on a second look, half a minute later, nobody here waits."""
    waiter = gateway.client("sagemaker").get_waiter("endpoint_in_service")
    waiter.wait(EndpointName="churn", WaiterConfig={"MaxAttempts": 1})


def test_a_waiters_look_is_answered_when_what_it_waits_for_is_over() -> None:
    endpoints = Endpoints(["Creating", "Creating", "InService"])
    with running(endpoints) as gateway:
        await_once(gateway)

    assert endpoints.looks == ["Creating", "Creating", "InService"]


def test_a_look_of_anybody_else_is_answered_at_once() -> None:
    endpoints = Endpoints(["Creating", "InService"])
    with running(endpoints) as gateway:
        assert gateway.client("sagemaker").describe_endpoint(EndpointName="churn")["EndpointStatus"] == "Creating"


def test_a_waiter_waits_no_longer_than_its_client_would(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LONGEST", 0.0)
    endpoints = Endpoints(["Creating"])
    with running(endpoints) as gateway, pytest.raises(WaiterError, match="Max attempts exceeded"):
        await_once(gateway)

    assert endpoints.looks == ["Creating"]
