"""Executions as customers meet them: started, found, stopped, read, told of; and bad input that harms nobody else."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from penstock.services.stepfunctions.interpreter.plan import Limits
from services.serving import serving
from services.stepfunctions.driving import ACTIVITY, branch, jsonata, machine, task
from services.stepfunctions.stage import FUNCTION, GROUP, STATES, staged

Json = Any
MACHINE = f"{STATES}:stateMachine:m"
PASS: Json = machine(A={"Type": "Pass"})
WAIT: Json = machine(A={"Type": "Wait", "Seconds": 90_000_000})
TOKEN = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
HOLDING: Json = machine(A=task(TOKEN, Parameters={"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"}))


# --------------------------------------------------------------------------------------------------------- starting


async def test_asking_twice_for_an_execution_that_runs_starts_one(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(WAIT)

        first = await stage.ask("StartExecution", stateMachineArn=MACHINE, name="e", input='{"a": 1}')
        again = await stage.ask("StartExecution", stateMachineArn=MACHINE, name="e", input='{"a": 1}')
        other = await stage.refused("StartExecution", stateMachineArn=MACHINE, name="e", input='{"a": 2}')

        assert again == first
        assert (other.code, other.message) == (
            "ExecutionAlreadyExists", f"Execution Already Exists: '{STATES}:execution:m:e'",
        )  # fmt: skip


async def test_the_name_of_an_execution_that_has_ended_stays_taken(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS)
        await stage.ended(await stage.start(name="e"))

        assert (await stage.refused("StartExecution", stateMachineArn=MACHINE, name="e")).code == (
            "ExecutionAlreadyExists"
        )


@pytest.mark.parametrize("name", ["a b", "a/b", "a?b", "a\x00b", "a:b"])
async def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS)

        assert (await stage.refused("StartExecution", stateMachineArn=MACHINE, name=name)).code == "InvalidName"


BAD_INPUTS = {
    "no JSON": "{", "nothing": " ", "a bare word": "yes", "two values": "1 2", "a number without end": "1e999",
    "too many digits": "9" * 5000, "half a surrogate pair": r'"\ud800"', "too deep": "[" * 300 + "]" * 300,
    "far too deep": "[" * 100_000, "not a number": "NaN",
}  # fmt: skip


async def test_an_input_that_is_no_json_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS)

        for what, text in BAD_INPUTS.items():
            error = await stage.refused("StartExecution", stateMachineArn=MACHINE, input=text)
            assert error.code == "InvalidExecutionInput", what
            assert error.message.startswith("Invalid State Machine Execution Input: '"), what

        assert (await stage.ended(await stage.start()))["status"] == "SUCCEEDED"


async def test_of_a_long_word_where_a_value_should_be_its_beginning_is_told(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS)

        error = await stage.refused("StartExecution", stateMachineArn=MACHINE, input="y" * 1_000)

        assert f"Unrecognized token '{'y' * 256}...': was expecting" in error.message


@pytest.mark.parametrize(
    ("text", "output"),
    [("123456789012345678901234567890", "123456789012345678901234567890"), (r'"a\u0000b"', r'"a\u0000b"'),
     ('{"a": 1, "a": 2}', '{"a":2}'), (r'"\ud83d\ude00"', '"😀"'), ("-0.0", "-0.0"),
     ("[" * 200 + "]" * 200, "[" * 200 + "]" * 200)],
)  # fmt: skip
async def test_strange_json_is_json(tmp_path: Path, text: str, output: str) -> None:
    async with staged(tmp_path) as stage:
        definition = machine(A={"Type": "Pass", "Parameters": {"x.$": "$"}, "OutputPath": "$.x", "Next": "B"},
                             B={"Type": "Wait", "Seconds": 1})  # fmt: skip
        told = await stage.run(definition, text)

        assert (told["status"], told.get("output")) == ("SUCCEEDED", output)


async def test_an_input_may_have_its_last_byte_and_no_more(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS)
        largest = '"' + "x" * (262_144 - 2) + '"'

        assert (await stage.ended(await stage.start(input=largest)))["output"] == largest
        assert (await stage.refused("StartExecution", stateMachineArn=MACHINE, input=largest + " ")).code == (
            "ValidationException"
        )


# ---------------------------------------------------------------------------------------------------------- finding


async def test_executions_are_listed_newest_first_by_status_and_in_pages(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(WAIT)
        names = [f"e{number}" for number in range(5)]
        for name in names:
            await stage.start(name=name)
        await stage.ask("StopExecution", executionArn=f"{STATES}:execution:m:e2")

        first = await stage.ask("ListExecutions", stateMachineArn=MACHINE, maxResults=3)
        second = await stage.ask("ListExecutions", stateMachineArn=MACHINE, maxResults=3, nextToken=first["nextToken"])
        aborted = await stage.ask("ListExecutions", stateMachineArn=MACHINE, statusFilter="ABORTED")

        assert [each["name"] for each in first["executions"] + second["executions"]] == names[::-1]
        assert "nextToken" not in second
        assert [each["name"] for each in aborted["executions"]] == ["e2"]


async def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        gone = f"{STATES}:execution:m:gone"

        for operation in ("DescribeExecution", "GetExecutionHistory", "StopExecution"):
            error = await stage.refused(operation, executionArn=gone)
            assert (error.code, error.message) == ("ExecutionDoesNotExist", f"Execution Does Not Exist: '{gone}'")
            assert (await stage.refused(operation, executionArn="rubbish")).code == "InvalidArn"
        assert (await stage.refused("ListExecutions", stateMachineArn=MACHINE)).code == "StateMachineDoesNotExist"
        assert (await stage.refused("GetExecutionHistory", executionArn=gone, nextToken="x" * 9)).code


async def test_a_history_reads_forward_and_backward_in_pages_and_without_data(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        definition = machine("M", M={"Type": "Map", "ItemProcessor": branch("A", A={"Type": "Pass"})})
        told = await stage.run(definition, list(range(300)))
        arn = told["executionArn"]

        async def read(**more: Json) -> list[int]:
            found: list[int] = []
            token: Json = {}
            while True:
                answer = await stage.ask("GetExecutionHistory", executionArn=arn, **more, **token)
                found += [event["id"] for event in answer["events"]]
                if "nextToken" not in answer:
                    return found
                token = {"nextToken": answer["nextToken"]}

        ids = list(range(1, 1207))
        assert await read(maxResults=1000) == ids
        assert await read(maxResults=1000, reverseOrder=True) == ids[::-1]
        assert await read() == ids
        assert len((await stage.ask("GetExecutionHistory", executionArn=arn, maxResults=7))["events"]) == 7
        bare = await stage.history(arn, includeExecutionData=False)
        assert bare[1]["stateEnteredEventDetails"] == {"name": "M"}


async def test_a_stop_is_final_and_can_be_repeated(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(WAIT)
        arn = await stage.start()

        first = await stage.ask("StopExecution", executionArn=arn, error="E", cause="C")
        again = await stage.ask("StopExecution", executionArn=arn, error="F")
        told = await stage.ask("DescribeExecution", executionArn=arn)

        assert again == first
        assert (told["status"], told["error"], told["cause"]) == ("ABORTED", "E", "C")
        assert (await stage.types(arn))[-1] == "ExecutionAborted"


# ----------------------------------------------------------------------------------------------------------- tokens


async def test_a_token_is_spent_by_its_answer(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(HOLDING)
        arn = await stage.start()
        await stage.until(lambda: stage.outside.sent)
        token = stage.outside.sent[0][1]

        await stage.ask("SendTaskHeartbeat", taskToken=token)
        await stage.ask("SendTaskSuccess", taskToken=token, output='{"n": 18446744073709551616}')
        for operation, said in (
            ("SendTaskSuccess", {"output": "1"}),
            ("SendTaskFailure", {}),
            ("SendTaskHeartbeat", {}),
        ):
            error = await stage.refused(operation, taskToken=token, **said)
            assert (error.code, error.message) == (
                "TaskTimedOut",
                "Task Timed Out: 'Provided task does not exist anymore'",
            )

        assert (await stage.ended(arn))["output"] == '{"n":18446744073709551616}'


@pytest.mark.parametrize("token", ["x", "AAAA", "é", "\x00", "gAAA" * 200])
async def test_what_is_no_token_is_refused(tmp_path: Path, token: str) -> None:
    async with staged(tmp_path) as stage:
        for operation, said in (
            ("SendTaskSuccess", {"output": "1"}),
            ("SendTaskFailure", {}),
            ("SendTaskHeartbeat", {}),
        ):
            assert (await stage.refused(operation, taskToken=token, **said)).code == "InvalidToken"


@pytest.mark.parametrize("output", ["", "{", "1e999", r'"\ud800"', "[" * 100_000])
async def test_an_output_that_is_none_is_refused_and_the_token_still_good(tmp_path: Path, output: str) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(HOLDING)
        arn = await stage.start()
        await stage.until(lambda: stage.outside.sent)
        token = stage.outside.sent[0][1]

        assert (await stage.refused("SendTaskSuccess", taskToken=token, output=output)).code == "InvalidOutput"

        await stage.ask("SendTaskSuccess", taskToken=token, output="1")
        assert (await stage.ended(arn))["output"] == "1"


# ------------------------------------------------------------------------------------------------------- activities


async def test_several_workers_share_an_activitys_tasks(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ask("CreateActivity", name="work")
        work = branch("A", A=task(ACTIVITY))
        await stage.machine(machine("M", M={"Type": "Map", "ItemProcessor": work}))
        done: list[Json] = []

        async def worker(name: str) -> None:
            while True:
                taken = await stage.ask("GetActivityTask", activityArn=ACTIVITY, workerName=name)
                if taken["taskToken"]:
                    done.append(taken["input"])
                    await stage.ask("SendTaskSuccess", taskToken=taken["taskToken"], output=f"{taken['input']}0")

        workers = [asyncio.create_task(worker(name)) for name in "abc"]  # they poll before there is anything
        try:
            told = await stage.ended(await stage.start(input="[1, 2, 3, 4, 5]"))
        finally:
            for each in workers:
                each.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

        assert json.loads(told["output"]) == [10, 20, 30, 40, 50]
        assert sorted(done) == ["1", "2", "3", "4", "5"], "each has one worker"


async def test_a_task_of_an_execution_that_was_stopped_is_no_longer_given_out(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ask("CreateActivity", name="work")
        await stage.machine(machine(A=task(ACTIVITY)))
        first = await stage.start(input='{"n": 1}')
        await stage.until_event(first, "ActivityScheduled")
        await stage.ask("StopExecution", executionArn=first)
        second = await stage.start(input='{"n": 2}')
        await stage.until_event(second, "ActivityScheduled")

        assert (await stage.ask("GetActivityTask", activityArn=ACTIVITY))["input"] == '{"n":2}'


@pytest.mark.parametrize("said", [{}, {"error": "E"}, {"cause": "C"}, {"error": "E", "cause": "C"}])
async def test_a_worker_may_fail_without_saying_why(tmp_path: Path, said: dict[str, str]) -> None:
    async with staged(tmp_path) as stage:
        await stage.ask("CreateActivity", name="work")
        await stage.machine(machine(A=task(ACTIVITY)))
        execution = await stage.start()
        await stage.until_event(execution, "ActivityScheduled")
        taken = await stage.ask("GetActivityTask", activityArn=ACTIVITY)

        await stage.ask("SendTaskFailure", taskToken=taken["taskToken"], **said)

        told = await stage.ended(execution)
        failed = [event for event in await stage.history(execution) if event["type"] == "ActivityFailed"]
        assert {name: told[name] for name in ("error", "cause") if name in told} == said
        assert [event["activityFailedEventDetails"] for event in failed] == [said]


@pytest.mark.parametrize(
    ("labels", "code"),
    [([{"key": "aws:a", "value": ""}], "ValidationException"), ([{"value": "b"}], "ValidationException"),
     ([{"key": f"k{number}", "value": ""} for number in range(51)], "TooManyTags")],
)  # fmt: skip
async def test_an_activity_is_not_made_with_tags_that_may_not_be(tmp_path: Path, labels: Json, code: str) -> None:
    async with staged(tmp_path) as stage:
        assert (await stage.refused("CreateActivity", name="work", tags=labels)).code == code
        assert await stage.ask("ListActivities") == {"activities": []}


# -------------------------------------------------------------------------------------------------- logs and notices


def logging_at(level: str) -> Json:
    where = [{"cloudWatchLogsLogGroup": {"logGroupArn": GROUP}}]
    return {"loggingConfiguration": {"level": level, "includeExecutionData": True, "destinations": where}}


@pytest.mark.parametrize(
    ("level", "logged"),
    [("ALL", ["ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted",
              "LambdaFunctionFailed", "TaskStateExited", "FailStateEntered", "ExecutionFailed"]),
     ("ERROR", ["LambdaFunctionFailed", "FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"])],
)  # fmt: skip
async def test_a_level_says_what_is_logged(tmp_path: Path, level: str, logged: list[str]) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "B"}]
    definition = machine(A=task(FUNCTION, Parameters={"fail": "E"}, Catch=catch, Next="B"), B={"Type": "Fail"})
    async with staged(tmp_path) as stage:
        await stage.ask("CreateLogGroup", "logs", logGroupName="/machines")
        await stage.run(definition, **logging_at(level))
        async with asyncio.timeout(20):
            while len(records := await stage.records()) < len(logged):  # noqa: ASYNC110
                await asyncio.sleep(1)

        assert [record["type"] for record in records] == logged


async def test_what_one_request_to_logs_cannot_hold_is_logged_in_several(tmp_path: Path) -> None:
    """The turn's events together are over 1 MiB, as their inputs and outputs are 200 KB each."""
    states: dict[str, Json] = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(4)}
    async with staged(tmp_path) as stage:
        await stage.ask("CreateLogGroup", "logs", logGroupName="/machines")
        told = await stage.run(machine("S0", **states, S4={"Type": "Pass"}), {"x": "y" * 200_000}, **logging_at("ALL"))
        count = len(await stage.history(told["executionArn"]))
        async with asyncio.timeout(20):
            while len(records := await stage.records()) < count:  # noqa: ASYNC110
                await asyncio.sleep(1)

        assert [record["id"] for record in records] == [str(number) for number in range(1, count + 1)]


async def test_the_bus_is_told_how_executions_stand(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.run(machine(A={"Type": "Fail", "Error": "E"}), {"a": 1})
        await stage.until(lambda: len(stage.outside.told) == 2)

        assert [told["status"] for told in stage.outside.told] == ["RUNNING", "FAILED"]
        assert stage.outside.told[0]["input"] == '{"a": 1}'
        assert stage.outside.told[1]["error"] == "E"


@pytest.mark.parametrize(
    ("length", "with_input", "with_output"), [(120_000, True, True), (130_000, False, True), (254_000, False, False)]
)
async def test_the_bus_is_not_told_what_an_event_cannot_hold(
    tmp_path: Path, length: int, with_input: bool, with_output: bool
) -> None:
    async with staged(tmp_path) as stage:
        await stage.run(PASS, json.dumps("x" * length))
        await stage.until(lambda: len(stage.outside.told) == 2)

        told = stage.outside.told[1]
        assert (told["inputDetails"], told["input"] is not None) == ({"included": with_input}, with_input)
        assert (told["outputDetails"], told["output"] is not None) == ({"included": with_output}, with_output)


async def test_the_bus_is_told_of_a_redrive_when_it_happens(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        execution = str((await stage.run(machine(A={"Type": "Fail"})))["executionArn"])
        at = (await stage.ask("RedriveExecution", executionArn=execution))["redriveDate"]
        await stage.ended(execution)
        await stage.until(lambda: len(stage.outside.told) == 4)

        assert [told["status"] for told in stage.outside.told] == ["RUNNING", "FAILED", "RUNNING", "FAILED"]
        assert [told["redriveCount"] for told in stage.outside.told] == [0, 0, 1, 1]
        assert [told["redriveDate"] for told in stage.outside.told] == [None, None, int(at * 1000), int(at * 1000)]


# ---------------------------------------------------------------------------------------------------------- express


async def test_an_express_execution_answers_with_its_end(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        arn = await stage.machine(machine(A=task(FUNCTION)), type="EXPRESS")

        told = await stage.ask("StartSyncExecution", stateMachineArn=arn, input='{"answer": 7}')
        failed = await stage.ask("StartSyncExecution", stateMachineArn=arn, input='{"fail": "E"}')

        assert (told["status"], told["output"]) == ("SUCCEEDED", "7")
        assert (failed["status"], failed["error"]) == ("FAILED", "E")
        assert (await stage.refused("DescribeExecution", executionArn=told["executionArn"])).code == "InvalidArn"


async def test_an_express_execution_that_is_not_waited_for_is_logged(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.ask("CreateLogGroup", "logs", logGroupName="/machines")
        arn = await stage.machine(PASS, type="EXPRESS", **logging_at("ALL"))

        await stage.start(arn)

        async with asyncio.timeout(20):
            while len(records := await stage.records()) < 4:  # noqa: ASYNC110
                await asyncio.sleep(1)
        assert [record["type"] for record in records][-1] == "ExecutionSucceeded"


LOOP: Json = machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Choice", "Choices": [
    {"Variable": "$.stop", "IsPresent": True, "Next": "C"}], "Default": "A"}, C={"Type": "Succeed"})  # fmt: skip


async def test_an_express_execution_that_never_ends_lets_others_go_on_and_is_out_of_time(tmp_path: Path) -> None:
    async with staged(tmp_path, limits=Limits(turn_events=50)) as stage:
        endless = await stage.machine(LOOP, "endless", type="EXPRESS")
        running = asyncio.create_task(stage.ask("StartSyncExecution", stateMachineArn=endless))
        await asyncio.sleep(0)

        assert (await stage.run(PASS))["status"] == "SUCCEEDED"
        assert not running.done()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_express_execution_is_logged_while_it_goes_on(tmp_path: Path) -> None:
    """It may have events without end, so they are not kept until there is one."""
    async with staged(tmp_path, limits=Limits(turn_events=50)) as stage:
        await stage.ask("CreateLogGroup", "logs", logGroupName="/machines")
        endless = await stage.machine(LOOP, "endless", type="EXPRESS", **logging_at("ALL"))
        running = asyncio.create_task(stage.ask("StartSyncExecution", stateMachineArn=endless))

        async with asyncio.timeout(20):
            while not (records := await stage.records()):  # noqa: ASYNC110
                await asyncio.sleep(1)

        assert not running.done()
        assert records[0]["type"] == "ExecutionStarted"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


# --------------------------------------------------------------------------------------------- many, large and mean


async def test_two_hundred_executions_at_once_all_end(tmp_path: Path) -> None:
    chain: dict[str, Json] = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(5)}
    async with staged(tmp_path) as stage:
        await stage.machine(machine("S0", **chain, S5={"Type": "Wait", "Seconds": 1}))
        started = await asyncio.gather(*(stage.start(input=f'{{"n": {number}}}') for number in range(200)))

        told = [await stage.ended(arn) for arn in started]

        assert [json.loads(each["output"])["n"] for each in told] == list(range(200))
        assert {len(await stage.history(arn)) for arn in started} == {14}


MEAN: dict[str, Json] = {
    "never ends": jsonata("($f := function($x) { $f($x + 1) }; $f(0))"),
    "eats memory": jsonata("($f := function($x) { $f($x & $x) }; $f('aaaaaaaa'))"),
    "counts far": jsonata("[1..10000000]"),
    "pads far": jsonata("$pad('x', 1000000000)"),
    "a catastrophic pattern": jsonata("$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/)"),
    "nests deep": jsonata("($f := function($n, $x) { $n = 0 ? $x : $f($n - 1, {'a': $x}) }; $f(3000, 1))"),
    "half a character": jsonata('"\\ud800"'),
}


async def test_mean_expressions_fail_their_execution_alone(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(PASS, "good")
        for number, (what, expression) in enumerate(MEAN.items()):
            mean = await stage.machine(
                machine(language="JSONata", A={"Type": "Pass", "Output": expression}), f"m{number}"
            )
            failing = asyncio.create_task(stage.start(mean))

            assert (await stage.ended(await stage.start(f"{STATES}:stateMachine:good")))["status"] == "SUCCEEDED", what
            told = await stage.ended(await failing)
            assert told["status"] == "FAILED", what
            assert told["error"] in {"States.QueryEvaluationError", "States.Runtime"}, what


async def test_data_that_grow_in_a_loop_come_to_an_end(tmp_path: Path) -> None:
    deeper = machine(A={"Type": "Pass", "Parameters": {"x.$": "$"}, "Next": "B"}, B={"Type": "Choice", "Choices": [
        {"Variable": "$.stop", "IsPresent": True, "Next": "C"}], "Default": "A"}, C={"Type": "Succeed"})  # fmt: skip
    async with staged(tmp_path) as stage:
        told = await stage.run(deeper)

        assert (told["status"], told["error"]) == ("FAILED", "States.Runtime")
        assert "nest more than 200 deep" in told["cause"]


async def test_a_loop_without_end_fails_at_the_quota_of_its_history(tmp_path: Path) -> None:
    async with staged(tmp_path, limits=Limits(history_events=2_000, turn_events=300)) as stage:
        told = await stage.run(LOOP)

        assert (told["status"], told["error"]) == ("FAILED", "States.Runtime")
        last = (await stage.history(told["executionArn"], maxResults=1, reverseOrder=True))[0]
        assert last["type"] == "ExecutionFailed"
        assert last["id"] <= 2_001


# -------------------------------------------------------------------------------------------------------- over HTTP


async def test_boto3_runs_and_reads_an_execution(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.machine(machine(A={"Type": "Wait", "Seconds": 3}))
        with serving(stage.directory) as door:
            client = door.client("stepfunctions")

            def read() -> tuple[Json, list[str]]:
                arn = client.start_execution(stateMachineArn=MACHINE, input='{"é": "😀"}')["executionArn"]
                told = client.describe_execution(executionArn=arn)
                events = client.get_execution_history(executionArn=arn)["events"]
                client.stop_execution(executionArn=arn)
                return told, [event["type"] for event in events]

            told, types = await asyncio.to_thread(read)

        assert told["input"] == '{"é": "😀"}'
        assert types[:2] == ["ExecutionStarted", "WaitStateEntered"]
