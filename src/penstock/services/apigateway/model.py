"""Nouns: an API with its resources and methods is one document; its deployments and stages are their own.

rest-api     id                 body: what is told of it, and `resources`: id → parentId, pathPart, methods
deployment   api/id             body: `resources` as they were then, and what is told; parent: the API
stage        api/name           body: as the service model has it; parent: the API

What is served is a stage's deployment: nothing that is done to an API is seen before it is deployed.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final

from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Call, Json, NotImplementedHere, Scope, ServiceError

SERVICE: Final = "apigateway"
API: Final = "apigateway/rest-api"
DEPLOYMENT: Final = "apigateway/deployment"
STAGE: Final = "apigateway/stage"
ACCOUNT: Final = "apigateway/account"
ANY: Final = "ANY"
VERBS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MOST_RESOURCES: Final = 300
LARGEST_PAGE: Final = 500
PAGE: Final = 25
_PART: Final = re.compile(r"[a-zA-Z0-9._\-:$]+|\{[a-zA-Z0-9._\-:]+\+?\}")

Request = Mapping[str, Json]
Resources = dict[str, dict[str, Json]]
Chance = Callable[[], str]


class BadRequest(ServiceError):
    code = "BadRequestException"


class NotFound(ServiceError):
    code = "NotFoundException"


class Conflict(ServiceError):
    code = "ConflictException"


def absent(what: str, remedy: str = "") -> NotImplementedHere:
    """For what API Gateway has on AWS and not here."""
    return NotImplementedHere(f"Penstock's API Gateway has no {what}{f': {remedy}' if remedy else ''}.")


def refuse_members(request: Request, refused: Mapping[str, str]) -> None:
    """Raise for a member that asks for what is not there; `refused` says what each would be."""
    for name, what in refused.items():
        if request.get(name):
            raise absent(f"{what} ({name})")


def arn_of(region: str, path: str) -> str:
    """The ARN of something of API Gateway's: without an account, as on AWS."""
    return f"arn:aws:apigateway:{region}::{path}"


def api_of(tx: Transaction, scope: Scope, key: str) -> Document:
    found = documents.find(tx, scope, API, key)
    if found is None:
        raise NotFound(f"Invalid API identifier specified {scope.account}:{key}")
    return found


def deployment_of(tx: Transaction, scope: Scope, api: str, key: str) -> Document:
    found = documents.find(tx, scope, DEPLOYMENT, f"{api}/{key}")
    if found is None:
        raise NotFound("Invalid Deployment identifier specified")
    return found


def stage_of(tx: Transaction, scope: Scope, api: str, name: str) -> Document:
    found = documents.find(tx, scope, STAGE, f"{api}/{name}")
    if found is None:
        raise NotFound("Invalid stage identifier specified")
    return found


def children(tx: Transaction, api: Document, kind: str) -> list[Document]:
    """Every deployment, or every stage, of an API: the oldest first."""
    query = documents.Query(kind=kind, scope=api.scope, parent=api.name, descending=False, limit=1_000_000)
    return list(documents.page(tx, query).documents)


def resources_of(document: Document) -> Resources:
    """A copy of the resources, to be changed and kept again."""
    return {
        key: {**each, "methods": {verb: dict(method) for verb, method in each["methods"].items()}}
        for key, each in document.body["resources"].items()
    }


def resource_in(resources: Mapping[str, Mapping[str, Json]], key: str) -> Json:
    if key not in resources:
        raise NotFound("Invalid Resource identifier specified")
    return resources[key]


def root_of(resources: Mapping[str, Mapping[str, Json]]) -> str:
    return next(key for key, each in resources.items() if not each["parentId"])


def path_of(resources: Mapping[str, Mapping[str, Json]], key: str) -> str:
    """The whole path of a resource."""
    parts: list[str] = []
    while parent := resources[key]["parentId"]:
        parts.append(resources[key]["pathPart"])
        key = parent
    return "/" + "/".join(reversed(parts))


def add_resource(resources: Resources, parent: str, part: str, chance: Chance) -> str:
    """Add a resource without methods below another; its id. Raises where there can be none of that name."""
    if not _PART.fullmatch(part):
        raise BadRequest(
            "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the "
            "beginning and the end."
        )
    if resources[parent]["pathPart"].endswith("+}"):
        raise BadRequest(
            f"Cannot create a child of a resource with a greedy path variable: {path_of(resources, parent)}"
        )
    for each in resources.values():
        if each["parentId"] != parent:
            continue
        if each["pathPart"] == part:
            raise Conflict(f"Another resource with the same parent already has this name: {part}")
        if (
            is_variable(part)
            and is_variable(each["pathPart"])
            and part.endswith("+}") == each["pathPart"].endswith("+}")
        ):
            raise BadRequest(
                f"A sibling ({each['pathPart']}) of this resource already has a variable path part -- "
                "only one is allowed"
            )
    if len(resources) >= MOST_RESOURCES:
        raise ServiceError("Maximum number of Resources for this API has been reached", code="LimitExceededException")
    key = chance()[:6]
    while key in resources:
        key = chance()[:6]
    resources[key] = {"parentId": parent, "pathPart": part, "methods": {}}
    return key


def is_variable(part: str) -> bool:
    return part.startswith("{")


def below(resources: Mapping[str, Mapping[str, Json]], key: str) -> set[str]:
    """A resource and all that are under it."""
    found = {key}
    while more := {each for each, told in resources.items() if told["parentId"] in found} - found:
        found |= more
    return found


def new_resources(chance: Chance) -> Resources:
    """Those of an API that has only its root."""
    return {chance()[:10]: {"parentId": "", "pathPart": "", "methods": {}}}


def own_id(call: Call) -> str:
    """The id of what a call makes: the same for a call that is told twice; empty where nothing says so."""
    return hashlib.sha256(call.token.encode()).hexdigest() if call.token else ""


def given(request: Request, *names: str) -> dict[str, Json]:
    """The members of these names that are there."""
    return {name: request[name] for name in names if request.get(name) is not None}
