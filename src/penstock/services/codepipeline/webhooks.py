"""Webhooks of pipelines: an address whose POST starts one, if who sends it is let to and all filters fit the body."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from penstock.languages.asl import jayway
from penstock.languages.delivery import tree
from penstock.languages.delivery.catalogue import GITHUB
from penstock.languages.githosts import hooks
from penstock.services.codepipeline import rows
from penstock.services.codepipeline.answers import MASK
from penstock.services.codepipeline.model import id_of
from penstock.services.codepipeline.providers.sources import at_github
from penstock.store import documents, tags
from penstock.store.documents import Document, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation
from penstock.wire.hooks import Hook, address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from penstock.services.codepipeline import shapes
    from penstock.services.codepipeline.starting import Starter
    from penstock.store.database import Database, Transaction
    from penstock.store.sealing import Sealing
    from penstock.wire.call import Directory

Json = Any
SERVICE: Final = "codepipeline"
PAGE: Final = 100
PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "GITHUB_HMAC": frozenset({"SecretToken"}), "IP": frozenset({"AllowedIPRange"}), "UNAUTHENTICATED": frozenset(),
}  # fmt: skip


@dataclass(frozen=True)
class Webhooks:
    database: Database
    directory: Directory
    starter: Starter
    sealing: Sealing
    endpoint: Callable[[], str]
    clock: Callable[[], float]
    chance: Callable[[], str]
    service: str = SERVICE

    @operation("PutWebhook")
    async def put(self, call: Call, request: shapes.PutWebhookRequest) -> Answer:
        """One that is there keeps its address."""
        definition: Mapping[str, Json] = call.request["webhook"]
        check(definition)
        labels = {each["key"]: each["value"] for each in request.get("tags") or []}
        name, at, place = definition["name"], self.clock(), self.chance()

        def put(tx: Transaction) -> Document:
            pipeline = rows.pipeline(tx, call.scope, definition["targetPipeline"])
            check_target(tree.read(pipeline.body["Declaration"]), definition["targetAction"])
            found = documents.find(tx, call.scope, rows.WEBHOOK, name)
            kept = found.body["Place"] if found is not None else place
            registered = found.body.get("Registered") if found is not None else None
            made = Document(
                kind=rows.WEBHOOK, scope=Scope(call.scope.account, call.scope.region), name=name,
                arn=call.scope.arn("codepipeline", f"webhook:{name}"), parent=pipeline.name,
                created_at=found.created_at if found is not None else at, modified_at=at,
                body={"Definition": self._sealed(definition), "Place": kept, "Registered": registered},
            )  # fmt: skip
            documents.put(tx, made)
            tags.add(tx, made.arn, labels)
            return made

        made = await self.database.write(put)
        return {"webhook": {**self._told(made), **({"tags": request["tags"]} if labels else {})}}

    @operation("ListWebhooks")
    async def list(self, call: Call, request: shapes.ListWebhooksRequest) -> Answer:
        query = Query(
            kind=rows.WEBHOOK, scope=call.scope, order="name", descending=False, token=request.get("NextToken"),
            limit=request.get("MaxResults", PAGE),
        )  # fmt: skip
        page = await self.database.read(lambda tx: documents.page(tx, query))
        return {
            "webhooks": [self._told(each) for each in page.documents],
            **pages.onward(page.token),
        }

    @operation("DeleteWebhook")
    async def delete(self, call: Call, request: shapes.DeleteWebhookRequest) -> Answer:
        """One that is not there is no error, as on AWS."""
        await self.database.write(lambda tx: documents.remove(tx, call.scope, rows.WEBHOOK, request["name"]))
        return {}

    @operation("RegisterWebhookWithThirdParty")
    async def register(self, call: Call, request: shapes.RegisterWebhookWithThirdPartyRequest) -> Answer:
        """Have GitHub tell of pushes to the target's repository; again, so that it knows the newest secret."""
        found = await self._found(call, request.get("webhookName", ""))
        place = await self._at_github(found)
        if place is None:
            raise ValidationError(
                f"The webhook {found.name} targets no action of provider GitHub, so it cannot be registered there: "
                f"give {self._url(found)} to the host by hand."
            )
        known: Mapping[str, str] = found.body.get("Registered") or {}
        if known and known["Repository"] != place["Repository"]:
            await self._ask(call, "DeleteGitHubHook", known)
            known = {}
        secret = found.body["Definition"]["authenticationConfiguration"].get("SecretToken", "")
        asked = {**place, "Url": self._url(found), "Secret": secret, "Id": known.get("Id", "")}
        made = await self._ask(call, "PutGitHubHook", asked)
        await self._note(found, {**place, "Id": made["Id"]})
        return {}

    @operation("DeregisterWebhookWithThirdParty")
    async def deregister(self, call: Call, request: shapes.DeregisterWebhookWithThirdPartyRequest) -> Answer:
        """One that is not registered is no error."""
        found = await self._found(call, request.get("webhookName", ""))
        if known := found.body.get("Registered"):
            newest = await self._at_github(found)
            token = newest if newest and newest["Repository"] == known["Repository"] else known
            await self._ask(call, "DeleteGitHubHook", {**known, "OAuthToken": token["OAuthToken"]})
            await self._note(found, None)
        return {}

    async def _at_github(self, webhook: Document) -> dict[str, str] | None:
        """Where the target's repository is, with what lets in; None where the target is no action of GitHub's."""
        pipeline = await self.database.read(lambda tx: documents.find(tx, webhook.scope, rows.PIPELINE, webhook.parent))
        action = None if pipeline is None else target_of(webhook, pipeline)
        if action is None or action.action_type_id.key != GITHUB:
            return None
        return at_github(action.configuration)

    async def _ask(self, call: Call, operation: str, request: Mapping[str, str]) -> Answer:
        try:
            return await self.directory.answer(Call("codeconnections", operation, request, call.scope))
        except ServiceError as error:  # which this operation has no other name for
            raise ValidationError(error.message) from None

    async def _note(self, webhook: Document, registered: Mapping[str, str] | None) -> None:
        """Keep where it is registered. One that is gone meanwhile stays gone."""

        def note(tx: Transaction) -> None:
            found = documents.find(tx, webhook.scope, rows.WEBHOOK, webhook.name)
            if found is not None and found.body["Place"] == webhook.body["Place"]:
                documents.update(tx, found.changed(found.modified_at, Registered=registered))

        await self.database.write(note)

    async def _found(self, call: Call, name: str) -> Document:
        found = await self.database.read(lambda tx: documents.find(tx, call.scope, rows.WEBHOOK, name))
        if found is None:
            raise ServiceError(f"The webhook '{name}' does not exist.", code="WebhookNotFoundException")
        return found

    def _sealed(self, definition: Mapping[str, Json]) -> Mapping[str, Json]:
        """A definition as it is kept."""
        given = dict(definition["authenticationConfiguration"])
        if "SecretToken" in given:
            given["SecretToken"] = self.sealing.hidden(given["SecretToken"])
        return {**definition, "authenticationConfiguration": given}

    def _told(self, webhook: Document) -> dict[str, Json]:
        definition = webhook.body["Definition"]
        given = definition["authenticationConfiguration"]
        shown = {**given, **({"SecretToken": MASK} if "SecretToken" in given else {})}
        return {
            "definition": {**definition, "authenticationConfiguration": shown},
            "url": self._url(webhook),
            "arn": webhook.arn,
            **({"lastTriggered": webhook.body["At"]} if "At" in webhook.body else {}),
        }

    def _url(self, webhook: Document) -> str:
        return address(self.endpoint(), SERVICE, webhook.scope, webhook.name, webhook.body["Place"])

    async def receive(self, hook: Hook) -> tuple[int, str]:
        """A POST to a webhook's address."""
        name, place = (*hook.path, "", "")[:2]
        webhook = await self.database.read(lambda tx: documents.find(tx, hook.scope, rows.WEBHOOK, name))
        if webhook is None or not hmac.compare_digest(webhook.body["Place"].encode(), place.encode()):
            return 404, "There is no such webhook."
        if not is_let(webhook.body["Definition"], hook, self.sealing):
            return 403, "This webhook does not take requests from you."
        try:
            content = hooks.decoded(hook.headers, hook.body)
        except hooks.Unreadable as wrong:
            return 400, f"This cannot be read: {wrong}"
        delivery = hooks.delivery_of(hook.headers) or self.chance()

        def start(tx: Transaction) -> tuple[int, str]:
            pipeline = documents.find(tx, webhook.scope, rows.PIPELINE, webhook.parent)
            if pipeline is None:
                return 404, f"There is no pipeline {webhook.parent} any longer."
            action = target_of(webhook, pipeline)
            if action is None:
                return 404, f"The pipeline {pipeline.name} has no such source action any longer."
            if not all(fits(each, content, action.configuration) for each in webhook.body["Definition"]["filters"]):
                return 200, "A filter does not fit: nothing is started."
            execution = id_of(f"{pipeline.arn} {pipeline.created_at}", "webhook", webhook.arn, delivery)
            trigger = {"triggerType": "Webhook", "triggerDetail": webhook.arn}
            self.starter.start(tx, pipeline, execution, trigger)
            documents.update(tx, webhook.changed(webhook.modified_at, At=self.clock()))
            return 200, execution

        try:
            return await self.database.write(start)
        except ServiceError as error:  # too many are under way, or a variable has no value
            return 400, error.message


def check(definition: Mapping[str, Json]) -> None:
    """Raise unless it can be told who is let, and every filter can be read."""
    given, kind = definition["authenticationConfiguration"], definition["authentication"]
    if given.keys() != NEEDED[kind]:
        wanted = ", ".join(sorted(NEEDED[kind])) or "no member"
        raise ServiceError(
            f"authenticationConfiguration must have {wanted} for the authentication {kind}.",
            code="InvalidWebhookAuthenticationParametersException",
        )
    if kind == "IP":
        try:
            ipaddress.ip_network(given["AllowedIPRange"], strict=False)
        except ValueError as wrong:
            raise ServiceError(
                f"AllowedIPRange is no CIDR range: {wrong}", code="InvalidWebhookAuthenticationParametersException"
            ) from None
    for each in definition["filters"]:
        try:
            jayway.compile_path(each["jsonPath"])
        except ValueError as wrong:
            raise ServiceError(
                f"jsonPath '{each['jsonPath']}' cannot be read: {wrong}", code="InvalidWebhookFilterPatternException"
            ) from None


def check_target(declared: tree.Pipeline, name: str) -> None:
    if declared.stages[0].action(name) is None:
        raise ValidationError(f"The targetAction {name} is no source action of the pipeline {declared.name}.")


def target_of(webhook: Document, pipeline: Document) -> tree.Action | None:
    """The source action that a webhook is for."""
    return tree.read(pipeline.body["Declaration"]).stages[0].action(webhook.body["Definition"]["targetAction"])


def is_let(definition: Mapping[str, Json], hook: Hook, sealing: Sealing) -> bool:
    """Whether a request comes from who may send it."""
    given = definition["authenticationConfiguration"]
    match definition["authentication"]:
        case "UNAUTHENTICATED":
            return True
        case "IP":
            try:
                return ipaddress.ip_address(hook.client) in ipaddress.ip_network(given["AllowedIPRange"], strict=False)
            except ValueError:
                return False
    secret = sealing.found(given["SecretToken"])
    if hooks.is_genuine(hook.headers, hook.body, secret):
        return True
    made = hmac.new(secret.encode(), hook.body, hashlib.sha1).hexdigest()  # GitHub's older signature, and AWS's
    return hmac.compare_digest(hook.headers.get("x-hub-signature", "").encode(), f"sha1={made}".encode())


def fits(rule: Mapping[str, str], content: Json, configuration: Mapping[str, str]) -> bool:
    """Whether what a path finds is what the rule says, with the action's configuration in its placeholders."""
    try:
        value = jayway.compile_path(rule["jsonPath"]).find(content)
    except jayway.NotFound:
        return False
    if "matchEquals" not in rule:
        return True
    wanted = PLACEHOLDER.sub(lambda found: configuration.get(found[1], found[0]), rule["matchEquals"])
    values = value if isinstance(value, list) else [value]
    return wanted in [text_of(each) for each in values]


def text_of(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
