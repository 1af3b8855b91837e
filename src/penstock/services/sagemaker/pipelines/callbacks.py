"""Callbacks: messages with tokens go out, and whoever holds a token says how its step ended.

A token is kept before its message is sent, so it is known to whoever brings it back, however fast. It speaks for one
attempt of one step and is good once; the same call told twice is answered as it was the first time.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.engine.outbox import Task
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.pipelines import rows
from penstock.services.sagemaker.pipelines.answers import ResourceNotFound
from penstock.services.sagemaker.pipelines.flow import ANSWER
from penstock.services.sagemaker.pipelines.model import Execution, Progress
from penstock.store import documents
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Directory, ValidationError, operation

Json = Any
Request = Mapping[str, Json]
WAITS: Final = ("sending", "waiting")


class CallbackMessages:
    """The activity that sends callback steps' messages."""

    def __init__(self, *, database: Database, directory: Directory, clock: Callable[[], float]) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    async def send(self, task: Task) -> Json:
        """Keep the token, then send the message. After a crash the same message may be sent again."""
        asked = task.input
        await self._database.write(lambda tx: self._keep(tx, task))
        request = {"QueueUrl": asked["QueueUrl"], "MessageBody": asked["Body"]}
        call = Call("sqs", "SendMessage", request, task.scope, token=f"{task.run}#{task.key}")
        answer = await self._directory.answer(call)
        return {"MessageId": answer.get("MessageId")}

    def _keep(self, tx: Transaction, task: Task) -> None:
        at, token = self._clock(), task.input["Token"]
        kept = Document(
            kind=rows.CALLBACK,
            scope=task.scope,
            name=token,
            arn="",
            parent=task.input["Execution"],
            created_at=at,
            modified_at=at,
            token=token,
            body={"Run": task.run},
        )
        try:
            documents.insert(tx, kept)
        except AlreadyStored as there:  # by an earlier message of the same step
            if there.found.body["Run"] != task.run:
                raise


class StepCallbacks:
    """What holders of callback tokens say."""

    service = "sagemaker"

    def __init__(self, *, database: Database, engine: Engine, clock: Callable[[], float]) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock

    @operation("SendPipelineExecutionStepSuccess")
    async def succeed(self, call: Call, request: Request) -> Answer:
        said = {entry["Name"]: entry["Value"] for entry in request.get("OutputParameters") or ()}
        return await self._tell(call, request, {"Outputs": said})

    @operation("SendPipelineExecutionStepFailure")
    async def fail(self, call: Call, request: Request) -> Answer:
        return await self._tell(call, request, {"FailureReason": request.get("FailureReason") or ""})

    async def _tell(self, call: Call, request: Request, said: Mapping[str, Json]) -> Answer:
        token = request["CallbackToken"]

        def tell(tx: Transaction) -> Answer:
            kept = documents.find(tx, call.scope, rows.CALLBACK, token)
            if kept is None:
                raise ResourceNotFound(f"Callback token '{token}' does not exist.")
            run = RunId(kept.body["Run"])
            name, state = self._step(tx, run, token)
            if name is None or not self.engine.signal(tx, run, ANSWER, {"Step": name, "Token": token, **said}):
                raise ValidationError(f"Callback token '{token}' is not waited for: its step has ended.")
            assert state.begin is not None
            return {"PipelineExecutionArn": state.begin.arn}

        return await once(self.database, call, self.clock(), tell)

    def _step(self, tx: Transaction, run: RunId, token: str) -> tuple[str | None, Execution]:
        """The step that waits for this token, None if none does any longer."""
        view = self.engine.look(tx, run)
        assert view is not None
        state: Execution = view.state
        return next((name for name, step in state.steps.items() if _waits(step, token)), None), state


def _waits(step: Progress, token: str) -> bool:
    return step.token == token and step.phase in WAITS
