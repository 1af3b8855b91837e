"""Absences: what a function has not, as those ask who look at everything that a function has."""

from dataclasses import dataclass

from penstock.services.lambda_ import rows
from penstock.services.lambda_.model import Request, target_of
from penstock.store.database import Database
from penstock.wire.call import Answer, Call, operation


@dataclass(frozen=True)
class Absences:
    """Reads only: the operations that would set these are not implemented, and say so."""

    database: Database
    service: str = "lambda"

    @operation("GetFunctionCodeSigningConfig")
    async def get_code_signing(self, call: Call, request: Request) -> Answer:
        """Code is not signed."""
        target = target_of(call.scope, request)
        await self.database.read(lambda tx: rows.function_of(tx, target))
        return {"CodeSigningConfigArn": "", "FunctionName": target.name}

    @operation("GetFunctionRecursionConfig")
    async def get_recursion(self, call: Call, request: Request) -> Answer:
        """Functions that invoke one another in a circle are not stopped."""
        target = target_of(call.scope, request)
        await self.database.read(lambda tx: rows.function_of(tx, target))
        return {"RecursiveLoop": "Allow"}

    @operation("ListProvisionedConcurrencyConfigs")
    async def list_provisioned(self, call: Call, request: Request) -> Answer:
        """Environments are made when they are needed."""
        target = target_of(call.scope, request)
        await self.database.read(lambda tx: rows.function_of(tx, target))
        return {"ProvisionedConcurrencyConfigs": []}
