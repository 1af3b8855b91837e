"""What a sandbox is told to do: a run of its own, which puts it into the sandbox and waits for what comes of it.

Perform execute ──► Signalled "began" ──► Done ──► Finish                                           Pure, but `begin`.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.engine import Engine
from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId, Signalled
from penstock.services.codebuild.model import COMMAND, Json
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.store.documents import Document
from penstock.wire.call import Scope

FLOW: Final = "codebuild.command"
EXECUTE: Final = "codebuild.execute"
BEGAN: Final = "began"


class Asked(msgspec.Struct, frozen=True):
    """A command as it was asked for. `logs` are its sandbox's."""

    id: str
    arn: str
    sandbox: str
    sandbox_arn: str
    command: str
    at: float
    logs: dict[str, Json]


class Executed(msgspec.Struct, frozen=True):
    """What has come of it; a sandbox that ends before its command leaves no exit status."""

    began_at: float | None = None
    ended_at: float | None = None
    status: int | None = None
    out: str = ""
    err: str = ""


class Progress(msgspec.Struct, frozen=True):
    began_at: float | None = None
    executed: Executed | None = None
    ended_at: float | None = None


_asked: Final = msgspec.json.Decoder(Asked)


class CommandFlow:
    name = FLOW
    state_type = Progress

    def plan(self, document: bytes) -> Asked:
        return _asked.decode(document)

    def begin(self, plan: Asked) -> Progress:
        return Progress()

    def evolve(self, plan: Asked, state: Progress, event: Event) -> Progress:
        match event.fact:
            case Signalled(name, payload) if name == BEGAN and state.executed is None:
                return replace(state, began_at=payload["at"])
            case Done("execute", result):
                return replace(state, executed=msgspec.convert(result, Executed), ended_at=event.at)
            case Refused("execute"):
                return replace(state, executed=Executed(), ended_at=event.at)
        return state

    def decide(self, plan: Asked, state: Progress) -> Iterator[Command]:
        if state.executed is None:
            yield Perform("execute", EXECUTE, msgspec.to_builtins(plan))
        else:
            has_succeeded = state.executed.status == 0
            yield Finish(Outcome("Succeeded" if has_succeeded else "Failed", described(plan, state)))

    def reflect(
        self, tx: Transaction, run: RunId, scope: Scope, plan: Asked, before: Progress, after: Progress
    ) -> None:
        if before != after:
            documents.update(tx, document(scope, plan, after))


def begin(tx: Transaction, engine: Engine, sandbox: Document, *, id: str, command: str, at: float) -> Document:  # noqa: A002
    logs = sandbox.body["currentSession"]["logs"]
    arn = f"{sandbox.arn}/command-execution/{id}"
    plan = Asked(id, arn, sandbox.name, sandbox.arn, command, at, logs)
    made = documents.insert(tx, document(sandbox.scope, plan, Progress()))
    engine.start(tx, RunId(arn), FLOW, msgspec.json.encode(plan), scope=sandbox.scope)
    return made


def document(scope: Scope, plan: Asked, state: Progress) -> Document:
    told = described(plan, state)
    return Document(
        kind=COMMAND, scope=scope, name=plan.id, arn=plan.arn, created_at=plan.at,
        modified_at=state.ended_at or state.began_at or plan.at, parent=plan.sandbox, status=told["status"], body=told,
    )  # fmt: skip


def described(plan: Asked, state: Progress) -> dict[str, Json]:
    """What BatchGetCommandExecutions answers."""
    told: dict[str, Json] = {
        "id": plan.id, "sandboxId": plan.sandbox, "sandboxArn": plan.sandbox_arn, "submitTime": plan.at,
        "command": plan.command, "type": "SHELL", "logs": plan.logs,
        "status": "SUBMITTED" if state.began_at is None else "IN_PROGRESS",
    }  # fmt: skip
    executed = state.executed
    began_at = state.began_at if executed is None else executed.began_at
    if began_at is not None:
        told["startTime"] = began_at
    if executed is not None:
        told["status"] = "SUCCEEDED" if executed.status == 0 else "FAILED"
        told["endTime"] = executed.ended_at or state.ended_at
        told |= {"standardOutputContent": executed.out, "standardErrContent": executed.err}
        if executed.status is not None:
            told["exitCode"] = str(executed.status)
    return {name: value for name, value in told.items() if value != ""}
