"""The chain: what led to an entity, as a tree. What is met twice is told where it is met first; of an address to which
many jobs wrote, those are told that left the content that was read, and other content of it is another thing.

Pipelines, executions and steps are not branches of their own: they are told of what a step made. Decisions on a model
package are told of the package.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from penstock.cli.clients import Client

Json = Any
DEEPEST: Final = 10  # associations that one query follows
MOST_QUERIES: Final = 100
MOST_LEVELS: Final = 200  # of what is told: a job that reads what it left the time before has one for each time
GROUPING: Final = frozenset({"Pipeline", "PipelineExecution", "PipelineStep"})
SEEN: Final = "Seen."  # how properties begin that tell what a job saw; its component's name follows
COMMIT: Final = ("CommitId", "Repository", "GeneratedBy", "ProjectId")
ORDER: Final = ("ModelDeployment", "Model", "TrainingJob", "ProcessingJob", "TransformJob", "Code", "DataSet", "Image")


@dataclass
class Node:
    """Something that had a part in it. `facts` are told in their order; `above` says that it has been told already."""

    arn: str
    kind: str
    title: str
    at: datetime
    facts: dict[str, str] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)  # the step, execution and commit that made it
    decisions: list[dict[str, str]] = field(default_factory=list)
    causes: list["Node"] = field(default_factory=list)
    uses: list[str] = field(default_factory=list)  # what is made of it
    above: bool = False

    def as_json(self) -> dict[str, Json]:
        told = {
            "arn": self.arn, "kind": self.kind, "title": self.title, "at": self.at.isoformat(), "facts": self.facts,
            "origin": self.origin, "decisions": self.decisions, "usedBy": self.uses, "toldAbove": self.above,
            "causes": [cause.as_json() for cause in self.causes],
        }  # fmt: skip
        return {key: value for key, value in told.items() if value not in ({}, [], False)}


class Chain:
    """Follows lineage upwards."""

    def __init__(self, sagemaker: Client) -> None:
        self._sagemaker = sagemaker
        self._above: dict[str, list[str]] = {}  # what led to an entity, by its ARN
        self._kinds: dict[str, tuple[str, str]] = {}  # lineage type and type, by ARN
        self._left: dict[str, dict[str, str]] = {}  # digests of what jobs saw at an artifact's address, by their names
        self._told: set[tuple[str, str]] = set()  # what has been told, each with its digest

    def of(self, start: str, digest: str = "") -> Node:
        """All that led to an entity, and what uses it; `digest` says which content of it is meant."""
        is_whole = self._follow(start)
        node = self._node(start, None, digest)
        if not is_whole:
            node.facts["Note"] = (
                f"the chain is longer than {MOST_QUERIES * DEEPEST} associations: its beginning is not told"
            )
        node.uses = sorted(self._uses(start))
        return node

    def _uses(self, start: str) -> set[str]:
        """The endpoints that serve what came of an entity, and the models that were made of it."""
        filters = {"Types": ["Endpoint", "Model"]}
        answer = self._sagemaker.query_lineage(
            StartArns=[start], Direction="Descendants", IncludeEdges=False, Filters=filters, MaxDepth=DEEPEST
        )
        self._kinds.update({each["Arn"]: (each["LineageType"], each["Type"]) for each in answer["Vertices"]})
        return {self._described(each["Arn"], None, "").title for each in answer["Vertices"]}

    def _follow(self, start: str) -> bool:
        """Ask for all ascendants: a query goes ten associations far, so it goes on from where the last one ended.

        False if that was given up.
        """
        left, asked = [start], set[str]()
        while left and len(asked) < MOST_QUERIES:
            here = left.pop()
            asked.add(here)
            answer = self._query(here)
            self._kinds.update(
                {each["Arn"]: (each["LineageType"], each.get("Type", "")) for each in answer["Vertices"]}
            )
            for edge in (edge for edge in answer["Edges"] if edge["SourceArn"] in self._kinds):  # experiments are none
                causes = self._above.setdefault(edge["DestinationArn"], [])
                if edge["SourceArn"] not in causes:
                    causes.append(edge["SourceArn"])
            left += [arn for arn in self._farthest(here) if arn not in asked]
        return not left

    def _query(self, start: str) -> dict[str, list[Json]]:
        request: dict[str, Json] = {
            "StartArns": [start], "Direction": "Ascendants", "IncludeEdges": True, "MaxDepth": DEEPEST
        }  # fmt: skip
        found: dict[str, list[Json]] = {"Vertices": [], "Edges": []}
        while True:
            answer = self._sagemaker.query_lineage(**request)
            found["Vertices"] += answer["Vertices"]
            found["Edges"] += answer["Edges"]
            if not answer.get("NextToken"):
                return found
            request["NextToken"] = answer["NextToken"]

    def _farthest(self, start: str) -> list[str]:
        """The entities as far from a start as a query goes."""
        frontier, seen = [start], {start}
        for _ in range(DEEPEST):
            frontier = [
                arn for arn in dict.fromkeys(c for f in frontier for c in self._above.get(f, ())) if arn not in seen
            ]
            seen.update(frontier)
        return frontier

    def _node(self, arn: str, reader: Node | None, wanted: str = "", level: int = 0) -> Node:
        """An entity with its causes; `reader` is the job that read it, for what is to be said of its content, and
        `wanted` the content that is meant where nobody read it."""
        node = self._described(arn, reader, wanted)
        digest = node.facts.get("ContentSha256", "")
        if (arn, digest) in self._told:
            node.above, node.facts = True, {}
            return node
        if level == MOST_LEVELS:
            node.facts["Note"] = f"the chain has more than {MOST_LEVELS} levels: its beginning is not told"
            return node
        self._told.add((arn, digest))
        node.origin = self._origin(arn)
        if node.facts.get("GeneratedBy") == node.origin.get("Execution"):
            node.facts.pop("GeneratedBy", None)
        if node.kind == "Model" and "ModelPackageArn" in node.facts:
            node.decisions = list(self._decisions(arn))
        causes = [cause for cause in self._above.get(arn, ()) if self._kinds[cause][1] not in (*GROUPING, "Approval")]
        here = node if self._kinds[arn][0] == "TrialComponent" else None
        makers = self._makers(arn, digest, causes)
        node.causes = [self._node(cause, here, level=level + 1) for cause in sorted(makers, key=self._place)]
        return node

    def _makers(self, arn: str, digest: str, causes: list[str]) -> list[str]:
        """Without the jobs that left something else at this address, where it is known who left this."""
        left = {cause: self._left.get(arn, {}).get(_name(cause)) for cause in causes}
        if digest not in left.values():
            return causes
        return [cause for cause in causes if left[cause] in (None, digest)]

    def _place(self, arn: str) -> tuple[int, str]:
        kind = self._kinds[arn][1]
        return ORDER.index(kind) if kind in ORDER else len(ORDER), arn

    def _described(self, arn: str, reader: Node | None, wanted: str) -> Node:
        lineage, kind = self._kinds[arn]
        match lineage:
            case "Artifact":
                found = self._sagemaker.describe_artifact(ArtifactArn=arn)
                facts = self._as_seen(arn, found["Properties"], reader, wanted)
                return Node(arn, kind, found["Source"]["SourceUri"], found["CreationTime"], facts)
            case "Action":
                found = self._sagemaker.describe_action(ActionName=arn)
                return Node(arn, kind, found["ActionName"], found["CreationTime"], dict(found["Properties"]))
            case "Context":
                found = self._sagemaker.describe_context(ContextName=arn)
                return Node(arn, kind, found["Source"]["SourceUri"], found["CreationTime"], dict(found["Properties"]))
        found = self._sagemaker.describe_trial_component(TrialComponentName=arn)
        facts = {"Status": found.get("Status", {}).get("PrimaryStatus", ""), **_parameters(found)}
        title = found.get("Source", {}).get("SourceArn", found["TrialComponentName"])
        return Node(arn, kind, title, found["CreationTime"], {key: value for key, value in facts.items() if value})

    def _as_seen(self, arn: str, properties: dict[str, str], reader: Node | None, wanted: str) -> dict[str, str]:
        """An artifact's properties, with the content that its reader saw, or else one that a writer left: the one that
        is wanted, else what is there now, else what came last."""
        facts = {name: value for name, value in properties.items() if not name.startswith(SEEN)}
        seen = {name.removeprefix(SEEN): told.split() for name, told in properties.items() if name.startswith(SEEN)}
        self._left[arn] = {job: told[0] for job, told in seen.items()}
        jobs = {_name(job) for job in ([reader.arn] if reader is not None else self._above.get(arn, ()))}
        records = [told for job, told in seen.items() if job in jobs]  # the latest first
        if not records:
            if reader is not None and _is_later(facts.get("ContentWrittenAt"), reader.at):
                facts["ContentNote"] = "written again since it was read: this is not what the job saw"
            return facts
        meant = (wanted, facts.get("ContentSha256"))
        digest, size, count = next((told for each in meant for told in records if told[0] == each), records[0])
        if facts.get("ContentObjects") == "0":
            facts["ContentNote"] = "is not in S3 any more"
        elif facts.get("ContentSha256", digest) != digest:
            facts["ContentNote"] = "S3 has other content there now"
        return {**facts, "ContentSha256": digest, "ContentBytes": size, "ContentObjects": count}

    def _origin(self, arn: str) -> dict[str, str]:
        """The step that made an entity, and its execution; once of each, who started that and the commit if known."""
        step = next((each for each in self._above.get(arn, ()) if self._kinds[each][1] == "PipelineStep"), None)
        if step is None:
            return {}
        found = self._sagemaker.describe_context(ContextName=step)
        told = {"Step": found["Properties"]["StepName"], "Execution": found["Source"]["SourceUri"]}
        if (told["Execution"], "") in self._told:
            return told
        self._told.add((told["Execution"], ""))
        for above in self._above.get(step, ()):
            execution = self._sagemaker.describe_context(ContextName=above)["Properties"]
            told |= {key: execution[key] for key in ("StartedBy", *COMMIT) if key in execution}
        return told

    def _decisions(self, package: str) -> Iterator[dict[str, str]]:
        pages = self._sagemaker.get_paginator("list_associations").paginate(
            SourceArn=package, DestinationType="Approval", SortOrder="Ascending"
        )
        for page in pages:
            for entry in page["AssociationSummaries"]:
                found = self._sagemaker.describe_action(ActionName=entry["DestinationArn"])
                said = found["Properties"]
                told = {
                    "status": said["ModelApprovalStatus"], "at": found["CreationTime"].isoformat(),
                    "by": said.get("DecidedBy", ""), "why": said.get("ApprovalDescription", ""),
                }  # fmt: skip
                yield {key: value for key, value in told.items() if value}


def _parameters(component: Json) -> dict[str, str]:
    """The hyperparameters and settings of a job, as text."""
    every = component.get("Parameters", {})
    return {key: str(value.get("StringValue", value.get("NumberValue"))) for key, value in every.items()}


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _is_later(written: str | None, at: datetime) -> bool:
    return written is not None and datetime.fromisoformat(written) > at.astimezone(UTC)
