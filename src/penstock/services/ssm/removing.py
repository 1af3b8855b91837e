"""Parameters that go, with everything that they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penstock.services.ssm import model
from penstock.services.ssm.model import ParameterNotFound
from penstock.wire.call import Answer, Call, Scope, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.services.ssm.telling import Tell
    from penstock.store.database import Database, Transaction


@dataclass(frozen=True)
class Removing:
    database: Database
    tell: Tell
    clock: Callable[[], float]
    service = "ssm"

    @operation("DeleteParameter")
    async def delete(self, call: Call, request: shapes.DeleteParameterRequest) -> Answer:
        if not await self._remove(call.scope, [request["Name"]]):
            raise ParameterNotFound(f"Parameter {request['Name']} not found.")
        return {}

    @operation("DeleteParameters")
    async def delete_several(self, call: Call, request: shapes.DeleteParametersRequest) -> Answer:
        names = list(dict.fromkeys(request["Names"]))
        removed = await self._remove(call.scope, names)
        return {"DeletedParameters": removed, "InvalidParameters": [each for each in names if each not in removed]}

    async def _remove(self, scope: Scope, names: list[str]) -> list[str]:
        """The names of those that were there."""
        at = self.clock()

        def remove(tx: Transaction) -> list[str]:
            removed = []
            for name in names:
                if (parameter := model.named(tx, scope, name)) is not None:
                    model.remove(tx, parameter)
                    self.tell(tx, parameter, "Delete", at)
                    removed.append(name)
            return removed

        return await self.database.write(remove)
