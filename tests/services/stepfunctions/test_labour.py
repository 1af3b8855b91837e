"""Expressions that take long: evaluated elsewhere, while other executions go on."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from penstock.engine.facts import Event, Fact, Fired, SetTimer, Started
from penstock.languages.asl.elsewhere import Answer, answered
from penstock.services.stepfunctions import memory
from penstock.services.stepfunctions.desk import Desk
from penstock.services.stepfunctions.interpreter.advance import advance
from penstock.services.stepfunctions.interpreter.execution import Execution
from penstock.services.stepfunctions.interpreter.labour import Unanswered
from penstock.services.stepfunctions.interpreter.plan import Limits, Order, Plan, plan_of
from penstock.store.sqlite import SqliteDatabase
from services.stepfunctions.driving import machine
from services.stepfunctions.stage import Outside, Stage, at_work, new_database, opened, staged

Json = Any
LONG = "$sum($map([1..5000], function($n) { $n * $states.input.by }))"  # some 30,000 steps
ENDLESS = "($f := function($n) { $f($n + 1) }; $f(0))"
PASS = machine(A={"Type": "Pass", "End": True})
HELD = Limits(turn_steps=10_000)


def evaluating(*expressions: str) -> Json:
    """A machine of states that evaluate these, one after another."""
    states: dict[str, Json] = {
        f"S{n}": {"Type": "Pass", "Output": {"by": f"{{% {text} %}}"}, "Next": f"S{n + 1}"}
        for n, text in enumerate(expressions)
    }
    states[f"S{len(expressions)}"] = {"Type": "Succeed"}
    return {"QueryLanguage": "JSONata", "StartAt": "S0", "States": states}


class Known:
    """Answers as they are found out, with no process in between."""

    def __init__(self) -> None:
        self.answers: dict[bytes, bytes] = {}
        self.is_expected = False

    def expects(self, text: str) -> bool:
        return self.is_expected

    def find(self, question: bytes) -> Answer | None:
        answer = self.answers.get(question)
        return None if answer is None else msgspec.json.decode(answer, type=Answer)


def planned(definition: Json, **limits: int) -> Plan:
    order = Order(
        arn="arn:aws:states:us-east-1:123456789012:execution:m:e", name="e",
        definition=msgspec.json.encode(definition).decode(), role="", started_at=0.0, machine="m", machine_name="m",
        input='{"by": 2}', limits=Limits(turn_steps=10_000, **limits),
    )  # fmt: skip
    return plan_of(msgspec.msgpack.encode(order))


def folded(plan: Plan, facts: list[Fact], known: Known) -> Execution:
    """The execution after facts; what takes long is found out as it comes up, and all is folded anew."""
    while True:
        execution = Execution()
        try:
            for number, fact in enumerate(facts, 1):
                advance(plan, execution, Event(number, 9.0, f"{number:032x}", fact), answers=known)
        except Unanswered as asked:
            known.answers[asked.question] = answered(asked.question)
        else:
            return execution


def carried_out(plan: Plan, known: Known) -> tuple[Execution, int]:
    """The execution when it has ended, and how many turns that took."""
    facts: list[Fact] = [Started()]
    while (execution := folded(plan, facts, known)).ended is None:
        facts += [Fired(command.key) for command in execution.wanted if isinstance(command, SetTimer)]
    return execution, len(facts)


def output(execution: Execution) -> Json:
    assert execution.ended is not None
    return msgspec.json.decode(execution.ended.output or "null")


def test_what_takes_long_is_asked_for_and_has_the_value_it_would_have_had() -> None:
    known = Known()

    execution, _ = carried_out(planned(evaluating(LONG)), known)

    assert output(execution) == {"by": 2 * 5000 * 5001 // 2}
    assert len(known.answers) == 1


def test_what_never_ends_fails_as_it_would_have() -> None:
    execution, _ = carried_out(planned(evaluating(ENDLESS)), Known())

    assert execution.ended is not None
    assert execution.ended.error == "States.QueryEvaluationError"
    assert "U1001" in (execution.ended.cause or "")


@pytest.mark.parametrize("text", ["$type($now()) & $string($count($map([1..5000], $string)))", "$uuid() & " + LONG])
def test_what_asks_for_the_time_or_for_chance_is_evaluated_here(text: str) -> None:
    plan = planned(evaluating(text))

    told = [output(carried_out(plan, known)[0]) for known in (Known(), Known())]

    assert told[0] == told[1]
    assert told[0]["by"]


def test_a_path_that_searches_long_is_asked_for() -> None:
    search = {"Type": "Pass", "Parameters": {"n.$": "$..[?(@.x == 3)]"}, "End": True}
    known = Known()
    plan = planned(machine(A=search))
    facts: list[Fact] = [Started()]
    order = msgspec.structs.replace(plan.order, input=msgspec.json.encode([{"x": n} for n in range(9000)]).decode())

    execution = folded(Plan(order, plan.machine), facts, known)

    assert output(execution) == {"n": [{"x": 3}]}
    assert len(known.answers) == 1


@pytest.mark.parametrize("is_expected", [False, True])
def test_others_have_their_turn_after_so_many_steps_whether_answers_were_known_or_not(is_expected: bool) -> None:
    middling = "$sum($map([1..1000], function($n) { $n }))"  # some 6,000 steps
    plan, known = planned(evaluating(*[middling] * 6, LONG, LONG)), Known()
    first, turns = carried_out(plan, known)
    known.is_expected = is_expected

    again, turns_again = carried_out(plan, known)

    assert (turns_again, output(again), again.last_event) == (turns, output(first), first.last_event)
    assert turns > 3


async def test_a_process_answers_and_another_takes_its_place_when_it_dies() -> None:
    desk = Desk()
    working = asyncio.create_task(desk.work())
    with pytest.raises(Unanswered) as one:
        folded_once(evaluating(LONG), desk)
    with pytest.raises(Unanswered) as other:
        folded_once(evaluating(ENDLESS), desk)

    await desk.work_out(one.value.question)
    process = desk._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    await desk.work_out(other.value.question)
    await desk.work_out(one.value.question)

    assert desk.find(one.value.question) == Answer(25_005_000)
    found = desk.find(other.value.question)
    assert found is not None
    assert found.code == "U1001"
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert desk._process is None


def folded_once(definition: Json, desk: Desk) -> None:
    advance(planned(definition), Execution(), Event(1, 9.0, "0" * 32, Started()), answers=desk)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Expressions that take long take until the event is set."""
    over = asyncio.Event()

    async def asked(_: Desk, question: bytes) -> bytes:
        await over.wait()
        return answered(question)

    monkeypatch.setattr(Desk, "_asked", asked)
    return over


@pytest.mark.parametrize("kind", ["STANDARD", "EXPRESS"])
async def test_other_executions_go_on_meanwhile(kind: str, slow: asyncio.Event, tmp_path: Path) -> None:
    async with staged(tmp_path, limits=HELD) as stage:
        laborious = await stage.machine(evaluating(LONG), "laborious", type=kind)
        running = asyncio.create_task(begun(stage, laborious, kind))

        assert (await stage.run(PASS))["status"] == "SUCCEEDED"
        assert (await stage.run(PASS, name="n"))["status"] == "SUCCEEDED"
        assert not running.done()
        slow.set()

        told = await running
        assert (told["status"], told["output"]) == ("SUCCEEDED", '{"by":25005000}')


async def begun(stage: Stage, machine: str, kind: str) -> Json:
    """The end of an execution."""
    if kind == "EXPRESS":
        return await stage.ask("StartSyncExecution", stateMachineArn=machine, input='{"by": 2}')
    return await stage.ended(await stage.start(machine, input='{"by": 2}'))


async def test_an_express_execution_with_a_long_past_is_folded_from_where_it_was_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(memory, "LONGEST_PAST", 2)
    other = "$sum($map([1..5000], function($n) { $n + $states.input.by }))"
    async with staged(tmp_path, limits=HELD) as stage:
        machine = await stage.machine(evaluating(LONG, other, LONG, other), type="EXPRESS")

        told = await stage.ask("StartSyncExecution", stateMachineArn=machine, input='{"by": 2}')

    expected = 2.0
    for _ in range(2):
        expected = 5000 * (expected * 12_502_500) + 12_502_500
    assert (told["status"], json.loads(told["output"])["by"]) == ("SUCCEEDED", pytest.approx(expected))


async def test_an_execution_goes_on_after_a_restart_that_has_to_find_everything_out_again(tmp_path: Path) -> None:
    path, outside = new_database(tmp_path / "penstock.db"), Outside()
    definition = evaluating(LONG, LONG)
    definition["States"]["S0"]["Next"] = "W"
    definition["States"]["W"] = {"Type": "Wait", "Seconds": 100, "Next": "S1"}
    async with at_work(opened(SqliteDatabase(path), outside, tmp_path, limits=HELD)) as stage:
        arn = await stage.start(await stage.machine(definition), input='{"by": 2}')
        await stage.until_event(arn, "WaitStateEntered")
        before = await stage.history(arn)

    async with at_work(opened(SqliteDatabase(path), outside, tmp_path, limits=HELD)) as stage:
        told = await stage.ended(arn)
        after = await stage.history(arn)

    assert (told["status"], json.loads(told["output"])) == ("SUCCEEDED", {"by": 25_005_000 * 12_502_500})
    assert after[: len(before)] == before
    assert [event["id"] for event in after] == list(range(1, len(after) + 1))
