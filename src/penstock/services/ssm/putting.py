"""PutParameter: a new parameter, or a new version of one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from penstock.services.ssm import model
from penstock.services.ssm.model import PARAMETER, SECURE
from penstock.services.ssm.tagging import add_tags
from penstock.store import documents, tags
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Json, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.ssm import shapes
    from penstock.services.ssm.telling import Tell
    from penstock.store.database import Database, Transaction
    from penstock.store.sealing import Sealing

NAME: Final = re.compile(r"/?[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*")
RESERVED: Final = re.compile(r"/?(aws|ssm)", re.IGNORECASE)
MOST_LEVELS: Final = 15
LONGEST_ARN: Final = 1011
LONGEST: Final = {"Standard": 4096, "Advanced": 8192}  # bytes of a value
KEPT: Final = ("Type", "Description", "AllowedPattern", "DataType", "KeyId")
DEFAULT_KEY: Final = "alias/aws/ssm"


@dataclass(frozen=True)
class Putting:
    database: Database
    sealing: Sealing
    tell: Tell
    clock: Callable[[], float]
    service = "ssm"

    @operation("PutParameter")
    async def put(self, call: Call, request: shapes.PutParameterRequest) -> Answer:
        name, at = request["Name"].strip(), self.clock()
        must_be_a_name(call.scope, name)
        must_be_askable(call.request)
        labels = tags.unlisted(request.get("Tags", []))

        def put(tx: Transaction) -> Document:
            before = model.named(tx, call.scope, name)
            if before is None:
                return self._create(tx, call, name, labels, at)
            if call.token and call.token == before.body["Token"]:
                return before
            if not request.get("Overwrite"):
                raise ServiceError(
                    "The parameter already exists. To overwrite this value, set the overwrite option in the request "
                    "to true.",
                    code="ParameterAlreadyExists",
                )
            return self._overwrite(tx, call, before, at)

        kept = await self.database.write(put)
        return {"Version": kept.body["Version"], "Tier": kept.body["Tier"]}

    def _create(self, tx: Transaction, call: Call, name: str, labels: Mapping[str, str], at: float) -> Document:
        arn = model.arn_of(call.scope, name)
        if twin := documents.find_by_arn(tx, arn):
            raise ValidationError(f"Parameter {twin.name} has the ARN that {name} would have: choose another name.")
        if not call.request.get("Type"):
            raise ValidationError("A parameter type is required when you create a parameter.")
        made = documents.insert(
            tx,
            Document(
                kind=PARAMETER, scope=replace(call.scope, principal=""), name=name, arn=arn,
                parent=model.path_of(name), created_at=at, modified_at=at,
                body={**self._version(call, {}), "Version": 1, "Labels": {}, "Token": call.token},
            ),
        )  # fmt: skip
        add_tags(tx, arn, labels)
        self.tell(tx, made, "Create", at)
        return made

    def _overwrite(self, tx: Transaction, call: Call, before: Document, at: float) -> Document:
        make_room(tx, before)
        documents.insert(tx, model.superseded(before))
        number, labels = before.body["Version"] + 1, before.body["Labels"]
        body = {**self._version(call, before.body), "Version": number, "Labels": labels, "Token": call.token}
        after = replace(before, body=body, modified_at=at)
        documents.update(tx, after)
        self.tell(tx, after, "Update", at)
        return after

    def _version(self, call: Call, before: Mapping[str, Json]) -> dict[str, Json]:
        """The members of a version: what a request leaves out is as it was."""
        request = {name: value for name, value in call.request.items() if value is not None}
        said = {"DataType": "text"} | {
            name: source[name] for source in (before, request) for name in KEPT if name in source
        }
        value, kind = request["Value"], said["Type"]
        must_keep_its_type(before, kind)
        must_match(said.get("AllowedPattern"), value)
        if kind == SECURE:
            said.setdefault("KeyId", DEFAULT_KEY)
        elif "KeyId" in request:
            raise ValidationError(f"KeyId is for parameters of the type {SECURE}; leave it out.")
        return {
            **said,
            "Value": self.sealing.sealed(value) if kind == SECURE else value,
            "Tier": tier_of(request.get("Tier"), before.get("Tier", "Standard"), len(value.encode())),
            "LastModifiedUser": call.scope.principal,
        }


def must_be_a_name(scope: Scope, name: str) -> None:
    if name.lower().startswith("/aws/"):
        raise ServiceError(f"No access to reserved parameter name: {name}.", code="AccessDeniedException")
    if RESERVED.match(name) or not NAME.fullmatch(name):
        raise ValidationError(
            'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it must '
            "begin with a slash and can consist of sub-paths divided by slash symbol; each sub-path can be formed as "
            "a mix of letters, numbers and the following 3 symbols .-_"
        )
    if "/" in name and not name.startswith("/"):
        raise ValidationError("Parameter name must be a fully qualified name: a path begins with a slash.")
    if name.count("/") > MOST_LEVELS:
        raise ServiceError(
            f"The hierarchy depth is {name.count('/')} levels. A hierarchy can have a maximum of {MOST_LEVELS} levels.",
            code="HierarchyLevelLimitExceededException",
        )
    if len(model.arn_of(scope, name)) > LONGEST_ARN:
        raise ValidationError(f"The parameter's ARN would be longer than {LONGEST_ARN} characters: shorten its name.")


def must_be_askable(request: Mapping[str, Json]) -> None:
    """Refuse what no parameter can be, whatever was there before."""
    if not request["Value"]:
        raise ValidationError(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length "
            "greater than or equal to 1."
        )
    if re.search(r"\{\{.*\}\}", request["Value"]):
        raise ValidationError('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.')
    if request.get("Overwrite") and request.get("Tags"):
        raise ValidationError(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
            "remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or "
            "RemoveTagsFromResource."
        )
    if (data_type := request.get("DataType") or "text") != "text":
        raise ValidationError(
            f"The following data type is not supported: {data_type}. Penstock checks no values by their type; use text."
        )
    if (request.get("Policies") or "[]").strip() not in {"[]", "[{}]"}:
        raise ValidationError("Policies: nothing expires a parameter or watches its age here; leave it out.")


def must_keep_its_type(before: Mapping[str, Json], kind: str) -> None:
    if before and before["Type"] != kind and SECURE in {before["Type"], kind}:
        raise ServiceError(
            "Parameter Store doesn't support changing a parameter type in a hierarchy. You can't change this one from "
            f"a {before['Type']} type to a {kind} type. You must create a new, unique parameter.",
            code="HierarchyTypeMismatchException",
        )


def must_match(pattern: str | None, value: str) -> None:
    try:
        if pattern and re.search(pattern, value) is None:
            raise ServiceError(
                f"Parameter value, cannot be validated against allowedPattern: {pattern}",
                code="ParameterPatternMismatchException",
            )
    except re.error as problem:
        raise ServiceError(
            f"AllowedPattern '{pattern}' is no regular expression: {problem}", code="InvalidAllowedPatternException"
        ) from None


def tier_of(wanted: str | None, before: str, size: int) -> str:
    """The tier that a value of so many bytes is kept in; an advanced parameter stays one."""
    if wanted == "Intelligent-Tiering":
        wanted = "Advanced" if size > LONGEST["Standard"] else None
    if (wanted, before) == ("Standard", "Advanced"):
        raise ValidationError(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
            "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced "
            "parameter and recreate it as a standard parameter."
        )
    tier = wanted or before
    if size > LONGEST[tier]:
        remedy = "" if tier == "Advanced" else (
            " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."
        )  # fmt: skip
        raise ValidationError(
            f"{tier} tier parameters support a maximum parameter value of {LONGEST[tier]} characters.{remedy}"
        )
    return tier


def make_room(tx: Transaction, parameter: Document) -> None:
    """Let go of the oldest version, if there are as many as may be kept."""
    versions = model.earlier(tx, parameter)
    if len(versions) + 1 < model.MOST_VERSIONS:
        return
    oldest = versions[0]
    if oldest.labels:
        raise ServiceError(
            f"You attempted to create a new version of {parameter.name} by calling the PutParameter API with the "
            f"overwrite flag. Version {oldest.number}, the oldest version, can't be deleted because it has a label "
            "associated with it. Move the label to another version of the parameter, and try again.",
            code="ParameterMaxVersionLimitExceeded",
        )
    model.forget(tx, oldest)
