"""A world with the state machine side of Step Functions in it, and Logs beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from migrated import migrate
from penstock.composition.sources import MIGRATIONS
from penstock.services import logs
from penstock.services.stepfunctions.aliases import Aliases
from penstock.services.stepfunctions.machines import Machines
from penstock.services.stepfunctions.tags import Tags
from penstock.services.stepfunctions.validation import Validation
from penstock.services.stepfunctions.versions import Versions
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, Service, ServiceError
from penstock.wire.validate import validate

ROLE = "arn:aws:iam::123456789012:role/states"
MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine"


def passing(result: Json = 1) -> str:
    """A definition of one state with that result."""
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": result, "End": True}}}
    return msgspec.json.encode(machine).decode()


@dataclass
class World:
    """Step Functions as a customer in this process meets it."""

    database: SqliteDatabase
    directory: Directory
    now: float = 1_700_000_000.0
    running: set[str] = field(default_factory=set)  # ARNs of machines that have open executions
    scope: Scope = field(default_factory=Scope)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def tick(self) -> float:
        self.now += 1
        return self.now

    async def ask(self, operation: str, **request: Any) -> Answer:
        return await self.directory.answer(Call("stepfunctions", operation, request, self.scope))

    async def refused(self, operation: str, **request: Any) -> ServiceError:
        """The error that an operation is answered with."""
        with pytest.raises(ServiceError) as caught:
            await self.ask(operation, **request)
        return caught.value

    async def create(self, name: str = "m", **request: Any) -> Answer:
        return await self.ask(
            "CreateStateMachine", **{"name": name, "definition": passing(), "roleArn": ROLE, **request}
        )

    async def refused_create(self, name: str = "m", **request: Any) -> ServiceError:
        return await self.refused(
            "CreateStateMachine", **{"name": name, "definition": passing(), "roleArn": ROLE, **request}
        )

    async def describe(self, arn: str = f"{MACHINES}:m", **request: Any) -> Answer:
        return await self.ask("DescribeStateMachine", stateMachineArn=arn, **request)

    async def update(self, arn: str = f"{MACHINES}:m", **request: Any) -> Answer:
        return await self.ask("UpdateStateMachine", stateMachineArn=arn, **request)

    async def versions(self, arn: str = f"{MACHINES}:m") -> list[str]:
        told = await self.ask("ListStateMachineVersions", stateMachineArn=arn)
        return [each["stateMachineVersionArn"] for each in told["stateMachineVersions"]]


@cache
def empty_database() -> bytes:
    """A migrated database file, made once for all worlds."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        migrate(path, MIGRATIONS)
        return path.read_bytes()


def build(folder: Path) -> World:
    (folder / "penstock.db").write_bytes(empty_database())
    database, directory = SqliteDatabase(folder / "penstock.db"), Directory(validate)
    world = World(database, directory)
    services: tuple[Service, ...] = (
        Machines(
            database, directory, world.tick, lambda: f"{next(world.numbers):032x}",
            dismiss=lambda _tx, arn: arn in world.running,
        ),
        Versions(database, world.tick), Aliases(database, world.tick), Tags(database), Validation(),
        *logs.operations(database, folder, world.tick, lambda: "0" * 32),
    )  # fmt: skip
    for service in services:
        directory.register(service)
    return world
