"""The pytest plugin: fixtures for tests of what runs on Penstock. See docs/testing.md.

Nothing of Penstock is loaded before a fixture is asked for: this module is imported by every pytest where Penstock is
installed.
"""

import importlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from penstock.testing.mocks import Mocks
    from penstock.testing.server import Client, Server

SCOPES = ("function", "class", "module", "package", "session")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("penstock_scope", f"How long a Penstock lasts: {', '.join(SCOPES)}", default="function")
    parser.addini("penstock_region", "The region of its clients", default="us-east-1")


Scope = Literal["session", "package", "module", "class", "function"]


def _scope(fixture_name: str, config: pytest.Config) -> Scope:  # noqa: ARG001 - pytest's signature
    scope: Scope = config.getini("penstock_scope")
    if scope not in SCOPES:
        raise pytest.UsageError(f"penstock_scope is '{scope}', and must be one of {', '.join(SCOPES)}")
    return scope


@pytest.fixture(scope=_scope)  # type: ignore[call-overload, unused-ignore]
def penstock(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> "Iterator[Server]":
    """A Penstock in this process, as long as `penstock_scope` says: `endpoint`, `data`, `client(service)`, `mocks`."""
    server = importlib.import_module("penstock.testing.server")
    data = tmp_path_factory.mktemp("penstock")
    with server.running(data, region=pytestconfig.getini("penstock_region")) as running:
        yield running


@pytest.fixture
def penstock_client(penstock: "Server") -> "Callable[[str], Client]":
    """Makes boto3 clients: penstock_client("sqs")."""
    return penstock.client


@pytest.fixture
def penstock_sfn(penstock: "Server") -> "Client":
    """A boto3 client of Step Functions."""
    return penstock.client("stepfunctions")


@pytest.fixture
def penstock_s3(penstock: "Server") -> "Client":
    """A boto3 client of S3."""
    return penstock.client("s3")


@pytest.fixture
def penstock_lambda(penstock: "Server") -> "Client":
    """A boto3 client of Lambda."""
    return penstock.client("lambda")


@pytest.fixture
def penstock_sagemaker(penstock: "Server") -> "Client":
    """A boto3 client of SageMaker."""
    return penstock.client("sagemaker")


@pytest.fixture
def penstock_logs(penstock: "Server") -> "Client":
    """A boto3 client of CloudWatch Logs."""
    return penstock.client("logs")


@pytest.fixture
def penstock_environment(penstock: "Server", monkeypatch: pytest.MonkeyPatch) -> "Server":
    """For this test, AWS's SDKs and command line find Penstock by themselves: boto3.client("s3") is enough."""
    clients = importlib.import_module("penstock.images.clients")
    boto3 = importlib.import_module("boto3")

    for name in filter(clients.is_in_the_way, [*os.environ]):
        monkeypatch.delenv(name)
    for name, value in penstock.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials of whoever was first
    return penstock


@pytest.fixture
def penstock_mocks(penstock: "Server") -> "Iterator[Mocks]":
    """What tasks answer instead of their services, in this test."""
    yield penstock.mocks
    penstock.mocks.clear()


@pytest.fixture
def run_machine() -> Callable[..., Any]:
    """Runs a state machine in memory: `penstock.testing.machines.run_machine`."""
    function: Callable[..., Any] = importlib.import_module("penstock.testing.machines").run_machine
    return function
