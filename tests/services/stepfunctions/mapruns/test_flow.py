"""Decisions of a map run: what it asks for after which facts."""

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.engine.facts import (
    Asked,
    Command,
    Done,
    Event,
    Fact,
    Finish,
    Outcome,
    Perform,
    Refused,
    Signalled,
    Started,
)
from penstock.services.stepfunctions.interpreter.plan import Order
from penstock.services.stepfunctions.mapruns.flow import (
    ABORT,
    COLLECT,
    FILL,
    REDRIVE,
    MapRunFlow,
)
from penstock.services.stepfunctions.mapruns.order import MapRunOrder, map_run_plan
from penstock.services.stepfunctions.mapruns.state import MOST_OPEN, MOST_STARTED, MapRun
from penstock.wire.call import Json
from services.stepfunctions.mapruns.house import MACHINE, ROLE, distributed

DEFINITION = msgspec.json.encode({"StartAt": "M", "States": {"M": distributed()}}).decode()
PARENT = Order("arn:e", "e", DEFINITION, ROLE, 0.0, MACHINE, "m")


class Driven:
    """A map run told facts one after another, as the engine tells them: a command is asked for once."""

    def __init__(self, **fields: Json) -> None:
        order = MapRunOrder("arn:run", "L", PARENT, (), "M", None, {}, {}, items=[], **fields)
        self.flow = MapRunFlow()
        self.plan = map_run_plan(msgspec.msgpack.encode(order))
        self.state: MapRun = self.flow.begin(self.plan)
        self.asked: dict[str, Command] = {}
        self._numbers: Iterator[int] = itertools.count(1)

    def tell(self, fact: Fact) -> list[Command]:
        """What is asked for that was not asked before."""
        event = Event(next(self._numbers), 5.0, "", fact)
        self.state = self.flow.evolve(self.plan, self.state, event)
        new = [each for each in self.flow.decide(self.plan, self.state) if each.key not in self.asked]
        for command in new:
            self.asked[command.key] = command
            self.state = self.flow.evolve(self.plan, self.state, msgspec.structs.replace(event, fact=Asked(command)))
        return new

    def filled(self, children: int, items: int | None = None, *, exhausted: bool = False) -> list[Command]:
        key = f"fill{self.state.fills}"
        return self.tell(
            Done(key, {"children": children, "items": children if items is None else items, "exhausted": exhausted})
        )

    def ended(self, status: str = "SUCCEEDED", items: int = 1, *, times: int = 1) -> list[Command]:
        """What the last of so many ends leads to."""
        for _ in range(times - 1):
            assert self.ended(status, items) == []
        return self.tell(Signalled("child", {"status": status, "items": items, "is_final": False}))


def started(**fields: Json) -> Driven:
    driven = Driven(**fields)
    (command,) = driven.tell(Started())
    assert isinstance(command, Perform)
    assert command.activity == FILL
    return driven


def activities(commands: list[Command]) -> list[str]:
    return [command.activity for command in commands if isinstance(command, Perform)]


def room_of(commands: list[Command]) -> Json:
    (command,) = commands
    assert isinstance(command, Perform)
    assert command.activity == FILL
    return command.input


@pytest.mark.parametrize(("concurrency", "room"), [(0, MOST_STARTED), (1, 1), (7, 7), (5_000, MOST_STARTED)])
def test_the_first_fill_has_room_for(concurrency: int, room: int) -> None:
    (command,) = Driven(max_concurrency=concurrency).tell(Started())
    assert command == Perform("fill0", FILL, {"item": 0, "child": 0, "room": room})


def test_without_a_bound_a_thousand_children_are_open_at_once() -> None:
    run = started()
    assert room_of(run.filled(MOST_STARTED, 2 * MOST_STARTED)) == {
        "item": 2 * MOST_STARTED, "child": MOST_STARTED, "room": MOST_OPEN - MOST_STARTED,
    }  # fmt: skip
    assert run.filled(MOST_OPEN - MOST_STARTED) == []


def test_where_few_may_be_open_the_next_starts_as_soon_as_one_has_ended() -> None:
    run = started(max_concurrency=3)
    assert run.filled(3) == []
    assert room_of(run.ended()) == {"item": 3, "child": 3, "room": 1}


def test_where_many_may_be_open_the_next_start_together() -> None:
    run = started(max_concurrency=200)
    assert run.filled(200) == []
    assert room_of(run.ended(times=20))["room"] == 20


def test_one_fill_at_a_time() -> None:
    run = started(max_concurrency=2)
    run.filled(2)
    assert activities(run.ended()) == [FILL]
    assert run.ended() == []


def test_results_are_collected_when_every_child_has_ended_and_no_item_is_left() -> None:
    run = started()
    assert run.filled(2, exhausted=True) == []
    assert run.ended() == []
    assert activities(run.ended()) == [COLLECT]
    (finish,) = run.tell(Done("collect0", {"output": [1, 2], "written": 2}))
    assert isinstance(finish, Finish)
    assert finish.outcome == Outcome("Succeeded", {"output": [1, 2]})


def test_a_failure_is_too_many_where_nothing_is_tolerated_and_the_others_are_aborted() -> None:
    run = started()
    run.filled(2, exhausted=True)
    assert activities(run.ended("FAILED")) == [ABORT]
    assert run.tell(Done("abort0", {})) == []
    assert activities(run.ended("ABORTED")) == [COLLECT]
    (finish,) = run.tell(Done("collect0", {"output": None, "written": 2}))
    assert isinstance(finish, Finish)
    assert finish.outcome.status == "Failed"
    assert finish.outcome.result["error"] == "States.ExceedToleratedFailureThreshold"


@pytest.mark.parametrize("ending", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_what_has_not_succeeded_counts_as_failed(ending: str) -> None:
    run = started(tolerated_count=1)
    run.filled(3, exhausted=True)
    assert run.ended(ending) == []
    assert activities(run.ended(ending)) == [ABORT]


def test_a_percentage_is_looked_at_when_all_items_are_known() -> None:
    run = started(tolerated_percentage=50.0)
    assert activities(run.filled(2)) == [FILL]
    assert run.ended("FAILED", times=2) == []
    assert run.filled(2, exhausted=True) == []
    assert activities(run.ended("FAILED")) == [ABORT]


def test_a_stop_waits_for_the_fill_and_aborts_what_it_began() -> None:
    run = started()
    assert run.tell(Signalled("stop", {})) == []
    assert activities(run.filled(2)) == [ABORT]
    assert run.tell(Done("abort0", {})) == []
    assert activities(run.ended("ABORTED", times=2)) == [COLLECT]
    (finish,) = run.tell(Done("collect0", {"output": None, "written": 0}))
    assert isinstance(finish, Finish)
    assert finish.outcome.status == "Stopped"


def test_a_second_stop_and_failures_after_a_stop_change_nothing() -> None:
    run = started()
    run.filled(2, exhausted=True)
    assert activities(run.tell(Signalled("stop", {}))) == [ABORT]
    assert run.tell(Signalled("stop", {})) == []
    run.ended("FAILED")
    assert run.state.why == {"status": "ABORTED"}


def test_a_fill_that_fails_fails_the_map_run_with_its_error() -> None:
    run = started()
    assert activities(run.tell(Refused("fill0", "States.ItemReaderFailed", "no such key"))) == [ABORT]
    assert activities(run.tell(Done("abort0", {}))) == [COLLECT]
    (finish,) = run.tell(Done("collect0", {"output": None, "written": 0}))
    assert isinstance(finish, Finish)
    assert finish.outcome.result == {
        "status": "FAILED", "error": "States.ItemReaderFailed", "cause": "no such key",
    }  # fmt: skip


def test_a_fill_that_fails_on_the_way_tells_of_what_it_began() -> None:
    run = started()
    wrong = {"error": "States.ItemReaderFailed", "cause": "no JSON"}
    told = {"children": 1, "items": 1, "exhausted": False, **wrong}
    assert activities(run.tell(Done("fill0", told))) == [ABORT]
    assert run.tell(Done("abort0", {})) == []
    assert activities(run.ended("ABORTED")) == [COLLECT]
    assert run.state.why == {"status": "FAILED", **wrong}


def test_results_that_cannot_be_kept_fail_the_map_run() -> None:
    run = started()
    run.filled(1, exhausted=True)
    run.ended()
    (finish,) = run.tell(Refused("collect0", "States.ResultWriterFailed", "no"))
    assert isinstance(finish, Finish)
    assert finish.outcome.result["error"] == "States.ResultWriterFailed"


def test_more_concurrency_starts_more_at_once() -> None:
    run = started(max_concurrency=1)
    run.filled(1)
    assert room_of(run.tell(Signalled("update", {"max_concurrency": 4})))["room"] == 3


def test_less_tolerance_may_end_a_map_run() -> None:
    run = started(tolerated_count=5)
    run.filled(3, exhausted=True)
    assert run.ended("FAILED") == []
    assert activities(run.tell(Signalled("update", {"tolerated_count": 0}))) == [ABORT]


def failed_run(*endings: str, **fields: Json) -> Driven:
    """A map run that has failed, its children ended like this."""
    run = started(**fields)
    run.filled(len(endings), exhausted=True)
    for ending in endings:
        run.tell(Signalled("child", {"status": ending, "items": 1, "is_final": ending == "TIMED_OUT"}))
    run.tell(Done("abort0", {}))
    run.tell(Done("collect0", {"output": None, "written": 0}))
    assert run.state.status == "FAILED"
    return run


def test_a_redrive_lets_failures_wait_and_starts_them_again() -> None:
    run = failed_run("SUCCEEDED", "FAILED", "ABORTED")

    assert activities(run.tell(Signalled("redrive", {"redrive": 1}))) == [REDRIVE]
    assert (run.state.status, run.state.redrives, run.state.children.pending_redrive) == ("RUNNING", 1, 2)
    assert run.tell(Signalled("again", {"children": [("FAILED", 1), ("ABORTED", 1)], "to": 2})) == []
    assert run.tell(Done("redrive1.0", {"exhausted": True})) == []
    assert run.ended() == []
    assert activities(run.ended()) == [COLLECT]
    (finish,) = run.tell(Done("collect1", {"output": [1, 2, 3], "written": 3}))
    assert isinstance(finish, Finish)
    assert finish.outcome == Outcome("Succeeded", {"output": [1, 2, 3]})
    assert (run.state.children.SUCCEEDED, run.state.children.unsuccessful) == (3, 0)


def test_what_can_never_be_redriven_counts_as_failed_in_a_redrive_too() -> None:
    run = failed_run("TIMED_OUT", "FAILED", tolerated_count=1)

    run.tell(Signalled("redrive", {"redrive": 1}))
    run.tell(Signalled("again", {"children": [("FAILED", 1)], "to": 1}))
    run.tell(Done("redrive1.0", {"exhausted": True}))

    assert activities(run.ended("FAILED")) == [ABORT]
    assert sum(run.state.children.final.values()) == 1


def test_a_redrive_goes_on_with_the_items_that_had_not_been_begun() -> None:
    run = started(max_concurrency=2)
    run.filled(2)
    run.ended("FAILED")
    run.tell(Done("abort0", {}))
    run.ended("ABORTED")
    run.tell(Done("collect0", {"output": None, "written": 0}))

    run.tell(Signalled("redrive", {"redrive": 1}))
    assert run.tell(Signalled("again", {"children": [("FAILED", 1), ("ABORTED", 1)], "to": 1})) == []
    assert run.tell(Done("redrive1.0", {"exhausted": True})) == []
    assert room_of(run.ended()) == {"item": 2, "child": 2, "room": 1}


def test_a_redrive_that_comes_while_children_are_aborted_waits_for_their_end() -> None:
    run = started()
    run.filled(2, exhausted=True)
    run.tell(Signalled("stop", {}))

    assert run.tell(Signalled("redrive", {"redrive": 1})) == []
    run.tell(Done("abort0", {}))
    assert activities(run.ended("ABORTED", times=2)) == [COLLECT]
    assert activities(run.tell(Done("collect0", {"output": None, "written": 0}))) == [REDRIVE]
    assert run.state.children.pending_redrive == 2


def test_a_stop_takes_back_a_redrive_that_has_not_begun() -> None:
    run = started()
    run.filled(1, exhausted=True)
    run.tell(Signalled("stop", {}))
    run.tell(Signalled("redrive", {"redrive": 1}))

    run.tell(Signalled("stop", {}))

    run.tell(Done("abort0", {}))
    run.ended("ABORTED")
    (finish,) = run.tell(Done("collect0", {"output": None, "written": 0}))
    assert isinstance(finish, Finish)
    assert finish.outcome.status == "Stopped"


def test_what_a_redrive_had_not_come_to_is_what_it_was_when_the_redrive_fails() -> None:
    run = failed_run("FAILED", "FAILED", "ABORTED", max_concurrency=1)
    run.tell(Signalled("redrive", {"redrive": 1}))
    run.tell(Signalled("again", {"children": [("FAILED", 1)], "to": 0}))
    run.tell(Done("redrive1.0", {"exhausted": False}))

    assert activities(run.ended("FAILED")) == [ABORT]

    assert (run.state.children.FAILED, run.state.children.ABORTED, run.state.children.pending_redrive) == (2, 1, 0)


@given(
    concurrency=st.integers(0, 30),
    fills=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    endings=st.lists(st.sampled_from(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]), max_size=400),
    tolerated=st.integers(0, 3),
)
def test_every_map_run_ends_and_never_has_more_open_than_it_may(
    concurrency: int, fills: list[int], endings: list[str], tolerated: int
) -> None:
    run, left, ending = started(max_concurrency=concurrency, tolerated_count=tolerated), fills[:], iter(endings)
    for _ in range(2_000):
        if run.state.outcome is not None:
            return
        open_children = run.state.children.started - run.state.children.ended
        assert open_children <= (concurrency or MOST_OPEN)
        if run.state.is_filling:
            asked = run.asked[f"fill{run.state.fills}"]
            assert isinstance(asked, Perform)
            number = min(left.pop(0) if left else 0, asked.input["room"])
            run.filled(number, exhausted=not left)
        elif "abort0" in run.asked and not run.state.is_aborted:
            run.tell(Done("abort0", {}))
        elif "collect0" in run.asked:
            run.tell(Done("collect0", {"output": [], "written": 0}))
        elif open_children:
            run.ended(next(ending, "SUCCEEDED"))
    raise AssertionError(f"it never ends: {run.state}")
