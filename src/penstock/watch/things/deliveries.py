"""CodePipeline's pipelines: stages and actions, the commit that they carry, and who is waited for."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from penstock.watch.asking import LOOKED_AT, MOST, SHOWN, Asker
from penstock.watch.layout import laid_out
from penstock.watch.model import Edge, Entry, Fact, Graph, Link, Node, Part, Sheet, Table, Tone, tone_of
from penstock.wire.call import Answer, Json

CANDIDATES: Final = 30  # pipelines whose last execution is looked at, those first that were defined last
LATEST: Final = 5  # executions on a pipeline's sheet
GOING_ON: Final = frozenset({"InProgress", "Stopping"})
COMMIT: Final = 10  # letters of a commit's id
MOST_BETWEEN: Final = 12  # arrows between two groups of actions; beyond, one is enough to see the order


async def entries(asker: Asker) -> list[Entry]:
    """The pipelines, those first of which something was heard last."""
    told = await asker.ask("codepipeline", "ListPipelines", maxResults=LOOKED_AT)
    latest: list[tuple[Json, Json | None]] = []
    for pipeline in sorted(told["pipelines"], key=lambda each: -each["updated"])[:CANDIDATES]:
        answer = await asker.ask_if_there(
            "codepipeline", "ListPipelineExecutions", pipelineName=pipeline["name"], maxResults=1
        )
        latest.append((pipeline, next(iter(answer.get("pipelineExecutionSummaries", ())), None)))
    latest.sort(key=lambda each: -(each[1]["lastUpdateTime"] if each[1] else each[0]["updated"]))
    return [
        _entry(pipeline, await asker.ask_if_there("codepipeline", "GetPipelineState", name=pipeline["name"]), last)
        for pipeline, last in latest[:MOST]
    ]


def _entry(pipeline: Json, state: Answer, last: Json | None) -> Entry:
    name, stages = pipeline["name"], state.get("stageStates", ())
    parts = tuple(_part(stage) for stage in stages)
    if last is None:
        return Entry(
            kind="delivery", key=name, name=name, status="never run", tone="still", changed=pipeline["updated"],
            parts=parts,
        )  # fmt: skip
    waiting = any(_waits(each) for stage in stages for each in stage["actionStates"])
    status = "WaitingForApproval" if waiting else last["status"]
    return Entry(
        kind="delivery", key=name, name=name, status=status, tone=tone_of(status), began=last["startTime"],
        ended=0.0 if last["status"] in GOING_ON else last["lastUpdateTime"], changed=last["lastUpdateTime"],
        note=_revision(last), parts=parts,
    )  # fmt: skip


def _waits(action: Json) -> bool:
    """Whether an action waits for somebody's approval: only those have a token to show."""
    latest = action.get("latestExecution", {})
    return latest.get("status") == "InProgress" and "token" in latest


def _part(stage: Json) -> Part:
    status = stage.get("latestExecution", {}).get("status", "")
    tone: Tone = "waiting" if any(_waits(each) for each in stage["actionStates"]) else tone_of(status)
    return Part(name=stage["stageName"], status=status, tone=tone)


def _revision(execution: Json) -> str:
    """The commits that an execution carries, or what started it."""
    carried = (
        f"{each['revisionId'][:COMMIT]} {each.get('revisionSummary', '').partition(chr(10))[0]}".strip()
        for each in execution.get("sourceRevisions", ())
        if each.get("revisionId")
    )
    return "; ".join(carried) or execution.get("trigger", {}).get("triggerType", "")


async def about(asker: Asker, name: str) -> Sheet:
    state = await asker.ask("codepipeline", "GetPipelineState", name=name)
    declared = (await asker.ask("codepipeline", "GetPipeline", name=name))["pipeline"]
    answer = await asker.ask("codepipeline", "ListPipelineExecutions", pipelineName=name, maxResults=LATEST)
    executions = answer["pipelineExecutionSummaries"]
    actions: list[Json] = []
    for each in executions[:1]:
        wanted = {"pipelineExecutionId": each["pipelineExecutionId"]}
        told = await asker.ask(
            "codepipeline", "ListActionExecutions", pipelineName=name, filter=wanted, maxResults=SHOWN
        )
        actions = told["actionExecutionDetails"]
    begun = {(each["stageName"], each["actionName"]): each for each in reversed(actions)}
    entry = _entry({"name": name, "updated": state["updated"]}, state, executions[0] if executions else None)
    tables = (
        Table(title="Revision", facts=tuple(_carried(executions[0])) if executions else ()),
        Table(title="Variables of actions", facts=tuple(_variables(begun))),
        Table(title="Latest executions", facts=tuple(_execution(each) for each in executions)),
    )
    return Sheet(
        kind="delivery", key=name, name=name, status=entry.status, tone=entry.tone, began=entry.began,
        ended=entry.ended, note=executions[0].get("statusSummary", "") if executions else "",
        graph=drawn(declared, state, begun), tables=tuple(table for table in tables if table.facts),
    )  # fmt: skip


def drawn(declared: Json, state: Answer, begun: dict[tuple[str, str], Json]) -> Graph:
    """Actions by stage and run order; those of a group are done at once."""
    waiting = {
        (stage["stageName"], each["actionName"])
        for stage in state["stageStates"]
        for each in stage["actionStates"]
        if _waits(each)
    }
    nodes, groups = [], []
    for stage in declared["stages"]:
        for order in sorted({each.get("runOrder", 1) for each in stage["actions"]}):
            group = [each for each in stage["actions"] if each.get("runOrder", 1) == order]
            places = [(stage["name"], each["name"]) for each in group]
            nodes += [
                _node(place, each, begun.get(place), place in waiting)
                for place, each in zip(places, group, strict=True)
            ]
            groups.append([_id(place) for place in places])
    edges = [
        Edge(start=start, end=end)
        for before, after in pairwise(groups)
        for start, end in [(start, end) for start in before for end in after][:MOST_BETWEEN]
    ]
    return laid_out(nodes, edges)


def _id(place: tuple[str, str]) -> str:
    return "/".join(place)


def _node(place: tuple[str, str], declared: Json, begun: Json | None, waits: bool) -> Node:
    stage, name = place
    if begun is None:
        return Node(id=_id(place), label=name, sort=stage)
    outside = begun.get("output", {}).get("executionResult", {})
    status, over = begun["status"], begun["status"] not in GOING_ON
    trouble = outside.get("errorDetails", {}).get("message", "")
    note = "waits for an approval" if waits else trouble or outside.get("externalExecutionSummary", "")
    return Node(
        id=_id(place), label=name, sort=stage, status="WaitingForApproval" if waits else status,
        tone="waiting" if waits else tone_of(status), began=begun["startTime"],
        ended=begun["lastUpdateTime"] if over else 0.0, note=note, facts=tuple(_facts(declared, begun, outside)),
        about=_leads_to(declared, begun, outside),
    )  # fmt: skip


def _facts(declared: Json, begun: Json, outside: Json) -> Iterator[Fact]:
    kind = declared["actionTypeId"]
    yield Fact(label="Action", value=f"{kind['category']} by {kind['provider']}")
    if by := begun.get("updatedBy"):
        yield Fact(label="By", value=by)
    if external := outside.get("externalExecutionId"):
        yield Fact(label="Carried out as", value=external)
    for label, value in begun["input"].get("resolvedConfiguration", {}).items():
        yield Fact(label=label, value=str(value))


def _leads_to(declared: Json, begun: Json, outside: Json) -> Link | None:
    """What an action had somebody else do."""
    external = outside.get("externalExecutionId", "")
    given = begun["input"].get("resolvedConfiguration", {}) | declared.get("configuration", {})
    match declared["actionTypeId"]["provider"]:
        case "CodeBuild" | "Commands" if external:
            return Link(kind="build", key=external)
        case "CloudFormation" if given.get("StackName"):
            return Link(kind="stack", key=given["StackName"])
        case "StepFunctions" if external:
            return Link(kind="machine", key=external)
    return None


def _carried(execution: Json) -> Iterator[Fact]:
    for each in execution.get("sourceRevisions", ()):
        label = each.get("actionName", "Source")
        yield Fact(label=label, value=each.get("revisionId", ""))
        if summary := each.get("revisionSummary"):
            yield Fact(label=f"{label} says", value=summary.strip())
    if trigger := execution.get("trigger"):
        yield Fact(
            label="Started by", value=" ".join(filter(None, (trigger.get("triggerType"), trigger.get("triggerDetail"))))
        )


def _variables(begun: dict[tuple[str, str], Json]) -> Iterator[Fact]:
    for place, action in begun.items():
        for name, value in action.get("output", {}).get("outputVariables", {}).items():
            yield Fact(label=f"{place[1]}.{name}", value=str(value))


def _execution(execution: Json) -> Fact:
    return Fact(label=f"{execution['pipelineExecutionId'][:8]} {execution['status']}", value=_revision(execution))
