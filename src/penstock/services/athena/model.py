"""The nouns of a query execution. All travel through the journal, so each is a msgspec struct."""

from typing import Final, Literal

import msgspec

EXECUTION: Final = "athena/query-execution"
CATALOG: Final = "AwsDataCatalog"
WORKGROUP: Final = "primary"

Status = Literal["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"]


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """A query, and where its result goes: `result` is the URI of its file."""

    id: str
    query: str
    result: str
    submitted_at: float
    catalog: str = CATALOG
    database: str = "default"
    bucket_owner: str = ""


class Column(msgspec.Struct, frozen=True, array_like=True):
    """A column of a result, its type in Trino's words."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """Why a query has failed, beginning with Trino's name for it; whose fault it is, by AWS's number."""

    reason: str
    category: int = 2  # the user's; 1: the system's


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a query that was carried out."""

    columns: tuple[Column, ...] = ()
    scanned: int = 0  # bytes
    planned: int = 0  # milliseconds
    executed: int = 0
    published: int = 0
    failure: Failure | None = None


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a query stands, folded from its run's journal."""

    status: Status = "QUEUED"
    began_at: float = 0.0
    ended_at: float = 0.0
    result: Result = Result()


class QueryFailed(Exception):
    """A query cannot be carried out; the failure is the customer's to see."""

    def __init__(self, reason: str, category: int = 2) -> None:
        super().__init__(reason)
        self.failure = Failure(reason, category)
