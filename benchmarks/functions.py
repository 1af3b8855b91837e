"""Invoking a Lambda function: what a warm one adds to the HTTP call, and what a cold one costs.

The floor is the same request as a dry run: the same way through the door, the same look at the function, nothing run.
The two are asked for in turn, so that both meet the same machine.
"""

import io
import shutil
import zipfile
from typing import Any

from benchmarks.world import Client, clients, server, spread, timed

ROUNDS = 500
COLD = 15
ROLE = "arn:aws:iam::123456789012:role/PenstockExecutionRole"
PYTHON = "def handler(event, context):\n    return event\n"
NODE = "exports.handler = async (event) => event;\n"


def create(client: Client, name: str, *, runtime: str, file: str, source: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(file, source)
    client.create_function(
        FunctionName=name, Runtime=runtime, Role=ROLE, Handler=f"{file.partition('.')[0]}.handler", MemorySize=256,
        Code={"ZipFile": buffer.getvalue()},
    )  # fmt: skip


def invoke(client: Client, name: str, **more: Any) -> None:
    answer = client.invoke(FunctionName=name, Payload=b"{}", **more)
    assert "FunctionError" not in answer, answer["Payload"].read()
    answer["Payload"].read()


def measure(client: Client, name: str, **function: str) -> None:
    create(client, name, **function)
    invoke(client, name)
    floor, warm = [], []
    for _ in range(ROUNDS):
        floor.append(timed(lambda: invoke(client, name, InvocationType="DryRun")))
        warm.append(timed(lambda: invoke(client, name)))
    cold = []
    for number in range(COLD):
        create(client, f"{name}-{number}", **function)
        cold.append(timed(lambda number=number: invoke(client, f"{name}-{number}")))  # type: ignore[misc]
    print(f"{name + ', dry run':20} {spread(floor)}")
    print(f"{name + ', warm':20} {spread(warm)}")
    print(f"{name + ', cold':20} {spread(cold)}")


def main() -> None:
    with server() as (_, place):
        (client,) = clients(place, "lambda")
        measure(client, "python", runtime="python3.12", file="handler.py", source=PYTHON)
        if shutil.which("node"):
            measure(client, "node", runtime="nodejs20.x", file="index.js", source=NODE)
