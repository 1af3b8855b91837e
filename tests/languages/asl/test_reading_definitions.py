"""What the fields of a definition become."""

import json
from random import Random
from typing import Any

import pytest

from penstock.languages.asl.read import read_machine
from penstock.languages.asl.tree import Catcher, Choice, Fail, Map, Parallel, Pass, Retrier, State, Task, Wait
from penstock.languages.asl.variables import variable_references
from penstock.languages.asl.view import NOTHING, Expression, Literal, View

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:f"


def read(state: dict[str, Any], language: str = "JSONPath", **others: Any) -> State:
    """The state `A` of a machine of it and of others."""
    machine = {"QueryLanguage": language, "StartAt": "A", "States": {"A": state, **others}}
    return read_machine(json.dumps(machine)).states["A"]


def value(expression: Expression | None, document: Any, **variables: Any) -> Any:
    assert expression is not None
    return expression.value(View(document, variables, dict, 0.0, lambda: Random(0), {"input": document}))


def test_a_machine_keeps_what_is_said_of_it_as_a_whole() -> None:
    machine = read_machine(
        json.dumps({"Comment": "c", "TimeoutSeconds": 9, "StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    )

    assert (machine.comment, machine.timeout_seconds, machine.start_at, machine.language) == ("c", 9, "A", "JSONPath")


def test_a_null_input_path_is_nothing_and_a_null_result_path_is_nowhere() -> None:
    state = read({"Type": "Pass", "InputPath": None, "ResultPath": None, "End": True})

    assert isinstance(state, Pass)
    assert state.input_path is NOTHING
    assert state.result_path is None


def test_a_state_that_goes_on_names_the_next_and_one_that_ends_does_not() -> None:
    assert read({"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"}).next == "B"
    assert read({"Type": "Pass", "End": True}).next is None


def test_a_payload_is_parameters_in_jsonpath_and_arguments_in_jsonata() -> None:
    task: dict[str, Any] = {"Type": "Task", "Resource": LAMBDA, "End": True}

    by_path = read({**task, "Parameters": {"a.$": "$.x"}})
    by_query = read({**task, "Arguments": {"a": "{% $states.input.x %}"}}, "JSONata")

    assert isinstance(by_path, Task)
    assert isinstance(by_query, Task)
    assert value(by_path.payload, {"x": 1}) == {"a": 1}
    assert value(by_query.payload, {"x": 1}) == {"a": 1}


def test_a_timeout_is_a_number_or_a_path_or_a_query() -> None:
    task: dict[str, Any] = {"Type": "Task", "Resource": LAMBDA, "End": True}

    written, found, asked = (
        read({**task, "TimeoutSeconds": 5}),
        read({**task, "TimeoutSecondsPath": "$.t"}),
        read({**task, "TimeoutSeconds": "{% $states.input.t %}"}, "JSONata"),
    )

    assert isinstance(written, Task)
    assert isinstance(found, Task)
    assert isinstance(asked, Task)
    assert written.timeout == Literal(5)
    assert [value(each.timeout, {"t": 7}) for each in (found, asked)] == [7, 7]


def test_what_a_retrier_does_not_say_is_as_the_language_has_it() -> None:
    state = read(
        {
            "Type": "Task",
            "Resource": LAMBDA,
            "End": True,
            "Retry": [
                {"ErrorEquals": ["E"], "MaxAttempts": 0, "JitterStrategy": "FULL", "MaxDelaySeconds": 4},
                {"ErrorEquals": ["States.ALL"]},
            ],
        }
    )

    assert isinstance(state, Task)
    assert state.retry == (
        Retrier(errors=("E",), max_attempts=0, full_jitter=True, max_delay_seconds=4),
        Retrier(errors=("States.ALL",), interval_seconds=1, max_attempts=3, backoff_rate=2.0),
    )


def test_a_catcher_leads_on_and_may_drop_the_error() -> None:
    catch = [{"ErrorEquals": ["E"], "Next": "B", "ResultPath": None}]
    state = read({"Type": "Task", "Resource": LAMBDA, "End": True, "Catch": catch}, B={"Type": "Succeed"})

    assert isinstance(state, Task)
    assert state.catch == (Catcher(errors=("E",), next="B", result_path=None),)


def test_rules_of_a_choice_come_in_order_with_their_own_output_and_assignments() -> None:
    rules = [{"Condition": "{% $states.input.a %}", "Next": "B", "Output": 1, "Assign": {"x": 2}}]
    state = read({"Type": "Choice", "Choices": rules, "Default": "B"}, "JSONata", B={"Type": "Succeed"})

    assert isinstance(state, Choice)
    (option,) = state.options
    assert (option.next, state.default) == ("B", "B")
    assert (option.output, option.assign) == (Literal(1), Literal({"x": 2}))


@pytest.mark.parametrize(
    ("fields", "is_literal"),
    [({"Seconds": 1}, True), ({"Timestamp": "2030-01-01T00:00:00Z"}, True), ({"SecondsPath": "$.s"}, False),
     ({"TimestampPath": "$.t"}, False)],
)  # fmt: skip
def test_a_wait_says_whether_its_time_stands_in_the_definition(fields: dict[str, Any], is_literal: bool) -> None:
    state = read({"Type": "Wait", "End": True, **fields})

    assert isinstance(state, Wait)
    assert state.is_literal is is_literal
    assert (state.seconds is None) != (state.timestamp is None)


def test_a_cause_may_be_made_by_an_intrinsic_function() -> None:
    state = read({"Type": "Fail", "Error": "E", "CausePath": "States.Format('no {}', $.what)"})

    assert isinstance(state, Fail)
    assert state.error == Literal("E")
    assert value(state.cause, {"what": "bread"}) == "no bread"


def test_branches_are_machines_of_the_outer_query_language() -> None:
    branch = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    state = read({"Type": "Parallel", "Branches": [branch], "End": True}, "JSONata")

    assert isinstance(state, Parallel)
    assert [(each.start_at, each.language, each.states["B"].language) for each in state.branches] == [
        ("B", "JSONata", "JSONata")
    ]


def test_a_map_written_with_iterator_takes_parameters_for_its_selector() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Succeed"}}}
    state = read({"Type": "Map", "Iterator": inner, "Parameters": {"a": 1}, "ItemsPath": "$.x", "End": True})

    assert isinstance(state, Map)
    assert state.is_legacy
    assert state.mode == "INLINE"
    assert state.selector == Literal({"a": 1})
    assert value(state.items, {"x": [1]}) == [1]


def test_a_distributed_map_reads_bundles_and_writes() -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    inner = {"ProcessorConfig": config, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}
    state = read(
        {
            "Type": "Map",
            "ItemProcessor": inner,
            "Label": "L",
            "ToleratedFailureCount": 2,
            "ToleratedFailurePercentage": 2.5,
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON", "MaxItems": 7, "ItemsPointer": "/a"},
                "Parameters": {"Bucket": "b"},
            },
            "ItemBatcher": {"MaxItemsPerBatch": 3, "BatchInput": {"x": 1}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "WriterConfig": {"OutputType": "JSONL"}},
            "End": True,
        }
    )

    assert isinstance(state, Map)
    assert state.reader is not None
    assert state.batcher is not None
    assert state.writer is not None
    assert (state.mode, state.execution_type, state.label) == ("DISTRIBUTED", "EXPRESS", "L")
    assert (state.tolerated_count, state.tolerated_percentage) == (Literal(2), Literal(2.5))
    assert (state.reader.max_items, state.reader.payload) == (Literal(7), Literal({"Bucket": "b"}))
    assert state.reader.config == {"InputType": "JSON", "ItemsPointer": "/a"}
    assert (state.batcher.max_items, state.batcher.batch_input) == (Literal(3), Literal({"x": 1}))
    assert state.writer.config == {"OutputType": "JSONL"}


@pytest.mark.parametrize("label", ["my-map_1", "v1.2", "größe", "a@b!(c)='d'"])
def test_a_label_may_hold_what_aws_does_not_forbid(label: str) -> None:
    inside = {"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}

    state = read({"Type": "Map", "Label": label, "ItemProcessor": {**inside, "ProcessorConfig": config}, "End": True})

    assert isinstance(state, Map)
    assert state.label == label


def test_states_tell_which_variables_they_refer_to_and_those_inside_tell_their_own() -> None:
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"q.$": "$question"}, "End": True}}}
    machine = read_machine(
        json.dumps(
            {
                "StartAt": "A",
                "States": {
                    "A": {"Type": "Pass", "Assign": {"list": [1]}, "Next": "M"},
                    "M": {
                        "Type": "Map", "ItemsPath": "$list", "ItemSelector": {"s.$": "States.Format('{}', $b.x)"},
                        "ItemProcessor": inner, "Next": "J",
                    },
                    "J": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $sum($list) + $states.input %}",
                          "End": True},
                },
            }
        )
    )  # fmt: skip

    assert variable_references(machine) == {"M": ["b", "list"], "I": ["question"], "J": ["list"]}
