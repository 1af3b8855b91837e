"""Operations on executions: started, shown, listed, stopped, their history read."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.languages.asl.variables import variable_references
from penstock.services.stepfunctions import answers, arns, catalogue, flow, redrives, rows, starting
from penstock.services.stepfunctions.failures import labelled_arn, no_execution, no_machine, no_map_run, wrong_type
from penstock.services.stepfunctions.interpreter import history
from penstock.services.stepfunctions.interpreter.aborting import STOP
from penstock.services.stepfunctions.interpreter.advance import DOOM
from penstock.services.stepfunctions.interpreter.plan import (
    Limits,
    Order,
    Plan,
    compiled,
    plan_of,
    processor_text,
)
from penstock.services.stepfunctions.lists import PAGE, place_of
from penstock.services.stepfunctions.mapruns import rows as map_runs
from penstock.services.stepfunctions.rows import ExecutionRow
from penstock.store.database import Database, Transaction
from penstock.wire import pages
from penstock.wire.call import Answer, Call, Scope, ServiceError, operation

Json = Any
Request = Mapping[str, Json]


class Executions:
    """Executions of standard state machines; express ones are started in `express`."""

    service = "stepfunctions"

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        clock: Callable[[], float],
        chance: Callable[[], str],
        start_express: Callable[[Transaction, Scope, Order], None],
        limits: Limits,
    ) -> None:
        self.database = database
        self.engine = engine
        self.clock = clock
        self.chance = chance
        self.start_express = start_express
        self.limits = limits

    @operation("StartExecution")
    async def start(self, call: Call, request: Request) -> Answer:
        at, chance = self.clock(), self.chance()

        def start(tx: Transaction) -> Answer:
            target = starting.target_of(tx, call, chance)
            order = starting.order_of(call, target, at=at, chance=chance, limits=self.limits)
            if order.type == "EXPRESS":
                self.start_express(tx, call.scope, order)
            else:
                order = self._start_standard(tx, call.scope, order)
            return {"executionArn": order.arn, "startDate": order.started_at}

        return await self.database.write(start)

    def _start_standard(self, tx: Transaction, scope: Scope, order: Order) -> Order:
        """Start it, unless this very execution is under way: asking twice starts once."""
        plan = msgspec.msgpack.encode(order)
        if self.engine.start(tx, RunId(order.arn), flow.NAME, plan, scope=scope):
            return order
        found = rows.find(tx, order.arn)
        if found is not None and self._is_same(tx, found, order):
            return msgspec.structs.replace(order, started_at=found.started_at)
        raise ServiceError(f"Execution Already Exists: '{order.arn}'", code="ExecutionAlreadyExists")

    def _is_same(self, tx: Transaction, found: ExecutionRow, order: Order) -> bool:
        """Asked again while it runs; or, by a caller that says so, at any time."""
        if order.token:
            view = self.engine.look(tx, RunId(order.arn))
            return view is not None and bool(view.plan.order.token == order.token)
        return found.status == "RUNNING" and found.input == order.input

    @operation("DescribeExecution")
    async def describe(self, call: Call, request: Request) -> Answer:
        found, at = await self._shown(request["executionArn"]), self.clock()
        standing = await self.database.read(lambda tx: redrives.standing_of(tx, found, at))
        return described(found, standing, with_data=answers.wants_data(request))

    @operation("StopExecution")
    async def stop(self, call: Call, request: Request) -> Answer:
        arn, at = request["executionArn"], self.clock()
        await self._found(arn)
        said = {name: request[name] for name in ("error", "cause") if request.get(name)}

        def stop(tx: Transaction) -> float:
            self.engine.signal(tx, RunId(arn), STOP, said)
            found = rows.find(tx, arn)
            return at if found is None or found.stopped_at is None else found.stopped_at

        return {"stopDate": await self.database.write(stop)}

    @operation("RedriveExecution")
    async def redrive(self, call: Call, request: Request) -> Answer:
        arn, at, token = request["executionArn"], self.clock(), request.get("clientToken")
        arns.check(arn, "execution")
        return {"redriveDate": await self.database.write(lambda tx: self._redrive(tx, call.scope, arn, at, token))}

    def _redrive(self, tx: Transaction, scope: Scope, arn: str, at: float, token: str | None) -> float:
        """Go on with an execution that did not succeed; when it was redriven."""
        found = rows.find(tx, arn)
        if found is None:
            raise no_execution(arn)
        if token and token == found.redrive_token and found.redriven_at is not None:
            return found.redriven_at  # asked again
        redrives.must_be_redrivable(tx, found, at)
        redrives.go_on(tx, self.engine, scope, arn, at=at, token=token)
        return at

    def dismiss(self, tx: Transaction, machine: str) -> bool:
        """End a machine's executions at their next transitions; false if it has none that run."""
        running = rows.running(tx, machine)
        for arn in running:
            self.engine.signal(tx, RunId(arn), DOOM)
        return bool(running)

    @operation("GetExecutionHistory")
    async def history(self, call: Call, request: Request) -> Answer:
        arn = request["executionArn"]
        await self._found(arn)
        limit = request.get("maxResults") or PAGE
        reverse = bool(request.get("reverseOrder"))
        start = place_of(request.get("nextToken"), int) or (1 << 62 if reverse else 1)
        found = await self.database.read(
            lambda tx: rows.history(tx, arn, start=start, limit=limit + 1, reverse=reverse)
        )
        with_data = request.get("includeExecutionData", True)
        answer: dict[str, Json] = {"events": [history.shown(event, with_data=with_data) for event in found[:limit]]}
        if len(found) > limit:
            answer["nextToken"] = pages.encode(found[limit].id)
        return answer

    @operation("DescribeStateMachineForExecution")
    async def describe_machine(self, call: Call, request: Request) -> Answer:
        arn = request["executionArn"]
        await self._shown(arn)
        view = await self.database.read(lambda tx: self.engine.look(tx, RunId(arn)))
        if view is None:
            raise no_execution(arn)
        plan: Plan = view.plan if isinstance(view.plan, Plan) else plan_of(view.plan)
        return machine_of(plan.order)

    @operation("ListExecutions")
    async def list(self, call: Call, request: Request) -> Answer:
        wanted = self._wanted(request)
        await self.database.read(lambda tx: must_have_executions(tx, call.scope, request))
        found = await self.database.read(lambda tx: rows.listed(tx, wanted))
        page = found[: wanted.limit]
        answer: dict[str, Json] = {"executions": [summary(each) for each in page]}
        if len(found) > wanted.limit:
            answer["nextToken"] = pages.encode([page[-1].started_at, page[-1].arn])
        return answer

    @staticmethod
    def _wanted(request: Request) -> rows.Wanted:
        redrive = request.get("redriveFilter")
        machine, map_run = request.get("stateMachineArn"), request.get("mapRunArn")
        if (machine is None) == (map_run is None):
            raise ServiceError("Give exactly one of stateMachineArn and mapRunArn.", code="ValidationException")
        if machine is not None and request.get("statusFilter") == "PENDING_REDRIVE":
            sentence = "The statusFilter PENDING_REDRIVE is for a mapRunArn: children of a Map Run have that status."
            raise ServiceError(sentence, code="ValidationException")
        limit = request.get("maxResults") or PAGE
        return rows.Wanted(
            **of_machine(machine) if machine is not None else {"map_run": map_run},
            status=request.get("statusFilter"),
            is_redriven=None if redrive is None else redrive == "REDRIVEN",
            before=place_of(request.get("nextToken"), tuple[float, str]),
            limit=limit,
        )

    async def _shown(self, arn: str) -> ExecutionRow:
        """An execution that can be described: a standard one, or an express one that is a map run's child."""
        found = await self.database.read(lambda tx: rows.find(tx, arn))
        return await self._found(arn) if found is None else found

    async def _found(self, arn: str) -> ExecutionRow:
        arns.check(arn, "execution")
        found = await self.database.read(lambda tx: rows.find(tx, arn))
        if found is None:
            raise no_execution(arn)
        return found


def of_machine(arn: str) -> dict[str, str]:
    """The column that a machine's, a version's or an alias's executions are found by."""
    parts = arn.split(":")
    if len(parts) == 8:
        column = "version" if parts[7].isdigit() else "alias"
        return {"machine": ":".join(parts[:7]), column: arn}
    return {"machine": arn}


def must_have_executions(tx: Transaction, scope: Scope, request: Request) -> None:
    """Raises where executions can be listed of nothing that the request names; a machine that is DELETING has some."""
    map_run = request.get("mapRunArn")
    if map_run is not None:
        arns.check(map_run, "mapRun")
        if map_runs.find(tx, map_run) is None:
            raise no_map_run(map_run)
        return
    arn = arns.read_machine_arn(request["stateMachineArn"])
    if arn.label is not None:
        raise labelled_arn()
    machine = catalogue.find_machine(tx, scope, arn)
    if machine is None:
        raise no_machine(arn.text)
    if machine.body["type"] == "EXPRESS":
        raise wrong_type()


def described(found: ExecutionRow, standing: tuple[str, str | None], *, with_data: bool) -> dict[str, Json]:
    """An execution as DescribeExecution answers it."""
    status, reason = standing
    optional = {
        "redriveStatusReason": reason,
        "error": found.error,
        "cause": found.cause,
        "traceHeader": found.trace,
    }
    return {
        **summary(found),
        "redriveStatus": status,
        **answers.data(found.input, found.output, included=with_data),
        **answers.present(optional),
    }


def summary(found: ExecutionRow) -> dict[str, Json]:
    """An execution as ListExecutions answers it."""
    answer: dict[str, Json] = {
        "executionArn": found.arn,
        "stateMachineArn": found.machine,
        "name": found.name,
        "status": found.status,
        "startDate": found.started_at,
        "redriveCount": found.redrives,
    }
    optional = {
        "stopDate": found.stopped_at,
        "stateMachineVersionArn": found.version,
        "stateMachineAliasArn": found.alias,
        "mapRunArn": found.map_run,
        "redriveDate": found.redriven_at,
    }
    answer |= answers.present(optional)
    if found.map_run is not None:
        answer["itemCount"] = found.items
    return answer


def machine_of(order: Order) -> dict[str, Json]:
    """The machine that an execution is of, as it was when it started."""
    answer: dict[str, Json] = {
        "stateMachineArn": order.machine,
        "name": order.machine_name,
        "definition": processor_text(order),
        "roleArn": order.role,
        "updateDate": order.updated_at,
        "loggingConfiguration": order.logging or {"level": "OFF", "includeExecutionData": False},
        "tracingConfiguration": {"enabled": False},
        "encryptionConfiguration": {"type": "AWS_OWNED_KEY"},
    }
    if order.revision:
        answer["revisionId"] = order.revision
    if order.map_run is not None:
        answer["mapRunArn"] = order.map_run
        answer["label"] = order.machine.rpartition("/")[2]
    references = variable_references(compiled(order.definition))
    if references:
        answer["variableReferences"] = references
    return answer
