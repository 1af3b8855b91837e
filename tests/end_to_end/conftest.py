"""Servers: one for all tests that leave it unharmed, and fresh ones for those that do not."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.built import python_of, shelf
from end_to_end.sdk import Sdk
from end_to_end.world import World, running


def kept_environments() -> str:
    """A folder for the environments that servers build: they stay for the next tests."""
    return str(shelf())


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """A server for everybody; its environments stay for the next tests, as they would for the next server."""
    folder = Path(tempfile.mkdtemp(prefix="penstock-ends-"))
    with running(folder / "data", "--environments", kept_environments(), "--access-log") as world:
        yield world
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sdk(world: World) -> Iterator[Sdk]:
    """What runs scripts that use the SageMaker SDK 2."""
    sdk = Sdk(world, sys.executable, "sagemaker")
    yield sdk
    sdk.close()


@pytest.fixture(scope="session")
def sdk3(world: World) -> Iterator[Sdk]:
    """What runs scripts that use the SageMaker SDK 3."""
    python = python_of(world.server.data, "sagemaker-sdk-3")
    if python is None:
        pytest.skip("the environment sagemaker-sdk-3 is not built")
    sdk = Sdk(
        world, python,
        "sagemaker.train", "sagemaker.serve.model_builder", "sagemaker.mlops.workflow.pipeline",
    )  # fmt: skip
    yield sdk
    sdk.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[World]:
    """A server that the test may kill."""
    with running(tmp_path / "data") as world:
        yield world
