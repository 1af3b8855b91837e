"""Decisions of tuning jobs: events in, trials and commands out; a replay ends where the first run did."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from penstock.engine.facts import (
    Asked,
    Command,
    Done,
    Ended,
    Event,
    Fact,
    Finish,
    Fired,
    Invoke,
    Outcome,
    Perform,
    Refused,
    SetTimer,
    Signalled,
    Started,
    Status,
)
from penstock.services.sagemaker.tuning.ending import ALL_FAILED
from penstock.services.sagemaker.tuning.flow import DEADLINE, STOP, TOLD, TuningFlow
from penstock.services.sagemaker.tuning.model import Band, Criteria, Objective, Observation, Plan, Search, State
from penstock.services.sagemaker.tuning.ranges import Categorical, Numeric

ARN = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/tune"
X = Numeric("x", 0.0, 1.0)
SCORE = Objective("Minimize", "score", r"score=(\S+)")
DEFINITION: dict[str, Any] = {"AlgorithmSpecification": {}, "ResourceConfig": {}, "OutputDataConfig": {}}


def plan(*, most: int = 4, parallel: int = 2, strategy: Any = "Random", **members: Any) -> Plan:
    request = {"HyperParameterTuningJobConfig": {}, "TrainingJobDefinition": DEFINITION}
    searches = members.pop("searches", (Search(SCORE, (X,)),))
    return Plan("tune", ARN, 1_000.0, request, strategy, searches, most, parallel, **members)


class Run:
    """A run, told facts a second apart; `asked` are the commands that it has given, by key."""

    def __init__(self, of: Plan) -> None:
        self.plan, self.flow = of, TuningFlow()
        self.state = self.flow.begin(of)
        self.asked: dict[str, Command] = {}
        self.events: list[Event] = []
        self.tell(Started())

    def tell(self, *facts: Fact) -> "Run":
        for fact in facts:
            event = Event(len(self.events) + 1, 1_001.0 + len(self.events), f"luck {len(self.events)}", fact)
            self.events.append(event)
            self.state = self.flow.evolve(self.plan, self.state, event)
            for command in self.flow.decide(self.plan, self.state):
                if command.key not in self.asked:
                    self.asked[command.key] = command
                    asked = Event(event.seq, event.at, event.chance, Asked(command))
                    self.state = self.flow.evolve(self.plan, self.state, asked)
        return self

    def created(self, *numbers: int) -> "Run":
        return self.tell(*(Done(f"{each}/create", {"TrainingJobArn": f"arn/{each}"}) for each in numbers))

    def ended(self, number: int, score: float | None, status: Status = "Succeeded", reason: str = "") -> "Run":
        metrics = [] if score is None else [{"MetricName": "score", "Value": score, "Timestamp": 0.0}]
        job = {"FinalMetricDataList": metrics} | ({"FailureReason": reason} if reason else {})
        return self.tell(Ended(f"{number}/job", Outcome(status, job)))

    def trained(self, scores: Iterable[float | None], first: int = 1) -> "Run":
        """Trials are created and end, one after the other."""
        for number, score in enumerate(scores, start=first):
            self.created(number).ended(number, score)
        return self

    def shown(self, number: int, first: int, *values: float) -> "Run":
        return self.tell(Signalled(TOLD, {"Trial": number, "First": first, "Values": list(values)}))

    @property
    def outcome(self) -> Any:
        finish = self.asked.get("finish")
        return finish.outcome if isinstance(finish, Finish) else None

    def values(self) -> list[dict[str, str]]:
        return [trial.values for trial in self.state.trials]


def test_as_many_trials_are_begun_as_may_run_at_once() -> None:
    run = Run(plan(parallel=3))

    created = [command for command in run.asked.values() if isinstance(command, Invoke)]
    assert [command.key for command in created] == ["1/create", "2/create", "3/create"]
    assert created[0].request["HyperParameters"] == {"_tuning_objective_metric": "score", **run.values()[0]}
    assert created[0].request["TrainingJobName"].startswith("tune-001-")


def test_the_next_trial_is_begun_when_one_has_ended_and_the_last_one_ends_the_job() -> None:
    run = Run(plan(most=3)).created(1, 2).ended(2, 0.5)
    assert "3/create" in run.asked

    run.created(3).ended(1, 0.2)
    assert "finish" not in run.asked
    run.ended(3, 0.9)

    assert run.outcome.status == "Succeeded"
    assert run.outcome.result["BestTrainingJob"]["TrainingJobName"] == run.state.trials[0].name
    names = [each["TrainingJobName"] for each in run.outcome.result["TrainingJobSummaries"]]
    assert names == [run.state.trials[place].name for place in (0, 1, 2)]


def test_the_same_seed_draws_the_same_whatever_ends_first() -> None:
    one = Run(plan(seed=7)).created(1, 2).ended(1, 0.1).ended(2, 0.1)
    other = Run(plan(seed=7)).created(1, 2).ended(2, 0.9).ended(1, None)

    assert one.values() == other.values()
    assert one.values() != Run(plan(seed=8)).created(1, 2).ended(1, 0.1).ended(2, 0.1).values()


def test_a_grid_is_every_combination_once() -> None:
    grid = (Categorical("a", ("1", "2")), Categorical("b", ("x", "y", "z")))
    run = Run(plan(strategy="Grid", most=6, parallel=6, searches=(Search(SCORE, grid),)))

    assert run.values() == [{"a": a, "b": b} for a in "12" for b in "xyz"]


def test_definitions_take_turns() -> None:
    request = {"HyperParameterTuningJobConfig": {}, "TrainingJobDefinitions": [DEFINITION, DEFINITION]}
    both = replace(plan(parallel=4, searches=(Search(SCORE, (X,)), Search(SCORE, (X,)))), request=request)

    assert [trial.definition for trial in Run(both).state.trials] == [0, 1, 0, 1]


def test_a_bayesian_job_draws_until_it_has_seen_enough_and_then_asks() -> None:
    run = Run(plan(strategy="Bayesian", most=12, parallel=1)).trained([0.1, 0.2, 0.3])

    assert isinstance(run.asked["4/suggest"], Perform)
    assert len(run.state.trials) == 3
    run.tell(Done("4/suggest", {"x": "0.25"}))
    assert run.values()[3] == {"x": "0.25"}
    assert "4/create" in run.asked


def test_what_parents_have_seen_counts_as_seen() -> None:
    known = tuple(Observation({"x": str(each / 10)}, each) for each in range(3))
    run = Run(plan(strategy="Bayesian", most=12, searches=(Search(SCORE, (X,), known),)))

    assert "1/suggest" in run.asked


def test_stopping_stops_what_runs_and_begins_nothing() -> None:
    run = Run(plan()).created(1).tell(Signalled(STOP)).created(2)

    assert {"1/stop", "2/stop"} <= run.asked.keys()
    assert run.state.status == "Stopping"
    run.ended(1, None, "Stopped").ended(2, 0.3, "Stopped")
    assert run.outcome.status == "Stopped"
    assert run.outcome.result["TrainingJobStatusCounters"]["Stopped"] == 2
    assert "3/create" not in run.asked


def test_a_suggestion_that_comes_after_the_stop_is_not_tried() -> None:
    run = Run(plan(strategy="Bayesian", most=12, parallel=1)).trained([0.1, 0.2, 0.3])

    run.tell(Signalled(STOP), Done("4/suggest", {"x": "0.25"}))

    assert run.outcome.status == "Stopped"
    assert len(run.state.trials) == 3


def test_a_training_job_that_is_refused_fails_the_tuning_job_with_the_refusal() -> None:
    run = Run(plan(parallel=1)).tell(Refused("1/create", "ValidationException", "no objects"))

    assert run.outcome.status == "Failed"
    assert run.outcome.result["FailureReason"] == "ClientError: no objects"
    assert run.outcome.result["TrainingJobStatusCounters"]["NonRetryableError"] == 0


def test_trials_that_fail_are_counted_and_the_job_fails_only_if_all_do() -> None:
    run = Run(plan(most=2, parallel=1)).created(1).ended(1, 0.1, "Failed", "InternalServerError: lost")
    run.created(2).ended(2, None, "Failed", "AlgorithmError: 1")

    counters = run.outcome.result["TrainingJobStatusCounters"]
    assert (counters["RetryableError"], counters["NonRetryableError"]) == (1, 1)
    assert run.outcome.result["FailureReason"] == ALL_FAILED

    saved = (
        Run(plan(most=2, parallel=1)).created(1).ended(1, None, "Failed", "AlgorithmError: 1").trained([0.4], first=2)
    )
    assert saved.outcome.status == "Succeeded"


def test_a_job_whose_trials_tell_no_objective_ends_after_five() -> None:
    run = Run(plan(most=20, parallel=1)).trained([None] * 5)

    assert run.outcome.status == "Failed"
    assert run.outcome.result["FailureReason"].startswith("No objective metrics found after running 5 training jobs.")
    assert run.outcome.result["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 5}


@pytest.mark.parametrize("direction", ["Minimize", "Maximize"])
def test_reaching_the_target_is_enough(direction: Any) -> None:
    sign = 1 if direction == "Minimize" else -1
    search = Search(replace(SCORE, direction=direction), (X,))
    run = Run(plan(most=20, criteria=Criteria(target=0.5 * sign), searches=(search,)))

    run.created(1, 2).ended(1, 0.6 * sign)
    assert "2/stop" not in run.asked
    run.created(3).ended(2, 0.5 * sign)

    assert run.state.ending == "target"
    assert "3/stop" in run.asked
    assert run.ended(3, None, "Stopped").outcome.status == "Succeeded"


def test_not_improving_is_less_than_one_per_cent_better() -> None:
    run = Run(plan(most=20, parallel=1, criteria=Criteria(not_improving=3))).trained([1.0, 0.995, 0.9, 0.895, 0.95])

    assert run.state.not_improving == 2
    run.trained([0.892], first=6)
    assert run.outcome.status == "Succeeded"
    assert run.outcome.result["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] == 3
    assert run.outcome.result["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 0.892


@pytest.mark.parametrize("is_asked_for", [True, False])
def test_a_job_that_has_converged_says_so_and_ends_if_asked(is_asked_for: bool) -> None:
    scores = [1.0 - each / 20 for each in range(10)] + [0.6 + each / 100 for each in range(10)]
    run = Run(plan(most=30, parallel=1, criteria=Criteria(convergence=is_asked_for))).trained(scores)

    assert run.state.converged_at is not None
    assert (run.outcome is not None) == is_asked_for


def test_a_job_ends_when_its_time_is_over() -> None:
    run = Run(plan(criteria=Criteria(seconds=120))).created(1, 2)
    assert run.asked[DEADLINE] == SetTimer(DEADLINE, 1_120.0)

    run.ended(1, 0.3).tell(Fired(DEADLINE)).created(3).ended(2, None, "Stopped").ended(3, None, "Stopped")

    assert run.outcome.status == "Succeeded"


def test_a_trial_worse_than_the_median_of_those_before_it_is_stopped() -> None:
    run = Run(plan(most=9, parallel=2, is_stopping_early=True)).created(1, 2)
    assert isinstance(run.asked["1/follow"], Perform)
    for number, level in ((1, 1.0), (2, 2.0), (3, 3.0)):
        run.created(number) if number == 3 else None
        run.shown(number, 1, level, level, level).ended(number, level)
    run.created(4, 5)

    run.shown(4, 1, 1.5, 2.0).shown(5, 1, 1.5, 1.9).shown(5, 3, 2.1)

    assert "4/stop" not in run.asked  # at its second value it was no worse than the median, 2.0
    assert "5/stop" in run.asked
    run.ended(5, 2.1, "Stopped")
    assert run.state.trials[4].objective == 2.1


def test_values_that_are_told_again_change_nothing() -> None:
    run = Run(plan(is_stopping_early=True)).created(1).shown(1, 1, 0.5, 0.4)
    before = run.state

    run.shown(1, 1, 0.5, 0.4)

    assert run.state.trials == before.trials


def test_hyperband_keeps_the_best_third_at_each_rung() -> None:
    banded = plan(most=30, parallel=30, strategy="Hyperband", is_stopping_early=True, band=Band(1, 9))
    run = Run(banded).created(*range(1, 31))
    first_bracket = [1, 4, 7, 10]  # of three: rungs 1 and 3, rung 3, none

    for number in first_bracket:
        run.shown(number, 1, number / 10)
    assert [number for number in first_bracket if f"{number}/stop" in run.asked] == [7, 10]
    for value in range(1, 9):
        run.shown(3, value, 9.0)
    assert "3/stop" not in run.asked  # its bracket has no rungs
    run.shown(3, 9, 9.0)
    assert "3/stop" in run.asked  # … and an end


def test_a_replay_ends_where_the_first_run_did() -> None:
    run = Run(plan(most=3, is_stopping_early=True)).created(1, 2).shown(1, 1, 0.5).ended(1, 0.5).ended(2, 0.4)

    state = msgspec.msgpack.decode(msgspec.msgpack.encode(run.flow.begin(run.plan)), type=State)
    for event in run.events:
        state = run.flow.evolve(run.plan, state, event)

    assert state == run.state
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=State) == state
