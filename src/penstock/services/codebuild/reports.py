"""Operations on report groups and on reports, which builds make (`reporting`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.codebuild.finding import NOT_THERE
from penstock.services.codebuild.model import POLICY, REPORT, REPORT_GROUP, Json
from penstock.services.codebuild.reporting import counted, group, share
from penstock.services.codebuild.requests import invalid
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Column, Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.codebuild import shapes

LISTED: Final = 100
ORDERS: Final[Mapping[str, Column]] = {
    "NAME": "name", "CREATED_TIME": "created_at", "LAST_MODIFIED_TIME": "modified_at"
}  # fmt: skip
MEASURES: Final[Mapping[str, str]] = {"LINE_COVERAGE_PERCENTAGE": "lineCoveragePercentage", "FILE_PATH": "filePath"}


def pass_rate(report: Mapping[str, Json]) -> float:
    """Of a hundred tests, how many have passed."""
    summary = report["testSummary"]
    return float(share(summary["statusCounts"]["SUCCEEDED"], summary["total"] - summary["statusCounts"]["SUCCEEDED"]))


def coverage(name: str) -> Callable[[Mapping[str, Json]], float]:
    return lambda report: float(report["codeCoverageSummary"][name])


OF_TESTS: Final = frozenset({"PASS_RATE", "DURATION", "TOTAL"})
TRENDS: Final[Mapping[str, Callable[[Mapping[str, Json]], float]]] = {
    "PASS_RATE": pass_rate,
    "DURATION": lambda report: report["testSummary"]["durationInNanoSeconds"] / 1e9,
    "TOTAL": lambda report: float(report["testSummary"]["total"]),
    "LINE_COVERAGE": coverage("lineCoveragePercentage"),
    "LINES_COVERED": coverage("linesCovered"),
    "LINES_MISSED": coverage("linesMissed"),
    "BRANCH_COVERAGE": coverage("branchCoveragePercentage"),
    "BRANCHES_COVERED": coverage("branchesCovered"),
    "BRANCHES_MISSED": coverage("branchesMissed"),
}


@dataclass(frozen=True)
class ReportGroups:
    database: Database
    clock: Callable[[], float]
    service = "codebuild"

    @operation("CreateReportGroup")
    async def create(self, call: Call, request: shapes.CreateReportGroupRequest) -> Answer:
        check_export(call.request)
        given = {name: call.request[name] for name in ("exportConfig", "tags") if name in call.request}
        made = replace(group(call.scope, request["name"], request["type"], self.clock(), **given), token=call.token)
        try:
            kept = await self.database.write(lambda tx: documents.insert(tx, made))
        except documents.AlreadyStored as stored:
            raise ServiceError(
                f"Report group already exists: {stored.found.arn}", code="ResourceAlreadyExistsException"
            ) from None
        return {"reportGroup": told(kept)}

    @operation("UpdateReportGroup")
    async def update(self, call: Call, request: shapes.UpdateReportGroupRequest) -> Answer:
        check_export(call.request)
        given = {name: call.request[name] for name in ("exportConfig", "tags") if name in call.request}

        def change(tx: Transaction) -> Document:
            changed = find(tx, call.scope, REPORT_GROUP, request["arn"]).changed(self.clock(), **given)
            documents.update(tx, changed)
            return changed

        return {"reportGroup": told(await self.database.write(change))}

    @operation("DeleteReportGroup")
    async def delete(self, call: Call, request: shapes.DeleteReportGroupRequest) -> Answer:
        name = name_of(request["arn"])

        def remove(tx: Transaction) -> None:
            reports = every_report(tx, call.scope, name)
            if reports and not request.get("deleteReports"):
                raise invalid(f"The report group {name} has reports: delete them first, or pass deleteReports")
            for report in reports:
                documents.remove(tx, call.scope, REPORT, report.name)
            documents.remove(tx, call.scope, REPORT_GROUP, name)
            documents.remove(tx, call.scope, POLICY, request["arn"])

        await self.database.write(remove)
        return {}

    @operation("BatchGetReportGroups")
    async def get(self, call: Call, request: shapes.BatchGetReportGroupsRequest) -> Answer:
        arns = request["reportGroupArns"]
        found = await self.database.read(lambda tx: look(tx, call.scope, REPORT_GROUP, arns))
        missing = [arn for arn in arns if arn not in found]
        return {"reportGroups": [told(each) for each in found.values()], "reportGroupsNotFound": missing}

    @operation("ListReportGroups")
    async def list(self, call: Call, request: shapes.ListReportGroupsRequest) -> Answer:
        query = Query(
            kind=REPORT_GROUP, scope=call.scope, order=ORDERS[request.get("sortBy", "NAME")],
            descending=request.get("sortOrder") == "DESCENDING", limit=request.get("maxResults", LISTED),
            token=request.get("nextToken"),
        )  # fmt: skip
        return await arns_of(self.database, query, "reportGroups")


@dataclass(frozen=True)
class Reports:
    database: Database
    service = "codebuild"

    @operation("ListReports")
    async def list(self, call: Call, request: shapes.ListReportsRequest) -> Answer:
        return await arns_of(self.database, listed(call, call.request, None), "reports")

    @operation("ListReportsForReportGroup")
    async def list_for_group(self, call: Call, request: shapes.ListReportsForReportGroupRequest) -> Answer:
        found = await self.database.read(lambda tx: find(tx, call.scope, REPORT_GROUP, request["reportGroupArn"]))
        return await arns_of(self.database, listed(call, call.request, found.name), "reports")

    @operation("BatchGetReports")
    async def get(self, call: Call, request: shapes.BatchGetReportsRequest) -> Answer:
        arns = request["reportArns"]
        found = await self.database.read(lambda tx: look(tx, call.scope, REPORT, arns))
        missing = [arn for arn in arns if arn not in found]
        return {"reports": [each.body["report"] for each in found.values()], "reportsNotFound": missing}

    @operation("DeleteReport")
    async def delete(self, call: Call, request: shapes.DeleteReportRequest) -> Answer:
        await self.database.write(lambda tx: documents.remove(tx, call.scope, REPORT, name_of(request["arn"])))
        return {}

    @operation("GetReportGroupTrend")
    async def trend(self, call: Call, request: shapes.GetReportGroupTrendRequest) -> Answer:
        measure = TRENDS[request["trendField"]]

        def newest(tx: Transaction) -> tuple[Document, ...]:
            group = find(tx, call.scope, REPORT_GROUP, request["reportGroupArn"])
            if (group.body["type"] == "TEST") != (request["trendField"] in OF_TESTS):
                raise invalid(f"trendField: {request['trendField']} is nothing of a group of type {group.body['type']}")
            limit = request.get("numOfReports", LISTED)
            return documents.page(tx, Query(kind=REPORT, scope=call.scope, parent=group.name, limit=limit)).documents

        found = await self.database.read(newest)
        values = [measure(each.body["report"]) for each in found]
        raw = [{"reportArn": each.arn, "data": f"{value:g}"} for each, value in zip(found, values, strict=True)]
        if not values:
            return {"stats": {}, "rawData": []}
        stats = {"average": sum(values) / len(values), "max": max(values), "min": min(values)}
        return {"stats": {name: f"{value:g}" for name, value in stats.items()}, "rawData": raw}

    @operation("DescribeTestCases")
    async def cases(self, call: Call, request: shapes.DescribeTestCasesRequest) -> Answer:
        found = await self.database.read(lambda tx: find(tx, call.scope, REPORT, request["reportArn"]))
        wanted, expired = call.request.get("filter", {}), found.body["report"]["expired"]
        chosen = [
            {
                "reportArn": found.arn,
                "testRawDataPath": case["file"],
                "prefix": case["prefix"],
                "name": case["name"],
                "status": case["status"],
                "durationInNanoSeconds": case["nanoseconds"],
                "message": case["message"],
                "testSuiteName": case["suite"],
                "expired": expired,
            }
            for case in found.body["read"]
            if "status" in case
            and wanted.get("status", case["status"]) == case["status"]
            and wanted.get("keyword", "") in f"{case['prefix']} {case['name']}"
        ]
        return cut(call.request, chosen, "testCases")

    @operation("DescribeCodeCoverages")
    async def coverages(self, call: Call, request: shapes.DescribeCodeCoveragesRequest) -> Answer:
        arn, code = request["reportArn"], "InvalidInputException"  # the one error that this operation has
        found = await self.database.read(lambda tx: find(tx, call.scope, REPORT, arn, code))
        least, most = request.get("minLineCoveragePercentage", 0.0), request.get("maxLineCoveragePercentage", 100.0)
        every = [
            {
                "id": f"{found.arn}:{number}",
                "reportARN": found.arn,
                "filePath": file["path"],
                "expired": found.body["report"]["expired"],
                **counted(file),
            }
            for number, file in enumerate(found.body["read"])
            if "path" in file
        ]
        chosen = [each for each in every if least <= each["lineCoveragePercentage"] <= most]
        measure = MEASURES[request.get("sortBy", "FILE_PATH")]
        chosen.sort(key=lambda each: each[measure], reverse=request.get("sortOrder") == "DESCENDING")
        return cut(call.request, chosen, "codeCoverages")


def check_export(request: Mapping[str, Json]) -> None:
    if request.get("exportConfig", {}).get("exportConfigType", "NO_EXPORT") != "NO_EXPORT":
        raise invalid("exportConfig: Penstock does not export reports to S3: NO_EXPORT is what works.")


def told(found: Document) -> dict[str, Json]:
    """A report group, as AWS tells it."""
    return {
        **found.body, "arn": found.arn, "name": found.name, "created": found.created_at,
        "lastModified": found.modified_at, "status": found.status,
    }  # fmt: skip


def name_of(arn: str) -> str:
    return arn.rpartition(":report-group/")[2].rpartition(":report/")[2]


def find(tx: Transaction, scope: Scope, kind: str, arn: str, code: str = NOT_THERE) -> Document:
    found = documents.find(tx, scope, kind, name_of(arn))
    if found is None:
        what = "Report group" if kind == REPORT_GROUP else "Report"
        raise ServiceError(f"{what} cannot be found: {arn}", code=code)
    return found


def look(tx: Transaction, scope: Scope, kind: str, arns: list[str]) -> dict[str, Document]:
    """Those that are there, by the ARN that they were asked for with."""
    found = {arn: documents.find(tx, scope, kind, name_of(arn)) for arn in arns}
    return {arn: each for arn, each in found.items() if each is not None}


def every_report(tx: Transaction, scope: Scope, group: str) -> list[Document]:
    query = Query(kind=REPORT, scope=scope, parent=group)
    found: list[Document] = []
    while True:
        page = documents.page(tx, query)
        found += page.documents
        if page.token is None:
            return found
        query = Query(kind=REPORT, scope=scope, parent=group, token=page.token)


def listed(call: Call, request: Mapping[str, Json], group: str | None) -> Query:
    return Query(
        kind=REPORT, scope=call.scope, parent=group, status=request.get("filter", {}).get("status"),
        descending=request.get("sortOrder", "DESCENDING") == "DESCENDING", limit=request.get("maxResults", LISTED),
        token=request.get("nextToken"),
    )  # fmt: skip


async def arns_of(database: Database, query: Query, member: str) -> Answer:
    page = await database.read(lambda tx: documents.page(tx, query))
    return {member: [each.arn for each in page.documents], **pages.onward(page.token, "nextToken")}


def cut(request: Mapping[str, Json], entries: list[dict[str, Json]], member: str) -> Answer:
    """A page of what does not change any more."""
    first = int(pages.decode(request["nextToken"])) if request.get("nextToken") else 0
    last = first + request.get("maxResults", LISTED)
    more = {"nextToken": pages.encode(last)} if last < len(entries) else {}
    return {member: entries[first:last], **more}
