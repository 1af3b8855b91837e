"""The types of events that rules are made of, by their ids: `codepipeline-pipeline-stage-execution-failed`.

Each is some events of one detail type of EventBridge's. An event may be of several types: one of an approval's is
one of an action's, too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from penstock.wire.arns import Arn

Json = Any
PIPELINE: Final = "CodePipeline Pipeline Execution State Change"
STAGE: Final = "CodePipeline Stage Execution State Change"
ACTION: Final = "CodePipeline Action Execution State Change"
BUILD: Final = "CodeBuild Build State Change"
PHASE: Final = "CodeBuild Build Phase Change"
REPOSITORY: Final = "CodeCommit Repository State Change"
PULL_REQUEST: Final = "CodeCommit Pull Request State Change"
ON_COMMIT: Final = "CodeCommit Comment on Commit"
ON_PULL_REQUEST: Final = "CodeCommit Comment on Pull Request"
SERVICES: Final[Mapping[str, tuple[str, str]]] = {  # by the service of a resource's ARN: its name, and what it is
    "codecommit": ("CodeCommit", "Repository"),
    "codebuild": ("CodeBuild", "Project"),
    "codepipeline": ("CodePipeline", "Pipeline"),
}


@dataclass(frozen=True, slots=True)
class EventType:
    """`wants` is what an event's detail must have: one of some texts at each path."""

    id: str
    name: str
    detail_type: str
    wants: Mapping[str, frozenset[str]]

    @property
    def service(self) -> str:
        """As ARNs have it."""
        return self.id.partition("-")[0]

    def fits(self, event: Mapping[str, Json]) -> bool:
        """Whether an event is of this type."""
        return event["detail-type"] == self.detail_type and all(
            at(event["detail"], path) in texts for path, texts in self.wants.items()
        )


def at(detail: Json, path: str) -> Json:
    for step in path.split("."):
        detail = detail.get(step) if isinstance(detail, Mapping) else None
    return detail


def concerns(resource: str, event: Mapping[str, Json]) -> bool:
    """Whether an event is of a resource's. Those of a project's builds name the project in their detail only."""
    arn = Arn.of(resource)
    if (arn.account, arn.region) != (event["account"], event["region"]):
        return False
    if arn.service == "codebuild":
        return bool(event["detail"].get("project-name") == arn.resource.removeprefix("project/"))
    return resource in event["resources"]


def is_resource(resource: str) -> bool:
    """Whether an ARN is a pipeline's, a repository's or a project's."""
    arn = Arn.of(resource)
    return arn.service in SERVICES and (arn.service != "codebuild" or arn.resource.startswith("project/"))


def _types(prefix: str, category: str, detail_type: str, path: str, **words: str) -> Iterator[EventType]:
    """The types of one category: by the end of their ids, and what of the detail they are (several: `A|B`)."""
    for word, texts in words.items():
        name = word.replace("_", "-") if word == "in_progress" else word.replace("_", " ")
        event_id = f"{prefix}-{word.replace('_', '-')}"
        yield EventType(event_id, f"{category}: {name.capitalize()}", detail_type, {path: frozenset(texts.split("|"))})


def _approvals() -> Iterator[EventType]:
    found = _types(
        "codepipeline-pipeline-manual-approval", "Manual approval", ACTION, "state",
        failed="FAILED", needed="STARTED", succeeded="SUCCEEDED",
    )  # fmt: skip
    for each in found:
        wants = {**each.wants, "type.category": frozenset({"Approval"})}
        yield EventType(each.id, each.name, each.detail_type, wants)


EVENT_TYPES: Final[Mapping[str, EventType]] = {
    each.id: each
    for each in (
        *_types(
            "codecommit-repository-comments", "Comments", ON_COMMIT, "event",
            on_commits="commentOnCommitCreated|commentOnCommitUpdated",
        ),
        *_types(
            "codecommit-repository-comments", "Comments", ON_PULL_REQUEST, "event",
            on_pull_requests="commentOnPullRequestCreated|commentOnPullRequestUpdated",
        ),
        *_types(
            "codecommit-repository-approvals", "Approvals", PULL_REQUEST, "event",
            status_changed="pullRequestApprovalStateChanged", rule_override="pullRequestApprovalRuleOverridden",
        ),
        *_types(
            "codecommit-repository-pull-request", "Pull request", PULL_REQUEST, "event",
            created="pullRequestCreated", source_updated="pullRequestSourceBranchUpdated",
            status_changed="pullRequestStatusChanged", merged="pullRequestMergeStatusUpdated",
        ),
        *_types(
            "codecommit-repository-branches-and-tags", "Branches and tags", REPOSITORY, "event",
            created="referenceCreated", deleted="referenceDeleted", updated="referenceUpdated",
        ),
        *_types(
            "codebuild-project-build-state", "Build state", BUILD, "build-status",
            failed="FAILED|FAULT|TIMED_OUT", succeeded="SUCCEEDED", in_progress="IN_PROGRESS", stopped="STOPPED",
        ),
        *_types(
            "codebuild-project-build-phase", "Build phase", PHASE, "completed-phase-status",
            failure="FAILED|FAULT|TIMED_OUT|CLIENT_ERROR", success="SUCCEEDED",
        ),
        *_types(
            "codepipeline-pipeline-action-execution", "Action execution", ACTION, "state",
            succeeded="SUCCEEDED", failed="FAILED", canceled="CANCELED", started="STARTED",
        ),
        *_types(
            "codepipeline-pipeline-stage-execution", "Stage execution", STAGE, "state",
            started="STARTED", succeeded="SUCCEEDED", resumed="RESUMED", canceled="CANCELED", failed="FAILED",
        ),
        *_types(
            "codepipeline-pipeline-pipeline-execution", "Pipeline execution", PIPELINE, "state",
            failed="FAILED", canceled="CANCELED", started="STARTED", resumed="RESUMED", succeeded="SUCCEEDED",
            superseded="SUPERSEDED",
        ),
        *_approvals(),
    )
}  # fmt: skip


def told(event_type: EventType) -> dict[str, str]:
    """A type, as answers have it."""
    service, resource = SERVICES[event_type.service]
    return {
        "EventTypeId": event_type.id, "ServiceName": service, "EventTypeName": event_type.name,
        "ResourceType": resource,
    }  # fmt: skip
