"""A synchronous express execution of five states: what it takes at the server, and what a boto3 client sees.

At the server is seen by a client that does nothing but send bytes that were made before, and read what comes: all of
it is the server's, and the way there and back. Beneath it is the same call placed in this process, through the
directory, with no HTTP at all. The two clients ask in turn.
"""

import asyncio
import json
import socket
import statistics
import time
from collections.abc import Sequence
from typing import Final

from benchmarks.stepfunctions import machines
from benchmarks.stepfunctions.customers import client
from benchmarks.stepfunctions.inprocess import ROLE, create, rooms
from benchmarks.world import server, timed
from penstock.wire.call import Call

STATES: Final = 5
HEAD: Final = """POST / HTTP/1.1
Host: 127.0.0.1
Content-Type: application/x-amz-json-1.0
X-Amz-Target: AWSStepFunctions.StartSyncExecution
X-Amz-Date: {stamp}T000000Z
Authorization: AWS4-HMAC-SHA256 Credential=bench/{stamp}/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0
Content-Length: {length}

"""


def percentiles(seconds: Sequence[float]) -> str:
    hundredths = statistics.quantiles(seconds, n=100)
    return f"p50 {hundredths[49] * 1000:6.2f} ms, p99 {hundredths[98] * 1000:6.2f} ms (n={len(seconds)})"


async def in_process(rounds: int) -> list[float]:
    seconds: list[float] = []
    async with rooms() as built:
        machine = await create(built, "express", machines.passes(STATES), "EXPRESS")
        call = Call("stepfunctions", "StartSyncExecution", {"stateMachineArn": machine, "input": "{}"})
        for _ in range(rounds):
            began = time.perf_counter()
            answer = await built.directory.answer(call)
            seconds.append(time.perf_counter() - began)
            assert answer["status"] == "SUCCEEDED", answer
    return seconds


def over_http(rounds: int) -> tuple[list[float], list[float]]:
    """What a client of bytes saw, and what boto3's did."""
    with server() as (running, place):
        asked = client(place.endpoint)
        machine = asked.create_state_machine(
            name="express", definition=machines.passes(STATES), roleArn=ROLE, type="EXPRESS"
        )["stateMachineArn"]
        request = written({"stateMachineArn": machine, "input": "{}"})
        plainly: list[float] = []
        by_boto3: list[float] = []
        with socket.create_connection(("127.0.0.1", running.port)) as connection:
            for _ in range(rounds):
                plainly.append(timed(lambda: exchange(connection, request)))
                by_boto3.append(timed(lambda: asked.start_sync_execution(stateMachineArn=machine, input="{}")))
        return plainly, by_boto3


def written(request: dict[str, str]) -> bytes:
    """The request as bytes; nobody checks its signature here."""
    body = json.dumps(request)
    return (HEAD.format(stamp=time.strftime("%Y%m%d"), length=len(body)).replace("\n", "\r\n") + body).encode()


def exchange(connection: socket.socket, request: bytes) -> None:
    connection.sendall(request)
    come = b""
    while not come.endswith(b"}"):  # the answer is one JSON object, and the last of its bytes says so
        come += connection.recv(1 << 16)
    assert b'"SUCCEEDED"' in come, come


def main(*, quick: bool) -> None:
    rounds = 300 if quick else 2_000
    plainly, by_boto3 = over_http(rounds)
    print(f"{'in process':24} {percentiles(asyncio.run(in_process(rounds)))}")
    print(f"{'at the server':24} {percentiles(plainly)}")
    print(f"{'seen by boto3':24} {percentiles(by_boto3)}", flush=True)
