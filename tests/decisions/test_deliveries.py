"""Deliveries' decisions: when another try is made, when it is given up, and who is told."""

import msgspec
import pytest

from penstock.engine.deliveries import Delivery, DeliveryFlow, Failure, Placed, State, dead_letter, may_help_to_repeat
from penstock.engine.facts import Command, Done, Event, Fact, Fired, Perform, Refused, SetTimer, Started
from penstock.wire.call import NotImplementedHere, ServiceError

FLOW = DeliveryFlow()
DEAD = "arn:aws:sqs:us-east-1:123456789012:dead"
PASSING = msgspec.to_builtins(Failure(code="ThrottlingException", message="later", may_pass=True))
LASTING = msgspec.to_builtins(Failure(code="NotFound", message="never", may_pass=False))


def delivery(**more: object) -> Delivery:
    return msgspec.structs.replace(Delivery(content=[], about="it", born=1000.0, letter="body"), **more)


def after(plan: Delivery, *facts: tuple[float, Fact]) -> State:
    state = FLOW.begin(plan)
    for number, (at, fact) in enumerate(facts, 1):
        state = FLOW.evolve(plan, state, Event(number, at, "0" * 32, fact))
    return state


def asked(plan: Delivery, state: State) -> list[Command]:
    return list(FLOW.decide(plan, state))


def test_a_delivery_is_tried_at_once_and_over_when_it_succeeds() -> None:
    plan = delivery()

    begun = after(plan, (1000.0, Started()))
    done = after(plan, (1000.0, Started()), (1001.0, Done("try-1")))

    assert asked(plan, begun) == [Perform("try-1", plan.carrier)]
    assert (done.phase, done.failure) == ("over", None)


def test_pauses_between_tries_grow_to_eight_minutes() -> None:
    plan, at, facts, pauses = delivery(), 1000.0, list[tuple[float, Fact]](), list[float]()
    facts.append((at, Started()))
    for number in range(1, 13):
        facts.append((at, Done(f"try-{number}", PASSING)))
        state = after(plan, *facts)
        (timer,) = asked(plan, state)
        assert isinstance(timer, SetTimer)
        pauses.append(timer.due - at)
        at = timer.due
        facts.append((at, Fired(timer.key)))

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 480, 480, 480]


@pytest.mark.parametrize(
    ("plan", "failure", "phase", "exhausted"),
    [
        (delivery(dead_letters=DEAD), LASTING, "burying", ""),
        (delivery(), LASTING, "over", ""),
        (delivery(most_retries=0, dead_letters=DEAD), PASSING, "burying", "MaximumRetryAttempts"),
        (delivery(longest_age=0.5, dead_letters=DEAD), PASSING, "burying", "MaximumEventAgeInSeconds"),
        (delivery(dead_letters=DEAD), PASSING, "waiting", ""),
    ],
)
def test_a_failure_is_given_up_by_its_kind_or_by_a_limit(
    plan: Delivery, failure: object, phase: str, exhausted: str
) -> None:
    state = after(plan, (1000.0, Started()), (1000.2, Done("try-1", failure)))

    assert (state.phase, state.exhausted) == (phase, exhausted)


def test_what_is_too_old_is_not_even_tried() -> None:
    plan = delivery(longest_age=60.0, dead_letters=DEAD)

    state = after(plan, (1061.0, Started()))

    assert (state.phase, state.tries, state.exhausted) == ("burying", 0, "MaximumEventAgeInSeconds")
    assert dead_letter(plan, state)["MessageAttributes"]["RETRY_ATTEMPTS"]["StringValue"] == "0"


def test_a_bug_in_a_carrier_may_pass() -> None:
    plan = delivery()

    assert after(plan, (1000.0, Started()), (1000.0, Refused("try-1", "InternalFailure", "oops"))).phase == "waiting"


def test_whatever_becomes_of_a_dead_letter_it_is_over_then() -> None:
    plan = delivery(dead_letters=DEAD)
    facts = ((1000.0, Started()), (1000.0, Done("try-1", LASTING)))

    for last in (Done("bury"), Refused("bury", "InternalFailure", "oops")):
        assert after(plan, *facts, (1001.0, last)).phase == "over"


def test_a_letter_that_is_too_long_is_cut_and_says_so() -> None:
    plan = delivery(dead_letters=DEAD, letter="ü" * 200_000, attributes={"IS_PAYLOAD_TRUNCATED": "false"})
    state = after(plan, (1000.0, Started()), (1000.0, Done("try-1", LASTING)))

    message = dead_letter(plan, state)

    assert message["MessageAttributes"]["IS_PAYLOAD_TRUNCATED"]["StringValue"] == "true"
    assert 250_000 < len(message["MessageBody"].encode()) < 262_144


@pytest.mark.parametrize(
    ("service", "error", "may_pass"),
    [
        ("lambda", ServiceError("x", code="TooManyRequestsException"), True),
        ("lambda", ServiceError("x", code="ResourceNotFoundException"), False),
        ("lambda", ServiceError("x", code="ServiceException"), True),
        ("sqs", ServiceError("x", code="ServiceUnavailable", status=503), True),
        ("sqs", ServiceError("x", code="InternalFailure"), True),
        ("codebuild", NotImplementedHere("x"), False),
        ("no-such-service", ServiceError("x", code="Whatever"), False),
    ],
)
def test_what_may_help_to_repeat(service: str, error: ServiceError, may_pass: bool) -> None:
    assert may_help_to_repeat(service, error) is may_pass


def test_a_call_that_was_placed_keeps_its_scope_and_gets_a_token() -> None:
    placed = Placed(service="sqs", operation="SendMessage", request={}, account="1", region="here")

    call = placed.call("t")

    assert (call.scope.account, call.scope.region, call.token) == ("1", "here", "t")
