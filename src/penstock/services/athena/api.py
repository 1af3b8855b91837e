"""The operations on query executions, and on the one workgroup that there is."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.athena import answers, statements
from penstock.services.athena import results as files
from penstock.services.athena.flow import FLOW, STOP
from penstock.services.athena.lake import Place
from penstock.services.athena.model import CATALOG, EXECUTION, WORKGROUP, Plan, State
from penstock.services.athena.results import Page
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.athena import shapes

ROWS: Final = 1_000  # of results in a page
LISTED: Final = 50
NO_EXECUTION: Final = "QueryExecution {} was not found"


@dataclass(frozen=True)
class QueryExecutions:
    """Operations on query executions."""

    engine: Engine
    directory: Directory
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "athena"

    @property
    def database(self) -> Database:
        return self.engine.database

    @operation("StartQueryExecution")
    async def start(self, call: Call, request: shapes.StartQueryExecutionRequest) -> Answer:
        """Told again with its token, it answers as it did and starts nothing."""
        asked, at = checked(call.request), self.clock()
        token = call.token or asked.get("ClientRequestToken", "")
        name = str(UUID(named(call.scope, token) if token else self.chance()))
        plan = plan_of(name, asked, at)
        made = Document(
            kind=EXECUTION, scope=call.scope, name=name, arn=run_of(call.scope, name), created_at=at, modified_at=at,
            parent=asked.get("WorkGroup", WORKGROUP), status="QUEUED",
            body={"Request": asked, "Result": plan.result, "State": msgspec.to_builtins(State())},
        )  # fmt: skip

        def start(tx: Transaction) -> None:
            found = documents.find(tx, call.scope, EXECUTION, name)
            if found is None:
                documents.insert(tx, made)
                self.engine.start(tx, run_of(call.scope, name), FLOW, msgspec.json.encode(plan), scope=call.scope)
            elif found.body["Request"] != asked:
                raise invalid("Idempotent parameters do not match: this ClientRequestToken was used with others.")

        await self.database.write(start)
        return {"QueryExecutionId": name}

    @operation("GetQueryExecution")
    async def get(self, call: Call, request: shapes.GetQueryExecutionRequest) -> Answer:
        name = request["QueryExecutionId"]
        found = await self.database.read(lambda tx: find(tx, call.scope, name))
        return {"QueryExecution": answers.execution(found)}

    @operation("BatchGetQueryExecution")
    async def get_many(self, call: Call, request: shapes.BatchGetQueryExecutionRequest) -> Answer:
        names = request["QueryExecutionIds"]

        def read(tx: Transaction) -> dict[str, Document | None]:
            return {name: documents.find(tx, call.scope, EXECUTION, name) for name in names}

        found = await self.database.read(read)
        return {
            "QueryExecutions": [answers.execution(each) for each in found.values() if each is not None],
            "UnprocessedQueryExecutionIds": [
                {"QueryExecutionId": name, "ErrorCode": "INVALID_INPUT", "ErrorMessage": NO_EXECUTION.format(name)}
                for name, each in found.items()
                if each is None
            ],
        }

    @operation("ListQueryExecutions")
    async def list(self, call: Call, request: shapes.ListQueryExecutionsRequest) -> Answer:
        must_be_primary(request.get("WorkGroup"))
        limit = request.get("MaxResults") or LISTED
        query = Query(kind=EXECUTION, scope=call.scope, limit=limit, token=request.get("NextToken"))
        page = await self.database.read(lambda tx: documents.page(tx, query))
        ids = {"QueryExecutionIds": [each.name for each in page.documents]}
        return ids | pages.onward(page.token)

    @operation("StopQueryExecution")
    async def stop(self, call: Call, request: shapes.StopQueryExecutionRequest) -> Answer:
        """One that has ended stays as it is."""
        name = request["QueryExecutionId"]

        def stop(tx: Transaction) -> None:
            find(tx, call.scope, name)
            self.engine.signal(tx, run_of(call.scope, name), STOP)

        await self.database.write(stop)
        return {}

    @operation("GetQueryResults")
    async def results(self, call: Call, request: shapes.GetQueryResultsRequest) -> Answer:
        """The file at the output location, a page at a time; a query's first row are the names of its columns."""
        if request.get("QueryResultType", "DATA_ROWS") != "DATA_ROWS":
            raise invalid("QueryResultType DATA_MANIFEST is not supported: nothing here writes a manifest.")
        name, most, token = request["QueryExecutionId"], request.get("MaxResults", ROWS), request.get("NextToken")
        found = await self.database.read(lambda tx: find(tx, call.scope, name))
        state = answers.state_of(found)
        if state.status != "SUCCEEDED":
            raise invalid(f"Query has not yet finished. Current state: {state.status}", code="INVALID_QUERY_STATUS")
        page = await self._page(call.scope, found, pages.decode(token, member="NextToken") if token else 0, most)
        told = {
            "UpdateCount": 0,
            "ResultSet": {
                "Rows": [{"Data": [datum(value) for value in row]} for row in page.rows],
                "ResultSetMetadata": {"ColumnInfo": [answers.column(each) for each in state.result.columns]},
            },
        }
        return told if page.next is None else {**told, "NextToken": pages.encode(page.next)}

    async def _page(self, scope: Scope, found: Document, offset: int, most: int) -> Page:
        place = Place.of(found.body["Result"])
        request = {"Bucket": place.bucket, "Key": place.key, "Range": f"bytes={offset}-"}
        if not statements.is_query(found.body["Request"]["QueryString"]):
            del request["Range"]
        try:
            body = (await self.directory.answer(Call("s3", "GetObject", request, scope)))["Body"]
        except ServiceError as error:
            raise invalid(f"Could not read the result of this query: {error.message} ({error.code})") from error
        if "Range" in request:
            return await files.page(pieces_of(body), offset, most)
        return files.lines([piece async for piece in pieces_of(body)], offset, most)


@dataclass(frozen=True)
class WorkGroups:
    """The workgroup `primary`, which every account has; it enforces nothing."""

    service = "athena"

    @operation("GetWorkGroup")
    async def get(self, call: Call, request: shapes.GetWorkGroupRequest) -> Answer:
        must_be_primary(request["WorkGroup"])
        configuration = {
            "ResultConfiguration": {},
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            "EngineVersion": answers.ENGINE,
        }
        return {"WorkGroup": {"Name": WORKGROUP, "State": "ENABLED", "Configuration": configuration, "Description": ""}}

    @operation("ListWorkGroups")
    async def list(self, call: Call, request: shapes.ListWorkGroupsRequest) -> Answer:
        if request.get("NextToken"):
            raise invalid("ListWorkGroups gave no NextToken; leave it out.")
        return {"WorkGroups": [{"Name": WORKGROUP, "State": "ENABLED", "EngineVersion": answers.ENGINE}]}


def checked(request: Mapping[str, Json]) -> dict[str, Json]:
    """A request that can be carried out; raises for what it asks and nothing here can do."""
    must_be_primary(request.get("WorkGroup"))
    for member in ("ExecutionParameters", "EngineConfiguration"):
        if request.get(member):
            raise invalid(f"{member} is not supported by Penstock's Athena; write its values into QueryString instead.")
    if request.get("ResultReuseConfiguration", {}).get("ResultReuseByAgeConfiguration", {}).get("Enabled"):
        raise invalid(
            "ResultReuseConfiguration is not supported by Penstock's Athena: every query is run; leave it out."
        )
    location = request.get("ResultConfiguration", {}).get("OutputLocation", "")
    if not location:
        raise invalid(
            "No output location provided. An output location is required either through the Workgroup result "
            "configuration setting or as an API input."
        )
    if not location.startswith("s3://") or not Place.of(location).bucket:
        raise invalid(f"outputLocation is not a valid S3 path: {location}")
    return {member: value for member, value in request.items() if member != "ResultReuseConfiguration"}


def plan_of(name: str, request: Mapping[str, Json], at: float) -> Plan:
    context, where = request.get("QueryExecutionContext", {}), request["ResultConfiguration"]
    ending = "csv" if statements.is_query(request["QueryString"]) else "txt"
    return Plan(
        id=name, query=request["QueryString"], result=f"{where['OutputLocation'].rstrip('/')}/{name}.{ending}",
        submitted_at=at, catalog=context.get("Catalog", CATALOG), database=context.get("Database", "default").lower(),
        bucket_owner=where.get("ExpectedBucketOwner", ""),
    )  # fmt: skip


def named(scope: Scope, token: str) -> str:
    """The same 32 hexadecimal digits for the same token."""
    return hashlib.sha256(f"{scope.account}/{scope.region}/{token}".encode()).hexdigest()[:32]


def run_of(scope: Scope, name: str) -> RunId:
    return RunId(scope.arn("athena", f"query-execution/{name}"))


def find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, EXECUTION, name)
    if found is None:
        raise invalid(NO_EXECUTION.format(name))
    return found


def must_be_primary(workgroup: str | None) -> None:
    if workgroup not in {None, WORKGROUP}:
        raise invalid(f"WorkGroup is not found: {workgroup}. Penstock has the workgroup {WORKGROUP} only.")


def invalid(message: str, *, code: str = "INVALID_INPUT") -> ServiceError:
    return ServiceError(message, code="InvalidRequestException", AthenaErrorCode=code)


def datum(value: str | None) -> dict[str, str]:
    return {} if value is None else {"VarCharValue": value}


async def pieces_of(body: Json) -> AsyncIterator[bytes]:
    if isinstance(body, bytes):
        yield body
    else:
        async for piece in body:
            yield piece
