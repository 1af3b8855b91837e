"""The nouns of CodeCommit: repositories as documents, names of references and paths, and AWS's refusals."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Call, Json, Scope, ServiceError, ValidationError

REPOSITORY: Final = "codecommit/repository"  # its parent is its own id, so that it is found by that, too
PULL_REQUEST: Final = "codecommit/pull-request"  # what belongs to a repository has its id as parent, or ID#MORE
HAPPENING: Final = "codecommit/pull-request-event"
COMMENT: Final = "codecommit/comment"
ASSOCIATION: Final = "codecommit/association"  # of a template of approval rules
TOKEN: Final = "codecommit/token"  # noqa: S105 - a request that may come twice: what it made, and what it was
HEADS: Final = "refs/heads/"
TAGS: Final = "refs/tags/"
FILE_MODES: Final[Mapping[str, str]] = {"NORMAL": "100644", "EXECUTABLE": "100755", "SYMLINK": "120000"}
MODE_NAMES: Final = {mode: name for name, mode in FILE_MODES.items()} | {"100664": "NORMAL"}
LARGEST_FILE: Final = 6 * 1024 * 1024  # bytes of what passes through the API
DEEPEST: Final = 20  # levels of a path
LONGEST_PATH: Final = 4096
COMMIT_ID: Final = re.compile(r"[0-9a-f]{40}")
_NO_NAME: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|^[/.-]|/\.|\.lock(?:/|$)|[/.]$|^@$")
T = TypeVar("T")


def wrong(code: str, message: str) -> ServiceError:
    """An error that the service model names; its code without the `Exception` at the end."""
    return ServiceError(message, code=f"{code}Exception")


def uuid_of(drawn: str) -> str:
    """32 hexadecimal digits, as AWS writes ids."""
    return f"{drawn[:8]}-{drawn[8:12]}-{drawn[12:16]}-{drawn[16:20]}-{drawn[20:]}"


# ------------------------------------------------------------------------------------------------ repositories


def found(tx: Transaction, scope: Scope, name: str) -> Document:
    """A repository that is there; raises."""
    repository = documents.find(tx, scope, REPOSITORY, name)
    if repository is None:
        raise wrong("RepositoryDoesNotExist", f"{name} does not exist")
    return repository


def by_id(tx: Transaction, scope: Scope, repository_id: str) -> Document | None:
    page = documents.page(tx, Query(kind=REPOSITORY, scope=scope, parent=repository_id, limit=1))
    return page.documents[0] if page.documents else None


def check_repository_name(name: str) -> None:
    if name.endswith(".git") or name in {".", ".."}:
        raise wrong("InvalidRepositoryName", f"The repository name {name} is not valid: it must not end in .git.")


def told_before(tx: Transaction, call: Call, token: str) -> str | None:
    """What a request with this token made when it came first; raises if that was another request."""
    first = documents.find(tx, call.scope, TOKEN, f"{call.operation}/{token}") if token else None
    if first is None:
        return None
    if first.body["request"] != digest_of(call):
        raise wrong("IdempotencyParameterMismatch", f"The client request token {token} was used with another request.")
    made: str = first.body["made"]
    return made


def remember(tx: Transaction, call: Call, token: str, made: str, *, of: Document, at: float) -> None:
    """Know the request again, should it come twice; `of` is the repository that it is about."""
    if token:
        documents.insert(
            tx,
            Document(
                kind=TOKEN, scope=of.scope, name=f"{call.operation}/{token}", arn="", parent=of.parent, created_at=at,
                modified_at=at, body={"made": made, "request": digest_of(call)},
            ),
        )  # fmt: skip


def digest_of(call: Call) -> str:
    return sha256(msgspec.json.encode(call.request, order="sorted")).hexdigest()


# ------------------------------------------------------------------------------------------------------- names


def is_reference_name(name: str) -> bool:
    """Whether git would take it for a part of a reference's name."""
    return bool(name) and len(name) <= 256 and not _NO_NAME.search(name)


def branch_of(name: str) -> str:
    """A branch's reference; raises for what cannot be a branch's name."""
    if not is_reference_name(name) or COMMIT_ID.fullmatch(name):
        raise wrong("InvalidBranchName", f"The branch name {name} is not valid.")
    return HEADS + name


def short_name(ref: str) -> str:
    return ref.removeprefix(HEADS).removeprefix(TAGS)


def path_of(path: str, *, may_be_root: bool = False) -> str:
    """A path without the slashes around it; raises for what no tree could hold."""
    plain = path.strip("/")
    if not plain and may_be_root:
        return ""
    if not plain:
        raise wrong("PathRequired", "The path is required.")
    parts = plain.split("/")
    is_odd = any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts) or set(plain) & set("\0\n")
    if is_odd or len(parts) > DEEPEST or len(plain) > LONGEST_PATH:
        raise wrong("InvalidPath", f"The path {path} is not valid.")
    return plain


def check_commit_id(commit_id: str) -> None:
    if not COMMIT_ID.fullmatch(commit_id):
        raise wrong("InvalidCommitId", f"The commit ID {commit_id} is not valid: it must be a full SHA-1.")


# ------------------------------------------------------------------------------------------------------- pages


def cut(
    everything: Sequence[T],
    request: Mapping[str, Json],
    *,
    most: int,
    members: tuple[str, str] = ("maxResults", "nextToken"),
) -> tuple[Sequence[T], dict[str, str]]:
    """One page of what is all known, and the member that tells where the next begins."""
    size, token = members
    limit = request.get(size, most)
    if limit < 1:
        raise wrong("InvalidMaxResults", f"The value of {size} must be greater than 0.")
    first = place_of(request.get(token))
    shown = everything[first : first + min(limit, most)]
    end = first + len(shown)
    return shown, {token: place_token(end)} if end < len(everything) else {}


def place_token(place: int) -> str:
    return pages.encode(place)


def place_of(token: str | None) -> int:
    if not token:
        return 0
    try:
        place = pages.decode(token)
    except ValidationError as error:
        raise wrong("InvalidContinuationToken", error.message) from None
    return place if isinstance(place, int) and place >= 0 else 0
