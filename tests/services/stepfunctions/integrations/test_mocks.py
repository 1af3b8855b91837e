"""The mock configuration file: what it may say, and what a mocked task comes to."""

import pytest

from penstock.services.stepfunctions.integrations.mocks import MockConfig, MockError, Return, Throw
from penstock.wire.call import Json
from services.stepfunctions.integrations.worlds import World, mocks

INVOKE = "arn:aws:states:::lambda:invoke"
CONFIG = {
    "StateMachines": {"Orders": {"TestCases": {"Busy": {"Charge card": "ThriceBusy"}, "Real": {}}}},
    "MockedResponses": {
        "ThriceBusy": {
            "0": {"Throw": {"Error": "Busy", "Cause": "first"}},
            "1-2": {"Throw": {"Error": "Busy", "Cause": "later"}},
            "3": {"Return": None},
        }
    },
}


@pytest.mark.parametrize(
    ("retry", "answer"),
    [(0, Throw("Busy", "first")), (1, Throw("Busy", "later")), (2, Throw("Busy", "later")), (3, Return(None))],
)
def test_each_attempt_has_its_answer(retry: int, answer: Return | Throw) -> None:
    assert mocks(CONFIG).response("Orders", "Busy", "Charge card", retry) == answer


def test_a_state_that_the_case_does_not_mention_is_not_mocked() -> None:
    assert mocks(CONFIG).response("Orders", "Real", "Charge card", 0) is None


def test_an_attempt_without_an_answer_says_which_there_are() -> None:
    with pytest.raises(MockError, match=r"nothing for attempt 4; it has '0', '1-2', '3'"):
        mocks(CONFIG).response("Orders", "Busy", "Charge card", 4)


@pytest.mark.parametrize(
    ("machine", "case", "said"),
    [
        ("Bills", "Busy", "no state machine 'Bills'; it has 'Orders'"),
        ("Orders", "Calm", "no test case 'Calm'; it has 'Busy', 'Real'"),
    ],
)
def test_what_the_file_does_not_have_is_named(machine: str, case: str, said: str) -> None:
    with pytest.raises(MockError, match=said):
        mocks(CONFIG).check(machine, case)


def response(*attempts: tuple[str, Json]) -> Json:
    return {"StateMachines": {}, "MockedResponses": {"R": dict(attempts)}}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"StateMachines": {}}, "MockedResponses"),
        ({"StateMachines": {"O": {"Cases": {}}}, "MockedResponses": {}}, "Cases"),
        (
            {"StateMachines": {"O": {"TestCases": {"C": {"S": "Gone"}}}}, "MockedResponses": {}},
            "O/C/S names 'Gone', which MockedResponses lacks",
        ),
        (response(), "MockedResponses/R is empty"),
        (response(("first", {"Return": 1})), "MockedResponses/R/first: attempts are a number"),
        (response(("2-1", {"Return": 1})), "MockedResponses/R/2-1: attempts are a number"),
        (response(("0-2", {"Return": 1}), ("2", {"Return": 2})), "MockedResponses/R/2 overlaps another"),
        (response(("0", {})), "MockedResponses/R/0 must have either Return or Throw"),
        (response(("0", {"Return": 1, "Throw": {"Error": "E"}})), "must have either Return or Throw"),
        (response(("0", {"Throw": {"Cause": "c"}})), "Error"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_is_wrong(document: Json, said: str) -> None:
    with pytest.raises(MockError, match=said):
        mocks(document)


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(MockError, match="cannot be read"):
        MockConfig.parse(b"{")


async def test_a_mocked_task_calls_nobody() -> None:
    answer = await World({}, mocks=mocks(CONFIG)).submit(INVOKE, {"FunctionName": "f"}, mock="Busy", retry=3)

    assert answer == {"output": None, "settled": True}


async def test_a_thrown_mock_is_the_tasks_error() -> None:
    assert await World({}, mocks=mocks(CONFIG)).failure(INVOKE, {}, mock="Busy", retry=1) == ("Busy", "later")


async def test_a_state_that_is_not_mocked_calls_its_service() -> None:
    world = World({("lambda", "Invoke"): {"StatusCode": 200, "Payload": b"1"}}, mocks=mocks(CONFIG))

    answer = await world.submit(INVOKE, {"FunctionName": "f"}, mock="Real")

    assert answer["output"]["Payload"] == 1


async def test_a_case_that_does_not_exist_fails_the_task_and_says_so() -> None:
    error, cause = await World({}, mocks=mocks(CONFIG)).failure(INVOKE, {}, mock="Calm")

    assert (error, cause) == ("States.Runtime", "State machine 'Orders' has no test case 'Calm'; it has 'Busy', 'Real'")


async def test_a_test_case_needs_a_file() -> None:
    assert await World({}).failure(INVOKE, {}, mock="Busy") == (
        "States.Runtime",
        "The execution was started as test case 'Busy', and there is no mock configuration file: "
        "start the server with `penstock up --mocks FILE`.",
    )
