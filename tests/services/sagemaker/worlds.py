"""A world for SageMaker's rooms: a real store in a folder, a directory, a clock that is moved by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from migrated import migrate
from penstock.store.sqlite import SqliteDatabase
from penstock.wire.call import Answer, Call, Directory, Json, Scope, Service

ROOMS = Path(__file__).parents[3] / "src" / "penstock" / "services" / "sagemaker"
ROLE = "arn:aws:iam::123456789012:role/Scientist"


@dataclass
class World:
    """Ask it as a customer would: `await world.ask("CreateModel", ModelName="m")`."""

    database: SqliteDatabase
    directory: Directory = field(default_factory=Directory)
    now: float = 1_700_000_000.0
    scope: Scope = Scope(principal=ROLE)  # noqa: RUF009 - frozen

    @classmethod
    def new(cls, folder: Path) -> Self:
        path = folder / "penstock.db"
        rooms = [ROOMS / name / "migrations" for name in ("experiments", "monitoring")]
        migrate(path, [ROOMS.parents[1] / "engine" / "migrations", *rooms])
        return cls(SqliteDatabase(path))

    def clock(self) -> float:
        """A second later each time it is looked at."""
        self.now += 1
        return self.now

    def add(self, services: Iterable[Service]) -> None:
        for service in services:
            self.directory.register(service)

    async def ask(self, operation: str, *, token: str = "", service: str = "sagemaker", **request: Json) -> Answer:
        return await self.directory.answer(Call(service, operation, request, self.scope, token))
