"""EventBridge events of executions: "Step Functions Execution Status Change", at every status.

An event is kept with what it tells of, and told afterwards.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from penstock.services.stepfunctions.delivering import Deliveries
from penstock.services.stepfunctions.interpreter.execution import Ended
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.standing import standing
from penstock.store.database import Database, Row, Transaction
from penstock.wire.call import Call, Directory, Scope

Json = Any
TYPE: Final = "Step Functions Execution Status Change"
TOGETHER: Final = 500  # notices that are told in one go
ENTRIES: Final = 10  # of one PutEvents
_KEEP: Final = "INSERT INTO sfn_notice (account, region, entry) VALUES (:account, :region, :entry)"


class Notices:
    """Tells the default bus of every execution's beginning and end."""

    def __init__(self, database: Database, directory: Directory) -> None:
        self._directory = directory
        self._deliveries = Deliveries(
            database, table="sfn_notice", columns="account, region, entry", deliver=self._tell, together=TOGETHER
        )
        self.work = self._deliveries.work

    def keep(self, tx: Transaction, scope: Scope, order: Order, ended: Ended | None, *, redrives: int) -> None:
        """Let it be known how an execution stands."""
        entry = msgspec.json.encode(
            {
                "Time": order.started_at if ended is None else ended.at,
                "Source": "aws.states",
                "DetailType": TYPE,
                "Resources": [order.arn],
                "Detail": msgspec.json.encode(detail(order, ended, redrives=redrives)).decode(),
            }
        )
        tx.changed(_KEEP, account=scope.account, region=scope.region, entry=entry)
        self._deliveries.wake(tx)

    async def _tell(self, rows: Sequence[Row]) -> None:
        """Entries of one scope go together; where there are no buses, nobody is told."""
        if not self._directory.answers("events", "PutEvents"):
            return
        scopes: dict[Scope, list[Json]] = {}
        for _, account, region, entry in rows:
            assert isinstance(entry, bytes)
            scopes.setdefault(Scope(str(account), str(region)), []).append(msgspec.json.decode(entry))
        for scope, entries in scopes.items():
            for some in batched(entries, ENTRIES):
                await self._directory.answer(Call("events", "PutEvents", {"Entries": some}, scope))


def batched(entries: list[Json], size: int) -> Iterator[list[Json]]:
    for first in range(0, len(entries), size):
        yield entries[first : first + size]


def detail(order: Order, ended: Ended | None, *, redrives: int) -> dict[str, Json]:
    """The event's detail; what there is not is null, as on AWS."""
    status = "RUNNING" if ended is None else ended.status
    redrive_status, reason = standing(
        status, is_final=ended is not None and ended.is_final, is_child=order.map_run is not None
    )
    return {
        "executionArn": order.arn,
        "stateMachineArn": order.machine,
        "stateMachineVersionArn": order.version,
        "stateMachineAliasArn": order.alias,
        "name": order.name,
        "status": status,
        "startDate": int(order.started_at * 1000),
        "stopDate": None if ended is None else int(ended.at * 1000),
        "input": order.input,
        "inputDetails": {"included": True},
        "output": None if ended is None else ended.output,
        "outputDetails": None if ended is None or ended.output is None else {"included": True},
        "error": None if ended is None else ended.error,
        "cause": None if ended is None else ended.cause,
        "redriveCount": redrives,
        "redriveDate": None,
        "redriveStatus": redrive_status,
        "redriveStatusReason": reason,
    }
