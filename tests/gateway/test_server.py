"""The server: ready when it says so, gone when it is told, and what was open gets its grace."""

import asyncio
import socket
import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from gateway.running import running
from gateway.services import Pipelines
from penstock.gateway.guard import OpenHost
from penstock.gateway.server import serve
from penstock.gateway.settings import Settings


def test_a_stopped_server_answers_nobody() -> None:
    with running(Pipelines()) as gateway:
        client = gateway.client("sagemaker")
        client.list_experiments()

    with pytest.raises(EndpointConnectionError):
        client.list_experiments()


def test_an_open_request_is_answered_before_the_server_stops() -> None:
    answers: list[int] = []
    pipelines = Pipelines()
    with running(pipelines) as gateway:
        client = gateway.client("sagemaker")

        def ask() -> None:
            answers.append(client.list_experiments()["ResponseMetadata"]["HTTPStatusCode"])

        asking = threading.Thread(target=ask)
        asking.start()
        assert pipelines.begun.wait(20)
        gateway.stop()
        asking.join(20)

    assert answers == [200]


def test_a_request_that_takes_longer_than_the_grace_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[ClientError] = []
    pipelines = Pipelines()
    with running(pipelines, settings=Settings(grace_seconds=1)) as gateway:
        client = gateway.client("sagemaker")

        def ask() -> None:
            try:
                client.list_training_jobs()
            except ClientError as failure:
                failures.append(failure)

        asking = threading.Thread(target=ask)
        asking.start()
        assert pipelines.begun.wait(20)
        gateway.stop()
        asking.join(20)

    [failure] = failures
    assert failure.response["Error"]["Code"] == "ServiceUnavailable"
    assert failure.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert "Traceback" not in caplog.text


async def test_a_taken_port_is_the_callers_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await serve(nobody, "127.0.0.1", taken.getsockname()[1], stopping=asyncio.Event(), ready=print)


async def test_an_open_host_is_not_served() -> None:
    with pytest.raises(OpenHost):
        await serve(nobody, "0.0.0.0", 0, stopping=asyncio.Event(), ready=print)


async def nobody(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asked")
