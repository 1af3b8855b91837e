"""Executions of SageMaker pipelines: the graph of the definition, with what has become of each step."""

from collections.abc import Iterator, Mapping
from typing import Final

from penstock.languages.pipeline.graph import graph
from penstock.languages.pipeline.read import read
from penstock.languages.pipeline.tree import AnyStep, Definition
from penstock.watch.asking import LOOKED_AT, MOST, SHOWN, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Graph, Kind, Link, Node, Sheet, Table, tone_of
from penstock.watch.things.jobs import JOBS
from penstock.wire.call import Answer, Json

LATEST: Final = 3  # executions of each pipeline
ENDED: Final = frozenset({"Succeeded", "Failed", "Stopped"})
LEADS_TO: Final[Mapping[str, Kind]] = {"RegisterModel": "package", "Endpoint": "endpoint"}


async def entries(asker: Asker) -> list[Entry]:
    """The latest executions of the pipelines that ran last."""
    told = await asker.sagemaker("ListPipelines", MaxResults=LOOKED_AT)
    ran = [each for each in told["PipelineSummaries"] if "LastExecutionTime" in each]
    found: list[Entry] = []
    for pipeline in sorted(ran, key=lambda each: -each["LastExecutionTime"])[:MOST]:
        name = pipeline["PipelineName"]
        answer = await asker.ask_if_there(
            "sagemaker", "ListPipelineExecutions", PipelineName=name, SortBy="CreationTime", SortOrder="Descending",
            MaxResults=LATEST,
        )  # fmt: skip
        found += [await _entry(asker, name, each) for each in answer.get("PipelineExecutionSummaries", ())]
    return sorted(found, key=lambda each: -each.began)[:MOST]


async def _entry(asker: Asker, pipeline: str, summary: Json) -> Entry:
    arn = summary["PipelineExecutionArn"]
    full = await asker.ask_if_there("sagemaker", "DescribePipelineExecution", PipelineExecutionArn=arn)
    status = full.get("PipelineExecutionStatus", summary["PipelineExecutionStatus"])
    changed = full.get("LastModifiedTime", summary["StartTime"])
    return Entry(
        kind="execution", key=arn, name=pipeline, status=status, tone=tone_of(status), began=summary["StartTime"],
        ended=changed if status in ENDED else 0.0, changed=changed,
        note=full.get("FailureReason", "") or full.get("PipelineExecutionDescription", ""),
    )  # fmt: skip


async def about(asker: Asker, arn: str) -> Sheet:
    execution = await asker.sagemaker("DescribePipelineExecution", PipelineExecutionArn=arn)
    told = await asker.sagemaker("DescribePipelineDefinitionForExecution", PipelineExecutionArn=arn)
    steps = await asker.sagemaker("ListPipelineExecutionSteps", PipelineExecutionArn=arn, MaxResults=SHOWN)
    given = await asker.sagemaker("ListPipelineParametersForExecution", PipelineExecutionArn=arn)
    definition = read(told["PipelineDefinition"])
    values = {each["Name"]: each["Value"] for each in given["PipelineParameters"]}
    status = execution["PipelineExecutionStatus"]
    return Sheet(
        kind="execution", key=arn, name=arn.partition(":pipeline/")[2].partition("/")[0], status=status,
        tone=tone_of(status), began=execution["CreationTime"], note=execution.get("FailureReason", ""),
        ended=execution["LastModifiedTime"] if status in ENDED else 0.0,
        graph=drawn(definition, steps["PipelineExecutionSteps"]),
        tables=(Table(title="Parameters", facts=tuple(parameters(definition, values))),
                Table(title="Execution", facts=tuple(_facts(execution)))),
    )  # fmt: skip


def parameters(definition: Definition, given: Mapping[str, str]) -> Iterator[Fact]:
    """What the execution was started with, and what it did not say."""
    for name, parameter in definition.parameters.items():
        default = "" if parameter.default is None else f"{parameter.default} (default)"
        yield Fact(label=name, value=given.get(name, default))


def _facts(execution: Answer) -> Iterator[Fact]:
    yield Fact(label="ARN", value=execution["PipelineExecutionArn"])
    if said := execution.get("PipelineExecutionDescription"):
        yield Fact(label="Description", value=said)
    if version := execution.get("PipelineVersionId"):
        yield Fact(label="Pipeline version", value=str(version))


def drawn(definition: Definition, steps: list[Json]) -> Graph:
    """The definition's steps and, of a ForEach, the iterations that there are; with the latest of each."""
    shape = graph(definition)
    begun = {each["StepName"]: each for each in steps}
    nodes = [_node(step, begun.get(name)) for name, step in definition.steps.items()]
    edges = [
        Edge(start=needed, end=name, label=_branch(shape.branch.get(name), needed))
        for name, needs in shape.needs.items()
        for needed in needs
    ]
    edges += [
        Edge(start=member, end=name)
        for member, after in shape.followers.items()
        for name in after
        if member not in shape.needs[name]
    ]
    for name, step in begun.items():
        if "IterationContext" in step:
            loop = step["IterationContext"]["ParentStepName"]
            nodes.append(_iteration(name, step))
            edges.append(Edge(start=loop, end=name, label=str(step["IterationContext"]["Index"])))
    return laid_out(nodes, edges)


def _branch(branch: tuple[str, bool] | None, needed: str) -> str:
    if branch is None or branch[0] != needed:
        return ""
    return "yes" if branch[1] else "no"


def _node(step: AnyStep, begun: Json | None) -> Node:
    return _box(step.name, step.display_name or step.name, type(step).__name__, begun)


def _iteration(name: str, begun: Json) -> Node:
    return _box(name, name, "Iteration", begun)


def _box(name: str, label: str, sort: str, begun: Json | None) -> Node:
    if begun is None:
        return Node(id=name, label=label, sort=sort)
    status = begun["StepStatus"]
    return Node(
        id=name, label=label, sort=sort, status=status, tone=tone_of(status), began=begun.get("StartTime") or 0.0,
        ended=begun.get("EndTime") or 0.0, note=_result(begun), facts=tuple(_step_facts(begun)), about=_leads_to(begun),
    )  # fmt: skip


def _result(step: Json) -> str:
    """What came of it, in a few words."""
    if reason := step.get("FailureReason"):
        return str(reason)
    if "CacheHitResult" in step:
        return "cache hit"
    metadata = step.get("Metadata", {})
    if "Condition" in metadata:
        return {"True": "yes", "False": "no"}.get(metadata["Condition"]["Outcome"], "")
    return str(metadata.get("Fail", {}).get("ErrorMessage", ""))


def _step_facts(step: Json) -> Iterator[Fact]:
    if source := step.get("CacheHitResult", {}).get("SourcePipelineExecutionArn"):
        yield Fact(label="Taken from", value=_tail(source), link=Link(kind="execution", key=source))
    if said := step.get("StepDescription"):
        yield Fact(label="Described as", value=said)
    if step.get("AttemptCount", 0) > 1:
        yield Fact(label="Attempts", value=str(step["AttemptCount"]))
    if "IterationContext" in step:
        yield Fact(label="Item", value=str(step["IterationContext"]["Item"]))
    for kind, details in step.get("Metadata", {}).items():
        for label, value in details.items():
            if value:
                yield Fact(label=kind if label == "Arn" else label, value=_written(value))


def _written(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(
            f"{each['Name']}={each['Value']}" for each in value if isinstance(each, dict) and "Value" in each
        )
    return str(value)


def _leads_to(step: Json) -> Link | None:
    """What the step made, if that can be looked at."""
    for kind, details in step.get("Metadata", {}).items():
        arn = details.get("Arn") or details.get("CheckJobArn")
        if not arn:
            continue
        if arn.split(":")[-1].partition("/")[0] in JOBS:
            return Link(kind="job", key=arn)
        if kind in LEADS_TO:
            return Link(kind=LEADS_TO[kind], key=arn if kind == "RegisterModel" else arn.rpartition("/")[2])
    return None


def _tail(arn: str) -> str:
    return arn.rpartition(":")[2]
