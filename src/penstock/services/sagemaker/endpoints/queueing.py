"""Queueing: inferences of asynchronous endpoints, from their acceptance to the object that answers them.

As many are under way as the endpoint's instances take; the others wait in the order in which they came, and may wait
until they expire. A model that is being replaced is waited for.
"""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.endpoints.answers import told
from penstock.services.sagemaker.endpoints.backlog import Backlog, instances_of
from penstock.services.sagemaker.endpoints.inference import FLOW, OVER, Plan
from penstock.services.sagemaker.endpoints.invocations import Invocations, Unavailable
from penstock.services.sagemaker.endpoints.model import ENDPOINT, INFERENCE, Json, arn_of
from penstock.services.sagemaker.endpoints.refusals import NotServed
from penstock.services.sagemaker.endpoints.turns import Turns
from penstock.services.sagemaker.jobs.model import Place
from penstock.services.sagemaker.jobs.objects import Objects, Undelivered
from penstock.store import documents
from penstock.store.blobs import Blobs
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Directory, Scope, ServiceError
from penstock.wire.times import iso

LARGEST: Final = 256 << 20  # bytes of an input
EXPIRE: Final = 21_600.0  # seconds in the queue, as on AWS where a request says nothing
WITHIN: Final = 900.0
LARGEST_INCLUDED: Final = 128 << 10  # bytes of an answer that a topic is told
SUCCESS: Final = "SUCCESS_NOTIFICATION_TOPIC"
ERROR: Final = "ERROR_NOTIFICATION_TOPIC"
AGAIN_AFTER: Final = 1.0  # seconds until an endpoint that is not there yet is asked again
FORGOTTEN: Final = 500  # inferences at a time
PASSED: Final = ("EndpointName", "ContentType", "Accept", "CustomAttributes", "InferenceId")


class Failed(Exception):
    """There is no answer; the message is for the failure object and the topic."""


@dataclass(frozen=True)
class Queueing:
    engine: Engine
    directory: Directory
    objects: Objects
    blobs: Blobs
    invocations: Invocations
    clock: Callable[[], float]
    chance: Callable[[], str]
    backlog: Backlog
    turns: dict[str, Turns] = field(default_factory=lambda: defaultdict(Turns))  # by the endpoint's ARN

    async def accept(self, call: Call, request: Mapping[str, Json], body: bytes) -> Answer:
        """Keep a request; told twice, it is one."""
        name = request["EndpointName"]
        endpoint = await self._endpoint(call.scope, name)
        if ("InputLocation" in request) == bool(body):
            raise NotServed("An asynchronous request has an InputLocation or a Body, and not both.")
        plan = self._plan(request, body, endpoint["AsyncInferenceConfig"])
        token = call.token or plan.id
        run = RunId(f"{endpoint['EndpointArn']}/inference/{token}")
        kept = Document(
            kind=INFERENCE, scope=call.scope, name=f"{name}/{token}", arn=run, parent=name, created_at=plan.born,
            modified_at=plan.born, token=token, body={"Output": plan.output, "Failure": plan.failure, "Id": plan.id},
        )  # fmt: skip

        def start(tx: Transaction) -> Document:
            there = documents.insert(tx, kept)
            self.engine.start(tx, run, FLOW, msgspec.msgpack.encode(plan), scope=call.scope)
            return there

        there = (await self.engine.database.write(start)).body
        answer = {"InferenceId": there["Id"], "OutputLocation": there["Output"]}
        return {**answer, "FailureLocation": there["Failure"]} if there["Failure"] else answer

    async def answer(self, task: Task) -> Json:
        """The activity of answering one: `Failed` says why it could not be done."""
        plan = await self._look(task.run)
        try:
            endpoint = arn_of(task.scope, ENDPOINT, plan.request["EndpointName"])
            with self.backlog.holds(endpoint, task.run, plan.born):
                return {"Failed": "", "ContentType": await self._answered(task.scope, plan)}
        except (Failed, Undelivered) as failure:
            if plan.failure:
                await self._put(task.scope, plan.failure, str(failure).encode())
            return {"Failed": str(failure), "ContentType": ""}

    async def notify(self, task: Task) -> Json:
        """The activity of telling a topic."""
        plan, failed = await self._look(task.run), task.input["Failed"]
        message = notification(plan, task.scope, self.clock(), failed, task.input["ContentType"])
        if (ERROR if failed else SUCCESS) in plan.includes:
            message |= await self._included(task.scope, plan, failed)
        request = {"TopicArn": plan.error_topic if failed else plan.success_topic, "Message": json.dumps(message)}
        await self.directory.answer(Call("sns", "Publish", request, task.scope, token=f"{task.run}#{task.key}"))

    async def _included(self, scope: Scope, plan: Plan, failed: str) -> dict[str, Json]:
        """The answer itself, as a topic is told of it: nothing where it is too large, or gone already."""
        if failed:
            return {"responseBody": {"content": failed}}
        with suppress(Undelivered):
            blob = await self.objects.get(scope, Place.of(plan.output, "S3OutputPath"))
            if blob.size <= LARGEST_INCLUDED:
                content = await asyncio.to_thread(blob.read)
                return {"responseBody": {"content": base64.b64encode(content).decode(), "encoding": "BASE64"}}
        return {}

    async def forget_settled(self) -> None:
        """Remove what is left of those that are over: now and then, so that one told twice is known for a while."""
        database = self.engine.database
        over = await database.scan(lambda tx: documents.everywhere(tx, INFERENCE, OVER))
        for first in range(0, len(over), FORGOTTEN):
            await database.write(partial(self._forget, over=over[first : first + FORGOTTEN]))

    def _forget(self, tx: Transaction, over: list[Document]) -> None:
        for each in over:
            self.engine.forget(tx, RunId(each.arn))
            documents.remove(tx, each.scope, INFERENCE, each.name)

    def _plan(self, request: Mapping[str, Json], body: bytes, config: Mapping[str, Json]) -> Plan:
        output, topics = config["OutputConfig"], config["OutputConfig"].get("NotificationConfig", {})
        unique = str(UUID(self.chance()))
        extension = request.get("S3OutputPathExtension", "").strip("/")
        folder = "/".join(filter(None, (output["S3OutputPath"].rstrip("/"), extension)))
        failures = output.get("S3FailurePath", "").rstrip("/")
        return Plan(
            id=request.get("InferenceId", unique),
            request={member: request[member] for member in PASSED if member in request},
            born=self.clock(),
            input=request.get("InputLocation", ""),
            body=body,
            output=f"{folder}/{request.get('Filename', f'{unique}.out')}",
            failure=f"{failures}/{unique}-error.out" if failures else "",
            success_topic=topics.get("SuccessTopic", ""),
            error_topic=topics.get("ErrorTopic", ""),
            includes=tuple(topics.get("IncludeInferenceResponseIn", ())),
            expires_after=float(request.get("RequestTTLSeconds", EXPIRE)),
            within=float(request.get("InvocationTimeoutSeconds", WITHIN)),
        )

    async def _endpoint(self, scope: Scope, name: str) -> Json:
        found = await self.engine.database.read(lambda tx: documents.find_by_arn(tx, arn_of(scope, ENDPOINT, name)))
        if found is None:
            raise NotServed(f"Endpoint {name} of account {scope.account} not found.")
        if "AsyncInferenceConfig" not in found.body:
            raise NotServed(f"Endpoint {name} has no AsyncInferenceConfig; ask it by InvokeEndpoint.")
        return told(found)

    async def _look(self, run: RunId) -> Plan:
        view = await self.engine.database.read(lambda tx: self.engine.look(tx, run))
        assert view is not None
        plan: Plan = view.plan
        return plan

    async def _answered(self, scope: Scope, plan: Plan) -> str:
        """Put the model's answer where it is to go; its content type. Raises `Failed` and `Undelivered`."""
        while True:
            try:
                endpoint = await self._endpoint(scope, plan.request["EndpointName"])
            except NotServed as gone:
                raise Failed(gone.message) from gone
            async with self._turns(endpoint).turn():
                if self.clock() > plan.born + plan.expires_after:
                    raise Failed(
                        f"The request was not answered within {plan.expires_after:.0f} seconds, and has expired."
                    )
                body, kind = await self._input(scope, plan)
                request = {"ContentType": kind, **plan.request} if kind else plan.request
                try:
                    answered = await self.invocations.ask(scope, request, body, longest=plan.within, is_queued=True)
                except Unavailable:
                    await asyncio.sleep(AGAIN_AFTER)
                    continue
                except ServiceError as refusal:
                    raise Failed(f"{refusal.code}: {refusal.message}") from refusal
                await self._put(scope, plan.output, answered.said.body)
                return answered.said.content_type

    def _turns(self, endpoint: Json) -> Turns:
        """As many at once as the endpoint's instances take; one, where there are none, sees when there are some."""
        each = endpoint["AsyncInferenceConfig"].get("ClientConfig", {}).get("MaxConcurrentInvocationsPerInstance", 1)
        turns = self.turns[endpoint["EndpointArn"]]
        turns.fit(max(1, instances_of(endpoint) * each))
        return turns

    async def _input(self, scope: Scope, plan: Plan) -> tuple[bytes, str]:
        """What the model is asked, and the input object's own type: it holds where the request says none."""
        if not plan.input:
            return plan.body, ""
        blob, kind = await self.objects.get_typed(scope, Place.of(plan.input, "InputLocation"))
        if blob.size > LARGEST:
            raise Failed(f"The input {plan.input} has {blob.size} bytes; an endpoint takes {LARGEST}.")
        return await asyncio.to_thread(blob.read), kind

    async def _put(self, scope: Scope, uri: str, content: bytes) -> None:
        await self.objects.put(scope, Place.of(uri, "S3OutputPath"), (await self.blobs.put(content)).digest)


def notification(plan: Plan, scope: Scope, at: float, failed: str, content_type: str) -> dict[str, Json]:
    """What a topic is told."""
    given = {"ContentType": "contentType", "Accept": "accept", "CustomAttributes": "customAttributes"}
    asked = {name: plan.request[member] for member, name in given.items() if member in plan.request}
    outcome: dict[str, Json] = {
        "invocationStatus": "Completed",
        "responseParameters": {"contentType": content_type, "outputLocation": plan.output},
    }
    if failed:
        outcome = {"invocationStatus": "Failed", "failureReason": failed}
        if plan.failure:
            outcome["responseParameters"] = {"failureLocation": plan.failure}
    return {
        "awsRegion": scope.region,
        "eventTime": iso(at),
        "receivedTime": iso(plan.born),
        "requestParameters": {
            "endpointName": plan.request["EndpointName"],
            **asked,
            **({"inputLocation": plan.input} if plan.input else {}),
        },
        **outcome,
        "inferenceId": plan.id,
        "eventVersion": "1.0",
        "eventSource": "aws:sagemaker",
        "eventName": "InferenceResult",
    }
