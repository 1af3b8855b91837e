"""Answers CloudFormation for a custom resource: `send(event, context, SUCCESS, {"key": "value"})`."""

# ruff: noqa: N803, S310 - the names are AWS's, and people give them by name; the address is CloudFormation's

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"
DEADLINE = 30.0  # seconds


def send(
    event: dict[str, Any],
    context: Any,
    responseStatus: str,
    responseData: dict[str, Any] | None,
    physicalResourceId: str | None = None,
    noEcho: bool = False,
    reason: str | None = None,
) -> None:
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), {"content-type": ""}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as response:
            print("Status code:", response.status)
    except OSError as error:
        print("send(..) failed executing the request:", error)
