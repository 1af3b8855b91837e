"""Random pipelines with random outcomes against a plain reading of what AWS says; random traffic against its rules."""

import random
from collections.abc import Iterator

import msgspec
import pytest

from penstock.engine.facts import Command, Done, Event, Fact, Finish, Json, Perform, Signal, Signalled, Started
from penstock.services.codepipeline import traffic
from penstock.services.codepipeline.flow import ACT, JUDGE, ROLL_BACK, ExecutionFlow
from penstock.services.codepipeline.model import Delivery, Plan, State
from penstock.services.codepipeline.traffic import Traffic, TrafficFlow

ARN = "arn:aws:codepipeline:us-east-1:123456789012:p"
FAILS = {"Error": {"Code": "JobFailed", "Message": "no"}}


def unheard(*_: object) -> None:
    """Nobody is told."""


FLOW = ExecutionFlow(unheard)


def declaration(luck: random.Random) -> Json:
    """Some stages of some actions in some orders."""
    stages = []
    for number in range(luck.randint(2, 5)):
        category = "Source" if number == 0 else "Build"
        kind = {"category": category, "owner": "AWS", "provider": "S3" if number == 0 else "CodeBuild", "version": "1"}
        stages.append(
            {
                "name": f"s{number}",
                "actions": [
                    {"name": f"a{each}", "actionTypeId": kind, "runOrder": luck.randint(1, 3), "configuration": {}}
                    for each in range(luck.randint(1, 5))
                ],
            }
        )
    return {"name": "p", "roleArn": "r", "artifactStore": {"location": "b"}, "stages": stages, "version": 1}


def expected(declared: Json, failing: set[tuple[str, str]]) -> tuple[str, set[tuple[str, str]]]:
    """How the execution ends and which actions run, read off the rules in the plainest way."""
    ran: set[tuple[str, str]] = set()
    for stage in declared["stages"]:
        for order in sorted({action["runOrder"] for action in stage["actions"]}):
            group = {(stage["name"], each["name"]) for each in stage["actions"] if each["runOrder"] == order}
            ran |= group
            if group & failing:
                return "Failed", ran
    return "Succeeded", ran


class Life:
    """An execution driven by hand: what it asks for is answered in any order."""

    def __init__(self, declared: Json) -> None:
        plan = Plan(id="e", pipeline=ARN, declaration=declared, trigger={})
        self.plan: Delivery = FLOW.plan(msgspec.json.encode(plan))
        self.state: State = FLOW.begin(self.plan)
        self.asked: set[str] = set()
        self.out: list[Command] = []
        self.seq = 0
        self.hear(Started())

    def hear(self, fact: Fact) -> None:
        self.seq += 1
        self.state = FLOW.evolve(self.plan, self.state, Event(self.seq, float(self.seq), f"{self.seq:032x}", fact))
        for command in FLOW.decide(self.plan, self.state):
            if command.key not in self.asked:
                self.asked.add(command.key)
                self.out.append(command)


@pytest.mark.parametrize("seed", range(60))
def test_any_pipeline_runs_what_it_should_and_ends_as_it_should(seed: int) -> None:
    luck = random.Random(seed)
    declared = declaration(luck)
    every = [(stage["name"], action["name"]) for stage in declared["stages"] for action in stage["actions"]]
    failing = {each for each in every if luck.random() < 0.1}
    life, ran = Life(declared), set[tuple[str, str]]()

    while life.out:
        command = life.out.pop(luck.randrange(len(life.out)))
        match command:
            case Signal(name=traffic.ARRIVE, payload=payload):
                life.hear(Signalled(traffic.ADMITTED, {"Stage": payload["Stage"]}))
            case Perform(key, activity, asked) if activity == ACT:
                where = (asked["Stage"], asked["Action"])
                assert where not in ran
                ran.add(where)
                life.hear(Done(key, FAILS if where in failing else {}))

    status, should_run = expected(declared, failing)
    assert (life.state.status, ran) == (status, should_run)
    assert any(key.startswith("finish/") for key in life.asked)


def guarded(luck: random.Random) -> Json:
    """A declaration whose stages have conditions, retry by themselves, or roll back."""
    declared = {**declaration(luck), "pipelineType": "V2"}
    for stage in declared["stages"][1:]:
        for kind, results in (
            ("beforeEntry", ["FAIL", "SKIP"]),
            ("onSuccess", ["FAIL", "ROLLBACK"]),
            ("onFailure", ["FAIL", "ROLLBACK"]),
        ):
            if luck.random() < 0.4:
                rule = {"name": kind, "ruleTypeId": {"category": "Rule", "provider": "VariableCheck"}}
                stage[kind] = {"conditions": [{"result": luck.choice(results), "rules": [rule]}]}
        if luck.random() < 0.6:
            mode = luck.choice(["FAILED_ACTIONS", "ALL_ACTIONS"])
            result = {"result": luck.choice(["RETRY", "ROLLBACK"]), "retryConfiguration": {"retryMode": mode}}
            stage["onFailure"] = {**stage.get("onFailure", {}), **result}
    return declared


class Guide:
    """The rules read in the plainest way: what runs how often, how it ends, and whether a stage is rolled back."""

    def __init__(self, declared: Json, failing: set[tuple[str, str, int]], broken: set[tuple[str, str]]) -> None:
        self.failing, self.broken = failing, broken
        self.ran: set[tuple[str, str, int]] = set()
        self.rolls_back = False
        self.status = "Succeeded"
        for stage in declared["stages"]:
            if not self._through(stage):
                self.status = "Failed"
                return

    def _through(self, stage: Json) -> bool:
        if (result := self._broken(stage, "beforeEntry")) is not None:
            return result == "SKIP"
        on_failure, counts = stage.get("onFailure", {}), dict.fromkeys((each["name"] for each in stage["actions"]), 0)
        well: set[str] = set()
        for is_last in (False, True):
            if self._actions(stage, well, counts):
                break
            if on_failure.get("result") != "RETRY" or is_last:
                self.rolls_back = (self._broken(stage, "onFailure") or on_failure.get("result")) == "ROLLBACK"
                return False
            if on_failure["retryConfiguration"]["retryMode"] == "ALL_ACTIONS":
                well.clear()
        result = self._broken(stage, "onSuccess")
        self.rolls_back = result == "ROLLBACK"
        return result is None

    def _actions(self, stage: Json, well: set[str], counts: dict[str, int]) -> bool:
        for order in sorted({action["runOrder"] for action in stage["actions"]}):
            group = [
                each["name"] for each in stage["actions"] if each["runOrder"] == order and each["name"] not in well
            ]
            for name in group:
                counts[name] += 1
                self.ran.add((stage["name"], name, counts[name]))
            well |= {name for name in group if (stage["name"], name, counts[name]) not in self.failing}
            if not well.issuperset(group):
                return False
        return True

    def _broken(self, stage: Json, kind: str) -> str | None:
        """The result of a condition that does not hold."""
        conditions = stage.get(kind, {}).get("conditions", [])
        return conditions[0]["result"] if conditions and (stage["name"], kind) in self.broken else None


@pytest.mark.parametrize("seed", range(120))
def test_any_pipeline_with_conditions_and_retries_goes_as_it_should(seed: int) -> None:
    luck = random.Random(seed)
    declared = guarded(luck)
    every = [(stage["name"], each["name"], count) for stage in declared["stages"] for each in stage["actions"]
             for count in (1, 2)]  # fmt: skip
    failing = {each for each in every if luck.random() < 0.2}
    kinds = ("beforeEntry", "onSuccess", "onFailure")
    broken = {(stage["name"], kind) for stage in declared["stages"] for kind in kinds if luck.random() < 0.2}
    life, ran, rolls_back = Life(declared), set[tuple[str, str, int]](), False

    while life.out:
        command = life.out.pop(luck.randrange(len(life.out)))
        match command:
            case Signal(name=traffic.ARRIVE, payload=payload):
                life.hear(Signalled(traffic.ADMITTED, {"Stage": payload["Stage"]}))
            case Perform(key, activity, asked) if activity == ACT:
                where = (asked["Stage"], asked["Action"])
                attempt = (*where, 1 if (*where, 1) not in ran else 2)
                assert attempt not in ran
                ran.add(attempt)
                life.hear(Done(key, FAILS if attempt in failing else {}))
            case Perform(key, activity, asked) if activity == JUDGE:
                life.hear(Done(key, FAILS if (asked["Stage"], asked["Rule"]) in broken else {}))
            case Perform(key, activity) if activity == ROLL_BACK:
                rolls_back = True
                life.hear(Done(key, {"Summary": "It is."}))

    guide = Guide(declared, failing, broken)
    assert (life.state.status, ran, rolls_back) == (guide.status, guide.ran, guide.rolls_back)
    assert any(key.startswith("finish/") for key in life.asked)


@pytest.mark.parametrize("seed", range(60))
def test_any_traffic_keeps_to_the_rules_of_its_mode(seed: int) -> None:
    """Executions come and go at random: see `Road` for the rules."""
    luck = random.Random(seed)
    road = Road(luck.choice(["SUPERSEDED", "QUEUED", "PARALLEL"]), stages=luck.randint(2, 4))

    for number in range(12):
        road.start(f"e{number}")
        for _ in range(luck.randrange(4)):
            road.go_on(luck)
    while road.inside:
        road.go_on(luck)

    assert not road.waiting
    assert road.run.is_over
    assert len(road.ended) == 12
    if road.run.mode != "SUPERSEDED":
        assert set(road.ended.values()) == {"through"}


class Road:
    """A pipeline's run with executions that go through its stages.

    One is in a stage alone (but in PARALLEL), none is superseded by an earlier one, and those of a QUEUED pipeline come
    through every stage in the order of their start.
    """

    def __init__(self, mode: str, stages: int) -> None:
        self.flow, self.stages = TrafficFlow(), [f"s{number}" for number in range(stages)]
        self.run: Traffic = traffic.fresh(1, mode, self.stages)
        self.inside: dict[str, int] = {}
        self.waiting: dict[str, int] = {}
        self.ended: dict[str, str] = {}
        self.entries: dict[int, list[str]] = {}
        self.seq = 0

    def start(self, execution: str) -> None:
        self.run = msgspec.structs.replace(self.run, is_over=False)
        self._arrive(execution, 0)

    def go_on(self, luck: random.Random) -> None:
        """Somebody is through a stage."""
        if not self.inside:
            return
        execution = luck.choice(sorted(self.inside))
        place = self.inside.pop(execution)
        if place + 1 < len(self.stages):
            self._arrive(execution, place + 1)
        else:
            self.ended[execution] = "through"
            self._tell(traffic.OVER, {"Execution": execution})

    def _arrive(self, execution: str, place: int) -> None:
        self.waiting[execution] = place
        self._tell(traffic.ARRIVE, {"Execution": execution, "Stage": self.stages[place], "Version": 1})

    def _tell(self, name: str, payload: Json) -> None:
        for command in self._commands(name, payload):
            if not isinstance(command, Signal):
                assert isinstance(command, Finish)
                continue
            execution = command.run.rpartition("/")[2]
            place = self.waiting.pop(execution)
            if command.name == traffic.ADMITTED:
                assert command.payload["Stage"] == self.stages[place]
                assert self.run.mode == "PARALLEL" or place not in self.inside.values()
                entries = self.entries.setdefault(place, [])
                entries.append(execution)
                if self.run.mode == "QUEUED":
                    assert entries == sorted(entries, key=lambda each: int(each[1:]))
                self.inside[execution] = place
            else:
                assert command.name == traffic.SUPERSEDED
                assert int(command.payload["By"][1:]) > int(execution[1:])
                self.ended[execution] = "superseded"
                self._tell(traffic.OVER, {"Execution": execution})

    def _commands(self, name: str, payload: Json) -> Iterator[Command]:
        self.seq += 1
        event = Event(self.seq, 0.0, "0" * 32, Signalled(name, payload))
        self.run = self.flow.evolve(ARN, self.run, event)
        yield from list(self.flow.decide(ARN, self.run))
