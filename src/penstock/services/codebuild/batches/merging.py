"""Merging: the reports of a batch's builds become one of each report group. The activity `codebuild.merge-reports`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.engine.outbox import Task
from penstock.services.codebuild.model import REPORT, Json
from penstock.services.codebuild.reporting import MOST_CASES, counted
from penstock.services.codebuild.reports import look
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

WORST_FIRST: Final = ("INCOMPLETE", "FAILED", "SUCCEEDED")
SUMS: Final = ("linesCovered", "linesMissed", "branchesCovered", "branchesMissed")


@dataclass(frozen=True)
class Merging:
    database: Database

    async def merge(self, task: Task) -> Json:
        """Answers the ARNs of the merged reports. Of an earlier attempt they are replaced."""
        told = task.input

        def merge(tx: Transaction) -> list[str]:
            by_group: dict[str, list[Document]] = {}
            for each in look(tx, task.scope, REPORT, told["reports"]).values():
                by_group.setdefault(each.parent, []).append(each)
            made = [merged(task.scope, told["id"], told["arn"], parts) for parts in by_group.values()]
            for each in made:
                documents.remove(tx, task.scope, REPORT, each.name)
                documents.insert(tx, each)
            return [each.arn for each in made]

        return await self.database.write(merge)


def merged(scope: Scope, id: str, batch: str, parts: Sequence[Document]) -> Document:  # noqa: A002
    """One report of several of one group."""
    first, name = parts[0], f"{parts[0].parent}:{id}"
    arn, reports = scope.arn("codebuild", f"report/{name}"), [each.body["report"] for each in parts]
    read = [case for each in parts for case in each.body["read"]]
    report: dict[str, Json] = {
        **reports[0], "arn": arn, "name": name, "executionId": batch,
        "created": max(each["created"] for each in reports), "expired": max(each["expired"] for each in reports),
        "truncated": len(read) > MOST_CASES or any(each["truncated"] for each in reports),
        "status": next(status for status in WORST_FIRST if any(each["status"] == status for each in reports)),
    }  # fmt: skip
    if "testSummary" in report:
        report["testSummary"] = tests(each["testSummary"] for each in reports)
    else:
        report["codeCoverageSummary"] = coverage([each["codeCoverageSummary"] for each in reports])
    return Document(
        kind=REPORT, scope=scope, name=name, arn=arn, created_at=report["created"],
        modified_at=max(each.modified_at for each in parts), parent=first.parent, status=report["status"],
        body={
            "report": report, "read": read[:MOST_CASES],
            "problems": [each for part in parts for each in part.body["problems"]],
        },
    )  # fmt: skip


def tests(summaries: Iterable[Json]) -> Json:
    total, nanoseconds, counts = 0, 0, Counter[str]()
    for each in summaries:
        total, nanoseconds = total + each["total"], nanoseconds + each["durationInNanoSeconds"]
        counts.update(each["statusCounts"])
    return {"total": total, "statusCounts": dict(counts), "durationInNanoSeconds": nanoseconds}


def coverage(summaries: Sequence[Json]) -> Json:
    covered, missed, branches, untaken = (sum(each[name] for each in summaries) for name in SUMS)
    return counted({
        "lines_covered": covered, "lines_missed": missed, "branches_covered": branches, "branches_missed": untaken
    })  # fmt: skip
