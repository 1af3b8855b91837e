"""`run_machine`: a machine in memory, its tasks mocked, its waits without time."""

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.languages.asl.diagnosis import DefinitionError
from penstock.testing import Mocks, TaskFailed, Unmocked, run_machine
from testing.machines import ACTIVITY, INVOKE, chain, parallel, task, wait

BUSY = {"Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 60, "BackoffRate": 2.0}]}
CONFIGURATION = {
    "StateMachines": {"Orders": {"TestCases": {"Happy": {"Charge": "Charged"}}}},
    "MockedResponses": {
        "Charged": {"0": {"Throw": {"Error": "Busy", "Cause": "later"}}, "1-2": {"Return": {"charged": True}}}
    },
}


def test_a_machine_tells_its_output_and_where_it_was() -> None:
    ran = run_machine(chain(Hello={"Type": "Pass", "Result": {"said": "hello"}}, Bye={"Type": "Pass"}))

    assert ran.status == "SUCCEEDED"
    assert ran.output == {"said": "hello"}
    assert ran.visited == ["Hello", "Bye"]
    assert ran.history[0]["type"] == "ExecutionStarted"
    assert ran.history[-1]["executionSucceededEventDetails"]["output"] == '{"said":"hello"}'


def test_a_definition_may_be_text_or_a_file(tmp_path: Path) -> None:
    text = json.dumps(chain(Hello={"Type": "Pass"}))
    file = tmp_path / "machine.asl.json"
    file.write_text(text)

    assert run_machine(text, {"a": 1}).output == {"a": 1}
    assert run_machine(file, [1, 2]).output == [1, 2]


def test_jsonata_is_spoken_as_well() -> None:
    machine = {"QueryLanguage": "JSONata", **chain(Add={"Type": "Pass", "Output": "{% $sum($states.input.n) %}"})}

    assert run_machine(machine, {"n": [1, 2, 3]}).output == 6


def test_a_state_answers_a_value_or_what_a_function_makes_of_its_parameters() -> None:
    machine = chain(Charge=task(ResultPath="$.charged"), Ship=task())

    ran = run_machine(machine, {"sum": 7}, mocks={"Charge": True, "Ship": lambda order: order["sum"] + 1})

    assert ran.output == 8


def test_a_mocked_task_can_fail() -> None:
    ran = run_machine(chain(Charge=task()), mocks={"Charge": TaskFailed("Declined", "no money")})

    assert (ran.status, ran.error, ran.cause, ran.output) == ("FAILED", "Declined", "no money", None)
    assert ran.events_of("LambdaFunctionFailed") == [{"error": "Declined", "cause": "no money"}]


def test_a_function_fails_its_task_by_raising() -> None:
    def charge(_: Any) -> Any:
        raise TaskFailed("Declined")

    assert run_machine(chain(Charge=task()), mocks={"Charge": charge}).error == "Declined"


def test_answers_are_given_in_order_and_the_last_one_stays() -> None:
    mocks = Mocks()
    charge = mocks.state("Orders", "Charge").raises("Busy").raises("Busy").returns("charged")

    ran = run_machine(chain(Charge=task(**BUSY)), {"order": 7}, mocks=mocks, name="Orders")

    assert ran.output == "charged"
    assert charge.asked == [{"order": 7}] * 3


def test_waits_and_retries_take_their_time_in_the_history_only() -> None:
    mocks = Mocks()
    mocks.state("Machine", "Charge").raises("Busy").raises("Busy").returns("charged")

    ran = run_machine(chain(Rest=wait(3600), Charge=task(**BUSY)), mocks=mocks)

    assert 3600 + 60 + 120 <= ran.seconds < 3600 + 60 + 120 + 60


def test_what_was_to_end_first_ends_first() -> None:
    machine = chain(
        Both=parallel(chain(Long=wait(1000), Late={"Type": "Pass"}), chain(Short=wait(10), Soon={"Type": "Pass"}))
    )

    assert run_machine(machine).visited == ["Both", "Long", "Short", "Soon", "Late"]


def test_no_timeout_strikes_while_a_task_is_at_work() -> None:
    machine = chain(Charge=task(TimeoutSeconds=1), Ship=task(TimeoutSeconds=1))

    assert run_machine(machine, mocks={"Charge": 1, "Ship": 2}).output == 2


def test_a_machine_that_waits_for_too_long_is_out_of_time() -> None:
    ran = run_machine({**chain(Rest=wait(100)), "TimeoutSeconds": 10})

    assert (ran.status, ran.error) == ("TIMED_OUT", "States.Timeout")


@pytest.mark.parametrize("resource", [f"{INVOKE}.waitForTaskToken", "arn:aws:states:::sqs:sendMessage", ACTIVITY])
def test_any_kind_of_task_can_be_mocked(resource: str) -> None:
    parameters = {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}}
    if "sqs" in resource:
        parameters = {"QueueUrl": "http://queue", "MessageBody": "hello"}
    state = task(Resource=resource, Parameters=parameters)

    assert run_machine(chain(Ask=state), mocks={"Ask": {"answer": 42}}).output == {"answer": 42}


def test_an_activity_can_fail() -> None:
    ran = run_machine(chain(Ask=task(Resource=ACTIVITY)), mocks={"Ask": TaskFailed("Refused", "no")})

    assert (ran.error, ran.cause) == ("Refused", "no")
    assert [event["type"] for event in ran.history if "Activity" in event["type"]] == [
        "ActivityScheduled", "ActivityStarted", "ActivityFailed",
    ]  # fmt: skip


def test_a_mock_configuration_counts_attempts(tmp_path: Path) -> None:
    file = tmp_path / "mocks.json"
    file.write_text(json.dumps(CONFIGURATION))

    ran = run_machine(chain(Charge=task(**BUSY)), mocks=file, test_case="Happy", name="Orders")

    assert ran.output == {"charged": True}
    assert len(ran.events_of("LambdaFunctionFailed")) == 1


@pytest.mark.parametrize("resource", [INVOKE, f"{INVOKE}.waitForTaskToken", ACTIVITY])
def test_a_task_that_nobody_is_there_for_is_named(resource: str) -> None:
    machine = chain(
        Charge=task(Resource=resource, Parameters={"FunctionName": "f", "Payload": {"t.$": "$$.Task.Token"}})
    )
    if resource == INVOKE:
        machine["States"]["Charge"]["Parameters"] = {"FunctionName": "f"}

    with pytest.raises(Unmocked, match=r"nobody is there for state 'Charge' \(arn:aws:states:.*Say in `mocks`"):
        run_machine(machine)


def test_a_definition_that_is_none_is_refused() -> None:
    with pytest.raises(DefinitionError, match="Missing 'Next' target: Nowhere"):
        run_machine({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}})


def test_a_machine_that_never_ends_is_given_up() -> None:
    machine = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": ACTIVITY, "End": True}}}

    def never(_: Any) -> Any:
        import asyncio

        return asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        run_machine(machine, mocks={"A": never}, longest=0.05)


def distributed(**more: Any) -> Any:
    processor = {**chain(Charge=task()), "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return chain(Each={"Type": "Map", "ItemProcessor": processor, **more})


def declined(item: Any) -> Any:
    if item == 3:
        raise TaskFailed("Declined")
    return item * 10


def test_a_distributed_map_runs_its_children_in_memory_too() -> None:
    ran = run_machine(distributed(MaxConcurrency=2), [1, 2, 4, 5, 6], mocks={"Charge": declined})

    assert ran.output == [10, 20, 40, 50, 60]
    assert ran.events_of("MapRunSucceeded")


def test_items_of_a_distributed_map_can_be_batched() -> None:
    ran = run_machine(
        distributed(ItemBatcher={"MaxItemsPerBatch": 2}), [1, 2, 4], mocks={"Charge": lambda batch: batch["Items"]}
    )

    assert ran.output == [[1, 2], [4]]


def test_a_distributed_map_tolerates_so_many_failures() -> None:
    none = run_machine(distributed(), [1, 3], mocks={"Charge": declined})
    one = run_machine(distributed(ToleratedFailureCount=1), [1, 3, 2], mocks={"Charge": declined})

    assert none.error == "States.ExceedToleratedFailureThreshold"
    assert one.output == [10, 20]


def test_items_in_s3_need_a_server() -> None:
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": "b", "Key": "k"},
    }

    with pytest.raises(Unmocked, match=r"nobody answers s3.GetObject here"):
        run_machine(distributed(ItemReader=reader), mocks={"Charge": 1})


def test_an_activity_in_a_distributed_map_is_answered_as_well() -> None:
    machine = distributed()
    machine["States"]["Each"]["ItemProcessor"]["States"]["Charge"]["Resource"] = ACTIVITY

    assert run_machine(machine, [1, 2], mocks={"Charge": declined}).output == [10, 20]


def test_a_mock_of_a_state_that_is_not_there_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"mocks name 'Chrage', which is no Task state; there are \['Charge'\]"):
        run_machine(chain(Charge=task()), mocks={"Chrage": 1})


def test_no_endpoint_is_called_that_is_not_mocked() -> None:
    parameters = {"ApiEndpoint": "http://127.0.0.1:1/", "Method": "GET"}

    with pytest.raises(Unmocked, match="nothing is called here that is not mocked"):
        run_machine(chain(Ask=task(Resource="arn:aws:states:::http:invoke", Parameters=parameters)))
