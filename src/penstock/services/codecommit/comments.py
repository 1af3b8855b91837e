"""Operations on comments: on a comparison of commits, on a pull request, on another comment; and reactions to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.engine.notices import Kind
from penstock.services.codecommit import model, requests
from penstock.services.codecommit.desk import commit_of
from penstock.services.codecommit.git import TooLong
from penstock.services.codecommit.model import COMMENT, wrong
from penstock.services.codecommit.references import SOURCE
from penstock.store import documents
from penstock.store.documents import Document, Query
from penstock.wire.call import Answer, Call, Json, Scope, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from penstock.services.codecommit import shapes
    from penstock.services.codecommit.desk import Desk, Opened
    from penstock.services.codecommit.git import Git
    from penstock.store.database import Transaction

ON_COMMIT: Final = Kind(SOURCE, "CodeCommit Comment on Commit")
ON_PULL_REQUEST: Final = Kind(SOURCE, "CodeCommit Comment on Pull Request")
REACTION: Final = Kind(SOURCE, "CodeCommit Comment Reaction Change")
SAYS: Final = {"Created": "made a comment", "Updated": "updated a comment", "Deleted": "deleted a comment"}
LONGEST: Final = 10_240  # characters of a comment
LARGEST: Final = 6 << 20  # bytes of a file whose lines are counted
PAGE: Final = 100
MOST: Final = 10_000
PLACE: Final = ("beforeCommitId", "afterCommitId", "beforeBlobId", "afterBlobId", "location")
NONE: Final = ("", "none")
REACTIONS: Final = {
    "👍": ":thumbsup:", "👎": ":thumbsdown:", "🚀": ":rocket:", "🎉": ":tada:", "❤️": ":heart:", "😄": ":smile:",
    "😕": ":confused:", "👀": ":eyes:", "🙏": ":pray:", "🔥": ":fire:",
}  # fmt: skip


@dataclass(frozen=True)
class Comments:
    desk: Desk
    service: str = "codecommit"

    @operation("PostCommentForComparedCommit")
    async def post_on_commit(self, call: Call, request: shapes.PostCommentForComparedCommitRequest) -> Answer:
        opened = await self.desk.open(call, request["repositoryName"])
        place = await place_of(opened.git, request)
        parent = f"{opened.document.parent}#{place['afterCommitId']}"
        made = await self._post(call, opened, request, parent, place)
        return {"repositoryName": opened.document.name, **place, "comment": told(made, call)}

    @operation("PostCommentForPullRequest")
    async def post_on_pull_request(self, call: Call, request: shapes.PostCommentForPullRequestRequest) -> Answer:
        opened, number = await self.desk.open(call, request["repositoryName"]), request["pullRequestId"]
        pull = await self.desk.database.read(lambda tx: requests.found(tx, call.scope, number))
        check_association(pull, opened.document)
        place = await place_of(opened.git, request)
        made = await self._post(call, opened, request, f"{pull.parent}#{number}", {**place, "pullRequestId": number})
        return {"repositoryName": opened.document.name, "pullRequestId": number, **place, "comment": told(made, call)}

    @operation("PostCommentReply")
    async def reply(self, call: Call, request: shapes.PostCommentReplyRequest) -> Answer:
        first = await self._read(call, request["inReplyTo"])
        repository_id = first.parent.partition("#")[0]
        repository = await self.desk.database.read(lambda tx: model.by_id(tx, call.scope, repository_id))
        assert repository is not None
        opened = await self.desk.open(call, repository.name)
        place = {name: first.body[name] for name in (*PLACE, "pullRequestId") if name in first.body}
        made = await self._post(call, opened, request, first.parent, {**place, "inReplyTo": first.name})
        return {"comment": told(made, call)}

    async def _post(
        self, call: Call, opened: Opened, request: Mapping[str, Json], parent: str, place: Mapping[str, Json]
    ) -> Document:
        content, token = checked(request["content"]), request.get("clientRequestToken") or call.token
        at = self.desk.clock()
        body = {**place, "content": content, "authorArn": call.scope.principal, "reactions": {}}
        made = Document(
            kind=COMMENT, scope=opened.document.scope, name=model.uuid_of(self.desk.chance()),
            arn="", parent=parent, created_at=at, modified_at=at,
            body={**body, **({"clientRequestToken": token} if token else {})},
        )  # fmt: skip

        def post(tx: Transaction) -> Document:
            if (name := model.told_before(tx, call, token)) is not None:
                return found(tx, call.scope, name)
            documents.insert(tx, made)
            model.remember(tx, call, token, made.name, of=opened.document, at=at)
            self._tell(tx, call, made, opened.document, "Created")
            return made

        return await self.desk.database.write(post)

    def _tell(self, tx: Transaction, call: Call, comment: Document, repository: Document, what: str) -> None:
        number = comment.body.get("pullRequestId")
        kind, event = (ON_PULL_REQUEST, "PullRequest") if number else (ON_COMMIT, "Commit")
        detail = {
            "event": f"commentOn{event}{what}",
            "repositoryId": repository.parent,
            "repositoryName": repository.name,
            "commentId": comment.name,
            "callerUserArn": call.scope.principal,
            "notificationBody": (
                f"A comment event occurred in the following repository: {repository.name}. "
                f"The user: {call.scope.principal} {SAYS[what]}."
            ),
            **{
                name: comment.body[name]
                for name in ("beforeCommitId", "afterCommitId", "inReplyTo", "pullRequestId")
                if name in comment.body
            },
        }
        self.desk.notices.keep(tx, comment.scope, kind, [repository.arn], lambda: detail, at=self.desk.clock())

    @operation("UpdateComment")
    async def update(self, call: Call, request: shapes.UpdateCommentRequest) -> Answer:
        content = checked(request["content"])

        def check(comment: Document) -> dict[str, Json]:
            if comment.body["authorArn"] != call.scope.principal:
                raise wrong("CommentNotCreatedByCaller", "A comment is changed by its author only.")
            return {"content": content}

        return {"comment": told(await self._change(call, request["commentId"], check, "Updated"), call)}

    @operation("DeleteCommentContent")
    async def delete(self, call: Call, request: shapes.DeleteCommentContentRequest) -> Answer:
        members: dict[str, Json] = {"content": None, "deleted": True, "reactions": {}}
        return {"comment": told(await self._change(call, request["commentId"], lambda _: members, "Deleted"), call)}

    @operation("PutCommentReaction")
    async def react(self, call: Call, request: shapes.PutCommentReactionRequest) -> Answer:
        emoji = reaction_of(request["reactionValue"])

        def react(tx: Transaction) -> None:
            comment = living(found(tx, call.scope, request["commentId"]))
            before: dict[str, str] = comment.body["reactions"]
            others = {who: one for who, one in before.items() if who != call.scope.principal}
            after = {**others, **({call.scope.principal: emoji} if emoji else {})}
            documents.update(tx, comment.changed(comment.modified_at, reactions=after))
            if emoji:
                what = "Updated" if call.scope.principal in before else "Created"
                self._tell_of_reaction(tx, call, comment, emoji, what)

        await self.desk.database.write(react)
        return {}

    def _tell_of_reaction(self, tx: Transaction, call: Call, comment: Document, emoji: str, what: str) -> None:
        repository = model.by_id(tx, call.scope, comment.parent.partition("#")[0])
        if repository is None:
            return
        written = formats(emoji)
        detail = {
            "event": f"commentReaction{what}",
            "repositoryId": repository.parent,
            "repositoryName": repository.name,
            "commentId": comment.name,
            "callerUserArn": call.scope.principal,
            "reactionEmojis": [emoji],
            "reactionShortcodes": [written["shortCode"]],
            "reactionUnicodes": [written["unicode"]],
            "notificationBody": (
                f"A comment reaction event occurred in the following AWS CodeCommit Repository: {repository.name}. "
                f"The user: {call.scope.principal} made a comment reaction {emoji} "
                f"to the comment with comment ID: {comment.name}"
            ),
        }
        self.desk.notices.keep(tx, comment.scope, REACTION, [repository.arn], lambda: detail, at=self.desk.clock())

    async def _change(
        self, call: Call, name: str, decide: Callable[[Document], dict[str, Json]], event: str
    ) -> Document:
        at = self.desk.clock()

        def change(tx: Transaction) -> Document:
            comment = living(found(tx, call.scope, name))
            now = comment.changed(at, **decide(comment))
            documents.update(tx, now)
            repository = model.by_id(tx, call.scope, now.parent.partition("#")[0])
            if repository is not None:
                self._tell(tx, call, now, repository, event)
            return now

        return await self.desk.database.write(change)

    @operation("GetComment")
    async def get(self, call: Call, request: shapes.GetCommentRequest) -> Answer:
        return {"comment": told(living(await self._read(call, request["commentId"])), call)}

    async def _read(self, call: Call, name: str) -> Document:
        return await self.desk.database.read(lambda tx: found(tx, call.scope, name))

    @operation("GetCommentReactions")
    async def reactions(self, call: Call, request: shapes.GetCommentReactionsRequest) -> Answer:
        comment, of = living(await self._read(call, request["commentId"])), request.get("reactionUserArn")
        users: dict[str, list[str]] = {}
        for who, emoji in comment.body["reactions"].items():
            if of in {None, who}:
                users.setdefault(emoji, []).append(who)
        shown, more = model.cut(list(users.items()), request, most=PAGE)
        listed = [
            {"reaction": formats(emoji), "reactionUsers": who, "reactionsFromDeletedUsersCount": 0}
            for emoji, who in shown
        ]
        return {"reactionsForComment": listed, **more}

    @operation("GetCommentsForComparedCommit")
    async def on_commit(self, call: Call, request: shapes.GetCommentsForComparedCommitRequest) -> Answer:
        opened = await self.desk.open(call, request["repositoryName"])
        before, after = request.get("beforeCommitId"), request["afterCommitId"]
        model.check_commit_id(after)
        await commit_of(opened.git, after)
        comments = await self._under(call, f"{opened.document.parent}#{after}")
        wanted = [each for each in comments if before in {None, each.body.get("beforeCommitId")}]
        shown, more = model.cut(gathered(wanted, call, {"repositoryName": opened.document.name}), request, most=PAGE)
        return {"commentsForComparedCommitData": shown, **more}

    @operation("GetCommentsForPullRequest")
    async def on_pull_request(self, call: Call, request: shapes.GetCommentsForPullRequestRequest) -> Answer:
        number = request["pullRequestId"]

        def read(tx: Transaction) -> tuple[Document, Document]:
            pull = requests.found(tx, call.scope, number)
            repository = model.by_id(tx, call.scope, pull.parent)
            assert repository is not None
            if request.get("repositoryName"):
                check_association(pull, model.found(tx, call.scope, request["repositoryName"]))
            return pull, repository

        pull, repository = await self.desk.database.read(read)
        wanted = [
            each
            for each in await self._under(call, f"{pull.parent}#{number}")
            if request.get("beforeCommitId") in {None, each.body.get("beforeCommitId")}
            and request.get("afterCommitId") in {None, each.body.get("afterCommitId")}
        ]
        about = {"pullRequestId": number, "repositoryName": repository.name}
        shown, more = model.cut(gathered(wanted, call, about), request, most=PAGE)
        return {"commentsForPullRequestData": shown, **more}

    async def _under(self, call: Call, parent: str) -> Sequence[Document]:
        query = Query(kind=COMMENT, scope=call.scope, parent=parent, descending=False, limit=MOST)
        return await self.desk.database.read(lambda tx: documents.page(tx, query).documents)


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    comment = documents.find(tx, scope, COMMENT, name)
    if comment is None:
        raise wrong("CommentDoesNotExist", f"The comment {name} does not exist.")
    return comment


def living(comment: Document) -> Document:
    if comment.body.get("deleted"):
        raise wrong("CommentDeleted", f"The comment {comment.name} has been deleted.")
    return comment


def check_association(pull: Document, repository: Document) -> None:
    if pull.parent != repository.parent:
        raise wrong(
            "RepositoryNotAssociatedWithPullRequest", f"The pull request {pull.name} is not one of {repository.name}."
        )


def checked(content: str) -> str:
    if not content:
        raise wrong("CommentContentRequired", "The content of a comment is required.")
    if len(content) > LONGEST:
        raise wrong("CommentContentSizeLimitExceeded", f"A comment has at most {LONGEST} characters.")
    return content


def reaction_of(value: str) -> str:
    """An emoji, written as itself, by its short code or by its code points; empty takes a reaction back."""
    if value.lower() in NONE:
        return ""
    for emoji in REACTIONS:
        if value in formats(emoji).values():
            return emoji
    raise wrong("InvalidReactionValue", f"{value} is not one of {', '.join(REACTIONS.values())}.")


def formats(emoji: str) -> dict[str, str]:
    return {"emoji": emoji, "shortCode": REACTIONS[emoji], "unicode": " ".join(f"U+{ord(each):X}" for each in emoji)}


async def place_of(git: Git, request: Mapping[str, Json]) -> dict[str, Json]:
    """What a comment is about: two commits, and a place in a file of theirs; raises."""
    place: dict[str, Json] = {}
    for name in ("beforeCommitId", "afterCommitId"):
        if request.get(name):
            model.check_commit_id(request[name])
            place[name] = await commit_of(git, request[name])
    if place.get("beforeCommitId") == place["afterCommitId"]:
        raise wrong("BeforeCommitIdAndAfterCommitIdAreSame", "The two commits are the same.")
    location = request.get("location")
    if not location:
        return place
    if not location.get("filePath"):
        raise wrong("PathRequired", "The location has no filePath.")
    path, side = model.path_of(location["filePath"]), location.get("relativeFileVersion") or "AFTER"
    if location.get("filePosition") is not None and location["filePosition"] < 0:
        raise wrong("InvalidFilePosition", "The position in the file must not be negative.")
    blobs = await blobs_of(git, path, place)
    blob_id = blobs.get("beforeBlobId" if side == "BEFORE" else "afterBlobId")
    if blob_id is None:
        raise wrong("PathDoesNotExist", f"The path {path} does not exist.")
    if location.get("filePosition"):
        await check_line(git, blob_id, location["filePosition"])
    return {**place, **blobs, "location": {**location, "filePath": path, "relativeFileVersion": side}}


async def blobs_of(git: Git, path: str, place: Mapping[str, str]) -> dict[str, str]:
    """What a path is in the commits of a place, as far as it is a file there."""
    blobs: dict[str, str] = {}
    for member, commit in (("beforeBlobId", place.get("beforeCommitId")), ("afterBlobId", place["afterCommitId"])):
        entries = await git.entries(commit, path) if commit else []
        if entries and entries[0].kind == "blob":
            blobs[member] = entries[0].id
    return blobs


async def check_line(git: Git, blob_id: str, line: int) -> None:
    """Raise unless a file has a line of that number; of what is too large to be read nothing is said."""
    try:
        blob = await git.blob(blob_id, LARGEST)
    except TooLong:
        return
    if blob is not None and line > blob.content.count(b"\n") + 1:
        raise wrong("InvalidFilePosition", f"The file has no line {line}.")


def told(comment: Document, call: Call) -> dict[str, Json]:
    body, counts = comment.body, Counter(comment.body["reactions"].values())
    mine = body["reactions"].get(call.scope.principal)
    return {
        "commentId": comment.name,
        "creationDate": comment.created_at,
        "lastModifiedDate": comment.modified_at,
        "authorArn": body["authorArn"],
        "deleted": bool(body.get("deleted")),
        "callerReactions": [REACTIONS[mine]] if mine else [],
        "reactionCounts": {REACTIONS[emoji]: count for emoji, count in counts.items()},
        **{name: body[name] for name in ("content", "inReplyTo", "clientRequestToken") if name in body},
    }


def gathered(comments: Sequence[Document], call: Call, about: Mapping[str, str]) -> list[dict[str, Json]]:
    """Comments by what they are about."""
    groups: dict[str, dict[str, Json]] = {}
    for each in comments:
        place = {name: each.body[name] for name in PLACE if name in each.body}
        groups.setdefault(str(place), {**about, **place, "comments": []})["comments"].append(told(each, call))
    return list(groups.values())
