"""Reporting: the files that a build's tests have left become a report of their group.

A report is named for its build, so that reporting again after a crash changes nothing. A file that cannot be read
leaves its report INCOMPLETE; neither it nor a failed test fails the build, as on AWS.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from penstock.engine.jobs import Ending, File
from penstock.languages.buildspec import Buildspec, Report
from penstock.languages.reports import COVERAGE, TESTS, UnreadableReport
from penstock.services.codebuild.model import REPORT, REPORT_GROUP, Json, Plan
from penstock.services.codebuild.order import report_folder
from penstock.store import documents
from penstock.store.blobs import Blobs
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

MOST_CASES: Final = 500  # of one report, as on AWS
STATUSES: Final = ("SUCCEEDED", "FAILED", "ERROR", "SKIPPED", "UNKNOWN")
KEPT_FOR: Final = 30 * 86_400.0  # seconds


class Reporting:
    def __init__(self, database: Database, kept: Blobs) -> None:
        self._database = database
        self._blobs = kept

    async def report(self, scope: Scope, plan: Plan, spec: Buildspec, ending: Ending, at: float) -> tuple[str, ...]:
        """Make a report of every group whose files are there; their ARNs."""
        arns = []
        for number, wanted in enumerate(spec.reports):
            if files := ending.outputs.get(report_folder(number), ()):
                read, problems = await asyncio.to_thread(self._read, wanted, files)
                made = document(scope, plan, wanted, read, problems, at)
                await self._database.write(lambda tx, made=made, wanted=wanted: keep(tx, made, wanted))  # type: ignore[misc]
                arns.append(made.arn)
        return tuple(arns)

    def _read(self, wanted: Report, files: Sequence[File]) -> tuple[list[dict[str, Json]], list[str]]:
        """What the files say, and what is wrong with those that say nothing. Blocking."""
        read: list[dict[str, Json]] = []
        problems = []
        parse = TESTS.get(wanted.file_format) or COVERAGE[wanted.file_format]
        for file in files:
            try:
                read += [{**asdict(each), "file": file.path} for each in parse(self._blobs.find(file.digest).read())]
            except UnreadableReport as problem:
                problems.append(f"{file.path}: {problem}")
        return read, problems


def kind_of(wanted: Report) -> str:
    return "TEST" if wanted.file_format in TESTS else "CODE_COVERAGE"


def group_of(plan: Plan, wanted: Report) -> str:
    """The name of a report's group: one that exists is named by its ARN, another one becomes the project's."""
    _, is_arn, name = wanted.group.partition(":report-group/")
    return name if is_arn else f"{plan.project}-{wanted.group}"


def group_arn(scope: Scope, name: str) -> str:
    return scope.arn("codebuild", f"report-group/{name}")


def document(
    scope: Scope, plan: Plan, wanted: Report, read: list[dict[str, Json]], problems: list[str], at: float
) -> Document:
    group = group_of(plan, wanted)
    arn = scope.arn("codebuild", f"report/{group}:{plan.id}")
    kind = kind_of(wanted)
    report: dict[str, Json] = {
        "arn": arn, "type": kind, "name": f"{group}:{plan.id}", "reportGroupArn": group_arn(scope, group),
        "executionId": plan.arn, "created": plan.created_at, "expired": plan.created_at + KEPT_FOR,
        "exportConfig": {"exportConfigType": "NO_EXPORT"}, "truncated": len(read) > MOST_CASES,
    }  # fmt: skip
    if kind == "TEST":
        report["testSummary"] = test_summary(read)
        failed = any(each["status"] in ("FAILED", "ERROR") for each in read)
    else:
        report["codeCoverageSummary"] = coverage_summary(read)
        failed = False
    report["status"] = "INCOMPLETE" if problems else "FAILED" if failed else "SUCCEEDED"
    return Document(
        kind=REPORT, scope=scope, name=f"{group}:{plan.id}", arn=arn, created_at=plan.created_at, modified_at=at,
        parent=group, status=report["status"],
        body={"report": report, "read": read[:MOST_CASES], "problems": problems},
    )  # fmt: skip


def keep(tx: Transaction, made: Document, wanted: Report) -> None:
    """Keep a report, and make its group where there is none."""
    if documents.find(tx, made.scope, REPORT_GROUP, made.parent) is None:
        documents.insert(tx, group(made.scope, made.parent, kind_of(wanted), made.modified_at))
    if documents.find(tx, made.scope, REPORT, made.name) is None:
        documents.insert(tx, made)


def group(scope: Scope, name: str, kind: str, at: float, **members: Json) -> Document:
    told = {"type": kind, "exportConfig": {"exportConfigType": "NO_EXPORT"}, "tags": [], **members}
    return Document(
        kind=REPORT_GROUP, scope=scope, name=name, arn=group_arn(scope, name), created_at=at, modified_at=at,
        status="ACTIVE", body=told,
    )  # fmt: skip


def test_summary(cases: Sequence[dict[str, Json]]) -> dict[str, Json]:
    counts = Counter(case["status"] for case in cases)
    return {
        "total": len(cases),
        "statusCounts": {status: counts[status] for status in STATUSES},
        "durationInNanoSeconds": sum(case["nanoseconds"] for case in cases),
    }


def coverage_summary(files: Sequence[dict[str, Json]]) -> dict[str, Json]:
    sums = ("lines_covered", "lines_missed", "branches_covered", "branches_missed")
    return counted({name: sum(file[name] for file in files) for name in sums})


def counted(of: dict[str, Json]) -> dict[str, Json]:
    """Counts as AWS tells them, with what they are of a hundred."""
    return {
        "lineCoveragePercentage": share(of["lines_covered"], of["lines_missed"]),
        "linesCovered": of["lines_covered"],
        "linesMissed": of["lines_missed"],
        "branchCoveragePercentage": share(of["branches_covered"], of["branches_missed"]),
        "branchesCovered": of["branches_covered"],
        "branchesMissed": of["branches_missed"],
    }


def share(covered: int, missed: int) -> float:
    return round(100.0 * covered / (covered + missed), 2) if covered + missed else 0.0
