"""What becomes of an event: tried again after failures, for longer while throttled, and told to where it must go."""

import msgspec

from penstock.engine.facts import Command, Done, Event, Fact, Finish, Fired, Perform, Refused, SetTimer, Started
from penstock.services.lambda_.events import DELIVER, TRY, EventFlow, Plan, State, Tried, Verdict

FLOW = EventFlow()
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
BORN = 1000.0


def plan(**members: object) -> Plan:
    return msgspec.convert({"name": "f", "qualifier": "", "request_id": "id", "payload": b"{}", **members}, Plan)


class Life:
    """Facts in, the last commands out."""

    def __init__(self, what: Plan) -> None:
        self.plan = what
        self.state = State()
        self.now = BORN
        self.commands: list[Command] = []
        self.tell(Started())

    def tell(self, fact: Fact, after: float = 0.0) -> list[Command]:
        self.now += after
        self.state = FLOW.evolve(self.plan, self.state, Event(1, self.now, "", fact))
        self.commands = list(FLOW.decide(self.plan, self.state))
        return self.commands

    def tried(self, verdict: Verdict) -> list[Command]:
        return self.tell(Done(self.commands[0].key, msgspec.to_builtins(Tried(verdict=verdict))))

    @property
    def only(self) -> Command:
        (command,) = self.commands
        return command


def test_an_event_is_tried_at_once_and_is_over_when_that_succeeds() -> None:
    life = Life(plan())
    assert isinstance(life.only, Perform)
    assert (life.only.activity, life.only.key) == (TRY, "try-1")

    life.tried("succeeded")

    assert isinstance(life.only, Finish)
    assert life.only.outcome.status == "Succeeded"


def test_a_failure_is_tried_again_after_one_minute_and_after_two_more() -> None:
    life = Life(plan())

    life.tried("failed")
    assert life.only == SetTimer("wait-1", BORN + 60)
    life.tell(Fired("wait-1"), after=60)
    life.tried("failed")
    assert life.only == SetTimer("wait-2", BORN + 60 + 120)
    life.tell(Fired("wait-2"), after=120)
    life.tried("failed")

    assert isinstance(life.only, Finish)
    assert (life.only.outcome.status, life.only.outcome.result) == ("Failed", "RetriesExhausted")


def test_without_retries_the_first_failure_is_the_last() -> None:
    life = Life(plan(most_retries=0))

    life.tried("failed")

    assert isinstance(life.only, Finish)


def test_throttling_does_not_count_as_a_failure_and_waits_longer_each_time() -> None:
    life = Life(plan(most_retries=0))
    waits = []
    for number in range(1, 11):
        life.tried("throttled")
        assert isinstance(life.only, SetTimer)
        waits.append(life.only.due - life.now)
        life.tell(Fired(f"wait-{number}"), after=waits[-1])

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_an_event_that_would_get_too_old_is_given_up() -> None:
    life = Life(plan(longest_age=100.0))
    life.tried("failed")
    life.tell(Fired("wait-1"), after=60)

    life.tried("failed")

    assert isinstance(life.only, Finish)
    assert life.only.outcome.result == "EventAgeExceeded"


def test_a_function_that_is_gone_is_not_tried_again() -> None:
    life = Life(plan())

    life.tried("gone")

    assert isinstance(life.only, Finish)


def test_a_try_that_broke_is_a_failure_that_is_told() -> None:
    life = Life(plan(on_failure=QUEUE))

    life.tell(Refused("try-1", "InternalFailure", "a bug"))

    assert isinstance(life.only, Perform)
    assert life.only.activity == DELIVER


def test_the_end_is_delivered_where_somebody_wants_to_know_and_only_there() -> None:
    succeeded, failed = Life(plan(on_success=QUEUE)), Life(plan(on_success=QUEUE, most_retries=0))

    succeeded.tried("succeeded")
    failed.tried("failed")

    assert isinstance(succeeded.only, Perform)
    assert succeeded.only.activity == DELIVER
    assert isinstance(failed.only, Finish)
    succeeded.tell(Done("deliver"))
    assert isinstance(succeeded.only, Finish)
