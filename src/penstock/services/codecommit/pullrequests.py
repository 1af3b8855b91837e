"""Operations on pull requests, and what pushes do to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.codecommit import merging, model, requests, templates
from penstock.services.codecommit.desk import is_ancestor, merge_base
from penstock.services.codecommit.git import ZERO
from penstock.services.codecommit.merging import FAST_FORWARD, SQUASH, THREE_WAY
from penstock.services.codecommit.model import HAPPENING, HEADS, PULL_REQUEST, wrong
from penstock.services.codecommit.requests import MOST_OPEN, Changes, happening
from penstock.store import documents
from penstock.store.documents import Document, Query
from penstock.wire.arns import Arn
from penstock.wire.call import Answer, Call, Json, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk
    from penstock.services.codecommit.git import Git
    from penstock.services.codecommit.references import Move
    from penstock.services.codecommit.requests import Happening
    from penstock.store.database import Database, Transaction

PAGE: Final = 100
NOT_MERGED: Final = {"isMerged": False}
MOST_HAPPENINGS: Final = 10_000
Change = tuple[dict[str, Json], str | None, "Happening"]  # members, a status if it is another, what has happened


@dataclass(frozen=True)
class PullRequests:
    desk: Desk
    changes: Changes
    service: str = "codecommit"

    @operation("CreatePullRequest")
    async def create(self, call: Call, request: shapes.CreatePullRequestRequest) -> Answer:
        check_title(request["title"])
        target = target_of(request)
        repository, git = await self.desk.open(call, target["repositoryName"])
        refs = await git.references()
        default = repository.body.get("defaultBranch", "main")
        source, destination = (
            reference(target.get(name) or default, refs) for name in ("sourceReference", "destinationReference")
        )
        if source == destination:
            raise wrong("SourceAndDestinationAreSame", "The source and the destination are the same branch.")
        base = await merge_base(git, refs[source], refs[destination])
        paths = await self.changes.telling.paths(git, repository, base or "", refs[source])
        at, token, by = self.desk.clock(), request.get("clientRequestToken") or call.token, call.scope.principal
        commits = {"sourceCommitId": refs[source], "destinationCommitId": refs[destination]}
        metadata = {"repositoryName": repository.name, **commits, **({"mergeBase": base} if base else {})}
        body = {
            "title": request["title"], "description": request.get("description"), "authorArn": by,
            "sourceReference": source, "destinationReference": destination, "sourceCommit": refs[source],
            "destinationCommit": refs[destination], "mergeBase": base, "revisionId": revision(self.desk.chance),
            "clientRequestToken": token, "merge": NOT_MERGED, "approvals": {}, "overrides": {},
        }  # fmt: skip

        def rules(tx: Transaction) -> Json:
            return templates.rules_for(tx, repository, destination, self.desk.chance, by=by, at=at)

        def create(tx: Transaction) -> Document:
            if (number := model.told_before(tx, call, token)) is not None:
                return requests.found(tx, call.scope, number)
            if len(requests.open_in(tx, call.scope, repository.parent)) >= MOST_OPEN:
                raise wrong(
                    "MaximumOpenPullRequestsExceeded", f"A repository has at most {MOST_OPEN} open pull requests."
                )
            made = Document(
                kind=PULL_REQUEST, scope=repository.scope, name=str(requests.next_number(tx, call.scope, at)), arn="",
                parent=repository.parent, status="OPEN", created_at=at, modified_at=at,
                body={**body, "rules": rules(tx)},
            )  # fmt: skip
            model.remember(tx, call, token, made.name, of=repository, at=at)
            what = happening("PULL_REQUEST_CREATED", "pullRequestCreatedEventMetadata", metadata, "pullRequestCreated")
            return self.changes.keep(tx, made, what, by=by, repository=repository, at=at, paths=paths)

        return {"pullRequest": requests.told(await self.desk.database.write(create), repository.name)}

    @operation("GetPullRequest")
    async def get(self, call: Call, request: shapes.GetPullRequestRequest) -> Answer:
        number = request["pullRequestId"]
        return {
            "pullRequest": await self.desk.database.read(lambda tx: shown(tx, requests.found(tx, call.scope, number)))
        }

    @operation("ListPullRequests")
    async def list(self, call: Call, request: shapes.ListPullRequestsRequest) -> Answer:
        author = request.get("authorArn")
        if author is not None and not Arn.of(author).service:
            raise wrong("InvalidAuthorArn", f"{author} is not an ARN.")

        def read(tx: Transaction) -> list[str]:
            repository = model.found(tx, call.scope, request["repositoryName"])
            query = Query(
                kind=PULL_REQUEST, scope=call.scope, parent=repository.parent, status=request.get("pullRequestStatus"),
                limit=MOST_HAPPENINGS,
            )  # fmt: skip
            numbers = [
                each.name for each in documents.page(tx, query).documents if author in {None, each.body["authorArn"]}
            ]
            return sorted(numbers, key=int, reverse=True)

        shown_, more = model.cut(await self.desk.database.scan(read), request, most=PAGE)
        return {"pullRequestIds": shown_, **more}

    @operation("DescribePullRequestEvents")
    async def events(self, call: Call, request: shapes.DescribePullRequestEventsRequest) -> Answer:
        kind, actor = request.get("pullRequestEventType"), request.get("actorArn")

        def read(tx: Transaction) -> Sequence[Document]:
            pull = requests.found(tx, call.scope, request["pullRequestId"])
            query = Query(
                kind=HAPPENING, scope=call.scope, parent=f"{pull.parent}#{pull.name}", status=kind, order="name",
                descending=False, limit=MOST_HAPPENINGS,
            )  # fmt: skip
            return [each for each in documents.page(tx, query).documents if actor in {None, each.body["actorArn"]}]

        found, more = model.cut(await self.desk.database.read(read), request, most=PAGE)
        told = [
            {
                "pullRequestId": request["pullRequestId"],
                "eventDate": each.created_at,
                "pullRequestEventType": each.status,
                **each.body,
            }
            for each in found
        ]
        return {"pullRequestEvents": told, **more}

    @operation("UpdatePullRequestTitle")
    async def title(self, call: Call, request: shapes.UpdatePullRequestTitleRequest) -> Answer:
        check_title(request["title"])
        return await self._describe(call, request["pullRequestId"], title=request["title"])

    @operation("UpdatePullRequestDescription")
    async def description(self, call: Call, request: shapes.UpdatePullRequestDescriptionRequest) -> Answer:
        return await self._describe(call, request["pullRequestId"], description=request["description"])

    async def _describe(self, call: Call, number: str, **members: Json) -> Answer:
        at = self.desk.clock()

        def describe(tx: Transaction) -> dict[str, Json]:
            pull = requests.open_one(tx, call.scope, number).changed(at, **members)
            documents.update(tx, pull)
            return shown(tx, pull)

        return {"pullRequest": await self.desk.database.write(describe)}

    @operation("UpdatePullRequestStatus")
    async def status(self, call: Call, request: shapes.UpdatePullRequestStatusRequest) -> Answer:
        if request["pullRequestStatus"] != "CLOSED":
            raise wrong("InvalidPullRequestStatusUpdate", "A pull request can be closed, and not be opened again.")
        at, metadata = self.desk.clock(), {"pullRequestStatus": "CLOSED"}
        what = happening(
            "PULL_REQUEST_STATUS_CHANGED", "pullRequestStatusChangedEventMetadata", metadata, "pullRequestStatusChanged"
        )

        paths = await self._paths(call, request["pullRequestId"])

        def close(tx: Transaction) -> dict[str, Json]:
            pull = requests.found(tx, call.scope, request["pullRequestId"])
            repository = model.by_id(tx, call.scope, pull.parent)
            assert repository is not None
            if pull.status == "OPEN":
                closed = pull.changed(at, status="CLOSED")
                pull = self.changes.keep(
                    tx, closed, what, by=call.scope.principal, repository=repository, at=at, paths=paths
                )
            return requests.told(pull, repository.name)

        return {"pullRequest": await self.desk.database.write(close)}

    async def _paths(self, call: Call, number: str) -> tuple[str, ...] | None:
        """Which files a pull request changes, if that is wanted."""

        def look(tx: Transaction) -> tuple[Document, Document | None]:
            pull = requests.found(tx, call.scope, number)
            return pull, model.by_id(tx, call.scope, pull.parent)

        pull, repository = await self.desk.database.read(look)
        assert repository is not None
        git = await self.desk.shelf.git(repository.parent)
        return await self.changes.telling.paths(
            git, repository, pull.body.get("mergeBase", ""), pull.body["sourceCommit"]
        )

    @operation("MergePullRequestByFastForward")
    async def fast_forward(self, call: Call, request: shapes.MergePullRequestByFastForwardRequest) -> Answer:
        return await self._merge(call, request, FAST_FORWARD)

    @operation("MergePullRequestBySquash")
    async def squash(self, call: Call, request: shapes.MergePullRequestBySquashRequest) -> Answer:
        return await self._merge(call, request, SQUASH)

    @operation("MergePullRequestByThreeWay")
    async def three_way(self, call: Call, request: shapes.MergePullRequestByThreeWayRequest) -> Answer:
        return await self._merge(call, request, THREE_WAY)

    async def _merge(self, call: Call, request: Mapping[str, Json], option: str) -> Answer:
        """Move the branch; that the pull request is merged follows, in the commit that tells of the move."""
        opened, number = await self.desk.open(call, request["repositoryName"]), request["pullRequestId"]
        pull = await self.desk.database.read(lambda tx: requests.open_one(tx, call.scope, number))
        refs = await opened.git.references()
        check_mergeable(pull, opened.document, refs, request.get("sourceCommitId"))
        body = pull.body
        source, destination = refs[body["sourceReference"]], refs[body["destinationReference"]]
        commit = await merging.commit_merge(
            self.desk, opened, call, request, source=source, destination=destination, option=option
        )
        base = await merge_base(opened.git, source, destination)
        event = merging.event_of(request, option=option, base=base, source=source, destination=destination)
        if commit == destination:
            await self._close_merged(call, number, commit, option)
        elif not await self.desk.references.move(
            opened.git, opened.document, body["destinationReference"], commit, destination, by=call.scope.principal,
            event=event, pullRequest={"id": number, "option": option},
        ):  # fmt: skip
            raise wrong("ConcurrentReferenceUpdate", "The destination branch was changed meanwhile; ask again.")
        return {
            "pullRequest": await self.desk.database.read(lambda tx: shown(tx, requests.found(tx, call.scope, number)))
        }

    async def _close_merged(self, call: Call, number: str, commit: str, option: str) -> None:
        """There was nothing left to merge."""
        at, paths = self.desk.clock(), await self._paths(call, number)

        def close(tx: Transaction) -> None:
            pull = requests.open_one(tx, call.scope, number)
            repository = model.by_id(tx, call.scope, pull.parent)
            assert repository is not None
            members, status, what = merged(pull, repository, commit, option, by=call.scope.principal)
            changed = pull.changed(at, status=status, **members)
            self.changes.keep(tx, changed, what, by=call.scope.principal, repository=repository, at=at, paths=paths)

        await self.desk.database.write(close)


@dataclass(frozen=True)
class Pushed:
    """What moves of branches do to pull requests: a follower of references."""

    database: Database
    changes: Changes
    chance: Callable[[], str]

    async def prepare(self, git: Git, repository: Document, moves: Sequence[Move]) -> Callable[[Transaction], None]:
        pulls = await self.database.read(lambda tx: requests.open_in(tx, repository.scope, repository.parent))
        changes: list[tuple[str, Change, Move, tuple[str, ...] | None]] = []
        for pull in pulls:
            tip = pull.body["sourceCommit"]
            for move in moves:
                if move.ref == pull.body["sourceReference"] and move.new not in {ZERO, tip}:
                    change = await self._updated(git, pull, repository, tip, move.new)
                    base, tip = change[0]["mergeBase"], move.new
                    changes.append((pull.name, change, move, await self._paths(git, repository, base, tip)))
                elif move.ref == pull.body["destinationReference"] and move.new != ZERO:
                    option = await option_of(git, pull, tip, move)
                    if option:
                        change = merged(pull, repository, move.new, option, by=move.by)
                        paths = await self._paths(git, repository, pull.body.get("mergeBase", ""), tip)
                        changes.append((pull.name, change, move, paths))
                        break

        def apply(tx: Transaction) -> None:
            for number, (members, status, what), move, paths in changes:
                pull = requests.found(tx, repository.scope, number)
                if pull.status == "OPEN":
                    now = pull.changed(move.at, status=status, **members)
                    self.changes.keep(tx, now, what, by=move.by, repository=repository, at=move.at, paths=paths)

        return apply

    async def _paths(self, git: Git, repository: Document, base: str, source: str) -> tuple[str, ...] | None:
        return await self.changes.telling.paths(git, repository, base, source)

    async def _updated(self, git: Git, pull: Document, repository: Document, before: str, after: str) -> Change:
        refs = await git.references()
        tip = refs.get(pull.body["destinationReference"]) or str(pull.body["destinationCommit"])
        base = await merge_base(git, after, tip)
        metadata = {"repositoryName": repository.name, "beforeCommitId": before, "afterCommitId": after}
        what = happening(
            "PULL_REQUEST_SOURCE_REFERENCE_UPDATED", "pullRequestSourceReferenceUpdatedEventMetadata",
            {**metadata, **({"mergeBase": base} if base else {})}, "pullRequestSourceBranchUpdated",
        )  # fmt: skip
        members = {
            "sourceCommit": after,
            "mergeBase": base,
            "destinationCommit": tip,
            "revisionId": revision(self.chance),
        }
        return members, None, what


async def option_of(git: Git, pull: Document, tip: str, move: Move) -> str:
    """How a move of the destination has merged a pull request; empty if it has not."""
    told = move.more.get("pullRequest")
    if told is not None:
        return str(told["option"]) if told["id"] == pull.name else ""
    # Somebody has merged by hand and pushed that.
    return FAST_FORWARD if await is_ancestor(git, tip, move.new) and not await is_ancestor(git, tip, move.old) else ""


def merged(pull: Document, repository: Document, commit: str, option: str, *, by: str) -> Change:
    merge = {"isMerged": True, "mergedBy": by, "mergeCommitId": commit, "mergeOption": option}
    metadata = {
        "repositoryName": repository.name,
        "destinationReference": pull.body["destinationReference"],
        "mergeMetadata": merge,
    }
    what = happening(
        "PULL_REQUEST_MERGE_STATE_CHANGED", "pullRequestMergedStateChangedEventMetadata", metadata,
        "pullRequestMergeStatusUpdated", mergeOption=option,
    )  # fmt: skip
    return {"merge": merge}, "CLOSED", what


def check_mergeable(pull: Document, repository: Document, refs: Mapping[str, str], expected: str | None) -> None:
    if pull.parent != repository.parent:
        raise wrong(
            "RepositoryNotAssociatedWithPullRequest", f"The pull request {pull.name} is not one of {repository.name}."
        )
    for name in ("sourceReference", "destinationReference"):
        if pull.body[name] not in refs:
            raise wrong("ReferenceDoesNotExist", f"The branch {pull.body[name]} does not exist.")
    if expected and expected != refs[pull.body["sourceReference"]]:
        raise wrong("TipOfSourceReferenceIsDifferent", f"The tip of the source branch is not {expected}.")
    if not requests.evaluated(pull)["approved"]:
        raise wrong("PullRequestApprovalRulesNotSatisfied", "The approval rules of the pull request are not satisfied.")


def check_title(title: str) -> None:
    if not title:
        raise wrong("TitleRequired", "A pull request needs a title.")


def target_of(request: Mapping[str, Json]) -> Mapping[str, Json]:
    targets: list[Mapping[str, Json]] = request["targets"]
    if not targets:
        raise wrong("TargetsRequired", "The targets are required.")
    if len({target["repositoryName"] for target in targets}) > 1:
        raise wrong("MultipleRepositoriesInPullRequest", "A pull request is in one repository.")
    if len(targets) > 1:
        raise wrong("InvalidTargets", "A pull request has one target.")
    return targets[0]


def reference(name: str, refs: Mapping[str, str]) -> str:
    """A branch that is there; raises."""
    if not model.is_reference_name(name):
        raise wrong("InvalidReferenceName", f"The reference name {name} is not valid.")
    ref = name if name.startswith("refs/") else HEADS + name
    if not ref.startswith(HEADS):
        raise wrong("ReferenceTypeNotSupported", f"{name} is not a branch.")
    if ref not in refs:
        raise wrong("ReferenceDoesNotExist", f"The branch {name} does not exist.")
    return ref


def revision(chance: Callable[[], str]) -> str:
    return chance() + chance()


def shown(tx: Transaction, pull: Document) -> dict[str, Json]:
    repository = model.by_id(tx, replace(pull.scope, principal=""), pull.parent)
    assert repository is not None
    return requests.told(pull, repository.name)
