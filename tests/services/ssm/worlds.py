"""A Parameter Store on a folder, and who answers for what is not in it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import msgspec

from penstock.engine.notices import Notices
from penstock.services.ssm import parameter_store
from penstock.store.sealing import Sealing
from penstock.wire.call import Answer, Call, Directory, Json
from penstock.wire.validate import validate
from services.sagemaker.worlds import World

SECRET = b"the installation's"


@dataclass
class Others:
    """Notes what it is asked and answers what it is told to."""

    calls: list[Call] = field(default_factory=list)
    answer: Answer = field(default_factory=dict)

    async def __call__(self, call: Call, _: Json) -> Answer:
        self.calls.append(call)
        return self.answer


@dataclass
class Store:
    world: World
    folder: Path
    others: Others = field(default_factory=Others)
    sealing: Sealing = field(default_factory=Sealing)

    @classmethod
    def on(cls, folder: Path) -> Self:
        store = cls(World.new(folder), folder)
        store.world.directory = Directory(validate)
        store.sealing.seal_with(SECRET)
        notices = Notices(store.world.database, store.world.directory)
        notices.heed(lambda *_: True)
        store.world.add(parameter_store(store.world.database, store.sealing, notices, store.others, store.world.clock))
        return store

    async def ask(self, operation: str, *, token: str = "", **request: Any) -> Any:
        return await self.world.ask(operation, token=token, service="ssm", **request)

    async def put(self, name: str, value: str = "v", kind: str = "String", **more: Any) -> int:
        answer = await self.ask("PutParameter", Name=name, Value=value, Type=kind, **more)
        return int(answer["Version"])

    async def again(self, name: str, value: str, **more: Any) -> int:
        answer = await self.ask("PutParameter", Name=name, Value=value, Overwrite=True, **more)
        return int(answer["Version"])

    async def value(self, name: str, **more: Any) -> str:
        return str((await self.ask("GetParameter", Name=name, **more))["Parameter"]["Value"])

    def files(self) -> bytes:
        """What the database has written."""
        return b"".join(path.read_bytes() for path in self.folder.glob("penstock.db*"))

    async def told(self) -> list[Any]:
        """The events that were kept, in their order."""
        rows = await self.world.database.read(lambda tx: tx.rows("SELECT entry FROM notice ORDER BY place"))
        return [msgspec.json.decode(bytes(row[0])) for row in rows if isinstance(row[0], bytes)]
