"""Model packages: whether they are approved, by whom, and what made them."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from penstock.watch.asking import MOST, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Link, Node, Sheet, Table, tone_of
from penstock.wire.call import Answer, Json

COMMIT: Final = 10  # letters of a commit's id


def short(arn: str) -> str:
    """`group/version` of a package's ARN."""
    return arn.partition(":model-package/")[2] or arn


async def entries(asker: Asker) -> list[Entry]:
    """The packages that were registered last."""
    told = await asker.sagemaker(
        "ListModelPackages", ModelPackageType="Both", SortBy="CreationTime", SortOrder="Descending", MaxResults=MOST
    )
    found = []
    for each in told["ModelPackageSummaryList"]:
        full = await asker.ask_if_there("sagemaker", "DescribeModelPackage", ModelPackageName=each["ModelPackageArn"])
        found.append(_entry(each | dict(full)))
    return found


def _entry(package: Json) -> Entry:
    status = package.get("ModelApprovalStatus") or package["ModelPackageStatus"]
    return Entry(
        kind="package", key=package["ModelPackageArn"], name=short(package["ModelPackageArn"]), status=status,
        tone=tone_of(status), began=package["CreationTime"],
        changed=package.get("LastModifiedTime", package["CreationTime"]),
        note=package.get("ApprovalDescription", "") or package.get("ModelPackageDescription", ""),
    )  # fmt: skip


async def about(asker: Asker, arn: str) -> Sheet:
    package = await asker.sagemaker("DescribeModelPackage", ModelPackageName=arn)
    entry = _entry(dict(package))
    way = await origin(asker, arn)
    edges = [Edge(start=cause.id, end=effect.id) for effect, cause in pairwise(way)]
    tables = (
        Table(title="Package", facts=tuple(_facts(package))),
        Table(title="Metadata", facts=tuple(_metadata(package))),
    )
    return Sheet(
        kind="package", key=arn, name=entry.name, status=entry.status, tone=entry.tone, began=entry.began,
        note=entry.note, graph=laid_out(way, edges), tables=tuple(table for table in tables if table.facts),
    )  # fmt: skip


def _facts(package: Answer) -> Iterator[Fact]:
    yield Fact(label="ARN", value=package["ModelPackageArn"])
    by = package.get("LastModifiedBy", package.get("CreatedBy", {})).get("IamIdentity", {}).get("Arn", "")
    if by:
        yield Fact(label="Last changed by", value=by)
    for container in package.get("InferenceSpecification", {}).get("Containers", ()):
        if data := container.get("ModelDataUrl"):
            yield Fact(label="Model data", value=data)
        if image := container.get("Image"):
            yield Fact(label="Image", value=image)
    for measured, reports in package.get("ModelMetrics", {}).items():
        for name, report in reports.items():
            yield Fact(label=f"{measured} {name}", value=report.get("S3Uri", ""))


def _metadata(package: Answer) -> Iterator[Fact]:
    told = {**package.get("CustomerMetadataProperties", {}), **package.get("MetadataProperties", {})}
    for name, value in told.items():
        yield Fact(label=name, value=str(value))


async def origin(asker: Asker, arn: str) -> list[Node]:
    """A package, the execution that made it and the commit that this was of, as far as they are known."""
    package = await asker.ask_if_there("sagemaker", "DescribeModelPackage", ModelPackageName=arn)
    known = package.get("MetadataProperties", {})
    status, maker = package.get("ModelApprovalStatus", ""), known.get("GeneratedBy", "")
    way = [
        Node(
            id=arn, label=short(arn), sort="model package", status=status, tone=tone_of(status),
            note=package.get("ApprovalDescription", ""), about=Link(kind="package", key=arn),
        )
    ]  # fmt: skip
    said = {**known}
    if "/execution/" in maker:
        execution = await asker.ask_if_there("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=maker)
        said = {**_said(execution.get("PipelineExecutionDescription", "")), **known}
        way.append(_maker(maker, execution.get("PipelineExecutionStatus", "")))
    if commit := said.get("CommitId", ""):
        repository = said.get("Repository", "")
        way.append(Node(id=f"commit/{commit}", label=commit[:COMMIT], sort="commit", status="source", note=repository))
    return way


def _maker(arn: str, status: str) -> Node:
    name = arn.partition(":pipeline/")[2].partition("/")[0]
    about = Link(kind="execution", key=arn)
    return Node(id=arn, label=name, sort="pipeline execution", status=status, tone=tone_of(status), about=about)


def _said(description: str) -> dict[str, str]:
    """What was started from a commit says so in its description: `CommitId=1f2e3d Repository=https://…`."""
    return dict(word.split("=", 1) for word in description.split() if "=" in word)
