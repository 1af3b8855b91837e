"""Action types: AWS's, from the catalogue, and customers' own, whose actions their workers carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.languages.delivery import catalogue
from penstock.languages.delivery.catalogue import ACTIONS, RULES, Kind
from penstock.languages.delivery.tree import Pipeline, TypeId
from penstock.services.codepipeline import answers, rows
from penstock.services.codepipeline.model import Executor
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.codepipeline import shapes

Json = Any
DELETED: Final = "Deleted"


@dataclass(frozen=True)
class ActionTypes:
    database: Database
    clock: Callable[[], float]
    service = "codepipeline"

    @operation("CreateCustomActionType")
    async def create(self, call: Call, request: shapes.CreateCustomActionTypeRequest) -> Answer:
        """A version that was deleted may be made again as it was, and not otherwise."""
        kind = TypeId(request["category"], request["provider"], "Custom", request["version"])
        body: dict[str, Json] = {
            "id": answers.type_id(kind),
            "settings": dict(request.get("settings") or {}),
            "actionConfigurationProperties": list(request.get("configurationProperties") or []),
            "inputArtifactDetails": dict(request["inputArtifactDetails"]),
            "outputArtifactDetails": dict(request["outputArtifactDetails"]),
        }
        if sum(bool(each.get("queryable")) for each in body["actionConfigurationProperties"]) > 1:
            raise ValidationError("At most one configuration property can be queryable.")
        labels = {each["key"]: each["value"] for each in request.get("tags") or []}

        def create(tx: Transaction) -> None:
            at, scope = self.clock(), Scope(call.scope.account, call.scope.region)
            found = documents.find(tx, scope, rows.ACTION_TYPE, kind.key)
            if found is not None and call.token and found.token == call.token:
                return
            if found is not None and (found.status != DELETED or found.body != body):
                raise ValidationError(f"{sentence(kind)} exists already, or was deleted: give another version.")
            arn = scope.arn("codepipeline", f"actiontype:{kind.owner}/{kind.category}/{kind.provider}/{kind.version}")
            made = Document(
                kind=rows.ACTION_TYPE, scope=scope, name=kind.key, arn=arn, created_at=at, modified_at=at,
                token=call.token, body=body,
            )  # fmt: skip
            documents.put(tx, made)
            tags.add(tx, arn, labels)

        await self.database.write(create)
        return {"actionType": body, **({"tags": request["tags"]} if labels else {})}

    @operation("DeleteCustomActionType")
    async def delete(self, call: Call, request: shapes.DeleteCustomActionTypeRequest) -> Answer:
        kind = TypeId(request["category"], request["provider"], "Custom", request["version"])

        def delete(tx: Transaction) -> None:
            found = documents.find(tx, call.scope, rows.ACTION_TYPE, kind.key)
            if found is not None:
                documents.update(tx, found.changed(self.clock(), status=DELETED))

        await self.database.write(delete)
        return {}

    @operation("ListActionTypes")
    async def list(self, call: Call, request: shapes.ListActionTypesRequest) -> Answer:
        """All of them, in one page."""
        if token := request.get("nextToken"):
            pages.decode(token)  # none was given
        owner = request.get("actionOwnerFilter")
        own = await self.database.read(lambda tx: [shown(each) for each in own_types(tx, call.scope)])
        every = [*(described(key, kind) for key, kind in ACTIONS.items()), *own]
        return {"actionTypes": [each for each in every if owner in (None, each["id"]["owner"])]}

    @operation("ListRuleTypes")
    async def list_rules(self, call: Call, request: shapes.ListRuleTypesRequest) -> Answer:
        told = []
        for provider, kind in RULES.items():
            shown = described(f"Rule/AWS/{provider}/1", kind)
            told.append(
                {
                    "id": shown["id"],
                    "ruleConfigurationProperties": shown["actionConfigurationProperties"],
                    "inputArtifactDetails": shown["inputArtifactDetails"],
                }
            )
        return {"ruleTypes": told}


def described(key: str, kind: Kind) -> dict[str, Json]:
    """An action type of AWS's."""
    category, owner, provider, version = key.split("/")
    return {
        "id": {"category": category, "owner": owner, "provider": provider, "version": version},
        "settings": {},
        "actionConfigurationProperties": [
            {
                "name": name,
                "required": name in kind.required,
                "key": name in kind.required,
                "secret": name in kind.secret,
            }
            for name in (*kind.required, *kind.optional)
        ],
        "inputArtifactDetails": {"minimumCount": kind.inputs[0], "maximumCount": kind.inputs[1]},
        "outputArtifactDetails": {"minimumCount": kind.outputs[0], "maximumCount": kind.outputs[1]},
    }


def sentence(kind: TypeId) -> str:
    return (
        f"ActionType (Category: '{kind.category}', Provider: '{kind.provider}', Owner: '{kind.owner}', "
        f"Version: '{kind.version}')"
    )


def shown(kind: Document) -> dict[str, Json]:
    """An action type as it is listed."""
    return {name: value for name, value in kind.body.items() if name != "Declaration"}


def own_types(tx: Transaction, scope: Scope) -> Iterator[Document]:
    query = Query(kind=rows.ACTION_TYPE, scope=scope, order="name", descending=False, limit=rows.ALL)
    for each in documents.page(tx, query).documents:
        if each.status != DELETED:
            yield each


def must_exist(tx: Transaction, scope: Scope, kind: TypeId) -> Document:
    found = documents.find(tx, scope, rows.ACTION_TYPE, kind.key)
    if found is None or found.status == DELETED:
        raise ServiceError(f"{sentence(kind)} is not available.", code="ActionTypeNotFoundException")
    return found


def kind_of(tx: Transaction, scope: Scope, kind: TypeId) -> Kind | None:
    """What a custom action type, or a partner's, asks of its actions; None if there is none for this account."""
    found = documents.find(tx, scope, rows.ACTION_TYPE, kind.key)
    if found is None or found.status == DELETED:
        return None
    allowed = (found.body.get("Declaration", {}).get("permissions") or {}).get("allowedAccounts")
    if allowed and not {"*", scope.account} & set(allowed):
        return None
    properties = found.body["actionConfigurationProperties"]
    return catalogue.custom(
        bounds(found.body["inputArtifactDetails"]),
        bounds(found.body["outputArtifactDetails"]),
        [(each["name"], each["required"]) for each in properties],
    )


def executors_of(tx: Transaction, scope: Scope, pipeline: Pipeline) -> dict[str, Executor]:
    """Who does the actions of a pipeline that are of partners' types."""
    kinds = {action.action_type_id.key for stage in pipeline.stages for action in stage.actions}
    found = {key: documents.find(tx, scope, rows.ACTION_TYPE, key) for key in kinds if key not in ACTIONS}
    return {
        key: executor(each.body["Declaration"]["executor"])
        for key, each in found.items()
        if each is not None and "Declaration" in each.body
    }


def executor(given: Mapping[str, Json]) -> Executor:
    function = (given["configuration"].get("lambdaExecutorConfiguration") or {}).get("lambdaFunctionArn", "")
    return Executor(function, given.get("jobTimeout"))


def bounds(details: Mapping[str, int]) -> tuple[int, int]:
    return details["minimumCount"], details["maximumCount"]
