"""Customers: processes that start executions through boto3 and look until they have ended.

A boto3 call costs about a millisecond of processor in the client. So there are several of them, made ready before
anything is measured; all begin at one word. Whom they ask makes no difference to what they do.
"""

import itertools
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

import boto3
from botocore.config import Config

Client = Any
Asked = tuple[str, str, int]  # the machine, the input, how many executions
SOONEST: Final = 0.002  # seconds between two looks: at least, …
SHARE: Final = 0.1  # … and of the time that has passed, so that looking costs everyone the same share
DEADLINE: Final = 120.0
GOODBYE: Final = 5.0
_numbers: Final = itertools.count()


def client(endpoint: str, region: str = "us-east-1") -> Client:
    return boto3.client(
        "stepfunctions", endpoint_url=endpoint, region_name=region, aws_access_key_id="bench",
        aws_secret_access_key="bench", config=Config(inject_host_prefix=False, retries={"max_attempts": 0}),
    )  # fmt: skip


def seen_ended(asked: Client, execution: str, began: float) -> None:
    """Look until the execution has ended, and well."""
    while True:
        status = asked.describe_execution(executionArn=execution)["status"]
        if status != "RUNNING":
            break
        passed = time.perf_counter() - began
        if passed > DEADLINE:
            raise TimeoutError(f"{execution} is still running after {DEADLINE:.0f} s")
        time.sleep(max(SOONEST, SHARE * passed))
    if status != "SUCCEEDED":
        raise RuntimeError(f"{execution}: {status}")


def start(asked: Client, machine: str, text: str) -> str:
    """Start one, under a name of its own (moto gives none)."""
    name = f"execution-{os.getpid()}-{next(_numbers)}"
    arn: str = asked.start_execution(stateMachineArn=machine, name=name, input=text)["executionArn"]
    return arn


def start_and_see(asked: Client, machine: str, text: str) -> None:
    """Start an execution, and see it ended."""
    began = time.perf_counter()
    seen_ended(asked, start(asked, machine, text), began)


def start_and_see_all(asked: Client, machine: str, text: str, count: int) -> None:
    """Start some executions, then look at the list of the machine's running ones until it is empty."""
    began = time.perf_counter()
    for _ in range(count):
        start(asked, machine, text)
    while asked.list_executions(stateMachineArn=machine, statusFilter="RUNNING", maxResults=1).get("executions"):
        passed = time.perf_counter() - began
        if passed > DEADLINE:
            raise TimeoutError(f"executions of {machine} are still running after {DEADLINE:.0f} s")
        time.sleep(max(SOONEST, SHARE * passed))


def start_only(asked: Client, machine: str, text: str, count: int) -> None:
    for _ in range(count):
        start(asked, machine, text)


ACTS: Final = {"start_and_see_all": start_and_see_all, "start_only": start_only}


def customer(endpoint: str, pipe: Connection) -> None:
    """One process: told (act, machine, input, how many) time and again, until it is told None."""
    asked = client(endpoint)
    pipe.send(None)
    while (told := pipe.recv()) is not None:
        act, *rest = told
        try:
            ACTS[act](asked, *rest)
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {error}")
        else:
            pipe.send(None)


@dataclass(frozen=True, slots=True)
class Customers:
    """So many processes at once."""

    pipes: Sequence[Connection]

    def do(self, act: str, machine: str, text: str, each: int) -> float:
        """Let every one do it `each` times; seconds until the last was done."""
        began = time.perf_counter()
        for pipe in self.pipes:
            pipe.send((act, machine, text, each))
        for pipe in self.pipes:
            wrong = pipe.recv()
            if wrong is not None:
                raise RuntimeError(wrong)
        return time.perf_counter() - began


@contextmanager
def customers(endpoint: str, count: int) -> Iterator[Customers]:
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    processes = []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=customer, args=(endpoint, theirs), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        for pipe in pipes:
            pipe.recv()
        yield Customers(pipes)
    finally:
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            process.join(GOODBYE)
            process.kill()
