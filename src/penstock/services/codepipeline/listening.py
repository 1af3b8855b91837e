"""Listening: pipelines that a push or a pull request starts, in the very commit in which it becomes known.

Who listens to which repository is a row for each source action, made with the pipeline's declaration.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from penstock.engine.pushes import Interest
from penstock.languages.delivery import tree
from penstock.languages.delivery.catalogue import GIT_SOURCES
from penstock.languages.delivery.triggers import needs_paths, of_branch, starts
from penstock.languages.githosts.tree import HEADS, TAGS, Change, PullRequest, Push, short
from penstock.services.codepipeline import rows
from penstock.services.codepipeline.model import id_of
from penstock.services.codepipeline.starting import MOST_PUSHED, Starter
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire.arns import Arn
from penstock.wire.call import Scope, ServiceError

Json = Any
log: Final = logging.getLogger(__name__)
LONGEST_DETAIL: Final = 1024


def triggers(declared: tree.Pipeline) -> Iterator[tuple[tree.Action, tree.GitConfiguration]]:
    """The source actions whose repositories are listened to, each with the changes that count."""
    given = {each.git_configuration.source_action_name: each.git_configuration for each in declared.triggers}
    for action in declared.stages[0].actions:
        if action.action_type_id.key not in GIT_SOURCES:
            continue
        found = given.get(action.name)
        if found is not None and (found.push or found.pull_request):
            yield action, found
        elif found is not None or _detects(action):
            yield action, of_branch(action.name, action.configuration["BranchName"])


def _detects(action: tree.Action) -> bool:
    """Whether a source without a trigger is listened to; CodeCommit's are looked at instead (`polling`)."""
    is_connection = action.action_type_id.provider == "CodeStarSourceConnection"
    return is_connection and action.configuration.get("DetectChanges", "true").lower() != "false"


def repository_of(action: tree.Action, scope: Scope) -> str:
    """The name under which a source's repository is told of (`engine.pushes`)."""
    given = action.configuration
    if action.action_type_id.provider == "CodeCommit":
        return scope.arn("codecommit", given["RepositoryName"])
    return f"{connection_of(given['ConnectionArn'])}/{given['FullRepositoryId']}"


def connection_of(arn: str) -> str:
    """A connection's ARN, in the newer of the two names that its service has."""
    return arn.replace(":codestar-connections:", ":codeconnections:", 1)


def listen(tx: Transaction, pipeline: Document) -> None:
    """Have a pipeline, as it is declared now, start by changes of its repositories."""
    forget(tx, pipeline)
    for action, trigger in triggers(tree.read(pipeline.body["Declaration"])):
        documents.insert(
            tx,
            Document(
                kind=rows.LISTENER, scope=pipeline.scope, name=f"{pipeline.name}/{action.name}", arn="",
                parent=repository_of(action, pipeline.scope), status="paths" if needs_paths([trigger]) else "changes",
                created_at=pipeline.modified_at, modified_at=pipeline.modified_at,
            ),
        )  # fmt: skip


def forget(tx: Transaction, pipeline: Document) -> None:
    query = Query(kind=rows.LISTENER, scope=pipeline.scope, name_prefix=f"{pipeline.name}/", limit=rows.ALL)
    for each in documents.page(tx, query).documents:
        documents.remove(tx, each.scope, rows.LISTENER, each.name)


@dataclass(frozen=True)
class Listening:
    """Starts executions by what it hears."""

    starter: Starter
    chance: Callable[[], str]

    def interest(self, tx: Transaction, repository: str) -> Interest:
        listening = {each.status for each in self._listening(tx, repository)}
        return "paths" if "paths" in listening else "changes" if listening else "nothing"

    def repositories(self, tx: Transaction) -> Iterable[str]:
        return sorted({each.parent for each in documents.of_kind(tx, rows.LISTENER)})

    def hear(self, tx: Transaction, repository: str, change: Change) -> None:
        """One execution of each pipeline that the change starts, with that commit in every source that it is of."""
        names = {each.name.partition("/")[0] for each in self._listening(tx, repository)}
        for name in sorted(names):
            pipeline = rows.pipeline(tx, Arn.of(repository).scope, name)
            actions = [
                action.name
                for action, trigger in triggers(tree.read(pipeline.body["Declaration"]))
                if repository_of(action, pipeline.scope) == repository and starts(trigger, change)
            ]
            if actions:
                self._start(tx, pipeline, actions, repository, change)

    def _listening(self, tx: Transaction, repository: str) -> tuple[Document, ...]:
        query = Query(kind=rows.LISTENER, scope=Arn.of(repository).scope, parent=repository, limit=rows.ALL)
        return documents.page(tx, query).documents

    def _start(self, tx: Transaction, pipeline: Document, actions: list[str], repository: str, change: Change) -> None:
        revisions = [
            {"actionName": action, "revisionType": "COMMIT_ID", "revisionValue": change.commit} for action in actions
        ]
        known = variables_of(change)
        try:
            self.starter.start(
                tx,
                pipeline,
                id_of(self.chance(), "execution"),
                {"triggerType": "WebhookV2", "triggerDetail": detail(repository, change, known)},
                revisions=revisions,
                known=dict.fromkeys(actions, known),
                most=MOST_PUSHED,
            )
        except ServiceError as error:  # too many are under way, or a variable has no value
            log.warning("%s: a change of %s starts no execution: %s", pipeline.name, repository, error)


def variables_of(change: Change) -> dict[str, str]:
    """What a change says of the source that it was found in, beside the commit."""
    match change:
        case PullRequest():
            return {
                "BranchName": short(change.head),
                "SourceBranchName": short(change.head),
                "DestinationBranchName": short(change.base),
                "PullRequestId": change.number,
                "PullRequestTitle": change.message,
            }
        case Push() if change.ref.startswith(HEADS):
            return {"BranchName": short(change.ref)}
        case Push() if change.ref.startswith(TAGS):
            return {"TagName": short(change.ref)}
    return {}


def detail(repository: str, change: Change, known: Mapping[str, str]) -> str:
    """What an execution says of its trigger."""
    told = {"repository": repository, "commitId": change.commit, **known}
    text = msgspec.json.encode(told).decode()
    if len(text) > LONGEST_DETAIL:
        text = msgspec.json.encode({"repository": repository, "commitId": change.commit}).decode()
    return text
